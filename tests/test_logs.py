"""What a log line shows, and what it never shows."""

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import aiohttp
import discord
import orjson
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.__main__ import main
from bot.logs import REDACTED, JsonFormatter, TextFormatter, configure_logging, redaction
from bot.settings import LogFormat, LogLevel

TOKEN = "MTE4MDAwMDAwMDAwMDAwMDAw.GmX2Ab.s3cr3tpart-of_the-token"
INTERACTION = "aW50ZXJhY3Rpb246MTE4MDAw-_x"
CDN = "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=66a1b2c3&is=66a06143&hm=0f1e2d3c4b5a&"
RESULT = "https://hub.oxen.ai/api/repos/a/b/files/x.png?oxen_signature=c2lnbmVk&oxen_expires=1790000000"

configured = ("discord", "aiosqlite", "sqlalchemy", "PIL", "aiohttp.access", "")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in configured]
    before = [(logger, logger.level, logger.disabled, list(logger.handlers)) for logger in loggers]
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    yield
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    for logger, level, disabled, handlers in before:
        logger.setLevel(level)
        logger.disabled = disabled
        logger.handlers[:] = handlers


def log_to(log_format: LogFormat, *, level: LogLevel = LogLevel.INFO, secrets: tuple[str, ...] = ()) -> io.StringIO:
    stream = io.StringIO()
    configure_logging(level, log_format, secrets=secrets, stream=stream)
    return stream


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("bot.listener").makeRecord(
        "bot.listener", logging.INFO, "listener.py", 7, message, args, None, extra=extra
    )
    made.created = 1_790_000_000.25
    return made


def text(made: logging.LogRecord) -> str:
    return TextFormatter(redaction()).format(made)


def as_json(made: logging.LogRecord) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(JsonFormatter(redaction()).format(made)))


class TestText:
    def test_a_line_says_when_in_utc_how_bad_where_what_and_for_which_job(self) -> None:
        line = text(record("job %s", "done", job_id="118", generation_id="a-b"))
        assert line == "2026-09-21T14:13:20.250Z INFO bot.listener: job done job_id=118 generation_id=a-b"

    def test_an_extra_of_several_words_is_quoted(self) -> None:
        assert text(record("stream dropped", reason="read timed out")).endswith(
            "stream dropped reason='read timed out'"
        )

    def test_a_message_cannot_forge_a_line_or_colour_the_terminal(self) -> None:
        line = text(record("odd: %s", "a\n2026-09-21 INFO bot: all is well\r\x1b[31m\u2028"))
        assert line.splitlines()[1:] == ["    2026-09-21 INFO bot: all is well\\r\\x1b[31m\\u2028"]

    def test_a_traceback_follows_its_line_indented(self) -> None:
        stream = log_to(LogFormat.TEXT)
        with pytest.raises(ZeroDivisionError):
            divide()
        first, *rest = stream.getvalue().splitlines()
        assert first.endswith("ERROR bot: it broke")
        assert rest[0] == "    Traceback (most recent call last):"
        assert rest[-1] == "    ZeroDivisionError: division by zero"


class TestJson:
    def test_a_record_is_one_object_with_the_ids(self) -> None:
        assert as_json(record("job %s", "done", job_id="118", generation_id="a-b", tries=2, in_s=0.5)) == {
            "time": "2026-09-21T14:13:20.250Z",
            "level": "INFO",
            "logger": "bot.listener",
            "message": "job done",
            "job_id": "118",
            "generation_id": "a-b",
            "tries": 2,
            "in_s": 0.5,
        }

    def test_a_traceback_stays_on_the_records_line(self) -> None:
        stream = log_to(LogFormat.JSON)
        with pytest.raises(ZeroDivisionError):
            divide()
        (line,) = stream.getvalue().splitlines()
        assert str(orjson.loads(line)["exception"]).endswith("ZeroDivisionError: division by zero")

    def test_a_stack_is_kept(self) -> None:
        stream = log_to(LogFormat.JSON)
        logging.getLogger("bot").warning("slow", stack_info=True)
        assert "test_a_stack_is_kept" in str(orjson.loads(stream.getvalue())["stack"])

    @pytest.mark.parametrize("value", [2**70, "\ud800", object, {"a": 1}, float("nan")])
    def test_a_value_that_json_lacks_does_not_lose_the_record(self, value: object) -> None:
        assert as_json(record("odd", value=value))["message"] == "odd"

    @given(st.text())
    def test_every_message_is_one_line(self, message: str) -> None:
        line = JsonFormatter(redaction()).format(record("%s", message))
        assert len(line.splitlines()) == 1


