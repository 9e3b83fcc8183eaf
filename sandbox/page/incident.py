"""The story of one trouble as it happens: what was done, what was seen, and whether it is over. A plain value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sandbox.discord.jsontypes import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`promise` is what should happen; `steps` is what did, in order. `message_id` is the card that it is about.

    `by_id` is the person on whose page it stands: what one tries out covers nobody else's screen.
    """

    name: str
    label: str
    promise: str
    by_id: int
    steps: Sequence[str] = ()
    over: bool = False
    kept: bool | None = None
    message_id: int | None = None

    def then(self, step: str) -> "Incident":
        return replace(self, steps=(*self.steps, step))

    def ended(self, step: str, *, kept: bool) -> "Incident":
        """Close the story; `kept` says whether the promise was."""
        return replace(self.then(step), over=True, kept=kept)

    def as_json(self) -> JsonObject:
        return {
            "name": self.name,
            "label": self.label,
            "promise": self.promise,
            "by": str(self.by_id),
            "steps": [*self.steps],
            "over": self.over,
            "kept": self.kept,
            "message": str(self.message_id) if self.message_id else None,
        }
