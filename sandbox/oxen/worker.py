"""Takes generations from `queued` to their end, each in a task of its own, and has the end announced."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.oxen.announcer import Announcer
from sandbox.oxen.catalogue import Catalogue
from sandbox.oxen.faults import CancelTooLate, Fail, Faults, OddResult, Slow, Stick
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Generation, Ledger, Status
from sandbox.oxen.order import Order
from sandbox.oxen.references import ModelError
from sandbox.oxen.results import ResultLinks, file_for
from sandbox.oxen.studio import Picture, Studio
from sandbox.oxen.tasks import Tasks

FREE = Decimal(0)
_SEED_BITS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Runs generations; time and chance come from outside."""

    catalogue: Catalogue
    ledger: Ledger
    studio: Studio
    announcer: Announcer
    links: ResultLinks
    faults: Faults
    knobs: Knobs
    tasks: Tasks
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    rng: random.Random
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])

    def accept(self, order: Order, *, is_queue_row: bool = True) -> Sequence[Generation]:
        """Enter an order into the ledger, one row for each picture, and start nothing yet."""
        return [self.ledger.put(self._new_row(order, is_queue_row=is_queue_row)) for _ in range(order.count)]

    def begin(self, rows: Iterable[Generation]) -> None:
        """Start working on these rows."""
        for row in rows:
            task = self.tasks.spawn(self._run(row))
            self._running[row.generation_id] = task
            task.add_done_callback(lambda _task, key=row.generation_id: self._running.pop(key, None))

    async def finish(self, rows: Iterable[Generation]) -> None:
        """Wait until these rows have ended and their events are out."""
        tasks = [self._running[row.generation_id] for row in rows if row.generation_id in self._running]
        if tasks:
            await asyncio.wait(tasks)

    def cancel(self, row: Generation) -> None:
        """Stop a row that is under way. No event tells of it."""
        if row.status.is_terminal or self.faults.take(CancelTooLate, prompt=row.prompt):
            return
        task = self._running.get(row.generation_id)
        if task is not None:
            task.cancel()
        self.ledger.cancel(row, cost_usd=self._cost_in_vain_usd(row), now=self.clock())

    async def make(self, row: Generation) -> Generation:
        """Take one row through painting to its end."""
        row = self.ledger.start(row, now=self.clock())
        model = self.catalogue[row.model_name]
        try:
            self._fail_if_told(row)
            sketch = await self.studio.prepare(model, row.params, seed=row.seed)
            await self._take_time(row)
            picture = await self.studio.paint(sketch)
        except ModelError as error:
            cost_usd = self._cost_in_vain_usd(row)
            return self.ledger.fail(row, error_message=str(error), cost_usd=cost_usd, now=self.clock())
        odd = self.faults.take(OddResult, prompt=row.prompt)
        if odd:
            picture = Picture(data=odd.data, extension=odd.extension, content_type=odd.content_type)
        file = file_for(row, picture)
        return self.ledger.succeed(row, file=file, cost_usd=self._price_usd(row), now=self.clock())

    def _price_usd(self, row: Generation) -> Decimal | None:
        return self.catalogue[row.model_name].price_usd(row.params)

    def _cost_in_vain_usd(self, row: Generation) -> Decimal | None:
        begun = row.status is Status.PROCESSING
        return self._price_usd(row) if begun and self.knobs.charges_in_vain else FREE

    async def _run(self, row: Generation) -> None:
        await self.sleep(self.rng.uniform(*self.knobs.queued_s))
        ended = await self.make(row)
        await self.announcer.announce(ended, result_url=self.links.for_event(ended))

    def _fail_if_told(self, row: Generation) -> None:
        fault = self.faults.take(Fail, prompt=row.prompt)
        if fault:
            raise ModelError(fault.error_message)

    async def _take_time(self, row: Generation) -> None:
        if self.faults.take(Stick, prompt=row.prompt):
            await asyncio.Event().wait()
        slow = self.faults.take(Slow, prompt=row.prompt)
        await self.sleep(self.rng.uniform(*self.knobs.painting_s) + (slow.extra_s if slow else 0))

    def _new_row(self, order: Order, *, is_queue_row: bool) -> Generation:
        wanted_seed = order.params.get("seed")
        return Generation(
            generation_id=str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            model_name=order.model.id,
            media_type=order.model.media_type or "image",
            namespace=order.namespace,
            repo=order.repo,
            directory=order.directory,
            params=order.params,
            seed=wanted_seed if isinstance(wanted_seed, int) else self.rng.getrandbits(_SEED_BITS),
            enqueued_at=int(self.clock()),
            is_queue_row=is_queue_row,
        )
