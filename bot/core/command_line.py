"""Writes a request as one line to copy, which is read again as the same request; knows no card and no Discord.

`/imagine prompt: a red cube --model flux-2-dev --ar 16:9 --seed 7 --n 4`: pasted into Discord, as a command or into its
prompt alone, it asks for the same. Pictures are no words: whoever shows a line says that they are to be attached again.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.core.ask import Ask, Command
from bot.core.coercion import as_words
from bot.core.flag_names import SWITCHES, flag_for, taught_name
from bot.core.flags import Flag, as_written, cut_flags
from bot.core.json_value import Json
from bot.core.plan import Plan
from bot.core.schema import Model, is_fixed

Typed = str | int | bool | None
"""An option as Discord hands it over; None and "" are options that nobody chose."""


def line_of(ask: Ask) -> str:
    """Return what a person asked for: the prompt, then every choice as a flag."""
    return _line(ask, ask.model, ask.options, ask.seed)


def sent_line(ask: Ask, plan: Plan, model: Model | None = None) -> str:
    """Return what was really sent: the model, the seed, and each parameter that differs from the model's default.

    Without the `model`, when Oxen does not offer it any more, all that was sent is named.
    """
    differing = _differing(plan, model)
    named = {name if model is None else flag_for(name, model): as_words(value) for name, value in differing}
    return _line(ask, plan.model, named, plan.seeds[0] if plan.seeds else None)


def typed_line(command: Command, prompt: str, options: Mapping[str, Typed]) -> str:
    """Return a command letter by letter as it was typed, its options as flags; it need not be right."""
    chosen = {name: value for name, value in options.items() if value is not None and value is not False}
    texts = {name: "" if value is True else str(value).strip() for name, value in chosen.items()}
    flags = [_flag(name, value) for name, value in texts.items() if value or chosen[name] is True]
    return _joined(command, prompt, flags)


def flag_line(flag: Flag) -> str:
    """Return a flag as it should be written."""
    return _flag(flag.name, flag.value)


def _line(ask: Ask, model: str | None, options: Mapping[str, str], seed: int | None) -> str:
    numbers = {"seed": seed, "count": ask.count if ask.count > 1 else None}
    flags = [
        *([] if model is None else [_flag("model", model)]),
        *(_flag(name, value) for name, value in options.items()),
        *(_flag(name, str(value)) for name, value in numbers.items() if value is not None),
        *(_flag(name, "") for name in SWITCHES if getattr(ask, name)),
    ]
    return _joined(ask.command, ask.prompt, flags)


def _joined(command: Command, prompt: str, flags: Sequence[str]) -> str:
    return " ".join(part for part in (f"/{command.value} prompt:", prompt, *flags) if part)


def _flag(name: str, value: str) -> str:
    """Write a flag so that it is read as this value: bare if that will do, else in the first quotes that hold it."""
    written = f"--{taught_name(name)}"
    ways = [f"{written} {each}".rstrip() for each in as_written(value)]
    return next((way for way in ways if _reads_as(way, value)), ways[-1])


def _reads_as(way: str, value: str) -> bool:
    reading = cut_flags(way)
    return not reading.mistakes and [flag.value for flag in reading.flags] == [value]


def _differing(plan: Plan, model: Model | None) -> Iterator[tuple[str, Json]]:
    """Yield what was sent by choice: neither what nobody may choose, nor the schema's default, nor an empty picture."""
    for name, value in plan.parameters.items():
        default = None if model is None or name not in model.parameters else model.parameters[name].default
        if value is not None and value != default and name != plan.reference_field and not is_fixed(name):
            yield name, value
