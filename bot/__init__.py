"""Easel, a self-hosted Discord bot that makes and edits pictures; start reading at `app.py`."""

import sys
from importlib.util import find_spec

__version__ = "0.2.0"
"""The same as in pyproject.toml, which is not installed with the bot; a test holds them together."""

if sys.platform == "win32":
    # asyncio takes no signal handlers there, and SQLite's lock on the file is another.
    sys.exit("Easel runs on Linux and macOS. On Windows, run it in WSL or with Docker.")
if find_spec("discord") is None or find_spec("sqlalchemy") is None:
    # Mostly the system's Python, where the one in .venv was meant: a traceback would not say so.
    sys.exit("This Python lacks Easel's packages. Run `make demo` once, then use: .venv/bin/python -m bot")
