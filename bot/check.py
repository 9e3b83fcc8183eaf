"""`python -m bot check`: tries everything that the bot will need, and says in plain words what to do."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TextIO

import aiohttp
import discord

from bot.client import point_discord_at
from bot.control_socket import ask_what_is_spent, socket_path
from bot.core.admission import DAY, MOSTLY_SPENT
from bot.core.model_search import find_model
from bot.core.money import dollars, microusd_of
from bot.errors import DatabaseInUseError, EaselError, PermanentError, RemoteError, UserError
from bot.oxen.client import OxenClient, open_client
from bot.settings import Settings
from bot.store import SqliteFile, locate
from bot.store.check import DatabaseCondition, check_database, spent_since

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)
"""What the invite in the README asks for."""
GUILDS_LISTED = 200
"""The most that Discord lists in one call; a larger bot is past its first check."""


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"
    PROBLEM = "PROBLEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report: what was looked at, how it is, and what to do if it is not fine."""

    verdict: Verdict
    about: str
    sentence: str


async def run(settings: Settings, *, clock: Callable[[], datetime], doubts: Sequence[str] = (), out: TextIO) -> int:
    """Check everything, print a line for each finding, and return the exit code: 0, or 1 with any problem.

    `doubts` are sentences about variables that do not do what the operator may expect.
    """
    point_discord_at(settings.discord_api_url, settings.discord_gateway_url)
    problems = 0
    for doubt in doubts:
        _print(_found(Verdict.NOTE, "settings", doubt), out)
    parts: Sequence[Callable[[Settings], Awaitable[list[Finding]]]] = (
        check_discord,
        check_oxen,
        check_store,
        lambda settings: check_money(settings, clock()),
    )
    for part in parts:
        for finding in await part(settings):
            problems += finding.verdict is Verdict.PROBLEM
            _print(finding, out)
    out.write("All is well. Start with: make run\n" if not problems else f"{problems} to put right.\n")
    return 1 if problems else 0


def _print(finding: Finding, out: TextIO) -> None:
    """Write a line at once: the next part may take its time."""
    out.write(f"{finding.verdict.value:<8}{finding.about}: {finding.sentence}\n")
    out.flush()


async def check_discord(settings: Settings) -> list[Finding]:
    """Log in over HTTP alone and look at the application and its servers."""
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(settings.discord_token.get_secret_value())
        return [
            _found(Verdict.OK, "Discord", f"logged in as {client.user}."),
            *await _application(client, settings),
            *await _guilds(client, settings),
        ]
    except discord.LoginFailure:
        return [_found(Verdict.PROBLEM, "Discord", "the token is refused. Make a new one under Bot > Reset Token.")]
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        reason = f"Discord cannot be reached ({type(error).__name__}). Look at the network and try again."
        return [_found(Verdict.PROBLEM, "Discord", reason)]
    finally:
        await client.close()


async def _application(client: discord.Client, settings: Settings) -> list[Finding]:
    application = await client.application_info()
    if not application.bot_public or settings.allowed_guilds:
        return []
    sentence = (
        "anybody can add this bot to a server, and its pictures are on your bill. "
        "Turn off Public Bot, or list your servers in ALLOWED_GUILDS."
    )
    return [_found(Verdict.NOTE, "Discord", sentence)]


async def _guilds(client: discord.Client, settings: Settings) -> list[Finding]:
    try:
        guilds = await client.http.get_guilds(GUILDS_LISTED)
    except discord.HTTPException as error:
        return [_found(Verdict.NOTE, "Discord", f"the list of servers could not be read (status {error.status}).")]
    if not guilds:
        return [_found(Verdict.PROBLEM, "Discord", "the bot is in no server yet. Invite it as the README says.")]
    missing = {int(guild["id"]): _missing_in(guild.get("permissions")) for guild in guilds}
    names = {int(guild["id"]): guild["name"] for guild in guilds}
    findings = [
        _found(Verdict.PROBLEM, f"server {names[guild_id]}", f"the bot's role lacks {', '.join(lacking)}. Grant that.")
        for guild_id, lacking in missing.items()
        if lacking
    ]
    wanted = {*settings.allowed_guilds, *([settings.discord_guild_id] if settings.discord_guild_id else [])}
    findings += [
        _found(Verdict.PROBLEM, f"server {guild_id}", "named in the settings, but the bot is not in it. Invite it.")
        for guild_id in sorted(wanted - missing.keys())
    ]
    servers = "1 server" if len(guilds) == 1 else f"{len(guilds)} servers"
    return findings or [_found(Verdict.OK, "Discord", f"in {servers}, with what it needs.")]


def _missing_in(permissions: object) -> list[str]:
    """Name what the bot's role lacks in a server; nothing where Discord does not say."""
    if not isinstance(permissions, str | int):
        return []
    held = discord.Permissions(int(permissions))
    if held.administrator:
        return []
    return [_words(name) for name, needed in NEEDED if needed and not getattr(held, name)]


def _words(permission: str) -> str:
    """Name a permission as Discord's screen does; discord.py calls View Channels by its old name."""
    return "View Channels" if permission == "read_messages" else permission.replace("_", " ").title()


async def check_oxen(settings: Settings) -> list[Finding]:
    """Try the key and look the models up."""
    key = settings.oxen_api_key.get_secret_value()
    async with open_client(base_url=settings.oxen_api_url, api_key=key, namespace=settings.oxen_namespace) as client:
        try:
            if not await client.check_key():
                sentence = "the key is refused. Make a new one at https://oxen.ai/settings/profile."
                return [_found(Verdict.PROBLEM, "Oxen", sentence)]
            namespace = await _namespace(client, settings)
            return [_found(Verdict.OK, "Oxen", "the key is taken."), *namespace, *await _models(client, settings)]
        except RemoteError as error:
            return [_found(Verdict.PROBLEM, "Oxen", _no_use_of(error, settings))]


