"""Rows F1 to F7: the edit of the promised message, and the ladder from its token to the inbox."""

import io
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.core import words as sentences
from bot.core.card import Verb
from bot.core.job import RENEWAL_LEAD, TOKEN_LIFE, GenerationState, Job, JobState, Place
from bot.errors import Cause, TransientError, UserError
from bot.ports import Shrinker
from bot.refusals import CHANNEL_LIMIT
from bot.service.delivering import Delivering
from bot.shrink import PictureShrinker
from tests.cogs.test_inbox import WAITING, listed, person, press
from tests.core.jobs import MIB, a_job
from tests.discord_edge import FakeInteraction, refused, text_of
from tests.failures.runs import EDIT, ONE_PICTURE, always, calls, came, killed, moments, story, troubled, words
from tests.pictures import plain
from tests.service.rig import Rig
from tests.simulation.effects import Phase
from tests.simulation.faults import Fault
from tests.simulation.faults import Place as Where
from tests.simulation.schedule import Asks, Erases, Moderates
from tests.simulation.stories import ASKED_S, MEANWHILE_S
from tests.simulation.world import simulate
from tests.test_delivery import Ladder

S = GenerationState
DONE = replace(a_job(S.SUCCEEDED), revision=2)
PRIVATELY = story(Asks(at_s=ASKED_S, private=True))
LINK = "https://results.example/1-1"
BY_TOKEN_THEN_BY_BOT = (["edit"], ["edit"])


def by(ladder: Ladder) -> tuple[list[str], list[str]]:
    """Give the calls by the interaction's token, and those by the bot's own."""
    return [call for call, _ in ladder.by_token.calls], [call for call, _ in ladder.by_bot.calls]


async def delivered(rig: Rig, ladder: Ladder, job: Job = DONE, *, shrinker: Shrinker | None = None) -> Job:
    """Deliver a job through the real ladder over scripted edges."""
    delivering = Delivering(
        ledger=rig.ledger,
        delivery=ladder,
        results=rig.results,
        shrinker=shrinker or rig.shrinker,
        settlement=rig.settlement,
        estimates=rig.estimates,
        clock=rig.clock,
    )
    await rig.keep(job)
    await delivering.deliver(await rig.get(job.id))
    return await rig.get(job.id)


@pytest.mark.parametrize("phase", Phase)
def test_f1_killed_around_the_final_edit_it_is_made_again_on_the_same_message(phase: Phase) -> None:
    report = killed(phase, EDIT)
    assert (came(report), len(report.cards)) == (ONE_PICTURE, 1)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.ANSWER_LOST, Fault.UNHEARD_OF])
def test_f1_an_edit_that_failed_or_seems_to_is_made_again_on_the_same_message(fault: Fault) -> None:
    report = troubled({(Where.SHOW, 1): fault})
    assert (came(report), len(report.cards), len(calls(report, EDIT))) == (ONE_PICTURE, 1, 2)


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (401, 40001), (404, 10015), (403, 50001), (404, 10003)])
async def test_f2_a_token_that_is_refused_at_minute_one_leaves_the_edit_to_the_bot_s_own(
    rig: Rig, status: int, code: int
) -> None:
    ladder = Ladder()
    ladder.by_token.answers.append(refused(status, code))
    job = await delivered(rig, ladder)
    assert by(ladder) == BY_TOKEN_THEN_BY_BOT
    assert (job.token, job.place, job.card_owed) == (None, Place.MESSAGE, False)


def test_f2_after_its_time_a_token_is_not_even_tried() -> None:
    report = simulate(replace(story(), token_life_s=MEANWHILE_S))
    assert (came(report), len(calls(report, EDIT))) == (ONE_PICTURE, 1)


