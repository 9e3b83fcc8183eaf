"""The health file: fresh only while the bot is of use."""

import logging
from pathlib import Path

import pytest

from bot.health import BEAT_S, GRACE_S, Heartbeat


class EnoughError(Exception):
    """The test has seen enough beats."""


class Lines:
    """A bot's lines, which go up and down as a script says, beat by beat; the last state stays."""

    def __init__(self, path: Path, *states: tuple[bool, bool]) -> None:
        self.fresh: list[bool] = []
        self._path = path
        self._states = states
        self._beats = 0
        self._now_s = 1000.0

    @property
    def _state(self) -> tuple[bool, bool]:
        return self._states[min(len(self.fresh), len(self._states) - 1)]

    async def _sleep(self, seconds: float) -> None:
        """Note whether the beat touched the file, which is then taken away until the next one."""
        self._now_s += seconds
        self.fresh.append(self._path.exists())
        if len(self.fresh) == self._beats:
            raise EnoughError
        if self.fresh[-1]:
            self._path.unlink()

    async def live(self, beats: int) -> list[bool]:
        """Run for some beats, and tell for each whether it made the file fresh."""
        self._beats = beats
        heartbeat = Heartbeat(
            self._path,
            lines={"Discord": lambda: self._state[0], "stream": lambda: self._state[1]},
            monotonic=lambda: self._now_s,
            sleep=self._sleep,
        )
        with pytest.raises(EnoughError):
            await heartbeat.run()
        return self.fresh


UP, DOWN = (True, True), (False, False)
GRACE_BEATS = int(GRACE_S / BEAT_S)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "health"


async def test_every_beat_of_a_bot_that_is_well_makes_the_file_fresh(path: Path) -> None:
    assert await Lines(path, UP).live(3) == [True] * 3


@pytest.mark.parametrize("state", [DOWN, (True, False), (False, True)])
async def test_a_bot_that_was_never_up_is_not_well(path: Path, state: tuple[bool, bool]) -> None:
    assert await Lines(path, state).live(3) == [False] * 3


@pytest.mark.parametrize("state", [DOWN, (True, False), (False, True)])
async def test_a_line_that_stays_down_is_forgiven_for_a_while_only(path: Path, state: tuple[bool, bool]) -> None:
    fresh = await Lines(path, UP, state).live(GRACE_BEATS + 4)
    assert fresh == [True] * (GRACE_BEATS + 1) + [False] * 3


async def test_a_line_that_comes_back_is_told_once_each_way(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fresh = await Lines(path, UP, *[(True, False)] * (GRACE_BEATS + 3), UP).live(GRACE_BEATS + 6)
    assert fresh[-2:] == [True, True]
    assert [record.getMessage() for record in caplog.records] == ["not well: down for over 60 s: stream", "well again"]


async def test_a_file_that_cannot_be_written_is_told_once_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").touch()
    await Lines(tmp_path / "data/health", UP).live(3)
    assert "not well: the health file cannot be written" in caplog.text
    assert caplog.text.count("not well") == 1


async def test_a_bot_that_stopped_leaves_no_file(path: Path) -> None:
    assert await Lines(path, UP).live(1) == [True]
    assert not any(path.parent.iterdir())
