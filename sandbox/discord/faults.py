"""Faults that a test orders for REST requests: delays, refusals, answers that get lost. Knows no HTTP library."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sandbox.discord.jsontypes import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is answered instead. `retry_after_s` makes it a rate limit; 500 and above need no body."""

    status: int
    body: JsonObject | None = None
    retry_after_s: float | None = None
    everywhere: bool = False


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order. `left` requests are still to be hit; `hits` counts those that were."""

    pattern: re.Pattern[str]
    method: str | None
    left: int
    refusal: Refusal | None = None
    delay_s: float = 0.0
    gate: asyncio.Event | None = None
    after: bool = False
    hits: int = 0
    _reached: asyncio.Event = field(default_factory=asyncio.Event)

    def cancel(self) -> None:
        """Let requests pass again, those that are held included."""
        self.left = 0
        self.release()

    def release(self) -> None:
        if self.gate is not None:
            self.gate.set()

    async def reached(self) -> None:
        """Wait until a request has run into it."""
        await self._reached.wait()

    def matches(self, method: str, path: str) -> bool:
        return self.left > 0 and self.method in (None, method) and self.pattern.search(path) is not None

    async def strike(self, sleep: Callable[[float], Awaitable[object]]) -> Refusal | None:
        """Spend one hit: wait as ordered, then say what to answer."""
        self.left -= 1
        self.hits += 1
        self._reached.set()
        if self.delay_s:
            await sleep(self.delay_s)
        if self.gate is not None:
            await self.gate.wait()
        return self.refusal


class RequestFaults:
    """The orders that wait. `path` is a regular expression, searched in the path after /api/v10.

    Each order returns its Fault: count its `hits`, wait until it was `reached`, `cancel` it, `release` a hold.
    """

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def delay(self, path: str, seconds: float, *, times: int = 1, method: str | None = None) -> Fault:
        """Let the next requests wait before they are handled."""
        return self._order(path, method, times, delay_s=seconds)

    def hold(self, path: str, *, times: int = 1, method: str | None = None) -> Fault:
        """Keep the next requests unhandled until `release`."""
        return self._order(path, method, times, gate=asyncio.Event())

    def refuse(
        self,
        path: str,
        status: int,
        *,
        code: int = 0,
        message: str | None = None,
        times: int = 1,
        method: str | None = None,
    ) -> Fault:
        """Answer the next requests with an error and do nothing."""
        body: JsonObject | None = None if message is None else {"message": message, "code": code}
        return self._order(path, method, times, refusal=Refusal(status=status, body=body))

    def rate_limit(
        self,
        path: str,
        retry_after_s: float,
        *,
        everywhere: bool = False,
        times: int = 1,
        method: str | None = None,
    ) -> Fault:
        """Answer the next requests with 429; `everywhere` makes it the bot's global limit."""
        refusal = Refusal(status=429, retry_after_s=retry_after_s, everywhere=everywhere)
        return self._order(path, method, times, refusal=refusal)

    def lose_answer(self, path: str, *, status: int = 502, times: int = 1, method: str | None = None) -> Fault:
        """Do what the next requests ask for, but answer with an error."""
        return self._order(path, method, times, refusal=Refusal(status=status), after=True)

    def hold_answer(self, path: str, *, times: int = 1, method: str | None = None) -> Fault:
        """Do what the next requests ask for, but keep the answer back until `release`."""
        return self._order(path, method, times, gate=asyncio.Event(), after=True)

    def clear(self) -> None:
        for fault in self._orders:
            fault.cancel()
        self._orders.clear()

    async def strike(
        self, method: str, path: str, *, after: bool, sleep: Callable[[float], Awaitable[object]]
    ) -> Refusal | None:
        """Apply every order that this request meets, in the order given; the first refusal ends it."""
        for fault in tuple(self._orders):
            if fault.after == after and fault.matches(method, path):
                refusal = await fault.strike(sleep)
                if refusal is not None:
                    return refusal
        return None

    def _order(
        self,
        path: str,
        method: str | None,
        times: int,
        *,
        refusal: Refusal | None = None,
        delay_s: float = 0.0,
        gate: asyncio.Event | None = None,
        after: bool = False,
    ) -> Fault:
        fault = Fault(
            pattern=re.compile(path),
            method=method,
            left=times,
            refusal=refusal,
            delay_s=delay_s,
            gate=gate,
            after=after,
        )
        self._orders.append(fault)
        return fault
