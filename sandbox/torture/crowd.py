"""The members: who they are, where they ask, and what they asked so far; knows no trouble."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from sandbox.discord import LocalDiscord, Upload
from sandbox.painter import paint
from sandbox.torture.history import Request
from sandbox.torture.storm import MEMBERS, PLACES, SEEDED, Ask

REFERENCE_PX = 48
TURN_S = 0.01


class Crowd:
    """Asks through Discord's client, as members do; every prompt is asked once only."""

    def __init__(self, discord: LocalDiscord) -> None:
        self._discord = discord
        builder, guild = discord.builder, discord.scene.guild
        self._members = [builder.person(f"Member {number}", guild) for number in range(MEMBERS)]
        self._places = [builder.channel(f"place-{number}", guild) for number in range(PLACES)]
        self.requests: list[Request] = []

    def ask(self, ask: Ask) -> Request:
        """Send one command."""
        number = len(self.requests)
        prompt = f"torture number {number}"
        options: dict[str, str | int] = {"prompt": prompt, "count": ask.images}
        if ask.model != SEEDED:
            options["model"] = ask.model
        interaction = self._discord.people.command(
            self._members[ask.member],
            self._places[ask.place],
            "edit" if ask.with_picture else "imagine",
            options,
            {"image": Upload(filename="before.png", data=_reference())} if ask.with_picture else None,
        )
        request = Request(job_id=interaction.id, prompt=prompt, images=ask.images)
        self.requests.append(request)
        return request

    async def ask_in_turn(self, asks: Sequence[Ask], *, at_once: int) -> None:
        """Send many commands, with no more than so many that wait for their answers."""
        for ask in asks:
            self.ask(ask)
            while len(self._waiting(self.requests[-2 * at_once :])) >= at_once:  # noqa: ASYNC110 - many bells
                await asyncio.sleep(TURN_S)

    def _waiting(self, requests: Sequence[Request]) -> list[Request]:
        return [request for request in requests if request.job_id not in self._discord.world.answers]


def spread(count: int, *, model: str = SEEDED) -> list[Ask]:
    """Give plain requests, spread over all members and places."""
    return [Ask(at_s=0.0, member=number % MEMBERS, place=number % PLACES, model=model) for number in range(count)]


@lru_cache
def _reference() -> bytes:
    return paint(prompt="a reference", seed=1, width_px=REFERENCE_PX, height_px=REFERENCE_PX)
