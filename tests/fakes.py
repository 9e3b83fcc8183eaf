"""Stand-ins for the world around the service: they satisfy the ports by shape and remember what they were asked."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.core.card import Card
from bot.core.events import StreamEvent
from bot.core.file_kind import Showing, kind_of
from bot.core.job import Attachment, Job
from bot.core.placement import Placed, ResultFile
from bot.core.remote import MAX_RESULT_BYTES, QueuePost, RemoteRow
from bot.core.schema import Model
from bot.errors import Cause, FileTooLargeError, NotFoundError, OutcomeUnclearError, TooLargeError, TransientError
from tests.core.catalogue import MODELS
from tests.core.jobs import NOW

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
WEBP = bytes.fromhex("524946461c000000574542505650384c0f0000002f000000000710fd8ffe0722a2ff0100")
"""One red pixel each, whole."""


class ManualClock:
    """Time that passes only when somebody sleeps or a test says so; gives both kinds of clock, and `sleep`."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []
        self._jumped = timedelta()

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - NOW - self._jumped).total_seconds()

    def jump(self, seconds: float) -> None:
        """Set the clock on the wall; no time passes."""
        self._jumped += timedelta(seconds=seconds)
        self.now += timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)


class Fate(Enum):
    """What becomes of a POST whose answer nobody sees."""

    ANSWER_LOST = "taken, but the answer was lost"
    REQUEST_LOST = "never arrived"


class FakeImageApi:
    """Oxen with a script.

    Each POST meets the next of `fates` (ids to give, an error to raise, or a Fate); without one it is accepted. Every
    other call raises what `faults` holds under its name, as in "list" or "get r-1", after what `meanwhile` holds there
    has happened. What `troubles` holds befalls every POST for a
    model, or every call of a kind, as in "get". A link in `files` has contents or
    errors, one for each download; the last stays.
    """

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.fates: deque[Sequence[str] | Exception | Fate] = deque()
        self.faults: dict[str, Exception] = {}
        self.meanwhile: dict[str, Callable[[], Awaitable[None]]] = {}
        self.troubles: dict[str, Callable[[], Awaitable[None]]] = {}
        self.files: dict[str, list[bytes | Exception]] = defaultdict(lambda: [PNG])
        self.rows: dict[str, RemoteRow] = {}
        self.posts: list[QueuePost] = []
        self.calls: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.slow_seeds: set[int] = set()
        self.released = asyncio.Event()
        self.most_at_once = 0
        self.cancels_work = True
        self.echoes = True

    async def enqueue(self, post: QueuePost) -> Sequence[str]:
        self.calls.append("post")
        self.posts.append(post)
        fate = self.fates.popleft() if self.fates else None
        await self.open.wait()
        if post.model in self.troubles:
            await self.troubles[post.model]()
        if post.parameters.get("seed") in self.slow_seeds:
            await self.released.wait()
        if isinstance(fate, Exception):
            raise fate
        if fate is Fate.REQUEST_LOST:
            raise OutcomeUnclearError("timeout")
        remote_ids = self.take(post)
        if fate is Fate.ANSWER_LOST:
            raise OutcomeUnclearError("reset")
        return remote_ids if fate is None else fate

    def take(self, post: QueuePost) -> Sequence[str]:
        """Begin what a POST asks for, and give the ids."""
        echo = {"prompt": post.prompt, **post.parameters} if self.echoes else {}
        names = [f"r-{len(self.rows) + n + 1}" for n in range(post.num_generations)]
        for name in names:
            self.rows[name] = RemoteRow(
                remote_id=name,
                status="processing",
                model=post.model,
                enqueued_at=self._clock(),
                url=None,
                cause=None,
                error=None,
                echo=echo,
            )
        self.most_at_once = max(self.most_at_once, sum(row.status == "processing" for row in self.rows.values()))
        return names

    def succeed(self, remote_id: str, *, url: str | None = None) -> str:
        """Finish a generation and give the link to its picture."""
        link = url or f"https://results.example/{remote_id}"
        self.rows[remote_id] = replace(self.rows[remote_id], status="succeeded", url=link)
        return link

    def fail(self, remote_id: str, cause: Cause) -> None:
        self.rows[remote_id] = replace(self.rows[remote_id], status="failed", cause=cause, error="provider's words")

    async def get(self, remote_id: str) -> RemoteRow:
        await self._called(f"get {remote_id}")
        if remote_id not in self.rows:
            raise NotFoundError("no such generation", status=404)
        return self.rows[remote_id]

    async def list_open(self) -> Sequence[RemoteRow]:
        await self._called("list")
        return [row for row in self.rows.values() if row.status == "processing"]

    async def history(self, since: datetime) -> Sequence[RemoteRow]:
        await self._called("history")
        return [row for row in self.rows.values() if row.enqueued_at is None or row.enqueued_at >= since]

    async def cancel(self, remote_id: str) -> None:
        await self._called(f"cancel {remote_id}")
        row = self.rows.get(remote_id)
        if row is not None and row.status == "processing" and self.cancels_work:
            self.rows[remote_id] = replace(row, status="cancelled")

    async def charge_usd(self, remote_id: str) -> float | None:
        await self._called(f"charge {remote_id}")
        if remote_id not in self.rows:
            raise NotFoundError("no such generation", status=404)
        return self.rows[remote_id].cost_usd

    async def download(self, url: str, *, at_most_bytes: int = MAX_RESULT_BYTES) -> bytes:
        await self._called(f"download {url}")
        contents = self.files[url]
        found = contents.pop(0) if len(contents) > 1 else contents[0]
        if isinstance(found, Exception):
            raise found
        if len(found) > at_most_bytes:
            contents.insert(0, found)
            raise TooLargeError("larger")
        return found

    async def _called(self, call: str) -> None:
        self.calls.append(call)
        await asyncio.sleep(0)
        if call in self.meanwhile:
            await self.meanwhile.pop(call)()
        if call in self.faults:
            raise self.faults[call]
        kind = call.partition(" ")[0]
        if kind in self.troubles:
            await self.troubles[kind]()

    def called(self, prefix: str) -> list[str]:
        """Give the calls that begin with a word."""
        return [call for call in self.calls if call.startswith(prefix)]


