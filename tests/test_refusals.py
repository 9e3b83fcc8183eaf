"""What counts as a refusal of Discord's, and that too many of them stop the calls for a while, loudly."""

import logging
from collections.abc import Mapping

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


OLD_EDITS = {"message": "Maximum number of edits to messages older than 1 hour reached.", "code": 30046}
PATH = "/api/v10/channels/8/messages/77"


async def edited(refusals: Refusals, status: int, body: Mapping[str, object]) -> None:
    """Edit a message in a traced session, which Discord answers so."""

    async def reply(request: web.Request) -> web.Response:
        del request
        return web.json_response(dict(body), status=status)

    app = web.Application()
    app.router.add_patch(PATH, reply)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(trace_configs=[refusals.trace()]) as session,
        session.patch(server.make_url(PATH)) as response,
    ):
        await response.json()


@pytest.mark.e2e
async def test_too_many_old_edits_in_a_channel_end_the_call_and_rest_that_channel_alone() -> None:
    clock = ManualClock()
    refusals = one_short(clock)
    for pause_s in (30.0, 60.0):
        with pytest.raises(TransientError) as refused:
            await edited(refusals, 429, OLD_EDITS)
        assert refused.value.retry_after_s == pause_s
        with pytest.raises(TransientError):
            refusals.check_old_edits(8)
        refusals.check_old_edits(9)
        clock.advance(pause_s)
        refusals.check_old_edits(8)
    refusals.check()


@pytest.mark.e2e
async def test_a_channel_that_takes_an_edit_again_rests_no_more() -> None:
    refusals = Refusals(monotonic=ManualClock().monotonic)
    with pytest.raises(TransientError):
        await edited(refusals, 429, OLD_EDITS)
    refusals.forgive_channel(8)
    refusals.check_old_edits(8)


@pytest.mark.e2e
async def test_every_other_rate_limit_is_left_to_discord_py() -> None:
    refusals = Refusals(monotonic=ManualClock().monotonic)
    await edited(refusals, 429, {"message": "You are being rate limited.", "retry_after": 0.3, "global": False})
    refusals.check_old_edits(8)
