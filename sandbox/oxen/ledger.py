"""The book of generations: every one that was ever accepted, with what became of it. It must not know HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from sandbox.oxen.changes import Changes
from sandbox.oxen.jsontext import JsonObject


class Status(StrEnum):
    """The complete set of a row's states."""

    QUEUED = "queued"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self not in ACTIVE


ACTIVE = frozenset({Status.QUEUED, Status.PROCESSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A finished picture in somebody's repository; `path` is its place below /api/repos."""

    path: str
    data: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One row. Times are whole unix seconds, as the service states them; `params` are as submitted, prompt included."""

    generation_id: str
    model_name: str
    media_type: str
    namespace: str
    params: JsonObject
    seed: int
    enqueued_at: int
    repo: str | None = None
    directory: str | None = None
    status: Status = Status.QUEUED
    is_queue_row: bool = True
    started_at: int | None = None
    completed_at: int | None = None
    error_message: str | None = None
    file: PictureFile | None = None
    cost_usd: Decimal | None = None

    @property
    def prompt(self) -> str:
        return str(self.params.get("prompt") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """What a list may be narrowed to; None = not narrowed. `statuses` None = all."""

    namespace: str
    statuses: frozenset[Status] | None = None
    model: str | None = None
    media_type: str | None = None
    repo: str | None = None
    folder: str | None = None

    def admits(self, row: Generation) -> bool:
        wanted = (self.namespace, self.model, self.media_type, self.repo, self.folder)
        found = (row.namespace, row.model_name, row.media_type, row.repo, row.directory)
        if self.statuses is not None and row.status not in self.statuses:
            return False
        return all(want is None or want == have for want, have in zip(wanted, found, strict=True))


class Ledger:
    """All rows by id, in the order of their arrival; rings the bell at each change."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._rows: dict[str, Generation] = {}
        self._files: dict[str, Generation] = {}

    @property
    def generations(self) -> Sequence[Generation]:
        """Every generation, oldest first."""
        return list(self._rows.values())

    def get(self, generation_id: str) -> Generation | None:
        return self._rows.get(generation_id)

    def at_path(self, path: str) -> Generation | None:
        """Find the finished generation whose picture lies at this path."""
        return self._files.get(path)

    def put(self, row: Generation) -> Generation:
        """Add a row, or write its next state."""
        self._rows[row.generation_id] = row
        if row.file is not None:
            self._files[row.file.path] = row
        self._changes.ring()
        return row

    def start(self, row: Generation, *, now: float) -> Generation:
        return self.put(replace(row, status=Status.PROCESSING, started_at=int(now)))

    def succeed(self, row: Generation, *, file: PictureFile, cost_usd: Decimal | None, now: float) -> Generation:
        done = replace(row, status=Status.SUCCEEDED, file=file, cost_usd=cost_usd, completed_at=int(now))
        return self.put(done)

    def fail(self, row: Generation, *, error_message: str, cost_usd: Decimal | None, now: float) -> Generation:
        failed = replace(row, status=Status.FAILED, error_message=error_message)
        return self.put(replace(failed, cost_usd=cost_usd, completed_at=int(now)))

    def cancel(self, row: Generation, *, cost_usd: Decimal | None, now: float) -> Generation:
        return self.put(replace(row, status=Status.CANCELLED, cost_usd=cost_usd, completed_at=int(now)))

    def select(self, row_filter: RowFilter) -> Sequence[Generation]:
        """List the rows that the filter admits, newest first."""
        return [row for row in reversed(self.generations) if row_filter.admits(row)]

    def count_by_status(self) -> Mapping[Status, int]:
        statuses = [row.status for row in self._rows.values()]
        return {status: statuses.count(status) for status in Status}

    def charged_usd(self) -> Decimal:
        """Sum what was charged so far."""
        return sum((row.cost_usd or Decimal(0) for row in self._rows.values()), Decimal(0))
