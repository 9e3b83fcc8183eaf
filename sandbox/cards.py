"""Reads the state off a card of Easel's, by the colour of its bar: a finished card says none in words. Pure."""

from enum import StrEnum

from sandbox.discord.reading import accent
from sandbox.discord.state import Message


class Word(StrEnum):
    """The state of a job: a card says it while something is to come, and when nothing came."""

    QUEUED = "Queued"
    PAINTING = "Painting"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    UNCLEAR = "Unclear"


UNDER_WAY = frozenset({Word.QUEUED, Word.PAINTING})
_BY_COLOUR = {
    0x80848E: Word.QUEUED,
    0xF0B232: Word.PAINTING,
    0x23A55A: Word.DONE,
    0xF23F43: Word.FAILED,
    0x4E5058: Word.CANCELLED,
    0x5865F2: Word.UNCLEAR,
}


def word_of(message: Message) -> Word | None:
    """Return a card's state; None for what is no card."""
    return _BY_COLOUR.get(accent(message) or -1)
