"""What the sandbox says on a terminal: headings, times, verdicts; colours only where a person looks on."""

import sys
from collections.abc import Mapping
from typing import TextIO

_RESET = "\x1b[0m"
_BOLD, _DIM, _GREEN, _RED = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m"
_INDENT = 11


class Terminal:
    """Writes plain lines; the environment's NO_COLOR (https://no-color.org) turns the colours off."""

    def __init__(self, out: TextIO, environment: Mapping[str, str]) -> None:
        self._out = out
        self._colours = out.isatty() and not environment.get("NO_COLOR")

    def heading(self, text: str) -> None:
        self._write(f"\n{self._painted(text, _BOLD)}")

    def moment(self, at_s: float, text: str) -> None:
        """Say what happened at a time; further lines of the text stand below its first."""
        first, *rest = text.splitlines() or [""]
        self._write(f"{self._painted(f'{at_s:7.2f} s', _DIM)}  {first}")
        for line in rest:
            self.detail(line)

    def detail(self, text: str) -> None:
        self._write(f"{' ' * _INDENT}{text}")

    def verdict(self, text: str, *, ok: bool) -> None:
        mark = self._painted("ok", _GREEN) if ok else self._painted("NO", _RED)
        self._write(f"  {mark}  {text}")

    def line(self, text: str = "") -> None:
        self._write(text)

    def failure(self, text: str) -> None:
        self._write(f"\n{self._painted(text, _RED)}")

    def _painted(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colours else text

    def _write(self, text: str) -> None:
        encoding = self._out.encoding or sys.getdefaultencoding()
        self._out.write(f"{text}\n".encode(encoding, "replace").decode(encoding))
        self._out.flush()
