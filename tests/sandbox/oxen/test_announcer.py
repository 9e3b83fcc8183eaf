import random

import pytest

from sandbox.oxen import jsontext
from sandbox.oxen.announcer import Announcer
from sandbox.oxen.changes import Changes
from sandbox.oxen.faults import DelayEvent, DropEvent, Fault, Faults, GarbleEvent, HugeEvent, RepeatEvent
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Generation, Status
from sandbox.oxen.streams import StreamHub


class Recorder(StreamHub):
    """A hub without listeners, which remembers what was said."""

    def __init__(self) -> None:
        super().__init__(Changes())
        self.said: list[JsonObject | bytes] = []

    def broadcast(self, name: str, data: JsonObject | bytes) -> None:
        assert name == "media_generation_completed"
        self.said.append(data)


def generation(status: Status, **more: str) -> Generation:
    return Generation(
        generation_id="g1",
        model_name="flux-2-dev",
        media_type="image",
        namespace="sandbox",
        params={"prompt": "x"},
        seed=1,
        enqueued_at=0,
        status=status,
        error_message=more.get("error_message"),
    )


SUCCEEDED = generation(Status.SUCCEEDED)


async def announced(*faults: Fault, row: Generation = SUCCEEDED, is_noisy: bool = False) -> list[JsonObject | bytes]:
    hub, box, slept = Recorder(), Faults(), list[float]()
    for fault in faults:
        box.add(fault)

    async def sleep(duration_s: float) -> None:
        slept.append(duration_s)

    knobs = Knobs(noisy_stream=is_noisy)
    announcer = Announcer(hub=hub, faults=box, knobs=knobs, sleep=sleep, rng=random.Random(1))
    await announcer.announce(row, result_url="http://127.0.0.1/a.png")
    assert slept == [fault.delay_s for fault in faults if isinstance(fault, DelayEvent)]
    return hub.said


async def test_success_names_model_and_url() -> None:
    (event,) = await announced()
    assert event == {
        "generation_id": "g1",
        "status": "succeeded",
        "media_type": "image",
        "model": "flux-2-dev",
        "url": "http://127.0.0.1/a.png",
    }


async def test_failure_names_its_error_and_no_model() -> None:
    (event,) = await announced(row=generation(Status.FAILED, error_message="why"))
    assert event == {"generation_id": "g1", "status": "failed", "media_type": "image", "error": "why"}


async def test_a_strangers_event_comes_first_on_a_noisy_stream() -> None:
    stranger, own = await announced(is_noisy=True)
    assert isinstance(stranger, dict)
    assert stranger["generation_id"] != "g1"
    assert "g1" in str(own)


@pytest.mark.parametrize(("fault", "count"), [(DropEvent(), 0), (RepeatEvent(copies=3), 3), (DelayEvent(delay_s=9), 1)])
async def test_a_fault_changes_how_often_it_is_said(fault: Fault, count: int) -> None:
    assert len(await announced(fault)) == count


async def test_a_garbled_event_is_no_json() -> None:
    (event,) = await announced(GarbleEvent())
    assert isinstance(event, bytes)
    assert jsontext.read(event) is None


async def test_a_huge_event_is_huge_and_still_right() -> None:
    (event,) = await announced(HugeEvent(size_bytes=1000))
    assert isinstance(event, dict)
    assert event["status"] == "succeeded"
    assert len(str(event["padding"])) == 1000
