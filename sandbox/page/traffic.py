"""What the bot sent to Discord and to Oxen, in one list, with nothing in it that opens a door."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sandbox.discord import LocalDiscord, Recorded
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.oxen import LocalOxen, RequestRecord
from sandbox.page.bell import Bell, Topic
from sandbox.page.telling import discord_words, is_completion, oxen_words
from sandbox.page.values import json_of

KEPT = 200
_LOOK_AGAIN_S = 3600.0
_HIDDEN = "***"
# The parameters that make a link of Discord's or of the local Oxen's valid.
_SIGNATURES = re.compile(r"([?&](?:hm|oxen_signature)=)[^&\s\"]+")
_WEBHOOK_TOKEN = re.compile(r"(/(?:webhooks|interactions)/\d+/)(?!\{)[^/?\s]+")


def without_secrets(value: Json) -> Json:
    """Return a value with the signatures of links and the tokens of webhooks hidden, however deep they are."""
    if isinstance(value, str):
        return _WEBHOOK_TOKEN.sub(rf"\g<1>{_HIDDEN}", _SIGNATURES.sub(rf"\g<1>{_HIDDEN}", value))
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if isinstance(value, dict):
        return {name: without_secrets(member) for name, member in value.items()}
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of the bot; `status` and `ms` are None until it is answered. `change` counts up over all calls.

    `words` say what it did; `times` how many like it, one after the other, stand in this row.
    """

    number: int
    change: int
    service: str
    at: datetime
    method: str
    path: str
    words: str
    status: int | None
    ms: float | None
    body: Json = None
    error: Json = None
    files: Sequence[str] = field(default_factory=tuple[str, ...])
    times: int = 1

    def as_json(self) -> JsonObject:
        return {
            "number": self.number,
            "service": self.service,
            "at": self.at.isoformat(),
            "method": self.method,
            "path": self.path,
            "words": self.words,
            "times": self.times,
            "status": self.status,
            "ms": None if self.ms is None else round(self.ms, 1),
            "body": self.body,
            "error": self.error,
            "files": list[Json](self.files),
        }


class Traffic:
    """The last calls, oldest first. `follow` runs as long as the servers do."""

    def __init__(self, *, discord: LocalDiscord, oxen: LocalOxen, bell: Bell) -> None:
        self._oxen = oxen
        self._bell = bell
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._numbers = 0
        self._changes = 0
        self._seen_of_oxen = 0
        self._open_at_oxen: dict[int, int] = {}
        discord.log.subscribe(self._add_discord)

    def since(self, change: int) -> list[Call]:
        """Return the calls that are new or were answered after this change."""
        return sorted((call for call in self._calls if call.change > change), key=lambda call: call.number)

    @property
    def changes(self) -> int:
        return self._changes

    async def follow(self) -> None:
        """Read the local Oxen's log whenever it changes; never returns."""
        while True:
            try:
                await self._oxen.wait_for(lambda: bool(self._news()), timeout_s=_LOOK_AGAIN_S)
            except TimeoutError:
                continue
            for record in self._news():
                self._take(record)
            self._bell.ring(Topic.TRAFFIC)

    def _news(self) -> list[RequestRecord]:
        """Return what came in or was answered since the last look."""
        return [
            record
            for record in self._oxen.log.requests
            if record.number > self._seen_of_oxen or (record.number in self._open_at_oxen and record.status is not None)
        ]

    def _take(self, record: RequestRecord) -> None:
        known = self._open_at_oxen.pop(record.number, None)
        if known is not None:
            self._answered(known, record)
            return
        self._seen_of_oxen = record.number
        call = self._add(
            lambda number, change: Call(
                number=number,
                change=change,
                service="Oxen",
                at=datetime.fromtimestamp(record.received_at, UTC),
                method=record.method,
                path=str(without_secrets(record.path)),
                words=oxen_words(record.method, record.path, json_of(record.body)),
                status=record.status,
                ms=record.duration_ms,
                body=without_secrets(json_of(record.body)),
            )
        )
        if record.status is None:
            self._open_at_oxen[record.number] = call.number

    def _answered(self, number: int, record: RequestRecord) -> None:
        self._changes += 1
        for place, call in enumerate(self._calls):
            if call.number == number:
                self._calls[place] = replace(call, change=self._changes, status=record.status, ms=record.duration_ms)

    def _add_discord(self, request: Recorded) -> None:
        sizes = [file.size_bytes for file in request.files]
        words = discord_words(request.method, request.template, request.body, sizes)
        before = self._calls[-1] if self._calls else None
        # A call for each letter that somebody types would push everything else out.
        folded = before.times if before is not None and is_completion(words) and is_completion(before.words) else 0
        if folded:
            self._calls.pop()
        self._add(
            lambda number, change: Call(
                number=number,
                change=change,
                service="Discord",
                at=request.at,
                method=request.method,
                path=str(without_secrets(request.path)),
                words=words,
                times=folded + 1,
                status=request.status,
                ms=request.ms,
                body=without_secrets(request.body),
                error=without_secrets(request.error),
                files=[f"{file.filename}, {file.size_bytes} bytes" for file in request.files],
            ),
            number=before.number if before is not None and folded else None,
        )
        self._bell.ring(Topic.TRAFFIC)

    def _add(self, make: Callable[[int, int], Call], *, number: int | None = None) -> Call:
        """Append a call; `number` is that of the row whose place it takes."""
        if number is None:
            self._numbers += 1
        self._changes += 1
        call = make(number or self._numbers, self._changes)
        self._calls.append(call)
        return call
