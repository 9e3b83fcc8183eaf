"""Each kind of trouble, acted out on the servers and the process; whose turn it is, the storm says."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

from sandbox.discord.faults import Fault as RequestFault
from sandbox.discord.gateway import ODD_EVENTS
from sandbox.oxen import (
    DelayEvent,
    DropEvent,
    EventFirst,
    ExpireLink,
    Fail,
    GarbleEvent,
    Hold,
    LoseAnswer,
    LoseRequest,
    Refuse,
    RepeatEvent,
    Replace,
    bad_gateway,
    server_error,
    too_many_requests,
)
from sandbox.oxen.faults import Fault
from sandbox.torture.arena import Arena
from sandbox.torture.storm import Stroke, Trouble

ORDER, DOWNLOAD, ASKS = "POST /ai/queue", "GET /repos/{path}", "GET /ai/[qg]*"
EDIT, CARD = r"/messages/", r"/callback"
BUSY = 503
LATE_S = 1.0
MUTE_S = 0.5
LIMITED_S = 0.4
MODELS_WORDS = "Getting model response error: 500 Internal Server Error"

OXEN_FAULTS: Mapping[Trouble, Fault] = {
    Trouble.ORDER_ANSWER_LOST: LoseAnswer(route=ORDER),
    Trouble.ORDER_ANSWER_GARBLED: Replace(route=ORDER, answer=bad_gateway()),
    Trouble.ORDER_LOST: LoseRequest(route=ORDER),
    Trouble.ORDER_BUSY: Refuse(route=ORDER, answer=too_many_requests(retry_after_s=1)),
    Trouble.ORDER_LATE: Hold(route=ORDER, before_s=LATE_S),
    Trouble.EVENT_FIRST: EventFirst(),
    Trouble.EVENT_DROPPED: DropEvent(),
    Trouble.EVENT_DOUBLED: RepeatEvent(copies=3),
    Trouble.EVENT_GARBLED: GarbleEvent(),
    Trouble.EVENT_LATE: DelayEvent(delay_s=LATE_S),
    Trouble.PAINTING_FAILS: Fail(error_message=MODELS_WORDS),
    Trouble.LINK_EXPIRED: ExpireLink(),
    Trouble.DOWNLOAD_CUT: LoseAnswer(route=DOWNLOAD),
    Trouble.OXEN_ASKS_FAIL: Refuse(route=ASKS, answer=server_error(BUSY)),
}
ORDER_OF_TOKENS = 3
"""Of the newest interactions that were answered, the token of the third dies: its job is under way."""


class Troubles:
    """Lets trouble strike; one that was ordered and met nothing goes away with `calm`."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._discord = arena.discord
        self._oxen = arena.oxen
        self._done = Counter[Trouble]()
        self._ordered: list[tuple[Trouble, RequestFault]] = []
        self._acts: Mapping[Trouble, Callable[[], object]] = {
            Trouble.CUT_STREAM: self._oxen.drop_streams,
            Trouble.CUT_GATEWAY: self._discord.gateway.drop_all,
            Trouble.RECONNECT_GATEWAY: self._discord.gateway.ask_to_reconnect,
            Trouble.EVENTS_FOREIGN: self._foreign_events,
            Trouble.EVENTS_ODD: self._odd_events,
            Trouble.TOKEN_DIES: self._kill_a_token,
        }
        faults = self._discord.faults
        self._orders: Mapping[Trouble, Callable[[], RequestFault]] = {
            Trouble.EDIT_FAILS: lambda: faults.refuse(EDIT, BUSY, method="PATCH"),
            Trouble.EDIT_HANGS: lambda: faults.hold(EDIT, method="PATCH"),
            Trouble.EDIT_LIMITED: lambda: faults.rate_limit(EDIT, LIMITED_S, method="PATCH"),
            Trouble.EDIT_ANSWER_LOST: lambda: faults.lose_answer(EDIT, method="PATCH"),
            Trouble.CARD_FAILS: lambda: faults.refuse(CARD, BUSY),
            Trouble.CARD_ANSWER_LOST: lambda: faults.lose_answer(CARD),
        }

    async def strike(self, stroke: Stroke) -> None:
        """Let one stroke happen; returns when it is over, if it lasts."""
        trouble = stroke.trouble
        if trouble in self._orders:
            self._ordered.append((trouble, self._orders[trouble]()))
            return
        self._done[trouble] += 1
        if trouble in OXEN_FAULTS:
            self._oxen.faults.add(OXEN_FAULTS[trouble])
        elif trouble is Trouble.FREEZE:
            await self._freeze(stroke.for_s)
        elif trouble is Trouble.MUTE_STREAM:
            await self._mute()
        else:
            self._acts[trouble]()

    async def _freeze(self, for_s: float) -> None:
        bot = self._arena.bot
        bot.freeze()
        try:
            await asyncio.sleep(for_s)
        finally:
            bot.thaw()

    async def _mute(self) -> None:
        """Leave the stream open and silent for a while, then cut it, as a dead peer is found out in the end."""
        self._oxen.freeze_streams()
        try:
            await asyncio.sleep(MUTE_S)
        finally:
            self._oxen.thaw_streams()
            self._oxen.drop_streams()

    def _foreign_events(self) -> None:
        self._oxen.announcer.announce_stranger()
        self._oxen.announcer.announce_deployment()

    def _odd_events(self) -> None:
        for name, data in ODD_EVENTS.items():
            self._discord.gateway.dispatch(name, data)

    def _kill_a_token(self) -> None:
        world = self._discord.world
        answered = [request for request in self._arena.crowd.requests if request.job_id in world.answers]
        for request in answered[-ORDER_OF_TOKENS:][:1]:
            self._discord.circumstances.expire_token(world.interactions[request.job_id])

    def calm(self) -> None:
        """Let everything go right from here on."""
        for trouble, fault in OXEN_FAULTS.items():
            self._done[trouble] -= list(self._oxen.faults.armed).count(fault)
        self._discord.faults.clear()
        self._oxen.faults.clear()
        self._oxen.thaw_streams()

    @property
    def struck(self) -> Counter[Trouble]:
        """What went wrong, without what was ordered and met nothing; to be asked once it is calm."""
        met = Counter(trouble for trouble, fault in self._ordered if fault.hits)
        return +(self._done + met)
