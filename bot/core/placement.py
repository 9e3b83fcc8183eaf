"""What is put on a message and what came of it, as plain values.

A result's file is named `<generation id>[-from-<kind>][-smaller][-still].<kind>`, with Discord's own mark of a spoiler
before it. The name lies on the message, so that every later card knows what was done to the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from bot.core.file_kind import SPOILER, FileKind, Showing, kind_named
from bot.core.job import Attachment

SMALLER = "-smaller"
STILL = "-still"
FROM = "-from-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFile:
    """What Oxen made, to be put on a message; named after its generation and its content."""

    filename: str
    data: bytes = field(repr=False)

    def remade(self, data: bytes, extension: str, *, of: FileKind | None = None, still: bool = False) -> "ResultFile":
        """Give the file in another form, with a name that says so; without `of`, the form is a smaller one."""
        path = PurePath(self.filename)
        stem = path.stem.removesuffix(STILL).removesuffix(SMALLER)
        how = f"{FROM}{of.extension}" if of and FROM not in stem else ""
        smaller = SMALLER if of is None or made_smaller(self.filename) else ""
        moved = STILL if still or made_still(self.filename) else ""
        return ResultFile(filename=f"{stem}{how}{smaller}{moved}.{extension}", data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The message shows the card; `attachments` maps generation ids to the results that lie on it now."""

    attachments: Mapping[str, Attachment]


def result_name(generation_id: str, extension: str, *, covered: bool) -> str:
    """Name a file after its generation; one that is covered is covered wherever it goes."""
    return f"{SPOILER if covered else ''}{generation_id}.{extension}"


def shown_inline(filename: str) -> bool:
    """Tell whether Discord shows a file of this name as a picture or a video, and not as something to download."""
    kind = kind_named(_extension(filename))
    return kind is None or kind.showing is Showing.INLINE


def kind_in(filename: str) -> FileKind | None:
    """Tell the kind that a file's name states."""
    return kind_named(_extension(filename))


def made_from(filename: str) -> FileKind | None:
    """Tell what a file was before Discord could show it; None for one that is as Oxen made it."""
    _, found, rest = PurePath(filename).stem.partition(FROM)
    return kind_named(rest.partition("-")[0]) if found else None


def made_smaller(filename: str) -> bool:
    """Tell whether a file is not what Oxen made, since that was over the size limit."""
    return PurePath(filename).stem.removesuffix(STILL).endswith(SMALLER)


def made_still(filename: str) -> bool:
    """Tell whether a file stands still, while what Oxen made moves."""
    return PurePath(filename).stem.endswith(STILL)


def _extension(filename: str) -> str:
    return PurePath(filename).suffix.removeprefix(".")
