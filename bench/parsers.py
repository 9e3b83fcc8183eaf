"""The parser of the event stream as rows of the one table; `python -m bench.sse_parsers` tells more."""

from collections.abc import AsyncIterator

from bench import sse_parsers
from bench.rivals import installed
from bench.table import Rival, Row


async def rows() -> AsyncIterator[Row]:
    found = list(installed())
    measured = [
        sse_parsers.Rival(name="floor", version="-", parse=sse_parsers.floor),
        sse_parsers.Rival(name="ours", version="-", parse=sse_parsers.ours),
        *(sse_parsers.Rival(name=name, version="-", parse=parse) for name, _, parse in found if parse is not None),
    ]
    for what, stream in (("completions", sse_parsers.completions()), ("one event of 4 MiB", sse_parsers.big_event())):
        times = sse_parsers.best_of_rounds(measured, sse_parsers.segments(stream))
        speeds = {
            rival.name: None if time is None else len(stream) / time / 1e6
            for rival, time in zip(measured, times, strict=True)
        }
        yield Row(
            what=f"SSE parser, {what}",
            unit="MB/s",
            easel=speeds["ours"] or 0.0,
            floor=speeds["floor"],
            rivals=tuple(Rival(name=name, value=speeds.get(name)) for name, _, _ in found),
            speed=True,
        )
