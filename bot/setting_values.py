"""How one variable's text becomes a value, or what is odd about it; pure, and never repeats what may be secret."""

import re
from urllib.parse import SplitResult, urlsplit

from bot.core.hosts import is_loopback

DISCORD_API_URL = "https://discord.com/api/v10"
DISCORD_GATEWAY_URL = "wss://gateway.discord.gg/"
# Attachments come from these hosts only (developer documentation, "Signed Attachment CDN URLs"); the second proxies.
DISCORD_CDN_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})

_PLACEHOLDER = re.compile(
    r"<.*>|\[.*\]|\{.*\}|x+|\*+|\.+|…+|-+|_+"
    r"|(?:your|my|the|insert|paste|put|enter|replace|add)[-_ ].*"
    r"|.*[-_ ](?:here|goes|placeholder)"
    r"|change[-_ ]?(?:me|this|it).*|placeholder|secret|token|discord[-_ ]?token|(?:oxen[-_ ]?)?(?:api[-_ ]?)?key"
    r"|none|null|todo|tbd|example|dummy",
    re.IGNORECASE,
)
# What may stand in an Authorization header as one word; a quotation mark comes from a quoted value in an env file.
_ONE_WORD = re.compile(r"[!#-&(-_a-~]+")
_NAME = re.compile(r"[\w.:-]+", re.ASCII)
# Discord's ids are 64-bit numbers that grow with time; since 2015 they have 17 digits or more.
_SNOWFLAKE = re.compile(r"[1-9][0-9]{16,19}")
_LARGEST_SNOWFLAKE = 2**64 - 1
# Enough to recognise what was typed, too little of a token pasted into the wrong line to be of use.
_SHOWN_CHARS = 20


class OddValueError(ValueError):
    """What is odd about a value, as the middle of a sentence: "NAME <text>: give ..."."""


def shown(text: str) -> str:
    """Give a value that is no secret as it may stand in a sentence."""
    return repr(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…")


def bare_secret(text: str) -> str:
    """Give the token or key as it is; placeholders and values with something around them are odd."""
    if _PLACEHOLDER.fullmatch(text):
        raise OddValueError("is still a placeholder")
    if not _ONE_WORD.fullmatch(text):
        raise OddValueError("must be the bare value, without quotation marks, spaces or a word such as Bot before it")
    return text


def name(text: str) -> str:
    """Give an id or name that fits into a path and a list."""
    if not _NAME.fullmatch(text):
        raise OddValueError("holds spaces or signs that no name has")
    return text


def names(text: str) -> frozenset[str]:
    return frozenset(name(item) for item in _items(text))


def is_snowflake(text: str) -> bool:
    """Tell whether a text is an id of Discord."""
    return _SNOWFLAKE.fullmatch(text) is not None and int(text) <= _LARGEST_SNOWFLAKE


def snowflake(text: str) -> int:
    if not is_snowflake(text):
        raise OddValueError(f"holds {shown(text)}, which is not an id of Discord")
    return int(text)


def snowflakes(text: str) -> frozenset[int]:
    return frozenset(snowflake(item) for item in _items(text))


def discord_api_url(text: str) -> str:
    """Give the REST base without a trailing slash; the token goes there, so it is Discord or this machine."""
    return _discord_url(text, DISCORD_API_URL, frozenset({"http", "https"})).rstrip("/")


def discord_gateway_url(text: str) -> str:
    return _discord_url(text, DISCORD_GATEWAY_URL, frozenset({"ws", "wss"}))


def oxen_api_url(text: str) -> str:
    """Give the base without a trailing slash; the key goes there, so it is encrypted or stays on this machine."""
    parts = _split(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise OddValueError("is not an https:// address")
    return text.rstrip("/")


def cdn_hosts(text: str) -> frozenset[str]:
    hosts = frozenset(item.lower().strip("[]") for item in _items(text))
    if not all(host in DISCORD_CDN_HOSTS or is_loopback(host) for host in hosts):
        raise OddValueError("names a host that is neither Discord's nor this machine")
    return hosts


def database_url(text: str) -> str:
    """Give the address of a SQLite file or a PostgreSQL database as it was written."""
    scheme, _, rest = text.partition("://")
    if scheme == "sqlite":
        return _sqlite_url(text, rest)
    if scheme not in {"postgresql", "postgres"} or re.search(r"[\s\\#]", text) or rest.count("@") > 1:
        raise OddValueError("is not the address of a database")
    parts = _parts(text)
    database = parts.path.removeprefix("/")
    if not database or "/" in database:  # without a host it is the local socket
        raise OddValueError("lacks the name of a database")
    return text


def _sqlite_url(text: str, rest: str) -> str:
    if not rest.startswith("/") or rest.endswith("/") or "?" in rest:
        raise OddValueError("is not the address of a file alone")
    if rest.startswith("/:"):
        raise OddValueError("keeps jobs in memory only, where a restart loses them")
    return text


def _discord_url(text: str, official: str, schemes: frozenset[str]) -> str:
    if text.rstrip("/") == official.rstrip("/"):
        return official
    parts = _split(text)
    if parts.scheme not in schemes or not is_loopback(parts.hostname):
        raise OddValueError("is neither Discord's address nor on this machine")
    return text


def _split(text: str) -> SplitResult:
    """Take an address apart; refuses what two programs could read as two hosts, and parts that a base never has."""
    parts = _parts(text)
    if re.search(r"[\s\\?#]", text) or "@" in parts.netloc or not parts.hostname:
        raise OddValueError("is not a plain address")
    return parts


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # reading it is the check
    except ValueError:
        raise OddValueError("is not a plain address") from None
    return parts


def _items(text: str) -> list[str]:
    items = [item.strip() for item in text.split(",") if item.strip()]
    if not items:
        raise OddValueError("holds only commas")
    return items
