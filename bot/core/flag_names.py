"""What the flags are called and take: short names, the parameters that they mean, the names that people are taught.

Knows how models name their parameters, and nothing of prompts.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum

from bot.core.parameter import Parameter
from bot.core.schema import COUNT_NAMES, Model

FIXED_NAMES: Mapping[str, str] = {"ar": "aspect_ratio", "aspect": "aspect_ratio"} | dict.fromkeys(COUNT_NAMES, "count")
"""Short names that mean the same for every model."""

SHORT_NAMES: Mapping[str, Sequence[str]] = {
    "steps": ("num_inference_steps", "num_steps"),
    "guidance": ("guidance_scale", "cfg_scale", "cfg"),
    "format": ("output_format",),
    "quality": ("output_quality",),
}
"""Flags whose parameter differs from model to model; a model's own parameter of that very name comes first."""

SWITCHES = ("spoiler", "private")
"""Options of the command that are on or off, and flags that need no value."""

YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})
ON_OR_OFF = YES | NO

NEEDS_VALUE: Mapping[str, str] = {
    "aspect_ratio": "16:9",
    "resolution": '"1 MP"',
    "count": "4",
    "seed": "7",
    "model": "flux-2-dev",
    "steps": "30",
    "guidance": "3",
    "format": "png",
    "quality": "90",
}
"""Flags that are never switches, each with an example for the refusal."""


COMMON_NAMES = frozenset({*NEEDS_VALUE, *SWITCHES, "aspect"})
"""What a misspelt flag may have been meant to be, whatever the model."""


class Foreign(Enum):
    """What a flag of Midjourney's does there, which decides what is said about it here."""

    VERSION = "chooses a version"
    STRENGTH = "says how freely to paint"
    PICTURE = "points to a picture"
    NO = "names what must not be seen"
    MANNER = "changes how the work is done"


MIDJOURNEY: Mapping[str, Foreign] = {
    **dict.fromkeys(("v", "version", "niji"), Foreign.VERSION),
    **dict.fromkeys(("stylize", "s", "chaos", "c", "weird", "w", "q", "exp", "hd", "style"), Foreign.STRENGTH),
    **dict.fromkeys(("sref", "cref", "oref", "iw", "sw", "cw", "ow", "sv", "p", "profile"), Foreign.PICTURE),
    "no": Foreign.NO,
    **dict.fromkeys(
        ("tile", "stop", "repeat", "r", "fast", "relax", "turbo", "draft", "video", "test"), Foreign.MANNER
    ),
}
"""Flags that people bring along; a model's own parameter of the same name comes first."""

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_RATIO = r"[0-9]+(?:\.[0-9]+)?\s*[:/xX*\N{MULTIPLICATION SIGN}\N{RATIO}]\s*[0-9]+(?:\.[0-9]+)?"
_TAKES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        **dict.fromkeys(("count", "seed", "steps", "guidance"), _NUMBER),
        **dict.fromkeys(("v", "version", "niji", "stylize", "s", "chaos", "c", "weird", "w", "q", "exp"), _NUMBER),
        **dict.fromkeys(("iw", "sw", "cw", "ow", "sv", "stop", "repeat", "r"), _NUMBER),
        "aspect_ratio": _RATIO,
        "resolution": rf"{_NUMBER}\s*(?:mp|k|p|px)|{_RATIO}",
        "quality": rf"{_NUMBER}|low|medium|high|standard|hd|auto",
        "format": "png|jpe?g|webp",
        **dict.fromkeys(("sref", "cref", "oref"), r"\S+://\S+"),
    }.items()
}
"""What the well-known flags take, for telling a slip of the pen from words."""

_ENGLISH = frozenset(
    {"count", "seed", "steps", "guidance", "model", "resolution", "quality", "format", "style", "aspect", "stop"}
)
"""Names that people also write behind a dash when they mean nothing by it."""

_TAUGHT = {"aspect_ratio": "ar", "count": "n"}


def meaning(written: str) -> str:
    """Return what a flag's name means, in any case and with - for _: `AR` is aspect_ratio."""
    name = written.casefold().replace("-", "_")
    return FIXED_NAMES.get(name, name)


def taught_name(name: str) -> str:
    """Return the name under which the README teaches an option that is the same for every model."""
    return _TAUGHT.get(name, name)


def parameter_named(name: str, model: Model) -> Parameter | None:
    """Return the parameter that an option or a flag means for this model; None for none that may be chosen."""
    for own in (name, *SHORT_NAMES.get(name, ())):
        for offered in model.offered:
            if offered != "seed" and meaning(offered) == own:
                return model.parameters[offered]
    return None


def flag_for(parameter: str, model: Model) -> str:
    """Return the name to teach for a model's parameter: the short one where it means this very parameter."""
    for short, longs in SHORT_NAMES.items():
        meant = parameter_named(short, model)
        if parameter in longs and meant is not None and meant.name == parameter:
            return short
    return taught_name(parameter)


def is_known(name: str) -> bool:
    """Tell whether a flag of this meaning is known whatever the model: ours, or one that Midjourney taught."""
    return name in NEEDS_VALUE or name in SWITCHES or name in MIDJOURNEY


def fits(name: str, value: str) -> bool:
    """Tell whether a well-known flag takes such a value, so that hardly anything else can be meant."""
    takes = _TAKES.get(name)
    return takes is not None and takes.fullmatch(value) is not None


def is_prose(name: str) -> bool:
    """Tell whether a name is an ordinary word, too."""
    return name in _ENGLISH
