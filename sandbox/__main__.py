"""`python -m sandbox [--once]`: arguments in, exit code out; ends cleanly when somebody interrupts it."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from sandbox import demo, once
from sandbox.terminal import Terminal

INTERRUPTED = 130
"""What a shell says of a program that Ctrl-C ended: 128 and the signal's number."""
HIGHEST_PORT = 65_535
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo and give the exit code."""
    arguments = _parser().parse_args()
    terminal = Terminal(sys.stdout, os.environ)
    if arguments.once:
        short = once.run(arguments.out, terminal, monotonic=time.monotonic)
        return asyncio.run(_until_interrupted(short, terminal, exit_code=INTERRUPTED))
    # A page is ended by Ctrl-C and by nothing else, so that is no failure.
    page = demo.run(terminal, port=arguments.port)
    return asyncio.run(_until_interrupted(page, terminal, exit_code=demo.STOPPED))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Try Easel without an account and without a network: in the browser, or --once in the terminal.",
    )
    parser.add_argument("--once", action="store_true", help="play a short demo in the terminal and end")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="where --once puts its pictures (default: out)"
    )
    parser.add_argument(
        "--port",
        type=_port,
        help=f"where the page is (default: {demo.PORT}, or the next one that is free)",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a port is a number from 0 to {HIGHEST_PORT}.")
    return int(text)


async def _until_interrupted(work: Coroutine[Any, Any, int], terminal: Terminal, *, exit_code: int) -> int:
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        terminal.line("\nStopped. Nothing is left running.")
        return exit_code


if __name__ == "__main__":
    sys.exit(main())
