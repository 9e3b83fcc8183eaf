"""What a fresh checkout promises: locked packages, and one plain line where something is missing."""

import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")


def packages(requirements: list[str]) -> set[str]:
    """Give the names as package indexes compare them."""
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ;]", line)[0]).lower() for line in requirements}


def locked(lock: str) -> dict[str, str]:
    """Give the requirement of each package with its hashes, continuation lines joined."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {packages([line]).pop(): line for line in lines}


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS)
    def test_a_lock_names_no_index_and_no_address(self, lock: str) -> None:
        assert not re.search(r"^\s*-(?!-hash)|://", (ROOT / lock).read_text(), re.MULTILINE)

    @pytest.mark.parametrize("lock", LOCKS)
    def test_every_package_has_one_version_and_its_hashes(self, lock: str) -> None:
        odd = [line for line in locked(lock).values() if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
        assert not odd

    def test_every_dependency_of_the_bot_is_in_every_lock(self) -> None:
        table = cast("dict[str, list[str]]", project()["project"])
        for lock in LOCKS:
            assert packages(table["dependencies"]) <= set(locked(lock))

    def test_every_tool_is_in_the_lock_for_development_only(self) -> None:
        tools = packages(cast("dict[str, list[str]]", project()["dependency-groups"])["dev"])
        assert tools <= set(locked(LOCKS[1]))
        assert not tools & set(locked(LOCKS[0]))

    def test_the_rivals_are_in_the_lock_for_measurements_only(self) -> None:
        rivals = packages(cast("dict[str, list[str]]", project()["dependency-groups"])["bench"])
        assert rivals <= set(locked(LOCKS[2]))
        assert not rivals & (set(locked(LOCKS[0])) | set(locked(LOCKS[1])))

    @pytest.mark.parametrize("lock", LOCKS[1:])
    def test_developers_run_and_measure_the_versions_that_users_run(self, lock: str) -> None:
        users, others = locked(LOCKS[0]), locked(lock)
        assert users == {package: others.get(package) for package in users}


class Checkout:
    """The set-up's own files in a folder with a space in its name, with locks that ask for nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "my easel"
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        shutil.copy(ROOT / "Makefile", self.folder)
        for lock in LOCKS:
            (self.folder / lock).write_text("# nothing\n")
        (self.folder / "sandbox").mkdir()
        (self.folder / "sandbox/__main__.py").write_text("import sys; print('demo', *sys.argv[1:])\n")

    def python(self, script: str) -> str:
        """Put a made-up interpreter there and give its name."""
        path = self.folder / "bin" / "python3"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return "bin/python3"

    def make(self, *words: str, path: str = "/usr/local/bin:/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
        make = shutil.which("make")
        assert make
        environment = {"PATH": path, "PIP_NO_INDEX": "1", "LC_ALL": "C"}
        return subprocess.run(  # noqa: S603 - our own Makefile
            [make, *words], cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    def refusal(self, *words: str) -> str:
        """Give the one line that is said, beside make's own last word."""
        done = self.make(*words)
        assert done.returncode != 0
        lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]
        assert len(lines) == 1, lines
        assert not (self.folder / ".venv").exists()
        return lines[0]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


OLD = "case $1 in --version) echo Python 3.9.18;; *) echo 3.9;; esac"
OLDER = "echo Python 2.7.18 >&2"
WITHOUT_VENV = "case $1 in --version) echo Python 3.12.3;; *) echo ModuleNotFoundError >&2; exit 1;; esac"


class TestWhatIsMissing:
    def test_an_older_python_is_told_in_one_line_with_what_to_do(self, checkout: Checkout) -> None:
        assert checkout.refusal("demo", f"PYTHON={checkout.python(OLD)}") == (
            "Easel needs Python 3.11 or later; found 3.9. Install it and run: make PYTHON=python3.11 demo"
        )

    def test_so_is_a_python_2(self, checkout: Checkout) -> None:
        assert "found 2.7." in checkout.refusal("test", f"PYTHON={checkout.python(OLDER)}")

    def test_so_is_no_python_at_all(self, checkout: Checkout) -> None:
        assert checkout.refusal("run", "PYTHON=python3.nowhere") == (
            "Easel needs Python 3.11 or later; 'python3.nowhere' is not there."
            " Install it and run: make PYTHON=python3.11 run"
        )

    def test_a_python_without_venv_names_the_package(self, checkout: Checkout) -> None:
        line = checkout.refusal("demo", f"PYTHON={checkout.python(WITHOUT_VENV)}")
        assert line.startswith("python3-venv is missing: sudo apt install python3-venv")


def test_make_alone_lists_the_commands(checkout: Checkout) -> None:
    listed = {line.split()[1] for line in checkout.make().stdout.splitlines()}
    assert {"demo", "run", "test", "check", "lock"} <= listed


@pytest.mark.e2e
class TestSetUp:
    def test_it_runs_once_and_again_when_a_lock_changes(self, checkout: Checkout) -> None:
        python = f"PYTHON={sys.executable}"
        first, second = checkout.make("demo", python), checkout.make("demo", python)
        assert first.stdout.splitlines()[1:] == second.stdout.splitlines() == ["demo --once", "demo"], first.stderr
        stamp = (checkout.folder / ".venv/.runtime-installed").stat()
        lock = checkout.folder / LOCKS[0]
        lock.write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
        assert lock.stat().st_mtime_ns > stamp.st_mtime_ns
        third = checkout.make("demo", python)
        assert third.returncode != 0
        assert "The packages of requirements.lock could not be installed: check the network" in third.stderr
        assert checkout.make("demo", python).returncode != 0, "a failed set-up must not count as done"
