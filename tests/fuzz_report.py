"""What `make fuzz` tells at its end: one table of what was fuzzed, with how many inputs, as the run itself counted.

A pytest plugin that conftest.py registers for hypothesis's profile `fuzz` alone. hypothesis hands over its statistics
of each test; they travel on the test's report, so that they also arrive from the processes of pytest-xdist.
"""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import cast

import pytest
from hypothesis.internal.conjecture.engine import PhaseStatistics, StatisticsDict
from hypothesis.statistics import collector
from hypothesis.utils.dynamicvariables import DynamicVariable

PROFILE = "fuzz"
PROPERTY = "fuzzed"
RAN = frozenset({"valid", "interesting"})
"""What hypothesis says of an input that the rule was tried on; the others it threw away while it made them up."""
CALLS = re.compile(r"calls: (\d+)")
"""What a state machine notes (`hypothesis.event`) at the end of each history."""

SUBJECTS = {
    "tests/core/test_advance.py": "what can happen to a job",
    "tests/core/test_card.py": "jobs, as cards",
    "tests/core/test_flags.py": "flags in prompts",
    "tests/core/test_image_header.py": "image headers",
    "tests/core/test_markdown.py": "prompts, as Discord's Markdown",
    "tests/core/test_request.py": "prompts, options and pictures, as requests",
    "tests/core/test_schema.py": "JSON of models",
    "tests/fuzz/test_interactions.py": "interaction payloads through discord.py and the cogs",
    "tests/fuzz/test_pictures.py": "results: links, file names, damaged pictures",
    "tests/oxen/test_sse.py": "SSE bytes, and where they are cut",
    "tests/oxen/wire/test_causes.py": "providers' words",
    "tests/oxen/wire/test_events.py": "JSON of events",
    "tests/oxen/wire/test_failures.py": "error answers",
    "tests/oxen/wire/test_rows.py": "JSON of rows",
    "tests/store/test_histories.py::test_in_a_file": "histories of the store on SQLite, with kills",
    "tests/store/test_histories.py::test_in_memory": "histories of the unit tests' store",
    "tests/store/test_histories.py::test_on_a_server": "histories of the store on PostgreSQL, with kills",
    "tests/store/test_rows.py": "jobs, to rows and back",
    "tests/test_logs.py": "log messages",
    "tests/test_settings.py": "settings",
}
"""What the rules of a file, or a single one, are tried on; a file that is not named here stands there by its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of rules: `inputs` that they were tried on, `found` different ways in which they failed."""

    rules: int = 0
    inputs: int = 0
    calls: int = 0
    seconds: float = 0.0
    found: int = 0

    def __add__(self, other: "Tried") -> "Tried":
        return Tried(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Tried)})


def tried(statistics: StatisticsDict) -> Tried:
    """Count what hypothesis did for one rule, whatever it did it for: new inputs, old failures, smaller ones."""
    phases = [cast("PhaseStatistics", phase) for name, phase in statistics.items() if name.endswith("-phase")]
    ran = [case for phase in phases for case in phase["test-cases"] if case["status"] in RAN]
    calls = [match[1] for case in ran for event in case["events"] if (match := CALLS.fullmatch(event))]
    return Tried(
        inputs=len(ran),
        calls=sum(map(int, calls)),
        seconds=sum(phase["duration-seconds"] for phase in phases),
        found=max((phase["distinct-failures"] for phase in phases), default=0),
    )


class FuzzReport:
    """Listens to hypothesis in every process, and writes the table in the first."""

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Note what hypothesis tells of a test; its own plugin goes on listening."""
        listening = cast("DynamicVariable[Callable[[StatisticsDict], None] | None]", collector)
        theirs = listening.value
        found = Tried(rules=1)

        def note(statistics: StatisticsDict) -> None:
            nonlocal found
            found += tried(statistics)
            if theirs is not None:
                theirs(statistics)

        try:
            with listening.with_value(note):
                return (yield)
        finally:
            if item.get_closest_marker(PROFILE):
                noted = {f.name: getattr(found, f.name) for f in fields(Tried)}
                item.user_properties.append((PROPERTY, noted))

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the table, as Markdown."""
        by_subject: dict[str, Tried] = {}
        for reports in terminalreporter.stats.values():
            for report in cast("Iterable[object]", reports):
                if isinstance(report, pytest.TestReport) and report.when == "call":
                    subject = _subject(report.nodeid)
                    by_subject[subject] = by_subject.get(subject, Tried()) + _of(report)
        terminalreporter.write_line("")
        for line in table(by_subject):
            terminalreporter.write_line(line)


def _of(report: pytest.TestReport) -> Tried:
    noted = dict(report.user_properties).get(PROPERTY)
    counted = Tried(**cast("Mapping[str, int]", noted)) if noted else Tried()
    # What failed without hypothesis (a fixture, an @example) is a find as well.
    return counted + Tried(found=1) if report.failed and not counted.found else counted


def _subject(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return SUBJECTS.get(nodeid) or SUBJECTS.get(path, path)


def table(by_subject: Mapping[str, Tried]) -> list[str]:
    """Give the lines of the table, in the order of the subjects."""
    return [
        "| what was fuzzed | rules | inputs tried | seconds | found |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_row(subject, by_subject[subject]) for subject in sorted(by_subject, key=str.casefold)),
        _row("all", sum(by_subject.values(), Tried())),
    ]


def _row(subject: str, row: Tried) -> str:
    inputs = f"{row.inputs:,} ({row.calls:,} calls)" if row.calls else f"{row.inputs:,}"
    return f"| {subject} | {row.rules} | {inputs} | {row.seconds:.0f} | {row.found} |"
