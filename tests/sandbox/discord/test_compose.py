"""A request's body and the message before it make the contents after it."""

import pytest

from sandbox.discord import Upload
from sandbox.discord.compose import Draft, compose
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.mentions import EVERY_KIND
from sandbox.discord.snowflake import Snowflakes
from sandbox.discord.state import Contents, MessageFlag
from tests.sandbox.discord.samples import NOON, V2, card, codes, picture, shown, text

LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
NOT_FOUND = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
NEW_ID = Snowflakes(lambda: NOON)


def sent(fields: Json, *uploads: Upload, before: Contents | None = None, limit_bytes: int = 10_000) -> Contents:
    return compose(
        Draft(
            fields=fields,
            uploads=dict(enumerate(uploads)),
            folder_id=1,
            file_limit_bytes=limit_bytes,
            default_mentions=EVERY_KIND,
            new_id=NEW_ID,
            before=before,
        )
    )


def refused(fields: Json, *uploads: Upload, before: Contents | None = None) -> list[str]:
    with pytest.raises(DiscordError) as caught:
        sent(fields, *uploads, before=before)
    return codes(caught.value)


@pytest.mark.parametrize("extra", [{"content": "hi"}, {"embeds": [{"title": "t"}]}, {"poll": {}, "sticker_ids": ["1"]}])
def test_v2_stands_alone(extra: JsonObject) -> None:
    assert set(refused(card() | extra)) == {LEGACY}


def test_turning_v2_on_wants_the_old_content_cleared() -> None:
    old = sent({"content": "hi"})
    assert refused(card(), before=old) == [LEGACY]
    assert sent(card() | {"content": None, "embeds": []}, before=old).content == ""


def test_v2_cannot_be_turned_off() -> None:
    old = sent(card())
    assert refused({"flags": 0}, before=old) == ["MESSAGE_COMPONENTS_V2_FLAG_CANNOT_BE_REMOVED"]


def test_an_edit_without_flags_keeps_them() -> None:
    old = sent(card())
    assert sent({"components": [text("new")]}, before=old).flags == V2


def test_the_first_edit_ends_thinking_and_keeps_the_answer_private() -> None:
    old = Contents(flags=MessageFlag.LOADING | MessageFlag.EPHEMERAL)
    assert sent(card(), before=old).flags == MessageFlag.COMPONENTS_V2 | MessageFlag.EPHEMERAL


def test_an_empty_message_is_refused() -> None:
    with pytest.raises(DiscordError) as caught:
        sent({"content": ""})
    assert caught.value.problem is Problem.EMPTY_MESSAGE


def test_under_v2_a_file_alone_does_not_make_a_message() -> None:
    with pytest.raises(DiscordError) as caught:
        sent({"flags": V2}, picture())
    assert caught.value.problem is Problem.EMPTY_MESSAGE


def test_content_has_at_most_2000_characters() -> None:
    assert refused({"content": "a" * 2001}) == ["BASE_TYPE_MAX_LENGTH"]


def test_the_size_limit_is_per_file() -> None:
    size_bytes = len(picture().data)
    assert sent({"content": "two"}, picture("a.png"), picture("b.png"), limit_bytes=size_bytes)
    with pytest.raises(DiscordError) as caught:
        sent({"content": "one"}, picture(), limit_bytes=size_bytes - 1)
    assert caught.value.problem is Problem.TOO_LARGE


def test_a_gallery_shows_a_file_of_the_request() -> None:
    found = sent(card(shown("a.png")), picture("a.png"))
    assert str(found.attachments[0].id) in str(found.components)


def test_a_gallery_cannot_show_a_file_that_is_kept_by_id_alone() -> None:
    old = sent(card(shown("a.png")), picture("a.png"))
    kept: JsonObject = {"id": old.attachments[0].id}
    edit = card(shown("a.png"))
    assert refused({**edit, "attachments": [kept]}, before=old) == [NOT_FOUND]
    assert sent({**edit, "attachments": [{**kept, "filename": "a.png"}]}, before=old) == old


def test_a_file_that_components_still_show_cannot_be_dropped_alone() -> None:
    old = sent(card(shown("a.png")), picture("a.png"))
    assert refused({"attachments": []}, before=old) == [NOT_FOUND]


def test_every_problem_is_told_at_once() -> None:
    assert len(refused({"flags": V2, "content": "a" * 2001, "components": [{"type": 99}]})) == 3


def test_a_body_that_is_no_object_is_refused() -> None:
    assert refused([1]) == ["MODEL_TYPE_CONVERT"]


def test_embeds_have_at_most_6000_characters_together() -> None:
    embed: Json = {"description": "a" * 3001}
    assert refused({"embeds": [embed, embed]}) == ["MAX_EMBED_SIZE_EXCEEDED"]
