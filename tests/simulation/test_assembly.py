"""A simulator of another bot than `bot.app` builds would prove nothing: both must wire the same objects alike."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
WIRED = ("bot.service", "bot.worker", "bot.deliverer", "bot.sweeper", "bot.listener")
NOT_SIMULATED = {"desk", "placing"}
"""What the cogs take hold of; the members of a simulation press the verbs themselves."""

Wiring = dict[str, set[str]]


def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def wired_classes(tree: ast.Module) -> set[str]:
    return {
        name.name.casefold()
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(WIRED)
        for name in node.names
    }


def called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2].casefold()


def wiring(tree: ast.Module, classes: set[str]) -> Wiring:
    """Give what each object is built from, by the names of its arguments; `strategy.posting` counts as Posting."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in classes]
    return {called(call): {keyword.arg or "**" for keyword in call.keywords} for call in calls}


def listeners(tree: ast.Module) -> list[str]:
    """Give who hears of changes, in order, apart from the simulation's own ear."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    texts = [ast.unparse(call) for call in sorted(calls, key=lambda call: call.lineno)]
    return [text for text in texts if text.startswith("ledger.") and "around" not in text and "remember" not in text]


def test_the_simulated_process_is_wired_as_the_bot_is() -> None:
    app, simulated = tree_of("bot/app.py"), tree_of("tests/simulation/assembly.py")
    classes = wired_classes(app) - NOT_SIMULATED
    assert wiring(simulated, classes) == wiring(app, classes)
    assert listeners(simulated) == listeners(app)
