"""The parser against the collected cases in every delivery, against the standard written out, and at its limits."""

import base64
import json
import re
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.oxen.sse import EventTooLargeError, ServerEvent, SseParser


class CaseJson(TypedDict):
    base: str
    stream: str
    expected: list[tuple[str, str, str]]
    last_event_id: str
    retry_ms: int | None
    deliveries: dict[str, list[int]]


CASES = cast("list[CaseJson]", json.loads(Path(__file__).with_name("sse_cases.json").read_text("ascii")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    events: Sequence[ServerEvent]
    last_event_id: str
    retry_ms: int | None
    is_too_large: bool = False


def cut(stream: bytes, positions: Sequence[int]) -> list[bytes]:
    return [stream[start:end] for start, end in zip([0, *positions], [*positions, len(stream)], strict=True)]


def parse(chunks: Sequence[bytes], *, max_event_bytes: int = 1 << 20) -> Outcome:
    parser = SseParser(max_event_bytes=max_event_bytes)
    events: list[ServerEvent] = []
    try:
        for chunk in chunks:
            for event in parser.feed(chunk):
                events.append(event)  # noqa: PERF402 (extend would lose those before the error)
    except EventTooLargeError:
        return Outcome(events=events, last_event_id="", retry_ms=None, is_too_large=True)
    return Outcome(events=events, last_event_id=parser.last_event_id, retry_ms=parser.retry_ms)


def expected_of(case: CaseJson) -> Outcome:
    events = [ServerEvent(type=name, data=data, last_event_id=last_id) for name, data, last_id in case["expected"]]
    return Outcome(events=events, last_event_id=case["last_event_id"], retry_ms=case["retry_ms"])


def cuts_inside_characters(stream: bytes) -> Iterator[int]:
    return (at for at, byte in enumerate(stream) if 0x80 <= byte < 0xC0)


def test_the_collection_is_complete() -> None:
    assert sum(len(case["deliveries"]) for case in CASES) == 671


@pytest.mark.parametrize("case", CASES, ids=[case["base"] for case in CASES])
def test_every_delivery_of_a_case_gives_the_same_events(case: CaseJson) -> None:
    stream = base64.b64decode(case["stream"])
    for variant, positions in case["deliveries"].items():
        assert parse(cut(stream, positions)) == expected_of(case), variant


@pytest.mark.parametrize("case", CASES, ids=[case["base"] for case in CASES])
def test_a_case_may_come_whole_byte_by_byte_or_cut_inside_a_character(case: CaseJson) -> None:
    stream = base64.b64decode(case["stream"])
    assert parse([stream]) == expected_of(case)
    assert parse(cut(stream, range(1, len(stream)))) == expected_of(case)
    for position in cuts_inside_characters(stream):
        assert parse(cut(stream, [position])) == expected_of(case), position


PIECES = (
    *(b"data", b"event", b"id", b"retry", b":", b": ", b" ", b"\n", b"\r", b"\r\n", b"\n\n", b"data: v\n\n", b"12"),
    *(
        b"\0",
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        "é".encode(),
        "\u2028".encode(),
        "🦎".encode(),
        b"\xf0\x9f",
        b"\xff",
        b"\x0b",
    ),
)
streams = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)), max_size=25).map(b"".join)


@st.composite
def streams_with_cuts(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    stream = draw(streams)
    return stream, sorted(draw(st.lists(st.integers(0, len(stream)), max_size=8)))


@given(streams_with_cuts())
@example((b"\xef\xbb\xbfdata: v\r\n\r\n", [1, 2, 9, 11, 12]))
def test_any_split_of_any_stream_gives_the_same_events(drawn: tuple[bytes, list[int]]) -> None:
    stream, positions = drawn
    assert parse(cut(stream, positions)) == parse([stream])


@given(streams_with_cuts(), st.integers(3, 12))
def test_the_size_limit_falls_at_the_same_event_for_any_split(drawn: tuple[bytes, list[int]], limit: int) -> None:
    stream, positions = drawn
    assert parse(cut(stream, positions), max_event_bytes=limit) == parse([stream], max_event_bytes=limit)


def as_the_standard_says(stream: bytes) -> Outcome:
    """WHATWG HTML 9.2.5 and 9.2.6, word for word and with the whole text at hand."""
    *lines, _unfinished = re.split("\r\n|\n|\r", stream.decode("utf-8", "replace").removeprefix("\ufeff"))
    events: list[ServerEvent] = []
    data, event_type, id_buffer, last_id, retry_ms = "", "", "", "", None
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            last_id = id_buffer
            if data:
                events.append(ServerEvent(type=event_type or "message", data=data[:-1], last_event_id=last_id))
            data, event_type = "", ""
        elif name == "data":
            data += value + "\n"
        elif name == "event":
            event_type = value
        elif name == "id" and "\0" not in value:
            id_buffer = value
        elif name == "retry" and re.fullmatch("[0-9]{1,18}", value):
            retry_ms = int(value)
    return Outcome(events=events, last_event_id=last_id, retry_ms=retry_ms)


@given(streams)
def test_any_stream_gives_what_the_standard_says(stream: bytes) -> None:
    assert parse([stream]) == as_the_standard_says(stream)


def test_a_retry_of_five_thousand_digits_is_ignored() -> None:
    assert parse([b"retry: 7\nretry: " + b"9" * 5000 + b"\ndata: v\n\n"]).retry_ms == 7


def test_an_event_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert parse([b"data:1234567\n\n"], max_event_bytes=12).events
    assert parse([b"data:12345678\n\n"], max_event_bytes=12).is_too_large


def test_many_empty_lines_count_together() -> None:
    assert parse([b"data\n" * 200], max_event_bytes=100).is_too_large


def test_a_line_without_an_end_is_not_held_for_ever() -> None:
    assert parse([b"x" * 60, b"x" * 60], max_event_bytes=100).is_too_large


def test_the_limit_is_for_one_event_not_for_the_stream() -> None:
    assert len(parse([b"data: v\n\n: keep-alive\n\n" * 100], max_event_bytes=20).events) == 100


def test_comments_without_blank_lines_use_no_room() -> None:
    assert not parse([b": keep-alive\n" * 100], max_event_bytes=20).is_too_large


def test_events_before_a_too_large_one_are_given() -> None:
    outcome = parse([b"data: ok\n\ndata: " + b"x" * 100], max_event_bytes=50)
    assert outcome.is_too_large
    assert [event.data for event in outcome.events] == ["ok"]


def bytes_allocated(chunks: Sequence[bytes]) -> int:
    """Add up what each call allocated at its peak: whoever copies what he holds, allocates it. No clock is involved."""
    parser = SseParser()
    total = 0
    tracemalloc.start()
    try:
        for chunk in chunks:
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            for _event in parser.feed(chunk):
                pass
            total += tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    return total


@pytest.mark.parametrize("line", [b"x", b"data:1\n"], ids=["one-long-line", "many-short-lines"])
@pytest.mark.parametrize("chunk_bytes", [1, 7])
def test_twice_the_bytes_of_one_event_cost_twice_the_copying(line: bytes, chunk_bytes: int) -> None:
    def chunks(size: int) -> list[bytes]:
        stream = b"data:" + (line * size)[:size] + b"\n\n"
        return [stream[at : at + chunk_bytes] for at in range(0, len(stream), chunk_bytes)]

    # 2 when it is linear, 4 when each chunk copies what is held already; allocation in steps needs the slack.
    assert bytes_allocated(chunks(8_000)) < 3 * bytes_allocated(chunks(4_000))
