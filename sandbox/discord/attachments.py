"""Files of a message: names, sizes, pictures' dimensions, and which of them an edit keeps. Pure."""

import io
import mimetypes
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PIL import Image

from sandbox.discord.components import MAX_ALT_TEXT_CHARS
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.form import Node
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.state import Attachment, Upload

MAX_ATTACHMENTS = 10
SCHEME = "attachment://"
_SPOILER_PREFIX = "SPOILER_"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
_MAX_FILENAME_CHARS = 1024
_MAX_URL_CHARS = 2048


def clean_filename(name: str) -> str:
    """Return a file's name as Discord stores it: ASCII, spaces as underscores, no leading dot or underscore.

    https://github.com/discord/discord-api-docs/issues/7754 (the same is done to `attachment://` references).
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    joined = "_".join(ascii_name.replace("/", " ").replace("\\", " ").split())
    return _NOT_IN_NAMES.sub("", joined).strip("._") or "unknown"


def stored(upload: Upload, *, attachment_id: int, folder_id: int, ephemeral: bool = False) -> Attachment:
    """Return a file as Discord keeps it: the type follows from the name, the dimensions from the bytes."""
    filename = clean_filename(upload.filename)
    content_type = mimetypes.guess_type(filename)[0]
    width_px, height_px = _dimensions(upload.data)
    return Attachment(
        id=attachment_id,
        folder_id=folder_id,
        filename=filename,
        data=upload.data,
        content_type=content_type,
        width_px=width_px,
        height_px=height_px,
        description=upload.description,
        spoiler=upload.spoiler or filename.startswith(_SPOILER_PREFIX),
        ephemeral=ephemeral,
    )


def _dimensions(data: bytes) -> tuple[int | None, int | None]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The files after a request, and those of them that its components may name by `attachment://`."""

    attachments: tuple[Attachment, ...]
    by_name: Mapping[str, Attachment]


def refuse_too_large(uploads: Mapping[int, Upload], limit_bytes: int) -> None:
    """Raise DiscordError 40005 if one file exceeds the limit; it counts per file, not in all."""
    if any(len(upload.data) > limit_bytes for upload in uploads.values()):
        raise DiscordError(Problem.TOO_LARGE)


def arrange(
    node: Node,
    uploads: Mapping[int, Upload],
    *,
    before: tuple[Attachment, ...],
    folder_id: int,
    new_id: Callable[[], int],
) -> Shelf:
    """Apply a request's files and its `attachments` list to the files of a message.

    Without the list, everything is kept and every new file added. With it, what it does not name is gone, a file of an
    edited message included (API v10 wants the complete list); new files of the list are named by their index, kept
    ones by their id. A kept file can be referenced only if the list states its name, too.
    """
    listed = _entries(node) if node.given else dict.fromkeys(uploads, node)
    new = {
        index: stored(_described(upload, listed[index]), attachment_id=new_id(), folder_id=folder_id)
        for index, upload in uploads.items()
        if index in listed
    }
    kept = [_kept(attachment, listed.get(attachment.id, node)) for attachment in before]
    if node.given:
        kept = [attachment for attachment in kept if attachment.id in listed]
    attachments = (*kept, *new.values())
    if len(attachments) > MAX_ATTACHMENTS:
        node.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {MAX_ATTACHMENTS} or fewer in length.")
    named = [attachment for attachment in kept if not node.given or _states_name(listed[attachment.id], attachment)]
    return Shelf(attachments=attachments, by_name={file.filename: file for file in (*named, *new.values())})


def _entries(node: Node) -> dict[int, Node]:
    entries: dict[int, Node] = {}
    for entry in node.items(0, MAX_ATTACHMENTS):
        entry.fields()
        entry["filename"].text(1, _MAX_FILENAME_CHARS)
        entry["description"].text(0, MAX_ALT_TEXT_CHARS)
        number = entry["id"].integer(minimum=0, required=True)
        if number is not None:
            entries[number] = entry
    return entries


def _described(upload: Upload, entry: Node) -> Upload:
    """Take name, alt text and spoiler of a new file from its entry, where it has one."""
    name = entry["filename"].text() or upload.filename
    return replace(
        upload,
        filename=name,
        description=entry["description"].text() or None,
        spoiler=entry["is_spoiler"].flag(),
    )


def _kept(attachment: Attachment, entry: Node) -> Attachment:
    """Alt text and spoiler of a kept file can be edited since 2026-06-24 (discord-api-docs #8429)."""
    if "description" in entry:
        attachment = replace(attachment, description=entry["description"].text() or None)
    if "is_spoiler" in entry:
        attachment = replace(attachment, spoiler=entry["is_spoiler"].flag())
    return attachment


def _states_name(entry: Node, attachment: Attachment) -> bool:
    name = entry["filename"].text()
    return name is not None and clean_filename(name) == attachment.filename


def resolve_media(node: Node, shelf: Shelf, *, uploaded_only: bool) -> JsonObject:
    """Return what is stored for the url of a media item; a name that no file has is refused."""
    url = node.text(1, _MAX_URL_CHARS, required=True) or ""
    if url.startswith(SCHEME):
        attachment = shelf.by_name.get(clean_filename(url.removeprefix(SCHEME)))
        if attachment is not None:
            return {"attachment_id": str(attachment.id)}
        node.refuse(
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
            f'The referenced attachment ("{url}") was not found',
        )
    elif uploaded_only:
        node.refuse("UNFURLED_MEDIA_ITEM_ATTACHMENT_REQUIRED", "Only an uploaded file may be referenced here")
    elif url and not url.startswith(("https://", "http://")):
        node.refuse("URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment').")
    return {"url": url}
