import asyncio

import pytest

from sandbox.oxen.changes import Changes


async def test_a_wait_ends_at_the_change_that_fulfils_it() -> None:
    changes, seen = Changes(), list[int]()
    waiting = asyncio.create_task(changes.wait_for(lambda: len(seen) == 2, timeout_s=5))
    for number in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        seen.append(number)
        changes.ring()
    await waiting


async def test_what_holds_already_is_not_waited_for() -> None:
    await Changes().wait_for(lambda: True, timeout_s=0)


async def test_a_wait_in_vain_times_out() -> None:
    with pytest.raises(TimeoutError):
        await Changes().wait_for(lambda: False, timeout_s=0)


async def test_a_broken_predicate_breaks_its_own_wait_only() -> None:
    changes, is_broken = Changes(), list[bool]()

    def predicate() -> bool:
        if is_broken:
            raise LookupError
        return False

    waiting = asyncio.create_task(changes.wait_for(predicate, timeout_s=5))
    await asyncio.sleep(0)
    is_broken.append(True)
    changes.ring()
    with pytest.raises(LookupError):
        await waiting


async def test_the_end_of_everything_ends_the_waits() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.wait_for(lambda: False, timeout_s=5))
    await asyncio.sleep(0)
    changes.fail(RuntimeError("stopped"))
    with pytest.raises(RuntimeError, match="stopped"):
        await waiting
