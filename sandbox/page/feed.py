"""What one open page is told, as it happens: only the latest of each thing, so a slow reader never falls behind."""

import asyncio
from collections.abc import Iterator
from typing import TypeAlias

from sandbox.discord import Change, ChangeKind, InteractionType, User
from sandbox.discord.interactions import ANSWER_WITHIN
from sandbox.discord.jsontypes import Json
from sandbox.page.bell import Topic
from sandbox.page.scenery import Scenery

Told: TypeAlias = tuple[str, Json]

_MESSAGES = (ChangeKind.MESSAGE_CREATED, ChangeKind.MESSAGE_EDITED, ChangeKind.MESSAGE_DELETED)
_INTERACTIONS = (ChangeKind.INTERACTION_CREATED, ChangeKind.INTERACTION_ANSWERED)
_EVERYTHING = (ChangeKind.COMMANDS_SET, ChangeKind.PLACES_CHANGED, ChangeKind.CLOCK_ADVANCED)
# A little after Discord stops waiting, so that the look finds it so.
_LOOK_AFTER_S = ANSWER_WITHIN.total_seconds() + 0.05


class Feed:
    """One viewer's feed. `news` waits and then gives what changed; `close` ends the listening.

    `since` is when the client was opened: as on Discord, a private message is gone once its client is.
    """

    def __init__(self, scenery: Scenery, viewer: User, *, since: int | None = None) -> None:
        self._scenery = scenery
        self._since = scenery.begin() if since is None else since
        self._viewer = viewer
        self._rung = asyncio.Event()
        self._all = True
        self._messages: dict[int, None] = {}
        self._interactions: dict[int, None] = {}
        self._topics: set[Topic] = set()
        self._sent_change = 0
        self._timers: set[asyncio.TimerHandle] = set()
        backstage = scenery.backstage
        self._stops = [backstage.discord.changes.subscribe(self._hear), backstage.bell.subscribe(self._hear_topic)]
        self._rung.set()

    def close(self) -> None:
        for stop in self._stops:
            stop()
        for timer in self._timers:
            timer.cancel()

    async def news(self) -> list[Told]:
        """Return what is new, in the order in which a page must hear it; the first time, that is everything."""
        await self._rung.wait()
        self._rung.clear()
        told = list(self._everything() if self._all else self._changed())
        self._all = False
        self._messages.clear()
        self._interactions.clear()
        self._topics.clear()
        return told

    def _hear(self, change: Change) -> None:
        if change.kind in _MESSAGES:
            self._messages[change.id] = None
        elif change.kind in _INTERACTIONS:
            self._hear_interaction(change)
        elif change.kind in _EVERYTHING:
            self._all = True
        elif change.kind is ChangeKind.GATEWAY_CHANGED:
            self._topics.add(Topic.BOT)
        else:
            return
        self._rung.set()

    def _hear_interaction(self, change: Change) -> None:
        interaction = self._scenery.backstage.discord.world.interactions[change.id]
        if interaction.user_id != self._viewer.id or interaction.type is InteractionType.AUTOCOMPLETE:
            return
        self._interactions[change.id] = None
        if change.kind is ChangeKind.INTERACTION_CREATED:
            self._look_later(change.id)

    def _look_later(self, interaction_id: int) -> None:
        """Nothing rings when an answer does not come, so the feed looks by itself."""

        def look() -> None:
            self._timers.discard(timer)
            if interaction_id not in self._scenery.backstage.discord.world.answers:
                self._interactions[interaction_id] = None
                self._rung.set()

        timer = asyncio.get_running_loop().call_later(_LOOK_AFTER_S, look)
        self._timers.add(timer)

    def _hear_topic(self, topic: Topic) -> None:
        self._topics.add(topic)
        self._rung.set()

    def _everything(self) -> Iterator[Told]:
        self._sent_change = self._scenery.traffic.changes
        yield "state", self._scenery.state(self._viewer, since=self._since)

    def _changed(self) -> Iterator[Told]:
        faces = self._scenery.faces
        for message_id in self._messages:
            message = faces.seen(message_id, self._viewer, since=self._since)
            if message is not None:
                yield "message", faces.message(message, self._viewer)
            else:
                yield "gone", {"id": str(message_id)}
        for interaction_id in self._interactions:
            yield "interaction", faces.interaction(self._scenery.backstage.discord.world.interactions[interaction_id])
        if Topic.TRAFFIC in self._topics:
            calls = self._scenery.calls_since(self._sent_change)
            self._sent_change = self._scenery.traffic.changes
            yield "traffic", calls
        if self._topics & {Topic.BOT, Topic.TRAFFIC}:
            yield "bot", self._scenery.bot()
        if Topic.INCIDENT in self._topics:
            yield "incident", self._scenery.incident()
