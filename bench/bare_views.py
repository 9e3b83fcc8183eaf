"""A rival in memory: a task that asks and a live view for every open job, as many bots have them.

`python -m bench.bare_views JOBS` prints how many bytes they take.
"""

import asyncio
import sys

import discord

from bench.machine import resident_bytes

BUTTONS = ("cancel", "info")


class JobView(discord.ui.View):
    """The buttons of one job."""

    def __init__(self, number: int) -> None:
        super().__init__(timeout=None)
        for name in BUTTONS:
            self.add_item(discord.ui.Button[discord.ui.View](label=name, custom_id=f"{name}:{number}"))


async def poll(generation_id: str, token: str) -> str:
    while True:
        await asyncio.sleep(3600)
        if not generation_id:
            return token


async def main(jobs: int) -> None:
    client = discord.Client(intents=discord.Intents.none())
    before = resident_bytes()
    tasks: list[asyncio.Task[str]] = []
    for number in range(jobs):
        client.add_view(JobView(number), message_id=number + 1)
        tasks.append(asyncio.create_task(poll(f"generation-{number:036}", f"{number:0200}")))
    await asyncio.sleep(0)
    print(resident_bytes() - before, flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
