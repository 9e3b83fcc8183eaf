"""Fast empty SQLite stores for tests: the schema is made once in a process, then its bytes are copied."""

import asyncio
import tempfile
import threading
from functools import cache
from pathlib import Path

from bot.store import open_store
from tests.store.values import SECRET, StoppedClock


@cache
def _schema() -> bytes:
    # A fixture may ask for it inside a running loop, which cannot run another one: hence the thread.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.db"
        thread = threading.Thread(target=asyncio.run, args=(_make(path),))
        thread.start()
        thread.join()
        return path.read_bytes()


async def _make(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}", secret=SECRET, clock=StoppedClock(), durable=False)
    await store.close()


def blank_sqlite_url(folder: Path) -> str:
    """Put a database with the schema and no jobs into a folder and give its DATABASE_URL."""
    path = folder / "easel.db"
    path.write_bytes(_schema())
    return f"sqlite:///{path}"