def test_f2_a_token_that_was_found_dead_is_never_tried_again_even_after_a_crash() -> None:
    dies = replace(story(Asks(at_s=ASKED_S, count=2)), script={(Where.SHOW, 1): Fault.TOKEN_DEAD})
    assert came(killed(Phase.BEFORE, EDIT, 2, of=dies)) == ({"done": 1}, 2)


def test_f3_a_private_answer_out_of_time_cannot_be_edited_and_the_inbox_keeps_the_picture() -> None:
    report = troubled({(Where.SHOW, 1): Fault.TOKEN_DEAD}, of=PRIVATELY)
    assert came(report) == ONE_PICTURE
    (job,) = report.jobs
    assert (job.place, len(job.succeeded)) == (Place.INBOX, 1)


def test_f3_at_minute_fourteen_a_private_card_says_so_and_asks_for_a_press() -> None:
    assert timedelta(minutes=14) == TOKEN_LIFE - RENEWAL_LEAD
    # The process is dead when the picture comes, and back when the token has ended.
    unlucky = replace(PRIVATELY, token_life_s=RENEWAL_LEAD.total_seconds() + 6.0, kill_times_s=(15.0,), down_s=90.0)
    report = troubled({(Where.PAINTING, 1): Fault.SLOW}, of=unlucky)
    assert came(report) == ONE_PICTURE
    assert (report.jobs[0].place, report.cards[0].verbs[0]) == (Place.INBOX, Verb.RENEW)
    assert sentences.RENEW in words(report)


async def test_f3_what_could_not_be_shown_is_listed_to_its_owner_and_can_be_shown_here(rig: Rig) -> None:
    await rig.keep(WAITING)
    assert sentences.INBOX in await listed(rig)
    await press(person(rig))
    await rig.delivering.deliver(await rig.get())
    assert (rig.delivery.last.job.message_id, list(rig.delivery.last.files)) == (78, ["1-1"])


def test_f4_what_a_moderator_deleted_never_comes_back_and_the_rest_is_cancelled() -> None:
    deleted = story(Asks(at_s=ASKED_S, count=2), Moderates(at_s=MEANWHILE_S, job=0))
    report = troubled({(Where.PAINTING, 2): Fault.STUCK}, of=deleted)
    assert came(report) == ({"partly done": 1}, 2)
    assert (report.cards, len(calls(report, EDIT)), len(calls(report, "DELETE"))) == ((), 1, 1)
    assert report.jobs[0].place is Place.INBOX


def test_f4_what_its_owner_deleted_is_in_no_inbox_either() -> None:
    report = simulate(story(Asks(at_s=ASKED_S), Erases(at_s=MEANWHILE_S, job=0)))
    assert (report.violations, report.cards, report.jobs[0].place) == ((), (), Place.GONE)


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, 10003), (404, 10004), (403, 50001), (403, 50013), (400, 50083)],
    ids=["channel gone", "server gone", "no access", "no permission", "thread archived"],
)
async def test_f4_where_no_way_is_left_the_job_leaves_its_message_and_the_results_wait(
    rig: Rig, status: int, code: int
) -> None:
    ladder = Ladder()
    ladder.by_token.answers.append(refused(status, code))
    ladder.by_bot.answers.append(refused(status, code))
    job = await delivered(rig, ladder)
    assert by(ladder) == BY_TOKEN_THEN_BY_BOT
    assert (job.place, job.card_owed, job.state) == (Place.INBOX, False, JobState.DONE)


async def test_f4_a_channel_that_refuses_everything_is_soon_asked_no_more(rig: Rig) -> None:
    ladder = Ladder()
    ladder.by_bot.answers.extend([refused(403, 50001)] * 9)
    for number in range(1, 2 * CHANNEL_LIMIT):
        job = replace(a_job(S.SUCCEEDED, number=number), revision=2, token=None)
        await delivered(rig, ladder, job)
    assert len(ladder.by_bot.calls) == CHANNEL_LIMIT
    assert {job.place for job in await rig.store.inbox(7, 99)} == {Place.INBOX}


