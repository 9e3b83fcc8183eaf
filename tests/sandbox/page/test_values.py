import pytest

from sandbox.discord.jsontypes import Json
from sandbox.page.traffic import without_secrets
from sandbox.page.values import MalformedError, id_in, json_of, object_in, text_in, texts_in


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("http://x/a.png?ex=1&is=2&hm=abc&", "http://x/a.png?ex=1&is=2&hm=***&"),
        ("/api/file?oxen_signature=abc&oxen_expires=7", "/api/file?oxen_signature=***&oxen_expires=7"),
        ("/webhooks/12/secret/messages/3", "/webhooks/12/***/messages/3"),
        ("/interactions/12/{token}/callback", "/interactions/12/{token}/callback"),
        ({"a": ["?hm=abc", 1, None]}, {"a": ["?hm=***", 1, None]}),
        ("a cat", "a cat"),
    ],
)
def test_what_opens_a_door_is_hidden_however_deep(value: Json, hidden: Json) -> None:
    assert without_secrets(value) == hidden


def test_unknown_values_become_json() -> None:
    assert json_of({1: (b"x", 2.5, [True, None])}) == {"1": ["b'x'", 2.5, [True, None]]}


@pytest.mark.parametrize("wrong", [{}, {"id": 7}, {"id": "7x"}, {"id": "-7"}, {"id": "\u0667"}, {"id": ""}])
def test_an_id_is_a_text_of_digits(wrong: dict[str, Json]) -> None:
    with pytest.raises(MalformedError):
        id_in(wrong, "id")


def test_what_is_of_the_wrong_shape_is_refused() -> None:
    sent: dict[str, Json] = {"a": 1, "b": ["x", 2]}
    for read, name in ((text_in, "a"), (object_in, "a"), (texts_in, "a"), (texts_in, "b")):
        with pytest.raises(MalformedError):
            read(sent, name)


def test_what_is_missing_is_an_empty_object() -> None:
    assert object_in({}, "options") == {}
