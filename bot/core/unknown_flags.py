"""What is said about a flag that a model does not have: what it does take, and what Midjourney's flags become here."""

from difflib import get_close_matches

from bot.core.flag_names import MIDJOURNEY, Foreign, flag_for, is_prose
from bot.core.grammar import echoed, listed
from bot.core.schema import Model

_LIKENESS = 0.7
_LONGEST_COMPARED = 40
"""Characters: no parameter's name is longer, and likeness is slow to measure."""

_INSTEAD_OF_NO = "negative_prompt"

_FOREIGN: dict[Foreign, str] = {
    Foreign.VERSION: "{flag} chooses a version of Midjourney. Here the option model chooses what paints.",
    Foreign.STRENGTH: "{flag} is Midjourney's, and {model} has nothing like it. Say in the prompt how it should look.",
    Foreign.PICTURE: (
        "{flag} points Midjourney to a picture. Here attach it with the option image, and call it @Image1."
    ),
    Foreign.NO: "{model} takes no {flag}. Write it in the prompt, for example: without {value}.",
    Foreign.MANNER: "{flag} is Midjourney's, and {model} has nothing like it. Leave it out.",
}
_USE_NEGATIVE_PROMPT = '{model} takes no --no. Write it as --negative_prompt "{value}".'


def no_such_flag(name: str, value: str, model: Model) -> str:
    """Say that a model has no such flag, and what to do instead."""
    foreign = MIDJOURNEY.get(name)
    if foreign is not None:
        return foreign_flag(foreign, name, value, model)
    flags = [f"--{flag_for(parameter, model)}" for parameter in model.offered]
    takes = f"It takes {listed(flags, 'and')}." if flags else "It takes no flags but --n, --spoiler and --private."
    close = get_close_matches(f"--{name[:_LONGEST_COMPARED]}", flags, n=1, cutoff=_LIKENESS)
    meant = f"Did you mean {close[0]}? " if close else ""
    hint = "" if "_" in name or name == "seed" or is_prose(name) else " What belongs to the prompt goes in quotes."
    return f"{model.id} has no --{echoed(name)}. {meant}{takes}{hint}"


def foreign_flag(foreign: Foreign, name: str, value: str, model: Model) -> str:
    """Say what a flag of Midjourney's becomes here."""
    if foreign is Foreign.NO and value and _INSTEAD_OF_NO in model.offered:
        return _USE_NEGATIVE_PROMPT.format(model=model.id, value=echoed(value))
    return _FOREIGN[foreign].format(flag=f"--{name}", model=model.id, value=echoed(value) or "plants")
