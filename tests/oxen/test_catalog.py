"""The catalogue as its readers see it; the clock is a number and Oxen a function."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.core.schema import Model
from bot.errors import Cause, PermanentError, RemoteError, TransientError
from bot.oxen.catalog import PAUSE_AFTER_FAILURE_S, REFRESH_AGE_S, ModelCatalogue
from bot.ports import Catalogue

OLD = (Model(id="old", display_name="Old", makes_images=True),)
NEW = (
    Model(id="new", display_name="New", makes_images=True),
    Model(id="words", display_name="Words", makes_images=False),
)


class Oxen:
    """Gives what it was told to give, the last thing for ever, and can be held up."""

    def __init__(self, *gives: Sequence[Model] | RemoteError) -> None:
        self.gives = list(gives)
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.now_s = 1000.0

    async def fetch(self) -> Sequence[Model]:
        self.asked += 1
        await self.open.wait()
        given = self.gives.pop(0) if len(self.gives) > 1 else self.gives[0]
        if isinstance(given, RemoteError):
            raise given
        return given

    def catalogue(self, timeout_s: float = 5) -> ModelCatalogue:
        return ModelCatalogue(self.fetch, monotonic=lambda: self.now_s, timeout_s=timeout_s)


async def test_it_is_the_catalogue_that_the_service_needs() -> None:
    catalogue: Catalogue = Oxen(OLD).catalogue()
    assert catalogue.models() is None


async def test_what_was_loaded_is_at_hand_text_models_too() -> None:
    catalogue = Oxen(NEW).catalogue()
    assert await catalogue.load() == NEW
    assert catalogue.models() == NEW


async def test_a_young_list_is_not_fetched_again() -> None:
    oxen = Oxen(OLD, NEW)
    catalogue = oxen.catalogue()
    await catalogue.load()
    oxen.now_s += REFRESH_AGE_S - 1
    assert await catalogue.load() == OLD
    assert oxen.asked == 1


async def test_an_old_list_is_replaced() -> None:
    oxen = Oxen(OLD, NEW)
    catalogue = oxen.catalogue()
    await catalogue.load()
    oxen.now_s += REFRESH_AGE_S
    assert await catalogue.load() == NEW


async def test_many_askers_make_one_fetch() -> None:
    oxen = Oxen(OLD)
    oxen.open.clear()
    catalogue = oxen.catalogue()
    askers = [asyncio.create_task(catalogue.load()) for _ in range(9)]
    await asyncio.sleep(0)
    oxen.open.set()
    assert await asyncio.gather(*askers) == [OLD] * 9
    assert oxen.asked == 1


async def test_while_one_fetches_the_others_take_the_old_list() -> None:
    oxen = Oxen(OLD, NEW)
    catalogue = oxen.catalogue()
    await catalogue.load()
    oxen.now_s += REFRESH_AGE_S
    oxen.open.clear()
    first = asyncio.create_task(catalogue.load())
    await asyncio.sleep(0)
    assert await catalogue.load() == OLD
    oxen.open.set()
    assert await first == NEW


async def test_an_asker_who_goes_away_leaves_the_fetch_to_the_next() -> None:
    oxen = Oxen(OLD)
    oxen.open.clear()
    catalogue = oxen.catalogue()
    first, second = asyncio.create_task(catalogue.load()), asyncio.create_task(catalogue.load())
    await asyncio.sleep(0)
    first.cancel()
    oxen.open.set()
    assert await second == OLD
    assert oxen.asked == 2


@pytest.mark.parametrize("failure", [TransientError("down"), PermanentError("refused"), ()])
async def test_an_old_list_outlives_a_failed_refresh(failure: RemoteError | Sequence[Model]) -> None:
    oxen = Oxen(OLD, failure, NEW)
    catalogue = oxen.catalogue()
    await catalogue.load()
    oxen.now_s += REFRESH_AGE_S
    assert await catalogue.load() == OLD
    assert await catalogue.load() == OLD
    assert oxen.asked == 2
    oxen.now_s += PAUSE_AFTER_FAILURE_S
    assert await catalogue.load() == NEW


async def test_without_any_list_the_failure_is_told_and_nobody_asks_again_at_once() -> None:
    oxen = Oxen(PermanentError("refused", status=401, cause=Cause.KEY_REFUSED), OLD)
    catalogue = oxen.catalogue()
    for _ in range(2):
        with pytest.raises(TransientError) as caught:
            await catalogue.load()
        assert (caught.value.cause, caught.value.retry_after_s) == (Cause.KEY_REFUSED, PAUSE_AFTER_FAILURE_S)
    assert oxen.asked == 1
    oxen.now_s += PAUSE_AFTER_FAILURE_S
    assert await catalogue.load() == OLD


async def test_a_list_that_does_not_come_is_not_waited_for() -> None:
    oxen = Oxen(OLD)
    oxen.open.clear()
    with pytest.raises(TransientError):
        await oxen.catalogue(timeout_s=0.001).load()
