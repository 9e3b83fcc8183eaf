"""What the operator decided about models and members, in the form that the verbs need; knows no environment."""

from dataclasses import dataclass

from bot.core.admission import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRules:
    """The model for requests that name none, the ids that may be used (empty: every image model), and whether only
    models with a price may be.
    """

    default_model: str
    allowed: frozenset[str]
    priced_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRules:
    """What a member may have, and how many generations may be under way at Oxen."""

    limits: Limits
    slots: int
