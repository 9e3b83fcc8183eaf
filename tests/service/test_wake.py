import asyncio

from bot.service.stream_health import StreamHealth
from bot.service.wake import Bell


async def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Bell()
    bell.ring()
    assert await bell.wait(0)


async def test_many_rings_are_one() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()
    assert await bell.wait(0)
    assert not await bell.wait(0)


async def test_a_ring_wakes_who_waits() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(60))
    await asyncio.sleep(0)
    bell.ring()
    assert await waiting


def test_each_connection_is_told_and_a_drop_is_not() -> None:
    health, told = StreamHealth(), list[bool]()
    health.observe(lambda: told.append(health.up))
    health.connected()
    health.dropped()
    assert (told, health.up) == ([True], False)
