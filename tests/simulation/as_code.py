"""Lets enums print as code, so that a schedule that failed can be kept by pasting it."""

from enum import Enum


def as_code(self: Enum) -> str:
    return f"{type(self).__name__}.{self.name}"
