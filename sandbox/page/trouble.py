"""What a trouble is: a button, a sentence, how it is made, and what shows that the sentence is true. A plain value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sandbox.discord import Interaction, Message
from sandbox.page import endings, promises
from sandbox.page.backstage import Backstage
from sandbox.page.evidence import Evidence
from sandbox.page.promises import Promise

END_S = 120.0
"""A silent stream is noticed after 45 s, an unclear order after the bot's grace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The picture that a trouble strikes, once it is being painted."""

    interaction: Interaction
    message: Message


class Where(StrEnum):
    """Under which head a button stands; the plug has its place for itself."""

    PLUG = "plug"
    OXEN = "At Oxen"
    DISCORD = "At Discord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One button. `before` is done ahead of the order, `while_painting` in the middle of it; `kills` ends the bot then.

    A `private` order is for its owner alone; an `aged` one has a token that is so old already.

    `told` is the step of the story that says so. `over` tells when there is something to judge, at the latest after
    `patience_s`; `kept` judges it.
    """

    where: Where
    label: str
    promise: str
    told: str
    before: Callable[[Backstage], object] | None = None
    while_painting: Callable[[Backstage, Target], object] | None = None
    kills: bool = False
    private: bool = False
    aged: timedelta = timedelta()
    kept: Promise = promises.picture_lands
    over: Callable[[Evidence], bool] = endings.settled
    patience_s: float = END_S

    @property
    def strikes(self) -> bool:
        """Whether it strikes what is being painted, whoever asked for it and when."""
        return self.kills or self.while_painting is not None
