"""`python -m sandbox --once`: arguments in, exit code out; ends cleanly when somebody interrupts it."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from sandbox import once
from sandbox.terminal import Terminal

INTERRUPTED = 130
"""What a shell says of a program that Ctrl-C ended: 128 and the signal's number."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo and give the exit code."""
    arguments = _parser().parse_args()
    terminal = Terminal(sys.stdout, os.environ)
    demo = once.run(arguments.out, terminal, monotonic=time.monotonic)
    return asyncio.run(_until_interrupted(demo, terminal))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Try Easel without an account and without a network."
    )
    parser.add_argument("--once", action="store_true", required=True, help="play a short demo in the terminal and end")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="where the pictures go (default: out)"
    )
    return parser


async def _until_interrupted(demo: Coroutine[Any, Any, int], terminal: Terminal) -> int:
    task = asyncio.create_task(demo)
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        terminal.line("\nStopped. Nothing is left running.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
