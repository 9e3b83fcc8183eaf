"""Other people's SSE parsers behind one shape, for the benchmark only; `make bench` installs them, the bot never does.

Written from each library's published source. A parser takes chunks and gives (type, data, last event id) triples.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

Triple = tuple[str, str, str]
Parse = Callable[[Sequence[bytes]], list[Triple]]


def httpx_sse() -> Parse:
    """`httpx_sse.EventSource` over an `httpx.Response`: all of it public."""
    httpx, library = import_module("httpx"), import_module("httpx_sse")

    def parse(chunks: Sequence[bytes]) -> list[Triple]:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))
        return [(event.event, event.data, event.id) for event in library.EventSource(response).iter_sse()]

    return parse


def sseclient() -> Parse:
    """`sseclient.SSEClient` over an iterable; an event knows only an id of its own."""
    library = import_module("sseclient")

    def parse(chunks: Sequence[bytes]) -> list[Triple]:
        return [(event.event, event.data, event.id or "") for event in library.SSEClient(iter(chunks)).events()]

    return parse


def ld_eventsource() -> Parse:
    """The reader inside `ld_eventsource`: private names, because its public client owns the connection."""
    reader = import_module("ld_eventsource.reader")
    event_class = import_module("ld_eventsource.actions").Event

    def parse(chunks: Sequence[bytes]) -> list[Triple]:
        lines = reader._BufferedLineReader.lines_from(chunks)  # noqa: SLF001
        found = reader._SSEReader(lines).events_and_comments()  # noqa: SLF001
        return [(event.event, event.data, event.last_event_id or "") for event in found if type(event) is event_class]

    return parse


def installed() -> Iterator[tuple[str, str, Parse | None]]:
    """Yield each rival's name, the distribution to install, and its parser, or None where it is not installed."""
    for distribution, load in (
        ("httpx-sse", httpx_sse),
        ("sseclient-py", sseclient),
        ("launchdarkly-eventsource", ld_eventsource),
    ):
        try:
            yield load.__name__, distribution, load()
        except ImportError:
            yield load.__name__, distribution, None
