from dataclasses import replace

import pytest

from bot.core.job import GenerationState, Job
from bot.core.posts import groups, queue_post
from tests.core.jobs import SEEDLESS, a_job

S = GenerationState
FOUR = a_job(*[S.PLANNED] * 4)


def _ids(job: Job, free_slots: int) -> list[tuple[str, ...]]:
    return [tuple(g.id for g in group) for group in groups(job, free_slots=free_slots)]


def test_a_model_with_seeds_gets_one_post_for_each_picture() -> None:
    assert _ids(FOUR, 4) == [("1-1",), ("1-2",), ("1-3",), ("1-4",)]


def test_a_model_without_seeds_gets_one_post_for_all() -> None:
    assert _ids(replace(FOUR, plan=SEEDLESS), 4) == [("1-1", "1-2", "1-3", "1-4")]


def test_no_more_goes_out_than_there_are_slots() -> None:
    assert _ids(FOUR, 2) == [("1-1",), ("1-2",)]
    assert _ids(replace(FOUR, plan=SEEDLESS), 3) == [("1-1", "1-2", "1-3")]


def test_only_planned_pictures_go_out() -> None:
    assert _ids(a_job(S.QUEUED, S.PLANNED, S.FAILED, S.CANCELLED), 4) == [("1-2",)]


def test_without_a_plan_nothing_goes_out() -> None:
    assert groups(replace(FOUR, plan=None), free_slots=4) == []
    with pytest.raises(ValueError, match="planned"):
        queue_post(replace(FOUR, plan=None), FOUR.generations, [])


def test_tries_with_links_and_with_bytes_never_share_a_post() -> None:
    linked, inline = a_job(S.PLANNED, S.PLANNED).generations
    job = replace(FOUR, plan=SEEDLESS, generations=(replace(linked, inline=True), inline))
    assert _ids(job, 4) == [("1-2",), ("1-1",)]


def test_a_post_says_what_the_plan_says_with_the_picture_s_seed() -> None:
    post = queue_post(FOUR, FOUR.generations[1:2], ["https://a.example", "https://b.example"])
    assert (post.model, post.prompt, post.num_generations) == ("flux-2-dev", "a red cube", 1)
    assert post.parameters["seed"] == 1235
    assert post.parameters["input_image"] == ["https://a.example", "https://b.example"]
    assert post.parameters["aspect_ratio"] == "16:9"
