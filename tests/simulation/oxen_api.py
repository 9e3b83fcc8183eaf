"""Oxen's API as one process meets it: calls over a line that loses, delays and answers in others' stead."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from bot.core.remote import MAX_RESULT_BYTES, QueuePost, RemoteRow
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, TransientError
from tests.simulation.clock import virtual_loop
from tests.simulation.effects import Effects, Life
from tests.simulation.faults import Fault, Place
from tests.simulation.oxen_model import GRACE_S, ROW_LAG_S, Oxen

T = TypeVar("T")

POST_PATIENCE_S = 15.0
"""How long the client waits for the answer to a POST."""
SLOW_ANSWER_S = 9.0
ACCEPTED_LATE_S = GRACE_S - 2 * ROW_LAG_S
"""A POST that nobody answered may still arrive this late; together with its row's lag that is below the grace."""
ACCEPTED_TOO_LATE_S = 2 * GRACE_S
RETRY_AFTER_S = 2.0


class OxenApi:
    """Satisfies the ImageApi port for one process."""

    def __init__(self, oxen: Oxen, effects: Effects, life: Life) -> None:
        self._oxen = oxen
        self._effects = effects
        self._life = life

    async def enqueue(self, post: QueuePost) -> Sequence[str]:
        fault = self._oxen.faults.draw(Place.ENQUEUE)
        if fault is Fault.PARTIAL and post.num_generations == 1:
            fault = None
        back_s = {
            Fault.ANSWER_LOST: POST_PATIENCE_S,
            Fault.REQUEST_LOST: POST_PATIENCE_S,
            Fault.SLOW: SLOW_ANSWER_S,
        }.get(fault or Fault.DOWN)
        name = f"POST /queue {post.prompt!r} x{post.num_generations} seed {post.parameters.get('seed')}"
        try:
            return await self._call(name, lambda: self._taken(post, fault), fault, back_s=back_s)
        except (TransientError, PermanentError):
            self._oxen.denied.append(post)
            raise

    def _taken(self, post: QueuePost, fault: Fault | None) -> list[str]:
        oxen = self._oxen
        oxen.sent.append(post)
        match fault:
            case Fault.DOWN | Fault.BUSY | Fault.PROXY_PAGE | Fault.REFUSED:
                raise _denial(fault)
            case Fault.REQUEST_LOST:
                raise OutcomeUnclearError("no answer")
            case Fault.LATE | Fault.TOO_LATE:
                late_s = ACCEPTED_LATE_S if fault is Fault.LATE else ACCEPTED_TOO_LATE_S
                virtual_loop().call_later(late_s, oxen.accept, post, post.num_generations)
                raise OutcomeUnclearError("connection reset")
            case Fault.ANSWER_LOST | Fault.RESET:
                oxen.accept(post, post.num_generations)
                raise OutcomeUnclearError("connection reset")
            case Fault.PARTIAL:
                return oxen.accept(post, post.num_generations - 1)
            case _:
                return oxen.accept(post, post.num_generations)

    async def get(self, remote_id: str) -> RemoteRow:
        fault = self._oxen.faults.draw(Place.GET)
        return await self._call(f"GET /queue/{remote_id}", lambda: self._row(remote_id, fault), fault)

    def _row(self, remote_id: str, fault: Fault | None) -> RemoteRow:
        _pass_or_fail(fault)
        found = [row for row in self._oxen.visible() if row.remote_id == remote_id]
        if not found:
            raise NotFoundError("resource_not_found", status=404)
        return self._oxen.shown(found[0], compact=False)

    async def list_open(self) -> Sequence[RemoteRow]:
        fault = self._oxen.faults.draw(Place.LIST)
        return await self._call("GET /queue", lambda: self._open(fault), fault)

    def _open(self, fault: Fault | None) -> list[RemoteRow]:
        _pass_or_fail(fault)
        return [self._oxen.shown(row, compact=True) for row in self._oxen.visible() if row.active]

    async def history(self, since: datetime) -> Sequence[RemoteRow]:
        fault = self._oxen.faults.draw(Place.HISTORY)
        return await self._call("GET /generations", lambda: self._all_since(since, fault), fault)

    def _all_since(self, since: datetime, fault: Fault | None) -> list[RemoteRow]:
        _pass_or_fail(fault)
        compact = [self._oxen.shown(row, compact=True) for row in self._oxen.visible() if row.active]
        full = [self._oxen.shown(row, compact=not row.echoes) for row in self._oxen.visible()]
        return [row for row in (*compact, *full) if row.enqueued_at is None or row.enqueued_at >= since]

    async def cancel(self, remote_id: str) -> None:
        fault = self._oxen.faults.draw(Place.CANCEL)
        await self._call(f"DELETE /queue/{remote_id}", lambda: self._cancelled(remote_id, fault), fault)

    def _cancelled(self, remote_id: str, fault: Fault | None) -> None:
        _pass_or_fail(fault)
        self._oxen.cancel(remote_id, fault)
        if fault is Fault.ANSWER_LOST:
            raise TransientError("connection reset")

    async def charge_usd(self, remote_id: str) -> float | None:
        fault = self._oxen.faults.draw(Place.GET)
        return await self._call(f"GET /generations/{remote_id}", lambda: self._charge(remote_id, fault), fault)

    def _charge(self, remote_id: str, fault: Fault | None) -> float | None:
        return self._row(remote_id, fault).cost_usd

    async def download(self, url: str, *, at_most_bytes: int = MAX_RESULT_BYTES) -> bytes:
        del at_most_bytes  # no picture here has more than a few bytes
        fault = self._oxen.faults.draw(Place.DOWNLOAD)
        return await self._call(f"GET {url}", lambda: self._file(url, fault), fault)

    def _file(self, url: str, fault: Fault | None) -> bytes:
        _pass_or_fail(fault)
        if fault is Fault.DEAD_LINK:
            raise NotFoundError("the link has expired", status=403)
        return b"<!doctype html>" if fault is Fault.GARBAGE else self._oxen.file(url)

    async def confirm_refusal(self) -> bool:
        """Ask with the key for something that needs one: it holds, whatever a proxy said."""
        await asyncio.sleep(self._oxen.faults.there_s())
        return False

    async def _call(self, name: str, arrive: Callable[[], T], fault: Fault | None, *, back_s: float | None = None) -> T:
        faults = self._oxen.faults
        return await self._effects.call(
            self._life,
            f"{name} ({fault})" if fault else name,
            arrive,
            there_s=faults.there_s(),
            back_s=faults.back_s() if back_s is None else back_s,
        )


def _pass_or_fail(fault: Fault | None) -> None:
    if fault is Fault.DOWN:
        raise TransientError("502", status=502)


def _denial(fault: Fault) -> TransientError | PermanentError:
    match fault:
        case Fault.BUSY:
            return TransientError("Rate limit exceeded", status=429, retry_after_s=RETRY_AFTER_S)
        case Fault.PROXY_PAGE:
            return PermanentError("401", status=401, cause=Cause.KEY_REFUSED)
        case Fault.REFUSED:
            return PermanentError("flagged", status=400, cause=Cause.SAFETY)
        case _:
            return TransientError("no connection")
