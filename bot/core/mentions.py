"""Turns what Discord's client makes of names back into names; knows where it stands in a text, not who is meant.

A person types @Robin, :pepe: or #general, and the command carries `<@123...>`, `<:pepe:123...>` or `<#123...>`: no
model can do anything with the numbers. Discord states few names along with a command (the person's own, the
channel's, and whatever it has resolved). Where a name is not stated, the mention becomes the plain word for its kind.
"""

import re
from collections.abc import Mapping

_MENTION = re.compile(r"<(?P<sign>@&|@!?|#)(?P<id>[0-9]{15,20})>")
_EMOJI = re.compile(r"<a?:(?P<name>\w{2,32}):[0-9]{15,20}>")
_COMMAND = re.compile(r"</(?P<name>[^:<>]{1,100}):[0-9]{15,20}>")

_KINDS = {"@": "someone", "@&": "everyone in that role", "#": "that channel"}


def as_typed(text: str, names: Mapping[int, str]) -> str:
    """Return a text with names in place of mentions, emoji and commands of Discord's; `names` is by their ids."""

    def name(mention: re.Match[str]) -> str:
        known = names.get(int(mention["id"]))
        sign = mention["sign"].removesuffix("!")
        return f"{sign[0]}{known}" if known else _KINDS[sign]

    text = _MENTION.sub(name, text)
    text = _EMOJI.sub(r":\g<name>:", text)
    return _COMMAND.sub(r"/\g<name>", text)
