"""What cannot be painted ends in one private sentence that says what would be right, and costs nothing."""

from collections.abc import Sequence

import pytest

from sandbox.discord import InteractionType, Upload
from sandbox.discord.jsontypes import Json, JsonObject
from tests.e2e.files import four_pictures, padded_png, picture, png_header
from tests.e2e.town import How, Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

MIB = 1 << 20
TWO = four_pictures()[:2]
KLEIN = "black-forest-labs-flux-2-klein-4b"


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("   ", "Write what you would like to see"),
        ("\u200b\u2800", "Write what you would like to see"),
        ("x" * 4001, "4,001 characters; 4,000 are the most"),
        ("a fox --blur 3", "has no --blur. It takes"),
        ("a fox --seed 1 --seed 2", "--seed is there twice"),
        ("a fox --ar 1:1 --aspect 16:9", "--ar and --aspect mean the same"),
        ("a fox --ar banana", "takes --ar 1:1, 16:9"),
        ("a fox --seed -1", "A seed is a whole number from 0"),
        ("a fox --seed many", "A seed is a whole number from 0"),
        ("a fox \u2014ar banana", "takes --ar 1:1, 16:9"),
        ("a fox --ar", "--ar needs a value, such as --ar 16:9"),
        ("a fox --disable_safety_checker true", "The safety filter always stays on"),
        ("a fox --safety_tolerance 4", "The safety filter always stays on"),
        ("a fox --n 0", "choose a count from 1 to 4"),
        ("a fox --n 9", "choose a count from 1 to 4"),
        ("a fox --steps 51", "takes --steps as a whole number from 1 to 50"),
        ("a fox --model flux-9", "No model is called flux-9"),
        ("a fox --model claude-text-only", "claude-text-only is not an image model"),
        ("a fox --model flux-2", "Several models have flux-2 in their name"),
        ("a fox --model sandbox-video", "sandbox-video is not an image model"),
        ("a fox --prompt dog", "The prompt is what stands before the flags"),
        ("a fox --target_namespace somebody", "The bot sets target_namespace itself"),
        ("a fox --num_generations", "needs a value"),
        (f"a fox --model {KLEIN} --resolution 1MP", f"{KLEIN} has no --resolution"),
        (f"a fox --model {KLEIN} --quality 90", f"{KLEIN} takes --quality standard or high"),
        ("a fox --quality high", "flux-2-dev takes --quality as a whole number from 0 to 100"),
        ("a fox --guidance_scale 3", "flux-2-dev has no --guidance_scale"),
        ("a fox --model gpt-image-2 --seed 3", "gpt-image-2 has no --seed"),
        ("a fox --model sandbox-careful --internal_mode b", "has no --internal_mode"),
        ("a fox --ar match_input_image", "match_input_image needs a picture to match"),
        ("a fox --input_image http://example.org/x.png", "takes a file"),
        ("https://cdn.discordapp.com/attachments/1/2/cat.png in oil", "The prompt begins with a link"),
        ("a fox --no plants", "flux-2-dev takes no --no. Write it in the prompt, for example: without plants."),
        ("@Image1 by night", "no picture is attached"),
        ("a fox --model sandbox-upscaler", "sandbox-upscaler works on a picture"),
    ],
)
async def test_what_a_prompt_cannot_ask_for(town: Town, prompt: str, told: str) -> None:
    assert told in await town.refusal(prompt)


@pytest.mark.parametrize(
    ("prompt", "options", "told"),
    [
        ("a fox --ar 1:1", {"aspect_ratio": "16:9"}, "The option aspect_ratio says 16:9, but the flag --ar says 1:1"),
        ("a fox --n 2", {"count": 3}, "The option count says 3, but the flag --n says 2"),
        ("a fox", {"aspect_ratio": "banana"}, "takes --ar 1:1, 16:9"),
        ("a fox", {"resolution": "9 MP"}, "takes --resolution 1 MP, 2 MP or 0.5 MP"),
        ("a fox", {"model": KLEIN, "resolution": "1 MP"}, f"{KLEIN} has no --resolution"),
        ("a fox", {"model": "no such model"}, "No model is called no such model"),
    ],
)
async def test_what_an_option_cannot_ask_for(town: Town, prompt: str, options: How, told: str) -> None:
    assert told in await town.refusal(prompt, **options)


@pytest.mark.parametrize(
    ("prompt", "pictures", "model", "told"),
    [
        ("@Image3 in the rain", TWO, "flux-2-dev", "2 pictures are attached: use @Image1 to @Image2"),
        ("a fox", TWO, "sandbox-old-schema", "sandbox-old-schema paints from words alone"),
        ("a fox", TWO, "sandbox-one-picture", "takes at most 1 picture, and 2 are attached"),
        ("a fox", [Upload(filename="notes.txt", data=b"words")], "flux-2-dev", "Picture 1 is not a picture"),
        ("a fox", [Upload(filename="clip.mp4", data=bytes(64))], "flux-2-dev", "Picture 1 is not a picture"),
        ("a fox", [Upload(filename="photo.heic", data=bytes(64))], "flux-2-dev", "HEIC"),
        ("a fox", [Upload(filename="nothing.png", data=b"")], "flux-2-dev", "Picture 1"),
    ],
)
async def test_references_that_discord_states_to_be_useless(
    town: Town, prompt: str, pictures: Sequence[Upload], model: str, told: str
) -> None:
    assert told in await town.refusal(prompt, pictures=pictures, model=model)


