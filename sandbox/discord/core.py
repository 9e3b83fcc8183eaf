"""All parts of the sandbox that a request may need, in one value. Built in server.py."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.discord.changes import Changes
from sandbox.discord.clock import Clock
from sandbox.discord.faults import RequestFaults
from sandbox.discord.hub import Hub
from sandbox.discord.interactions import Interactions
from sandbox.discord.limits import RateLimits
from sandbox.discord.message_payloads import MessagePayloads
from sandbox.discord.messages import Messages
from sandbox.discord.record import RequestLog
from sandbox.discord.signing import Links
from sandbox.discord.snowflake import Snowflakes
from sandbox.discord.state import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    clock: Clock
    new_id: Snowflakes
    world: World
    changes: Changes
    links: Links
    hub: Hub
    payloads: MessagePayloads
    messages: Messages
    interactions: Interactions
    faults: RequestFaults
    limits: RateLimits
    log: RequestLog
    sleep: Callable[[float], Awaitable[object]]


CORE = web.AppKey("core", Core)
