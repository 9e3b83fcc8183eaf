from sandbox.oxen.changes import Changes
from sandbox.oxen.streams import KEEP_ALIVE, Stream, StreamHub, event_bytes

LONG_S = 60.0


def joined(hub: StreamHub) -> Stream:
    return hub.join(abort=lambda: None)


def test_an_event_is_written_compactly() -> None:
    assert event_bytes("a", {"generation_id": "x"}) == b'event: a\ndata: {"generation_id":"x"}\n\n'


async def test_who_comes_later_hears_nothing_of_before() -> None:
    hub = StreamHub(Changes())
    early = joined(hub)
    hub.broadcast("first", {})
    late = joined(hub)
    hub.broadcast("second", {})
    assert await early.next_chunk(keep_alive_s=LONG_S) == event_bytes("first", {})
    assert await late.next_chunk(keep_alive_s=LONG_S) == event_bytes("second", {})


async def test_an_idle_stream_says_that_it_lives() -> None:
    assert await joined(StreamHub(Changes())).next_chunk(keep_alive_s=0) == KEEP_ALIVE


async def test_a_frozen_stream_swallows_events_and_stays_frozen_after_the_thaw() -> None:
    hub = StreamHub(Changes())
    frozen = joined(hub)
    hub.freeze()
    hub.broadcast("lost", {})
    hub.thaw()
    hub.broadcast("lost too", {})
    frozen.end()
    assert await frozen.next_chunk(keep_alive_s=LONG_S) is None


async def test_a_stream_opened_during_the_freeze_is_silent_too() -> None:
    hub = StreamHub(Changes())
    hub.freeze()
    assert joined(hub).is_frozen
    hub.thaw()
    assert not joined(hub).is_frozen


def test_dropping_breaks_every_connection_off_and_counts_them_out_at_once() -> None:
    hub, broken = StreamHub(Changes()), list[int]()
    hub.join(abort=lambda: broken.append(1))
    hub.join(abort=lambda: broken.append(2))
    hub.drop()
    assert (sorted(broken), hub.open_now, hub.opened_ever) == ([1, 2], 0, 2)
