from sandbox.torture.storm import Trouble, draw_storm

STORM = draw_storm(7, asks=1_100, kills=110)


def test_a_seed_always_gives_the_same_storm() -> None:
    assert draw_storm(7, asks=1_100, kills=110) == STORM != draw_storm(8, asks=1_100, kills=110)


def test_a_storm_has_as_many_kills_and_requests_as_were_ordered() -> None:
    assert (STORM.kills, STORM.asks) == (110, 1_100)


def test_a_long_storm_knows_every_kind_of_trouble() -> None:
    assert {stroke.trouble for life in STORM.lives for stroke in life.strokes} == set(Trouble)


def test_some_processes_die_while_they_start() -> None:
    assert any(life.starting for life in STORM.lives)
    assert not STORM.lives[-1].starting
