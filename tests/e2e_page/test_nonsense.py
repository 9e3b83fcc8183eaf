"""Whatever is typed, the page says what is wrong below the field, sends nothing, and never becomes what was typed."""

import pytest

from sandbox.browser import Visit
from sandbox.demo import Demo
from tests.e2e_page.visit import Visitors

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("option", "typed", "told"),
    [
        ("count", "nine", "count takes a whole number from 1 to 4."),
        ("count", "9", "count takes a whole number from 1 to 4."),
        ("count", "1.5", "count takes a whole number from 1 to 4."),
        ("count", "", "Fill in count, or take it out."),
        ("seed", "-1", "seed takes a whole number from 0 to 4294967295."),
        ("prompt", "", "prompt is needed."),
        ("prompt", "   ", "prompt needs words."),
        ("prompt", "x" * 6001, "At most 6000 characters; there are 6001."),
    ],
)
async def test_a_wrong_option_is_told_below_its_field(
    visit: Visit, demo: Demo, option: str, typed: str, told: str
) -> None:
    sent = len(demo.discord.world.interactions)
    await visit.begin("imagine")
    if option != "prompt":
        await visit.option("prompt").fill("a cat")
        await visit.add(option)
    await visit.option(option).fill(typed)
    await visit.page.keyboard.press("Enter")
    await visit.form.locator(f'[data-option="{option}"] .field-error', has_text=told).wait_for()
    assert await visit.option(option).get_attribute("aria-invalid") == "true"
    assert len(demo.discord.world.interactions) == sent
    await visit.form.get_by_role("button", name="Close the command").click()


async def test_what_only_the_bot_refuses_comes_back_privately_with_the_prompt(visitors: Visitors) -> None:
    visit = await visitors.open("#/ideas/sam")
    await visit.ask("a cat --ar banana")
    await visit.says("Only you can see this")
    await visit.says("a cat --ar banana")


async def test_an_unknown_command_is_not_sent_as_a_message(visit: Visit) -> None:
    await visit.composer.fill("/paint a cat")
    await visit.page.keyboard.press("Enter")
    await visit.page.get_by_text("There is no command /paint here. Type / to see what there is.").wait_for()


async def test_a_message_that_is_too_long_is_told(visit: Visit) -> None:
    await visit.composer.fill("x" * 2001)
    await visit.page.keyboard.press("Enter")
    await visit.page.get_by_text("A message has at most 2000 characters; this one has 2001.").wait_for()


@pytest.mark.parametrize(
    "typed",
    [
        "<img src=x onerror=alert(1)><script>alert(2)</script>",
        "javascript:alert(1) [link](javascript:alert) [](https://x.org)",
        "snake_case_name, 5 > 3 & 2 < 4",
        "<t:99999999999999:R> <@> </imagine:1>",
        "\u202eright to left \U0001f468\u200d\U0001f469\u200d\U0001f467",
    ],
)
async def test_what_means_nothing_stays_as_it_was_typed(visit: Visit, typed: str) -> None:
    await visit.write(typed)
    text = visit.last.locator(".text")
    assert await text.inner_text() == typed
    assert await text.locator("script,img,a").count() == 0


@pytest.mark.parametrize(
    ("typed", "seen", "parts"),
    [
        ("**bold **_it_", "bold it", "strong,em"),
        (r"\*\*not bold\*\* \<@1>", "**not bold** <@1>", None),
        ("`<@1>` ``a`b``", "<@1> a`b", "code"),
        ("<@999> <#999>", "@unknown-user #unknown", ".mention"),
        ("> quoted\n-# small", "quoted\nsmall", "blockquote,.small"),
        ("```\n**code**\n```", "**code**", "pre code"),
        ("[to *it*](<http://127.0.0.1/a_b_c?d=1>)", "to it", 'a[href="http://127.0.0.1/a_b_c?d=1"] em'),
        ("***||~~__x__~~||***", "x", "strong em .spoiler-text s u"),
    ],
)
async def test_markdown_is_shown_as_what_it_means(visit: Visit, typed: str, seen: str, parts: str | None) -> None:
    await visit.write(typed)
    text = visit.last.locator(".text")
    assert (await text.inner_text()).strip() == seen
    assert parts is None or await text.locator(parts).count() >= 1


async def test_a_command_that_nobody_answers_says_so(visitors: Visitors, demo: Demo) -> None:
    visit = await visitors.open("#/ideas/robin")
    await demo.bot.kill()
    try:
        await visit.begin("imagine")
        await visit.option("prompt").fill("a cat")
        await visit.page.keyboard.press("Enter")
        await visit.says("Sending")
        await visit.says("Easel did not answer within 3 s.")
        await visit.page.get_by_role("button", name="Fill it in again").last.click()
        assert await visit.option("prompt").input_value() == "a cat"
        await visit.form.get_by_role("button", name="Close the command").click()
    finally:
        await visit.page.get_by_role("tab", name="Faults").click()
        await visit.page.get_by_role("button", name="Start it").first.click()
        await visit.page.locator(".status", has_text="running").wait_for()
