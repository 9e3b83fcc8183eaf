"""Events as they stand on the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import Failed, Other, Succeeded
from bot.errors import Cause
from bot.oxen.wire import event_of

NAME = "media_generation_completed"


def event(name: str = NAME, **fields: object) -> object:
    return event_of(name, json.dumps(fields))


def test_a_finished_generation_brings_its_link() -> None:
    fields = {"generation_id": "g1", "status": "succeeded", "media_type": "image", "model": "m", "url": "https://x/1"}
    assert event(**fields) == Succeeded(remote_id="g1", url="https://x/1")


def test_a_failed_generation_brings_its_cause_without_links() -> None:
    told = "403 Client Error: Forbidden for url: https://cdn.test/a?hm=1"
    assert event(generation_id="g1", status="failed", media_type="image", error=told) == Failed(
        remote_id="g1",
        cause=Cause.REFERENCE_NOT_FETCHED,
        text="403 Client Error: Forbidden for url: (link to cdn.test)",
    )


def test_an_event_with_the_rows_field_names_is_read_too() -> None:
    assert event(generation_id="g", status="SUCCEEDED", result_url="u") == Succeeded(remote_id="g", url="u")
    failed = event(generation_id="g", status="failed", error_message="Insufficient credits")
    assert failed == Failed(remote_id="g", cause=Cause.NO_CREDITS, text="Insufficient credits")


def test_a_failure_without_a_text_is_still_a_failure() -> None:
    assert event(generation_id="g", status="failed") == Failed(remote_id="g", cause=Cause.OTHER, text="")


def test_an_event_that_lost_its_name_is_known_by_its_data() -> None:
    assert event("message", type=NAME, generation_id="g", status="succeeded", url="u") == Succeeded(
        remote_id="g", url="u"
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deployment_updated", '{"generation_id":"g","status":"succeeded","url":"u"}'),
        ("message", '{"generation_id":"g","status":"succeeded","url":"u"}'),
        (NAME, '{"generation_id":"g","status":"succ'),
        (NAME, "[]"),
        (NAME, '{"generation_id":7,"status":"succeeded","url":"u"}'),
        (NAME, '{"generation_id":"g","status":"succeeded"}'),
        (NAME, '{"generation_id":"g","status":"cancelled","url":"u"}'),
    ],
)
def test_what_is_not_an_end_of_a_generation_is_other(name: str, data: str) -> None:
    assert event_of(name, data) == Other(name=name)


odd_values = st.none() | st.booleans() | st.floats() | st.sampled_from(["failed", "succeeded", "x", ""])


@given(st.dictionaries(st.sampled_from(["generation_id", "status", "url", "error", "type"]), odd_values))
def test_no_event_raises(fields: dict[str, object]) -> None:
    event_of(NAME, json.dumps(fields))
