"""The rules for components in messages: what Discord takes, refuses, and fills in. Pure; knows no state."""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import TypeAlias

from sandbox.discord.form import REQUIRED, Node
from sandbox.discord.jsontypes import Json, JsonObject

MAX_COMPONENTS = 40
MAX_TEXT_CHARS = 4000
MAX_LEGACY_ROWS = 5
MAX_CUSTOM_ID_CHARS = 100
MAX_ALT_TEXT_CHARS = 1024
_MAX_LABEL_CHARS = 80
_MAX_PLACEHOLDER_CHARS = 150
_MAX_BUTTON_URL_CHARS = 512
_MAX_COLOUR = 0xFFFFFF
_MAX_ROW = 5
_MAX_GALLERY = 10
_MAX_SECTION_TEXTS = 3
_MAX_OPTIONS = 25


class ComponentType(IntEnum):
    """https://discord.com/developers/docs/components/reference#component-object-component-types."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


class ButtonStyle(IntEnum):
    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5
    PREMIUM = 6


C = ComponentType
SELECTS = frozenset({C.STRING_SELECT, C.USER_SELECT, C.ROLE_SELECT, C.MENTIONABLE_SELECT, C.CHANNEL_SELECT})
_IN_CONTAINER = frozenset({C.ACTION_ROW, C.SECTION, C.TEXT_DISPLAY, C.MEDIA_GALLERY, C.FILE, C.SEPARATOR})
_TOP_V2 = _IN_CONTAINER | {C.CONTAINER}
_TOP_LEGACY = frozenset({C.ACTION_ROW})
_ACCESSORIES = frozenset({C.BUTTON, C.THUMBNAIL})

Media: TypeAlias = Callable[[Node, bool], JsonObject]
"""Turn the url of a media item into what is stored. The flag says that only an uploaded file will do."""


def read_components(node: Node, *, v2: bool, media: Media) -> tuple[JsonObject, ...]:
    """Return components as Discord stores them, with defaults and ids; problems go to the node's form."""
    reader = _Reader(media)
    if v2:
        found = reader.children(node, _TOP_V2, maximum=MAX_COMPONENTS)
    else:
        found = reader.children(node, _TOP_LEGACY, maximum=MAX_LEGACY_ROWS)
    if reader.count > MAX_COMPONENTS:
        node.refuse(
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The maximum number of components is {MAX_COMPONENTS}, nested ones counted; there are {reader.count}.",
        )
    if reader.text_chars > MAX_TEXT_CHARS:
        node.refuse(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total displayable text size may not exceed {MAX_TEXT_CHARS}; it is {reader.text_chars}.",
        )
    number_components(found)
    return tuple(found)


def walk(components: Json) -> Iterator[JsonObject]:
    """Yield every component of a tree, parents first, in the order in which people see them."""
    if not isinstance(components, list):
        return
    for component in components:
        if not isinstance(component, dict):
            continue
        yield component
        yield from walk(component.get("components"))
        yield from walk([component.get("accessory"), component.get("component")])


def number_components(components: list[JsonObject]) -> None:
    """Give an id to every component that has none, counting up from 1 past those that are taken."""
    every = list(walk([*components]))
    taken = {number for component in every if isinstance(number := component["id"], int)}
    following = 1
    for component in every:
        if component["id"] is None:
            while following in taken:
                following += 1
            component["id"] = following
            taken.add(following)


def media_items(components: Json) -> Iterator[JsonObject]:
    """Yield each thing that shows a file: gallery items, thumbnails, file components."""
    for component in walk(components):
        items = component.get("items")
        if isinstance(items, list):
            yield from (item for item in items if isinstance(item, dict))
        elif "media" in component or "file" in component:
            yield component


