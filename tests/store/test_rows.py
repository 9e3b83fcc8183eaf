"""Jobs to rows and back, for all the jobs there could be, and for rows that a later version wrote."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count, product
from types import MappingProxyType

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.job import Answer, Attachment, Generation, GenerationState, Job, Place
from bot.core.json_value import Json
from bot.core.request import Ask, Command, Plan, Reference
from bot.errors import Cause
from bot.store import SqlStore
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.tables import UNDER_WAY_STATES, generations, jobs
from tests.store.conftest import Opener
from tests.store.values import NO_LIMITS, NOW, a_job, a_job_in

ids = st.integers(0, 2**63 - 1)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-7)), timezone(timedelta(minutes=345))])
moments = st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=zones)  # noqa: DTZ001 - zones are drawn
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63)
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
references = st.builds(Reference, url=words, filename=words, size_bytes=ids, content_type=st.none() | words)
asks = st.builds(
    Ask,
    command=st.sampled_from(Command),
    prompt=st.text(st.characters(exclude_categories=["Cs"])),
    references=st.lists(references, max_size=4).map(tuple),
    model=st.none() | words,
    options=st.dictionaries(words, words, max_size=3).map(MappingProxyType),
    seed=st.none() | ids,
    spoiler=st.booleans(),
)
plans = st.builds(
    Plan,
    model=words,
    parameters=st.dictionaries(words, json_values, max_size=4),
    seeds=st.lists(ids, max_size=4).map(tuple),
    reference_field=st.none() | words,
    references_as_list=st.booleans(),
    price_usd=st.none() | st.floats(0, 100),
)


def made_of(number: int) -> st.SearchStrategy[Generation]:
    return st.builds(
        Generation,
        id=st.just(f"g-{number}"),
        position=st.integers(0, 3),
        attempt=st.integers(1, 2),
        state=st.sampled_from(GenerationState),
        inline=st.booleans(),
        seed=st.none() | ids,
        intent_id=st.none() | words,
        intended_at=st.none() | moments,
        accepted_at=st.none() | moments,
        ended_at=st.none() | moments,
        cause=st.none() | st.sampled_from(Cause),
        error=st.none() | words,
        url=st.none() | words,
        attachment=st.none() | st.builds(Attachment, id=ids, filename=words),
    )


any_job = st.builds(
    Job,
    id=st.just("1"),
    owner_id=ids,
    channel_id=ids,
    guild_id=st.none() | ids,
    application_id=ids,
    ask=asks,
    created_at=moments,
    token=st.none() | words,
    token_expires_at=moments,
    size_limit_bytes=ids,
    answer=st.sampled_from(Answer),
    message_id=st.none() | ids,
    place=st.sampled_from(Place),
    plan=st.none() | plans,
    checked=st.booleans(),
    refusal=st.none() | words,
    cancelled_by=st.none() | ids,
    credit_id=st.none() | ids,
    generations=st.lists(st.integers(), max_size=4).flatmap(lambda n: st.tuples(*(made_of(i) for i in range(len(n))))),
)

_numbers = count(1)


@pytest.fixture
async def sqlite_store(opened: Opener, sqlite: str) -> SqlStore:
    return await opened(sqlite)


# Half as many as elsewhere, since each is a transaction of its own.
@settings(max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(any_job)
async def test_every_job_survives_a_round_trip(sqlite_store: SqlStore, job: Job) -> None:
    job = replace(job, id=str(next(_numbers)))
    await sqlite_store.add(job, limits=NO_LIMITS, slots=2**31)
    assert await sqlite_store.get(job.id) == job


@pytest.mark.parametrize("answer", Answer)
def test_the_states_that_count_as_under_way_are_those_of_jobs_under_way(answer: Answer) -> None:
    every = [a_job_in(1, *states, answer=answer) for states in product(GenerationState, repeat=2)]
    assert [job.state in UNDER_WAY_STATES for job in every] == [job.under_way for job in every]


@pytest.mark.parametrize(("value", "table"), [(Job, jobs), (Generation, generations)])
def test_every_field_has_a_column(value: type, table: sa.Table) -> None:
    elsewhere = {"token", "generations", "attachment"}
    assert {field.name for field in fields(value)} - elsewhere <= set(table.c.keys())


async def test_g6_a_row_of_a_later_version_is_left_alone_and_stops_nobody(
    sqlite: str, opened: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    store = await opened(sqlite)
    for number in (1, 2):
        await store.add(a_job(number), limits=NO_LIMITS, slots=1)
    await store.close()
    engine = open_engine(locate(sqlite))
    async with engine.begin() as connection:
        await connection.execute(sa.update(generations).where(generations.c.job_id == "1").values(state="dreaming"))
    await engine.dispose()
    store = await opened(sqlite)
    assert [job.id for job in await store.unanswered(NOW + timedelta(days=1))] == ["2"]
    assert await store.change("1", lambda job: replace(job, revision=9)) is None
    assert "cannot be read by this version" in caplog.text
