"""Whatever an interaction holds: through discord.py's own parsing and the real cogs to what Discord is told."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.card import Verb
from bot.core.job import GenerationState, Job, Place
from sandbox.discord.jsontypes import Json, JsonObject
from tests.core.jobs import OWNER, a_job, an_ask
from tests.fakes import ManualClock
from tests.fuzz.discord_line import (
    COMMAND,
    COMPLETE,
    SUBMIT,
    Call,
    Failures,
    Line,
    connected,
    interaction,
    judge,
    option,
    press,
    words_of,
)
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig, open_rig

S = GenerationState
CARD, CHOICES = 4, 8
"""What answers one (likewise, "Interaction Callback Type")."""
MOST_CHOICES, LONGEST_CHOICE = 25, 100
"""Of a completion (likewise, "Autocomplete")."""
STRANGER = OWNER + 1

# Each input is a whole command; fewer of them where many rules are tried.
fewer = settings(
    max_examples=max(10, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

KEPT = (
    a_job(S.QUEUED, number=1),
    a_job(S.SUCCEEDED, number=2),
    replace(a_job(S.QUEUED, number=3), ask=replace(an_ask("a secret"), private=True)),
    replace(a_job(S.SUCCEEDED, number=4), place=Place.INBOX, token=None),
    replace(a_job(S.SUCCEEDED, number=5), ask=replace(an_ask("a secret"), private=True), place=Place.INBOX),
)


class Shelf(MemoryStore):
    """A store that each input finds as it should be."""

    def hold(self, *jobs: Job) -> Mapping[str, Job]:
        """Hold these jobs alone, and give what is held, as it changes."""
        self._jobs = {job.id: job for job in jobs}
        return self._jobs


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shelf(clock: ManualClock) -> Shelf:
    return Shelf(clock)


@pytest.fixture
async def rig(shelf: Shelf, clock: ManualClock) -> AsyncIterator[Rig]:
    async with open_rig(shelf, clock) as opened:
        yield opened


@pytest.fixture
async def line(rig: Rig) -> AsyncIterator[Line]:
    async with connected(rig) as opened:
        yield opened


@pytest.fixture
def failures() -> Iterator[list[str]]:
    handler = Failures()
    logging.getLogger().addHandler(handler)
    yield handler.seen
    logging.getLogger().removeHandler(handler)


def check_calls(calls: list[Call]) -> None:
    """Hold what is true of everything that the bot ever says."""
    first = [call for call in calls if call.path.endswith("/callback")]
    assert len(first) <= 1
    assert calls[: len(first)] == first, "something was said before the first answer"
    for call in calls:
        if call.message is not None:
            assert call.message["allowed_mentions"] == {"parse": []}
            components = judge(call.message)
            assert sum(len(str(c["content"])) for c in components if "content" in c) <= 4000


odd_text = st.text(max_size=12) | st.sampled_from(
    [
        "@everyone <@1> <t:1:R>",
        "../../etc/passwd",
        "a ``` b",
        "\u202egnp.exe",
        "x" * 4001,
        "*" * 3000,
        "\0",
        "a cat --ar 16:9 --seed 7",
        "--n 5",
        "--banana 1",
        "@Image1 @Image2",
        "[a](https://evil.example)",
        "🐂" * 400,
    ]
)
ids = st.integers(0, 2**64 - 1).map(str)
attachments = st.fixed_dictionaries(
    {
        "filename": odd_text,
        "size": st.integers(0, 2**40),
        "url": st.just("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1") | odd_text,
        "proxy_url": odd_text,
    },
    optional={
        "content_type": st.none() | st.sampled_from(["image/png", "image/heic", "video/mp4", "", "/;"]),
        "width": st.none() | st.integers(0, 2**31),
        "height": st.none() | st.integers(0, 2**31),
        "description": odd_text,
        "ephemeral": st.booleans(),
        "flags": st.integers(0, 2**31),
        "duration_secs": st.floats(0, 10),
        "title": odd_text,
        "placeholder": odd_text,
    },
)


COMPLETED = ("model", "aspect_ratio", "resolution")


@st.composite
def options(draw: st.DrawFn) -> tuple[list[JsonObject], JsonObject]:
    """Give the options of /imagine and /edit in any order, and the files that they name."""
    given_options = [option("prompt", 3, draw(odd_text))]
    resolved: JsonObject = {}
    for name in draw(st.sets(st.sampled_from(["image", "image2", "image3", "image4"]))):
        file_id = draw(ids)
        given_options.append(option(name, 11, file_id))
        resolved[file_id] = {**draw(attachments), "id": file_id}
    words_chosen = draw(st.dictionaries(st.sampled_from(COMPLETED), odd_text | st.sampled_from(["flux-2", "1:1"])))
    given_options += [option(name, 3, value) for name, value in words_chosen.items()]
    for name, high in (("count", 4), ("seed", 2**32 - 1)):
        if draw(st.booleans()):
            given_options.append(option(name, 4, draw(st.integers(1, high))))
    switches = draw(st.dictionaries(st.sampled_from(["spoiler", "private"]), st.booleans()))
    given_options += [option(name, 5, value) for name, value in switches.items()]
    return draw(st.permutations(given_options)), {"attachments": resolved} if resolved else {}


commands = st.sampled_from(["imagine", "edit"])


@fewer
@given(name=commands, typed=options())
async def test_every_command_ends_in_a_card_or_a_private_sentence(
    line: Line, shelf: Shelf, failures: list[str], *, name: str, typed: tuple[list[JsonObject], JsonObject]
) -> None:
    kept = shelf.hold()
    data: JsonObject = {"id": "1", "name": name, "type": 1, "options": list[Json](typed[0])}
    payload = interaction(COMMAND, {**data, **({"resolved": typed[1]} if typed[1] else {})})
    calls = await line.hand_over(payload)
    check_calls(calls)
    (call,) = calls
    assert call.body["type"] == CARD
    assert call.is_private or str(payload["id"]) in kept
    assert (failures, line.left) == ([], [])


JSON_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
OPTION_NAMES = ["prompt", "image", "image2", "model", "count", "seed", "spoiler", "private", "banana", ""]
odd_options = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(OPTION_NAMES),
            "type": st.sampled_from([3, 4, 5]),
            "value": JSON_VALUES,
        }
    )
    | st.fixed_dictionaries({"name": st.sampled_from(OPTION_NAMES), "type": st.just(11), "value": ids}),
    max_size=5,
)


@fewer
@given(name=st.sampled_from(["imagine", "edit", "inbox", "banana", ""]), typed=odd_options)
async def test_a_command_that_discord_never_sends_does_no_harm(
    line: Line, shelf: Shelf, *, name: str, typed: list[dict[str, Json]]
) -> None:
    shelf.hold()
    data: JsonObject = {"id": "1", "name": name, "type": 1, "options": list[Json](typed)}
    calls = await line.hand_over(interaction(COMMAND, data))
    check_calls(calls)
    assert len(calls) <= 1
    assert line.left == []


@fewer
@given(name=commands, typed=options(), asked=st.sampled_from(COMPLETED), part=odd_text)
async def test_completion_offers_only_what_discord_takes(
    line: Line,
    failures: list[str],
    *,
    name: str,
    typed: tuple[list[JsonObject], JsonObject],
    asked: str,
    part: str,
) -> None:
    others: list[Json] = [option for option in typed[0] if option["name"] != asked]
    focused: JsonObject = {"name": asked, "type": 3, "value": part, "focused": True}
    data: JsonObject = {"id": "1", "name": name, "type": 1, "options": [*others, focused]}
    (call,) = await line.hand_over(interaction(COMPLETE, data))
    assert call.body["type"] == CHOICES
    offered = cast("Mapping[str, list[dict[str, str]]]", call.body["data"])["choices"]
    assert len(offered) <= MOST_CHOICES
    assert all(1 <= len(choice[key]) <= LONGEST_CHOICE for choice in offered for key in ("name", "value"))
    assert (failures, line.left) == ([], [])


verbs = st.sampled_from([verb.value for verb in Verb])
job_ids = st.sampled_from([job.id for job in KEPT]) | st.sampled_from(["6", "0", "01", "9" * 80, str(2**63)])
custom_ids = st.builds("easel:{}:{}".format, verbs, job_ids)
presses = st.lists(st.tuples(custom_ids, st.sampled_from(["77", "78"])), min_size=1, max_size=4)
garbage = st.text(max_size=100) | st.builds("easel:{}:{}".format, st.text(max_size=8) | verbs, st.text(max_size=8))


@fewer
@given(pressed=presses)
@example(pressed=[("easel:info:3", "77")])
@example(pressed=[("easel:again:3", "77")])
async def test_no_button_gives_a_stranger_any_power(
    line: Line, rig: Rig, shelf: Shelf, failures: list[str], *, pressed: Sequence[tuple[str, str]]
) -> None:
    kept = shelf.hold(*KEPT)
    rig.delivery.removed.clear()
    for custom_id, message_id in pressed:
        calls = await line.hand_over(press(custom_id, message_id, user_id=STRANGER))
        check_calls(calls)
        assert calls
        assert not any("a secret" in words_of(call) for call in calls)
    assert [job for job in kept.values() if job.owner_id != STRANGER] == list(KEPT)
    assert rig.delivery.removed == []
    assert (failures, line.left) == ([], [])


@fewer
@given(pressed=presses)
async def test_every_press_of_an_owner_is_answered(
    line: Line, shelf: Shelf, failures: list[str], *, pressed: Sequence[tuple[str, str]]
) -> None:
    shelf.hold(*KEPT)
    for custom_id, message_id in pressed:
        calls = await line.hand_over(press(custom_id, message_id))
        check_calls(calls)
        assert calls
    assert (failures, line.left) == ([], [])


@fewer
@given(custom_id=garbage, kind=st.integers(1, 20), submits=st.booleans(), rows=st.lists(JSON_VALUES, max_size=3))
async def test_a_custom_id_that_is_not_ours_changes_nothing(
    line: Line, shelf: Shelf, *, custom_id: str, kind: int, submits: bool, rows: list[Json]
) -> None:
    kept = shelf.hold(*KEPT)
    data: JsonObject = {"custom_id": custom_id, "components": [row for row in rows if isinstance(row, dict)]}
    payload = interaction(SUBMIT, data) if submits else press(custom_id, kind=kind, user_id=STRANGER)
    check_calls(await line.hand_over(payload))
    assert [job for job in kept.values() if job.owner_id != STRANGER] == list(KEPT)
    assert line.left == []
