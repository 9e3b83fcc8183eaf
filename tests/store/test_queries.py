"""Every statement is an index search, so that a hundred thousand ended jobs cost nothing."""

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite as sqlite_dialect

from bot.store import queries
from bot.store.adding import MONEY_OF_DAY, OF_OWNER, QUEUE
from bot.store.changing import LOAD

STATEMENTS: dict[str, sa.Select[Any] | sa.Select[*tuple[Any, ...]]] = {
    "by id": queries.BY_ID,
    "unanswered": queries.UNANSWERED,
    "startable": queries.STARTABLE,
    "open": queries.OPEN,
    "next in line": queries.NEXT_IN_LINE,
    "waiting": queries.WAITING_SINCE,
    "at Oxen": queries.AT_OXEN,
    "missing": queries.MISSING_SINCE,
    "words": queries.HOLDING_WORDS,
    "uncharged": queries.UNCHARGED_SINCE,
    "owed": queries.OWED,
    "inbox": queries.INBOX,
    "finished": queries.FINISHED_SINCE,
    "ended tokens": queries.ENDED_TOKENS,
    "renewals": queries.RENEWALS_DUE,
    "slots": queries.SLOTS_TAKEN,
    "remote ids": queries.OWNERS_OF_REMOTE_IDS,
    "durations": queries.DURATIONS,
    "admission": OF_OWNER,
    "money": MONEY_OF_DAY,
    "queue": QUEUE,
    "load": LOAD,
}
SMALL_INDEXES = {
    "jobs_under_way",
    "jobs_under_way_of_owner",
    "jobs_unanswered",
    "jobs_card_owed",
    "generations_holding_slot",
    "generations_queued",
}
"""Partial indexes over what has not ended; reading one from end to end is the point of it."""


def plan_of(statement: sa.Select[*tuple[Any, ...]], path: str) -> list[str]:
    listed = statement.params(
        remote_ids=["r-1", "r-2"], job_ids=["1", "2"], without_jobs=["1"], without_models=["m"], checked=True, limit=9
    )
    compiled = listed.compile(dialect=sqlite_dialect.dialect(), compile_kwargs={"render_postcompile": True})
    with closing(sqlite3.connect(path)) as connection:
        unbound = [None] * len(compiled.positiontup or ())
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {compiled}", unbound)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_nothing_walks_through_a_table(sqlite: str, name: str) -> None:
    plan = plan_of(STATEMENTS[name], sqlite.removeprefix("sqlite:///"))
    walks = [step for step in plan if re.match(r"SCAN (jobs|generations)\b", step)]
    assert [step for step in walks if step.split()[-1] not in SMALL_INDEXES] == []


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("unanswered", "jobs_unanswered"),
        ("startable", "jobs_under_way"),
        ("open", "generations_holding_slot"),
        ("next in line", "jobs_under_way_of_owner"),
        ("at Oxen", "generations_queued"),
        ("missing", "generations_missing"),
        ("owed", "jobs_card_owed"),
        ("inbox", "jobs_in_inbox"),
        ("finished", "jobs_of_owner"),
        ("uncharged", "generations_uncharged"),
        ("words", "jobs_holding_words"),
        ("renewals", "jobs_renewable"),
        ("ended tokens", "jobs_holding_token"),
        ("slots", "generations_holding_slot"),
        ("remote ids", "generations_remote_id"),
        ("durations", "generations_succeeded"),
        ("admission", "jobs_of_owner"),
        ("money", "COVERING INDEX jobs_by_age"),
        ("admission", "jobs_under_way_of_owner"),
    ],
)
def test_each_index_serves_the_query_it_is_made_for(sqlite: str, name: str, index: str) -> None:
    plan = plan_of(STATEMENTS[name], sqlite.removeprefix("sqlite:///"))
    assert any(re.search(rf"\b{index}\b", step) for step in plan)
