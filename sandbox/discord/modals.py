"""The rules for windows (modals): what Discord takes as one, and what a person may send back. Pure."""

from collections.abc import Callable

from sandbox.discord.components import SELECTS, ComponentType, number_components, read_options
from sandbox.discord.form import REQUIRED, Node
from sandbox.discord.jsontypes import Json, JsonObject

MAX_COMPONENTS = 5
_MAX_TITLE_CHARS = 45
_MAX_LABEL_CHARS = 45
_MAX_DESCRIPTION_CHARS = 100
_MAX_CUSTOM_ID_CHARS = 100
_MAX_PLACEHOLDER_CHARS = 100
_MAX_INPUT_CHARS = 4000
_MAX_FILES = 10
_MAX_SELECT_OPTIONS = 25
_MAX_GROUP_OPTIONS = 10
_MIN_RADIO_OPTIONS = 2

C = ComponentType
_TOP = (C.ACTION_ROW, C.TEXT_DISPLAY, C.LABEL)


def read_modal(node: Node) -> JsonObject:
    """Return a window as Discord stores it; problems go to the node's form."""
    node.fields()
    reader = _Reader()
    components = [reader.top(child) for child in node["components"].items(1, MAX_COMPONENTS)]
    number_components(components)
    return {
        "custom_id": node["custom_id"].text(1, _MAX_CUSTOM_ID_CHARS, required=True),
        "title": node["title"].text(1, _MAX_TITLE_CHARS, required=True),
        "components": list[Json](components),
    }


class _Reader:
    def __init__(self) -> None:
        self._custom_ids: set[str] = set()
        self._read_by_type: dict[int, Callable[[Node], JsonObject]] = {
            C.TEXT_INPUT: self._text_input,
            C.FILE_UPLOAD: self._file_upload,
            C.RADIO_GROUP: self._radio_group,
            C.CHECKBOX_GROUP: self._checkbox_group,
            C.CHECKBOX: self._checkbox,
            **dict.fromkeys(SELECTS, self._select),
        }

    def top(self, node: Node) -> JsonObject:
        kind = self._type(node, _TOP)
        base: JsonObject = {"type": kind, "id": node["id"].integer(minimum=1)}
        if kind == C.TEXT_DISPLAY:
            return {**base, "content": node["content"].text(1, _MAX_INPUT_CHARS, required=True)}
        if kind == C.ACTION_ROW:
            inner = [self._field(child, (C.TEXT_INPUT,)) for child in node["components"].items(1, 1)]
            return {**base, "components": list[Json](inner)}
        if kind == C.LABEL:
            return {**base, **self._label(node)}
        return base

    def _label(self, node: Node) -> JsonObject:
        if not node["component"].given:
            node["component"].refuse(*REQUIRED)
            return {}
        return {
            "label": node["label"].text(1, _MAX_LABEL_CHARS, required=True),
            "description": node["description"].text(1, _MAX_DESCRIPTION_CHARS),
            "component": self._field(node["component"], tuple(self._read_by_type)),
        }

    def _field(self, node: Node, allowed: tuple[int, ...]) -> JsonObject:
        kind = self._type(node, allowed)
        custom_id = node["custom_id"].text(1, _MAX_CUSTOM_ID_CHARS, required=True)
        if custom_id is not None and custom_id in self._custom_ids:
            node["custom_id"].refuse("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        self._custom_ids.add(custom_id or "")
        base: JsonObject = {"type": kind, "id": node["id"].integer(minimum=1), "custom_id": custom_id}
        return {**base, **self._read_by_type[kind](node)} if kind else base

    def _type(self, node: Node, allowed: tuple[int, ...]) -> int:
        kind = node.fields().get("type")
        if isinstance(kind, int) and kind in allowed:
            return kind
        listed = ", ".join(str(int(choice)) for choice in sorted(allowed))
        node.refuse("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({listed}).')
        return 0

    def _text_input(self, node: Node) -> JsonObject:
        minimum = node["min_length"].integer(0, _MAX_INPUT_CHARS) or 0
        maximum = node["max_length"].integer(1, _MAX_INPUT_CHARS) or _MAX_INPUT_CHARS
        if minimum > maximum:
            node["min_length"].refuse("BASE_TYPE_BAD_LENGTH", "Minimum length may not exceed maximum length")
        return {
            "style": node["style"].choice((1, 2)),
            "value": node["value"].text(0, maximum),
            "placeholder": node["placeholder"].text(0, _MAX_PLACEHOLDER_CHARS),
            "required": node["required"].flag(default=True),
            "min_length": minimum,
            "max_length": maximum,
        }

    def _file_upload(self, node: Node) -> JsonObject:
        return _counted(node, _MAX_FILES)

    def _select(self, node: Node) -> JsonObject:
        counted = _counted(node, _MAX_SELECT_OPTIONS)
        if node["type"].value == C.STRING_SELECT:
            counted["options"] = list[Json](read_options(node["options"], 1, _MAX_SELECT_OPTIONS))
        return counted

    def _radio_group(self, node: Node) -> JsonObject:
        options = read_options(node["options"], _MIN_RADIO_OPTIONS, _MAX_GROUP_OPTIONS)
        return {"required": node["required"].flag(default=True), "options": list[Json](options)}

    def _checkbox_group(self, node: Node) -> JsonObject:
        options = read_options(node["options"], 1, _MAX_GROUP_OPTIONS)
        most = node["max_values"].integer(1, _MAX_GROUP_OPTIONS)
        return {
            **_counted(node, _MAX_GROUP_OPTIONS),
            "options": list[Json](options),
            "max_values": most or len(options),
        }

    def _checkbox(self, node: Node) -> JsonObject:
        return {"default": node["default"].flag()}


def _counted(node: Node, maximum: int) -> JsonObject:
    fewest, most = node["min_values"].integer(0, maximum), node["max_values"].integer(1, maximum)
    return {
        "required": node["required"].flag(default=True),
        "min_values": 1 if fewest is None else fewest,
        "max_values": most or 1,
    }
