"""The rules for choices, those registered with a command and those completed while a person types. Pure."""

from sandbox.discord.form import REQUIRED, Node
from sandbox.discord.jsontypes import Json, JsonObject

MAX_CHOICES = 25
_MAX_CHARS = 100
_INTEGER, _NUMBER = 4, 10
# Numbers are JavaScript's: https://discord.com/developers/docs/interactions/application-commands (option choices).
MAX_SAFE_INTEGER = 2**53


def read_choices(node: Node, option_type: int) -> tuple[JsonObject, ...]:
    """Return choices for an option of this type; problems go to the node's form."""
    found: list[JsonObject] = []
    for choice in node.items(0, MAX_CHOICES):
        choice.fields()
        name = choice["name"].text(1, _MAX_CHARS, required=True)
        found.append({"name": name, "value": _value(choice["value"], option_type)})
    return tuple(found)


def _value(node: Node, option_type: int) -> Json:
    if option_type == _INTEGER:
        return node.integer(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER, required=True)
    if option_type != _NUMBER:
        return node.text(0, _MAX_CHARS, required=True)
    if node.value is None:
        node.refuse(*REQUIRED)
    elif isinstance(node.value, bool) or not isinstance(node.value, int | float):
        node.refuse("NUMBER_TYPE_COERCE", f'Value "{node.value}" is not double.')
    return node.value
