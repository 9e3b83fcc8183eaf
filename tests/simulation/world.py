"""Runs a schedule: the services and the members live on while processes come and go; tells what went wrong."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.core.admission import Change
from bot.core.card import Card
from bot.core.job import Job
from bot.errors import StoreUnavailableError
from tests.simulation.alarm import Alarm
from tests.simulation.assembly import assembled
from tests.simulation.clock import run_virtually, virtual_loop
from tests.simulation.database import Database
from tests.simulation.discord_model import Discord, DiscordDoor
from tests.simulation.effects import Effects, Life, Trace
from tests.simulation.event_feed import Feed, Line
from tests.simulation.faults import Fault, Faults, Place
from tests.simulation.invariants import broken_promises
from tests.simulation.members import Members
from tests.simulation.oxen_model import Oxen
from tests.simulation.process import DEADLINE_S, DRAIN_S, SLOTS, Process, Strategy, Surroundings
from tests.simulation.remembering import RememberingStore
from tests.simulation.rest import LATE_PICTURES_S, at_rest
from tests.simulation.schedule import Schedule
from tests.simulation.shop import Shop

LOOK_EVERY_S = 1.0
QUIET_LOOKS = 3
"""A command may be on its way between two looks."""
LONGEST_DOWN_S = 20.0
PATIENCE_S = DEADLINE_S + 2 * LATE_PICTURES_S
ANSWERED = "SELECT count(*) FROM generations WHERE state = 'queued' AND accepted_at - sent_at < 5000000"
"""Counts what Oxen has, apart from orders that were found again 5 s after their sending or later (in microseconds)."""
"""After the storm everything must be settled within this time."""

OURS = Strategy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a run: the promises that it broke, and what happened in it, line by line.

    `jobs` are in the order in which they were asked for; `cards` are what the messages that are left show, and `paid`
    counts the pictures that Oxen took from us.
    """

    violations: tuple[str, ...]
    trace: tuple[str, ...]
    effects: int
    commits: int
    lives: int
    faults: Counter[tuple[Place, Fault]]
    states: Counter[str]
    jobs: tuple[Job, ...]
    cards: tuple[Card, ...]
    paid: int


def simulate(schedule: Schedule, strategy: Strategy = OURS) -> Report:
    """Run a schedule on virtual time; the same schedule gives the same report."""
    # The worker draws its back-off from the module's own generator.
    random.seed(schedule.seed)
    with Alarm() as alarm:
        return run_virtually(_run(schedule, strategy, alarm))


async def _run(schedule: Schedule, strategy: Strategy, alarm: Alarm) -> Report:
    world = World(schedule, strategy)
    alarm.tell = world.complain
    return await world.run()


