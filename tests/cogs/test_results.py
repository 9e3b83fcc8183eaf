"""Who may press what, and what a press does; over real sockets it is tests/e2e's business."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.client import EaselBot
from bot.core import words
from bot.core.card import Verb
from bot.core.job import GenerationState, JobState, Place
from bot.errors import UserError
from bot.view import PROMPT_INLINE_LIMIT
from cogs import inbox, results
from cogs.results import Results
from tests.core.jobs import NOW, OWNER, PLAN, a_job, an_ask
from tests.discord_edge import FakeInteraction, text_of
from tests.service.rig import Rig

S = GenerationState
Interaction = discord.Interaction[EaselBot]
Press = Callable[[Interaction, str], Awaitable[None]]
STRANGER = OWNER + 1


def buttons(rig: Rig) -> Results:
    return Results(cast("EaselBot", SimpleNamespace(desk=rig.desk())))


def presser(rig: Rig, *, user_id: int = OWNER, moderator: bool = False) -> FakeInteraction:
    return FakeInteraction(SimpleNamespace(desk=rig.desk()), user_id=user_id, moderator=moderator, number=2)


async def press(handler: Press, interaction: FakeInteraction) -> None:
    await handler(cast("Interaction", interaction), "1")


async def test_every_button_of_a_card_has_a_handler(rig: Rig) -> None:
    known: dict[str, Press] = {}
    tree = SimpleNamespace(add_command=list[object]().append)
    bot = cast("EaselBot", SimpleNamespace(desk=rig.desk(), on_press=known.__setitem__, tree=tree))
    await results.setup(bot)
    await inbox.setup(bot)
    assert set(known) == set(Verb)


@pytest.mark.parametrize(("user_id", "moderator"), [(OWNER, False), (STRANGER, True)])
async def test_the_owner_and_a_moderator_may_cancel(rig: Rig, user_id: int, moderator: bool) -> None:  # noqa: FBT001
    await rig.post()
    await press(buttons(rig).cancel, presser(rig, user_id=user_id, moderator=moderator))
    job = await rig.get()
    assert (job.state, job.cancelled_by) == (JobState.CANCELLED, user_id)


async def test_a_stranger_may_neither_cancel_nor_delete(rig: Rig) -> None:
    await rig.post()
    handlers = buttons(rig)
    for handler in (handlers.cancel, handlers.delete, handlers.erase):
        with pytest.raises(UserError, match="Only the person who requested"):
            await press(handler, presser(rig, user_id=STRANGER))
    assert await rig.states() == [S.QUEUED]
    assert rig.delivery.removed == []


async def test_a_moderator_of_another_channel_is_a_stranger(rig: Rig) -> None:
    await rig.keep(replace(a_job(S.QUEUED), channel_id=18))
    handlers = buttons(rig)
    for handler in (handlers.cancel, handlers.delete, handlers.erase):
        with pytest.raises(UserError, match="Only the person who requested"):
            await press(handler, presser(rig, user_id=STRANGER, moderator=True))


PRIVATE = replace(a_job(S.SUCCEEDED), ask=replace(an_ask(), private=True), token=None, place=Place.INBOX, revision=2)


def pressed_on(message_id: int, interaction: FakeInteraction) -> FakeInteraction:
    interaction.message, interaction.token = SimpleNamespace(id=message_id), "fresh token"
    return interaction


async def test_get_result_brings_a_fresh_token_and_the_picture_to_the_message(rig: Rig) -> None:
    await rig.keep(PRIVATE)
    interaction = pressed_on(77, presser(rig))
    await press(buttons(rig).renew, interaction)
    job = await rig.get()
    assert interaction.response.said == [("defer", {})]
    assert (job.place, job.message_id, job.token, job.card_owed) == (Place.MESSAGE, 77, "fresh token", True)


async def test_get_result_is_its_owner_s_alone(rig: Rig) -> None:
    await rig.keep(PRIVATE)
    with pytest.raises(UserError, match="Only the person who requested"):
        await press(buttons(rig).renew, pressed_on(77, presser(rig, user_id=STRANGER, moderator=True)))
    assert (await rig.get()).token is None


async def test_get_result_on_a_message_that_the_job_has_left_says_so(rig: Rig) -> None:
    await rig.keep(PRIVATE)
    with pytest.raises(UserError, match="another message"):
        await press(buttons(rig).renew, pressed_on(99, presser(rig)))
    assert (await rig.get()).place is Place.INBOX


@pytest.mark.parametrize(("private", "token"), [(True, "fresh token"), (False, "interaction token")])
async def test_a_cancel_of_a_private_job_renews_its_token(rig: Rig, private: bool, token: str) -> None:  # noqa: FBT001
    await rig.post(a_job(ask=replace(an_ask(), private=private)))
    await press(buttons(rig).cancel, pressed_on(77, presser(rig)))
    assert (await rig.get()).token == token


async def test_what_has_ended_cannot_be_cancelled(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED))
    with pytest.raises(UserError, match=words.ALREADY_ENDED):
        await press(buttons(rig).cancel, presser(rig))


async def test_a_job_that_is_forgotten_is_told_so(rig: Rig) -> None:
    with pytest.raises(UserError, match=words.JOB_FORGOTTEN):
        await press(buttons(rig).info, presser(rig))


async def test_again_is_a_job_of_the_presser_with_another_seed_and_credit(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED, ask=replace(an_ask(), seed=7)))
    await press(buttons(rig).again, presser(rig, user_id=STRANGER))
    job = await rig.get("2")
    assert (job.owner_id, job.credit_id, job.ask.seed, job.state) == (STRANGER, OWNER, None, JobState.WAITING)


async def test_nobody_credits_himself(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED))
    await press(buttons(rig).again, presser(rig))
    assert (await rig.get("2")).credit_id is None


async def test_info_tells_privately_what_was_sent(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED))
    interaction = presser(rig, user_id=STRANGER)
    await press(buttons(rig).info, interaction)
    said = interaction.response.said[0][1]
    assert said["ephemeral"] is True
    for fact in (
        "flux-2-dev",
        "16:9",
        "seed 1234",
        "Time: 12 s",
        "Job 1",
        "/imagine prompt: a red cube --model flux-2-dev",
    ):
        assert fact in text_of(said)


async def test_info_shows_what_was_typed_letter_by_letter(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED, plan=replace(PLAN, parameters={"style": "<@1> **ink**\n# big"})))
    interaction = presser(rig)
    await press(buttons(rig).info, interaction)
    assert r"Style: \<@1\> \*\*ink\*\* \# big" in text_of(interaction.response.said[0][1])


async def test_info_of_the_longest_job_still_fits_one_message(rig: Rig) -> None:
    parameters = {f"parameter_{n}": "*" * 2000 for n in range(30)}
    ask = an_ask("x" * PROMPT_INLINE_LIMIT, count=4)
    await rig.keep(a_job(*[S.SUCCEEDED] * 4, ask=ask, plan=replace(PLAN, parameters=parameters)))
    interaction = presser(rig)
    await press(buttons(rig).info, interaction)
    assert len(text_of(interaction.response.said[0][1])) < 4000


async def test_a_job_whose_words_went_for_their_age_says_so(rig: Rig) -> None:
    await rig.keep(replace(a_job(S.SUCCEEDED), created_at=NOW - timedelta(days=401)))
    await rig.keeping.let_go()
    for handler in (buttons(rig).info, buttons(rig).again):
        with pytest.raises(UserError, match=words.WORDS_NOT_KEPT):
            await press(handler, presser(rig, user_id=STRANGER))


async def test_a_private_job_tells_and_repeats_nothing_to_anybody_but_its_owner(rig: Rig) -> None:
    await rig.keep(replace(a_job(S.SUCCEEDED), ask=replace(an_ask("a secret"), private=True)))
    handlers = buttons(rig)
    for handler in (handlers.info, handlers.again):
        interaction = presser(rig, user_id=STRANGER, moderator=True)
        with pytest.raises(UserError, match=words.JOB_FORGOTTEN):
            await press(handler, interaction)
        assert interaction.response.said == []
    assert await rig.store.get("2") is None


async def test_delete_asks_first_and_only_then_takes_the_message_away(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED))
    interaction = presser(rig)
    await press(buttons(rig).delete, interaction)
    assert interaction.response.said[0][1]["ephemeral"] is True
    assert rig.delivery.removed == []
    await press(buttons(rig).erase, presser(rig))
    assert rig.delivery.removed == ["1"]
    assert (await rig.get()).place is Place.GONE
