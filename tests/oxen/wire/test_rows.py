"""Rows as the vendor's documents of different years print them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.remote import RemoteRow
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, RemoteError, TransientError
from bot.oxen.wire import Reply, enqueued_ids, history_page, one_row, row_list, row_of

ROW = {
    "generation_id": "7cf9b23a",
    "model_name": "flux-2-dev",
    "prompt": "An astronaut",
    "media_type": "image",
    "status": "processing",
    "result_url": None,
    "error_message": None,
    "enqueued_at": 1775091431,
    "started_at": 1775091432,
    "completed_at": None,
    "aspect_ratio": "16:9",
}
ENQUEUED = datetime(2026, 4, 2, 0, 57, 11, tzinfo=UTC)


def ok(body: object) -> Reply:
    return Reply(status=200, body=json.dumps(body).encode())


def row(**fields: object) -> RemoteRow:
    found = row_of(ROW | fields)
    assert found is not None
    return found


def test_a_row_of_today_is_read_whole() -> None:
    assert row() == RemoteRow(
        remote_id="7cf9b23a",
        status="processing",
        model="flux-2-dev",
        enqueued_at=ENQUEUED,
        url=None,
        cause=None,
        error=None,
        echo={"prompt": "An astronaut", "media_type": "image", "started_at": 1775091432, "aspect_ratio": "16:9"},
    )


def test_an_older_row_names_its_model_otherwise() -> None:
    older = {key: value for key, value in ROW.items() if key != "model_name"} | {"model": "old"}
    found = row_of(older)
    assert found is not None
    assert (found.model, "model" in found.echo) == ("old", False)


@pytest.mark.parametrize(
    "stamp",
    [1775091431, 1775091431.0, 1775091431000, "1775091431", "2026-04-02T00:57:11Z", "2026-04-02T02:57:11+02:00"],
)
def test_a_moment_is_read_in_every_spelling(stamp: object) -> None:
    assert row(enqueued_at=stamp).enqueued_at == ENQUEUED


@pytest.mark.parametrize(
    "stamp", [None, True, "soon", "2026-04-02T00:57:11", 1e300, -1e300, [], "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_that_cannot_be_read_is_not_known(stamp: object) -> None:
    assert row(enqueued_at=stamp).enqueued_at is None


def test_a_failed_row_has_its_cause_and_a_text_without_links() -> None:
    failed = row(status="FAILED", error_message="404 Client Error: Not Found for url: https://cdn.test/a?hm=1")
    assert (failed.status, failed.cause) == ("failed", Cause.REFERENCE_NOT_FETCHED)
    assert failed.error == "404 Client Error: Not Found for url: (link to cdn.test)"


def test_a_failed_row_without_a_text_has_a_cause_all_the_same() -> None:
    assert (row(status="failed").cause, row(status="failed").error) == (Cause.OTHER, None)


@pytest.mark.parametrize(
    ("cost", "cost_usd"),
    [
        ("0.05", 0.05),
        (0.05, 0.05),
        (None, None),
        ("free", None),
        ("0", 0),
        ("0.00", 0),
        (-1, None),
        ("-0.05", None),
        ("NaN", None),
    ],
)
def test_the_cost_is_money_in_text(cost: object, cost_usd: float | None) -> None:
    assert row(cost=cost).cost_usd == cost_usd


def test_no_repr_shows_a_link_or_a_prompt() -> None:
    shown = repr(row(status="succeeded", result_url="https://x.test/?oxen_signature=abc"))
    assert "oxen_signature" not in shown
    assert "astronaut" not in shown


def test_a_row_from_the_history_comes_wrapped() -> None:
    wrapped = {"status": "success", "status_message": "resource_found", "generation": ROW}
    assert one_row(ok(wrapped)) == one_row(ok(ROW)) == row()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=404, body=b'{"error":{"type":"resource_not_found"}}'), NotFoundError),
        (Reply(status=200, body=b'{"generation_id":'), TransientError),
        (Reply(status=200, body=b'{"error":"busy"}'), TransientError),
        (Reply(status=200, body=b"[]"), TransientError),
        (Reply(status=500, body=b""), TransientError),
    ],
)
def test_a_row_that_is_none_raises(reply: Reply, kind: type[RemoteError]) -> None:
    with pytest.raises(kind) as caught:
        one_row(reply)
    assert type(caught.value) is kind


def test_odd_entries_of_a_list_are_skipped() -> None:
    entries = [
        None,
        7,
        "x",
        {},
        {"generation_id": "a"},
        {"status": "queued"},
        ROW,
        {"generation_id": "b", "status": "odd"},
    ]
    assert [found.remote_id for found in row_list(ok({"count": 8, "generations": entries}))] == ["7cf9b23a", "b"]


@pytest.mark.parametrize("body", [{}, [], None, {"generations": None}, {"generations": {}}, {"error": {"detail": "x"}}])
def test_a_missing_list_is_an_error_and_not_an_empty_one(body: object) -> None:
    with pytest.raises(TransientError):
        row_list(ok(body))


def test_a_page_of_the_history_knows_how_many_there_are() -> None:
    page = history_page(ok({"generations": [ROW, None], "page_number": 1, "total_pages": 3}))
    assert (len(page.rows), page.size, page.total_pages) == (1, 2, 3)


@pytest.mark.parametrize("total", [None, 0, "many"])
def test_a_page_that_miscounts_says_nothing_about_the_others(total: object) -> None:
    assert history_page(ok({"generations": [ROW], "total_pages": total})).total_pages is None


def test_the_new_ids_come_in_oxens_order() -> None:
    entries = [{"generation_id": "b", "status": "queued"}, {"generation_id": "a", "status": "processing"}]
    assert enqueued_ids(ok({"generations": [*entries, {"status": "queued"}, entries[0]]})) == ("b", "a")


@pytest.mark.parametrize(
    "body", ['{"generations":[]}', '{"generations":[{}]}', "{}", "[]", "null", '"queued"', '{"error":"odd"}', ""]
)
def test_an_accepting_answer_without_ids_is_unclear(body: str) -> None:
    with pytest.raises(OutcomeUnclearError):
        enqueued_ids(Reply(status=200, body=body.encode()))


def test_a_known_refusal_in_an_accepting_answer_is_a_refusal() -> None:
    with pytest.raises(PermanentError) as caught:
        enqueued_ids(ok({"generations": [], "error": {"detail": ":unsupported_media_type"}}))
    assert caught.value.cause is Cause.MODEL_NOT_FOUND


odd_values = st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.lists(st.none(), max_size=1)


@given(st.dictionaries(st.sampled_from([*ROW, "cost", "model"]), odd_values))
def test_no_row_raises(raw: dict[str, object]) -> None:
    row_of(ROW | raw)