def divide() -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("bot").exception("it broke")
        raise


class TestRedaction:
    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            (f"Authorization: Bot {TOKEN}", f"Authorization: Bot {REDACTED}"),
            ("sent Bearer abc, again", f"sent Bearer {REDACTED}, again"),
            ("'authorization': 'Basic abc=='", f"'authorization': '{REDACTED}'"),
            (f"/webhooks/1/{INTERACTION}/messages/2?x=1", f"/webhooks/1/{REDACTED}/messages/2?x=1"),
            (f"/interactions/1/{INTERACTION}/callback", f"/interactions/1/{REDACTED}/callback"),
            ("?X-Amz-Signature=ab12&v=1", f"?X-Amz-Signature={REDACTED}&v=1"),
            ("x?oxen_signature=ab%2F&oxen_expires=9", f"x?oxen_signature={REDACTED}&oxen_expires={REDACTED}"),
            ("a.png?ex=1&is=2&hm=3& b", f"a.png?ex={REDACTED}&is={REDACTED}&hm={REDACTED}& b"),
            ("u=https%3A%2F%2Fc%2Fa%3Fex%3D66%26hm%3Dab", f"u=https%3A%2F%2Fc%2Fa%3Fex%3D{REDACTED}"),
            ("postgresql://easel:p:w@d@host/db", f"postgresql://easel:{REDACTED}@host/db"),
            ('{"id": "1", "token": "aW50"}', f'{{"id": "1", "token": "{REDACTED}"}}'),
        ],
    )
    def test_what_is_secret_goes_and_the_rest_stays(self, said: str, shown: str) -> None:
        assert redaction()(said) == shown

    @pytest.mark.parametrize(
        "said",
        [
            "Bot is ready, as the bot was before.",
            "index=5 this=that mutex=1 axis=2",
            "http://127.0.0.1:8080/api/v10/users/@me",
            "/webhooks and /interactions are routes",
        ],
    )
    def test_ordinary_words_stay(self, said: str) -> None:
        assert redaction()(said) == said

    def test_the_configured_secrets_go_wherever_they_stand(self) -> None:
        redact = redaction(["correct horse/battery", "correct horse/battery-staple"])
        said = "a correct horse/battery-staple, b=correct%20horse%2Fbattery"
        assert redact(said) == f"a {REDACTED}, b={REDACTED}"

    def test_a_secret_too_short_to_be_told_from_a_word_is_not_blanked_in_words(self) -> None:
        assert redaction(["easel", ""])("easel is ready") == "easel is ready"

    @given(st.text())
    def test_what_is_redacted_stays_as_it_is(self, said: str) -> None:
        once = redaction([TOKEN])(f"{said} Bot {TOKEN} {CDN} {RESULT}")
        assert redaction([TOKEN])(once) == once


class FakeResponse:
    """As much of a response as discord.HTTPException reads."""

    status = 404
    reason = "Not Found"


def request_error(url: str) -> aiohttp.ClientResponseError:
    headers = CIMultiDictProxy(CIMultiDict({"Authorization": f"Bot {TOKEN}"}))
    request = aiohttp.RequestInfo(URL(url), "PATCH", headers, URL(url))
    return aiohttp.ClientResponseError(request, (), status=404, message="Not Found", headers=headers)


