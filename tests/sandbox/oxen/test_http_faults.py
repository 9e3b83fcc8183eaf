"""What can be made to go wrong between an order and its answer."""

import aiohttp
import pytest

from sandbox.oxen import (
    Answer,
    Hold,
    LoseAnswer,
    LoseRequest,
    Refuse,
    Replace,
    bad_gateway,
    garbled_json,
    no_generations,
    out_of_credits,
    server_error,
    too_many_requests,
)
from sandbox.oxen.faults import Fault
from tests.sandbox.oxen.client import PROMPT, Client

pytestmark = pytest.mark.e2e

QUEUE = "POST /ai/queue"


@pytest.mark.parametrize(("fault", "accepted"), [(LoseAnswer(route=QUEUE), 1), (LoseRequest(route=QUEUE), 0)])
async def test_a_connection_breaks_after_the_order_was_accepted_or_before(
    client: Client, fault: Fault, accepted: int
) -> None:
    client.oxen.faults.add(fault)
    with pytest.raises(aiohttp.ClientError):
        await client.enqueue()
    assert len(client.oxen.ledger.generations) == accepted
    assert client.oxen.log.requests[-1].status is None


@pytest.mark.parametrize(("answer", "status"), [(bad_gateway(), 502), (garbled_json(), 200), (no_generations(), 200)])
async def test_an_accepted_order_is_answered_with_something_else(client: Client, answer: Answer, status: int) -> None:
    client.oxen.faults.add(Replace(route=QUEUE, answer=answer))
    reply = await client.call("POST", "/ai/queue", json=PROMPT)
    assert (reply.status, reply.body) == (status, answer.body)
    assert len(client.oxen.ledger.generations) == 1


@pytest.mark.parametrize(
    ("answer", "status"), [(too_many_requests(retry_after_s=2), 429), (server_error(), 500), (out_of_credits(), 402)]
)
async def test_a_refused_order_is_not_accepted(client: Client, answer: Answer, status: int) -> None:
    client.oxen.faults.add(Refuse(route=QUEUE, answer=answer))
    assert (await client.call("POST", "/ai/queue", json=PROMPT)).status == status
    assert not client.oxen.ledger.generations


async def test_a_rate_limit_says_when_to_come_back(client: Client) -> None:
    client.oxen.faults.add(Refuse(route=QUEUE, answer=too_many_requests(retry_after_s=2)))
    assert (await client.call("POST", "/ai/queue", json=PROMPT)).headers["Retry-After"] == "2"


async def test_the_lists_can_be_down_while_orders_go_through(client: Client) -> None:
    client.oxen.faults.add(Refuse(route="GET /ai/*", answer=server_error(503)), times=None)
    await client.enqueue()
    for path in ("/ai/queue", "/ai/generations"):
        assert (await client.call("GET", path)).status == 503


async def test_an_order_whose_sender_gave_up_is_accepted_late(client: Client) -> None:
    client.oxen.faults.add(Hold(route=QUEUE, before_s=0.05))
    url, headers = client.oxen.api_url + "/ai/queue", {"Authorization": "Bearer sandbox-key"}
    with pytest.raises(TimeoutError):
        await client.session.post(url, json=PROMPT, headers=headers, timeout=aiohttp.ClientTimeout(total=0.02))
    assert not client.oxen.ledger.generations
    await client.oxen.wait_for(lambda: len(client.oxen.ledger.generations) == 1)


async def test_an_answer_can_be_late(client: Client) -> None:
    client.oxen.faults.add(Hold(route=QUEUE, after_s=0.02))
    await client.enqueue()
    duration_ms = client.oxen.log.on(QUEUE)[0].duration_ms
    assert duration_ms is not None
    assert duration_ms >= 20


async def test_the_log_shows_what_was_sent_but_not_the_key(client: Client) -> None:
    await client.enqueue()
    record = client.oxen.log.on(QUEUE)[0]
    assert (record.body, record.status, record.headers["Authorization"]) == (PROMPT, 200, "***")
    assert client.oxen.log.count(QUEUE) == 1
