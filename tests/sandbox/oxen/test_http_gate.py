"""Who is let in: the key, the User-Agent, the shape of an order."""

import pytest

from sandbox.oxen.middleware import is_outdated_cli
from tests.sandbox.oxen.client import PROMPT, Client

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("user_agent", "is_outdated"),
    [
        ("my-oxen-bot", True),
        ("Oxen/0.35.9", True),
        ("oxen/0.36.0", False),
        ("oxen/1.0.0", False),
        ("oxen/x", True),
        ("easel/0.1", False),
        ("PostmanRuntime/7 oxen", False),
        ("", False),
    ],
)
def test_a_user_agent_with_oxen_in_it_is_taken_for_the_old_client(user_agent: str, *, is_outdated: bool) -> None:
    assert is_outdated_cli(user_agent) is is_outdated


@pytest.mark.parametrize("path", ["/ai/models", "/ai/queue", "/events", "/repos/a/b.png"])
async def test_every_route_sends_the_old_client_away(client: Client, path: str) -> None:
    reply = await client.call("GET", path, headers={"User-Agent": "my-oxen-bot/1"})
    assert (reply.status, reply.json["status_message"]) == (426, "update_required")


@pytest.mark.parametrize("path", ["/ai/queue", "/ai/generations", "/events", "/users/me"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "sandbox-key"}])
async def test_a_missing_or_wrong_key_is_refused(client: Client, path: str, headers: dict[str, str]) -> None:
    reply = await client.call("GET", path, headers=headers)
    assert (reply.status, reply.json["status_message"]) == (401, "unauthenticated")


async def test_the_catalogue_is_open_to_everybody(client: Client) -> None:
    reply = await client.call("GET", "/ai/models", headers={})
    assert (reply.status, reply.json["object"]) == (200, "list")


async def test_the_key_tells_whose_it_is(client: Client) -> None:
    assert (await client.call("GET", "/users/me")).json == {"user": {"username": "sandbox"}}


async def test_an_unknown_path_is_not_found(client: Client) -> None:
    assert (await client.call("GET", "/ai/events")).status == 404


async def test_a_wrong_method_is_refused_and_harms_nobody(client: Client) -> None:
    assert (await client.call("POST", "/ai/models")).status == 405
    assert (await client.call("GET", "/ai/models")).status == 200


async def test_a_refused_order_leaves_no_row(client: Client) -> None:
    reply = await client.call("POST", "/ai/queue", json={**PROMPT, "model": "nope"})
    assert (reply.status, reply.json) == (404, {"error": {"message": "Model not found: nope"}})
    assert not client.oxen.ledger.generations
