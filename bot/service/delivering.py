"""Puts a job's card and pictures into its message, as one idempotent edit; what that means at Discord is the port's."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.core import words
from bot.core.card import Card, card_of, plain_card
from bot.core.job import NO_PERSON, Generation, Job, Place
from bot.core.job_events import CancelAsked, JobEvent, LinkOnly, Replaced, ResultUnreadable, Shown, TokenDied
from bot.core.placement import Placed, ResultFile
from bot.errors import (
    CardRefusedError,
    Cause,
    EaselError,
    FileTooLargeError,
    MessageGoneError,
    MessageUnreachableError,
    TokenDeadError,
    TransientError,
)
from bot.ports import Clock, Delivery, Shrinker
from bot.service.editing import Editing
from bot.service.estimates import Estimates
from bot.service.ledger import Ledger
from bot.service.results import LinkOnlyError, Results, UnreadableResultError
from bot.service.settlement import Settlement

log = logging.getLogger(__name__)

NEW_BYTES_PER_EDIT = 24 * 1024 * 1024
"""Discord takes 25 MiB in a request (developer documentation, "Uploading Files"); the rest is for the JSON beside."""
SAY_AFTER = timedelta(seconds=10)
"""A result that takes longer is told to be on its way; most that fail once come at the next try."""
RESULT_PATIENCE = timedelta(hours=24)
"""So long after it was painted, a result that cannot be fetched is given up."""
LAST_TRIES = timedelta(minutes=10)
"""Tried at the least, also when it was painted long ago: a process that was away for a day has not tried yet."""


class UnfitResultsError(EaselError):
    """Results are over the size limit in every form; `events` say so of each."""

    def __init__(self, events: Sequence[LinkOnly]) -> None:
        super().__init__(f"{len(events)} results are too large")
        self.events = events


class Delivering:
    """Shows what is owed of a job."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        delivery: Delivery,
        results: Results,
        shrinker: Shrinker,
        settlement: Settlement,
        estimates: Estimates,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._editing = Editing(delivery, clock=clock)
        self._results = results
        self._shrinker = shrinker
        self._settlement = settlement
        self._estimates = estimates
        self._clock = clock
        self._failing_since: dict[str, datetime] = {}
        self._told: dict[str, int] = {}
        self._nothing_placed: set[str] = set()

    async def deliver(self, job: Job) -> Job:
        """Bring a job's message up to date and give the job as it is then; it may owe its card again by then.

        Raises TransientError when Oxen or Discord could not be reached: the card stays owed. A result that does not
        come is told once to be on its way; a card that asks for a fresh token waits for none.
        """
        if not job.card_owed:
            return job
        if job.plan is not None:
            await self._estimates.refresh(job.plan.model)
        try:
            async with self._editing.carrying(job):
                return await self._carry(job)
        except Exception as error:
            # Whatever it was, foreseen or not: no card is tried for ever. Results have a patience of their own.
            if any(g.id in self._failing_since for g in job.succeeded) or not self._editing.gives_up(job):
                raise
            log.exception("card given up for its age", extra={"job_id": job.id})
            return await self._leave_message(job, error)

    async def _carry(self, job: Job) -> Job:
        job, files, put_off = await self._fetch(job)
        if put_off is not None and not self._should_tell(job):
            raise put_off
        now = _first_request(files)
        try:
            placed = await self._show(job, now)
        except UnfitResultsError as error:
            return await self.record(job, error.events)
        except (MessageGoneError, MessageUnreachableError) as error:
            return await self._leave_message(job, error)
        except CardRefusedError as error:
            log.warning("card refused: %s", error, extra={"job_id": job.id})
            return await self._leave_refused(job)
        # What did not fit into this edit, could not be fetched yet or was finished meanwhile keeps the card owed.
        complete = all(g.handed_over or g.id in now for g in job.succeeded)
        if not complete and self._is_stuck(job, now, placed):
            return await self._leave_refused(job)
        after = await self.record(job, [_shown(placed, job.revision if complete else job.shown_revision)])
        if put_off is not None:
            self._told[job.id] = job.revision
            raise put_off
        self._told.pop(job.id, None)
        return after

    def _forget_delays(self, job: Job) -> None:
        """Keep nothing of a job that leaves its message."""
        self._told.pop(job.id, None)
        self._nothing_placed.discard(job.id)
        self._editing.forget(job)
        for generation in job.generations:
            self._failing_since.pop(generation.id, None)

    def _is_stuck(self, job: Job, sent: Mapping[str, ResultFile], placed: Placed) -> bool:
        """Tell whether Discord took files twice and named none of them: they would be sent again and again."""
        if not sent or sent.keys() & placed.attachments.keys():
            self._nothing_placed.discard(job.id)
            return False
        if job.id in self._nothing_placed:
            log.error("Discord names no files that it took", extra={"job_id": job.id})
            return True
        self._nothing_placed.add(job.id)
        return False

    def _should_tell(self, job: Job) -> bool:
        """Tell whether to show a card although nothing new could be fetched for it."""
        if self._told.get(job.id) == job.revision:
            return False
        since = min(self._failing_since[g.id] for g in job.succeeded if g.id in self._failing_since)
        return job.renewal_offered or self._clock() - since > SAY_AFTER

    def is_free(self, job: Job) -> bool:
        """Tell whether a job could be shown at once."""
        return self._editing.is_free(job)

    async def preview(self, job: Job) -> Sequence[JobEvent]:
        """Show a job of one picture while it is being written, and give what is to be applied once it is.

        Nothing when it could not be shown: `deliver` meets the reason again, and handles it.
        """
        if not job.card_owed:
            return []
        (generation,) = job.succeeded
        # Drawn while the picture is on its way, and once more should it be of another kind than its link says.
        promised = self._results.promised(generation, covered=job.ask.covered)
        card = self._draw(job, {generation.id: promised})
        try:
            async with self._editing.carrying(job):
                file = await self._fetch_one(job, generation)
                if not isinstance(file, ResultFile):
                    return [file]
                drawn = card if file.filename == promised.filename else None
                placed = await self._show(job, {generation.id: file}, drawn)
        except EaselError as error:
            log.debug("not shown ahead: %s", type(error).__name__, extra={"job_id": job.id})
            return []
        return [_shown(placed, job.revision)]

    async def record(self, job: Job, events: Sequence[JobEvent]) -> Job:
        """Apply what came of showing a job, and give the job as it is then."""
        for event in events:
            job = await self._apply(job, event)
        return job

    async def _apply(self, job: Job, event: JobEvent) -> Job:
        """Apply an event; a job whose row was deleted meanwhile is gone, and owes no card to anybody."""
        change = await self._ledger.apply(job.id, event)
        return change.after if change else replace(job, place=Place.GONE)

    async def _fetch(self, job: Job) -> tuple[Job, dict[str, ResultFile], TransientError | None]:
        """Fetch what the message lacks, as far as it can be had now, and give the job as it is then.

        A result that cannot be used turns into a failure, and the job with it; one that no message holds, into a link.
        Gives an error when nothing new could be had: one that is slow to come takes none of the others with it.
        """
        lacking = [g for g in job.succeeded if not g.handed_over]
        fetched = await asyncio.gather(*(self._fetch_or_put_off(job, g) for g in lacking))
        job = await self.record(job, [result for result in fetched if isinstance(result, LinkOnly | ResultUnreadable)])
        files = {g.id: file for g, file in zip(lacking, fetched, strict=True) if isinstance(file, ResultFile)}
        put_off = [result for result in fetched if isinstance(result, TransientError)]
        return job, files, put_off[0] if put_off and not files else None

    async def _fetch_or_put_off(
        self, job: Job, generation: Generation
    ) -> ResultFile | LinkOnly | ResultUnreadable | TransientError:
        try:
            fetched = await self._fetch_one(job, generation)
        except Exception as error:  # noqa: BLE001 - whatever keeps a result back, it keeps back no other, and not for ever
            now = self._clock()
            since = self._failing_since.setdefault(generation.id, now)
            if now - since <= LAST_TRIES or now - (generation.ended_at or since) <= RESULT_PATIENCE:
                return _put_off(error, generation)
            fetched = ResultUnreadable(generation_id=generation.id, text=str(error), cause=Cause.RESULT_NOT_FETCHED)
        self._failing_since.pop(generation.id, None)
        return fetched

    async def _fetch_one(self, job: Job, generation: Generation) -> ResultFile | LinkOnly | ResultUnreadable:
        try:
            file = await self._results.fetch(
                generation, partial(self._fitting, job.size_limit_bytes), covered=job.ask.covered
            )
        except UnreadableResultError as error:
            return ResultUnreadable(generation_id=generation.id, text=str(error))
        except LinkOnlyError as error:
            return LinkOnly(generation_id=generation.id, cause=error.cause, text=str(error))
        return file if len(file.data) <= job.size_limit_bytes else _too_large(generation.id, file)

    async def _fitting(self, limit_bytes: int, file: ResultFile) -> ResultFile:
        return await self._shrinker.shrink(file, limit_bytes)

    async def _show(self, job: Job, files: Mapping[str, ResultFile], drawn: Card | None = None) -> Placed:
        """Show a job with new files; raises UnfitResultsError for those that cannot be made small enough."""
        try:
            return await self._editing.show(job, drawn or self._draw(job, files), files)
        except TokenDeadError:
            # Written down first, so that no crash and no other trouble makes anybody try it again.
            await self._ledger.apply(job.id, TokenDied(token=job.token))
            return await self._show(replace(job, token=None), files)
        except FileTooLargeError as error:
            limit_bytes = error.limit_bytes
        shrunk = {name: await self._shrinker.shrink(file, limit_bytes) for name, file in files.items()}
        unfit = [_too_large(name, file) for name, file in shrunk.items() if len(file.data) > limit_bytes]
        if unfit:
            raise UnfitResultsError(unfit)
        return await self._editing.show(job, self._draw(job, shrunk), shrunk)

    def _draw(self, job: Job, files: Mapping[str, ResultFile]) -> Card:
        pictures = {g.id: g.attachment.filename for g in job.succeeded if g.attachment}
        pictures |= {generation_id: file.filename for generation_id, file in files.items()}
        return card_of(
            job,
            pictures=pictures,
            now=self._clock(),
            usual_s=self._estimates.usual_s(job.plan.model if job.plan else None),
        )

    async def _leave_message(self, job: Job, error: Exception) -> Job:
        """Keep the results for the owner's inbox; what a moderator deleted is not painted to the end."""
        self._forget_delays(job)
        if isinstance(error, MessageGoneError):
            await self._settlement.cancel_all(await self._apply(job, CancelAsked(by=NO_PERSON, at=self._clock())))
        removed = isinstance(error, MessageGoneError) and not job.ask.private
        left = await self._apply(job, Replaced(place=Place.INBOX, token=job.token, removed=removed))
        if left.place is not Place.MESSAGE:
            log.warning("job leaves its message: %s", type(error).__name__, extra={"job_id": job.id})
        return left

    async def _leave_refused(self, job: Job) -> Job:
        """Keep the results for the inbox, and say so on the message unless it shows pictures that would be lost."""
        if not any(g.attachment for g in job.generations):
            await self._show_plain(job)
        self._forget_delays(job)
        return await self._apply(job, Replaced(place=Place.INBOX, token=job.token))

    async def _show_plain(self, job: Job) -> None:
        """Show a card with nothing in it that Discord could refuse; raises TransientError when that is to be tried on.

        Whatever keeps the token's way shut, the bot's own is tried before the message is given up.
        """
        card = plain_card(job, words.CARD_REFUSED if job.succeeded else words.TEXT_REFUSED)
        for way in (job, replace(job, token=None)):
            try:
                await self._editing.show(way, card, {})
            except TransientError:
                raise
            except EaselError as error:
                log.warning("nor is a plain card shown: %s", type(error).__name__, extra={"job_id": job.id})
            else:
                return


def _put_off(error: Exception, generation: Generation) -> TransientError:
    if isinstance(error, TransientError):
        return error
    log.error("result not fetched", exc_info=error, extra={"generation_id": generation.id})
    return TransientError(f"{type(error).__name__} at a result")


def _shown(placed: Placed, revision: int) -> Shown:
    return Shown(revision=revision, attachments=placed.attachments)


def _too_large(generation_id: str, file: ResultFile) -> LinkOnly:
    text = f"{len(file.data)} bytes, and no smaller form of it"
    return LinkOnly(generation_id=generation_id, text=text, cause=Cause.RESULT_TOO_LARGE)


def _first_request(files: Mapping[str, ResultFile]) -> dict[str, ResultFile]:
    """Give the files that fit one request; the first always goes."""
    fitting: dict[str, ResultFile] = {}
    size_bytes = 0
    for name, file in files.items():
        size_bytes += len(file.data)
        if fitting and size_bytes > NEW_BYTES_PER_EDIT:
            break
        fitting[name] = file
    return fitting
