"""Read one version of a message as a person does: its words, buttons, pictures, colour. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from sandbox.discord.components import ComponentType, media_items, walk
from sandbox.discord.state import Message


class Picture(NamedTuple):
    """One file that a message shows, in order."""

    filename: str
    data: bytes
    description: str | None
    spoiler: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    label: str
    style: int
    custom_id: str | None = None
    url: str | None = None
    disabled: bool = False


def text(message: Message) -> str:
    """Return all words of a message in reading order, a line each; labels of buttons are not among them."""
    parts = [message.contents.content] if message.contents.content else []
    parts += [str(part["content"]) for part in walk([*message.contents.components]) if "content" in part]
    return "\n".join(parts)


def buttons(message: Message) -> tuple[Button, ...]:
    found = [part for part in walk([*message.contents.components]) if part["type"] == ComponentType.BUTTON]
    return tuple(
        Button(
            label=str(part.get("label", "")),
            style=int(str(part["style"])),
            custom_id=str(part["custom_id"]) if "custom_id" in part else None,
            url=str(part["url"]) if "url" in part else None,
            disabled=part.get("disabled") is True,
        )
        for part in found
    )


def gallery(message: Message) -> tuple[Picture, ...]:
    """Return the uploaded files that a message shows: by its components, or plainly below its text."""
    files = {str(file.id): file for file in message.contents.attachments}
    shown: list[Picture] = []
    for item in media_items([*message.contents.components]):
        media = item.get("media") or item.get("file")
        file = files.get(str(media.get("attachment_id"))) if isinstance(media, dict) else None
        if file is not None:
            alt = item.get("description") or file.description
            hidden = item.get("spoiler") is True or file.spoiler
            shown.append(Picture(file.filename, file.data, str(alt) if alt else None, hidden))
    if message.contents.components:
        return tuple(shown)
    return tuple(Picture(file.filename, file.data, file.description, file.spoiler) for file in files.values())


def accent(message: Message) -> int | None:
    """Return the colour of the first container's bar."""
    for part in walk([*message.contents.components]):
        colour = part.get("accent_color")
        if part["type"] == ComponentType.CONTAINER:
            return colour if isinstance(colour, int) else None
    return None
