"""The floor: Oxen's event to Discord's edit with aiohttp alone, and nothing stored, checked, retried or logged.

`python -m bench.bare_script EVENTS_URL KEY`; each line on its standard input is a Job that waits for its event.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import TypedDict, cast

import aiohttp

FILENAME = "picture.png"
FOR_EVER = aiohttp.ClientTimeout(total=None)


class Job(TypedDict):
    """What the script must know to finish a job; `payload` is the edit's JSON as text and names FILENAME."""

    generation_id: str
    edit_url: str
    payload: str


async def jobs_from_stdin() -> AsyncIterator[Job]:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield cast("Job", json.loads(line))


async def finish(session: aiohttp.ClientSession, job: Job, result_url: str) -> None:
    async with session.get(result_url) as result:
        picture = await result.read()
    form = aiohttp.FormData()
    form.add_field("payload_json", job["payload"], content_type="application/json")
    form.add_field("files[0]", picture, filename=FILENAME, content_type="application/octet-stream")
    async with session.patch(job["edit_url"], data=form) as edited:
        await edited.read()


async def listen(
    session: aiohttp.ClientSession, group: asyncio.TaskGroup, events_url: str, key: str, waiting: dict[str, Job]
) -> None:
    async with session.get(events_url, headers={"Authorization": f"Bearer {key}"}, timeout=FOR_EVER) as stream:
        async for line in stream.content:
            if not line.startswith(b"data: "):
                continue
            event = cast("dict[str, str]", json.loads(line[6:]))
            job = waiting.pop(event.get("generation_id", ""), None)
            if job is not None:
                group.create_task(finish(session, job, event["url"]))


async def main(events_url: str, key: str) -> None:
    waiting: dict[str, Job] = {}
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        group.create_task(listen(session, group, events_url, key, waiting))
        async for job in jobs_from_stdin():
            waiting[job["generation_id"]] = job


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
