"""Whole answers, as values: the service's own refusals in its exact words, and what a broken proxy says instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from sandbox.oxen import jsontext

_TITLES = {
    "invalid_params": "Invalid parameters supplied, please check your request and try again.",
    "resource_not_found": "The requested resource could not be found",
    "unauthenticated": "You must be authenticated to perform this action.",
    "forbidden": "You are not allowed to perform this action.",
    "update_required": "Update Required",
    "unknown_error": "An unknown error occurred",
}
_HTML = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, complete."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class RefusedError(Exception):
    """A request that the service turns down; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


def json_answer(value: object, *, status: int = HTTPStatus.OK) -> Answer:
    return Answer(status=status, body=jsontext.write(value))


def envelope(status: int, kind: str, *, detail: str | None = None) -> Answer:
    """Build the typed error envelope: type and title, and the detail where there is one."""
    error = {"type": kind, "title": _TITLES[kind]}
    if detail is not None:
        error["detail"] = detail
    return json_answer({"error": error, "status": "error", "status_message": kind}, status=status)


def plain_error(status: int, message: str) -> Answer:
    """Build the short envelope, which holds nothing but a message."""
    return json_answer({"error": {"message": message}}, status=status)


def invalid_params(detail: str) -> Answer:
    return envelope(HTTPStatus.BAD_REQUEST, "invalid_params", detail=detail)


def model_not_found(model_id: str) -> Answer:
    return plain_error(HTTPStatus.NOT_FOUND, f"Model not found: {model_id}")


def unsupported_media_type() -> Answer:
    """Refuse a model that makes no pictures. The leading colon is the service's own; the status is not documented."""
    return json_answer({"error": {"detail": ":unsupported_media_type"}}, status=HTTPStatus.BAD_REQUEST)


def not_found() -> Answer:
    return envelope(HTTPStatus.NOT_FOUND, "resource_not_found")


def unauthenticated() -> Answer:
    return envelope(HTTPStatus.UNAUTHORIZED, "unauthenticated")


def forbidden() -> Answer:
    return envelope(HTTPStatus.FORBIDDEN, "forbidden")


def update_required() -> Answer:
    """Refuse what looks like the vendor's own outdated command line client."""
    detail = "Oxen CLI out of date. Pushing to OxenHub requires version >= 0.36.0."
    return envelope(HTTPStatus.UPGRADE_REQUIRED, "update_required", detail=detail)


def out_of_credits() -> Answer:
    return plain_error(HTTPStatus.PAYMENT_REQUIRED, "You have run out of credits.")


def too_many_requests(*, retry_after_s: int | None = None) -> Answer:
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    body = jsontext.write({"error": {"message": "Rate limit exceeded"}})
    return Answer(status=HTTPStatus.TOO_MANY_REQUESTS, body=body, headers=headers)


def server_error(status: int = HTTPStatus.INTERNAL_SERVER_ERROR) -> Answer:
    return envelope(status, "unknown_error")


def html_page(status: int = HTTPStatus.OK) -> Answer:
    """Build what a proxy or a login page says in the service's place."""
    phrase = HTTPStatus(status).phrase.encode()
    return Answer(status=status, body=_HTML % (phrase, phrase), content_type="text/html")


def bad_gateway() -> Answer:
    return html_page(HTTPStatus.BAD_GATEWAY)


def garbled_json() -> Answer:
    return Answer(status=HTTPStatus.OK, body=b'{"generations":[{"generation_id":"')


def no_generations() -> Answer:
    return json_answer({"generations": []})
