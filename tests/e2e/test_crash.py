"""kill -9 at the worst moments, and POSTs whose outcome nobody saw: one picture, one payment, the same message.

One crash serves most tests: `crashed` leaves a job in each state in which a crash hurts, kills the bot and starts it
again; each test then waits for its own job. Those that need the most patience come last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import pytest
import pytest_asyncio

from sandbox.discord import Interaction
from sandbox.discord.faults import Fault as Trouble
from sandbox.oxen import (
    Generation,
    Hold,
    LoseAnswer,
    LoseRequest,
    Replace,
    Status,
    bad_gateway,
    garbled_json,
    no_generations,
)
from sandbox.oxen.faults import Fault
from sandbox.oxen.jsontext import as_object
from tests.e2e.town import NO_LIMITS, How, Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

QUEUE = "POST /ai/queue"
HISTORY = "GET /ai/generations"
CALLBACK = "/callback"
FOR_EVER_S = 60
PAINTING = 3
LATE_S = 25.0
"""The sweep looks every 5 s, and at an unanswered interaction not before 10 s."""


ACCEPTED: Mapping[str, Fault] = {
    "nobody heard the answer": Hold(route=QUEUE, after_s=FOR_EVER_S),
    "the answer was swallowed": LoseAnswer(route=QUEUE),
    "a proxy answered": Replace(route=QUEUE, answer=bad_gateway()),
    "the answer was garbled": Replace(route=QUEUE, answer=garbled_json()),
    "the answer named nothing": Replace(route=QUEUE, answer=no_generations()),
}
"""POSTs that Oxen took without a word that can be read, by the prompts that they carry."""

NEVER_ARRIVED: Mapping[str, Fault] = {
    "the line broke": LoseRequest(route=QUEUE),
    "the crash came first": Hold(route=QUEUE, before_s=FOR_EVER_S),
}
COSTLY = ("sandbox-expensive", "sandbox-unpriced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """What was under way when the bot was killed; `unanswered` had no card, `unrecorded` one that the bot forgot."""

    painting: Interaction
    pair: Interaction
    accepted: Mapping[str, Interaction]
    without_seed: Interaction
    never_arrived: Mapping[str, Interaction]
    costly: Sequence[Interaction]
    unanswered: Interaction
    unrecorded: Interaction
    messages: Mapping[int, int]


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str]:
    return {**NO_LIMITS, "RECONCILE_GRACE_S": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crashed(shared_town: Town) -> Crashed:
    """Leave a job in each state in which a crash hurts, kill the bot, and start it again."""
    town, oxen = shared_town, shared_town.oxen
    # Nothing is found before the crash, however long the orders take.
    oxen.faults.add(Replace(route=HISTORY, answer=bad_gateway()), times=None)
    accepted = {prompt: await asked_with(town, fault, prompt) for prompt, fault in ACCEPTED.items()}
    without_seed = await asked_with(town, LoseAnswer(route=QUEUE), "without a seed", model="gpt-image-2", count=2)
    costly = [await asked_with(town, LoseRequest(route=QUEUE), model, model=model) for model in COSTLY]
    never_arrived = {prompt: await asked_with(town, fault, prompt) for prompt, fault in NEVER_ARRIVED.items()}
    # The two calls are never let go: at the release of a hold, Discord would take the answer of a dead process.
    unanswered = await asked_while(town, town.discord.faults.delay(CALLBACK, FOR_EVER_S), "nobody saw a card of it")
    unrecorded = await asked_while(town, town.discord.faults.hold_answer(CALLBACK), "its card is there")
    oxen.knobs.painting_s = (0.5, 0.5)
    painting, pair = town.ask("painting"), town.ask("painting a pair", count=2)
    # The last order tries a model that lost several, and hangs: the next ones wait until it counts as slow.
    await oxen.wait_for(
        lambda: len([*paid_for(town, "painting"), *paid_for(town, "painting a pair")]) == PAINTING, timeout_s=20
    )
    await town.bot.kill()
    oxen.faults.clear()
    shown = (painting, pair, without_seed, *accepted.values(), *costly, *never_arrived.values())
    messages = {each.id: (await town.answer(each)).id for each in shown}
    await oxen.wait_for(lambda: all(each.status.is_terminal for each in oxen.ledger.generations))
    await town.bot.start()
    return Crashed(
        painting=painting,
        pair=pair,
        accepted=accepted,
        without_seed=without_seed,
        never_arrived=never_arrived,
        costly=costly,
        unanswered=unanswered,
        unrecorded=unrecorded,
        messages=messages,
    )


async def asked_with(town: Town, fault: Fault, prompt: str, **how: Unpack[How]) -> Interaction:
    """Ask for something whose POST meets a fault."""
    town.oxen.faults.add(fault)
    before = town.oxen.log.count(QUEUE)
    asked = town.ask(prompt, **how)
    await town.oxen.wait_for(lambda: town.oxen.log.count(QUEUE) > before)
    return asked


async def asked_while(town: Town, trouble: Trouble, prompt: str) -> Interaction:
    """Ask for something whose card meets trouble at Discord."""
    asked = town.ask(prompt)
    await trouble.reached()
    return asked


def paid_for(town: Town, prompt: str) -> Sequence[Generation]:
    """Give all that Oxen accepted for a prompt, also before the crash."""
    return [each for each in town.oxen.ledger.generations if each.prompt == prompt]


def bodies(town: Town) -> list[Mapping[str, object]]:
    """Give every order that was sent, also before the crash."""
    return [as_object(each.body) or {} for each in town.oxen.log.on(QUEUE)]


async def lands(town: Town, crashed: Crashed, asked: Interaction, prompt: str, pictures: int = 1) -> None:
    """Hold a job to the promise: its pictures, in the message that was there before the crash, each paid once."""
    message = await town.done(asked, timeout_s=LATE_S)
    assert message.id == crashed.messages.get(asked.id, message.id)
    rows = paid_for(town, prompt)
    assert sorted(town.pictures(message)) == sorted(row.file.data for row in rows if row.file)
    assert len(rows) == pictures


async def test_d5_what_was_painted_while_the_bot_was_dead_lands_in_the_same_message(
    town: Town, crashed: Crashed
) -> None:
    await lands(town, crashed, crashed.painting, "painting")
    await lands(town, crashed, crashed.pair, "painting a pair", pictures=2)


async def test_c4_a_post_that_oxen_took_without_a_clear_answer_is_paid_once(town: Town, crashed: Crashed) -> None:
    for prompt, asked in crashed.accepted.items():
        await lands(town, crashed, asked, prompt)
    await lands(town, crashed, crashed.without_seed, "without a seed", pictures=2)


async def test_c4_a_post_that_never_arrived_is_sent_once_more(town: Town, crashed: Crashed) -> None:
    for prompt, asked in crashed.never_arrived.items():
        await lands(town, crashed, asked, prompt)
        first, second = [body for body in bodies(town) if body["prompt"] == prompt]
        assert first == second


async def test_c4_a_costly_post_that_may_have_arrived_is_never_sent_again(town: Town, crashed: Crashed) -> None:
    for model, asked in zip(COSTLY, crashed.costly, strict=True):
        message = await town.shows(asked, "**Unclear**", timeout_s=LATE_S)
        assert "so it is not ordered twice" in town.discord.text(message)
        assert [body["model"] for body in bodies(town)].count(model) == 1


async def test_b2_a_card_that_was_shown_but_not_recorded_gets_its_picture(town: Town, crashed: Crashed) -> None:
    await lands(town, crashed, crashed.unrecorded, "its card is there")


async def test_b1_a_job_whose_card_nobody_saw_is_never_paid(town: Town, crashed: Crashed) -> None:
    await town.bot.says("job abandoned", timeout_s=LATE_S)
    assert town.discord.message_of(crashed.unanswered) is None
    assert paid_for(town, "nobody saw a card of it") == []


@pytest.mark.usefixtures("crashed")
async def test_g6_a_stop_lets_a_post_in_hand_come_to_its_end(town: Town) -> None:
    asked = await asked_with(town, Hold(route=QUEUE, after_s=1), "in hand")
    assert await town.bot.stop() == 0
    await town.oxen.wait_for(lambda: [each.status for each in town.generations] == [Status.SUCCEEDED])
    await town.bot.start()
    await town.done(asked)
    assert len(town.orders) == 1
