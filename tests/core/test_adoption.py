from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.adoption import CLOCK_SLACK, CLOCK_SLACK_WITH_SEED, Found, Lost, Nothing, Possible, look_for
from bot.core.json_value import Json
from bot.core.remote import QueuePost, RemoteRow
from tests.core.jobs import NOW

SEED = 3_000_000_000
WORDS = "A red cube,  on a beach \u2013 at dawn, for my dear friend Zoë"
SEEDED: dict[str, Json] = {"seed": SEED, "aspect_ratio": "16:9", "input_image": ["https://a.example"]}
SEEDLESS: dict[str, Json] = {"quality": "high", "steps": 30, "style": None, "input_image": "https://a.example"}


def a_post(parameters: dict[str, Json], *, prompt: str = WORDS, count: int = 1) -> QueuePost:
    return QueuePost(model="flux-2-dev", prompt=prompt, num_generations=count, parameters=parameters)


def a_row(name: str = "r-1", *, model: str | None = "flux-2-dev", at: datetime | None = NOW, **echo: Json) -> RemoteRow:
    return RemoteRow(
        remote_id=name, status="processing", model=model, enqueued_at=at, url=None, cause=None, error=None, echo=echo
    )


def found(
    post: QueuePost,
    *rows: RemoteRow,
    drawn: bool = True,
    taken: frozenset[str] = frozenset(),
    others: tuple[QueuePost, ...] = (),
) -> list[str] | Possible | Nothing:
    lost = Lost(post=post, intended_at=NOW, drawn=drawn)
    verdict = look_for(lost, rows, taken=taken, others=others)
    return [row.remote_id for row in verdict.rows] if isinstance(verdict, Found) else verdict


TIDYINGS: dict[str, Callable[[str], str]] = {
    "as sent": lambda words: words,
    "single blanks": lambda words: " ".join(words.split()),
    "trimmed": lambda words: f"  {words}\n",
    "plain dashes": lambda words: words.replace("\u2013", "-"),
    "no punctuation": lambda words: words.replace(",", ""),
    "lower case": str.lower,
    "decomposed": lambda words: words.replace("ë", "e\u0308"),
    "no accents": lambda words: words.replace("ë", "e"),
    "cut off": lambda words: words[:30] + "…",
}


@pytest.mark.parametrize("tidied", TIDYINGS.values(), ids=TIDYINGS)
def test_a_tidied_prompt_is_ours_whoever_chose_the_seed_and_also_without_one(tidied: Callable[[str], str]) -> None:
    words = tidied(WORDS)
    assert found(a_post(SEEDED), a_row(prompt=words, seed=SEED)) == ["r-1"]
    assert found(a_post(SEEDED), a_row(prompt=words, seed=SEED), drawn=False) == ["r-1"]
    assert found(a_post(SEEDLESS), a_row(prompt=words, quality="High", steps="30")) == ["r-1"]


@pytest.mark.parametrize("seed", [SEED, str(SEED), f"{SEED}.0", float(SEED), SEED - 2**32])
def test_a_seed_that_easel_drew_is_proof_enough_however_it_is_written(seed: Json) -> None:
    assert found(a_post(SEEDED), a_row(model="another-name", prompt="quite other words", seed=seed)) == ["r-1"]


@pytest.mark.parametrize("row", [a_row(model="klein", prompt=WORDS, seed=7), a_row(prompt="quite other words", seed=7)])
@pytest.mark.parametrize("drawn", [True, False])
def test_a_seed_that_others_may_have_needs_model_and_words_to_agree(row: RemoteRow, *, drawn: bool) -> None:
    post = a_post({**SEEDED, "seed": 7})
    assert found(post, row, drawn=drawn) == Possible()
    assert found(post, a_row(prompt=WORDS, seed=7), drawn=drawn) == ["r-1"]


def test_of_our_posts_with_one_seed_each_row_goes_to_the_one_that_it_agrees_with() -> None:
    wide, tall = a_post(SEEDED), a_post({**SEEDED, "aspect_ratio": "9:16"})
    row = a_row(prompt=WORDS, seed=SEED, aspect_ratio="9 : 16")
    assert found(tall, row, others=(wide,)) == ["r-1"]
    assert found(wide, row, others=(tall,)) == Possible()
    assert found(wide, a_row(prompt=WORDS, seed=SEED), others=(tall,)) == Possible()


