"""What counts as a refusal of Discord's, and that too many of them stop the calls for a while, loudly."""

import logging

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.client import EaselBot
from bot.errors import TransientError
from bot.refusals import LIMIT, WINDOW_S, Refusals
from tests.fakes import ManualClock

DISCORD_S_LIMIT, DISCORD_S_WINDOW_S = 10_000, 600
"""Developer documentation, "Invalid Request Limit"; a restart counts anew, and others may share the address."""


def one_short(clock: ManualClock) -> Refusals:
    """Give refusals that one more makes too many."""
    refusals = Refusals(monotonic=clock.monotonic)
    for _ in range(LIMIT - 1):
        refusals.note()
    return refusals


def test_the_calls_stop_and_go_on_again_and_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    refusals = one_short(clock)
    refusals.check()
    refusals.note()
    refusals.note()
    with pytest.raises(TransientError):
        refusals.check()
    clock.advance(WINDOW_S)
    refusals.check()
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]


def test_the_calls_stop_long_before_discord_bans_the_address() -> None:
    assert LIMIT * 2 <= DISCORD_S_LIMIT
    assert WINDOW_S >= DISCORD_S_WINDOW_S


async def test_the_bot_s_session_is_traced() -> None:
    refusals = Refusals(monotonic=ManualClock().monotonic)
    bot = EaselBot(sync_to_guild=None, allowed_guilds=frozenset(), refusals=refusals)
    assert bot.http.http_trace is not None
    assert len(bot.http.http_trace.on_request_end) == 1


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("status", "scope", "stops"),
    [(401, "", True), (403, "", True), (429, "user", True), (429, "shared", False), (404, "", False), (200, "", False)],
)
async def test_every_answer_of_a_traced_session_is_seen(status: int, scope: str, stops: bool) -> None:  # noqa: FBT001
    refusals = one_short(ManualClock())

    async def reply(request: web.Request) -> web.Response:
        del request
        return web.Response(status=status, headers={"X-RateLimit-Scope": scope})

    app = web.Application()
    app.router.add_get("/", reply)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(trace_configs=[refusals.trace()]) as session,
        session.get(server.make_url("/")),
    ):
        pass
    try:
        refusals.check()
        stopped = False
    except TransientError:
        stopped = True
    assert stopped is stops
