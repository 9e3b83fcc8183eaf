"""What a command makes: the order that is posted, the message that is filled, and how few calls that takes."""

import pytest

from sandbox.discord import Upload
from sandbox.oxen.jsontext import as_list, as_object
from tests.e2e.files import four_pictures, picture
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


def name_of(link: object) -> str:
    return str(link).partition("?")[0].rpartition("/")[2]


def names_in(links: object) -> list[str]:
    return [name_of(link) for link in as_list(links) or []]


async def test_a_plain_job_makes_two_calls_to_discord_and_two_to_oxen(town: Town) -> None:
    message = await town.paint("a red cube on a beach")
    assert town.call_names() == ["POST callback", "PATCH {message_id}"]
    assert town.requests == ["POST /ai/queue", "GET /repos/{path}"]
    assert town.pictures(message) == town.served
    assert len(town.served) == 1


async def test_one_stream_serves_all_jobs(town: Town) -> None:
    await town.paint("first of two")
    await town.paint("second of two")
    assert (town.oxen.streams.open_now, town.oxen.streams.opened_ever) == (1, 1)


async def test_every_default_is_sent_so_that_a_picture_can_be_made_again(town: Town) -> None:
    await town.paint("a lighthouse at night")
    (order,) = town.orders
    seed = order["seed"]
    assert isinstance(seed, int)
    assert order == {
        "model": "flux-2-dev",
        "prompt": "a lighthouse at night",
        "num_generations": 1,
        "aspect_ratio": "16:9",
        "resolution": "1 MP",
        "num_inference_steps": 30,
        "guidance": 2,
        "seed": seed,
        "output_format": "webp",
        "output_quality": 80,
        "disable_safety_checker": False,
    }


async def test_flags_at_the_end_of_the_prompt_choose_like_options(town: Town) -> None:
    await town.paint("a fox --ar 1:1 --seed 7 --steps 12 --guidance 3.5 --format png --quality 90")
    (order,) = town.orders
    wanted = {"prompt": "a fox", "aspect_ratio": "1:1", "seed": 7, "num_inference_steps": 12, "guidance": 3.5}
    assert {name: order[name] for name in wanted} == wanted
    assert (order["output_format"], order["output_quality"]) == ("png", 90)


async def test_a_short_flag_means_what_the_model_calls_it(town: Town) -> None:
    await town.paint("a fox --guidance 3 --quality high --model klein-4b")
    (order,) = town.orders
    assert (order["guidance_scale"], order["output_quality"]) == (3, "high")
    assert not {"guidance", "quality", "resolution"} & order.keys()


async def test_options_choose_and_reach_the_model(town: Town) -> None:
    await town.paint("a heron", aspect_ratio="9:16", resolution="0.5 MP", seed=11, model="flux-2-pro")
    (order,) = town.orders
    wanted = {"model": "flux-2-pro", "aspect_ratio": "9:16", "resolution": "0.5 MP", "seed": 11}
    assert {name: order[name] for name in wanted} == wanted


@pytest.mark.parametrize("command", ["imagine", "edit"])
async def test_four_references_are_sent_in_the_given_order(town: Town, command: str) -> None:
    message = await town.paint("@Image1 between @Image4 and @Image2", command=command, pictures=four_pictures())
    (order,) = town.orders
    assert names_in(order["input_image"]) == ["red.png", "green.png", "blue.png", "gold.png"]
    assert order["prompt"] == "@Image1 between @Image4 and @Image2"
    assert town.pictures(message) == town.served


async def test_an_edit_keeps_the_shape_of_its_picture_where_the_model_can(town: Town) -> None:
    await town.paint("make it night", command="edit", pictures=[picture()])
    await town.paint("make it night", command="edit", pictures=[picture()], model="klein-4b")
    assert [order["aspect_ratio"] for order in town.orders] == ["match_input_image", "16:9"]


async def test_four_pictures_have_four_seeds_in_a_row(town: Town) -> None:
    message = await town.paint("four moons", count=4, seed=100)
    assert [(order["seed"], order["num_generations"]) for order in town.orders] == [
        (100, 1),
        (101, 1),
        (102, 1),
        (103, 1),
    ]
    by_seed = {each.seed: each.file.data for each in town.generations if each.file}
    assert town.pictures(message) == [by_seed[seed] for seed in (100, 101, 102, 103)]


