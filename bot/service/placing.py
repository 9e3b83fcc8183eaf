"""What could not be placed where it was asked for: listed for its owner, and put where the owner asks."""

from datetime import timedelta

from bot.core.inbox import JOBS_SHOWN, Inbox, inbox_of
from bot.core.job import Job
from bot.core.job_events import Moved, TokenRenewed
from bot.ports import Clock, JobStore
from bot.service.ledger import Ledger
from bot.service.submission import Origin

PRIVATE_FOR = timedelta(hours=24)
"""Discord tells nobody when a private answer was dismissed, or lost with the client that showed it."""
LOOKED_THROUGH = 200
"""Jobs of a day among which the private ones are looked for; the usual limit is 100 pictures a day."""


class Placing:
    """Lists the inbox, moves jobs out of it, and keeps private answers within reach."""

    def __init__(self, *, store: JobStore, ledger: Ledger, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock

    async def inbox(self, origin: Origin) -> Inbox:
        """List what waits for a person, and the private pictures of the last day, newest first."""
        waiting = await self._store.inbox(origin.owner_id, JOBS_SHOWN + 1)
        finished = await self._store.finished_since(origin.owner_id, self._clock() - PRIVATE_FOR, LOOKED_THROUGH)
        jobs = [*waiting, *(job for job in finished if job.ask.private)]
        newest = sorted(jobs, key=lambda job: (job.created_at, job.id), reverse=True)
        return inbox_of(newest, shown_where_restricted=origin.age_restricted)

    async def place(self, job: Job, origin: Origin, message_id: int, *, private: bool) -> bool:
        """Move a job to a message that shows its card as it is here, without pictures: those follow by an edit.

        False when the job was not in the inbox any more: then the message is nobody's. The caller checked who asks.
        """
        moved = Moved(
            message_id=message_id,
            channel_id=origin.channel_id,
            guild_id=origin.guild_id,
            token=origin.token,
            token_expires_at=origin.token_expires_at,
            size_limit_bytes=origin.size_limit_bytes,
            revision=job.revision,
            private=private,
        )
        change = await self._ledger.apply(job.id, moved)
        return change is not None and change.after.message_id == message_id

    async def renew(self, job: Job, origin: Origin, message_id: int) -> bool:
        """Take the token of the owner's press on a message, which has been answered, for the edits to come.

        False when the job has another message by now. The caller checked who presses.
        """
        renewed = TokenRenewed(
            message_id=message_id,
            token=origin.token,
            token_expires_at=origin.token_expires_at,
            size_limit_bytes=origin.size_limit_bytes,
        )
        change = await self._ledger.apply(job.id, renewed)
        return change is not None and change.after.token == origin.token
