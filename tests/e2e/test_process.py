"""The process itself: what it says when it cannot start, `check` and `try`, exit codes, and how it stops."""

import asyncio
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot import __version__
from sandbox.discord import LocalDiscord
from sandbox.oxen import LocalOxen
from sandbox.oxen.jsontext import as_list, as_object
from tests.e2e.bot_process import Ended, run_to_end
from tests.e2e.files import png
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-hunter2-hunter2"
WRONG_KEY = "wrong-key-of-nobody"
WRONG_TOKEN = "wrong.token.of-nobody-at-all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Runs `python -m bot` in a folder of its own, pointed at the two servers."""

    pointed: Mapping[str, str]
    folder: Path

    async def run(self, *arguments: str, **changed: str) -> Ended:
        environment = {**self.pointed, **changed}
        return await run_to_end(*arguments, environment=environment, folder=self.folder)


@pytest.fixture
def terminal(servers: tuple[LocalDiscord, LocalOxen], tmp_path: Path) -> Terminal:
    discord, oxen = servers
    addresses = {"OXEN_API_URL": oxen.api_url, "OXEN_API_KEY": oxen.account.key}
    return Terminal(pointed={**discord.environment(), **addresses}, folder=tmp_path)


async def test_every_wrong_setting_is_named_at_once_and_no_secret_shown(terminal: Terminal) -> None:
    ended, placeholder = await asyncio.gather(
        terminal.run(
            DISCORD_TOKEN="",
            OXEN_API_KEY="your-key-here",
            DATABASE_URL=f"mysql://easel:{SECRET}@host/db",
            MAX_RUNNING_GENERATIONS="many",
        ),
        terminal.run(DISCORD_TOKEN="your-token-here"),
    )
    assert (ended.code, placeholder.code) == (2, 2)
    for name in ("DISCORD_TOKEN", "OXEN_API_KEY", "DATABASE_URL", "MAX_RUNNING_GENERATIONS"):
        assert name in ended.err
    assert "DISCORD_TOKEN" in placeholder.err
    assert SECRET not in ended.err + ended.out
    assert "Traceback" not in ended.err + placeholder.err


async def test_it_tells_its_version(terminal: Terminal) -> None:
    ended = await terminal.run("--version")
    assert (ended.code, ended.out) == (0, f"Easel {__version__}\n")


async def test_a_python_without_the_packages_is_told_which_one_to_use() -> None:
    bare = await create_subprocess_exec(
        # -S leaves out site-packages: a Python in which nothing was installed.
        *(sys.executable, "-S", "-m", "bot", "check"),
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )
    _, err = await bare.communicate()
    assert bare.returncode == 1
    assert err.decode() == (
        "This Python lacks Easel's packages. Run `make demo` once, then use: .venv/bin/python -m bot\n"
    )


async def test_a_slip_in_a_name_ends_the_start_and_the_check(terminal: Terminal) -> None:
    (terminal.folder / ".env").write_text("ALLOWED_GUILD=123456789012345678\n")
    start, check = await asyncio.gather(terminal.run(), terminal.run("check"))
    assert (start.code, check.code) == (2, 2)
    for ended in (start, check):
        assert ended.err == ".env: ALLOWED_GUILD is not a setting of Easel: write ALLOWED_GUILDS, or take it out.\n"


async def test_check_names_the_address_when_nothing_of_oxens_answers_there(terminal: Terminal) -> None:
    ended = await terminal.run("check", OXEN_API_URL="http://127.0.0.1:9", HTTPS_PROXY="http://127.0.0.1:9")
    assert ended.code == 1
    assert "OXEN_API_URL" in ended.out
    assert "HTTPS_PROXY: Easel uses no proxy" in ended.out
    assert ".)" not in ended.out
    assert ".." not in ended.out.replace("...", "")


async def test_what_a_service_refuses_for_good_ends_with_3(terminal: Terminal) -> None:
    token, key = await asyncio.gather(terminal.run(DISCORD_TOKEN=WRONG_TOKEN), terminal.run(OXEN_API_KEY=WRONG_KEY))
    assert (token.code, key.code) == (3, 3)
    assert "Discord refuses the token in DISCORD_TOKEN" in token.err
    assert "OXEN_API_KEY" in key.err
    assert WRONG_TOKEN not in token.err
    assert WRONG_KEY not in key.err
    assert "Traceback" not in token.err + key.err


async def test_a_folder_that_cannot_be_written_ends_the_start_with_a_sentence(terminal: Terminal) -> None:
    (terminal.folder / "taken").write_text("a file, where a folder is wanted")
    ended = await terminal.run(DATABASE_URL="sqlite:///taken/easel.db")
    assert ended.code == 2
    assert "taken/easel.db cannot be" in ended.err
    assert "Traceback" not in ended.err


async def test_check_says_that_all_is_well(terminal: Terminal) -> None:
    ended = await terminal.run("check")
    assert (ended.code, ended.err) == (0, "")
    for line in ("Discord: logged in as", "Oxen: the key is taken", "OXEN_MODEL: flux-2-dev, $0.05 a picture"):
        assert line in ended.out


