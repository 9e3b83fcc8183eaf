"""A rival: no stream, but a question for every job every few seconds, and then what the floor does.

`python -m bench.bare_poll QUEUE_URL KEY SECONDS`; the vendor's samples ask every 5 s, many bots every second.
"""

import asyncio
import sys
from typing import cast

import aiohttp

from bench.bare_script import Job, finish, jobs_from_stdin


async def watch(session: aiohttp.ClientSession, job: Job, queue_url: str, key: str, interval_s: float) -> None:
    while True:
        await asyncio.sleep(interval_s)
        address = f"{queue_url}/{job['generation_id']}"
        async with session.get(address, headers={"Authorization": f"Bearer {key}"}) as answer:
            row = cast("dict[str, str]", await answer.json())
        if row["status"] == "succeeded":
            await finish(session, job, row["result_url"])
            return


async def main(queue_url: str, key: str, interval_s: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        async for job in jobs_from_stdin():
            group.create_task(watch(session, job, queue_url, key, float(interval_s)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
