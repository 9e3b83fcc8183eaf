"""A search through the history ends neither too early nor never."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.json_value import Json
from bot.core.remote import RemoteRow
from bot.oxen.wire import HistoryPage, merged, wants_more

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def row(remote_id: str, offset_s: int | None = 0, status: str = "queued", **echo: Json) -> RemoteRow:
    return RemoteRow(
        remote_id=remote_id,
        status=status,
        model=None,
        enqueued_at=None if offset_s is None else SINCE + timedelta(seconds=offset_s),
        url=None,
        cause=None,
        error=None,
        echo=echo,
    )


def page(*offsets_s: int | None, total_pages: int | None = 9, size: int | None = None) -> HistoryPage:
    rows = tuple(row(f"{offset}", offset) for offset in offsets_s)
    return HistoryPage(rows=rows, size=len(rows) if size is None else size, total_pages=total_pages)


@pytest.mark.parametrize(
    ("pages", "more"),
    [
        ([page(20, 10)], True),
        ([page(20, -10)], True),
        ([page(-10, -20)], False),
        ([page(20, 10), page(-10, -20)], False),
        ([page(20), page(-10)], False),
    ],
)
def test_newest_first_it_ends_at_the_first_page_that_is_all_older(pages: list[HistoryPage], more: bool) -> None:  # noqa: FBT001
    assert wants_more(pages, SINCE) is more


@pytest.mark.parametrize(
    "pages",
    [
        [page(-20, -10)],
        [page(-10, -10)],
        [page(-10)],
        [page(-10, -30, -20)],
        [page(20, 10), page(-30, -20)],
        [page(-10, None, -20)],
        [page(-10, -20, size=3)],
    ],
)
def test_in_any_other_order_old_rows_prove_nothing(pages: list[HistoryPage]) -> None:
    assert wants_more(pages, SINCE)


def test_it_ends_with_the_last_page() -> None:
    assert not wants_more([page(20, 10, total_pages=1)], SINCE)
    assert not wants_more([page(20, 10, total_pages=None), page(total_pages=None)], SINCE)


def test_a_server_that_ignores_the_page_is_not_asked_for_ever() -> None:
    same = page(20, 10, total_pages=None)
    assert wants_more([same], SINCE)
    assert not wants_more([same, same], SINCE)


def test_one_row_is_made_of_both_lists() -> None:
    active = [row("a", status="processing", prompt="p", seed=1), row("b")]
    history = [row("c"), row("a", status="succeeded", prompt="p")]
    rows = merged(active, history)
    assert [found.remote_id for found in rows] == ["a", "b", "c"]
    assert (rows[0].status, rows[0].echo) == ("succeeded", {"prompt": "p", "seed": 1})
