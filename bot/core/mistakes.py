"""Collects what is wrong with a request, so that one refusal names everything; knows no request."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import accumulate

from bot.core.markdown import shortened
from bot.errors import UserError

ROOM = 850
"""Characters of a refusal: with 3,000 to copy and the words around them, a message of Discord's holds no more."""


class Mistakes:
    """The sentences of a refusal in the making, each once."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def add(self, *sentences: str) -> None:
        self._sentences |= dict.fromkeys(sentences)

    @contextmanager
    def noted(self) -> Generator[None]:
        """Go on behind this block when something in it is refused."""
        try:
            yield
        except UserError as refusal:
            self.add(*refusal.mistakes)

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(self._sentences)

    def refuse(self, *, line: str | None = None) -> None:
        """Raise UserError with all that was noted, if anything was."""
        if self._sentences:
            raise one_refusal(self.sentences, line=line)


def one_refusal(sentences: Sequence[str], *, line: str | None = None) -> UserError:
    """Return one refusal for several mistakes, each told once; those for which there is no room are only counted."""
    unique = [shortened(sentence, ROOM) for sentence in dict.fromkeys(sentences)]
    fitting = sum(end <= ROOM for end in accumulate(len(sentence) + len("- \n") for sentence in unique)) or 1
    more = len(unique) - fitting
    told = unique if not more else [*unique[:fitting], f"And {more} more like {'this' if more == 1 else 'these'}."]
    return UserError(*told, line=line)
