"""Both servers' books, read as a history; changes nothing and judges nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sandbox.cards import UNDER_WAY, word_of
from sandbox.discord import LocalDiscord
from sandbox.discord import Message as DiscordMessage
from sandbox.discord.reading import gallery, text
from sandbox.oxen import Generation as OxenRow
from sandbox.oxen import LocalOxen, Status
from sandbox.torture.history import NOBODYS, Fate, Generation, History, Message, Request

Identify = Callable[[bytes], str]
"""Names the generation that some bytes show."""

_FATES: Mapping[Status, Fate] = {
    Status.QUEUED: Fate.OPEN,
    Status.PROCESSING: Fate.OPEN,
    Status.SUCCEEDED: Fate.PAINTED,
    Status.FAILED: Fate.FAILED,
    Status.CANCELLED: Fate.FAILED,
}
_QUOTE, _SMALL, _BESIDE = "> ", "-# ", " · "


class Books:
    """Reads a Discord and an Oxen, for the requests that were made of the bot between them."""

    def __init__(self, discord: LocalDiscord, oxen: LocalOxen, identify: Identify | None = None) -> None:
        self._discord = discord
        self._oxen = oxen
        self._identify = identify or self._by_bytes
        self._made: dict[bytes, str] = {}

    def history(self, requests: Sequence[Request]) -> History:
        """Read everything that there is now."""
        rows = self._oxen.ledger.generations
        self._made = {_digest(row.file.data): row.generation_id for row in rows if row.file}
        return History(
            requests=requests,
            messages=list(self._messages()),
            generations=[generation_of(row) for row in rows],
        )

    def unsettled(self, requests: Iterable[Request]) -> list[Request]:
        """Tell which accepted jobs are still under way or lack pictures; it counts these and compares no bytes."""
        painted = Counter(row.prompt for row in self._oxen.ledger.generations if row.file)
        return [request for request in requests if not self._is_settled(request, painted[request.prompt])]

    def _is_settled(self, request: Request, painted: int) -> bool:
        world = self._discord.world
        answer = world.answers.get(request.job_id)
        message = world.messages.get(answer.message_id or 0) if answer else None
        if message is None:
            return True
        return word_of(message) not in UNDER_WAY and len(gallery(message)) >= painted

    def last_edit_at(self) -> datetime | None:
        """Tell when any message was changed last."""
        return max((versions[-1].at for versions in self._discord.world.history.values()), default=None)

    def _messages(self) -> Iterable[Message]:
        world = self._discord.world
        for versions in world.history.values():
            last = versions[-1].message
            if last.author_id == world.application.bot_id:
                yield self._message(last, [version.message for version in versions])

    def _message(self, last: DiscordMessage, versions: Iterable[DiscordMessage]) -> Message:
        return Message(
            id=last.id,
            job_id=last.interaction_id,
            word=word_of(last),
            sentences=sentences_of(text(last)),
            pictures=tuple(self._identify(picture.data) for picture in gallery(last)),
            ever_shown=frozenset(self._identify(each.data) for version in versions for each in gallery(version)),
            deleted=last.id not in self._discord.world.messages,
        )

    def _by_bytes(self, data: bytes) -> str:
        return self._made.get(_digest(data), NOBODYS)


def generation_of(row: OxenRow) -> Generation:
    return Generation(id=row.generation_id, prompt=row.prompt, fate=_FATES[row.status])


def sentences_of(words: str) -> tuple[str, ...]:
    """Return what a card says beside state or title, member, prompt and facts."""
    header, *rest = [line for line in words.splitlines() if line.strip()] or [""]
    # A card without a picture is one line: the state, the member, and then why.
    why = header.split(_BESIDE)[2:]
    return (*why, *(line for line in rest if not line.startswith((_QUOTE, _SMALL))))


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()