async def test_a_reference_of_12_mb_is_too_large(town: Town) -> None:
    generous = town.discord.builder.person("Nina", town.scene.guild, nitro_limit_bytes=50 * MIB)
    words = await town.refusal("a fox", by=generous, pictures=[Upload(filename="big.png", data=padded_png(12 * MIB))])
    assert "Picture 1" in words
    assert "10" in words


async def test_an_edit_without_a_picture_asks_for_one(town: Town) -> None:
    assert "Attach the picture that you would like to change" in await town.refusal("make it night", command="edit")


async def test_a_long_prompt_is_given_back_whole_as_a_file(town: Town) -> None:
    prompt = "\u00e9" * 4500
    asked = town.ask(prompt)
    await town.private_words(asked)
    assert town.files(asked) == {"prompt.txt": f"/imagine prompt: {prompt}".encode()}


async def test_a_prompt_that_would_end_its_code_block_is_given_back_as_a_file(town: Town) -> None:
    asked = town.ask("``` <@1> ``` --seed -1")
    await town.private_words(asked)
    assert town.files(asked) == {"prompt.txt": b"/imagine prompt: ``` <@1> ``` --seed -1"}


async def test_a_flag_among_the_words_costs_nothing_and_comes_back_in_its_place(town: Town) -> None:
    told = await town.private_words(town.ask("a fox --ar 1:1 in the middle", model="flux-2-dev"))
    assert "/imagine prompt: a fox in the middle --model flux-2-dev --ar 1:1" in told
    assert town.orders == []


async def test_a_refusal_pings_nobody(town: Town) -> None:
    asked = town.ask(f"<@{town.scene.sam.id}> @everyone --seed -1")
    message = await town.answer(asked)
    assert (message.contents.mentions.user_ids, message.contents.mentions.everyone) == ((), False)


async def test_the_word_of_a_refusal_stays_plain_whatever_was_typed(town: Town) -> None:
    asked = town.ask("a fox --ar [x](https://example.org)<@1>**b**")
    words = (await town.private_words(asked)).partition("Your request")[0]
    assert "<@1>" not in words
    assert "[x](" not in words


@pytest.mark.parametrize("count", [0, 9])
async def test_a_count_that_no_client_lets_through_is_refused_as_well(town: Town, count: int) -> None:
    scene = town.scene
    command = next(
        each for each in town.discord.people.commands(scene.robin, scene.pictures) if each["name"] == "imagine"
    )
    options: list[Json] = [
        {"name": "prompt", "type": 3, "value": "a fox"},
        {"name": "count", "type": 4, "value": count},
    ]
    data: JsonObject = {"id": command["id"], "name": "imagine", "type": 1, "options": options}
    asked = town.discord.core.interactions.create(InteractionType.COMMAND, scene.robin, scene.pictures, data)
    assert "1 to 4" in await town.private_words(asked)
    assert town.orders == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"these are words", "Picture 1"),
        (picture().data[:40], "Picture 1"),
        (b"<html>not a picture</html>", "Picture 1"),
        (png_header(40_000, 40_000), "Picture 1 is 40,000 x 40,000 pixels large"),
    ],
    ids=["words", "truncated", "a web page", "a bomb"],
)
async def test_what_only_the_bytes_show_is_told_on_the_card(town: Town, data: bytes, told: str) -> None:
    asked = town.ask("a fox", pictures=[Upload(filename="picture.png", data=data)])
    message = await town.shows(asked, "**Failed**")
    assert told in town.discord.text(message)
    assert town.orders == []


async def test_a_reference_whose_link_has_died_is_asked_for_again(town: Town) -> None:
    asked = town.ask("a fox", pictures=[picture()])
    town.discord.circumstances.forget_uploads()
    message = await town.shows(asked, "**Failed**")
    assert "Picture 1 can no longer be read: its link has expired. Attach it again" in town.discord.text(message)
    assert town.orders == []


async def test_a_picture_under_a_wrong_name_is_still_a_picture(town: Town) -> None:
    await town.paint("a fox", pictures=[Upload(filename="photo.jpg", data=picture().data)])
    assert len(town.orders) == 1


async def test_the_long_dash_of_a_phone_is_a_flag(town: Town) -> None:
    await town.paint("a fox \u2014ar 1:1")
    assert (town.orders[0]["prompt"], town.orders[0]["aspect_ratio"]) == ("a fox", "1:1")


async def test_a_dash_inside_a_prompt_stays_where_it_is(town: Town) -> None:
    await town.paint("a well--known fox -- no, a dog \u2014 or both")
    assert town.orders[0]["prompt"] == "a well--known fox -- no, a dog \u2014 or both"


async def test_a_prompt_of_4000_characters_is_painted(town: Town) -> None:
    prompt = "\U0001f98a" * 3999 + "."
    await town.paint(prompt)
    assert town.orders[0]["prompt"] == prompt


async def test_h5_a_prompt_that_discord_refuses_to_show_costs_nothing_and_is_told_without_it(town: Town) -> None:
    town.discord.circumstances.refuse_words("bad.example")
    try:
        told = await town.private_words(town.ask("see http://bad.example/x for the look"))
    finally:
        town.discord.circumstances.refuse_words()
    assert "Discord refuses to show this request" in told
    await town.paint("a good one")
    assert [order["prompt"] for order in town.orders] == ["a good one"]
