import pytest

from sandbox.discord.jsontypes import Json
from sandbox.page.telling import discord_words, is_completion, oxen_words

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
BY_TOKEN = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
KEPT: Json = {"attachments": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("method", "template", "body", "sizes", "words"),
    [
        ("POST", CALLBACK, {"type": 4, "data": {}}, [], "answered with a card"),
        ("POST", CALLBACK, {"type": 4, "data": {"flags": 1 << 15 | 64}}, [], "answered privately with a card"),
        ("POST", CALLBACK, {"type": 6}, [], "took the press of a button"),
        ("POST", CALLBACK, {"type": 9, "data": {"title": "Change"}}, [], "opened a window: Change"),
        ("PATCH", BY_TOKEN, KEPT, [19_400], "edited the card: 1 picture, 19 kB"),
        ("PATCH", BY_TOKEN, KEPT, [], "edited the card: 1 picture, none new"),
        ("PATCH", BY_TOKEN, {}, [], "edited the card"),
        (
            "PATCH",
            "/channels/{c}/messages/{m}",
            KEPT,
            [2_100_000],
            "edited the card by its own token: 1 picture, 2.1 MB",
        ),
        ("GET", "/what/is/this", None, [], "GET /what/is/this"),
    ],
)
def test_what_was_sent_to_discord_is_said_in_words(
    method: str, template: str, body: Json, sizes: list[int], words: str
) -> None:
    assert discord_words(method, template, body, sizes) == words


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/api/ai/queue", {"prompt": "a cat"}, "ordered a picture: a cat"),
        ("POST", "/api/ai/queue", {"num_generations": 3}, "ordered 3 pictures"),
        ("GET", "/api/ai/queue?status=queued", None, "looked at what is under way"),
        ("DELETE", "/api/ai/queue/4dcf", None, "cancelled a picture"),
        ("GET", "/api/repos/me/a/file/main/x.webp?oxen_signature=***", None, "fetched the picture"),
        ("GET", "/api/events", None, "listens for finished pictures"),
    ],
)
def test_what_was_sent_to_oxen_is_said_in_words(method: str, path: str, body: Json, words: str) -> None:
    assert oxen_words(method, path, body) == words


def test_what_comes_while_somebody_types_is_known_as_that() -> None:
    assert is_completion(discord_words("POST", CALLBACK, {"type": 8, "data": {"choices": []}}, []))
    assert not is_completion(discord_words("POST", CALLBACK, {"type": 4, "data": {}}, []))