async def _namespace(client: OxenClient, settings: Settings) -> list[Finding]:
    """Ask for a list of the namespace's, which Oxen refuses to a key that may not order into it."""
    if not settings.oxen_namespace:
        return []
    try:
        await client.list_open()
    except PermanentError:
        sentence = f"the key may not use {settings.oxen_namespace}. Correct it, or leave it out for the key's own."
        return [_found(Verdict.PROBLEM, "OXEN_NAMESPACE", sentence)]
    return [_found(Verdict.OK, "OXEN_NAMESPACE", f"the key may use {settings.oxen_namespace}.")]


def _no_use_of(error: RemoteError, settings: Settings) -> str:
    """Say why Oxen cannot be used, with the variable to look at; the error's text is the vendor's, or ours."""
    reason = f"no answer that can be used: {str(error).rstrip('.')}."
    if settings.oxen_api_url == Settings.model_fields["oxen_api_url"].default:
        return f"{reason} Look at the network, and try again later."
    return f"{reason} Look at OXEN_API_URL, which is not Oxen's usual address, or try again later."


async def _models(client: OxenClient, settings: Settings) -> list[Finding]:
    models = await client.models({settings.oxen_model, *settings.oxen_models})
    known = {model.id for model in models}
    findings = [
        _found(Verdict.PROBLEM, "OXEN_MODELS", f"Oxen has no model {name}. Correct its id, or leave it out.")
        for name in sorted(settings.oxen_models - known)
    ]
    try:
        model = find_model(None, models, default_model=settings.oxen_model, allowed=settings.oxen_models)
    except UserError as error:
        return [*findings, _found(Verdict.PROBLEM, "OXEN_MODEL", str(error))]
    price = model.price_usd({name: parameter.default for name, parameter in model.parameters.items()})
    if model.id != settings.oxen_model:
        sentence = f"not in OXEN_MODELS, so members who name no model get {model.id}."
        findings.append(_found(Verdict.NOTE, "OXEN_MODEL", sentence))
    cost = "its price is not in the catalogue"
    if price is not None:
        cost = f"{dollars(microusd_of(price))} a picture by the catalogue"
    elif settings.daily_usd or settings.daily_usd_per_member:
        sentence = f"{model.id} has no known price, so it is refused while DAILY_USD or DAILY_USD_PER_MEMBER holds."
        findings.append(_found(Verdict.PROBLEM, "OXEN_MODEL", sentence))
    return [*findings, _found(Verdict.OK, "OXEN_MODEL", f"{model.id}, {cost}.")]


async def check_store(settings: Settings) -> list[Finding]:
    """Try the database as the bot would use it."""
    try:
        report = await check_database(settings.database_url.get_secret_value())
    except EaselError as error:
        return [_found(Verdict.PROBLEM, "database", str(error))]
    verdicts = {DatabaseCondition.OK: Verdict.OK, DatabaseCondition.IN_USE: Verdict.OK}
    return [_found(verdicts.get(report.condition, Verdict.PROBLEM), "database", report.sentence)]


async def check_money(settings: Settings, now: datetime) -> list[Finding]:
    """Look at the ceilings, and at how much of everybody's is spent where the database or the running bot tells."""
    ceilings = (
        ("DAILY_USD", settings.daily_usd, "everybody together"),
        ("DAILY_USD_PER_MEMBER", settings.daily_usd_per_member, "one member"),
    )
    unbounded = [
        _found(Verdict.NOTE, name, f"0, so nothing limits what {who} may spend in a day.")
        for name, ceiling_usd, who in ceilings
        if not ceiling_usd
    ]
    if not settings.daily_usd:
        return unbounded
    ceiling_microusd = microusd_of(settings.daily_usd)
    spent_microusd = await _spent_microusd(settings, now)
    if spent_microusd is None:
        return [*unbounded, _found(Verdict.OK, "DAILY_USD", f"at most {dollars(ceiling_microusd)} in 24 h.")]
    spent = f"{dollars(spent_microusd)} of {dollars(ceiling_microusd)} are spent or reserved in these 24 h"
    if spent_microusd >= ceiling_microusd:
        return [*unbounded, _found(Verdict.NOTE, "DAILY_USD", f"{spent}: 100 %, so members are refused for now.")]
    if spent_microusd >= ceiling_microusd * MOSTLY_SPENT:
        return [*unbounded, _found(Verdict.NOTE, "DAILY_USD", f"{spent}: 80 % or more.")]
    return [*unbounded, _found(Verdict.OK, "DAILY_USD", f"{spent}.")]


async def _spent_microusd(settings: Settings, now: datetime) -> int | None:
    """Ask the database, or the running bot that has an SQLite file for itself; None where neither tells."""
    url = settings.database_url.get_secret_value()
    try:
        return await spent_since(url, now - DAY)
    except DatabaseInUseError:
        location = locate(url)
        if not isinstance(location, SqliteFile):
            return None
        try:
            return await ask_what_is_spent(socket_path(location.path))
        except (EaselError, OSError):
            return None
    except EaselError:
        return None


def _found(verdict: Verdict, about: str, sentence: str) -> Finding:
    return Finding(verdict=verdict, about=about, sentence=sentence)