def test_words_that_were_cut_off_are_ours_only_if_no_other_post_of_ours_begins_with_them() -> None:
    row = a_row(prompt=WORDS[:30], quality="high", steps=30)
    assert found(a_post(SEEDLESS), row, others=(a_post(SEEDLESS, prompt=WORDS + ", in oil"),)) == Possible()
    assert found(a_post(SEEDLESS), row, others=(a_post(SEEDLESS),)) == ["r-1"]


@pytest.mark.parametrize(
    "row",
    [
        a_row(prompt=WORDS, seed=8),
        a_row(prompt="a cat", seed=None),
        a_row(at=NOW - CLOCK_SLACK_WITH_SEED - timedelta(seconds=1), prompt=WORDS, seed=SEED),
        a_row(at=NOW - CLOCK_SLACK - timedelta(seconds=1)),
    ],
)
def test_a_row_that_contradicts_is_none_of_ours(row: RemoteRow) -> None:
    assert found(a_post(SEEDED), row) == Nothing()


@pytest.mark.parametrize("row", [a_row(), a_row(prompt=WORDS), a_row(model=None)])
def test_a_row_that_does_not_say_enough_is_possible(row: RemoteRow) -> None:
    assert found(a_post(SEEDED), row) == Possible()


def test_a_row_of_another_job_is_never_ours() -> None:
    assert found(a_post(SEEDED), a_row(prompt=WORDS, seed=SEED), taken=frozenset({"r-1"})) == Nothing()


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (a_row(prompt=WORDS, quality="high", steps=30.0, added="default"), ["r-1"]),
        (a_row(prompt=WORDS, quality="low", steps=30), Possible()),
        (a_row(prompt=WORDS, quality="high"), Possible()),
        (a_row(model="FLUX 2 dev", prompt=WORDS, quality="high", steps=30), ["r-1"]),
        (a_row(model="black-forest-labs/flux-2-dev", prompt=WORDS, quality="high", steps=30), ["r-1"]),
        (a_row(model="another", prompt=WORDS, quality="high", steps=30), Possible()),
        (a_row(model="another", prompt="a cat", quality="high", steps=30), Nothing()),
        (a_row(prompt="a cat in a hat", quality="high", steps=30), Nothing()),
    ],
)
def test_without_a_seed_all_must_agree_and_only_what_is_clearly_another_is_none_of_ours(
    row: RemoteRow, verdict: list[str] | Possible | Nothing
) -> None:
    assert found(a_post(SEEDLESS), row) == verdict


def test_words_without_letters_are_compared_as_they_are() -> None:
    post = a_post(SEEDLESS, prompt="🦊 🌊")
    assert found(post, a_row(prompt="🦊🌊", quality="high", steps=30)) == ["r-1"]
    assert found(post, a_row(prompt="🐱", quality="high", steps=30)) == Possible()


def test_references_are_not_compared_since_rows_hold_them_in_another_form() -> None:
    row = a_row(prompt=WORDS, seed=SEED, input_image=["https://copy.example"])
    assert found(a_post(SEEDED), row) == ["r-1"]


def test_no_more_rows_are_taken_than_pictures_were_asked_for() -> None:
    rows = [a_row(f"r-{n}", prompt=WORDS, quality="high", steps=30) for n in (1, 2, 3)]
    assert found(a_post(SEEDLESS, count=2), *rows) == ["r-1", "r-2"]


def test_of_one_generation_in_two_lists_the_row_that_says_more_counts() -> None:
    assert found(a_post(SEEDED), a_row(), a_row(prompt=WORDS, seed=SEED)) == ["r-1"]


def test_clocks_may_differ_by_two_minutes_or_with_a_seed_by_an_hour() -> None:
    same = a_row(prompt=WORDS, quality="high", steps=30)
    early = NOW - CLOCK_SLACK - timedelta(seconds=1)
    assert found(a_post(SEEDED), a_row(at=NOW - CLOCK_SLACK_WITH_SEED, seed=SEED)) == ["r-1"]
    assert found(a_post(SEEDLESS), replace(same, enqueued_at=NOW - CLOCK_SLACK)) == ["r-1"]
    assert found(a_post(SEEDLESS), replace(same, enqueued_at=early)) == Nothing()


def test_a_row_may_lack_its_time() -> None:
    assert found(a_post(SEEDED), a_row(at=None, seed=SEED)) == ["r-1"]
