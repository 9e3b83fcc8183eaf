"""What people typed goes when it is old, the row a month later, a few jobs at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.advance import advance
from bot.core.job import Attachment, GenerationState, Job, Place
from bot.core.job_events import Charged, Emptied, JobEvent, PictureReady
from bot.core.keeping import ROW_OUTLIVES_WORDS, KeepingRule
from bot.service.keeping import EVERY, JOBS_A_STEP, Keeping
from tests.core.jobs import NOW, a_job, an_ask
from tests.service.rig import KEPT, Rig

S = GenerationState
OLD = NOW - KEPT - timedelta(seconds=1)


def old(*states: GenerationState, number: int = 1) -> Job:
    job = a_job(*states, ask=an_ask("a secret wish", count=len(states), references=2), number=number)
    aged = tuple(replace(g, ended_at=OLD if g.ended_at else None) for g in job.generations)
    return replace(job, created_at=OLD, refusal="No secret wishes.", generations=aged)


async def test_an_old_job_loses_what_was_typed_and_every_link(rig: Rig) -> None:
    job = old(S.SUCCEEDED, S.FAILED)
    shown = replace(job.generations[0], attachment=Attachment(id=5, filename="1-1.png"))
    spoilt = replace(job.generations[1], error="provider's words on a secret wish")
    await rig.keep(replace(job, generations=(shown, spoilt)))
    await rig.keeping.let_go()
    kept = await rig.get()
    assert (kept.ask.prompt, kept.ask.references, kept.plan, kept.refusal, kept.token) == ("", (), None, None, None)
    assert [(g.url, g.error, g.attachment, g.seed) for g in kept.generations] == [(None,) * 4] * 2
    assert (kept.emptied_at, kept.state, kept.message_id) == (NOW, job.state, job.message_id)
    assert not kept.card_owed


async def test_a_younger_job_keeps_its_words(rig: Rig) -> None:
    job = await rig.keep(replace(old(S.SUCCEEDED), created_at=NOW - KEPT))
    await rig.keeping.let_go()
    assert await rig.get() == job


@pytest.mark.parametrize("state", [S.PLANNED, S.SUBMITTING, S.QUEUED])
async def test_what_is_under_way_keeps_its_words_whatever_its_age(rig: Rig, state: GenerationState) -> None:
    job = await rig.keep(old(state))
    await rig.keeping.let_go()
    assert await rig.get() == job


async def test_a_card_that_is_owed_is_shown_first(rig: Rig) -> None:
    job = await rig.keep(replace(old(S.SUCCEEDED), revision=2))
    await rig.keeping.let_go()
    assert await rig.get() == job


@pytest.mark.parametrize("state", [S.UNKNOWN, S.TIMED_OUT, S.CANCELLED])
def test_what_may_still_turn_up_keeps_its_words_for_a_day(state: GenerationState) -> None:
    job = old(state)
    assert advance(job, Emptied(at=OLD + timedelta(hours=23))) is job
    assert advance(job, Emptied(at=OLD + timedelta(hours=24))).emptied_at


def test_what_waits_in_the_inbox_has_nothing_left_to_place() -> None:
    assert advance(replace(old(S.SUCCEEDED), place=Place.INBOX), Emptied(at=NOW)).place is Place.GONE


@pytest.mark.parametrize(
    ("ended", "event"),
    [
        (S.FAILED, Charged(remote_id="r-1-2", cost_microusd=30_000)),
        (S.TIMED_OUT, PictureReady(remote_id="r-1-2", url="https://results.example/late", at=NOW)),
    ],
)
def test_what_comes_after_the_words_are_gone_takes_no_picture_off_the_old_message(
    ended: GenerationState, event: JobEvent
) -> None:
    job = old(S.SUCCEEDED, ended)
    shown = replace(job.generations[0], attachment=Attachment(id=5, filename="1-1.png"), price_microusd=50_000)
    job = replace(job, generations=(shown, replace(job.generations[1], price_microusd=50_000)))
    emptied = advance(job, Emptied(at=NOW))
    assert emptied.emptied_at
    assert not advance(emptied, event).card_owed


def test_what_was_charged_counts_also_after_the_words_are_gone() -> None:
    emptied = advance(old(S.FAILED), Emptied(at=NOW))
    assert advance(emptied, Charged(remote_id="r-1-1", cost_microusd=0)).generations[0].cost_microusd == 0


def test_a_private_picture_without_its_link_is_offered_no_more() -> None:
    job = old(S.SUCCEEDED)
    private = replace(job, ask=replace(job.ask, private=True))
    assert private.placeable
    assert not advance(private, Emptied(at=NOW)).placeable


async def test_the_row_goes_a_month_later(rig: Rig) -> None:
    await rig.keep(old(S.SUCCEEDED))
    await rig.keeping.let_go()
    rig.clock.now += ROW_OUTLIVES_WORDS - timedelta(seconds=2)
    await rig.keeping.let_go()
    assert await rig.store.get("1") is not None
    rig.clock.now += EVERY
    await rig.keeping.let_go()
    assert await rig.store.get("1") is None


async def test_it_goes_in_steps_a_minute_apart(rig: Rig) -> None:
    await rig.keep(*(old(S.FAILED, number=n) for n in range(1, JOBS_A_STEP + 2)))
    await rig.keeping.let_go()
    await rig.keeping.let_go()
    assert len(await rig.store.holding_words(NOW, 999)) == 1
    rig.clock.now += EVERY
    await rig.keeping.let_go()
    assert not await rig.store.holding_words(NOW, 999)


async def test_for_ever_is_for_ever(rig: Rig) -> None:
    job = await rig.keep(old(S.SUCCEEDED))
    await Keeping(store=rig.store, ledger=rig.ledger, rule=KeepingRule(words=None), clock=rig.clock).let_go()
    assert await rig.get() == job
