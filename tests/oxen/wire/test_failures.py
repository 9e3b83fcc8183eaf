"""Which answer means that a call had an effect, had none, or that nobody can tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, RemoteError, TransientError
from bot.oxen.wire import Reply, paid_error, query_error, retry_after_s

ENVELOPE = (
    b'{"error":{"type":"invalid_params","title":"Invalid parameters supplied","detail":"num_generations must be'
    b' an integer between 1 and 4"},"status":"error","status_message":"invalid_params"}'
)
UNAUTHENTICATED = b'{"error":{"type":"unauthenticated","title":"You must be authenticated to perform this action."}}'
NOT_FOUND = (
    b'{"error":{"type":"resource_not_found","title":"The requested resource could not be found"},'
    b'"status":"error","status_message":"resource_not_found"}'
)
OUTDATED = b'{"error":{"type":"update_required","detail":"Oxen CLI out of date."},"status":"error"}'
PAGE = b"<html><title>403 Forbidden</title></html>"

PAID = [
    (400, ENVELOPE, PermanentError, Cause.BAD_PARAMETER),
    (404, b'{"error":{"message":"Model not found: x"}}', PermanentError, Cause.MODEL_NOT_FOUND),
    (400, b'{"error":{"detail":":unsupported_media_type"}}', PermanentError, Cause.MODEL_NOT_FOUND),
    (400, b'"Prompt cannot be empty"', PermanentError, Cause.EMPTY_PROMPT),
    (400, b"Prompt cannot be empty", PermanentError, Cause.EMPTY_PROMPT),
    (401, UNAUTHENTICATED, PermanentError, Cause.KEY_REFUSED),
    (401, b'{"status":"error","status_message":"unauthenticated"}', PermanentError, Cause.KEY_REFUSED),
    (402, b"", PermanentError, Cause.NO_CREDITS),
    (413, PAGE, PermanentError, Cause.OTHER),
    (426, OUTDATED, PermanentError, Cause.OTHER),
    (429, b"", TransientError, Cause.OTHER),
    (429, b'{"error":{"message":"You have run out of credits."}}', PermanentError, Cause.NO_CREDITS),
    (200, b'{"error":"Insufficient credits"}', PermanentError, Cause.NO_CREDITS),
    (200, b'{"error":"Something odd"}', OutcomeUnclearError, Cause.OTHER),
    (200, b'{"error_message":"Insufficient credits"}', OutcomeUnclearError, Cause.OTHER),
    (200, b'{"generations":[]}', OutcomeUnclearError, Cause.OTHER),
    (200, b'{"generations":[{"gener', OutcomeUnclearError, Cause.OTHER),
    (200, PAGE, OutcomeUnclearError, Cause.OTHER),
    (301, b"", OutcomeUnclearError, Cause.OTHER),
    (400, b"", OutcomeUnclearError, Cause.BAD_PARAMETER),
    (403, PAGE, OutcomeUnclearError, Cause.OTHER),
    (403, b"error code: 1020", OutcomeUnclearError, Cause.OTHER),
    (408, ENVELOPE, OutcomeUnclearError, Cause.BAD_PARAMETER),
    (499, b"client closed", OutcomeUnclearError, Cause.OTHER),
    (500, ENVELOPE, OutcomeUnclearError, Cause.BAD_PARAMETER),
    (502, PAGE, OutcomeUnclearError, Cause.OTHER),
    (599, b"", OutcomeUnclearError, Cause.OTHER),
]

QUERIES = [
    (404, NOT_FOUND, NotFoundError, Cause.OTHER),
    (404, PAGE, TransientError, Cause.OTHER),
    (401, UNAUTHENTICATED, PermanentError, Cause.KEY_REFUSED),
    (403, PAGE, TransientError, Cause.OTHER),
    (403, b"error code: 1020", TransientError, Cause.OTHER),
    (400, ENVELOPE, PermanentError, Cause.BAD_PARAMETER),
    (408, b"", TransientError, Cause.OTHER),
    (426, OUTDATED, PermanentError, Cause.OTHER),
    (429, b"", TransientError, Cause.OTHER),
    (500, b"", TransientError, Cause.OTHER),
    (502, PAGE, TransientError, Cause.OTHER),
    (200, PAGE, TransientError, Cause.OTHER),
    (302, b"", TransientError, Cause.OTHER),
]


@pytest.mark.parametrize(("status", "body", "kind", "cause"), PAID)
def test_a_paid_call_is_only_refused_where_oxen_surely_refused_it(
    status: int, body: bytes, kind: type[RemoteError], cause: Cause
) -> None:
    error = paid_error(Reply(status=status, body=body))
    assert (type(error), error.cause, error.status) == (kind, cause, status)


@pytest.mark.parametrize(("status", "body", "kind", "cause"), QUERIES)
def test_a_free_call_is_made_again_unless_oxen_itself_refused_it(
    status: int, body: bytes, kind: type[RemoteError], cause: Cause
) -> None:
    error = query_error(Reply(status=status, body=body))
    assert (type(error), error.cause, error.status) == (kind, cause, status)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (ENVELOPE, "num_generations must be an integer between 1 and 4"),
        (b'{"error":{"message":"m","title":"t"}}', "m"),
        (b'{"error":{"type":"y","title":"t"}}', "t"),
        (b'{"error":{"type":"y"}}', "y"),
        (b'{"error":"e","error_message":"f"}', "e"),
        (b'{"error_message":"f","status_message":"s"}', "f"),
        (b'{"status":"error","status_message":"s"}', "s"),
        (b'{"error":{"detail":{"prompt":["too long"]}}}', '{"prompt":["too long"]}'),
        (b'{"detail":[{"loc":["seed"],"msg":"odd"}]}', '[{"loc":["seed"],"msg":"odd"}]'),
        (b"plain words", "plain words"),
        (b"\xef\xbb\xbf  <html>", "Oxen answered 400 and nothing that can be read."),
    ],
)
def test_the_most_telling_field_is_the_text(body: bytes, text: str) -> None:
    assert str(query_error(Reply(status=400, body=body))) == text


def test_half_a_row_is_never_shown_as_an_error_text() -> None:
    error = query_error(Reply(status=200, body=b'{"prompt":"my secret wish","generation_id":'))
    assert "wish" not in str(error)


def test_an_outdated_caller_is_told_why() -> None:
    assert "User-Agent" in str(query_error(Reply(status=426, body=OUTDATED)))


def test_a_wait_that_oxen_asks_for_is_kept() -> None:
    error = paid_error(Reply(status=429, body=b"", retry_after="5"))
    assert error.retry_after_s == 5.0


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        (None, None, None),
        (" 7 ", None, 7.0),
        ("1.5", None, 1.5),
        ("Sat, 21 Nov 2026 01:00:30 GMT", "Sat, 21 Nov 2026 01:00:00 GMT", 30.0),
        ("Sat, 21 Nov 2026 01:00:30 GMT", "Sat, 21 Nov 2026 02:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 01:00:30 GMT", None, None),
        ("Sat, 21 Nov 2026 01:00:30 -0000", "Sat, 21 Nov 2026 01:00:00 GMT", None),
        ("soon", None, None),
        ("-3", None, None),
        ("٣", None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_oxens_own_clock(
    header: str | None, date: str | None, seconds: float | None
) -> None:
    assert retry_after_s(header, date) == seconds


@given(st.text(), st.text())
def test_no_header_raises(header: str, date: str) -> None:
    retry_after_s(header, date)


@given(st.integers(100, 599), st.binary())
def test_every_answer_makes_an_error_with_a_text(status: int, body: bytes) -> None:
    reply = Reply(status=status, body=body)
    assert str(paid_error(reply))
    assert str(query_error(reply))
