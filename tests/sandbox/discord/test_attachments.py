"""File names, dimensions, and which files of a message an edit keeps."""

import pytest

from sandbox.discord.attachments import Shelf, arrange, clean_filename, resolve_media, stored
from sandbox.discord.errors import DiscordError
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json
from sandbox.discord.snowflake import Snowflakes
from sandbox.discord.state import Attachment, Upload
from tests.sandbox.discord.samples import NOON, codes, picture, png

OLD = stored(picture("old.png"), attachment_id=7000, folder_id=1)


def shelf(listed: Json, *uploads: Upload, before: tuple[Attachment, ...] = (OLD,)) -> Shelf:
    form = Form()
    found = arrange(
        Node(listed, form),
        dict(enumerate(uploads)),
        before=before,
        folder_id=1,
        new_id=Snowflakes(lambda: NOON),
    )
    form.check()
    return found


def names(found: Shelf) -> list[str]:
    return [file.filename for file in found.attachments]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("my cat.png", "my_cat.png"),
        ("_hidden.png", "hidden.png"),
        ("ünï code.png", "uni_code.png"),
        ("../up.png", "up.png"),
        ("日本", "unknown"),
        ("SPOILER_a.png", "SPOILER_a.png"),
    ],
)
def test_file_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_filename(given) == kept


def test_dimensions_come_from_the_bytes_and_the_type_from_the_name() -> None:
    wrong = stored(Upload(filename="a.jpg", data=png(5, 4)), attachment_id=1, folder_id=1)
    assert (wrong.content_type, wrong.width_px, wrong.height_px) == ("image/jpeg", 5, 4)


def test_bytes_that_are_no_picture_have_no_dimensions() -> None:
    lie = stored(Upload(filename="a.png", data=b"hello"), attachment_id=1, folder_id=1)
    assert (lie.content_type, lie.width_px, lie.height_px) == ("image/png", None, None)


def test_without_a_list_everything_is_kept_and_new_files_are_added() -> None:
    assert names(shelf(None, picture("new.png"))) == ["old.png", "new.png"]


def test_a_file_that_the_list_leaves_out_is_gone() -> None:
    assert names(shelf([])) == []
    assert names(shelf([{"id": 0}], picture("new.png"))) == ["new.png"]


def test_a_new_file_that_the_list_leaves_out_is_not_added() -> None:
    assert names(shelf([{"id": "7000"}], picture("new.png"))) == ["old.png"]


def test_an_entry_gives_a_new_file_its_name_and_alt_text() -> None:
    (new,) = shelf([{"id": 0, "filename": "b.png", "description": "a cube"}], picture("a.png")).attachments[-1:]
    assert (new.filename, new.description) == ("b.png", "a cube")


def test_a_kept_file_can_be_referenced_only_by_its_stated_name() -> None:
    assert "old.png" in shelf([{"id": 7000, "filename": "old.png"}]).by_name
    assert "old.png" not in shelf([{"id": 7000}]).by_name
    assert "old.png" not in shelf([{"id": 7000, "filename": "other.png"}]).by_name
    assert "old.png" in shelf(None).by_name


def test_an_unknown_id_keeps_nothing() -> None:
    assert names(shelf([{"id": 7001, "filename": "old.png"}])) == []


def test_a_message_has_at_most_ten_files() -> None:
    with pytest.raises(DiscordError) as caught:
        shelf(None, *[picture(f"{number}.png") for number in range(10)])
    assert codes(caught.value) == ["BASE_TYPE_MAX_LENGTH"]


def media(url: str, *, uploaded_only: bool = False) -> Json:
    form = Form()
    found = resolve_media(Node(url, form), shelf(None), uploaded_only=uploaded_only)
    form.check()
    return found


def test_a_reference_becomes_the_id_of_the_file() -> None:
    assert media("attachment://old.png") == {"attachment_id": "7000"}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("attachment://new.png", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
        ("ftp://a.example/b.png", "URL_TYPE_INVALID_SCHEME"),
    ],
)
def test_a_reference_to_nothing_is_refused(url: str, code: str) -> None:
    with pytest.raises(DiscordError) as caught:
        media(url)
    assert codes(caught.value) == [code]


def test_a_file_component_shows_uploads_only() -> None:
    with pytest.raises(DiscordError):
        media("https://a.example/b.txt", uploaded_only=True)