class FakeStream:
    """An event stream that says what a test puts into it."""

    def __init__(self) -> None:
        self._said: asyncio.Queue[StreamEvent | Exception | None] = asyncio.Queue()
        self.reopened: list[str] = []

    def say(self, *said: StreamEvent | Exception) -> None:
        for each in said:
            self._said.put_nowait(each)

    def end(self) -> None:
        self._said.put_nowait(None)

    def reopen(self, why: str) -> None:
        self.reopened.append(why)

    async def events(self) -> AsyncGenerator[StreamEvent]:
        while (said := await self._said.get()) is not None:
            if isinstance(said, Exception):
                raise said
            yield said


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of a message that Discord took."""

    at: datetime
    job: Job
    card: Card
    files: Mapping[str, ResultFile]


class FakeDelivery:
    """Discord with a script: each edit meets the next of `troubles`; None is none.

    An edit takes `edit_s`; one in a channel of `hanging` never ends.
    """

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.troubles: deque[Exception | None] = deque()
        self.edits: list[Edit] = []
        self.tries = 0
        self.answers: dict[str, int | Exception | None] = {}
        self.looks = 0
        self.removed: list[str] = []
        self.limit_bytes = 10**9
        self.edit_s = 0.0
        self.hanging: set[int] = set()
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()
        self._in_flight: Counter[str] = Counter()
        self.most_at_once = 0
        self.most_per_message = 0

    async def show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        self._in_flight[job.id] += 1
        self.most_at_once = max(self.most_at_once, self._in_flight.total())
        self.most_per_message = max(self.most_per_message, self._in_flight[job.id])
        self.entered.set()
        try:
            await self.open.wait()
            await asyncio.sleep(self.edit_s)
            if job.channel_id in self.hanging:
                self.tries += 1
                await asyncio.Event().wait()
            return self._show(job, card, files)
        finally:
            self._in_flight[job.id] -= 1

    def _show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        self.tries += 1
        trouble = self.troubles.popleft() if self.troubles else None
        if trouble is not None:
            raise trouble
        if any(len(file.data) > self.limit_bytes for file in files.values()):
            raise FileTooLargeError(self.limit_bytes)
        self.edits.append(Edit(at=self._clock(), job=job, card=card, files=dict(files)))
        return Placed(
            attachments={
                picture.generation_id: Attachment(id=100 * len(self.edits) + n, filename=picture.filename)
                for n, picture in enumerate(card.placed)
            }
        )

    async def find_answer(self, job: Job) -> int | None:
        self.looks += 1
        found = self.answers.get(job.id)
        if isinstance(found, Exception):
            raise found
        return found

    async def remove(self, job: Job) -> None:
        self.removed.append(job.id)

    @property
    def last(self) -> Edit:
        return self.edits[-1]


class FakeReferences:
    """The pictures that people attached, by link; a link that nobody set is a good picture."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception] = {}
        self.picture = PNG
        self.reads: list[str] = []
        self.hanging: set[str] = set()

    async def read(self, url: str) -> bytes:
        self.reads.append(url)
        await asyncio.sleep(0)
        if url in self.hanging:
            await asyncio.Event().wait()
        found = self.files.get(url, self.picture)
        if isinstance(found, Exception):
            raise found
        return found


class FakeCatalogue:
    """The models, at hand or not."""

    def __init__(self, models: Sequence[Model] | None = MODELS) -> None:
        self.at_hand = models
        self.loads = 0

    def models(self) -> Sequence[Model] | None:
        return self.at_hand

    async def load(self) -> Sequence[Model]:
        self.loads += 1
        if self.at_hand is None:
            raise TransientError("Oxen's catalogue was not loaded.")
        return self.at_hand


class FakeShrinker:
    """Makes every file that does not fit as small as `smallest_bytes`, one after the other, in `takes_s` each."""

    def __init__(self) -> None:
        self.takes_s = 0.0
        self._turn = asyncio.Lock()
        self.limits: list[int] = []
        self.smallest_bytes = len(WEBP)

    async def shrink(self, file: ResultFile, limit_bytes: int) -> ResultFile:
        kind = kind_of(file.data)
        if len(file.data) <= limit_bytes or (kind is not None and kind.showing is Showing.AS_FILE):
            return file
        self.limits.append(limit_bytes)
        async with self._turn:
            await asyncio.sleep(self.takes_s)
        data = WEBP.ljust(self.smallest_bytes, b"\0")
        return file.remade(data, "webp") if len(data) < len(file.data) else file
