"""Ordered faults, rate limits, links, the clock, and waiting for a condition."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.discord import ChangeKind, WaitedTooLongError
from sandbox.discord.attachments import stored
from sandbox.discord.changes import Changes
from sandbox.discord.clock import Clock
from sandbox.discord.faults import Refusal, RequestFaults
from sandbox.discord.limits import GLOBAL, ORDINARY, WEBHOOK, RateLimits
from sandbox.discord.signing import Links
from sandbox.discord.snowflake import Snowflakes, lowest_at, made_at
from tests.sandbox.discord.samples import NOON, picture

SLEPT: list[float] = []


async def no_sleep(seconds: float) -> None:
    SLEPT.append(seconds)


async def struck(faults: RequestFaults, method: str = "PATCH", path: str = "/a/1", *, after: bool = False) -> int:
    """Return the status that a request gets instead of its answer, 0 if none."""
    refusal = await faults.strike(method, path, after=after, sleep=no_sleep)
    return 0 if refusal is None else refusal.status


async def test_a_fault_hits_as_often_as_ordered() -> None:
    faults = RequestFaults()
    fault = faults.refuse("/a/", 500, times=2)
    assert [await struck(faults) for _ in range(3)] == [500, 500, 0]
    assert fault.hits == 2


async def test_a_fault_hits_only_its_method_path_and_moment() -> None:
    faults = RequestFaults()
    faults.lose_answer("/a/", method="PATCH")
    assert await struck(faults, "GET", after=True) == 0
    assert await struck(faults, path="/b", after=True) == 0
    assert await struck(faults) == 0
    assert await struck(faults, after=True) == 502


async def test_delays_and_refusals_add_up() -> None:
    faults = RequestFaults()
    faults.delay("/a/", 2.5)
    faults.rate_limit("/a/", 0.3)
    refusal = await faults.strike("GET", "/a/", after=False, sleep=no_sleep)
    assert refusal == Refusal(status=429, retry_after_s=0.3)
    assert SLEPT[-1] == 2.5


async def test_a_held_request_waits_for_its_release() -> None:
    faults = RequestFaults()
    fault = faults.hold("/a/")
    request = asyncio.create_task(struck(faults))
    await fault.reached()
    assert not request.done()
    fault.release()
    assert await request == 0


def test_a_bucket_is_full_until_its_window_ends() -> None:
    clock = Clock(lambda: NOON)
    limits = RateLimits(clock.now)
    verdicts = [limits.take("PATCH /a", "token", WEBHOOK, counts_globally=False) for _ in range(6)]
    assert [each.passed for each in verdicts] == [True] * 5 + [False]
    assert [each.remaining for each in verdicts] == [4, 3, 2, 1, 0, 0]
    clock.advance(2)
    assert limits.take("PATCH /a", "token", WEBHOOK, counts_globally=False).passed


def test_buckets_are_apart_by_route_and_by_token() -> None:
    limits = RateLimits(lambda: NOON)
    keys = [("PATCH /a", "one"), ("PATCH /a", "two"), ("GET /a", "one")]
    assert [limits.take(route, major, WEBHOOK, counts_globally=False).remaining for route, major in keys] == [4, 4, 4]


def test_the_bots_own_requests_share_a_global_limit() -> None:
    limits = RateLimits(lambda: NOON)
    for number in range(GLOBAL.requests):
        assert limits.take(f"GET /{number}", "", ORDINARY, counts_globally=True).passed
    over = limits.take("GET /x", "", ORDINARY, counts_globally=True)
    assert (over.passed, over.everywhere) == (False, True)
    assert limits.take("GET /x", "", WEBHOOK, counts_globally=False).passed


def test_a_link_is_good_until_it_expires_and_only_as_signed() -> None:
    clock = Clock(lambda: NOON)
    links = Links(secret=b"s", now=clock.now)
    url = urlsplit(links.url(stored(picture(), attachment_id=1, folder_id=2)))
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    assert int(query["ex"], 16) - int(query["is"], 16) == 86_400

    def valid(path: str) -> bool:
        return links.valid(path, issued=query["is"], expires=query["ex"], signature=query["hm"])

    assert (url.path, valid(url.path), valid("/attachments/2/9/a.png")) == ("/attachments/2/1/a.png", True, False)
    clock.advance(86_400)
    assert not valid(url.path)


def test_ids_state_their_time_and_rise() -> None:
    new_id = Snowflakes(lambda: NOON)
    first, second = new_id(), new_id()
    assert (made_at(first), second) == (NOON, lowest_at(NOON) + 1)


def test_the_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        Clock().advance(-1)


async def test_a_condition_is_asked_again_after_every_change() -> None:
    changes, answers = Changes(), [None, None, "yes"]
    waiting = asyncio.create_task(changes.wait_for(lambda: answers.pop(0)))
    for _ in range(2):
        await asyncio.sleep(0)
        changes.publish(ChangeKind.COMMANDS_SET)
    assert await waiting == "yes"


async def test_waiting_in_vain_fails_with_an_explanation() -> None:
    with pytest.raises(WaitedTooLongError, match="nothing came"):
        await Changes().wait_for(lambda: None, timeout_s=0.001, explain=lambda: "nothing came")


def test_a_listener_hears_changes_until_it_stops() -> None:
    changes, heard = Changes(), list[int]()
    stop = changes.subscribe(lambda change: heard.append(change.id))
    changes.publish(ChangeKind.MESSAGE_CREATED, 1)
    stop()
    changes.publish(ChangeKind.MESSAGE_CREATED, 2)
    assert heard == [1]
