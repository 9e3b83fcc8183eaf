"""Checks what only bytes and the catalogue can show, before anything is paid; a refusal lands on the card."""

import asyncio
from collections.abc import Callable

from bot.core import words
from bot.core.image_header import check_reference
from bot.core.job import Job
from bot.core.job_events import Planned, Refused
from bot.core.request import Plan, resolve
from bot.errors import (
    Cause,
    NotFoundError,
    PermanentError,
    ReferenceUnreadError,
    TooLargeError,
    TransientError,
    UserError,
)
from bot.ports import Catalogue, Clock, ReferenceReader
from bot.service.ledger import Ledger
from bot.service.rules import ModelRules

TRY_S = (2.0, 4.0, 8.0, 15.0)
"""How long each try may take for one link: one that hangs is left soon, and costs the others' links little."""
TRIES = len(TRY_S)
"""How often in a row a reference is read before it counts as one that cannot be read."""


class Preparation:
    """Makes an answered job ready to be posted."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        catalogue: Catalogue,
        references: ReferenceReader,
        rules: ModelRules,
        random_seed: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._references = references
        self._rules = rules
        self._random_seed = random_seed
        self._clock = clock

    async def prepare(self, job: Job, *, tries: int) -> None:
        """Plan a job and read its references, or refuse it on its card, after `tries` that failed.

        Raises TransientError to be called again.
        """
        try:
            plan = job.plan or await self._plan(job)
            for number, reference in enumerate(job.ask.references, start=1):
                await self._check(number, reference.url, tries=tries)
        except UserError as refusal:
            await self._ledger.apply(job.id, Refused(text=str(refusal), at=self._clock()))
        else:
            await self._ledger.apply(job.id, Planned(plan=plan))

    async def _plan(self, job: Job) -> Plan:
        models = await self._catalogue.load()
        return resolve(
            job.ask,
            models,
            default_model=self._rules.default_model,
            allowed=self._rules.allowed,
            random_seed=self._random_seed,
        )

    async def _check(self, number: int, url: str, *, tries: int) -> None:
        try:
            data = await self._read(url, limit_s=TRY_S[min(tries, TRIES - 1)])
        except NotFoundError as error:
            raise UserError(words.reference_gone(number)) from error
        except TooLargeError as error:
            raise UserError(words.reference_too_large(number)) from error
        except (PermanentError, TransientError) as error:
            if isinstance(error, TransientError) and tries + 1 < TRIES:
                raise ReferenceUnreadError(str(error), status=error.status) from error
            foreign = error.cause is Cause.REFUSED_BY_US
            raise UserError((words.reference_foreign if foreign else words.reference_unread)(number)) from error
        check_reference(data, number)

    async def _read(self, url: str, *, limit_s: float) -> bytes:
        try:
            async with asyncio.timeout(limit_s):
                return await self._references.read(url)
        except TimeoutError as error:
            raise ReferenceUnreadError(f"no reference within {limit_s:.0f} s") from error
