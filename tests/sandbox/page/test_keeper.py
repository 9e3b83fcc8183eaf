import asyncio

import pytest

from sandbox.bot_process import BotEndedError
from sandbox.page.bell import Bell, Topic
from sandbox.page.keeper import BotKeeper, BotState
from tests.sandbox.page.lives import Lives


async def at_once() -> None:
    """Be ready."""


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_started_bot_runs_and_everybody_is_told() -> None:
    bell, rings = Bell(), list[Topic]()
    bell.subscribe(rings.append)
    keeper = BotKeeper(start=Lives().start, ready=at_once, bell=bell, clock=iter([1.0, 2.5]).__next__)
    await keeper.start()
    assert (keeper.status.state, keeper.status.pid, keeper.status.ready_after_s) == (BotState.RUNNING, 1, 1.5)
    assert rings == [Topic.BOT, Topic.BOT]
    await keeper.stop()


async def test_there_is_never_more_than_one() -> None:
    lives = Lives()
    keeper = BotKeeper(start=lives.start, ready=at_once, bell=Bell())
    await asyncio.gather(keeper.start(), keeper.start())
    assert lives.started == 1
    await keeper.stop()


async def test_a_killed_bot_can_be_started_again() -> None:
    keeper = BotKeeper(start=Lives().start, ready=at_once, bell=Bell())
    await keeper.start()
    assert await keeper.kill() == 1
    assert (keeper.status.state, keeper.status.exit_code) == (BotState.STOPPED, -9)
    await keeper.start()
    assert keeper.status.pid == 2
    await keeper.stop()


async def test_killing_what_does_not_run_is_nothing() -> None:
    assert await BotKeeper(start=Lives().start, ready=at_once, bell=Bell()).kill() is None


async def test_a_bot_that_ends_by_itself_is_noticed() -> None:
    lives, bell = Lives(), Bell()
    keeper = BotKeeper(start=lives.start, ready=at_once, bell=bell)
    await keeper.start()
    noticed = asyncio.Event()
    bell.subscribe(lambda _: noticed.set())
    assert lives.latest is not None
    lives.latest.end(3)
    await noticed.wait()
    assert (keeper.status.state, keeper.status.exit_code) == (BotState.STOPPED, 3)


async def test_a_bot_that_ends_before_it_is_ready_is_told() -> None:
    lives = Lives()
    keeper = BotKeeper(start=lives.start, ready=never, bell=Bell())
    starting = asyncio.create_task(keeper.start())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert lives.latest is not None
    lives.latest.end(2)
    with pytest.raises(BotEndedError):
        await starting
    assert keeper.status.exit_code == 2


async def test_a_bot_that_never_gets_ready_does_not_run_on() -> None:
    async def give_up() -> None:
        raise TimeoutError

    lives = Lives()
    keeper = BotKeeper(start=lives.start, ready=give_up, bell=Bell())
    with pytest.raises(TimeoutError):
        await keeper.start()
    assert (keeper.status.state, keeper.status.exit_code) == (BotState.STOPPED, -9)
