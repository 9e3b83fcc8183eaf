"""What messages look like from outside: links, visible files, pings, histories."""

import pytest

from sandbox.discord import Interaction, LocalDiscord, Message
from sandbox.discord.body import Body
from sandbox.discord.components import media_items
from sandbox.discord.jsontypes import JsonObject
from tests.sandbox.discord.samples import answered, card, container, picture, quiet_discord, shown, text


@pytest.fixture
def discord() -> LocalDiscord:
    return quiet_discord()


def edit(discord: LocalDiscord, interaction: Interaction, fields: JsonObject) -> Message:
    message = discord.message_of(interaction)
    assert message
    return discord.core.interactions.edit(interaction, message, Body(json=fields))


def only(discord: LocalDiscord) -> Message:
    (message,) = discord.messages(discord.scene.pictures)
    return message


def test_files_that_components_show_are_not_listed_as_attachments(discord: LocalDiscord) -> None:
    answered(discord, card(shown("a.png")), picture("a.png"), picture("b.png"))
    listed = discord.payload(only(discord))["attachments"]
    assert isinstance(listed, list)
    assert [file["filename"] for file in listed if isinstance(file, dict)] == ["b.png"]


def test_a_gallery_item_is_resolved_to_link_size_and_id(discord: LocalDiscord) -> None:
    answered(discord, card(shown("a.png")), picture("a.png"))
    message = only(discord)
    (item,) = media_items(discord.payload(message)["components"])
    media = item["media"]
    assert isinstance(media, dict)
    assert (media["attachment_id"], media["width"], media["content_type"]) == (
        str(message.contents.attachments[0].id),
        8,
        "image/png",
    )
    assert str(media["url"]).startswith("/attachments/")


def test_the_gallery_shows_bytes_alt_text_and_spoiler(discord: LocalDiscord) -> None:
    items: JsonObject = {"media": {"url": "attachment://a.png"}, "description": "a cube", "spoiler": True}
    answered(discord, card(container({"type": 12, "items": [items]})), picture())
    assert discord.gallery(only(discord)) == (("a.png", picture().data, "a cube", True),)


def test_a_file_that_is_not_referenced_is_kept_but_not_shown(discord: LocalDiscord) -> None:
    answered(discord, card(), picture())
    message = only(discord)
    assert discord.gallery(message) == ()
    assert len(message.contents.attachments) == 1


def test_a_dropped_file_is_gone_from_the_cdn(discord: LocalDiscord) -> None:
    interaction = answered(discord, card(shown("a.png")), picture())
    assert len(discord.world.files) == 1
    edit(discord, interaction, {"components": [text()], "attachments": []})
    assert discord.world.files == {}


def test_every_version_is_remembered_with_its_time(discord: LocalDiscord) -> None:
    interaction = answered(discord, card(text("Queued")))
    discord.circumstances.advance(5)
    message = edit(discord, interaction, {"components": [text("Done")]})
    first, second = discord.versions(message)
    assert [discord.text(each.message) for each in (first, second)] == ["Queued", "Done"]
    assert (second.at - first.at).total_seconds() == 5
    assert second.message.edited_at == second.at


def test_an_answer_pings_people_unless_told_not_to(discord: LocalDiscord) -> None:
    words = text(f"hello <@{discord.scene.sam.id}> @everyone")
    loud = edit(discord, answered(discord, card()), {"components": [words]})
    quiet = edit(discord, answered(discord, card()), {"components": [words], "allowed_mentions": {"parse": []}})
    assert (loud.contents.mentions.user_ids, loud.contents.mentions.everyone) == ((discord.scene.sam.id,), False)
    assert quiet.contents.mentions.user_ids == ()
