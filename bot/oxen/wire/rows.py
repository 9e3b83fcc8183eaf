"""Oxen's rows and lists of rows, in the shapes of today and of before; an odd row is skipped, never an error."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.json_value import Json, json_of, list_of, number_of, object_of, text_of
from bot.core.remote import RemoteRow
from bot.oxen.wire.causes import cause_of, without_secrets
from bot.oxen.wire.failures import Reply, paid_error, query_error, read_json
from bot.oxen.wire.values import moment_of

_READ = frozenset(
    {"generation_id", "status", "model_name", "model", "enqueued_at", "result_url", "error_message", "cost"}
)
"""The fields of a row that have a place of their own in RemoteRow; all others are its echo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """One page of the history; `size` counts its entries, odd ones too; `total_pages` is None where Oxen is silent."""

    rows: tuple[RemoteRow, ...]
    size: int
    total_pages: int | None


def enqueued_ids(reply: Reply) -> tuple[str, ...]:
    """Read the answer to POST /ai/queue: the new ids in Oxen's order; raises what `paid_error` makes of it."""
    entries = list_of(object_of(read_json(reply, paid_error)).get("generations"))
    ids = filter(None, (text_of(object_of(entry).get("generation_id")) for entry in entries))
    found = tuple(dict.fromkeys(ids))
    if not found:
        raise paid_error(reply)
    return found


def one_row(reply: Reply) -> RemoteRow:
    """Read one row, bare as the queue gives it or wrapped as the history does."""
    body = object_of(read_json(reply, query_error))
    row = row_of(body) or row_of(body.get("generation"))
    if row is None:
        raise query_error(reply)
    return row


def row_list(reply: Reply) -> tuple[RemoteRow, ...]:
    return history_page(reply).rows


def history_page(reply: Reply) -> HistoryPage:
    """Read a list of rows; a body without the list is an error, since "no rows" would let a job be paid twice."""
    body = object_of(read_json(reply, query_error))
    if not isinstance(body.get("generations"), list):
        raise query_error(reply)
    entries = list_of(body.get("generations"))
    total_pages = number_of(body.get("total_pages")) or 0
    return HistoryPage(
        rows=tuple(filter(None, map(row_of, entries))),
        size=len(entries),
        total_pages=int(total_pages) if total_pages >= 1 else None,
    )


def row_of(raw: object) -> RemoteRow | None:
    """Read a row; None for one without an id or a status."""
    fields = object_of(raw)
    remote_id, status = text_of(fields.get("generation_id")), text_of(fields.get("status")).lower()
    if not remote_id or not status:
        return None
    error = text_of(fields.get("error_message"))
    return RemoteRow(
        remote_id=remote_id,
        status=status,
        model=text_of(fields.get("model_name")) or text_of(fields.get("model")) or None,
        enqueued_at=moment_of(fields.get("enqueued_at")),
        url=text_of(fields.get("result_url")) or None,
        cause=cause_of(None, error) if status == "failed" else None,
        error=without_secrets(error) or None,
        echo=_echo(fields),
        cost_usd=_cost(fields.get("cost")),
    )


def _cost(raw: object) -> float | None:
    """Return what was charged; a credit note is no charge that we know how to read."""
    cost_usd = number_of(raw)
    return cost_usd if cost_usd is not None and cost_usd >= 0 else None


def _echo(fields: Mapping[str, object]) -> dict[str, Json]:
    """Keep what Oxen repeats of the request; a null says only that the row has a column for it."""
    return {name: json_of(raw) for name, raw in fields.items() if name not in _READ and raw is not None}
