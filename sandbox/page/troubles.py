"""The one place where things are made to go wrong: begins a story, takes it back, and knows the latest one."""

import asyncio
from itertools import cycle

from sandbox.discord import Channel, ClientRefusedError, User
from sandbox.discord.jsontypes import Json
from sandbox.discord.state import DEFAULT_UPLOAD_LIMIT_BYTES
from sandbox.page.backstage import Backstage
from sandbox.page.bell import Topic
from sandbox.page.evidence import Order, order_of, under_way
from sandbox.page.incident import Incident
from sandbox.page.keeper import BotState
from sandbox.page.story import DARK_S, Story
from sandbox.page.trouble import Trouble
from sandbox.page.trouble_kinds import TROUBLES

COMMAND = "imagine"
PROMPTS = (
    "a little boat far out on a stormy sea",
    "snowy mountains in the first light of day",
    "a city at night, seen from the harbour",
    "a lonely tree on a hill in autumn",
)


class BusyError(Exception):
    """Something cannot be done now; the text says why."""


class Troubles:
    """At most one story is told at a time; a new one takes the place of one that only waits for its end."""

    def __init__(self, backstage: Backstage, *, dark_s: float = DARK_S) -> None:
        self._backstage = backstage
        self._dark_s = dark_s
        self._prompts = cycle(PROMPTS)
        self._story: Story | None = None
        self._telling: asyncio.Task[None] | None = None
        self.incident: Incident | None = None

    @staticmethod
    def catalogue() -> list[Json]:
        return [
            {"name": name, "where": each.where.value, "label": each.label, "promise": each.promise}
            for name, each in TROUBLES.items()
        ]

    async def begin(self, name: str, viewer: User, channel: Channel) -> None:
        """Let this go wrong with what is being painted, or with a picture ordered in the viewer's name.

        Raises KeyError for an unknown name, BusyError, and ClientRefusedError where there is no such command.
        """
        trouble = TROUBLES[name]
        await self._end_story()
        self._demand_a_running_bot()
        incident = Incident(name=name, label=trouble.label, promise=trouble.promise, by_id=viewer.id)
        struck = under_way(self._backstage, viewer) if trouble.strikes else None
        if struck is None:
            order = self._order(trouble, viewer, channel)
            self._tell(incident.then(f"{viewer.display_name} asks for a picture."))
        else:
            order = order_of(self._backstage, struck)
            asked_by = self._backstage.discord.world.users[struck.user_id].display_name
            self._tell(incident.then(f"It strikes the picture that {asked_by} asked for."))
        self._story = Story(
            self._backstage, trouble, order, incident=self.incident or incident, tell=self._tell, dark_s=self._dark_s
        )
        self._telling = asyncio.create_task(self._story.play(), name=f"trouble {name}")

    def _demand_a_running_bot(self) -> None:
        match self._backstage.bot.status.state:
            case BotState.RUNNING:
                return
            case BotState.STARTING:
                raise BusyError("The bot is just starting. Try again in a moment.")
            case BotState.STOPPED:
                raise BusyError("The bot is not running. Press Start it, at the right.")

    async def put_right(self) -> None:
        """Take back whatever waits to go wrong, close the story, and start the bot if it does not run."""
        await self._end_story()
        self._tell(None)
        await self._backstage.bot.start()

    async def close(self) -> None:
        """End the story that is being told, wherever it is."""
        telling, self._telling = self._telling, None
        if telling is not None:
            telling.cancel()
            await asyncio.wait({telling})

    async def _end_story(self) -> None:
        if self._story is not None and self._story.acting:
            raise BusyError("One after the other: this trouble is just being made.")
        await self.close()
        self._disarm()

    def _disarm(self) -> None:
        self._backstage.oxen.faults.clear()
        self._backstage.discord.faults.clear()
        self._backstage.discord.circumstances.refuse_words()
        self._backstage.discord.circumstances.refuse_pictures(refused=False)

    def _order(self, trouble: Trouble, viewer: User, channel: Channel) -> Order:
        discord = self._backstage.discord
        if not any(each["name"] == COMMAND for each in discord.people.commands(viewer, channel)):
            raise ClientRefusedError(f"There is no /{COMMAND} here. Choose a channel, and press it there.")
        if trouble.before is not None:
            trouble.before(self._backstage)
        try:
            options = {"prompt": next(self._prompts), **({"private": True} if trouble.private else {})}
            interaction = discord.people.command(viewer, channel, COMMAND, options, aged=trouble.aged)
        except ClientRefusedError:
            self._disarm()
            raise
        finally:
            # An interaction keeps the limit of its moment; that of all others shall not shrink.
            discord.circumstances.limit_uploads(DEFAULT_UPLOAD_LIMIT_BYTES)
        return order_of(self._backstage, interaction)

    def _tell(self, incident: Incident | None) -> None:
        self.incident = incident
        if incident is not None and incident.over:
            # What did not strike this picture shall not strike the next.
            self._disarm()
        self._backstage.bell.ring(Topic.INCIDENT)
