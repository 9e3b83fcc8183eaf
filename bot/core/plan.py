"""An Ask is resolved against the catalogue: what will be sent and what it costs, or why not; knows no HTTP."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.ask import EMPTY_PROMPT, MAX_SEED, MAX_WHOLE_NUMBER, Ask, Command, is_blank
from bot.core.coercion import value_of
from bot.core.flag_names import parameter_named
from bot.core.grammar import echoed, listed, plural
from bot.core.json_value import Json
from bot.core.model_search import find_model
from bot.core.schema import Kind, Model, Parameter
from bot.errors import UserError

MATCH_INPUT = "match_input_image"
"""The aspect ratio that follows the first reference, where a model has it."""

_NEVER_PROSE = re.compile(r".*_.*|resolution|seed", re.DOTALL)
"""Names that nobody writes into a prompt after a dash by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An Ask resolved against one model: exactly what will be sent for it.

    `parameters` is complete (schema defaults included) apart from prompt, seed, num_generations and the references;
    it holds the reference field only to empty it, where the schema would put a picture of its own there. `seeds`
    has one seed per picture for a model with a seed, else it is empty.
    """

    model: str
    parameters: Mapping[str, Json]
    seeds: tuple[int, ...]
    reference_field: str | None
    references_as_list: bool
    price_usd: float | None


def resolve(
    ask: Ask,
    models: Sequence[Model],
    *,
    default_model: str,
    allowed: frozenset[str],
    random_seed: Callable[[], int],
) -> Plan:
    """Decide what is sent for an Ask; raises UserError with what would be right.

    `allowed` are the ids that members may use, empty for all image models.
    `random_seed` gives any whole number; it is asked once, and only where nobody chose a seed.
    """
    model = find_model(ask.model, models, default_model=default_model, allowed=allowed)
    _check_references(ask, model)
    _check_prompt(ask, model)
    parameters = _parameters(model, _chosen(ask, model))
    if not ask.references and model.reference_field and model.has_default_reference:
        parameters[model.reference_field] = [] if model.references_as_list else None
    return Plan(
        model=model.id,
        parameters=parameters,
        seeds=_seeds(ask, model, random_seed),
        reference_field=model.reference_field,
        references_as_list=model.references_as_list,
        price_usd=model.price_usd(parameters),
    )


def generation_parameters(plan: Plan, seed: int | None, reference_urls: Sequence[str]) -> dict[str, Json]:
    """Give the body of one POST beside model, prompt and num_generations; links stand in the person's order.

    Raises ValueError for references that the plan has no place for, which `resolve` never lets happen.
    """
    body: dict[str, Json] = dict(plan.parameters)
    if seed is not None:
        body["seed"] = seed
    if not reference_urls:
        return body
    if plan.reference_field is None or (len(reference_urls) > 1 and not plan.references_as_list):
        raise ValueError(f"{len(reference_urls)} references do not fit into a plan for {plan.model}")
    body[plan.reference_field] = list(reference_urls) if plan.references_as_list else reference_urls[0]
    return body


def _check_references(ask: Ask, model: Model) -> None:
    given = len(ask.references)
    if given and not model.takes_images:
        raise UserError(
            f"{model.id} paints from words alone. Leave the pictures out, or choose a model that takes pictures."
        )
    if not given and model.needs_image:
        raise UserError(f"{model.id} works on a picture. Attach one with the option image.")
    if model.max_references is not None and given > model.max_references:
        raise UserError(
            f"{model.id} takes at most {plural(model.max_references, 'picture')}, and {given} are attached. "
            "Leave some out, or choose another model."
        )


def _check_prompt(ask: Ask, model: Model) -> None:
    if is_blank(ask.prompt) and (model.needs_prompt or not ask.references):
        raise UserError(EMPTY_PROMPT)
    if model.max_prompt_length is not None and len(ask.prompt) > model.max_prompt_length:
        raise UserError(
            f"{model.id} takes a prompt of at most {plural(model.max_prompt_length, 'character')}, and this one has "
            f"{len(ask.prompt):,}. Shorten it, or choose another model."
        )


def _chosen(ask: Ask, model: Model) -> dict[str, Json]:
    """Give the values that the person chose, and the aspect ratio of the picture that is edited."""
    chosen: dict[str, Json] = {}
    said_as: dict[str, str] = {}
    for name, typed in ask.options.items():
        parameter = _parameter(name, model)
        if parameter.name in said_as:
            raise UserError(f"--{echoed(said_as[parameter.name])} and --{echoed(name)} mean the same. Keep one.")
        said_as[parameter.name] = name
        chosen[parameter.name] = _value(ask, model, parameter, typed)
    ratio = model.parameters.get("aspect_ratio")
    if ask.command is Command.EDIT and ask.references and ratio and MATCH_INPUT in ratio.choices and not ratio.hidden:
        chosen.setdefault(ratio.name, MATCH_INPUT)
    return chosen


def _value(ask: Ask, model: Model, parameter: Parameter, typed: str) -> Json:
    if not typed and Kind.BOOLEAN not in parameter.kinds:
        raise UserError(f"--{echoed(parameter.name)} needs a value after it, for {model.id}.")
    value = value_of(parameter, typed, model=model.id)
    if value == MATCH_INPUT and not ask.references:
        raise UserError(f"{MATCH_INPUT} needs a picture to match. Attach one, or choose another {parameter.name}.")
    return value


def _parameter(name: str, model: Model) -> Parameter:
    """Give the parameter that an option or a flag means for this model; raises UserError with what it does take."""
    parameter = parameter_named(name, model)
    if parameter is not None:
        return parameter
    if name in model.media or name == model.reference_field:
        raise UserError(f"{echoed(name)} takes a file. Attach pictures with the options image to image4 instead.")
    raise _no_such_option(name, model)


def _no_such_option(name: str, model: Model) -> UserError:
    takes = f"It takes {listed(model.offered, 'and')}." if model.offered else "It takes no options."
    hint = f" If --{echoed(name)} belongs to the prompt, put a space after the dashes."
    return UserError(f"{model.id} has no {echoed(name)}. {takes}{'' if _NEVER_PROSE.fullmatch(name) else hint}")


def _parameters(model: Model, chosen: Mapping[str, Json]) -> dict[str, Json]:
    """Give everything that is sent: what was chosen, else the schema's default, and what nobody may choose."""
    if model.unmet:
        raise UserError(f"{model.id} needs {listed(model.unmet, 'and')}, which this bot cannot send. Choose another.")
    parameters: dict[str, Json] = {}
    for name, parameter in model.parameters.items():
        if name == "seed" and model.takes_seed:
            continue
        if name in chosen:
            parameters[name] = chosen[name]
        elif parameter.default is not None and not parameter.hidden:
            parameters[name] = parameter.default
        elif parameter.required and not parameter.nullable and not parameter.hidden:
            raise UserError(f"{model.id} needs {name}. Add it to the prompt: --{name} and a value.")
    return parameters | dict(model.fixed)


def _seeds(ask: Ask, model: Model, random_seed: Callable[[], int]) -> tuple[int, ...]:
    """Give one seed per picture, in a row, inside what the model takes."""
    if not model.takes_seed:
        if ask.seed is not None:
            raise _no_such_option("seed", model)
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
    """Give the lowest and highest seed; below 0 lie the ways in which some models say "any"."""
    low = min(max(0, int(seed.minimum or 0)), MAX_SEED)
    high = MAX_SEED if seed.maximum is None or seed.maximum < low else int(seed.maximum)
    return low, min(high, MAX_WHOLE_NUMBER)
