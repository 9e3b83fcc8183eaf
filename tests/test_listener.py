import asyncio

from bot.core.events import Connected, Dropped, Failed, Other, Succeeded
from bot.core.job import GenerationState, JobState
from bot.errors import Cause
from bot.listener import EVENTS_AT_ONCE, Listener
from tests.core.jobs import a_job
from tests.fakes import FakeStream
from tests.service.rig import PATIENCE_S, Rig


async def listen(rig: Rig, *said: Connected | Dropped | Succeeded | Failed | Other | Exception) -> None:
    """Let the stream say something and end."""
    stream = FakeStream()
    stream.say(*said)
    stream.end()
    async with asyncio.timeout(PATIENCE_S):
        await Listener(stream=stream, settlement=rig.settlement, health=rig.health).run()


def ready(rig: Rig, remote_id: str) -> Succeeded:
    return Succeeded(remote_id=remote_id, url=rig.api.succeed(remote_id))


async def test_an_event_settles_its_generation(rig: Rig) -> None:
    await rig.post()
    await listen(rig, Connected(), ready(rig, "r-1"))
    assert (await rig.get()).state is JobState.DONE


async def test_a_connection_is_told_to_whoever_waits_for_it(rig: Rig) -> None:
    told: list[bool] = []
    rig.health.observe(lambda: told.append(rig.health.up))
    await listen(rig, Connected(), Dropped(reason="eof", retry_in_s=1), Connected())
    assert told == [True, True]
    assert rig.health.up


async def test_a_drop_is_known(rig: Rig) -> None:
    await listen(rig, Connected(), Dropped(reason="eof", retry_in_s=1))
    assert not rig.health.up


async def test_events_of_other_kinds_and_of_strangers_change_nothing(rig: Rig) -> None:
    await rig.post()
    before = await rig.get()
    await listen(rig, Other(name="deployment"), Failed(remote_id="r-9", cause=Cause.OTHER, text=""))
    assert await rig.get() == before


async def test_a_stream_that_kept_ends_to_itself_is_relied_on_again_with_an_end_alone(rig: Rig) -> None:
    await rig.post()
    rig.health.connected()
    rig.health.expects(["r-1"])
    rig.health.found(["r-1"])
    await listen(rig, Connected(), Other(name="deployment"))
    assert rig.health.up
    assert not rig.health.is_trusted
    await listen(rig, Failed(remote_id="a-strangers", cause=Cause.OTHER, text=""))
    assert rig.health.is_trusted


async def test_two_pictures_that_end_together_are_both_kept(rig: Rig) -> None:
    await rig.post(a_job(*[GenerationState.PLANNED] * 4))
    await listen(rig, *(ready(rig, f"r-{number}") for number in range(1, 5)))
    assert (await rig.get()).state is JobState.DONE


async def test_an_event_that_cannot_be_handled_does_not_end_the_stream(rig: Rig) -> None:
    await rig.post(a_job(number=1))
    await rig.post(a_job(number=2))
    surprise = Failed(remote_id="r-1", cause=Cause.REFERENCE_NOT_FETCHED, text="403")
    rig.api.faults["get r-1"] = RuntimeError("surprise")
    await listen(rig, surprise, ready(rig, "r-2"))
    assert (await rig.get("2")).state is JobState.DONE


async def test_a_burst_of_events_is_handled_whole(rig: Rig) -> None:
    strangers = [Succeeded(remote_id=f"s-{n}", url="https://results.example") for n in range(EVENTS_AT_ONCE + 20)]
    await rig.post()
    await listen(rig, *strangers, ready(rig, "r-1"))
    assert (await rig.get()).state is JobState.DONE


async def test_a_stream_that_fell_silent_is_relied_on_again_with_the_next_event(rig: Rig) -> None:
    silent = Dropped(reason="silent", retry_in_s=1, was_silent=True)
    await listen(rig, Connected(), silent, Connected())
    assert (rig.health.up, rig.health.is_trusted) == (True, False)
    await listen(rig, Other(name="deployment"))
    assert rig.health.is_trusted