class Overtaken(FakeInteraction):
    """A press during whose answer another one is served wholly."""

    def __init__(self, rig: Rig, other: FakeInteraction) -> None:
        super().__init__(SimpleNamespace(desk=rig.desk()), number=3)
        self._other = other
        self.response.message_id = 79
        self.response.send_message = self._send_late

    async def _send_late(self, **what: object) -> SimpleNamespace:
        await press(self._other)
        self.response.said.append(("message", what))
        return SimpleNamespace(message_id=79)


async def test_f5_of_two_presses_on_show_here_one_message_stays(rig: Rig) -> None:
    await rig.keep(WAITING)
    first = person(rig)
    second = Overtaken(rig, first)
    with pytest.raises(UserError, match="not in your inbox"):
        await press(second)
    assert (first.taken_back, second.taken_back, (await rig.get()).message_id) == (False, True, 78)


@pytest.mark.parametrize("trouble", [refused(404, 10062), refused(400, 40060), refused(503)])
async def test_f5_a_job_whose_new_message_nobody_is_sure_of_stays_in_the_inbox(rig: Rig, trouble: Exception) -> None:
    kept = await rig.keep(WAITING)
    interaction = person(rig)
    interaction.response.answers.append(trouble)
    await press(interaction)
    assert await rig.get() == kept


LARGE = plain("RGB", "red", size=(1900, 1900), compress_level=0)
"""A PNG of 10.3 MiB, whose pixels fit into far less."""


async def test_f6_a_picture_over_ten_mebibytes_is_made_smaller_and_the_card_says_so(rig: Rig) -> None:
    rig.api.files[LINK] = [LARGE]
    ladder = Ladder()
    await delivered(rig, ladder, shrinker=PictureShrinker())
    (_, how), *_ = ladder.by_token.calls
    (file,) = cast("list[discord.File]", how["attachments"])
    assert file.fp.seek(0, io.SEEK_END) <= 10 * MIB < len(LARGE)
    assert sentences.MADE_SMALLER in text_of(how)


@pytest.mark.parametrize(("status", "code"), [(413, 0), (400, 40005)])
async def test_f6_what_discord_refuses_for_its_size_in_every_form_is_told(rig: Rig, status: int, code: int) -> None:
    rig.shrinker.smallest_bytes = 11 * MIB
    rig.api.files[LINK] = [LARGE]
    ladder = Ladder()
    ladder.by_token.answers.append(refused(status, code))
    job = await delivered(rig, ladder, replace(DONE, size_limit_bytes=25 * MIB))
    assert (job.state, job.generations[0].cause) == (JobState.DONE, Cause.RESULT_TOO_LARGE)
    await delivered(rig, ladder, job)
    assert sentences.failure(Cause.RESULT_TOO_LARGE) in text_of(ladder.by_token.calls[-1][1])


@pytest.mark.parametrize("error", [refused(503), refused(500), refused(429), refused(404), TimeoutError()])
@pytest.mark.parametrize("token", ["interaction token", None])
async def test_f7_a_trouble_that_passes_keeps_token_message_and_card(
    rig: Rig, error: BaseException, token: str | None
) -> None:
    ladder = Ladder()
    for way in (ladder.by_token, ladder.by_bot):
        way.answers.append(error)
    with pytest.raises(TransientError):
        await delivered(rig, ladder, replace(DONE, token=token))
    job = await rig.get()
    assert (job.token, job.place, job.card_owed) == (token, Place.MESSAGE, True)


def test_f7_an_edit_is_tried_ever_more_slowly_and_made_once() -> None:
    report = troubled(always(Where.SHOW, Fault.DOWN, times=5))
    at_s = moments(report, EDIT)
    pauses_s = [later - earlier for earlier, later in pairwise(at_s[1:])]
    assert came(report) == ONE_PICTURE
    assert pauses_s == sorted(pauses_s)
    assert pauses_s[-1] > 8
