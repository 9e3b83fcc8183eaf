"""What is put on a message and what came of it, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from bot.core.job import Attachment

SMALLER = "-smaller"
"""Ends the name of a file that is not what Oxen made; the name lies on the message, so that every later card knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFile:
    """A picture to be put on a message, named after its generation and its content."""

    filename: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The message shows the card; `attachments` maps generation ids to the results that lie on it now."""

    attachments: Mapping[str, Attachment]


def made_smaller(filename: str) -> bool:
    """Tell whether a file is not what Oxen made, since that was over the size limit."""
    return PurePath(filename).stem.endswith(SMALLER)
