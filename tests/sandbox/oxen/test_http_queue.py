"""The queue and the history: accept, list, look at, cancel."""

import math
import random

import aiohttp
import pytest

from sandbox.oxen import CancelTooLate, LocalOxen, Stick, jsontext
from sandbox.oxen.jsontext import JsonObject
from tests.sandbox.oxen.client import PROMPT, Client

pytestmark = pytest.mark.e2e


async def test_an_order_is_answered_with_an_id_for_each_picture(client: Client) -> None:
    reply = await client.call("POST", "/ai/queue", json={**PROMPT, "num_generations": 3})
    assert (reply.status, [row["status"] for row in reply.rows()]) == (200, ["queued"] * 3)
    assert len({row["generation_id"] for row in reply.rows()}) == 3


async def test_a_finished_row_echoes_what_was_submitted(client: Client) -> None:
    row = await client.ended(seed=7, num_generations=1)
    assert (row["status"], row["model_name"], row["prompt"], row["seed"]) == (
        "succeeded",
        "flux-2-dev",
        "a red cube",
        7,
    )
    assert "num_generations" not in row


async def test_a_compact_row_leaves_the_echo_to_the_history(client: Client) -> None:
    client.oxen.knobs.echoes_params_in_queue_rows = False
    row = await client.ended(seed=7)
    assert "seed" not in row
    assert "prompt" not in row
    wrapped = (await client.call("GET", f"/ai/generations/{row['generation_id']}")).json["generation"]
    assert isinstance(wrapped, dict)
    assert wrapped["seed"] == 7


@pytest.mark.parametrize("params", [{"model": "black-forest-labs-flux-2-klein-4b", "guidance": 2}, {"seed": "x"}])
async def test_a_wrong_parameter_is_accepted_and_fails_later(client: Client, params: JsonObject) -> None:
    row = await client.ended({**PROMPT, **params})
    assert (row["status"], row["result_url"]) == ("failed", None)
    assert str(row["error_message"]).startswith("Getting model response error: 422 - Value error, ")


async def test_a_plain_list_holds_only_what_is_under_way(client: Client) -> None:
    await client.ended()
    client.oxen.faults.add(Stick())
    stuck = await client.enqueue()
    listed = await client.call("GET", "/ai/queue")
    assert (listed.json["count"], [row["generation_id"] for row in listed.rows()]) == (1, [stuck])


async def test_a_list_by_status_holds_that_status(client: Client) -> None:
    done = await client.ended()
    listed = await client.call("GET", "/ai/queue?status=succeeded")
    assert [row["generation_id"] for row in listed.rows()] == [done["generation_id"]]
    assert (await client.call("GET", "/ai/queue?status=done")).status == 400


async def test_a_list_shows_ones_own_namespace_unless_another_is_named(client: Client) -> None:
    await client.ended(target_namespace="sandbox-team")
    assert not (await client.call("GET", "/ai/queue?status=succeeded")).rows()
    assert (await client.call("GET", "/ai/queue?status=succeeded&namespace=sandbox-team")).rows()


async def test_a_list_can_be_narrowed_to_a_folder(client: Client) -> None:
    await client.ended(target_directory="easel/1")
    await client.ended()
    listed = await client.call("GET", "/ai/queue?status=succeeded&folder=easel/1&media_type=image&model=flux-2-dev")
    assert [row["target_directory"] for row in listed.rows()] == ["easel/1"]


async def test_an_unknown_id_is_not_found(client: Client) -> None:
    for method in ("GET", "DELETE"):
        reply = await client.call(method, "/ai/queue/none")
        assert (reply.status, reply.json["status_message"]) == (404, "resource_not_found")


async def test_a_cancel_ends_what_is_under_way_and_costs_nothing(client: Client) -> None:
    client.oxen.faults.add(Stick())
    generation_id = await client.enqueue()
    reply = await client.call("DELETE", f"/ai/queue/{generation_id}")
    assert reply.json == {"status": "success", "generation_id": generation_id}
    assert (await client.row(generation_id))["status"] == "cancelled"
    assert client.oxen.ledger.charged_usd() == 0


async def test_a_cancel_changes_nothing_that_has_ended(client: Client) -> None:
    done = await client.ended()
    assert (await client.call("DELETE", f"/ai/queue/{done['generation_id']}")).status == 200
    assert (await client.row(str(done["generation_id"])))["status"] == "succeeded"


