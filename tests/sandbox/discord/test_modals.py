"""What Discord takes as a window, and what a person can send back in one."""

import pytest

from sandbox.discord import ClientRefusedError
from sandbox.discord.errors import DiscordError
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.modals import read_modal
from sandbox.discord.windows import FieldValue, filled_in
from tests.sandbox.discord.samples import codes


def label(component: JsonObject) -> JsonObject:
    return {"type": 18, "label": "Prompt", "component": component}


def written(**extra: Json) -> JsonObject:
    return {"type": 4, "custom_id": "prompt", "style": 2, **extra}


def window(*components: Json, title: str = "Again") -> JsonObject:
    return {"custom_id": "w", "title": title, "components": list(components) or [label(written())]}


def read(modal: JsonObject) -> JsonObject:
    form = Form()
    found = read_modal(Node(modal, form))
    form.check()
    return found


def refused(modal: JsonObject) -> list[str]:
    with pytest.raises(DiscordError) as caught:
        read(modal)
    return codes(caught.value)


def sent(modal: JsonObject, values: dict[str, FieldValue]) -> Json:
    return [part.get("component") for part in filled_in(read(modal), values)]


def test_a_title_has_at_most_45_characters() -> None:
    assert refused(window(title="a" * 46)) == ["BASE_TYPE_BAD_LENGTH"]


def test_a_window_has_1_to_5_components() -> None:
    fields = [label(written(custom_id=str(number))) for number in range(6)]
    assert read(window(*fields[:5]))
    assert refused(window(*fields)) == ["BASE_TYPE_BAD_LENGTH"]
    assert refused(window() | {"components": []}) == ["BASE_TYPE_BAD_LENGTH"]


def test_fields_stand_in_labels() -> None:
    assert refused(window(written())) == ["UNION_TYPE_CHOICES"]
    assert refused(window({"type": 18, "label": "Prompt"})) == ["BASE_TYPE_REQUIRED"]


def test_two_fields_with_one_custom_id_are_refused() -> None:
    assert refused(window(label(written()), label(written()))) == ["COMPONENT_CUSTOM_ID_DUPLICATED"]


def test_a_file_upload_takes_at_most_ten_files() -> None:
    assert refused(window(label({"type": 19, "custom_id": "f", "max_values": 11}))) == ["NUMBER_TYPE_MAX"]


def test_a_prefilled_value_must_fit_its_own_limit() -> None:
    assert refused(window(label(written(value="abc", max_length=2)))) == ["BASE_TYPE_MAX_LENGTH"]


def test_what_is_typed_comes_back_with_the_ids_of_the_fields() -> None:
    expected = [{"type": 4, "id": 2, "custom_id": "prompt", "value": "a cube"}]
    assert sent(window(), {"prompt": "a cube"}) == expected


def test_what_was_prefilled_comes_back_unless_typed_over() -> None:
    assert sent(window(label(written(value="old"))), {}) == [
        {"type": 4, "id": 2, "custom_id": "prompt", "value": "old"}
    ]


@pytest.mark.parametrize("typed", ["", "ab", "a" * 6])
def test_the_client_holds_back_text_of_a_wrong_length(typed: str) -> None:
    with pytest.raises(ClientRefusedError):
        sent(window(label(written(min_length=3, max_length=5))), {"prompt": typed})


def test_the_client_holds_back_too_many_files_and_missing_ones() -> None:
    upload = window(label({"type": 19, "custom_id": "f", "max_values": 2}))
    assert sent(upload, {"f": ["1", "2"]}) == [{"type": 19, "id": 2, "custom_id": "f", "values": ["1", "2"]}]
    for files in (["1", "2", "3"], []):
        with pytest.raises(ClientRefusedError):
            sent(upload, {"f": files})


def test_a_field_that_the_window_lacks_cannot_be_filled() -> None:
    with pytest.raises(ClientRefusedError):
        sent(window(), {"prompt": "a", "seed": "1"})


def test_choices_come_back_by_kind_of_field() -> None:
    options: Json = [{"label": "A", "value": "a"}, {"label": "B", "value": "b", "default": True}]
    radio: JsonObject = {"type": 21, "custom_id": "r", "options": options}
    many: JsonObject = {"type": 22, "custom_id": "m", "options": options}
    tick: JsonObject = {"type": 23, "custom_id": "t"}
    answers = filled_in(read(window(label(radio), label(many), label(tick))), {"m": ["a", "b"], "t": True})
    parts = [part["component"] for part in answers]
    assert [{**part}.get("value", {**part}.get("values")) for part in parts if isinstance(part, dict)] == [
        "b",
        ["a", "b"],
        True,
    ]
