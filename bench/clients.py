"""Who is measured: the real bot and the bare scripts, each as a process of its own before its own stand-ins."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, cast

import aiohttp

from bench.bare_script import FILENAME, Job
from bench.machine import MEASURED, on_core
from bench.standins import StandIns
from sandbox.bot_process import ROOT, BotProcess, running_bot
from sandbox.discord import Interaction, InteractionType
from sandbox.discord.body import Body
from sandbox.discord.jsontypes import Json

READY_S = 30.0
JOB_S = 60.0
NO_LIMITS = {
    "MAX_JOBS_PER_MEMBER": "10000",
    "DAILY_IMAGES_PER_MEMBER": "0",
    "DAILY_USD": "0",
    "DAILY_USD_PER_MEMBER": "0",
}
"""One person orders everything here."""


class Client(Protocol):
    """Somebody who makes a picture for a prompt."""

    @property
    def standins(self) -> StandIns: ...

    async def begin(self, prompt: str) -> Interaction:
        """Order a picture; returns when the message is there that waits for it."""
        ...


async def finish(client: Client, prompt: str) -> Interaction:
    """Order a picture and wait until it is in its message."""
    return await finished(client, prompt, await client.begin(prompt))


async def finished(client: Client, prompt: str, asked: Interaction) -> Interaction:
    standins = client.standins
    await standins.discord.wait_for(lambda: standins.is_finished(prompt, asked), timeout_s=JOB_S)
    return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class BotClient:
    """The real bot, asked by command."""

    standins: StandIns
    process: BotProcess

    async def begin(self, prompt: str) -> Interaction:
        discord = self.standins.discord
        asked = discord.people.command(discord.scene.robin, discord.scene.pictures, "imagine", {"prompt": prompt})
        await discord.wait_for(lambda: discord.message_of(asked), timeout_s=JOB_S)
        return asked


@asynccontextmanager
async def bot_client(standins: StandIns, **variables: str) -> AsyncGenerator[BotClient]:
    """Start the bot, with a new SQLite file, and wait until it can be used."""
    discord, oxen = standins.discord, standins.oxen
    pointed = {**discord.environment(), "OXEN_API_URL": oxen.api_url, "OXEN_API_KEY": oxen.account.key}
    with TemporaryDirectory(prefix="easel-bench-") as folder:
        async with AsyncExitStack() as opened:
            with on_core(MEASURED):
                running = running_bot({**pointed, **NO_LIMITS, **variables}, folder=Path(folder))
                process = await opened.enter_async_context(running)
            await process.while_running(ready(standins))
            yield BotClient(standins=standins, process=process)


async def ready(standins: StandIns) -> None:
    """Wait until a bot has its commands, its gateway and its stream; the watcher's own stream is one too."""
    discord, scene = standins.discord, standins.discord.scene
    await discord.wait_for(
        lambda: discord.hub.connected and discord.people.commands(scene.robin, scene.pictures), timeout_s=READY_S
    )
    await standins.oxen.wait_for(lambda: standins.oxen.streams.open_now > 1, timeout_s=READY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the bot said for one job, for the scripts to say the same: first answer, order, and the edit's JSON."""

    answer: Json
    order: object
    payload: str


async def sample_of(bot: BotClient) -> Sample:
    """Have the bot make one picture, and give what it sent."""
    standins = bot.standins
    await finish(bot, "the sample")
    answer = standins.discord.log.all("POST", "/callback")[-1]
    edit = standins.discord.log.all("PATCH")[-1]
    order = standins.oxen.log.on("POST /ai/queue")[-1]
    sent = edit.files[0].filename
    return Sample(answer=answer.body, order=order.body, payload=json.dumps(edit.body).replace(sent, FILENAME))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptClient:
    """A bare script. What comes before the event is done for it: it learns of a job when the job is under way."""

    standins: StandIns
    session: aiohttp.ClientSession
    process: asyncio.subprocess.Process
    sample: Sample

    async def begin(self, prompt: str) -> Interaction:
        discord = self.standins.discord
        scene, interactions = discord.scene, discord.core.interactions
        data = {"id": "1", "name": "imagine", "type": 1}
        asked = interactions.create(InteractionType.COMMAND, scene.robin, scene.pictures, {**data})
        _, answer = interactions.answer(asked.id, asked.token, Body(json=self.sample.answer))
        generation_id = await self._order(prompt)
        edit_url = f"{discord.api_url}/webhooks/{discord.application_id}/{asked.token}/messages/{answer.message_id}"
        await self.tell(generation_id, edit_url)
        return asked

    async def _order(self, prompt: str) -> str:
        oxen = self.standins.oxen
        order = {**cast("dict[str, object]", self.sample.order), "prompt": prompt}
        headers = {"Authorization": f"Bearer {oxen.account.key}"}
        async with self.session.post(f"{oxen.api_url}/ai/queue", json=order, headers=headers) as answer:
            accepted = cast("dict[str, list[dict[str, str]]]", await answer.json())
        return accepted["generations"][0]["generation_id"]

    async def tell(self, generation_id: str, edit_url: str) -> None:
        """Let the script know of a job."""
        job: Job = {"generation_id": generation_id, "edit_url": edit_url, "payload": self.sample.payload}
        if self.process.stdin is not None:
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            await self.process.stdin.drain()


@asynccontextmanager
async def script_client(standins: StandIns, sample: Sample, *command: str) -> AsyncGenerator[ScriptClient]:
    """Start a script of `bench`, by its module's name and arguments."""
    with on_core(MEASURED):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE
        )
    try:
        async with aiohttp.ClientSession() as session:
            yield ScriptClient(standins=standins, session=session, process=process, sample=sample)
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def bare_script(standins: StandIns, sample: Sample) -> AsyncGenerator[ScriptClient]:
    """Start the floor and wait until it listens."""
    oxen = standins.oxen
    command = ("bench.bare_script", f"{oxen.api_url}/events", oxen.account.key)
    async with script_client(standins, sample, *command) as client:
        await oxen.wait_for(lambda: oxen.streams.open_now > 1, timeout_s=READY_S)
        yield client


@asynccontextmanager
async def poll(standins: StandIns, sample: Sample, interval_s: float) -> AsyncGenerator[ScriptClient]:
    """Start the rival that asks for every job every `interval_s` seconds."""
    oxen = standins.oxen
    command = ("bench.bare_poll", f"{oxen.api_url}/ai/queue", oxen.account.key, str(interval_s))
    async with script_client(standins, sample, *command) as client:
        yield client
