"""Backup and restore as an operator does them, beside the real bot; a restore pays nothing twice."""

import asyncio
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.discord import Interaction
from tests.e2e.bot_process import ROOT, Ended, run_to_end
from tests.e2e.conftest import NO_LIMITS
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

OPERATING = ROOT / "docs" / "operating.md"
PATIENCE_S = 25.0
"""The sweep looks every 5 s."""


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str]:
    return {**NO_LIMITS, "MAX_RUNNING_GENERATIONS": "1", "RECONCILE_GRACE_S": "1"}


async def back_up(town: Town, *arguments: str) -> Ended:
    """Back up from a terminal that knows neither token nor key."""
    return await run_to_end("backup", *arguments, environment={}, folder=town.bot.folder)


async def test_l5_a_person_is_forgotten_beside_the_running_bot(own_town: Town) -> None:
    town, robin, sam = own_town, own_town.scene.robin, own_town.scene.sam
    await town.bot.start()
    await town.paint("a wish of Robin's", by=robin)
    await town.paint("a wish of Sam's", by=sam)
    ended = await run_to_end("forget", str(robin.id), environment={}, folder=town.bot.folder)
    assert (ended.code, ended.out) == (0, f"1 job of {robin.id} removed. Nothing is kept about this person any more.\n")
    assert (await back_up(town, "after.db")).code == 0
    assert prompts_in(town.bot.folder / "after.db") == ["a wish of Sam's"]


async def restore(folder: Path, copy: str) -> None:
    """Run the very commands of docs/operating.md."""
    command = re.search(r"-e COPY=\S+ --entrypoint sh bot -c '([^']+)'", OPERATING.read_text(encoding="utf-8"))
    assert command
    sh = await asyncio.create_subprocess_exec(
        *("sh", "-c", command.group(1)), cwd=folder, env={"COPY": copy, "PATH": "/usr/bin:/bin"}
    )
    assert await sh.wait() == 0


def prompts_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT json_extract(ask, '$.prompt') FROM jobs ORDER BY id")]


def is_fresh(path: Path) -> bool:
    return path.exists()


def paid_for(town: Town, prompt: str) -> int:
    return [each.prompt for each in town.oxen.ledger.generations].count(prompt)


async def lands(town: Town, asked: Interaction, prompt: str) -> None:
    message = await town.done(asked, timeout_s=PATIENCE_S)
    assert len(town.pictures(message)) == 1
    assert paid_for(town, prompt) == 1


async def test_a_backup_beside_the_running_bot_holds_all_and_disturbs_nobody(own_town: Town) -> None:
    await own_town.bot.start()
    await own_town.paint("before the backup")
    ended = await back_up(own_town, "copy.db")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("1 jobs are safe in copy.db (")
    await own_town.paint("after the backup")
    assert prompts_in(own_town.bot.folder / "copy.db") == ["before the backup"]
    again = await back_up(own_town, "copy.db")
    assert (again.code, again.out) == (1, "")
    assert "is there already" in again.err


async def test_the_backup_of_a_bot_that_was_killed_holds_what_was_in_its_log(own_town: Town) -> None:
    await own_town.bot.start()
    await own_town.paint("before the kill")
    await own_town.bot.kill()
    assert (await back_up(own_town, "copy.db")).code == 0
    assert prompts_in(own_town.bot.folder / "copy.db") == ["before the kill"]


async def test_g3_what_was_sent_after_the_backup_is_not_paid_again_after_a_restore(own_town: Town) -> None:
    town, oxen = own_town, own_town.oxen
    await town.bot.start()
    # It holds the only slot until somebody cancels it, so that the others wait at the moment of the backup.
    stuck = await town.shows(town.ask("stuck-test"), "**Painting**")
    sent, waiting = town.ask("sent after the backup"), town.ask("never sent")
    assert [await town.answer(asked) for asked in (sent, waiting)]
    await oxen.wait_for(lambda: len(town.orders) == 1)
    (town.bot.folder / "data/backups").mkdir()
    assert (await back_up(town, "data/backups/copy.db")).code == 0
    oxen.knobs.painting_s = (2.0, 2.0)
    town.press(stuck, "Cancel")
    await oxen.wait_for(lambda: paid_for(town, "sent after the backup") == 1)
    await town.bot.kill()
    assert paid_for(town, "never sent") == 0
    await restore(town.bot.folder, "copy.db")
    await town.bot.start()
    await town.bot.says("came back from a backup: 2 waiting jobs are looked for at Oxen first, 0 are given up")
    await lands(town, sent, "sent after the backup")
    await lands(town, waiting, "never sent")
    await town.shows(stuck, "**Cancelled**")


async def test_the_health_file_is_there_while_the_bot_is_well(own_town: Town) -> None:
    health = own_town.bot.folder / "data" / "health"
    await own_town.bot.start()
    async with asyncio.timeout(PATIENCE_S):
        while not is_fresh(health):  # noqa: ASYNC110 - a file rings no bell
            await asyncio.sleep(0.1)
    assert await own_town.bot.stop() == 0
    assert not is_fresh(health)
