"""What is sent for an Ask, as a value, and the body of a POST made of it; knows no catalogue and no HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.json_value import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An Ask resolved against one model: exactly what will be sent for it.

    `parameters` is complete (schema defaults included) apart from prompt, seed, num_generations and the references;
    it holds the reference field only to empty it, where the schema would put a picture of its own there. `seeds`
    has one seed per picture for a model with a seed, else it is empty. A model that `takes_prompt` not gets none.
    """

    model: str
    parameters: Mapping[str, Json]
    seeds: tuple[int, ...]
    reference_field: str | None
    references_as_list: bool
    price_usd: float | None
    takes_prompt: bool = True


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
