"""One event of the stream, read into a value; never raises, since a poll finds whatever could not be read."""

from bot.core.events import Failed, Other, StreamEvent, Succeeded
from bot.core.json_value import object_of, text_of
from bot.oxen.wire.causes import cause_of, without_secrets
from bot.oxen.wire.values import parse

COMPLETED = "media_generation_completed"
"""The one event name that Oxen documents for generations."""

UNNAMED = "message"
"""What an event without an `event:` line is called (WHATWG HTML 9.2.6)."""


def event_of(name: str, data: str) -> StreamEvent:
    """Read an event by its name and data: Succeeded or Failed for a generation's end, else Other."""
    try:
        body = object_of(parse(data))
    except ValueError:
        return Other(name=name)
    # Oxen's maintainers read an event whose `event:` line was lost by the name in its data; so do we.
    nameless = name == UNNAMED and COMPLETED in (body.get("event"), body.get("type"))
    remote_id = text_of(body.get("generation_id"))
    if not remote_id or not (name == COMPLETED or nameless):
        return Other(name=name)
    status = text_of(body.get("status")).lower()
    # An event says `url` and `error` where a row says `result_url` and `error_message`.
    url = text_of(body.get("url")) or text_of(body.get("result_url"))
    if status == "succeeded" and url:
        return Succeeded(remote_id=remote_id, url=url)
    if status == "failed":
        told = text_of(body.get("error")) or text_of(body.get("error_message"))
        return Failed(remote_id=remote_id, cause=cause_of(None, told), text=without_secrets(told))
    return Other(name=name)