class _Reader:
    def __init__(self, media: Media) -> None:
        self._media = media
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()
        self.count = 0
        self.text_chars = 0
        self._read_by_type: dict[int, Callable[[Node], JsonObject]] = {
            C.ACTION_ROW: self._row,
            C.BUTTON: self._button,
            C.SECTION: self._section,
            C.TEXT_DISPLAY: self._text,
            C.THUMBNAIL: self._thumbnail,
            C.MEDIA_GALLERY: self._gallery,
            C.FILE: self._file,
            C.SEPARATOR: self._separator,
            C.CONTAINER: self._container,
            **dict.fromkeys(SELECTS, self._select),
        }

    def children(
        self, node: Node, allowed: frozenset[ComponentType], *, minimum: int = 0, maximum: int
    ) -> list[JsonObject]:
        return [self._component(child, allowed) for child in node.items(minimum, maximum)]

    def _component(self, node: Node, allowed: frozenset[ComponentType]) -> JsonObject:
        kind = node.fields().get("type")
        if not isinstance(kind, int) or kind not in allowed:
            listed = ", ".join(str(int(choice)) for choice in sorted(allowed))
            node.refuse("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({listed}).')
            return {"type": 0, "id": None}
        self.count += 1
        return {"type": kind, "id": self._id(node["id"]), **self._read_by_type[kind](node)}

    def _id(self, node: Node) -> int | None:
        number = node.integer(minimum=0)
        if not number:
            return None
        if number in self._ids:
            node.refuse("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self._ids.add(number)
        return number

    def _custom_id(self, node: Node) -> str | None:
        custom_id = node.text(1, MAX_CUSTOM_ID_CHARS, required=True)
        if custom_id is None:
            return None
        if custom_id in self._custom_ids:
            node.refuse("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        self._custom_ids.add(custom_id)
        return custom_id

    def _row(self, node: Node) -> JsonObject:
        inner = node["components"]
        listed = inner.value if isinstance(inner.value, list) else []
        if any(isinstance(child, dict) and child.get("type") in SELECTS for child in listed):
            return {"components": list[Json](self.children(inner, SELECTS, minimum=1, maximum=1))}
        return {"components": list[Json](self.children(inner, frozenset({C.BUTTON}), minimum=1, maximum=_MAX_ROW))}

    def _button(self, node: Node) -> JsonObject:
        style = node["style"].choice([*ButtonStyle])
        found: JsonObject = {"style": style}
        if style == ButtonStyle.LINK:
            found["url"] = node["url"].text(1, _MAX_BUTTON_URL_CHARS, required=True)
        elif style == ButtonStyle.PREMIUM:
            found["sku_id"] = node["sku_id"].text(required=True)
        else:
            found["custom_id"] = self._custom_id(node["custom_id"])
        if style != ButtonStyle.LINK and node["url"].given:
            node.refuse("BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be set")
        label = node["label"].text(0, _MAX_LABEL_CHARS)
        if not label and not node["emoji"].given and style != ButtonStyle.PREMIUM:
            node.refuse("BUTTON_COMPONENT_INVALID_LABEL_EMOJI", "A label or an emoji is required")
        if label:
            found["label"] = label
        if node["emoji"].given:
            found["emoji"] = node["emoji"].fields()
        if node["disabled"].flag():
            found["disabled"] = True
        return found

    def _select(self, node: Node) -> JsonObject:
        found: JsonObject = {
            "custom_id": self._custom_id(node["custom_id"]),
            "min_values": _or(node["min_values"].integer(0, _MAX_OPTIONS), 1),
            "max_values": _or(node["max_values"].integer(1, _MAX_OPTIONS), 1),
        }
        if node["placeholder"].given:
            found["placeholder"] = node["placeholder"].text(0, _MAX_PLACEHOLDER_CHARS)
        if node["disabled"].flag():
            found["disabled"] = True
        if node["type"].value == C.STRING_SELECT:
            found["options"] = list[Json](read_options(node["options"], 1, _MAX_OPTIONS))
        return found

    def _section(self, node: Node) -> JsonObject:
        texts = self.children(node["components"], frozenset({C.TEXT_DISPLAY}), minimum=1, maximum=_MAX_SECTION_TEXTS)
        if not node["accessory"].given:
            node["accessory"].refuse(*REQUIRED)
            return {"components": list[Json](texts)}
        return {"components": list[Json](texts), "accessory": self._component(node["accessory"], _ACCESSORIES)}

    def _text(self, node: Node) -> JsonObject:
        content = node["content"].text(1, MAX_TEXT_CHARS, required=True) or ""
        self.text_chars += len(content)
        return {"content": content}

    def _thumbnail(self, node: Node) -> JsonObject:
        return self._shown(node)

    def _shown(self, node: Node) -> JsonObject:
        return {
            "media": self._media(node["media"]["url"], False),
            "description": node["description"].text(1, MAX_ALT_TEXT_CHARS),
            "spoiler": node["spoiler"].flag(),
        }

    def _gallery(self, node: Node) -> JsonObject:
        return {"items": [self._shown(item) for item in node["items"].items(1, _MAX_GALLERY)]}

    def _file(self, node: Node) -> JsonObject:
        return {"file": self._media(node["file"]["url"], True), "spoiler": node["spoiler"].flag()}

    def _separator(self, node: Node) -> JsonObject:
        spacing = node["spacing"].choice((1, 2), required=False)
        return {"spacing": _or(spacing, 1), "divider": node["divider"].flag(default=True)}

    def _container(self, node: Node) -> JsonObject:
        return {
            "accent_color": node["accent_color"].integer(0, _MAX_COLOUR),
            "spoiler": node["spoiler"].flag(),
            "components": list[Json](
                self.children(node["components"], _IN_CONTAINER, minimum=1, maximum=MAX_COMPONENTS)
            ),
        }


def read_options(node: Node, minimum: int, maximum: int) -> list[JsonObject]:
    """Return the options of a select, a radio group or a checkbox group; their values must differ."""
    found: list[JsonObject] = []
    values: set[str] = set()
    for option in node.items(minimum, maximum):
        option.fields()
        label = option["label"].text(1, MAX_CUSTOM_ID_CHARS, required=True)
        value = option["value"].text(1, MAX_CUSTOM_ID_CHARS, required=True) or ""
        if value in values:
            option["value"].refuse(
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
            )
        values.add(value)
        read: JsonObject = {"label": label, "value": value, "default": option["default"].flag()}
        if option["description"].given:
            read["description"] = option["description"].text(0, MAX_CUSTOM_ID_CHARS)
        found.append(read)
    return found


def _or(number: int | None, default: int) -> int:
    return default if number is None else number
