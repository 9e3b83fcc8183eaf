"""What a person asked for, checked as far as that needs neither the catalogue nor the bytes of a picture."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.coercion import same_words
from bot.core.file_kind import SPOILER, TAKEN, kind_named
from bot.core.flag_names import NO, ON_OR_OFF, SWITCHES
from bot.core.flags import Flag, cut_flags
from bot.core.grammar import echoed, plural
from bot.core.image_header import KINDS_IN_WORDS, PictureError, check_stated, refusal_of
from bot.core.links import begins_with_link
from bot.core.mentions import as_typed
from bot.core.mistakes import Mistakes, one_refusal
from bot.core.schema import OURS, guards_safety
from bot.core.signs import bare_end, is_blank, visible
from bot.errors import UserError

MAX_PROMPT_LENGTH = 4000
"""Characters, after the flags are cut off."""

MAX_COUNT = 4
"""Pictures of one job: what POST /ai/queue takes as num_generations."""

MAX_SEED = 2**32 - 1
"""The highest seed for models that do not say."""

NO_NAMES: Mapping[int, str] = {}
LINK_FIRST = (
    "The prompt begins with a link, which no model opens: attach the picture itself, with /edit or the option image. "
    "A link further back stays words of the prompt."
)
EMPTY_PROMPT = "Write what you would like to see, for example: a red cube on a beach."

MAX_WHOLE_NUMBER = 2**63 - 1
"""No schema can mean a higher seed, and no database column holds one."""


class Command(StrEnum):
    IMAGINE = "imagine"
    EDIT = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An attached picture as Discord states it; `url` is signed and dies within a day."""

    url: str = field(repr=False)
    filename: str
    size_bytes: int
    content_type: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    spoiler: bool = False

    @property
    def covered(self) -> bool:
        """Tell whether the person attached it as a spoiler, by Discord's flag or by the name that marks one."""
        return self.spoiler or self.filename.startswith(SPOILER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a person asked for, flags and options merged.

    `options` holds what the person chose, by the model's own parameter name, by the command's (`aspect_ratio`,
    `resolution`) or by a flag's short name (`steps`), as typed; "" is a flag that stood alone. The flags are already
    cut off `prompt`, which is empty only beside a reference (upscalers need no words).
    """

    command: Command
    prompt: str
    references: tuple[Reference, ...] = ()
    model: str | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    count: int = 1
    seed: int | None = None
    spoiler: bool = False
    private: bool = False

    @property
    def covered(self) -> bool:
        """Tell whether references and results are spoilers: what is made of a spoiler is one, whatever was chosen."""
        return self.spoiler or any(reference.covered for reference in self.references)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A command as read: the Ask, as far as there is sense in it, and everything that is wrong with the rest."""

    ask: Ask
    mistakes: tuple[str, ...]


def ask_of(
    command: Command, prompt: str, references: Sequence[Reference], options: Mapping[str, str | int | bool | None]
) -> Ask:
    """Return what a command asks for; raises UserError with everything that cannot be painted."""
    draft = draft_of(command, prompt, references, options)
    if draft.mistakes:
        raise one_refusal(draft.mistakes)
    return draft.ask


def draft_of(
    command: Command,
    prompt: str,
    references: Sequence[Reference],
    options: Mapping[str, str | int | bool | None],
    *,
    names: Mapping[int, str] = NO_NAMES,
) -> Draft:
    """Read a command with its options, given by their names in Discord, without the help of any model.

    None and "" are options that nobody chose. Whatever depends on the model is left to `resolve`. `names` are those
    of members, roles and channels that the prompt may mention, by id.
    """
    mistakes = Mistakes()
    with mistakes.noted():
        _check_characters([prompt, *(value for value in options.values() if isinstance(value, str))])
    reading = cut_flags(as_typed(_BEFORE_PROMPT.sub("", prompt, count=1), names))
    words = bare_end(reading.prompt)
    mistakes.add(*reading.mistakes)
    chosen = _merged(_typed(options), reading.flags, mistakes)
    mistakes.add(*_never_an_option(chosen), *_wrong_with_prompt(words, len(references)))
    mistakes.add(*_wrong_with_references(command, references))
    count = _whole_number(chosen.pop("count", "1"))
    if count is None or not 1 <= count <= MAX_COUNT:
        mistakes.add(f"One request makes 1 to {MAX_COUNT} pictures: choose a count from 1 to {MAX_COUNT}.")
        count = 1
    seed = chosen.pop("seed", None)
    switches: dict[str, bool] = {}
    for name in SWITCHES:
        with mistakes.noted():
            switches[name] = _switch(name, chosen.pop(name, "off"))
    with mistakes.noted():
        seed = None if seed is None else _seed(seed)
    ask = Ask(
        command=command,
        prompt="" if is_blank(words) else words,
        references=tuple(references),
        model=chosen.pop("model", None),
        options=chosen,
        count=count,
        seed=seed if isinstance(seed, int) else None,
        **switches,
    )
    return Draft(ask=ask, mistakes=mistakes.sentences)


def _check_characters(texts: Sequence[str]) -> None:
    for text in texts:
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise UserError("The text holds half a character, as when an emoji is cut apart. Type that place again.")


_BEFORE_PROMPT = re.compile(r"^(?:\s*/(?:imagine|edit)\s+prompt:\ ?)+", re.IGNORECASE)
"""How a line that was copied whole begins: the command is chosen already, and no picture shows these words."""


def _typed(options: Mapping[str, str | int | bool | None]) -> dict[str, str]:
    """Return the options that somebody chose, as words."""
    chosen: dict[str, str] = {}
    for name, value in options.items():
        typed = str(value).lower() if isinstance(value, bool) else visible(str(value))
        if value is not None and typed:
            chosen[name] = typed
    return chosen


def _merged(options: Mapping[str, str], flags: Sequence[Flag], mistakes: Mistakes) -> dict[str, str]:
    """Put options and flags together; both may say the same, but not different things."""
    for flag in flags:
        said = options.get(flag.name)
        meant = flag.value or ("true" if flag.name in SWITCHES else "")
        if said is not None and not _same(said, meant):
            mistakes.add(
                f"The option {flag.name} says {echoed(said)}, but the flag {echoed(flag.written)} says "
                f"{echoed(flag.value) or 'nothing'}. Keep one of the two."
            )
    return {flag.name: flag.value for flag in flags} | dict(options)


def _same(one: str, other: str) -> bool:
    return same_words(one, other) or (_whole_number(one) is not None and _whole_number(one) == _whole_number(other))


def _never_an_option(chosen: dict[str, str]) -> Iterator[str]:
    """Take out what nobody may choose: the safety filter, and the fields of the request that Easel fills itself."""
    for name in tuple(chosen):
        if guards_safety(name):
            yield f"The safety filter always stays on. Leave {echoed(name)} out."
        elif name == "prompt":
            yield "The prompt is what stands before the flags. Leave --prompt out."
        elif name in OURS - {"model"}:
            yield f"The bot sets {name} itself. Leave it out."
        else:
            continue
        del chosen[name]


_MENTION = re.compile(r"(?<!\w)@image([0-9]+)", re.IGNORECASE)


def _wrong_with_prompt(words: str, references: int) -> Iterator[str]:
    if is_blank(words) and not references:
        yield EMPTY_PROMPT
    if len(words) > MAX_PROMPT_LENGTH:
        yield f"The prompt has {len(words):,} characters; {MAX_PROMPT_LENGTH:,} are the most. Shorten it."
    if begins_with_link(words):
        yield LINK_FIRST
    for mention in _MENTION.finditer(words):
        number = mention[1].lstrip("0")
        if not number or len(number) > len(str(references)) or int(number) > references:
            yield f"The prompt names {echoed(mention[0])}, but {_attached(references)}."


def _attached(references: int) -> str:
    if references == 0:
        return "no picture is attached. Attach one, or take the name out"
    known = "only @Image1" if references == 1 else f"@Image1 to @Image{references}"
    return f"{plural(references, 'picture')} {'is' if references == 1 else 'are'} attached: use {known}"


def _wrong_with_references(command: Command, references: Sequence[Reference]) -> Iterator[str]:
    if command is Command.EDIT and not references:
        yield "Attach the picture that you would like to change, with the option image."
    for number, reference in enumerate(references, start=1):
        try:
            _check_type(reference)
            check_stated(reference.size_bytes, reference.width_px, reference.height_px)
        except PictureError as error:
            yield f"Picture {number} {error.clause}"


_NOT_PICTURES = frozenset({"video", "audio", "text", "font", "application"})


def _check_type(reference: Reference) -> None:
    """Refuse what Discord states to be another file; a missing or unknown type is left to the bytes."""
    stated = (reference.content_type or "").partition(";")[0].strip().casefold()
    main, _, subtype = stated.partition("/")
    extension = reference.filename.rpartition(".")[2].casefold()
    kind = kind_named(subtype if stated else extension)
    if kind is not None and kind.is_picture and kind not in TAKEN and main in {"", "image"}:
        raise PictureError(refusal_of(kind))
    if main in _NOT_PICTURES and subtype != "octet-stream":
        raise PictureError(f"is not a picture. Attach a {KINDS_IN_WORDS} file.")


def _whole_number(typed: str) -> int | None:
    """Read a whole number that a database column holds; None for everything else."""
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", typed):
        return None
    number = int(typed)
    return number if abs(number) <= MAX_WHOLE_NUMBER else None


def _seed(typed: str) -> int:
    """Read a seed; the upper end depends on the model, so that `resolve` checks it."""
    seed = _whole_number(typed)
    if seed is None or seed < 0:
        raise UserError(f"A seed is a whole number from 0 to {MAX_SEED:,}, such as 7.")
    return seed


def _switch(name: str, typed: str) -> bool:
    word = typed.casefold()
    if word not in ON_OR_OFF | {""}:
        raise UserError(f"--{name} is on or off, and needs no value. Leave {echoed(typed)} out.")
    return word not in NO
