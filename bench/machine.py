"""What the figures were measured on, in one line; and which core a process may use."""

import os
import platform
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
STANDINS, MEASURED = 0, 1
"""The cores, by their place among those that this process may use."""


def described() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "discord.py", "SQLAlchemy"))
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"{platform.python_implementation()} {platform.python_version()}, {libraries}; load at the start {load}"
    )


def _processor() -> str:
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _allowed() -> Sequence[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else ()


_CORES = _allowed()
"""As it was before anybody was told to stay on one."""


@contextmanager
def on_core(number: int) -> Generator[None]:
    """Stay on one core, with every process that is started meanwhile; chance then decides less about who is faster.

    Does nothing where the system has no such call, or too few cores.
    """
    if number >= len(_CORES):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_CORES[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def resident_bytes(pid: int | str = "self") -> int:
    """Give how much memory a process holds now (Linux, proc(5): VmRSS in kB)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.removesuffix("kB")) * 1024
    raise LookupError(f"/proc/{pid}/status has no VmRSS")