@pytest.mark.parametrize("log_format", list(LogFormat))
class TestEveryRecord:
    secrets = (TOKEN, INTERACTION, "66a1b2c3", "0f1e2d3c4b5a", "c2lnbmVk", "hunter2-pass")

    def log_raised(self, error: Exception, log_format: LogFormat) -> str:
        stream = log_to(log_format, secrets=("hunter2-pass",))
        try:
            raise error
        except type(error):
            logging.getLogger("bot").exception("failed: %s %r", error, error, extra={"error": error})
        shown = stream.getvalue()
        assert type(error).__name__ in shown
        return shown

    @pytest.mark.parametrize("url", [CDN, RESULT, f"https://discord.com/api/v10/webhooks/1/{INTERACTION}/messages/2"])
    def test_of_an_http_error_hides_its_address_and_headers(self, log_format: LogFormat, url: str) -> None:
        error = request_error(url)
        assert any(secret in str(error) for secret in self.secrets), "else this test shows nothing"
        assert TOKEN in repr(error)
        shown = self.log_raised(error, log_format)
        assert not any(secret in shown for secret in self.secrets)

    def test_of_discords_error_hides_what_discord_repeats(self, log_format: LogFormat) -> None:
        message: dict[str, object] = {"code": 50035, "message": f"odd url {CDN} for /webhooks/1/{INTERACTION}"}
        error = discord.HTTPException(cast("aiohttp.ClientResponse", FakeResponse()), message)
        assert INTERACTION in str(error)
        shown = self.log_raised(error, log_format)
        assert not any(secret in shown for secret in self.secrets)

    def test_hides_the_cause_of_an_error_and_its_stack_too(self, log_format: LogFormat) -> None:
        stream = log_to(log_format, secrets=("hunter2-pass",))
        try:
            try:
                raise request_error(RESULT)
            except aiohttp.ClientError as error:
                raise OSError("postgresql://easel:hunter2-pass@db/easel") from error
        except OSError:
            logging.getLogger("bot").exception("no database", stack_info=True)
        assert "ClientResponseError" in stream.getvalue()
        assert not any(secret in stream.getvalue() for secret in self.secrets)

    def test_with_arguments_that_do_not_fit_shows_where_but_not_the_arguments(
        self, log_format: LogFormat, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stream = log_to(log_format)
        logging.getLogger("bot").warning("%d left", "a prompt of somebody")
        assert "test_logs.py" in stream.getvalue()
        assert "prompt" not in stream.getvalue() + capsys.readouterr().err

    def test_goes_through_the_log_when_nothing_catches_its_error(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)
        error = request_error(CDN)
        sys.excepthook(type(error), error, None)
        assert "ClientResponseError" in stream.getvalue()
        assert TOKEN not in stream.getvalue()


class Unsayable:
    """Something that cannot be put into words."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


async def fail_with(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("log_format", list(LogFormat))
class TestWhateverWayAnErrorTakes:
    """An HTTP error with a signed link and a token reaches the log, and neither of the two does."""

    def check(self, stream: io.StringIO, said: str = "ClientResponseError") -> None:
        assert said in stream.getvalue()
        assert TOKEN not in stream.getvalue()
        assert "0f1e2d3c4b5a" not in stream.getvalue()

    def test_from_a_thread(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)
        thread = threading.Thread(target=lambda: asyncio.run(fail_with(request_error(CDN))))
        thread.start()
        thread.join()
        self.check(stream)

    def test_from_where_nobody_can_catch_it(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)

        class Dying:
            def __del__(self) -> None:
                raise request_error(CDN)

        Dying()
        self.check(stream)

    async def test_from_a_task_that_nobody_waits_for(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)
        task = asyncio.create_task(fail_with(request_error(CDN)), name="forgotten")
        await asyncio.sleep(0)
        del task
        gc.collect()
        self.check(stream)

    async def test_from_a_callback_of_the_loop(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)

        def fail() -> None:
            raise request_error(CDN)

        asyncio.get_running_loop().call_soon(fail)
        await asyncio.sleep(0)
        self.check(stream)

    async def test_from_a_group_of_tasks_with_its_context_and_its_notes(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)
        first = request_error(CDN)
        first.add_note(f"while calling {CDN} as Bot {TOKEN}")
        first.__context__ = request_error(RESULT)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail_with(first))
        except ExceptionGroup:
            logging.getLogger("bot").exception("ended")
        self.check(stream)
        assert "c2lnbmVk" not in stream.getvalue()

    def test_as_a_value_beside_the_words(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)
        error = request_error(CDN)
        logging.getLogger("bot").warning(
            "%s %r %s", URL(CDN), error, error.request_info, extra={"url": URL(CDN), "sent": {"headers": error.headers}}
        )
        self.check(stream)

    def test_as_a_warning(self, log_format: LogFormat) -> None:
        stream = log_to(log_format)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"{request_error(CDN)!r}, {CDN}", ResourceWarning, stacklevel=1)
        self.check(stream)

    def test_as_what_cannot_be_put_into_words(self, log_format: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
        stream = log_to(log_format)
        logging.getLogger("bot").warning("%s", f"Bot {TOKEN}", extra={"odd": Unsayable()})
        assert TOKEN not in stream.getvalue() + capsys.readouterr().err


@pytest.mark.parametrize("password", ["back\\slash'quote", 'double"quote\\', "späte-Grüße"])
@pytest.mark.parametrize("log_format", list(LogFormat))
def test_a_password_of_odd_characters_is_blanked_also_where_python_or_json_quotes_it(
    log_format: LogFormat, password: str
) -> None:
    stream = log_to(log_format, secrets=(password,))
    said = (password, repr(password), json.dumps(password), repr([{"password": password}]))
    logging.getLogger("bot").warning("%s | %s | %s | %s", *said, extra={"given": {"k": password}})
    shown = stream.getvalue()
    assert "slash" not in shown
    assert "double" not in shown
    assert "Gr" not in shown


class TestLevels:
    def test_the_level_is_the_least_that_is_shown(self) -> None:
        stream = log_to(LogFormat.TEXT, level=LogLevel.WARNING)
        for name in ("bot", "discord.gateway"):
            logging.getLogger(name).info("quiet")
        assert stream.getvalue() == ""

    @pytest.mark.parametrize("name", ["discord.http", "aiosqlite", "sqlalchemy.engine", "PIL.PngImagePlugin"])
    def test_libraries_that_print_what_they_handle_say_nothing_below_info(self, name: str) -> None:
        stream = log_to(LogFormat.TEXT, level=LogLevel.DEBUG)
        logging.getLogger(name).debug("a prompt")
        logging.getLogger("bot").debug("ours")
        assert "a prompt" not in stream.getvalue()
        assert "ours" in stream.getvalue()

    def test_the_access_log_is_off(self) -> None:
        stream = log_to(LogFormat.TEXT, level=LogLevel.DEBUG)
        logging.getLogger("aiohttp.access").critical("GET /")
        assert stream.getvalue() == ""

    def test_configuring_again_replaces_the_first_time(self) -> None:
        first, second = log_to(LogFormat.TEXT), log_to(LogFormat.TEXT)
        logging.getLogger("bot").info("once")
        assert first.getvalue() == ""
        assert second.getvalue().count("once") == 1


@pytest.mark.e2e
@pytest.mark.parametrize("verb", [["check"], ["try", "a red cube"]])
def test_every_verb_that_knows_a_secret_redacts_what_goes_wrong(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bot", *verb])
    # `check` points discord.py elsewhere; this leads it back afterwards.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    nobody = "http://127.0.0.1:1"
    for name, value in {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": nobody,
        "OXEN_API_KEY": "oxen-key-of-this-test",
        "OXEN_API_URL": nobody,
    }.items():
        monkeypatch.setenv(name, value)
    assert main() == 1
    logging.getLogger("discord.http").error("%s responded with 429", f"{CDN} as oxen-key-of-this-test")
    error = request_error(CDN)
    sys.excepthook(type(error), error, None)
    shown = capsys.readouterr().err
    assert "responded with 429" in shown
    assert not any(secret in shown for secret in (TOKEN, "oxen-key-of-this-test", "0f1e2d3c4b5a"))
