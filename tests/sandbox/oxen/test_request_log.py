from sandbox.oxen.changes import Changes
from sandbox.oxen.request_log import RequestLog, RequestRecord


def received(log: RequestLog, *, path: str = "/api/x", headers: dict[str, str] | None = None) -> RequestRecord:
    return log.received(method="GET", path=path, route="GET /x", headers=headers or {}, body=None, now=10.0)


def test_the_key_is_not_kept() -> None:
    log = RequestLog(Changes())
    received(log, headers={"authorization": "Bearer secret", "Accept": "*/*"})
    assert log.requests[0].headers == {"authorization": "***", "Accept": "*/*"}


def test_a_signature_is_not_kept() -> None:
    log = RequestLog(Changes())
    received(log, path="/api/repos/a.png?oxen_signature=secret&oxen_expires=7")
    assert log.requests[0].path == "/api/repos/a.png?oxen_signature=***&oxen_expires=7"


def test_a_request_without_an_answer_has_no_status() -> None:
    log = RequestLog(Changes())
    received(log)
    assert log.requests[0].status is None
    assert log.count("GET /x") == 1


def test_an_answer_is_timed() -> None:
    log = RequestLog(Changes())
    log.answered(received(log).number, status=200, now=10.25)
    assert (log.requests[0].status, log.requests[0].duration_ms) == (200, 250)


def test_old_requests_are_forgotten_but_still_counted() -> None:
    log = RequestLog(Changes())
    first = received(log)
    for _ in range(5000):
        received(log)
    log.answered(first.number, status=200, now=11)
    assert (len(log.requests), log.requests[0].number, log.count("GET /x")) == (5000, 2, 5001)


def test_an_inline_picture_is_kept_in_part() -> None:
    log = RequestLog(Changes())
    body = {"prompt": "x", "input_image": ["y" * 9000]}
    log.received(method="POST", path="/api/x", route="POST /x", headers={}, body=body, now=0.0)
    kept = log.requests[0].body
    assert kept == {"prompt": "x", "input_image": ["y" * 8000 + "... (9000 characters)"]}
