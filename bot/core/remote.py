"""What is sent to Oxen and what its rows say, as plain values; knows nothing of HTTP or of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.json_value import Json
from bot.errors import Cause

INLINE = "\0"
"""Begins the name of a picture that travels in the body: no person types it, and JSON writes it in six signs."""
MAX_RESULT_BYTES = 64 * 2**20
"""More is never read: no model makes as much, and Discord would not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePicture:
    """A reference that travels in the body of a POST, as a data URI."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePost:
    """One paid POST /ai/queue: the body's fields beside model, prompt and num_generations stand in `parameters`.

    There a picture of `inline` stands by its name, as whole pictures would be copied with every step of the way.
    """

    model: str
    prompt: str
    num_generations: int
    parameters: Mapping[str, Json]
    inline: Mapping[str, InlinePicture] = field(default_factory=dict[str, InlinePicture])


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRow:
    """A generation as Oxen's row tells it.

    `status` is Oxen's word, in lower case: queued, processing, succeeded, failed, cancelled, or one we do not know.
    `echo` holds every other field of the row: `prompt` and the submitted parameters, where Oxen echoes them.
    `cost_usd` is known only from GET /ai/generations.
    """

    remote_id: str
    status: str
    model: str | None
    enqueued_at: datetime | None
    url: str | None = field(repr=False)
    cause: Cause | None
    error: str | None
    echo: Mapping[str, Json] = field(repr=False)
    cost_usd: float | None = None
