import pytest

from sandbox.cards import Word
from sandbox.torture.__main__ import main, played
from sandbox.torture.arena import CutShortError
from sandbox.torture.databases import Engine
from sandbox.torture.history import History, Message, Request
from sandbox.torture.judgement import figures, violations
from sandbox.torture.outcome import EVIDENCE_LINES, Outcome, evidence

LOST = History(
    requests=[Request(job_id=1234567890, prompt="a cat", images=1)],
    messages=[Message(id=1, job_id=1234567890, word=Word.PAINTING)],
    generations=[],
)


async def ends_early(_: Engine) -> Outcome:
    raise CutShortError("The bot ended by itself, with exit code 3.")


async def loses_a_job(engine: Engine) -> Outcome:
    found = tuple(violations(LOST))
    return Outcome(scenario="a loss", engine=engine, figures=figures(LOST), violations=found, kills=1)


async def test_a_scenario_that_is_cut_short_is_told_and_the_others_are_played() -> None:
    report = await played({"one": ends_early, "two": loses_a_job}, [Engine.SQLITE])
    assert [outcome.scenario for outcome in report.outcomes] == ["a loss"]
    assert report.broken == [
        "one, SQLite: cut short. The bot ended by itself, with exit code 3.",
        "a loss, SQLite: lost job: job 1234567890, 'a cat': its message still says Painting",
    ]


def test_a_scenario_that_does_not_exist_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["torture", "kils"])
    with pytest.raises(SystemExit, match="2"):
        main()


def test_what_the_log_says_of_a_violated_job_is_kept() -> None:
    log = "job received job_id=1234567890\njob received job_id=99\n" + "again job_id=1234567890\n" * 1000
    kept = evidence(log, violations(LOST))
    assert kept[:2] == ("job received job_id=1234567890", "again job_id=1234567890")
    assert len(kept) == EVIDENCE_LINES
