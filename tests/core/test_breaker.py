"""A tally is full only while its events lie close together, and holds no more than it needs."""

from bot.core.breaker import Tallies, Tally


def test_a_tally_is_full_once_so_many_lie_within_the_window() -> None:
    tally = Tally(limit=3, window_s=10)
    for moment in (0, 1):
        tally.note(moment)
    assert not tally.is_full(1)
    tally.note(2)
    assert tally.is_full(9.9)
    assert not tally.is_full(10)


def test_what_is_spread_out_never_fills_a_tally() -> None:
    tally = Tally(limit=3, window_s=10)
    for moment in range(0, 100, 5):
        tally.note(moment)
        assert not tally.is_full(moment)


def test_each_key_has_its_own_tally_until_it_is_forgotten() -> None:
    tallies = Tallies(limit=1, window_s=10)
    tallies.note("a", 0)
    assert (tallies.is_full("a", 1), tallies.is_full("b", 1)) == (True, False)
    tallies.forget("a")
    assert not tallies.is_full("a", 1)


def test_keys_of_which_nothing_was_heard_for_long_are_dropped() -> None:
    tallies = Tallies(limit=2, window_s=10)
    for moment in range(0, 1000, 5):
        tallies.note(moment, moment)
    assert len(tallies) == 2
