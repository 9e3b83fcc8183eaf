from datetime import datetime, timedelta

import pytest

from bot.core.adoption import CLOCK_SLACK, CLOCK_SLACK_WITH_SEED, Found, Nothing, Possible, look_for
from bot.core.json_value import Json
from bot.core.remote import QueuePost, RemoteRow
from tests.core.jobs import NOW

SEEDED: dict[str, Json] = {"seed": 7, "aspect_ratio": "16:9", "input_image": ["https://a.example"]}
SEEDLESS: dict[str, Json] = {"quality": "high", "style": None, "input_image": "https://a.example"}


def a_post(parameters: dict[str, Json], *, count: int = 1) -> QueuePost:
    return QueuePost(model="flux-2-dev", prompt="a red cube", num_generations=count, parameters=parameters)


def a_row(name: str = "r-1", *, model: str | None = "flux-2-dev", at: datetime | None = NOW, **echo: Json) -> RemoteRow:
    return RemoteRow(
        remote_id=name, status="processing", model=model, enqueued_at=at, url=None, cause=None, error=None, echo=echo
    )


def found(post: QueuePost, *rows: RemoteRow, taken: frozenset[str] = frozenset()) -> list[str] | Possible | Nothing:
    verdict = look_for(post, rows, taken=taken, intended_at=NOW)
    return [row.remote_id for row in verdict.rows] if isinstance(verdict, Found) else verdict


OURS = a_row(prompt="a red cube", seed=7)


def test_prompt_and_seed_are_proof_enough() -> None:
    assert found(a_post(SEEDED), OURS) == ["r-1"]


@pytest.mark.parametrize(
    "row",
    [
        a_row(prompt="a red cube", seed=8),
        a_row(prompt="a blue cube", seed=7),
        a_row(prompt="a red cube", seed=7, aspect_ratio="1:1"),
        a_row(model="klein", prompt="a red cube", seed=7),
        a_row(at=NOW - CLOCK_SLACK_WITH_SEED - timedelta(seconds=1), prompt="a red cube", seed=7),
        a_row(at=NOW - CLOCK_SLACK - timedelta(seconds=1)),
    ],
)
def test_a_row_that_contradicts_is_none_of_ours(row: RemoteRow) -> None:
    assert found(a_post(SEEDED), row) == Nothing()


@pytest.mark.parametrize(
    "row", [a_row(), a_row(prompt="a red cube"), a_row(seed=7), a_row(model=None, prompt="a red cube", seed=7)]
)
def test_a_row_that_does_not_say_enough_is_possible(row: RemoteRow) -> None:
    assert found(a_post(SEEDED), row) == Possible()


def test_a_row_of_another_job_is_never_ours() -> None:
    assert found(a_post(SEEDED), OURS, taken=frozenset({"r-1"})) == Nothing()


def test_without_a_seed_every_parameter_must_agree() -> None:
    assert found(a_post(SEEDLESS), a_row(prompt="a red cube", quality="high")) == ["r-1"]
    assert found(a_post(SEEDLESS), a_row(prompt="a red cube", quality="low")) == Nothing()
    assert found(a_post(SEEDLESS), a_row(prompt="a red cube")) == Possible()


def test_references_are_not_compared_since_rows_hold_them_in_another_form() -> None:
    row = a_row(prompt="a red cube", seed=7, input_image=["https://copy.example"])
    assert found(a_post(SEEDED), row) == ["r-1"]


def test_no_more_rows_are_taken_than_pictures_were_asked_for() -> None:
    rows = [a_row(f"r-{n}", prompt="a red cube", quality="high") for n in (1, 2, 3)]
    assert found(a_post(SEEDLESS, count=2), *rows) == ["r-1", "r-2"]


def test_of_one_generation_in_two_lists_the_row_that_says_more_counts() -> None:
    assert found(a_post(SEEDED), a_row(), OURS) == ["r-1"]


def test_clocks_may_differ_by_two_minutes_or_with_a_seed_by_an_hour() -> None:
    early = NOW - CLOCK_SLACK - timedelta(seconds=1)
    assert found(a_post(SEEDED), a_row(at=NOW - CLOCK_SLACK_WITH_SEED, prompt="a red cube", seed=7)) == ["r-1"]
    assert found(a_post(SEEDLESS), a_row(at=NOW - CLOCK_SLACK, prompt="a red cube", quality="high")) == ["r-1"]
    assert found(a_post(SEEDLESS), a_row(at=early, prompt="a red cube", quality="high")) == Nothing()


def test_a_row_may_lack_its_time() -> None:
    assert found(a_post(SEEDED), a_row(at=None, prompt="a red cube", seed=7)) == ["r-1"]
