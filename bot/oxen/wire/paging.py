"""When a search through the history has seen enough, whatever the order in which Oxen lists it; pure.

To stop too early is to miss a generation that exists, and so to pay for it twice.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from bot.core.remote import RemoteRow
from bot.oxen.wire.rows import HistoryPage


def wants_more(pages: Sequence[HistoryPage], since: datetime) -> bool:
    """Tell whether the next page can hold a row enqueued at or after `since`; `pages` are those read so far."""
    last = pages[-1]
    if last.size == 0:
        return False
    if last.total_pages is not None and len(pages) >= last.total_pages:
        return False
    if last.total_pages is None and not _brings_new_rows(pages):
        return False  # a server that ignores `page` would be asked for ever
    return not (_is_all_older(last, since) and _is_newest_first(pages))


def merged(active: Sequence[RemoteRow], history: Sequence[RemoteRow]) -> tuple[RemoteRow, ...]:
    """Make one row of each generation: the history's, which was read later, with what either echoes."""
    found = {row.remote_id: row for row in active}
    for row in history:
        known = found.get(row.remote_id)
        found[row.remote_id] = row if known is None else replace(row, echo={**known.echo, **row.echo})
    return tuple(found.values())


def _brings_new_rows(pages: Sequence[HistoryPage]) -> bool:
    before = {row.remote_id for page in pages[:-1] for row in page.rows}
    return any(row.remote_id not in before for row in pages[-1].rows)


def _is_all_older(page: HistoryPage, since: datetime) -> bool:
    older = [row for row in page.rows if row.enqueued_at is not None and row.enqueued_at < since]
    return len(older) == page.size


def _is_newest_first(pages: Sequence[HistoryPage]) -> bool:
    moments = [row.enqueued_at for page in pages for row in page.rows if row.enqueued_at is not None]
    return moments[0] > moments[-1] and all(earlier >= later for earlier, later in pairwise(moments))
