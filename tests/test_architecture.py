"""Who may import whom, and what stands in one place only (the house in docs/architecture.md).

A failure here says which line crosses which wall and what to do instead. If the wall is wrong, change the table below
in the same commit, with the reason: the table is the rule.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A layer is a module or package; a module belongs to the longest name that fits.
VERBS = frozenset({"bot.service", "bot.ports", "bot.core", "bot.errors"})
VALUES = frozenset({"bot.core", "bot.errors"})
DISCORD = VALUES | {"bot.view", "bot.discord_codes", "bot.refusals", "bot.boundary"}
FACES = DISCORD | {"bot.service", "bot.replies"}
MAY_IMPORT: dict[str, frozenset[str]] = {
    "bot.__main__": frozenset({"bot.app", "bot.backup", "bot.check", "bot.forget", "bot.tryout"})
    | {"bot.settings", "bot.logs", "bot.errors", "bot.boundary", "bot.__version__"},
    "bot.app": frozenset({"bot", "cogs"}),
    "bot.assembly": VERBS | {"bot.listener", "bot.worker", "bot.deliverer", "bot.sweeper"},
    "bot.check": VALUES | {"bot.settings", "bot.client", "bot.oxen", "bot.store", "bot.control_socket"},
    "bot.backup": VALUES | {"bot.settings", "bot.store", "bot.control_socket"},
    "bot.forget": VALUES | {"bot.settings", "bot.setting_values", "bot.store", "bot.control_socket"},
    "bot.control_socket": VALUES,
    "bot.health": VALUES,
    "bot.tryout": VALUES | {"bot.settings", "bot.oxen"},
    "bot.settings": VALUES | {"bot.setting_names", "bot.setting_values"},
    "bot.setting_names": VALUES,
    "bot.setting_values": VALUES,
    "bot.logs": frozenset({"bot.settings"}),
    "bot.boundary": VALUES,
    "bot.credentials": VALUES,
    "bot.command_list": DISCORD,
    "bot.addressing": frozenset(),
    "bot.client": FACES | {"bot.addressing", "bot.command_list"},
    "bot.gateway_socket": DISCORD,
    "bot.gateway": FACES | {"bot.client", "bot.command_list", "bot.credentials", "bot.gateway_socket"},
    # The client is what discord.py hands to a cog, and holds its desk.
    "cogs": FACES | {"cogs", "bot.addressing", "bot.client"},
    "bot.listener": VERBS,
    "bot.worker": VERBS,
    "bot.deliverer": VERBS,
    "bot.sweeper": VERBS,
    "bot.service": VERBS,
    "bot.ports": VALUES,
    "bot.delivery": DISCORD,
    "bot.replies": DISCORD,
    "bot.discord_codes": frozenset(),
    "bot.view": VALUES,
    "bot.references": VALUES,
    "bot.refusals": VALUES | {"bot.discord_codes"},
    "bot.shrink": VALUES,
    "bot.shrinking": frozenset(),
    "bot.oxen": VALUES | {"bot.oxen"},
    "bot.store": VALUES | {"bot.store"},
    "bot.core": VALUES,
    "bot.errors": frozenset(),
    "bot.__init__": frozenset(),
    "sandbox": frozenset({"sandbox"}),
}
OURS = ("bot", "cogs", "sandbox", "tests", "bench")

SQL = (frozenset({"bot.store"}), "SQL stands in store: ask for a method of the JobStore port")
SETTINGS = (frozenset({"bot.settings"}), "configuration stands in settings: take the value as an argument")
ONLY_IN: dict[str, tuple[frozenset[str], str]] = {
    "discord": (
        frozenset({"bot.client", "bot.gateway", "bot.view", "bot.delivery", "bot.replies", "bot.check", "cogs"})
        | {"bot.gateway_socket", "bot.command_list"}
        # It tells a refusal of Discord's from a proxy's page, for all of them.
        | {"bot.discord_codes"},
        "Discord stands in client, gateway, view, delivery, replies, check and cogs: hand over a value instead",
    ),
    "aiohttp": (
        frozenset({"bot.app", "bot.oxen.client", "bot.oxen.stream", "bot.references"})
        # discord.py lets aiohttp's errors through, and these name them.
        | {"bot.gateway", "bot.gateway_socket", "bot.command_list", "bot.delivery", "bot.replies", "bot.check"}
        # It looks on while discord.py speaks, and sends nothing.
        | {"bot.refusals"},
        "HTTP stands in app, oxen/client, oxen/stream and references: hand over bytes or a value instead",
    ),
    **dict.fromkeys(("sqlalchemy", "alembic", "aiosqlite", "asyncpg"), SQL),
    **dict.fromkeys(("pydantic", "pydantic_core", "pydantic_settings", "dotenv"), SETTINGS),
    **dict.fromkeys(("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"), SETTINGS),
    **dict.fromkeys(
        (
            *(f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")),
            *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
            "asyncio.sleep",
            "discord.utils.utcnow",
        ),
        (
            frozenset({"bot.app", "bot.__main__"}),
            "the present moment and sleeping are arguments, and app or __main__ hands them in",
        ),
    ),
}
# Beside what is not of the standard library: what waits, tells, asks the machine or draws lots.
NOT_IN_CORE = frozenset(
    {"asyncio", "concurrent", "http", "logging", "os", "queue", "random", "secrets", "select", "signal", "socket"}
    | {"sqlite3", "ssl", "subprocess", "tempfile", "threading", "time"}
)
CORE = "core is pure (standard library and bot.errors; no waiting, clock, log or chance): take a value, give a value"


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def within(module: str, layers: frozenset[str]) -> bool:
    return any(f"{module}.".startswith(f"{layer}.") for layer in layers)


def layer_of(module: str) -> str | None:
    fitting = [layer for layer in MAY_IMPORT if within(module, frozenset({layer}))]
    return max(fitting, key=len, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One imported thing, and what the module calls it: `import a.b` imports a.b, and its `a` stands for a."""

    line: int
    thing: str
    local: str
    stands_for: str


