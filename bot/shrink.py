"""Makes a picture fit Discord's size limit and its eyes, in a process of its own; knows nothing of messages.

Never raises: what cannot be remade is given back as it is, and the caller hands it over in another way.
"""

import asyncio
import logging
import sys
from contextlib import suppress
from pathlib import Path

from bot.core.file_kind import FileKind, Showing, kind_of
from bot.core.placement import ResultFile

log = logging.getLogger(__name__)

PROGRAM = "bot.shrinking"
ROOT = Path(__file__).parent.parent
AT_ONCE = 1
"""One such process takes about 300 MB at the most."""
PATIENCE_S = 45.0
"""It ends itself after 30 s of computing (`shrinking.CPU_S`); on a busy machine that takes longer."""
CHUNK_BYTES = 256 * 1024


class PictureShrinker:
    """Satisfies ports.Shrinker with Pillow, of which this process loads nothing."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._patience_s = patience_s

    async def shrink(self, file: ResultFile, limit_bytes: int) -> ResultFile:
        """Give the file as it is when it fits and shows, else a form that does; as it is, where there is none."""
        kind = kind_of(file.data)
        to_png = kind is not None and kind.showing is Showing.AS_PNG
        can_be_smaller = kind is not None and kind.is_picture and kind.showing is not Showing.AS_FILE
        if not to_png and (len(file.data) <= limit_bytes or not can_be_smaller):
            return file
        async with self._turn:
            remade = await self._remade(file.data, limit_bytes, to_png=to_png)
        return file if remade is None else _named(file, *remade, kind if to_png else None)

    async def _remade(self, data: bytes, limit_bytes: int, *, to_png: bool) -> tuple[str, bytes] | None:
        try:
            async with asyncio.timeout(self._patience_s):
                return await _run(data, "png" if to_png else "smaller", str(limit_bytes))
        except TimeoutError:
            log.warning("a picture of %d bytes was not remade within %g s", len(data), self._patience_s)
        except OSError as error:
            log.warning("a picture of %d bytes was not remade: %s", len(data), error)
        return None


def _named(file: ResultFile, head: str, data: bytes, made_of: FileKind | None) -> ResultFile:
    extension, _, motion = head.partition(" ")
    remade = file
    if made_of is not None:
        remade = remade.remade(data, extension, of=made_of)
    if made_of is None or extension != "png":
        remade = remade.remade(data, extension, still=motion == "still")
    return remade


async def _run(data: bytes, *arguments: str) -> tuple[str, bytes] | None:
    """Run the program on a picture; it sees no variable of ours, and is killed when the caller stops waiting."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", PROGRAM, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        env={},
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("a process without pipes")
    try:
        await _hand_over(data, process.stdin)
        head = await process.stdout.readline()
        form = await process.stdout.read()
        code = await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if code != 0:
        log.warning("a picture of %d bytes was not remade: exit code %s", len(data), code)
        return None
    return (head.decode().strip(), form) if form else None


async def _hand_over(data: bytes, pipe: asyncio.StreamWriter) -> None:
    """Write a picture piece by piece, so that it is not copied whole; a process that has ended takes no more of it."""
    with suppress(ConnectionError):
        for at in range(0, len(data), CHUNK_BYTES):
            pipe.write(data[at : at + CHUNK_BYTES])
            await pipe.drain()
    pipe.close()
