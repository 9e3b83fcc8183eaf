"""What Discord takes and refuses as the components of a message."""

import pytest

from sandbox.discord.components import read_components
from sandbox.discord.errors import DiscordError
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject
from tests.sandbox.discord.samples import button, codes, container, row, text


def read(*components: Json, v2: bool = True) -> tuple[JsonObject, ...]:
    form = Form()
    found = read_components(Node([*components], form), v2=v2, media=lambda node, _: {"url": node.value})
    form.check()
    return found


def refused(*components: Json, v2: bool = True) -> list[str]:
    with pytest.raises(DiscordError) as caught:
        read(*components, v2=v2)
    return codes(caught.value)


def media(count: int) -> Json:
    item: Json = {"media": {"url": "https://a.example/b.png"}}
    return [item for _ in range(count)]


def section(*texts: Json, **extra: Json) -> JsonObject:
    return {"type": 9, "components": list(texts), **extra}


def test_components_get_ids_that_count_up_in_reading_order() -> None:
    first, second = read(container(text(), row(button())), text())
    assert (first["id"], second["id"]) == (1, 5)


def test_a_given_id_is_kept_and_skipped_by_the_counting() -> None:
    assert [each["id"] for each in read(text() | {"id": 2}, text(), text())] == [2, 1, 3]


def test_the_same_id_twice_is_refused() -> None:
    assert refused(text() | {"id": 7}, text() | {"id": 7}) == ["COMPONENT_ID_DUPLICATED"]


def test_forty_components_pass_and_forty_one_do_not() -> None:
    full = container(*[text()] * 39)
    assert len(read(full)) == 1
    assert "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED" in refused(full, text())


def test_an_accessory_counts_as_a_component() -> None:
    assert "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED" in refused(*[text()] * 38, section(text(), accessory=button()))


def test_all_text_of_a_message_counts_together() -> None:
    assert read(text("a" * 2000), text("a" * 2000))
    assert refused(text("a" * 2000), text("a" * 2001)) == ["COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"]


def test_a_custom_id_may_stand_once_in_a_message() -> None:
    assert refused(row(button("x")), row(button("x"))) == ["COMPONENT_CUSTOM_ID_DUPLICATED"]


@pytest.mark.parametrize("custom_id", ["", "x" * 101])
def test_a_custom_id_has_1_to_100_characters(custom_id: str) -> None:
    assert refused(row(button(custom_id))) == ["BASE_TYPE_BAD_LENGTH"]


@pytest.mark.parametrize("count", [0, 11])
def test_a_gallery_has_1_to_10_items(count: int) -> None:
    assert refused({"type": 12, "items": media(count)}) == ["BASE_TYPE_BAD_LENGTH"]


def test_alt_text_has_at_most_1024_characters() -> None:
    item: JsonObject = {"media": {"url": "https://a.example/b.png"}, "description": "a" * 1025}
    assert refused({"type": 12, "items": [item]}) == ["BASE_TYPE_BAD_LENGTH"]


def test_a_section_needs_an_accessory() -> None:
    assert refused(section(text())) == ["BASE_TYPE_REQUIRED"]


@pytest.mark.parametrize("count", [0, 4])
def test_a_section_has_1_to_3_texts(count: int) -> None:
    assert refused(section(*[text()] * count, accessory=button())) == ["BASE_TYPE_BAD_LENGTH"]


@pytest.mark.parametrize("count", [0, 6])
def test_a_row_has_1_to_5_buttons(count: int) -> None:
    assert refused(row(*[button(str(number)) for number in range(count)])) == ["BASE_TYPE_BAD_LENGTH"]


def test_a_label_has_at_most_80_characters() -> None:
    assert refused(row(button() | {"label": "a" * 81})) == ["BASE_TYPE_MAX_LENGTH"]


def test_a_button_needs_words_or_an_emoji() -> None:
    assert refused(row(button() | {"label": ""})) == ["BUTTON_COMPONENT_INVALID_LABEL_EMOJI"]


def test_a_link_button_has_a_url_and_no_custom_id() -> None:
    (kept,) = read(row({"type": 2, "style": 5, "label": "See", "url": "https://a.example"}))
    assert kept["components"] == [{"type": 2, "id": 2, "style": 5, "url": "https://a.example", "label": "See"}]


def test_without_the_v2_flag_only_rows_are_taken() -> None:
    assert read(row(button()), v2=False)
    assert refused(text(), v2=False) == ["UNION_TYPE_CHOICES"]


def test_a_container_does_not_nest() -> None:
    assert refused(container(container(text()))) == ["UNION_TYPE_CHOICES"]


def test_a_menu_stands_alone_in_its_row_and_its_values_differ() -> None:
    option: JsonObject = {"label": "a", "value": "a"}
    menu: JsonObject = {"type": 3, "custom_id": "m", "options": [option, option]}
    assert refused(row(menu)) == ["SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"]
    assert refused(row({**menu, "options": [option]}, button())) == ["BASE_TYPE_BAD_LENGTH", "UNION_TYPE_CHOICES"]


def test_errors_name_the_path_to_the_field() -> None:
    with pytest.raises(DiscordError) as caught:
        read(container(row(button(""))))
    errors = caught.value.errors
    assert errors is not None
    assert '"0": {"components": {"0": {"components": {"0": {"custom_id"' in str(errors).replace("'", '"')
