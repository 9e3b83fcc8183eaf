"""Our SSE parser beside a floor and its rivals: the cases that each gets right, and its speed, in one run.

`python -m bench.sse_parsers` from the repository's root.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import TypedDict, cast

from bench.rivals import Parse, Triple, installed
from bot.oxen.sse import SseParser

ROUNDS = 5
SEGMENT_BYTES = 1400  # what one TCP segment carries, and so about what one read gives
COMPLETIONS = 5_000
BIG_EVENT_BYTES = 4 * 1024 * 1024
CASES = Path(__file__).parents[1] / "tests" / "oxen" / "sse_cases.json"
ROW = "{:<22} {:>9} {:>8} | {:>10} {:>8} | {:>10} {:>8}"


class CaseJson(TypedDict):
    stream: str
    expected: list[list[str]]
    deliveries: dict[str, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    name: str
    version: str
    parse: Parse


def ours(chunks: Sequence[bytes]) -> list[Triple]:
    parser = SseParser()
    return [(event.type, event.data, event.last_event_id) for chunk in chunks for event in parser.feed(chunk)]


def floor(chunks: Sequence[bytes]) -> list[Triple]:
    """The least that anybody can do, and wrong in many ways: no line ends but LF, no fields, no text."""
    for _block in b"".join(chunks).split(b"\n\n"):
        pass
    return []


def cut(stream: bytes, positions: Sequence[int]) -> list[bytes]:
    return [stream[start:end] for start, end in zip([0, *positions], [*positions, len(stream)], strict=True)]


def segments(stream: bytes) -> list[bytes]:
    return cut(stream, range(SEGMENT_BYTES, len(stream), SEGMENT_BYTES))


def completions() -> bytes:
    """The stream as Oxen sends it: completions with keep-alives between them."""
    event = (
        b"event: media_generation_completed\n"
        b'data: {"generation_id":"bb8f5eb7-361e-4e13-ab73-67457bc8057e","status":"succeeded","media_type":"image",'
        b'"model":"flux-2-dev","url":"https://hub.example/api/repos/ns/playground/file/main/image.webp?oxen_expires=1"}'
        b"\n\n: keep-alive\n\n"
    )
    return event * COMPLETIONS


def big_event() -> bytes:
    return b"data: " + b"x" * BIG_EVENT_BYTES + b"\n\n"


def cases_right(parse: Parse) -> str:
    right = total = 0
    for case in cast("list[CaseJson]", json.loads(CASES.read_text("ascii"))):
        stream, expected = base64.b64decode(case["stream"]), [tuple(triple) for triple in case["expected"]]
        for positions in case["deliveries"].values():
            total += 1
            right += outcome_of(lambda at=positions, of=stream: parse(cut(of, at))) == expected
    return f"{right}/{total}"


def outcome_of(call: Callable[[], list[Triple]]) -> list[Triple] | None:
    """Give what a parser made of it; None where it raised, which is an answer too."""
    try:
        return call()
    except Exception:  # noqa: BLE001 (a stranger's parser may raise anything)
        return None


def seconds(parse: Parse, chunks: Sequence[bytes]) -> float:
    start = perf_counter()
    parse(chunks)
    return perf_counter() - start


def best_of_rounds(rivals: Sequence[Rival], chunks: Sequence[bytes]) -> list[float | None]:
    """Give each one's best time; the rounds take turns, so that a slow moment of the machine meets all of them."""
    able = [outcome_of(lambda rival=rival: rival.parse(chunks)) is not None for rival in rivals]
    rounds = [
        [seconds(rival.parse, chunks) if is_able else None for rival, is_able in zip(rivals, able, strict=True)]
        for _ in range(ROUNDS)
    ]
    return [min((time for time in times if time is not None), default=None) for times in zip(*rounds, strict=True)]


def speed(time: float | None, size: int, floor_time: float | None) -> tuple[str, str]:
    if time is None or floor_time is None:
        return "raises", "-"
    return f"{size / time / 1e6:.1f}", f"{time / floor_time:.1f}"


def version_of(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "?"


def main() -> None:
    found = list(installed())
    rivals = [
        Rival(name="floor (bytes.split)", version="-", parse=floor),
        Rival(name="bot.oxen.sse", version="-", parse=ours),
        *(Rival(name=name, version=version_of(dist), parse=parse) for name, dist, parse in found if parse is not None),
    ]
    small, big = completions(), big_event()
    small_times, big_times = best_of_rounds(rivals, segments(small)), best_of_rounds(rivals, segments(big))
    print(f"{COMPLETIONS} completions with keep-alives, then one event of {BIG_EVENT_BYTES >> 20} MiB,")
    print(
        f"both in chunks of {SEGMENT_BYTES} bytes; best of {ROUNDS} rounds; 'x floor' = times slower than the floor.\n"
    )
    print(ROW.format("parser", "version", "cases", "small MB/s", "x floor", "big MB/s", "x floor"))
    for rival, small_s, big_s in zip(rivals, small_times, big_times, strict=True):
        cells = (*speed(small_s, len(small), small_times[0]), *speed(big_s, len(big), big_times[0]))
        print(ROW.format(rival.name, rival.version, "-" if rival.parse is floor else cases_right(rival.parse), *cells))
    for name, distribution, parse in found:
        if parse is None:
            print(f"{name:<22} not installed ({distribution})")


if __name__ == "__main__":
    main()
