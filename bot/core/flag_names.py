"""What the flags are called: short names, the parameters that they mean, and the names that people are taught.

Knows how models name their parameters, and nothing of prompts.
"""

from collections.abc import Mapping, Sequence

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
