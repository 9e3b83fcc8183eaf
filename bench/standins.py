"""The stand-ins with a stopwatch on each: when Oxen wrote an event, when Discord had the edit; knows no client."""

import asyncio
import json
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from time import perf_counter
from typing import cast

from aiohttp import web

from sandbox.discord import GatewaySettings, Interaction, LocalDiscord, Settings
from sandbox.oxen import DelayEvent, Knobs, LocalOxen
from sandbox.oxen.ledger import PictureFile

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

UNTIL_OPENED = math.inf
SMALL_PX = 64
"""Pictures of about 5 kB: painting them costs the machine next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One PATCH of a message, by `perf_counter`: its body had arrived whole; its answer was ready to go out."""

    arrived: float
    answered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One job: from the written event to the arrived edit, and to the edit's answer."""

    to_edit_ms: float
    to_answer_ms: float


class Gate:
    """Holds the events of finished pictures back, so that they can all be written at once."""

    def __init__(self) -> None:
        self._opened = asyncio.Event()

    def shut(self) -> None:
        self._opened.clear()

    def open(self) -> None:
        self._opened.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep; `UNTIL_OPENED` seconds are over when the gate opens."""
        if seconds == UNTIL_OPENED:
            await self._opened.wait()
        else:
            await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """HTTP requests."""

    discord: int
    oxen: int


@dataclass(slots=True, kw_only=True)
class StandIns:
    """One local Discord and one local Oxen for one client, which finishes jobs that have different prompts.

    `result_bytes` makes every picture that long, by bytes after its end that no viewer reads; `result` stands for all.
    """

    discord: LocalDiscord
    oxen: LocalOxen
    gate: Gate
    result_bytes: int = 0
    result: bytes | None = None
    _events: dict[str, float] = field(default_factory=dict[str, float])
    _edits: dict[str, list[Edit]] = field(default_factory=dict[str, list[Edit]])

    def is_finished(self, prompt: str, interaction: Interaction) -> bool:
        return self._edit(prompt, interaction) is not None

    def timing(self, prompt: str, interaction: Interaction) -> Timing:
        """Give the time of a job that is finished: to its first edit after the event."""
        edit = self._edit(prompt, interaction)
        if edit is None:
            raise LookupError(f"{prompt} is not finished")
        told = self._events[prompt]
        return Timing(to_edit_ms=(edit.arrived - told) * 1000, to_answer_ms=(edit.answered - told) * 1000)

    def _edit(self, prompt: str, interaction: Interaction) -> Edit | None:
        told, message = self._events.get(prompt), self.discord.message_of(interaction)
        if told is None or message is None:
            return None
        return next((edit for edit in self._edits.get(str(message.id), ()) if edit.arrived > told), None)

    def hold_events(self) -> None:
        """Paint, but keep every event until the gate is opened."""
        self.gate.shut()
        self.oxen.faults.clear()
        self.oxen.faults.add(DelayEvent(delay_s=UNTIL_OPENED), times=None)

    def count_calls(self) -> Calls:
        """Count what the client has sent so far."""
        return Calls(discord=self.discord.log.count(), oxen=sum(self.oxen.log.counts.values()))

    async def watch_stream(self) -> None:
        """Listen beside the client: whoever joined is written to in the same turn of the loop."""
        stream = self.oxen.streams.join(abort=lambda: None)
        while (chunk := await stream.next_chunk(keep_alive_s=3600.0)) is not None:
            told = perf_counter()
            generation_id = _generation_id(chunk)
            row = self.oxen.ledger.get(generation_id) if generation_id else None
            if row is None:
                continue
            self._events[row.prompt] = told
            if row.file is not None and (self.result or len(row.file.data) < self.result_bytes):
                # Long before the client has read the event and asks for the file.
                other = replace(row.file, data=self.result or row.file.data)
                self.oxen.ledger.put(replace(row, file=_padded(other, self.result_bytes)))

    @web.middleware
    async def time_edits(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note when each edit arrived that Discord took; one that it refuses is none."""
        if request.method != "PATCH":
            return await handler(request)
        arrivals: list[float] = []
        request.content.on_eof(lambda: arrivals.append(perf_counter()))
        response = await handler(request)
        if response.status == HTTPStatus.OK:
            edit = Edit(arrived=arrivals[0], answered=perf_counter())
            self._edits.setdefault(request.match_info["message_id"], []).append(edit)
        return response


@asynccontextmanager
async def stand_ins(
    *, painting_s: tuple[float, float] = (0.05, 0.05), result_bytes: int = 0, result: bytes | None = None
) -> AsyncGenerator[StandIns]:
    """Start the stand-ins; without noise on the stream, since a floor has nothing to tell apart."""
    gate = Gate()
    knobs = Knobs(painting_s=painting_s, usual_long_side_px=SMALL_PX, noisy_stream=False)
    oxen = LocalOxen(knobs=knobs, sleep=gate.sleep)
    discord = LocalDiscord(
        Settings(gateway=GatewaySettings(identify_spacing_s=0)),
        extend=lambda app: app.middlewares.append(standins.time_edits),
    )
    standins = StandIns(discord=discord, oxen=oxen, gate=gate, result_bytes=result_bytes, result=result)
    async with discord, oxen:
        watching = asyncio.create_task(standins.watch_stream())
        try:
            yield standins
        finally:
            watching.cancel()


def _generation_id(chunk: bytes) -> str | None:
    """Read the id in an event; None for a keep-alive."""
    _, found, data = chunk.partition(b"data: ")
    return cast("dict[str, str]", json.loads(data)).get("generation_id") if found else None


def _padded(file: PictureFile, size_bytes: int) -> PictureFile:
    return replace(file, data=file.data.ljust(size_bytes, b"\0"))
