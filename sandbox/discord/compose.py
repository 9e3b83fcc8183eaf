"""A request's body and the message before it -> the message's contents after it. Pure: refuses wholly or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.discord import attachments
from sandbox.discord.attachments import Shelf
from sandbox.discord.components import media_items, read_components, walk
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.mentions import read_mentions
from sandbox.discord.state import Contents, MessageFlag, Upload

MAX_CONTENT_CHARS = 2000
_MAX_EMBEDS = 10
_MAX_EMBED_CHARS = 6000
_SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2
_LEGACY_FIELDS = ("content", "embeds", "sticker_ids", "poll")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody sends, and by which rules it is judged.

    `before` is None for a new message. `path` leads from the body's root to the message's fields, for the errors.
    """

    fields: Json
    uploads: Mapping[int, Upload]
    folder_id: int
    file_limit_bytes: int
    default_mentions: frozenset[str]
    new_id: Callable[[], int]
    before: Contents | None = None
    path: tuple[str, ...] = ()


def compose(draft: Draft) -> Contents:
    """Return the contents after this request. Raises DiscordError (40005, 50006, 50035) and then changes nothing."""
    attachments.refuse_too_large(draft.uploads, draft.file_limit_bytes)
    form = Form()
    node = Node(draft.fields, form, draft.path)
    node.fields()
    before = draft.before or Contents()
    flags = _flags(node, before.flags if draft.before else None)
    v2 = MessageFlag.COMPONENTS_V2 in flags
    content = node["content"].text(0, MAX_CONTENT_CHARS) or "" if "content" in node else before.content
    embeds = _embeds(node["embeds"]) if "embeds" in node else before.embeds
    if v2:
        _refuse_legacy(node, content, embeds)
    shelf = attachments.arrange(
        node["attachments"],
        draft.uploads,
        before=before.attachments,
        folder_id=draft.folder_id,
        new_id=draft.new_id,
    )
    components = _components(node, before, shelf, v2=v2)
    texts = [content, *(str(part["content"]) for part in walk([*components]) if "content" in part)]
    mentions = read_mentions(texts, node["allowed_mentions"], default=draft.default_mentions)
    form.check()
    if not (content or embeds or components or (shelf.attachments and not v2)):
        raise DiscordError(Problem.EMPTY_MESSAGE)
    return Contents(
        content=content,
        embeds=embeds,
        components=components,
        attachments=shelf.attachments,
        flags=flags,
        mentions=mentions,
    )


def _flags(node: Node, before: MessageFlag | None) -> MessageFlag:
    """Components V2 can be switched on by an edit but never off; "thinking" ends with the first edit."""
    requested = MessageFlag(node["flags"].integer(minimum=0) or 0) & _SETTABLE
    if before is None:
        return requested
    kept = before & ~MessageFlag.LOADING
    if not node["flags"].given:
        return kept
    if MessageFlag.COMPONENTS_V2 in before and MessageFlag.COMPONENTS_V2 not in requested:
        node["flags"].refuse(
            "MESSAGE_COMPONENTS_V2_FLAG_CANNOT_BE_REMOVED", "IS_COMPONENTS_V2 cannot be removed from a message"
        )
    return requested | (kept & ~MessageFlag.SUPPRESS_EMBEDS)


def _embeds(node: Node) -> tuple[JsonObject, ...]:
    embeds = tuple(embed.fields() for embed in node.items(0, _MAX_EMBEDS))
    if sum(_text_length(embed) for embed in embeds) > _MAX_EMBED_CHARS:
        node.refuse("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_MAX_EMBED_CHARS}")
    return embeds


def _text_length(value: Json, key: str = "") -> int:
    if isinstance(value, dict):
        return sum(_text_length(inner, name) for name, inner in value.items())
    if isinstance(value, list):
        return sum(_text_length(inner, key) for inner in value)
    counted = key in {"title", "description", "name", "value", "text"}
    return len(value) if isinstance(value, str) and counted else 0


def _refuse_legacy(node: Node, content: str, embeds: tuple[JsonObject, ...]) -> None:
    kept: dict[str, object] = {"content": content, "embeds": embeds}
    for name in _LEGACY_FIELDS:
        if kept.get(name) or node[name].value:
            node[name].refuse(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _components(node: Node, before: Contents, shelf: Shelf, *, v2: bool) -> tuple[JsonObject, ...]:
    def media(url: Node, uploaded_only: bool) -> JsonObject:  # noqa: FBT001 -- the shape is components.Media
        return attachments.resolve_media(url, shelf, uploaded_only=uploaded_only)

    if "components" in node:
        return read_components(node["components"], v2=v2, media=media)
    lost = shown_ids(before.components) - {attachment.id for attachment in shelf.attachments}
    if lost:
        node["attachments"].refuse(
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "A component still shows a file that is not kept"
        )
    return before.components


def shown_ids(components: tuple[JsonObject, ...]) -> frozenset[int]:
    """Return the ids of the files that components show."""
    media = (item.get("media") or item.get("file") for item in media_items([*components]))
    ids = (found.get("attachment_id") for found in media if isinstance(found, dict))
    return frozenset(int(found) for found in ids if isinstance(found, str))