async def test_a_cancel_may_come_too_late(client: Client) -> None:
    client.oxen.faults.add(CancelTooLate())
    client.oxen.knobs.painting_s = (0.02, 0.02)
    generation_id = await client.enqueue()
    assert (await client.call("DELETE", f"/ai/queue/{generation_id}")).json["status"] == "success"
    await client.wait_for_end(generation_id)
    assert (await client.row(generation_id))["status"] == "succeeded"


async def test_the_history_has_pages_costs_and_an_end(client: Client) -> None:
    ids = [(await client.ended())["generation_id"] for _ in range(3)]
    first = await client.call("GET", "/ai/generations?page_size=2")
    assert [row["generation_id"] for row in first.rows()] == [ids[2], ids[1]]
    assert (first.json["total_pages"], first.json["total_entries"], first.json["total_cost"]) == (2, 3, "0.15")
    beyond = await client.call("GET", "/ai/generations?page_size=2&page=9")
    assert (beyond.json["page_number"], [row["cost"] for row in beyond.rows()]) == (2, ["0.05"])


async def test_the_history_refuses_impossible_pages(client: Client) -> None:
    for query in ("page=0", "page_size=1001", "page=x"):
        assert (await client.call("GET", f"/ai/generations?{query}")).status == 400


async def test_a_model_can_be_found_by_id_though_it_is_not_listed(client: Client) -> None:
    client.oxen.knobs.unlisted_models = frozenset({"flux-2-dev"})
    listed = await client.call("GET", "/ai/models")
    assert "flux-2-dev" not in [model["id"] for model in listed.rows("data")]
    assert (await client.call("GET", "/ai/models/flux-2-dev")).json["id"] == "flux-2-dev"
    found = await client.call("GET", "/ai/models/search?search=flux-2-d")
    assert [model["id"] for model in found.rows("data")] == ["flux-2-dev"]
    assert (await client.call("GET", "/ai/models/none")).status == 404


async def test_stopping_ends_work_and_streams_without_a_murmur(client: Client) -> None:
    client.oxen.faults.add(Stick())
    stuck = await client.enqueue()
    async with client.stream() as stream:
        await client.oxen.stop()
        assert await stream.read() == b""
    assert client.oxen.streams.open_now == 0
    row = client.oxen.ledger.get(stuck)
    assert row is not None
    assert not row.status.is_terminal


async def test_there_is_no_address_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="before start"):
        _ = LocalOxen().api_url


async def test_a_wait_in_vain_tells_the_state(client: Client) -> None:
    await client.ended()
    with pytest.raises(TimeoutError, match="generations: 1 succeeded"):
        await client.oxen.wait_for(lambda: False, timeout_s=0)


async def test_a_restart_on_the_same_port_keeps_the_rows(client: Client) -> None:
    row = await client.ended()
    port = int(client.oxen.api_url.split(":")[2].split("/")[0])
    await client.oxen.stop()
    await client.oxen.start(port=port)
    assert (await client.row(str(row["generation_id"])))["status"] == "succeeded"


async def test_the_same_chance_gives_the_same_ids() -> None:
    ids: list[str] = []
    for _ in range(2):
        async with LocalOxen(rng=random.Random(7)) as oxen, aiohttp.ClientSession() as session:
            oxen.faults.add(Stick())
            ids.append(await Client(oxen=oxen, session=session).enqueue())
    assert ids[0] == ids[1]


async def cost(client: Client, generation_id: str) -> object:
    reply = await client.call("GET", f"/ai/generations/{generation_id}")
    return (jsontext.as_object(reply.json["generation"]) or {})["cost"]


@pytest.mark.parametrize(("charges_in_vain", "stated"), [(False, "0"), (True, "0.05")])
async def test_the_history_alone_states_what_a_cancelled_picture_cost(
    client: Client, *, charges_in_vain: bool, stated: str
) -> None:
    client.oxen.knobs.charges_in_vain = charges_in_vain
    client.oxen.faults.add(Stick())
    generation_id = await client.enqueue()
    await client.call("DELETE", f"/ai/queue/{generation_id}")
    assert await cost(client, generation_id) == stated
    assert "cost" not in await client.row(generation_id)


async def test_a_cost_may_be_stated_later_than_the_end(client: Client) -> None:
    client.oxen.knobs.costs_after_s = math.inf
    client.oxen.faults.add(Stick())
    generation_id = await client.enqueue()
    await client.call("DELETE", f"/ai/queue/{generation_id}")
    assert await cost(client, generation_id) is None
