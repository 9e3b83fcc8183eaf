"""Jobs to rows and back, field by field; knows no connection."""

import logging
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import RowMapping

from bot.core.admission import counted_images, counted_microusd
from bot.core.job import Answer, Attachment, Generation, GenerationState, Job, Place
from bot.core.request import Ask, Command, Plan, Reference
from bot.errors import Cause
from bot.store.seal import TokenSeal
from bot.store.tables import generations, jobs

log = logging.getLogger(__name__)

Values = dict[str, Any]
"""A row to be written, by column."""

_PREFIX = "generation_"

JOBS_WITH_GENERATIONS = (
    sa.select(*jobs.c, *(column.label(_PREFIX + column.name) for column in generations.c))
    .select_from(jobs.outerjoin(generations))
    .order_by(jobs.c.created_at, jobs.c.id, generations.c.ordinal)
)
"""Whole jobs in one statement, so that no other process can change one between its row and its generations."""

_JOB_COPIED = tuple(f.name for f in fields(Job) if f.name in jobs.c and f.name not in {"ask", "plan"})
_GENERATION_COPIED = tuple(f.name for f in fields(Generation) if f.name in generations.c)


def job_row(job: Job, seal: TokenSeal) -> Values:
    """Give every column of the job's row."""
    return {
        **{name: getattr(job, name) for name in _JOB_COPIED},
        "ask": _json(job.ask),
        "plan": None if job.plan is None else _json(job.plan),
        "sealed_token": seal.close(job.token),
        "state": job.state,
        "counted_images": counted_images(job),
        "counted_microusd": counted_microusd(job),
        "renewal_at": job.renewal_at,
    }


def generation_rows(job: Job) -> dict[str, Values]:
    """Give every column of the rows of the job's generations, by their ids."""
    model = None if job.plan is None else job.plan.model
    return {g.id: _generation_row(job.id, ordinal, g, model) for ordinal, g in enumerate(job.generations)}


def _generation_row(job_id: str, ordinal: int, generation: Generation, model: str | None) -> Values:
    attachment = generation.attachment
    return {
        **{name: getattr(generation, name) for name in _GENERATION_COPIED},
        "job_id": job_id,
        "ordinal": ordinal,
        "model": model,
        "attachment_id": None if attachment is None else attachment.id,
        "attachment_filename": None if attachment is None else attachment.filename,
    }


def read_jobs(rows: Iterable[RowMapping], seal: TokenSeal) -> list[Job]:
    """Give the jobs in the order of the rows of JOBS_WITH_GENERATIONS.

    A row that this version cannot read (a later one wrote it) is logged and left alone, so that it stops nobody else.
    """
    grouped: dict[str, list[RowMapping]] = {}
    for row in rows:
        grouped.setdefault(row["id"], []).append(row)
    found = (_job_or_none(group, seal) for group in grouped.values())
    return [job for job in found if job is not None]


def _job_or_none(group: list[RowMapping], seal: TokenSeal) -> Job | None:
    try:
        return _job(group, seal)
    except (ValueError, TypeError, KeyError):
        job_id: str = group[0]["id"]
        log.exception("a job cannot be read by this version", extra={"job_id": job_id})
        return None


def _job(group: list[RowMapping], seal: TokenSeal) -> Job:
    row = group[0]
    values: Values = {name: row[name] for name in _JOB_COPIED}
    values["answer"] = Answer(row["answer"])
    values["place"] = Place(row["place"])
    return Job(
        **values,
        ask=_ask(row["ask"]),
        plan=None if row["plan"] is None else _plan(row["plan"]),
        token=seal.open(row["sealed_token"]),
        generations=tuple(_generation(part) for part in group if part[_PREFIX + "id"] is not None),
    )


def _generation(row: RowMapping) -> Generation:
    values: Values = {name: row[_PREFIX + name] for name in _GENERATION_COPIED}
    values["state"] = GenerationState(values["state"])
    values["cause"] = None if values["cause"] is None else Cause(values["cause"])
    attachment_id: int | None = row[_PREFIX + "attachment_id"]
    if attachment_id is not None:
        values["attachment"] = Attachment(id=attachment_id, filename=row[_PREFIX + "attachment_filename"])
    return Generation(**values)


def _json(value: Ask | Plan) -> str:
    """Write a dataclass as JSON; `default` turns mappings that are no dict into one."""
    return orjson.dumps(value, default=dict).decode()


def _ask(text: str) -> Ask:
    values: Values = orjson.loads(text)
    values["command"] = Command(values["command"])
    values["references"] = tuple(Reference(**reference) for reference in values["references"])
    return Ask(**values)


def _plan(text: str) -> Plan:
    values: Values = orjson.loads(text)
    values["seeds"] = tuple(values["seeds"])
    return Plan(**values)
