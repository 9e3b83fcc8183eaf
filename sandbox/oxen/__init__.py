"""A local stand-in for Oxen.ai, on loopback, that refuses what the real service refuses.

It must not know the bot: the bot is a separate process that is pointed here by two variables.

    oxen = LocalOxen(account=Account(key="sandbox-key"), knobs=Knobs(painting_s=(3, 4)))
    async with oxen:                                  # or: await oxen.start(port=0) ... await oxen.stop()
        environment = {"OXEN_API_URL": oxen.api_url, "OXEN_API_KEY": oxen.account.key}
        await oxen.wait_for(lambda: oxen.streams.open_now == 1)

What can be read:

    oxen.log.requests          every request, oldest first, with what was answered (key and signatures hidden)
    oxen.log.count("POST /ai/queue"), oxen.log.count("GET /ai/queue/{generation_id}")
    oxen.streams.open_now, oxen.streams.opened_ever
    oxen.ledger.generations    every generation, oldest first;  oxen.ledger.charged_usd()

`await oxen.wait_for(predicate, timeout_s=5)` looks at the predicate again after every change, and never polls.

What can be turned while it runs: the fields of `oxen.knobs` (times, keep-alive, link lifetime, echo, data URIs ...).

What can be made to go wrong (`times=None` lasts until `oxen.faults.clear()`, `after=n` spares the first n matches):

    oxen.faults.add(Refuse(route="POST /ai/queue", answer=too_many_requests(retry_after_s=2)))
    oxen.faults.add(Refuse(route="GET /events", answer=html_page()), times=3)
    oxen.faults.add(LoseAnswer(route="POST /ai/queue"))                     # accepted, and nobody is told
    oxen.faults.add(Replace(route="POST /ai/queue", answer=bad_gateway()))  # likewise, with a proxy's page
    oxen.faults.add(Hold(route="POST /ai/queue", before_s=5))               # accepted late
    oxen.faults.add(Stick()); oxen.faults.add(DropEvent()); oxen.faults.add(ExpireLink())
    oxen.faults.add(OddResult(data=b"<svg/>", extension="svg", content_type="image/svg+xml"))
    oxen.drop_streams(); oxen.freeze_streams(); oxen.thaw_streams(); oxen.announcer.announce_stranger()

A route is a method and a path below /api as the log names it, `*` for anything. `PROMPT_WORDS` lists the words that
set off the same faults from inside a prompt, for people who click rather than write Python.
"""

from sandbox.oxen.account import Account
from sandbox.oxen.answers import (
    Answer,
    bad_gateway,
    garbled_json,
    html_page,
    no_generations,
    out_of_credits,
    server_error,
    too_many_requests,
)
from sandbox.oxen.faults import (
    BadFile,
    CancelTooLate,
    DelayEvent,
    DropEvent,
    EventFirst,
    ExpireLink,
    Fail,
    Faults,
    FileFlaw,
    GarbleEvent,
    Hold,
    HugeEvent,
    LoseAnswer,
    LoseRequest,
    OddResult,
    Refuse,
    RepeatEvent,
    Replace,
    Slow,
    Stick,
)
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Generation, Ledger, Status
from sandbox.oxen.prompt_words import PROMPT_WORDS
from sandbox.oxen.request_log import RequestLog, RequestRecord
from sandbox.oxen.server import LocalOxen
from sandbox.oxen.streams import StreamHub

__all__ = [
    "PROMPT_WORDS",
    "Account",
    "Answer",
    "BadFile",
    "CancelTooLate",
    "DelayEvent",
    "DropEvent",
    "EventFirst",
    "ExpireLink",
    "Fail",
    "Faults",
    "FileFlaw",
    "GarbleEvent",
    "Generation",
    "Hold",
    "HugeEvent",
    "Knobs",
    "Ledger",
    "LocalOxen",
    "LoseAnswer",
    "LoseRequest",
    "OddResult",
    "Refuse",
    "RepeatEvent",
    "Replace",
    "RequestLog",
    "RequestRecord",
    "Slow",
    "Status",
    "Stick",
    "StreamHub",
    "bad_gateway",
    "garbled_json",
    "html_page",
    "no_generations",
    "out_of_credits",
    "server_error",
    "too_many_requests",
]
