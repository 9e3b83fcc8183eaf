"""What image, compose file and systemd unit promise to operators. No engine runs here, so their texts are read."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from bot.__main__ import LAST_MOMENT_S, Exit
from bot.app import DRAIN_S
from bot.health import BEAT_S

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
UNIT = (ROOT / "deploy/easel.service").read_text()
LONGEST_STOP_S = 10.0
"""The contract's."""


def service(name: str) -> str:
    """Give the block of one service, without its comments."""
    found = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", COMPOSE, re.MULTILINE)
    assert found, f"no service {name}"
    return re.sub(r"^ *#.*\n", "", found.group(1), flags=re.MULTILINE)


def instructions(stage: int) -> list[str]:
    """Give the instructions of one stage of the Dockerfile, continuation lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    stages = re.split(r"^(?=FROM )", text, flags=re.MULTILINE)[1:]
    return [re.sub(r"\s+", " ", line) for line in stages[stage].splitlines() if line]


def health_command() -> list[str]:
    """Give the health check as the image runs it."""
    (check,) = [line for line in instructions(-1) if line.startswith("HEALTHCHECK")]
    return json.loads(check.partition(" CMD ")[2])


class TestImage:
    def test_its_base_is_pinned_by_tag_in_every_stage(self) -> None:
        bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
        assert set(bases) == {"python:3.11-slim-bookworm"}
        assert len(bases) > 1

    def test_packages_come_from_the_lock_with_hashes_and_nothing_is_built(self) -> None:
        (install,) = [line for line in instructions(0) if "install" in line]
        assert "--require-hashes" in install
        assert "--only-binary=:all:" in install
        assert install.endswith("-r requirements.lock")

    def test_the_last_stage_installs_no_package(self) -> None:
        assert not [line for line in instructions(-1) if re.search(r"\b(pip|apt-get|gcc)\b", line)]

    def test_the_bot_is_a_user_by_number_who_owns_its_data_folder_alone(self) -> None:
        lines = instructions(-1)
        assert "USER 10001:10001" in lines
        assert "VOLUME /app/data" in lines
        assert any("install --directory --owner=easel --group=easel --mode=0700 /app/data" in line for line in lines)
        assert not [line for line in lines if "COPY" in line and "--chown" in line]

    def test_signals_reach_the_bot_and_a_verb_may_follow(self) -> None:
        assert 'ENTRYPOINT ["python", "-m", "bot"]' in instructions(-1)
        assert "STOPSIGNAL SIGTERM" in instructions(-1)

    def test_neither_secrets_nor_data_can_get_into_it(self) -> None:
        ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
        assert ignored == ["*", "!requirements.lock", "!bot", "!cogs", "**/__pycache__"]


class TestHealthCheck:
    @pytest.mark.parametrize(
        ("age_s", "is_well"), [(0, True), (50, True), (70, False), (3600, False)], ids=["now", "50 s", "70 s", "1 h"]
    )
    def test_a_file_of_a_minute_is_too_old(self, tmp_path: Path, age_s: float, *, is_well: bool) -> None:
        health = tmp_path / "data" / "health"
        health.parent.mkdir()
        health.touch()
        touched_at = time.time() - age_s
        os.utime(health, (touched_at, touched_at))
        assert self.passes(tmp_path) is is_well

    def test_no_file_is_no_health(self, tmp_path: Path) -> None:
        assert not self.passes(tmp_path)

    def test_many_beats_may_be_late_before_it_fails(self) -> None:
        assert BEAT_S * 5 < 60

    def test_compose_and_image_ask_the_same(self) -> None:
        (asked,) = re.findall(r"^      test: (\[.*\])$", service("bot"), re.MULTILINE)
        assert json.loads(asked.replace("$$", "$")) == ["CMD", *health_command()]

    @staticmethod
    def passes(folder: Path) -> bool:
        done = subprocess.run(health_command(), cwd=folder, check=False, capture_output=True)  # noqa: S603 - our own
        return done.returncode == 0


class TestCompose:
    @pytest.mark.parametrize(
        "promise",
        [
            "read_only: true",
            "init: true",
            "restart: unless-stopped",
            "cap_drop:\n      - ALL",
            "- no-new-privileges:true",
            "tmpfs:\n      - /tmp:",
            "- data:/app/data",
            "DISCORD_TOKEN_FILE: /run/secrets/discord_token",
            "OXEN_API_KEY_FILE: /run/secrets/oxen_api_key",
            "env_file:\n      - path: .env\n        required: false",
        ],
    )
    def test_the_bot_is_kept_as_promised(self, promise: str) -> None:
        assert promise in service("bot")

    def test_it_waits_longer_than_the_bot_may_take_to_stop(self) -> None:
        (grace_s,) = re.findall(r"stop_grace_period: (\d+)s", service("bot"))
        assert int(grace_s) > LONGEST_STOP_S > LAST_MOMENT_S > DRAIN_S

    def test_sqlite_is_the_default_and_postgresql_a_profile(self) -> None:
        assert "profiles:" not in service("bot")
        assert "profiles:\n      - postgres\n" in service("postgres")
        assert "DATABASE_URL_FILE: ${DATABASE_URL_SECRET:+" in service("bot")
        assert "POSTGRES_PASSWORD_FILE: /run/secrets/" in service("postgres")

    def test_every_secret_that_a_service_takes_is_a_file_that_git_ignores(self) -> None:
        taken = set(re.findall(r"/run/secrets/(\w+)", COMPOSE))
        declared = dict(re.findall(r"^  (\w+):\n(?:    #.*\n)?    file: (\S+)$", COMPOSE, re.MULTILINE))
        assert taken == declared.keys()
        assert all(re.match(r"\./secrets/|\$\{DATABASE_URL_SECRET:-", path) for path in declared.values())
        assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()

    def test_nothing_is_published_on_the_machine(self) -> None:
        assert "ports:" not in COMPOSE

    @pytest.mark.e2e
    @pytest.mark.parametrize("profile", ["", "postgres"])
    def test_docker_understands_it(self, profile: str) -> None:
        docker = shutil.which("docker")
        if not docker or subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode:  # noqa: S603
            pytest.skip("Docker Compose is not on this machine")
        environment = {**os.environ, "COMPOSE_PROFILES": profile}
        command = [docker, "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603
        assert done.returncode == 0, done.stderr


class TestUnit:
    @pytest.fixture
    def unit(self) -> dict[str, dict[str, list[str]]]:
        """Give sections and their settings; one that stands there twice has two values."""
        sections: dict[str, dict[str, list[str]]] = {}
        for name, body in re.findall(r"^\[(\w+)\]\n((?:(?!\[).*\n)*)", UNIT, re.MULTILINE):
            pairs = [line.split("=", 1) for line in body.splitlines() if line and not line.startswith("#")]
            sections[name] = {}
            for key, value in pairs:
                sections[name].setdefault(key, []).append(value)
        return sections

    def test_it_is_never_given_up_but_for_what_no_start_mends(self, unit: dict[str, dict[str, list[str]]]) -> None:
        assert unit["Unit"]["StartLimitIntervalSec"] == ["0"]
        assert unit["Service"]["Restart"] == ["always"]
        assert unit["Service"]["RestartMaxDelaySec"] == ["5min"]
        assert unit["Service"]["RestartPreventExitStatus"] == [f"{Exit.MISCONFIGURED} {Exit.REFUSED}"]

    def test_it_waits_longer_than_the_bot_may_take_to_stop(self, unit: dict[str, dict[str, list[str]]]) -> None:
        assert int(unit["Service"]["TimeoutStopSec"][0].removesuffix("s")) > LONGEST_STOP_S

    def test_secrets_are_credentials(self, unit: dict[str, dict[str, list[str]]]) -> None:
        names = [value.partition(":")[0] for value in unit["Service"]["LoadCredential"]]
        given = " ".join(unit["Service"]["Environment"])
        assert [f"{name.upper()}_FILE=%d/{name}" in given for name in names] == [True, True]

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("User", "easel"),
            ("NoNewPrivileges", "yes"),
            ("ProtectSystem", "strict"),
            ("ProtectHome", "yes"),
            ("CapabilityBoundingSet", ""),
            ("StateDirectoryMode", "0700"),
            ("UMask", "0077"),
        ],
    )
    def test_it_may_write_its_own_folder_and_nothing_else(
        self, unit: dict[str, dict[str, list[str]]], setting: str, value: str
    ) -> None:
        assert unit["Service"][setting] == [value]

    @pytest.mark.e2e
    def test_systemd_understands_it(self, tmp_path: Path) -> None:
        analyze = shutil.which("systemd-analyze")
        if not analyze:
            pytest.skip("systemd is not on this machine")
        # Its user and its Python are not on this machine; the rest is judged as it is.
        here = UNIT.replace("=easel\n", "=root\n", 2).replace("/opt/easel/.venv/bin/python", "/bin/true")
        (tmp_path / "easel.service").write_text(here)
        command = [analyze, "verify", str(tmp_path / "easel.service")]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        # Before 254, systemd says so of what it ignores.
        complaints = [line for line in done.stderr.splitlines() if not re.search("'Restart(Steps|MaxDelaySec)'", line)]
        assert (done.returncode, complaints) == (0, [])