async def test_a_model_without_seed_makes_its_pictures_in_one_post(town: Town) -> None:
    message = await town.paint("three suns --n 3", model="gpt-image-2")
    (order,) = town.orders
    assert (order["num_generations"], "seed" in order) == (3, False)
    assert sorted(town.pictures(message)) == sorted(town.served)
    assert len(town.served) == 3


async def test_a_model_that_takes_one_picture_gets_its_link_and_no_list(town: Town) -> None:
    await town.paint("paint over it", model="sandbox-one-picture", pictures=[picture("one.png")])
    assert name_of(town.orders[0]["input_image"]) == "one.png"


async def test_the_field_for_references_is_the_one_that_the_schema_names(town: Town) -> None:
    await town.paint("mix them", model="sandbox-many-pictures", pictures=four_pictures()[:2])
    assert names_in(town.orders[0]["input_images"]) == ["red.png", "green.png"]
    assert "input_image" not in town.orders[0]


async def test_an_upscaler_needs_no_words(town: Town) -> None:
    message = await town.paint("--model sandbox-upscaler", command="edit", pictures=[picture("small.png")])
    assert name_of(town.orders[0]["input_image"]) == "small.png"
    assert town.pictures(message) == town.served


async def test_an_older_schema_is_read_like_a_new_one(town: Town) -> None:
    await town.paint("an old map --steps 9 --ar 9:16", model="sandbox-old-schema")
    assert (town.orders[0]["num_inference_steps"], town.orders[0]["aspect_ratio"]) == (9, "9:16")


async def test_the_default_picture_of_a_schema_is_emptied_where_nobody_attached_one(town: Town) -> None:
    await town.paint("words alone", model="sandbox-default-picture")
    assert town.orders[0]["input_image"] == []


async def test_safety_switches_are_always_safe_and_hidden_parameters_left_out(town: Town) -> None:
    await town.paint("a kind dragon", model="sandbox-careful")
    (order,) = town.orders
    safe = {"safety_tolerance": 2, "moderation": "auto", "enable_safety_checker": True}
    assert {name: order[name] for name in safe} == safe
    assert "internal_mode" not in order
    assert isinstance(order["seed"], int)


async def test_a_spoiler_covers_the_result(town: Town) -> None:
    message = await town.paint("a surprise", spoiler=True)
    assert [shown.spoiler for shown in town.discord.gallery(message)] == [True]


async def test_what_is_made_of_a_spoiler_is_one_even_as_a_file(town: Town) -> None:
    gore = Upload(filename="SPOILER_gore.png", data=picture().data)
    message = await town.paint("make it night", command="edit", pictures=[gore])
    (shown,) = town.discord.gallery(message)
    assert (shown.spoiler, shown.filename.startswith("SPOILER_")) == (True, True)


async def test_a_private_answer_is_seen_by_nobody_else(town: Town) -> None:
    message = await town.paint("between us", private=True)
    seen_by_sam = town.discord.messages(town.scene.pictures, seen_by=town.scene.sam)
    assert message.ephemeral
    assert message.id not in {each.id for each in seen_by_sam}


async def test_every_picture_has_the_prompt_as_its_words(town: Town) -> None:
    message = await town.paint("a barn owl in flight")
    assert [shown.description for shown in town.discord.gallery(message)] == ["a barn owl in flight"]


async def test_what_people_type_reaches_the_model_verbatim_and_pings_nobody(town: Town) -> None:
    sam = town.scene.sam.id
    prompt = f"**bold** <@{sam}> @everyone <t:1:R> \u202eright to left\u202c [link](https://example.org) \U0001f98a_ok_"
    message = await town.paint(prompt)
    # Discord sends a mention as a number, which no model could read; a command states few of the names behind them.
    assert town.orders[0]["prompt"] == prompt.replace(f"<@{sam}>", "someone")
    assert message.contents.mentions.user_ids == ()
    assert not message.contents.mentions.everyone
    assert f"<@{sam}>" not in town.discord.text(message)
    answer, edit = [as_object(call.body) or {} for call in town.calls]
    mentions = [(as_object(answer["data"]) or {})["allowed_mentions"], edit["allowed_mentions"]]
    assert mentions == [{"parse": []}, {"parse": []}]


async def test_a_reference_with_an_odd_name_is_shown_and_sent_all_the_same(town: Town) -> None:
    odd = Upload(filename="r\u00e9sum\u00e9 (1) \u202egnp.png", data=picture().data)
    message = await town.paint("use it", pictures=[odd])
    assert town.pictures(message) == town.served