class World:
    """Everything outside of the process, and the process that is alive."""

    def __init__(self, schedule: Schedule, strategy: Strategy) -> None:
        self._schedule = schedule
        self._strategy = strategy
        self._trace = Trace()
        self._violations: list[str] = []
        chance = random.Random(schedule.seed)
        self._faults = Faults(script=schedule.script, chance=chance, rate=schedule.rate, until_s=schedule.calm_s)
        self._effects = Effects(schedule.kills, self._trace)
        self._database = Database(self._effects, self._faults)
        self._database.observe(self._check_slots)
        self._oxen = Oxen(faults=self._faults, trace=self._trace, echoes=schedule.echoes)
        self._discord = Discord(
            faults=self._faults, trace=self._trace, complain=self.complain, token_life_s=schedule.token_life_s
        )
        self._members = Members(schedule.deeds, discord=self._discord, trace=self._trace, at_work=self._at_work)
        self._lives: list[Life] = []
        self._process: Process | None = None
        self._line: Line | None = None
        self._over = False
        self._in_the_air = set[str]()
        self._intent_ids = count(1)
        self._random_seeds = count(1000, 100)

    def complain(self, text: str) -> None:
        self._trace.note(f"!! {text}")
        self._violations.append(text)

    async def run(self) -> Report:
        loop = virtual_loop()
        Life.keep_tasks(loop)
        loop.set_exception_handler(self._unexpected)
        self._members.begin()
        self._arrange_trouble()
        self._start()
        await self._until_quiet()
        await self._end()
        jobs = await self._jobs()
        for violation in broken_promises(jobs, self._members.requests, self._oxen, self._discord):
            self.complain(violation)
        return self._report(tuple(jobs.values()))

    def _unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.complain(f"{context['message']}: {context.get('exception')!r}")

    def _arrange_trouble(self) -> None:
        schedule, loop = self._schedule, virtual_loop()
        for at_s in schedule.kill_times_s:
            loop.call_at(at_s, self._kill)
        for at_s in schedule.stop_times_s:
            loop.call_at(at_s, self._terminate)
        for at_s in schedule.cut_times_s:
            loop.call_at(at_s, self._harm_line, Line.cut)
        for at_s in schedule.freeze_times_s:
            loop.call_at(at_s, self._harm_line, Line.freeze)
        for number, at_s in enumerate(schedule.foreign_times_s):
            loop.call_at(at_s, self._oxen.accept_from_another_tool, number)

    def _start(self) -> None:
        life = Life()
        self._lives.append(life)
        self._trace.note(f"process {len(self._lives)} starts")
        life.at_end(self._ended)
        life.start(self._live(life))

    async def _live(self, life: Life) -> None:
        self._process = process = assembled(self._surroundings(life))
        try:
            await process.run()
        except StoreUnavailableError as error:
            # Without its database a bot does not start: it ends, and whoever runs it starts it again.
            self._trace.note(f"process {len(self._lives)} cannot start: {error}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the bot would have ended by it
            self.complain(f"the process ended by itself: {error!r}")
        life.end()

    def _surroundings(self, life: Life) -> Surroundings:
        return Surroundings(
            life=life,
            database=self._database,
            api=self._strategy.api(self._oxen, self._effects, life),
            feed=Feed(self._oxen, self._effects, life, opened=self._opened),
            door=DiscordDoor(self._discord, self._effects, life),
            shop=Shop(self._faults, random_seeds=self._random_seeds),
            strategy=self._strategy,
            new_id=lambda: f"i{next(self._intent_ids)}",
            jitter=self._faults.chance.random,
            changed=self._changed,
        )

    def _at_work(self) -> Process | None:
        return self._process if self._process is not None and self._process.ready else None

    def _ended(self) -> None:
        self._process = None
        self._line = None
        if not self._over:
            down_s = self._schedule.down_s
            virtual_loop().call_later(
                self._faults.chance.uniform(0.3, LONGEST_DOWN_S) if down_s is None else down_s, self._start
            )

    def _kill(self) -> None:
        if self._process is not None:
            self._trace.note("killed")
            self._process.around.life.end()

    def _terminate(self) -> None:
        if self._process is not None:
            self._trace.note("asked to stop")
            self._process.stop()

    def _opened(self, line: Line) -> None:
        self._line = line

    def _harm_line(self, harm: Callable[[Line], None]) -> None:
        if self._line is not None:
            self._trace.note(f"stream {harm.__name__}")
            harm(self._line)
            self._line = None

    def _changed(self, change: Change) -> None:
        before, after = change.before, change.after
        moved = [f"{g.id} {g.state.value}" for g in after.generations if g not in before.generations]
        self._trace.note(f"job {after.id}: {after.state.value}, revision {after.revision} {', '.join(moved)}")

    def _check_slots(self) -> None:
        """Nothing is sent without a free slot; what was lost and is found again may take more than there are."""
        in_the_air = set(self._database.column("SELECT id FROM generations WHERE state = 'submitting'"))
        sent, self._in_the_air = in_the_air - self._in_the_air, in_the_air
        taken = self._database.one(ANSWERED) + len(sent)
        if sent and taken > SLOTS:
            self.complain(f"{taken} slots taken of {SLOTS}")

    async def _until_quiet(self) -> None:
        limit_s = self._schedule.calm_s + PATIENCE_S
        quiet_looks = 0
        while quiet_looks < QUIET_LOOKS and virtual_loop().time() < limit_s:
            await asyncio.sleep(LOOK_EVERY_S)
            quiet_looks = quiet_looks + 1 if self._is_quiet() else 0

    def _is_quiet(self) -> bool:
        if virtual_loop().time() < self._schedule.calm_s or self._members.deeds_left or self._at_work() is None:
            return False
        return at_rest(self._database, self._oxen, calm_s=self._schedule.calm_s)

    async def _end(self) -> None:
        """Stop the last process as an operator would; nothing of any process may be left."""
        self._over = True
        self._terminate()
        await asyncio.sleep(DRAIN_S + LOOK_EVERY_S)
        for number, life in enumerate(self._lives, start=1):
            life.end()
            await asyncio.sleep(0)
            left = [task.get_name() for task in life.tasks_left]
            if left:
                self.complain(f"process {number} left tasks behind: {left}")

    async def _jobs(self) -> dict[str, Job]:
        """Read all jobs as the store keeps them."""
        life = Life()
        return await life.start(self._read_jobs(life))

    async def _read_jobs(self, life: Life) -> dict[str, Job]:
        self._database.come_back()
        store = RememberingStore(self._database, life, clock=virtual_loop().now)
        jobs = [await store.get(job_id) for job_id in self._database.column("SELECT id FROM jobs ORDER BY id")]
        await store.close()
        return {job.id: job for job in jobs if job is not None}

    def _report(self, jobs: tuple[Job, ...]) -> Report:
        return Report(
            violations=tuple(self._violations),
            trace=tuple(self._trace.lines),
            effects=self._effects.count,
            commits=self._database.commits,
            lives=len(self._lives),
            faults=self._faults.drawn,
            states=Counter(self._database.column("SELECT state FROM jobs ORDER BY id")),
            jobs=jobs,
            cards=tuple(message.card for message in self._discord.messages.values() if not message.deleted),
            paid=len(self._oxen.ours()),
        )
