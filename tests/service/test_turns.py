"""Turns: a bounded number, urgent ones first, keys in their turn, and no place for what hangs."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable

import pytest

from bot.service.turns import Turns
from tests.simulation.clock import run_virtually, virtual_loop

LINGER_AFTER_S = 5.0


def turns(*, at_once: int = 2, per_key: int = 9, lingering: int = 9) -> Turns:
    return Turns(at_once=at_once, per_key=per_key, linger_after_s=LINGER_AFTER_S, lingering=lingering)


class Crowd:
    """Those that ask for turns, by name; `began` has when each had its own."""

    def __init__(self, given: Turns) -> None:
        self._turns = given
        self.began: dict[str, float] = {}
        self.most = 0
        self._now = 0
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, name: str, *, key: Hashable = "", urgent: bool = False, lasts_s: float = 1.0) -> None:
        self.tasks[name] = asyncio.create_task(self._hold(name, key, lasts_s, urgent=urgent))
        await asyncio.sleep(0)

    async def _hold(self, name: str, key: Hashable, lasts_s: float, *, urgent: bool) -> None:
        async with self._turns.turn(key, urgent=urgent):
            self.began[name] = virtual_loop().time()
            self._now += 1
            self.most = max(self.most, self._now)
            await asyncio.sleep(lasts_s)
            self._now -= 1

    async def done(self) -> "Crowd":
        await asyncio.wait(self.tasks.values())
        return self


def crowd(given: Turns, story: Callable[[Crowd], Awaitable[None]]) -> Crowd:
    """Run a story to its end on virtual time."""

    async def play() -> Crowd:
        people = Crowd(given)
        await story(people)
        return await people.done()

    return run_virtually(play())


def test_no_more_than_so_many_have_a_turn_at_once() -> None:
    async def story(people: Crowd) -> None:
        for number in range(5):
            await people.ask(str(number))

    assert list(crowd(turns(), story).began.values()) == [0, 0, 1, 1, 2]


def test_one_key_has_no_more_than_its_share() -> None:
    async def story(people: Crowd) -> None:
        for number in range(3):
            await people.ask(f"a{number}", key="a")
        await people.ask("b", key="b")

    assert crowd(turns(per_key=1), story).began == {"a0": 0, "b": 0, "a1": 1, "a2": 2}


def test_keys_are_served_in_their_turn() -> None:
    async def story(people: Crowd) -> None:
        for name in ("a1", "a2", "a3", "b1", "b2"):
            await people.ask(name, key=name[0])

    assert list(crowd(turns(at_once=1), story).began) == ["a1", "a2", "b1", "a3", "b2"]


def test_urgent_ones_go_first() -> None:
    async def story(people: Crowd) -> None:
        await people.ask("first")
        await people.ask("patient")
        await people.ask("urgent", urgent=True)

    assert list(crowd(turns(at_once=1), story).began) == ["first", "urgent", "patient"]


def test_what_hangs_gives_its_place_to_the_next() -> None:
    async def story(people: Crowd) -> None:
        for number in range(4):
            await people.ask(f"hangs {number}", key=number, lasts_s=100)
        await people.ask("good")

    assert crowd(turns(), story).began["good"] == 2 * LINGER_AFTER_S


def test_what_hangs_still_counts_for_its_key() -> None:
    async def story(people: Crowd) -> None:
        for number in range(3):
            await people.ask(str(number), key="a", lasts_s=100)

    assert crowd(turns(per_key=2), story).began["2"] == 100


def test_only_so_many_may_hang_beside_the_others() -> None:
    async def story(people: Crowd) -> None:
        for number in range(9):
            await people.ask(str(number), key=number, lasts_s=100)

    assert crowd(turns(at_once=2, lingering=1), story).most == 3


@pytest.mark.parametrize("after_s", [0.5, 1.0])
def test_one_that_goes_away_takes_no_place_with_it(after_s: float) -> None:
    async def story(people: Crowd) -> None:
        await people.ask("first")
        await people.ask("gone")
        await asyncio.sleep(after_s)
        people.tasks["gone"].cancel()
        await people.ask("last")

    given = turns(at_once=1)
    assert crowd(given, story).began["last"] <= 2
    assert given.is_free("")
