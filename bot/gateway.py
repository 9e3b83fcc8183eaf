"""Logs in to Discord and keeps the gateway open for as long as the bot runs, whatever ends it. Knows no feature.

discord.py's own loop ends with whatever its parsers raise, and closes the whole client for some codes; this one
comes back after everything.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route

from bot.boundary import report
from bot.client import EaselBot
from bot.command_list import CommandsRefusedError
from bot.core.backoff import Backoff
from bot.credentials import CredentialWatch
from bot.errors import ConfigurationError
from bot.gateway_socket import GatewaySocket

log = logging.getLogger(__name__)

AWAY = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a Discord raises that cannot be reached or is in trouble; TimeoutError is an OSError."""
LOGIN_BACKOFF = Backoff(first_s=1.0, cap_s=60.0)
LINE_BACKOFF = Backoff(first_s=0.5, cap_s=60.0)
IDENTIFY_BACKOFF = Backoff(first_s=5.0, cap_s=300.0)
"""Discord takes one IDENTIFY in 5 s, and 1,000 a day (developer documentation, "Gateway", "Rate Limits")."""
IDENTIFIES_KEPT = 20
"""After the last one Discord resets the token, so the bot waits for the next day before that."""
LASTING_S = 600.0
"""A session that lives for so long ends for a reason of its own, not for the one before it."""
RESUMES_TRIED = 5
"""So many lines in a row that break at once mean that the session, or the host that keeps it, is gone."""
SECOND_OPINION_S = 30.0
"""A refusal in Discord's own words that comes again after this is final."""
OPEN_TIMEOUT_S = 60.0
FAREWELL_S = 1.0
"""How long a socket may take to close; a line that is half dead would take for ever."""
RESUMABLE = 4000
"""Closed with any code but 1000 and 1001, a session can be taken up again."""
AUTHENTICATION_FAILED = 4004
NO_SESSION_LEFT = frozenset({1000, 4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which a new session must be begun (developer documentation, "Opcodes and Status Codes")."""
MEANING = {
    4010: "Discord refuses how Easel counts its shards. Update Easel",
    4011: "Discord wants a bot in 2,500 servers and more to run in shards, which Easel cannot: let it leave some",
    4012: "Discord no longer knows the version of the gateway that Easel speaks. Update Easel",
    4013: "Discord does not know the events that Easel asks for. Update Easel",
    4014: "Discord does not let this application have the events that Easel asks for. Update Easel",
}
"""What closes a connection for good, as long as nothing is changed; it is tried again every five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a connection ended: with which code, if Discord said one, and whether its session may be taken up again."""

    reason: str
    code: int | None = None
    resume: bool = True


@dataclass(slots=True)
class _Line:
    """What is remembered from one connection to the next."""

    backoff: Backoff = LINE_BACKOFF
    identify: Backoff = IDENTIFY_BACKOFF
    identifies: int = 0
    identified_at_s: float | None = None
    resume: bool = False
    told: set[int] = field(default_factory=set[int])


class Gateway:
    """The bot's line to Discord."""

    def __init__(
        self,
        bot: EaselBot,
        *,
        token: str,
        watch: CredentialWatch,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._bot = bot
        self._token = token
        self._watch = watch
        self._monotonic = monotonic
        self._sleep = sleep

    async def run(self) -> None:
        """Stay connected until cancelled; raises ServiceRefusedError for a token that never worked."""
        await self._begin()
        line = _Line()
        while not self._bot.is_closed():
            if not line.resume:
                await self._may_identify(line)
            began_s = self._monotonic()
            ended = await self._listen(resume=line.resume)
            await self._hang_up()
            if self._monotonic() - began_s > LINE_BACKOFF.cap_s:
                line.backoff = LINE_BACKOFF
            is_known = self._session() is not None and line.backoff.failures < RESUMES_TRIED
            line.resume = ended.resume and is_known
            await self._pause(line, ended)

    async def _pause(self, line: _Line, ended: _Ended) -> None:
        """Wait before the next connection as its end asks for."""
        if ended.code == AUTHENTICATION_FAILED:
            self._watch.refused()
            await self._insist(self._ask_who_we_are)
            self._watch.taken()
            return
        if ended.code in MEANING:
            if ended.code not in line.told:
                line.told.add(ended.code)
                log.error("%s (close code %d); it is tried again", MEANING[ended.code], ended.code)
            await self._sleep(IDENTIFY_BACKOFF.cap_s)
            return
        log.info("gateway dropped: %s; next try within %.1f s", ended.reason, line.backoff.pause_s)
        await self._sleep(random.uniform(line.backoff.pause_s / 2, line.backoff.pause_s))  # noqa: S311 - spread, not secret
        line.backoff = line.backoff.failed()

    async def _begin(self) -> None:
        """Log in over HTTP, then tell Discord the commands; what is in the way of that is waited for."""
        await self._insist(self._log_in)
        self._watch.taken()
        await self._insist(self._bot.write_commands)

    async def _log_in(self) -> None:
        await self._bot.login(self._token)

    async def _ask_who_we_are(self) -> None:
        """Make a call that costs no IDENTIFY and needs nothing but the token."""
        await self._bot.http.request(Route("GET", "/users/@me"))

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Try a step until Discord lets it pass; raises what ends the bot."""
        backoff = LOGIN_BACKOFF
        said = ""
        while True:
            try:
                await step()
            except CommandsRefusedError as error:
                if said:
                    raise ConfigurationError((str(error),)) from None
                said = str(error)
                log.warning("%s Tried once more in %.0f s", said, SECOND_OPINION_S)
                await self._sleep(SECOND_OPINION_S)
                continue
            except Exception as error:  # noqa: BLE001 - the boundary around discord.py
                said = self._note(error, said)
            else:
                return
            await self._sleep(backoff.pause_s)
            backoff = backoff.failed()

    def _note(self, error: Exception, said: str) -> str:
        """Say once why a step did not pass, and return what was said; raises what ends the bot."""
        if isinstance(error, discord.LoginFailure) or getattr(error, "status", None) == HTTPStatus.UNAUTHORIZED:
            self._watch.refused()
            return said
        if not isinstance(error, AWAY):
            report("a call to Discord failed", error)
            return said
        reason = _reason(error)
        if reason != said:
            log.warning("Discord cannot be reached (%s); it is tried again until it can", reason)
        return reason

    async def _may_identify(self, line: _Line) -> None:
        """Wait until another session may be begun: not too soon after the last one, nor with the day's last ones."""
        if line.identified_at_s is not None and self._bot.identifies > line.identifies:
            ago_s = self._monotonic() - line.identified_at_s
            if ago_s > LASTING_S:
                line.identify = IDENTIFY_BACKOFF
            await self._sleep(max(0.0, line.identify.pause_s - ago_s))
            line.identify = line.identify.failed()
        wait_s = await self._identifies_return_in_s()
        if wait_s > 0:
            log.error("Discord allows hardly any more logins today; the bot waits %.0f minutes", wait_s / 60)
            await self._sleep(wait_s)
        line.identifies = self._bot.identifies
        line.identified_at_s = self._monotonic()

    async def _identifies_return_in_s(self) -> float:
        """Return how long to wait because nearly all of the day's sessions are used up; 0 when they are not."""
        try:
            _, _, limit = await self._bot.http.get_bot_gateway()
            return limit["reset_after"] / 1000 if limit["remaining"] <= IDENTIFIES_KEPT else 0.0
        except (*AWAY, discord.GatewayNotFound, LookupError, TypeError, ValueError):
            # The gateway itself will say what is wrong, if anything is.
            return 0.0

    async def _listen(self, *, resume: bool) -> _Ended:
        """Open one connection and handle what comes until it ends."""
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                socket = await self._open(resume=resume)
            while True:
                await socket.poll_event()
        except ReconnectWebSocket as error:
            return _Ended(reason="Discord asked for it, or fell silent", resume=error.resume)
        except discord.ConnectionClosed as error:
            return _Ended(reason=f"close code {error.code}", code=error.code, resume=error.code not in NO_SESSION_LEFT)
        except AWAY as error:
            return _Ended(reason=_reason(error))
        except Exception as error:  # noqa: BLE001 - the boundary around discord.py's connection
            report("the connection to Discord's gateway broke", error)
            return _Ended(reason=type(error).__name__)
        finally:
            self._bot.dispatch("disconnect")

    async def _open(self, *, resume: bool) -> DiscordWebSocket:
        session = self._session()
        if not resume or session is None:
            # `initial` says that nothing need be waited for, since `_may_identify` has waited.
            return await GatewaySocket.from_client(self._bot, initial=True)
        return await GatewaySocket.from_client(
            self._bot, resume=True, session=session.session_id, sequence=session.sequence, gateway=session.gateway
        )

    def _session(self) -> DiscordWebSocket | None:
        """Return the last connection, if it had a session."""
        socket = self._bot.ws
        # discord.py leaves `ws` unset until the first connection, against its own annotation.
        return socket if socket is not None and socket.session_id else None  # pyright: ignore[reportUnnecessaryComparison]

    def is_open(self) -> bool:
        """Tell whether Discord's events reach us just now."""
        socket = self._session()
        return self._bot.is_ready() and socket is not None and socket.open

    async def leave(self) -> None:
        """Close the gateway's socket for good, so that Discord sends nothing new; calls over HTTP still work."""
        await self._hang_up(code=1000)

    async def _hang_up(self, *, code: int = RESUMABLE) -> None:
        socket = self._bot.ws
        if socket is not None:  # pyright: ignore[reportUnnecessaryComparison] - see `_session`
            with suppress(TimeoutError, *AWAY, RuntimeError):
                async with asyncio.timeout(FAREWELL_S):
                    await socket.close(code=code)

    async def close(self) -> None:
        """Close the client for good, so that `run` ends even if discord.py took its cancellation for a lost line."""
        await self._bot.close()


def _reason(error: BaseException) -> str:
    """Name an error without its text, which may hold an address or a token."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}"
    return type(error).__name__
