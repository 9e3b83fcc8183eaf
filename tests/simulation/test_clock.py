import asyncio
import time

import pytest

from tests.simulation.clock import BEGINNING, NothingWillHappenError, run_virtually, virtual_loop

DAY_S = 24 * 3600.0


def test_a_day_takes_no_time() -> None:
    async def sleep_a_day() -> float:
        await asyncio.sleep(DAY_S)
        return (virtual_loop().now() - BEGINNING).total_seconds()

    began_s = time.monotonic()
    assert run_virtually(sleep_a_day()) == DAY_S
    assert time.monotonic() - began_s < 1.0


def test_timers_ring_in_the_order_of_their_moments() -> None:
    rung: list[float] = []

    async def ring() -> None:
        for at_s in (3.0, 1.0, 2.0):
            virtual_loop().call_at(at_s, rung.append, at_s)
        await asyncio.sleep(4.0)

    run_virtually(ring())
    assert rung == [1.0, 2.0, 3.0]


def test_waiting_for_what_nobody_will_do_is_an_error_and_no_hang() -> None:
    async def wait_for_nobody() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingWillHappenError):
        run_virtually(wait_for_nobody())
