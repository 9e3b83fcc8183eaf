"""Whether a key or token that a service refuses is still believed in: a value and one rule; knows no clock."""

from dataclasses import dataclass, replace
from enum import Enum

PATIENCE_S = 600.0
"""A login service that restarts, and a key that is changed at both ends, are over within minutes."""


class Standing(Enum):
    """What the answers of a service say of a key or token of ours."""

    HOLDS = "it holds"
    DOUBTED = "it is refused just now, which may pass"
    LOST = "it is refused for so long that a person must see to it"
    NEVER_WORKED = "it is refused and has never worked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A key or token: whether it has ever worked, and since when it is refused."""

    worked: bool
    refused_since_s: float | None = None

    def taken(self) -> "Credential":
        return Credential(worked=True)

    def refused(self, now_s: float) -> "Credential":
        return self if self.refused_since_s is not None else replace(self, refused_since_s=now_s)

    def standing(self, now_s: float) -> Standing:
        """Return what holds after the last answer; only time and refusals lose what has worked."""
        if self.refused_since_s is None:
            return Standing.HOLDS
        if not self.worked:
            return Standing.NEVER_WORKED
        return Standing.LOST if now_s - self.refused_since_s >= PATIENCE_S else Standing.DOUBTED
