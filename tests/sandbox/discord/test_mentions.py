"""Whom a text pings."""

import pytest

from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json
from sandbox.discord.mentions import EVERY_KIND, USERS_ONLY, read_mentions
from sandbox.discord.state import Mentions

USER, ROLE = 111111111111111111, 222222222222222222
TEXT = f"<@{USER}> <@&{ROLE}> @everyone"


def pinged(allowed: Json, *, default: frozenset[str] = EVERY_KIND) -> Mentions:
    return read_mentions([TEXT], Node(allowed, Form()), default=default)


def test_without_a_word_about_it_the_default_counts() -> None:
    assert pinged(None) == Mentions(user_ids=(USER,), role_ids=(ROLE,), everyone=True)
    assert pinged(None, default=USERS_ONLY) == Mentions(user_ids=(USER,))


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ({"parse": []}, Mentions()),
        ({"parse": ["users"]}, Mentions(user_ids=(USER,))),
        ({"parse": [], "users": [str(USER)]}, Mentions(user_ids=(USER,))),
        ({"parse": [], "users": ["333333333333333333"]}, Mentions()),
        ({"parse": ["everyone"]}, Mentions(everyone=True)),
    ],
)
def test_what_is_allowed_decides(allowed: Json, expected: Mentions) -> None:
    assert pinged(allowed) == expected
