"""An Ask is resolved against the catalogue: what will be sent and what it costs, or all that is wrong with it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from bot.core.ask import EMPTY_PROMPT, MAX_SEED, MAX_WHOLE_NUMBER, Ask, Command
from bot.core.coercion import value_of
from bot.core.flag_names import flag_for, parameter_named
from bot.core.grammar import echoed, listed, plural
from bot.core.json_value import Json
from bot.core.mistakes import Mistakes
from bot.core.model_search import find_model
from bot.core.plan import Plan
from bot.core.schema import Kind, Model, Parameter
from bot.core.signs import is_blank
from bot.core.stray_flags import put_right, stray_flags
from bot.core.unknown_flags import no_such_flag
from bot.errors import UserError

MATCH_INPUT = "match_input_image"
"""The aspect ratio that follows the first reference, where a model has it."""


def resolve(
    ask: Ask,
    models: Sequence[Model],
    *,
    default_model: str,
    allowed: frozenset[str],
    random_seed: Callable[[], int],
) -> Plan:
    """Decide what is sent for an Ask; raises UserError with everything that is wrong and what would be right.

    `allowed` are the ids that members may use, empty for all image models.
    `random_seed` gives any whole number; it is asked once, and only where nobody chose a seed.
    """
    model = find_model(ask.model, models, default_model=default_model, allowed=allowed)
    mistakes = Mistakes()
    mistakes.add(*_wrong_with_references(ask, model), *_wrong_with_prompt(ask, model))
    chosen = _chosen(ask, model, mistakes)
    mistakes.add(*_missing(model, chosen))
    seeds: tuple[int, ...] = ()
    with mistakes.noted():
        seeds = _seeds(ask, model, random_seed)
    others = bool(mistakes.sentences)
    strays = stray_flags(ask.prompt, model, models)
    mistakes.add(*(stray.sentence for stray in strays))
    mistakes.refuse(line=None if others else put_right(ask, strays))
    parameters = _parameters(model, chosen)
    if not ask.references and model.reference_field and model.has_default_reference:
        parameters[model.reference_field] = [] if model.references_as_list else None
    return Plan(
        model=model.id,
        parameters=parameters,
        seeds=seeds,
        reference_field=model.reference_field,
        references_as_list=model.references_as_list,
        price_usd=model.price_usd(parameters),
        takes_prompt=model.takes_prompt,
    )


def _wrong_with_references(ask: Ask, model: Model) -> Iterator[str]:
    given = len(ask.references)
    if given and not model.takes_images:
        yield f"{model.id} paints from words alone. Leave the pictures out, or choose a model that takes pictures."
    elif model.max_references is not None and given > model.max_references:
        yield (
            f"{model.id} takes at most {plural(model.max_references, 'picture')}, and {given} are attached. "
            "Leave some out, or choose another model."
        )
    if not given and model.needs_image:
        yield f"{model.id} works on a picture. Attach one with the option image."


def _wrong_with_prompt(ask: Ask, model: Model) -> Iterator[str]:
    if is_blank(ask.prompt) and (model.needs_prompt or not ask.references):
        yield EMPTY_PROMPT
    if model.max_prompt_length is not None and len(ask.prompt) > model.max_prompt_length:
        yield (
            f"{model.id} takes a prompt of at most {plural(model.max_prompt_length, 'character')}, and this one has "
            f"{len(ask.prompt):,}. Shorten it, or choose another model."
        )


def _chosen(ask: Ask, model: Model, mistakes: Mistakes) -> dict[str, Json]:
    """Return the values that the person chose, None for a wrong one, and the ratio of the picture that is edited."""
    chosen: dict[str, Json] = {}
    said_as: dict[str, str] = {}
    for name, typed in ask.options.items():
        with mistakes.noted():
            parameter = _parameter(name, typed, model)
            if parameter.name in said_as:
                raise UserError(f"--{echoed(said_as[parameter.name])} and --{echoed(name)} mean the same. Keep one.")
            said_as[parameter.name] = name
            chosen[parameter.name] = None
            chosen[parameter.name] = _value(ask, model, parameter, typed)
    ratio = model.parameters.get("aspect_ratio")
    if ask.command is Command.EDIT and ask.references and ratio and MATCH_INPUT in ratio.choices and not ratio.hidden:
        chosen.setdefault(ratio.name, MATCH_INPUT)
    return chosen


def _value(ask: Ask, model: Model, parameter: Parameter, typed: str) -> Json:
    flag = f"--{flag_for(parameter.name, model)}"
    if not typed and Kind.BOOLEAN not in parameter.kinds:
        raise UserError(f"{flag} needs a value after it, for {model.id}.")
    value = value_of(parameter, typed, model=model.id, flag=flag)
    if value == MATCH_INPUT and not ask.references:
        raise UserError(f"{MATCH_INPUT} needs a picture to match. Attach one, or choose another {flag}.")
    return value


def _parameter(name: str, typed: str, model: Model) -> Parameter:
    """Return the parameter that an option or a flag means for this model; raises UserError with what it does take."""
    parameter = parameter_named(name, model)
    if parameter is not None:
        return parameter
    if name in model.media or name == model.reference_field:
        raise UserError(f"--{echoed(name)} takes a file. Attach pictures with the options image to image4 instead.")
    raise UserError(no_such_flag(name, typed, model))


def _missing(model: Model, chosen: Collection[str]) -> Iterator[str]:
    if model.unmet:
        yield f"{model.id} needs {listed(model.unmet, 'and')}, which this bot cannot send. Choose another model."
    for name, parameter in model.parameters.items():
        needed = parameter.required and parameter.default is None and not parameter.nullable and not parameter.hidden
        if needed and name not in chosen and not (name == "seed" and model.takes_seed):
            flag = flag_for(name, model)
            yield f"{model.id} needs --{flag}. Add it to the prompt: --{flag} and a value."


def _parameters(model: Model, chosen: Mapping[str, Json]) -> dict[str, Json]:
    """Return everything that is sent: what was chosen, else the schema's default, and what nobody may choose."""
    parameters: dict[str, Json] = {}
    for name, parameter in model.parameters.items():
        if name == "seed" and model.takes_seed:
            continue
        if name in chosen:
            parameters[name] = chosen[name]
        elif parameter.default is not None and not parameter.hidden:
            parameters[name] = parameter.default
    return parameters | dict(model.fixed)


def _seeds(ask: Ask, model: Model, random_seed: Callable[[], int]) -> tuple[int, ...]:
    """Return one seed per picture, in a row, inside what the model takes."""
    if not model.takes_seed:
        if ask.seed is not None:
            raise UserError(no_such_flag("seed", str(ask.seed), model))
        return ()
    low, high = _seed_range(model.parameters["seed"])
    last = high - ask.count + 1
    if last < low:
        raise UserError(f"{model.id} has only {plural(high - low + 1, 'seed')}. Ask for fewer pictures at once.")
    first = low + random_seed() % (min(last, low + MAX_SEED) - low + 1) if ask.seed is None else ask.seed
    if not low <= first <= last:
        pictures = "" if ask.count == 1 else f" for {ask.count} pictures in a row"
        raise UserError(f"{model.id} takes a seed from {low:,} to {last:,}{pictures}.")
    return tuple(range(first, first + ask.count))


def _seed_range(seed: Parameter) -> tuple[int, int]:
    """Return the lowest and highest seed; below 0 lie the ways in which some models say "any"."""
    low = min(max(0, int(seed.minimum or 0)), MAX_SEED)
    high = MAX_SEED if seed.maximum is None or seed.maximum < low else int(seed.maximum)
    return low, min(high, MAX_WHOLE_NUMBER)
