"""Read a request body and collect everything that is wrong with it, by path. Knows no endpoint."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.jsontypes import Json, JsonObject

Path: TypeAlias = tuple[str | int, ...]

REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")


class Form:
    """The problems found so far. Nothing may be changed before `check` has passed."""

    def __init__(self) -> None:
        self._problems: list[tuple[Path, str, str]] = []

    def refuse(self, path: Path, code: str, message: str) -> None:
        self._problems.append((path, code, message))

    def check(self) -> None:
        """Raise DiscordError 50035 if anything was refused."""
        if self._problems:
            raise DiscordError(Problem.INVALID_FORM, errors=self._nested())

    def _nested(self) -> JsonObject:
        root: JsonObject = {}
        for path, code, message in self._problems:
            leaf = root
            for step in path:
                inner = leaf.setdefault(str(step), {})
                leaf = inner if isinstance(inner, dict) else {}
            found = leaf.setdefault("_errors", [])
            if isinstance(found, list):
                found.append({"code": code, "message": message})
        return root


class Node:
    """One value of a body, and the path that leads to it."""

    __slots__ = ("form", "path", "value")

    def __init__(self, value: Json, form: Form, path: Path = ()) -> None:
        self.value = value
        self.form = form
        self.path = path

    def refuse(self, code: str, message: str) -> None:
        self.form.refuse(self.path, code, message)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __getitem__(self, key: str) -> "Node":
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, self.form, (*self.path, key))

    @property
    def given(self) -> bool:
        """Whether there is a value; null counts as none."""
        return self.value is not None

    def fields(self) -> JsonObject:
        """Return an object, or refuse the value and return an empty one."""
        if isinstance(self.value, dict):
            return self.value
        self.refuse("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return {}

    def items(self, minimum: int = 0, maximum: int | None = None) -> Iterator["Node"]:
        """Yield the elements of a list; null is an empty one. Refuses a length out of bounds."""
        value = [] if self.value is None else self.value
        if not isinstance(value, list):
            self.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return
        if len(value) < minimum or (maximum is not None and len(value) > maximum):
            self._refuse_length(minimum, maximum)
        for index, item in enumerate(value):
            yield Node(item, self.form, (*self.path, index))

    def text(self, minimum: int = 0, maximum: int | None = None, *, required: bool = False) -> str | None:
        """Return a string, or None if there is none (refused only if required)."""
        if self.value is None:
            if required:
                self.refuse(*REQUIRED)
            return None
        if not isinstance(self.value, str):
            self.refuse("STRING_TYPE_CONVERT", f'Could not interpret "{self.value}" as string.')
            return None
        if len(self.value) < minimum or (maximum is not None and len(self.value) > maximum):
            self._refuse_length(minimum, maximum)
        return self.value

    def integer(self, minimum: int | None = None, maximum: int | None = None, *, required: bool = False) -> int | None:
        """Return a whole number (Discord takes one in a string, too), or None if there is none."""
        if self.value is None:
            if required:
                self.refuse(*REQUIRED)
            return None
        number = _whole(self.value)
        if number is None:
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{self.value}" is not int.')
            return None
        if minimum is not None and number < minimum:
            self.refuse("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {minimum}.")
        if maximum is not None and number > maximum:
            self.refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {maximum}.")
        return number

    def choice(self, choices: Collection[int], *, required: bool = True) -> int | None:
        """Return one of the numbers, or refuse the value and return None."""
        number = self.integer(required=required)
        if number is None or number in choices:
            return number
        listed = ", ".join(str(choice) for choice in sorted(choices))
        self.refuse("BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")
        return None

    def flag(self, *, default: bool = False) -> bool:
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.refuse("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return self.value

    def _refuse_length(self, minimum: int, maximum: int | None) -> None:
        if maximum is None:
            self.refuse("BASE_TYPE_MIN_LENGTH", f"Must be {minimum} or more in length.")
        elif minimum:
            self.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {minimum} and {maximum} in length.")
        else:
            self.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")


def _whole(value: Json) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
        return int(value)
    return None