async def test_check_names_every_problem_and_ends_with_1(terminal: Terminal) -> None:
    (terminal.folder / "taken").touch()
    ended, key = await asyncio.gather(
        terminal.run("check", DISCORD_TOKEN=WRONG_TOKEN, OXEN_MODEL="flux-9", DATABASE_URL="sqlite:///taken/x.db"),
        terminal.run("check", OXEN_API_KEY=WRONG_KEY),
    )
    assert (ended.code, key.code) == (1, 1)
    problems = [line.split()[1] for line in ended.out.splitlines() if line.startswith("PROBLEM")]
    assert problems == ["Discord:", "OXEN_MODEL:", "database:"]
    assert "Oxen: the key is refused" in key.out
    assert "Traceback" not in ended.err + key.err


async def test_check_names_a_namespace_into_which_the_key_may_not_order(terminal: Terminal) -> None:
    wrong, right = await asyncio.gather(
        terminal.run("check", OXEN_NAMESPACE="somebody-else"), terminal.run("check", OXEN_NAMESPACE="sandbox-team")
    )
    assert (wrong.code, right.code) == (1, 0), wrong.out + right.out
    assert "OXEN_NAMESPACE: the key may not use somebody-else" in wrong.out


async def test_try_paints_by_link_and_inline_and_never_overwrites(terminal: Terminal) -> None:
    first, second = await asyncio.gather(
        *(terminal.run("try", "a red cube", "--format", how, DISCORD_TOKEN="") for how in ("url", "b64_json"))
    )
    assert (first.code, second.code) == (0, 0)
    assert sorted(path.name for path in terminal.folder.iterdir()) == ["easel-2.webp", "easel.webp"]
    assert sorted(each.out.partition(" (")[0] for each in (first, second)) == ["easel-2.webp", "easel.webp"]


async def test_try_edits_pictures_that_go_inside_the_request(
    terminal: Terminal, servers: tuple[LocalDiscord, LocalOxen]
) -> None:
    (terminal.folder / "a.png").write_bytes(png("red"))
    (terminal.folder / "b.png").write_bytes(png("blue"))
    ended = await terminal.run("try", "mix", "--image", "a.png", "--image", "b.png", "--out", "out.webp")
    assert ended.code == 0, ended.err
    painted = servers[1].ledger.generations[-1].file
    assert painted is not None
    assert (terminal.folder / "out.webp").read_bytes() == painted.data
    sent = as_object(servers[1].log.on("POST /ai/images/edit")[-1].body) or {}
    assert [str(link)[:22] for link in as_list(sent["input_image"]) or []] == ["data:image/png;base64,"] * 2


async def test_try_sends_any_parameter_as_it_is(terminal: Terminal, servers: tuple[LocalDiscord, LocalOxen]) -> None:
    values = ("landscape_4_3", '{"width": 1024, "height": 768}')
    ended = await asyncio.gather(
        *(terminal.run("try", "a cube", "--param", f"image_size={value}", "--param", "seed=7") for value in values)
    )
    bodies = [as_object(each.body) or {} for each in servers[1].log.on("POST /ai/images/generate")[-2:]]
    sizes = [body["image_size"] for body in bodies if body["seed"] == 7]
    assert sorted(sizes, key=str) == sorted(["landscape_4_3", {"width": 1024, "height": 768}], key=str)
    # flux-2-dev has no such parameter today, and Oxen says so.
    assert [each.code for each in ended] == [1, 1]
    assert all("image_size" in each.err and "Traceback" not in each.err for each in ended)


async def test_try_says_what_oxen_refuses(terminal: Terminal) -> None:
    model, key = await asyncio.gather(
        terminal.run("try", "a red cube", "--model", "flux-9"),
        terminal.run("try", "a red cube", OXEN_API_KEY=WRONG_KEY),
    )
    assert (model.code, key.code) == (1, 3)
    assert "Oxen has no image model flux-9. Give a model's exact id with --model." in model.err
    assert "Oxen refused the key in OXEN_API_KEY" in key.err


@pytest_asyncio.fixture(loop_scope="module")
async def running(own_town: Town) -> AsyncGenerator[Town]:
    own_town.bot.environment["LOG_FORMAT"] = "json"
    await own_town.bot.start(until='"message":"ready"')
    yield own_town


async def test_g5_one_bot_has_its_file_for_itself_until_it_is_told_to_stop(running: Town) -> None:
    second, check = await asyncio.gather(
        run_to_end(environment=running.bot.environment, folder=running.bot.folder),
        run_to_end("check", environment=running.bot.environment, folder=running.bot.folder),
    )
    assert second.code == 1
    assert "in use" in second.err
    assert "Traceback" not in second.err
    assert check.code == 0, check.out
    assert "in use" in check.out
    await running.paint("the first one paints on")
    assert await running.bot.stop() == 0
    assert '"message":"stopped"' in running.log().splitlines()[-1]
