"""One REST call and its answer as values, so that the endpoints need to know nothing of the HTTP library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.discord.body import Body
from sandbox.discord.core import Core
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json
from sandbox.discord.limits import ORDINARY, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    core: Core
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Body

    def id(self, name: str) -> int:
        """Return an id from the path. Raises DiscordError 50035 if it is none."""
        form = Form()
        number = Node(self.params[name], form, (name,)).integer(minimum=0)
        form.check()
        return number or 0

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    json: Json = None


NO_CONTENT = Reply(status=204)
Endpoint: TypeAlias = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`template` is the path in Discord's OpenAPI file. `open` routes need no bot token: theirs is in the path."""

    method: str
    template: str
    endpoint: Endpoint
    rate: Rate = ORDINARY
    open: bool = False
