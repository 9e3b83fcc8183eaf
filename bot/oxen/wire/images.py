"""The answer of the synchronous endpoints: the picture itself or its link; no I/O."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.json_value import list_of, object_of, text_of
from bot.errors import Cause, OutcomeUnclearError
from bot.oxen.wire.failures import Reply, paid_error, read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineImage:
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedImage:
    """`url` is signed and expires."""

    url: str = field(repr=False)


def image_of(reply: Reply) -> InlineImage | LinkedImage:
    """Read the first picture; raises what `paid_error` makes of an answer without one."""
    body = object_of(read_json(reply, paid_error))
    for entry in _entries(body):
        encoded = text_of(entry.get("b64_json"))
        if encoded:
            return InlineImage(data=_decoded(encoded))
        url = text_of(entry.get("url")) or text_of(entry.get("image_url"))
        if url:
            return InlineImage(data=_decoded(url)) if url.startswith("data:") else LinkedImage(url=url)
    raise paid_error(reply)


def _entries(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Give the places where a picture has been seen: `images[0]` is today's, the others are older examples'."""
    lists = (list_of(body.get(name)) for name in ("images", "data", "output"))
    firsts = [_entry(entries[0]) for entries in lists if entries]
    return [*firsts, body, _entry(body.get("image")), _entry(body.get("data"))]


def _entry(raw: object) -> Mapping[str, object]:
    return {"url": raw} if isinstance(raw, str) else object_of(raw)


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise OutcomeUnclearError(
            "Oxen's answer holds a picture that is no base64.", cause=Cause.RESULT_UNREADABLE
        ) from None
