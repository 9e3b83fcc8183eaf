"""Reads an order: what the service checks before it accepts one, and nothing more than that."""

from dataclasses import dataclass

from sandbox.oxen import answers, jsontext
from sandbox.oxen.account import Account
from sandbox.oxen.answers import RefusedError
from sandbox.oxen.catalogue import Catalogue, Model
from sandbox.oxen.jsontext import JsonObject

MAX_GENERATIONS = 4
_QUEUE_FIELDS = frozenset({"model", "num_generations", "target_namespace", "target_repo", "target_directory"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants made; `params` go on to the model, whatever they are."""

    model: Model
    params: JsonObject
    count: int
    namespace: str
    repo: str | None
    directory: str | None

    @property
    def prompt(self) -> str:
        return str(self.params.get("prompt") or "")


def read_order(body: bytes, *, catalogue: Catalogue, account: Account) -> Order:
    """Read the body of an order; raise RefusedError with the service's answer when it is turned down."""
    fields = jsontext.as_object(jsontext.read(body))
    if fields is None:
        raise RefusedError(answers.invalid_params("The request body must be a JSON object"))
    model = _model(fields, catalogue)
    params = {name: value for name, value in fields.items() if name not in _QUEUE_FIELDS}
    return Order(
        model=model,
        params=_checked_prompt(params, model),
        count=_count(fields),
        namespace=_namespace(fields, account),
        repo=_text(fields, "target_repo"),
        directory=_text(fields, "target_directory"),
    )


def _model(fields: JsonObject, catalogue: Catalogue) -> Model:
    name = _text(fields, "model")
    if name is None:
        raise RefusedError(answers.invalid_params("model is required"))
    model = catalogue.get(name)
    if model is None:
        raise RefusedError(answers.model_not_found(name))
    if model.media_type is None:
        raise RefusedError(answers.unsupported_media_type())
    return model


def _count(fields: JsonObject) -> int:
    count = fields.get("num_generations", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_GENERATIONS:
        detail = f"num_generations must be an integer between 1 and {MAX_GENERATIONS}"
        raise RefusedError(answers.invalid_params(detail))
    return count


def _checked_prompt(params: JsonObject, model: Model) -> JsonObject:
    prompt = params.get("prompt")
    if prompt is not None and not isinstance(prompt, str):
        raise RefusedError(answers.invalid_params("prompt must be a string"))
    if model.requires_prompt and not (prompt or "").strip():
        raise RefusedError(answers.invalid_params("Prompt cannot be empty"))
    return params


def _namespace(fields: JsonObject, account: Account) -> str:
    namespace = _text(fields, "target_namespace") or account.user
    if not account.may_bill(namespace):
        raise RefusedError(answers.not_found())
    return namespace


def _text(fields: JsonObject, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise RefusedError(answers.invalid_params(f"{name} must be a string"))
    return value
