"""`python -m bot [run | check | try ... | backup FILE | forget ID]`: arguments in, exit codes out, nothing else."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from enum import IntEnum
from typing import NoReturn

from bot import __version__, backup, forget, tryout
from bot.boundary import report_left_over
from bot.errors import ConfigurationError, DatabaseInUseError, ServiceRefusedError, StoreUnavailableError
from bot.logs import configure_logging
from bot.settings import DatabaseSettings, LogFormat, LogLevel, OxenSettings, Settings, doubtful_variables

log = logging.getLogger("bot")

LAST_MOMENT_S = 9.5
"""Of the 10 s that the README promises for a stop; `app` needs less of them unless something hangs."""


class Exit(IntEnum):
    """The README's exit codes; anything unforeseen ends with 1 as well, and its reason in the log."""

    STOPPED = 0
    FAILED = 1
    MISCONFIGURED = 2
    REFUSED = 3


def main() -> int:
    """Run a verb and give the exit code."""
    arguments = _parser().parse_args()
    try:
        match arguments.verb:
            case "check":
                # Discord's and the database's libraries take most of a second to load, which `try` need not wait for.
                from bot import check  # noqa: PLC0415

                settings = Settings.from_environment()
                _log_trouble_alone(settings)
                return asyncio.run(check.run(settings, clock=_now, doubts=doubtful_variables(), out=sys.stdout))
            case "try":
                settings = OxenSettings.from_environment()
                _log_trouble_alone(settings)
                return tryout.run(arguments, settings, monotonic=time.monotonic, sleep=asyncio.sleep)
            case "backup":
                return backup.run(arguments, DatabaseSettings.from_environment(), out=sys.stdout, err=sys.stderr)
            case "forget":
                settings = DatabaseSettings.from_environment()
                return forget.run(arguments, settings, clock=_now, out=sys.stdout, err=sys.stderr)
            case _:
                return _run(Settings.from_environment())
    except ConfigurationError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        return Exit.MISCONFIGURED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Easel, a Discord bot that makes pictures.")
    parser.add_argument("--version", action="version", version=f"Easel {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    verbs.add_parser("run", help="run the bot (the default)")
    verbs.add_parser("check", help="test the whole configuration and say what to do")
    tryout.add_arguments(verbs.add_parser("try", help="make one picture from the terminal"))
    backup.add_arguments(verbs.add_parser("backup", help="copy the SQLite database, also beside a running bot"))
    forget.add_arguments(verbs.add_parser("forget", help="remove what is kept about a person"))
    return parser


def _now() -> datetime:
    return datetime.now(UTC)


def _log_trouble_alone(settings: OxenSettings) -> None:
    """Log for a verb that speaks to a person on the terminal; like the bot's, nothing of it shows a secret."""
    configure_logging(LogLevel.ERROR, LogFormat.TEXT, secrets=settings.secrets())


def _run(settings: Settings) -> int:
    configure_logging(settings.log_level, settings.log_format, secrets=settings.secrets())
    log.info("Easel %s", __version__)
    for doubt in doubtful_variables():
        log.warning("%s", doubt)
    # Left open at the end: closing it would wait for every thread, whatever that does and for how long.
    runner = asyncio.Runner()
    try:
        runner.run(_run_until_told(settings))
    except ConfigurationError:
        raise
    except ServiceRefusedError as error:
        return _ended_by(BaseExceptionGroup("the start", [error]))
    except BaseExceptionGroup as group:
        return _ended_by(group)
    except (DatabaseInUseError, StoreUnavailableError) as error:
        sys.stderr.write(f"{error}\n")
        return Exit.FAILED
    return Exit.STOPPED


async def _run_until_told(settings: Settings) -> None:
    from bot import app  # noqa: PLC0415 - see `check` above

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        if not stop.is_set():
            _leave_in_time()
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told)
    loop.set_exception_handler(report_left_over)
    await app.run(settings, stop)


def _leave_in_time() -> None:
    """End the process at the last moment of a stop, should it still be there, whatever hangs in it."""

    def leave_late() -> None:
        log.warning("stopping took too long; the next start goes on with what was in hand")
        leave(Exit.STOPPED)

    timer = threading.Timer(LAST_MOMENT_S, leave_late)
    timer.daemon = True
    timer.start()


def leave(code: int) -> NoReturn:
    """End the process at once: Python itself would wait for threads that nobody needs any more."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _ended_by(group: BaseExceptionGroup[BaseException]) -> int:
    """Tell why a part of the bot died, and end as the README says for that reason."""
    for kind, code in ((ConfigurationError, Exit.MISCONFIGURED), (ServiceRefusedError, Exit.REFUSED)):
        matching = group.subgroup(kind)
        if matching is not None:
            for error in _leaves(matching):
                sys.stderr.write(f"{error}\n")
            return code
    log.critical("the bot ends, since a part of it died", exc_info=group)
    return Exit.FAILED


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    leaves: list[BaseException] = []
    group.subgroup(lambda error: not isinstance(error, BaseExceptionGroup) and leaves.append(error) is None)
    return leaves


if __name__ == "__main__":
    leave(main())
