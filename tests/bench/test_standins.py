import asyncio

from bench.standins import UNTIL_OPENED, Gate


async def test_what_waits_for_the_gate_goes_on_when_it_opens() -> None:
    gate = Gate()
    waiting = asyncio.create_task(gate.sleep(UNTIL_OPENED))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.open()
    await waiting


async def test_a_gate_that_was_shut_again_holds_the_next() -> None:
    gate = Gate()
    gate.open()
    gate.shut()
    waiting = asyncio.create_task(gate.sleep(UNTIL_OPENED))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_any_other_sleep_does_not_mind_the_gate() -> None:
    await Gate().sleep(0)
