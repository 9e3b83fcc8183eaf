"""Log lines for people (text) and machines (json), with nothing secret in them; knows no job and no service."""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

import orjson

from bot.settings import LogFormat, LogLevel

REDACTED = "[redacted]"
# A shorter secret (a database password such as "easel") would blank ordinary words; its address is blanked anyway.
_SHORTEST_SECRET = 8

# What ends a token in a URL, a header, a Python repr or JSON. "[" too: what is redacted stays as it is.
_END_CHARS = r"\s'\"<>()\[\]{},;&|\\"
_TOKEN = rf"[^{_END_CHARS}]+"
# Discord's ex, is and hm are short words: only whole parameter names count, also where the URL is quoted in another.
_NAME_START = r"(?:(?<![A-Za-z0-9_])|(?<=%26)|(?<=%3F))"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # "Bot" is an ordinary word too: what follows counts as a token if it has a dot or digit inside, or is long.
    (re.compile(rf"\b([Bb]ot(?:\s|%20)+)(?=[^\s'\"]*[.\d][^\s'\"]|[^\s'\"]{{16}}){_TOKEN}"), rf"\1{REDACTED}"),
    (re.compile(rf"\b(bearer(?:\s|%20)+){_TOKEN}", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(rf"(/(?:webhooks|interactions)/\d+/)[^/?#{_END_CHARS}]+"), rf"\1{REDACTED}"),
    # oxen_signature, X-Amz-Signature and their kin.
    (re.compile(rf"(signature(?:=|%3D)){_TOKEN}", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(rf"{_NAME_START}((?:ex|is|hm|oxen_expires)(?:=|%3D)){_TOKEN}"), rf"\1{REDACTED}"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/]*(@)"), rf"\1{REDACTED}\2"),
    (re.compile(r"([\"'](?:token|password|authorization)[\"']\s*:\s*[\"'])[^\"']+", re.IGNORECASE), rf"\1{REDACTED}"),
)

# These print bound values (prompts, tokens) or raw payloads below the level named here.
_LOWEST_LEVEL: Mapping[str, int] = {
    "discord": logging.INFO,
    "aiosqlite": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "PIL": logging.INFO,
}
_OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Escape codes and line ends that could forge a line or colour a terminal; \n stays and is indented, \t stays.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Surrogates come from odd file names and have no form in UTF-8; the rest ends a line for some readers, not for JSON.
_NOT_IN_JSON = re.compile(r"[\x85\u2028\u2029\ud800-\udfff]")
_BIGGEST_JSON_INTEGER = 2**63 - 1  # orjson refuses what no 64 bits hold

Redact = Callable[[str], str]


def redaction(secrets: Iterable[str] = ()) -> Redact:
    """Make the function that blanks these exact values and everything shaped like a token, key or signed URL."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
    exact = re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)) or r"(?!)")

    def redact(text: str) -> str:
        text = exact.sub(REDACTED, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    return redact


def _forms(secret: str) -> Iterable[str]:
    """Give a secret as it stands in a text, in a URL, in Python's repr and in JSON of either kind."""
    yield from (secret, quote(secret, safe=""), repr(secret)[1:-1])
    yield from (json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))


def configure_logging(
    level: LogLevel, log_format: LogFormat, *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send every record of the process, redacted, to `stream` (standard error); replaces what was configured before.

    What nothing catches is logged too, and so are warnings: what Python itself writes on the terminal is not redacted.
    """
    redact = redaction(secrets)
    handler = _QuietHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if log_format is LogFormat.JSON else TextFormatter(redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value)
    for name, lowest in _LOWEST_LEVEL.items():
        logging.getLogger(name).setLevel(max(lowest, root.level))
    logging.getLogger("aiohttp.access").disabled = True
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    sys.unraisablehook = _log_unraisable
    threading.excepthook = _log_uncaught_in_thread


class _QuietHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the record: the standard answer prints its raw arguments, and there is nowhere else to tell it."""


class TextFormatter(logging.Formatter):
    """One record as `time LEVEL logger: message name=value ...`; only a record's first line is not indented."""

    def __init__(self, redact: Redact) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        # Before they are quoted: a secret looks different afterwards.
        extras = "".join(f" {name}={_one_word(self._redact(str(value)))}" for name, value in _extras(record).items())
        head = f"{_time(record)} {record.levelname} {record.name}: {_message(record)}{extras}"
        text = "\n".join((head, *_details(record).values()))
        return _CONTROL.sub(_escaped, self._redact(text)).replace("\n", "\n    ")


class JsonFormatter(logging.Formatter):
    """One record as one JSON object on one line: time, level, logger, message, the extras, exception and stack."""

    def __init__(self, redact: Redact) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        said = {"time": _time(record), "level": record.levelname, "logger": record.name, "message": _message(record)}
        extras = {name: value for name, value in _extras(record).items() if name not in said}
        fields = {**said, **extras, **_details(record)}
        return orjson.dumps({name: self._value(value) for name, value in fields.items()}).decode()

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int) and abs(value) <= _BIGGEST_JSON_INTEGER:
            return value
        return _NOT_IN_JSON.sub(_escaped, self._redact(str(value)))


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit the text
        return f"{record.msg} (with arguments that do not fit, {record.pathname}:{record.lineno})"


def _extras(record: logging.LogRecord) -> dict[str, object]:
    """Give what the caller put into `extra` (job_id, generation_id, ...), in its order."""
    return {name: value for name, value in vars(record).items() if name not in _OWN_ATTRIBUTES}


def _one_word(text: str) -> str:
    return repr(text) if re.search(r"[\s'\"=]", text) else text


def _details(record: logging.LogRecord) -> dict[str, str]:
    """Give traceback and stack, each written anew: another handler may have left its text on the record."""
    formatter = logging.Formatter()
    details: dict[str, str] = {}
    if record.exc_info and record.exc_info[0] is not None:
        details["exception"] = formatter.formatException(record.exc_info)
    if record.stack_info:
        details["stack"] = formatter.formatStack(record.stack_info)
    return details


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logging.getLogger("bot").critical("stopped by an error that nothing caught", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    # Python leaves SystemExit out, too.
    if uncaught.exc_value is not None and not issubclass(uncaught.exc_type, SystemExit):
        what = (uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)
        logging.getLogger("bot").error("a thread was stopped by an error that nothing caught", exc_info=what)


def _log_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    error = unraisable.exc_value
    logging.getLogger("bot").error("%s", unraisable.err_msg or "an error where nothing can catch one", exc_info=error)
