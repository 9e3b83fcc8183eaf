"""What Discord takes and refuses when commands are registered."""

import pytest

from sandbox.discord.commands import read_commands, with_ids
from sandbox.discord.errors import DiscordError
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.snowflake import Snowflakes
from tests.sandbox.discord.samples import IMAGINE, NOON, codes

NEW_ID = Snowflakes(lambda: NOON)


def command(*options: Json, name: str = "imagine") -> JsonObject:
    return {"name": name, "description": "d", "options": list(options)}


def option(name: str = "prompt", **extra: Json) -> JsonObject:
    return {"type": 3, "name": name, "description": "d", **extra}


def refused(*commands: Json) -> list[str]:
    with pytest.raises(DiscordError) as caught:
        read_commands([*commands])
    return codes(caught.value)


def registered(*commands: Json, before: tuple[JsonObject, ...] = ()) -> tuple[JsonObject, ...]:
    return with_ids(read_commands([*commands]), before=before, application_id=1, guild_id=None, new_id=NEW_ID)


@pytest.mark.parametrize("name", ["Imagine", "two words", "a!", ""])
def test_a_slash_command_has_a_plain_lower_case_name(name: str) -> None:
    assert refused(command(name=name))


@pytest.mark.parametrize("name", ["imagine", "größe", "a-b_c", "हिन्दी"])
def test_letters_of_any_script_make_a_name(name: str) -> None:
    assert read_commands([command(name=name)])


def test_required_options_come_first() -> None:
    options = [option("a"), option("b", required=True)]
    assert refused(command(*options)) == ["APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"]


def test_there_are_at_most_25_options() -> None:
    options = [option(f"o{number}") for number in range(26)]
    assert read_commands([command(*options[:25])])
    assert refused(command(*options)) == ["BASE_TYPE_MAX_LENGTH"]


def test_there_are_at_most_25_choices_with_values_of_their_type() -> None:
    choices: list[Json] = [{"name": str(number), "value": str(number)} for number in range(26)]
    assert refused(command(option(choices=choices))) == ["BASE_TYPE_MAX_LENGTH"]
    wrong: JsonObject = {"name": "one", "value": "one"}
    assert refused(command(option(choices=[wrong]) | {"type": 4})) == ["NUMBER_TYPE_COERCE"]


def test_an_option_name_stands_once() -> None:
    assert refused(command(option(), option())) == ["APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"]


def test_a_command_name_stands_once() -> None:
    assert refused(command(), command()) == ["APPLICATION_COMMANDS_DUPLICATE_NAME"]


def test_names_descriptions_and_values_have_8000_characters_together() -> None:
    choices: list[Json] = [{"name": f"{number:0>100}", "value": "v" * 100} for number in range(25)]
    options = [option(name, choices=choices) for name in ("a", "b")]
    assert refused(command(*options)) == ["APPLICATION_COMMAND_TOO_LARGE"]


def test_a_description_is_needed_for_slash_and_forbidden_for_menus() -> None:
    assert refused({"name": "imagine"}) == ["BASE_TYPE_REQUIRED"]
    assert refused({"name": "Look", "type": 3, "description": "d"}) == ["APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED"]


def test_choices_and_completion_exclude_each_other() -> None:
    choice: JsonObject = {"name": "a", "value": "a"}
    assert refused(command(option(autocomplete=True, choices=[choice]))) == [
        "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES"
    ]


def test_a_command_keeps_its_id_and_an_unchanged_one_its_version() -> None:
    (first,) = registered(IMAGINE)
    (same,) = registered(IMAGINE, before=(first,))
    (changed,) = registered({**IMAGINE, "description": "new"}, before=(first,))
    assert same == first
    assert changed["id"] == first["id"]
    assert changed["version"] != first["version"]
