from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.admission import Limits
from bot.core.job import Answer, GenerationState, JobState
from bot.core.job_events import Intended, NotAccepted
from bot.core.request import Ask
from bot.core.schema import Prices
from bot.errors import UserError
from bot.service.submission import Origin
from tests.core.jobs import a_job, an_ask
from tests.fakes import ManualClock
from tests.service.rig import SLOTS, Rig
from tests.store.values import NO_LIMITS

S = GenerationState
TIGHT = Limits(jobs_under_way=1, images_per_day=3)


def origin(clock: ManualClock, number: int = 1) -> Origin:
    return Origin(
        interaction_id=number,
        owner_id=7,
        channel_id=8,
        guild_id=10,
        application_id=9,
        token="interaction token",
        token_expires_at=clock() + timedelta(minutes=15),
        size_limit_bytes=100,
    )


async def test_a_request_is_committed_before_anything_else(rig: Rig) -> None:
    job = await rig.submission().submit(an_ask(count=2), origin(rig.clock))
    assert job is not None
    assert job == await rig.get()
    assert (job.state, [g.id for g in job.generations]) == (JobState.RECEIVED, ["1-1", "1-2"])


async def test_a_picture_without_a_seed_of_its_own_gets_ours(rig: Rig) -> None:
    job = await rig.submission().submit(an_ask(count=2), origin(rig.clock))
    assert job is not None
    assert [g.seed for g in job.generations] == [42, 43]


async def test_only_words_need_no_further_check(rig: Rig) -> None:
    plain = await rig.submission().submit(an_ask(), origin(rig.clock, 1))
    mixed = await rig.submission().submit(an_ask(references=1), origin(rig.clock, 2))
    assert plain is not None
    assert mixed is not None
    assert (plain.checked, mixed.checked) == (True, False)


async def test_without_a_catalogue_the_job_is_taken_and_planned_later(rig: Rig) -> None:
    rig.catalogue.at_hand = None
    job = await rig.submission().submit(an_ask(), origin(rig.clock))
    assert job is not None
    assert (job.plan, job.checked) == (None, False)


@pytest.mark.parametrize("ask", [replace(an_ask(), model="no such model"), replace(an_ask(), options={"steps": "x"})])
async def test_what_the_catalogue_rules_out_is_refused_and_leaves_no_row(rig: Rig, ask: Ask) -> None:
    with pytest.raises(UserError):
        await rig.submission().submit(ask, origin(rig.clock))
    assert await rig.store.get("1") is None


async def test_an_interaction_that_comes_twice_is_taken_once(rig: Rig) -> None:
    submission = rig.submission()
    assert await submission.submit(an_ask(), origin(rig.clock)) is not None
    assert await submission.submit(an_ask(), origin(rig.clock)) is None


async def test_a_job_does_not_claim_to_start_while_oxen_takes_no_orders_or_has_named_no_models(rig: Rig) -> None:
    submission = rig.submission()
    first = await submission.submit(an_ask(), origin(rig.clock, 1))
    assert first is not None
    await submission.answered(first, 77)
    await rig.ledger.apply("1", Intended(generation_ids=("1-1",), intent_id="i", at=rig.clock()))
    await rig.ledger.apply("1", NotAccepted(intent_id="i", at=rig.clock()))
    later = await submission.submit(an_ask(), origin(rig.clock, 2))
    rig.catalogue.at_hand = None
    unnamed = await rig.submission().submit(an_ask(), origin(rig.clock, 3))
    assert [job.starts_at_once for job in (first, later, unnamed) if job] == [True, False, False]


async def test_who_has_too_many_under_way_is_told(rig: Rig) -> None:
    submission = rig.submission(TIGHT)
    await submission.submit(an_ask(), origin(rig.clock, 1))
    with pytest.raises(UserError, match="one request under way"):
        await submission.submit(an_ask(), origin(rig.clock, 2))


async def test_who_has_used_up_the_day_is_told_what_is_left(rig: Rig) -> None:
    with pytest.raises(UserError, match="3 pictures left"):
        await rig.submission(TIGHT).submit(an_ask(count=4), origin(rig.clock))


async def test_who_has_no_money_left_hears_what_it_costs_and_what_is_left(rig: Rig) -> None:
    submission = rig.submission(replace(NO_LIMITS, microusd_per_day_of_member=120_000))
    with pytest.raises(UserError, match=r"This would cost \$0\.20, and you have \$0\.12 left"):
        await submission.submit(an_ask(count=4), origin(rig.clock))
    await submission.submit(an_ask(count=2), origin(rig.clock, 2))
    assert [g.price_microusd for g in (await rig.get("2")).generations] == [50_000] * 2


async def test_when_everybodys_money_is_spent_nobody_is_blamed(rig: Rig) -> None:
    submission = rig.submission(replace(NO_LIMITS, microusd_per_day=50_000))
    await submission.submit(an_ask(), origin(rig.clock, 1))
    with pytest.raises(UserError, match="this bot has no money left in these 24 hours"):
        await submission.submit(an_ask(), origin(rig.clock, 2))


async def test_under_a_ceiling_nothing_is_taken_without_the_list_of_prices(rig: Rig) -> None:
    rig.catalogue.at_hand = None
    with pytest.raises(UserError, match="list of models and prices is not there yet"):
        await rig.submission(replace(NO_LIMITS, microusd_per_day=10**9)).submit(an_ask(), origin(rig.clock))
    assert await rig.store.get("1") is None


async def test_under_a_ceiling_a_model_without_a_price_is_refused_by_its_name(rig: Rig) -> None:
    rig.catalogue.at_hand = [replace(model, prices=Prices()) for model in rig.catalogue.at_hand or ()]
    with pytest.raises(UserError, match="The price of flux-2-dev is not known"):
        await rig.submission(replace(NO_LIMITS, microusd_per_day=10**9)).submit(an_ask(), origin(rig.clock))


async def test_a_database_that_takes_no_writes_is_told_in_plain_words(rig: Rig) -> None:
    await rig.store.close()
    with pytest.raises(UserError, match="cannot write to its database"):
        await rig.submission().submit(an_ask(), origin(rig.clock))


async def test_who_must_wait_is_told_how_many_are_ahead(rig: Rig) -> None:
    await rig.keep(*(a_job(S.QUEUED, number=100 + n) for n in range(SLOTS)), a_job(number=200))
    job = await rig.submission().submit(an_ask(), origin(rig.clock))
    assert job is not None
    assert job.ahead == 1


async def test_an_answer_is_recorded_with_what_it_showed(rig: Rig) -> None:
    job = await rig.submission().submit(an_ask(), origin(rig.clock))
    assert job is not None
    await rig.submission().answered(job, 77)
    kept = await rig.get()
    assert (kept.state, kept.message_id, kept.card_owed) == (JobState.WAITING, 77, False)


async def test_a_missed_answer_ends_the_job_unpaid(rig: Rig) -> None:
    job = await rig.submission().submit(an_ask(), origin(rig.clock))
    assert job is not None
    await rig.submission().missed(job)
    kept = await rig.get()
    assert (kept.state, kept.answer, kept.token) == (JobState.ABANDONED, Answer.MISSED, None)
    assert not await rig.store.startable(1)


async def test_the_first_card_is_drawn_from_memory(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED, number=5))
    await rig.estimates.refresh("flux-2-dev")
    assert rig.desk().first_card(a_job()).lines[0].endswith("usually about 12 s")