def imports(module: str, nodes: Sequence[ast.AST]) -> Iterator[Imported]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for name in node.names:
                local = name.asname or name.name.partition(".")[0]
                yield Imported(
                    line=node.lineno, thing=name.name, local=local, stands_for=name.name if name.asname else local
                )
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(module.split(".")[: -node.level]) if node.level else ""
            for name in node.names:
                thing = ".".join(part for part in (package, node.module, name.name) if part)
                yield Imported(line=node.lineno, thing=thing, local=name.asname or name.name, stands_for=thing)


def full_name(node: ast.AST, local: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return local.get(node.id)
    if isinstance(node, ast.Attribute):
        root = full_name(node.value, local)
        return root and f"{root}.{node.attr}"
    return None


def is_zero(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0 and type(node.value) is int


def uses(nodes: Sequence[ast.AST], local: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Give line and full name of whatever imported thing is used, except by `sleep(0)`, which only lets others run."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    yields = {call.func for call in calls if len(call.args) == 1 and is_zero(call.args[0])}
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Name) and node not in yields:
            used = full_name(node, local)
            if used:
                yield node.lineno, used


def violations(module: str, source: str) -> list[str]:
    """Say which lines of a module cross a wall, and what to do instead."""
    layer = layer_of(module)
    if layer is None:
        return [f"{module} has no layer: give it a line in MAY_IMPORT of tests/test_architecture.py"]
    nodes = list(ast.walk(ast.parse(source)))
    imported = list(imports(module, nodes))
    found = [
        f"{each.line}: imports {each.thing}: {layer} may import only"
        f" {', '.join(sorted(MAY_IMPORT[layer])) or 'nothing of ours'}"
        for each in imported
        if within(each.thing, frozenset(OURS)) and not within(each.thing, MAY_IMPORT[layer])
    ]
    if layer != "sandbox":
        found += misplaced(module, nodes, imported)
    if layer == "bot.core":
        found += impure(nodes, imported)
    return [f"{module.replace('.', '/')}.py:{text}" for text in dict.fromkeys(found)]


def misplaced(module: str, nodes: Sequence[ast.AST], imported: list[Imported]) -> list[str]:
    local = {each.local: each.stands_for for each in imported}
    libraries = [(each.line, each.thing) for each in imported]
    names = [(line, name) for line, name in uses(nodes, local) if "." in name]
    return [
        f"{line}: uses {thing}: {advice}"
        for thing, (places, advice) in ONLY_IN.items()
        for line, name in (names if "." in thing else libraries)
        if within(name, frozenset({thing})) and not within(module, places)
    ]


def impure(nodes: Sequence[ast.AST], imported: list[Imported]) -> list[str]:
    outside = [
        (each.line, f"imports {each.thing}")
        for each in imported
        if (root := each.thing.partition(".")[0]) in NOT_IN_CORE
        or (root not in sys.stdlib_module_names and root not in OURS)
    ]
    waiting = [
        (node.lineno, "waits")
        for node in nodes
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
    return [f"{line}: {what}: {CORE}" for line, what in outside + waiting]


@pytest.mark.parametrize("top", ["bot", "cogs", "sandbox"])
def test_every_module_keeps_to_its_walls(top: str) -> None:
    paths = sorted((ROOT / top).rglob("*.py"))
    assert paths
    found = [text for path in paths for text in violations(name_of(path), path.read_text(encoding="utf-8"))]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source", "told"),
    [
        ("bot.core.job", "import discord", "imports discord: core is pure"),
        ("bot.core.job", "import logging", "imports logging: core is pure"),
        ("bot.core.job", "from concurrent import futures", "core is pure"),
        ("bot.core.job", "async def f(): ...", "waits: core is pure"),
        ("bot.core.job", "from bot import settings", "bot.core may import only bot.core, bot.errors"),
        ("bot.core.job", "def f():\n    from bot.store import sql", "py:2: imports bot.store.sql"),
        ("bot.core.job", "from ..oxen.wire import rows", "imports bot.oxen.wire.rows"),
        ("bot.core.__init__", "from . import job\nfrom ..store import sql", "py:2: imports bot.store.sql"),
        ("bot.service.posting", "from bot.oxen.client import OxenClient", "bot.service may import only"),
        ("bot.service.posting", "import aiohttp", "HTTP stands in"),
        ("bot.service.posting", "from discord.ext import commands", "Discord stands in"),
        ("bot.oxen.client", "import bot.store.sql", "bot.oxen may import only"),
        ("bot.oxen.wire.rows", "import aiohttp", "HTTP stands in"),
        ("bot.errors", "from bot.core import job", "nothing of ours"),
        ("cogs.imagine", "from bot.ports import JobStore", "cogs may import only"),
        ("cogs.imagine", "from sqlalchemy import select", "SQL stands in store"),
        ("bot.app", "import sandbox.oxen", "imports sandbox.oxen"),
        ("sandbox.oxen.server", "from bot.core import job", "sandbox may import only sandbox"),
        ("bot.client", "import os\nkey = os.environ['KEY']", "py:2: uses os.environ: configuration"),
        ("bot.client", "from os import getenv as get\nkey = get('KEY')", "configuration stands in settings"),
        ("bot.listener", "from datetime import datetime\nt = datetime.now(UTC)", "the present moment"),
        ("bot.listener", "import datetime as dt\nt = dt.datetime.utcnow()", "the present moment"),
        ("bot.listener", "import time\ndef f(now=time.time): ...", "the present moment"),
        ("bot.listener", "from asyncio import sleep\nawait sleep(1)", "the present moment"),
        ("bot.delivery", "import discord\nt = discord.utils.utcnow()", "the present moment"),
        ("bot.novelty", "", "bot.novelty has no layer"),
    ],
)  # fmt: skip
def test_what_crosses_a_wall_is_told(module: str, source: str, told: str) -> None:
    assert told in "\n".join(violations(module, source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.core.job", "from dataclasses import dataclass\nfrom bot.core.events import Failed\nimport bot.errors"),
        ("bot.core.job", "from datetime import datetime\ndef f(at: datetime): return datetime.fromisoformat('x')"),
        ("bot.store.lanes", "import asyncio\nasync def f(): await asyncio.sleep(0)"),
        ("bot.listener", "def f(time, sleep): return time.time() + sleep(3)"),
        ("bot.app", "import time, asyncio, aiohttp\nfrom bot.store import sql\nnow, sleep = time.time, asyncio.sleep"),
        ("bot.settings", "import os\nfrom dotenv import dotenv_values\nos.environ"),
        ("bot.store.migrations.env", "from alembic import context"),
        ("sandbox.oxen.server", "import aiohttp, time\nfrom sandbox import painter\ntime.time()"),
    ],
)
def test_what_stays_within_is_not(module: str, source: str) -> None:
    assert violations(module, source) == []
