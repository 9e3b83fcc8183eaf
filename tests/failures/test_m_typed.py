"""Row M of the matrix: nothing typed is silently misread, and nothing a provider says is taken for something else."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from bot.core import words
from bot.core.card import card_of
from bot.core.command_line import line_of, sent_line
from bot.core.posts import queue_post
from bot.core.request import Ask, Command, Plan, ask_of, resolve
from bot.errors import Cause, UserError
from bot.oxen.wire import cause_of
from bot.replies import explain
from cogs.picture_command import Interaction, picture_command
from tests.core.catalogue import FLUX_DEV, MODELS, entry, model
from tests.core.jobs import NOW, PLAN, a_job
from tests.discord_edge import FakeInteraction, text_of
from tests.service.rig import Rig


async def typed(rig: Rig, prompt: str, **options: object) -> str:
    """Give a command as Discord would, and return what its person is shown."""
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk(), user=None))
    interaction.command = SimpleNamespace(name="imagine")
    interaction.namespace = SimpleNamespace(prompt=prompt, **options)
    run = cast("Callable[..., Awaitable[None]]", picture_command(Command.IMAGINE, "Paint").callback)
    try:
        await run(interaction, prompt=prompt, **options)
    except UserError as refusal:
        await explain(cast("Interaction", interaction), refusal)
    return text_of(interaction.response.said[0][1])


@pytest.mark.parametrize(
    "text",
    ["a fox --ar 9:16 \N{FOX FACE}", "a --ar 9:16 fox", 'a fox --style "dark', "a fox --ar 9:16 --no text, logo"],
)
async def test_m1_a_flag_that_would_be_painted_as_words_is_told_and_nothing_is_ordered(rig: Rig, text: str) -> None:
    shown = await typed(rig, text)
    assert "/imagine prompt: a" in shown
    assert await rig.store.get("1") is None


@pytest.mark.parametrize("flag", ["-ar 9:16", "--ar: 9:16", "--ar9:16", "\uff0d\uff0dar 9:16", "--ar 9 : 16\u200b"])
async def test_m1_a_slip_at_the_end_is_read_for_what_it_means(rig: Rig, flag: str) -> None:
    await typed(rig, f"a fox {flag}")
    job = await rig.get()
    assert job.plan is not None
    assert (job.ask.prompt, job.plan.parameters["aspect_ratio"]) == ("a fox", "9:16")


@pytest.mark.parametrize(
    "prose", ["a cat -- a dog", "well--known", "a woman \N{EM DASH}model of patience\N{EM DASH} sits"]
)
async def test_m1_prose_with_dashes_goes_to_the_model_as_it_is(rig: Rig, prose: str) -> None:
    await typed(rig, prose)
    assert (await rig.get()).ask.prompt == prose


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://x.example/cat.png in oil", "The prompt begins with a link"),
        ("<https://x.example/cat.png> in oil", "The prompt begins with a link"),
        ("a fox --style %68ttps://x.example --model new-model", "not %68ttps://x.example"),
        ("a fox --lora https://x.example --model with-lora", "--lora takes no link"),
    ],
)
async def test_m2_no_model_is_made_to_open_a_link(rig: Rig, text: str, told: str) -> None:
    with_lora = model(entry("with-lora", {"prompt": {"type": "string"}, "lora": {"type": "string"}}))
    rig.catalogue.at_hand = (*MODELS, with_lora)
    assert told in await typed(rig, text)
    assert await rig.store.get("1") is None


async def test_m3_one_refusal_names_every_mistake_and_gives_everything_back(rig: Rig) -> None:
    shown = await typed(rig, "a fox --steps 5000 --guidance abc", aspect_ratio="banana", count=2, private=True)
    for wrong in ("--steps as a whole number from 1 to 50, not 5000", "--guidance as a number", "not banana"):
        assert wrong in shown
    assert "/imagine prompt: a fox --steps 5000 --guidance abc --ar banana --n 2 --private" in shown


def test_m4_a_model_without_a_prompt_gets_none_and_the_card_says_so() -> None:
    job = a_job(plan=replace(PLAN, takes_prompt=False))
    assert queue_post(job, job.generations, []).prompt == ""
    assert words.PROMPT_NOT_SENT in card_of(job, pictures={}, now=NOW, usual_s=None).lines


@pytest.mark.parametrize("name", ["sharp-upscaler", "flux-2-dev"])
async def test_m4_what_a_model_needs_or_does_not_take_is_told_before_it_is_paid(rig: Rig, name: str) -> None:
    shown = await typed(rig, "a fox --tile --v 6", model=name)
    assert "--tile is Midjourney's" in shown
    assert ("works on a picture" in shown) == (name == "sharp-upscaler")
    assert await rig.store.get("1") is None


def test_m5_what_was_asked_and_what_was_sent_stand_on_one_line_that_asks_for_the_same() -> None:
    asked = ask_of(Command.IMAGINE, 'a "red" fox --n 2 --steps 9', (), {"model": "flux 2 dev", "private": True})
    for line in (line_of(asked), sent_line(asked, planned(asked), FLUX_DEV)):
        again = ask_of(Command.IMAGINE, line, (), {})
        assert (again.prompt, again.count, again.private) == ('a "red" fox', 2, True)
        assert planned(again) == planned(asked)


def planned(asked: Ask) -> Plan:
    return resolve(asked, MODELS, default_model="flux-2-dev", allowed=frozenset(), random_seed=lambda: 5)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("PUBLIC_ERROR_UNSAFE_GENERATION", Cause.SAFETY),
        ("The response is blocked since it may violate our policies", Cause.SAFETY),
        ("Failed to download model weights", Cause.OTHER),
        ("Could not fetch prediction", Cause.OTHER),
        ("Failed to download image from https://cdn.discordapp.com/a.png: status 404", Cause.REFERENCE_NOT_FETCHED),
    ],
)
def test_m6_what_a_provider_says_is_told_as_what_it_means(text: str, cause: Cause) -> None:
    assert cause_of(None, text) is cause
