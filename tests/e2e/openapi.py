"""Holds what the bot sent against Discord's own OpenAPI file, where that file is at hand.

The file knows nothing of the rules of Components V2 beyond their shapes, and discord.py sends fields that it does not
know (`tts`), so an unknown field is no fault.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import cast

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012, Schema, SchemaRegistry

from sandbox.discord import Recorded

SPECIFICATION = Path(__file__).parents[3] / "shared/facts/discord-openapi.json"
MOST_SHOWN = 300
"""Characters of a complaint, which may repeat the whole body."""
_URI = "urn:discord"
_JSON = "application/json"


def is_at_hand() -> bool:
    return SPECIFICATION.exists()


class SentBodies:
    """Keeps one body of each shape, so that two hundred jobs cost no more than one."""

    def __init__(self) -> None:
        self._kept: dict[str, Recorded] = {}

    def note(self, request: Recorded) -> None:
        """Take in a request that Discord has answered; what it refused is not ours to defend."""
        if request.body is not None and request.status < HTTPStatus.BAD_REQUEST:
            self._kept.setdefault(f"{request.method} {request.template} {_shape(request.body)}", request)

    def check(self) -> None:
        """Raise AssertionError with everything that Discord's file does not allow."""
        found = [problem for request in self._kept.values() for problem in problems(request)] if is_at_hand() else []
        assert not found, "\n".join(found)


def problems(request: Recorded) -> Iterator[str]:
    """Say what Discord's file does not allow in a request, one line each."""
    validator = _validator(request.method.lower(), request.template)
    if validator is None:
        yield f"{request.method} {request.template} takes no JSON body"
        return
    for error in _errors(validator, _with_text_ids(request.body)):
        yield f"{request.method} {request.template} {error.json_path}: {error.message[:MOST_SHOWN]}"


def _errors(validator: Draft202012Validator, body: object) -> Iterator[ValidationError]:
    # Its stub leaves types open.
    return cast(
        "Iterator[ValidationError]",
        validator.iter_errors(cast("dict[str, object]", body)),  # pyright: ignore[reportUnknownMemberType, reportArgumentType]
    )


@cache
def _specification() -> Mapping[str, object]:
    return cast("Mapping[str, object]", json.loads(SPECIFICATION.read_text(encoding="utf-8")))


@cache
def _registry() -> SchemaRegistry:
    resource = Resource[Schema](contents=_specification(), specification=DRAFT202012)
    empty: SchemaRegistry = Registry()
    return empty.with_resource(_URI, resource)


@cache
def _validator(method: str, template: str) -> Draft202012Validator | None:
    found: object = _specification()
    for step in ("paths", template, method, "requestBody", "content", _JSON, "schema"):
        found = cast("Mapping[str, object]", found).get(step) if isinstance(found, dict) else None
    if found is None:
        return None
    # The operation's schema stands inside the file, so its references are read against the file.
    path = "/".join(_escaped(step) for step in ("paths", template, method, "requestBody", "content", _JSON, "schema"))
    return Draft202012Validator({"$ref": f"{_URI}#/{path}"}, registry=_registry())


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _with_text_ids(value: object) -> object:
    """Write the whole-number ids of attachments as texts, as Discord takes either."""
    if isinstance(value, list):
        return [_with_text_ids(item) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, object]", value)
    return {name: _text_ids(item) if name == "attachments" else _with_text_ids(item) for name, item in members.items()}


def _text_ids(attachments: object) -> object:
    if not isinstance(attachments, list):
        return attachments
    return [_with_text_id(each) for each in cast("list[object]", attachments)]


def _with_text_id(attachment: object) -> object:
    if not isinstance(attachment, dict):
        return attachment
    members = cast("dict[str, object]", attachment)
    return {name: str(item) if name == "id" else item for name, item in members.items()}


def _shape(value: object) -> str:
    """Name what a body looks like, apart from the words and numbers in it."""
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return "{" + ",".join(f"{name}:{_shape(item)}" for name, item in members.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted({_shape(item) for item in cast("list[object]", value)})) + "]"
    return type(value).__name__
