"""What the documents say of settings, permissions, commands and files, held against the code."""

import re
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from bot import __version__
from bot.check import NEEDED
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = [path for top in ("bot", "cogs", "sandbox", "tests") for path in sorted((ROOT / top).rglob("*.py"))]
POINTER = re.compile(r'docs/architecture\.md, "(\w[^"]+)"')


def table(heading: str) -> dict[str, str]:
    """Give the first two columns of the table under a heading of the README, without its code marks."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `?([^|`]+)`? \| `?([^|`]*?)`? \|", section, re.MULTILINE)
    return {name: value for name, value in rows if name.isupper()}


def written(value: object) -> str:
    """Give a default as a person writes it into .env."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, frozenset):
        return ",".join(sorted(str(item) for item in value)) or "empty"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any set
    return "empty" if value is None else str(value)


def test_the_readme_lists_every_setting_with_its_default() -> None:
    fields = Settings.model_fields.items()
    expected = {name.upper(): "required" if field.is_required() else written(field.default) for name, field in fields}
    assert table("Settings") == expected


def test_one_version_is_told_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## \[(\d[\d.]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert (project["version"], newest[1]) == (__version__, __version__)


def test_the_invite_asks_for_what_the_check_looks_for() -> None:
    found = re.search(r"https://discord\.com/oauth2/authorize\S+", README)
    assert found
    query = parse_qs(urlsplit(found[0]).query)
    assert (query["permissions"], query["scope"]) == ([str(NEEDED.value)], ["bot applications.commands"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_files_that_are_there(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_commands_of_the_makefile(document: Path) -> None:
    goals = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^|: )make ([a-z]+)", text, re.MULTILINE)) <= goals


def test_a_comment_that_points_to_a_section_finds_it() -> None:
    sections = set(re.findall(r"^#+ (.+)$", ARCHITECTURE, re.MULTILINE))
    pointed = {name for path in SOURCES for name in POINTER.findall(path.read_text(encoding="utf-8"))}
    assert pointed
    assert pointed <= sections
