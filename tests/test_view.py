"""What Discord would say to our messages: the stand-in's own rules judge every card and every note."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import discord
import pytest
from discord import ui

from bot.core import words
from bot.core.card import Card, Verb, card_of
from bot.core.inbox import Inbox, inbox_of
from bot.core.job import GenerationState, Job
from bot.view import (
    CUSTOM_ID,
    PROMPT_FILE,
    PROMPT_INLINE_LIMIT,
    JobButton,
    attachment_ids,
    inbox_note,
    is_card_of,
    note,
    prompt_files,
    render,
)
from sandbox.discord.components import ComponentType, read_components, walk
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject
from tests.core.jobs import NOW, a_job, an_ask
from tests.discord_edge import message_with

if TYPE_CHECKING:
    from discord.types.components import ContainerComponent

S = GenerationState
MOST_COMPONENTS = 20
MOST_CHARACTERS = 1200
BREAKERS = ("```", "<@1> <t:1:R> @everyone", "\u202eright to left", "> # - 1.", "🐂" * 300, "**" * 300, "line\nbreak")
ENDINGS = [
    (S.PLANNED,),
    (S.QUEUED, S.SUCCEEDED, S.PLANNED, S.FAILED),
    (S.SUCCEEDED,) * 4,
    (S.FAILED,),
    (S.CANCELLED,),
    (S.UNKNOWN, S.TIMED_OUT),
]


def draw(job: Job) -> Card:
    return card_of(job, pictures={g.id: f"{g.id}.png" for g in job.succeeded}, now=NOW, usual_s=None)


def judged(view: ui.LayoutView) -> list[JsonObject]:
    """Give every component of a view, parents first, as Discord would keep it; fails where Discord would refuse."""
    form = Form()

    def media(url: Node, _uploaded_only: bool) -> JsonObject:  # noqa: FBT001 - the stand-in calls it so
        return {"url": url.value}

    found = read_components(Node(cast("Json", view.to_components()), form), v2=True, media=media)
    form.check()
    return list(walk(cast("Json", list(found))))


def texts(components: list[JsonObject]) -> str:
    return "\n".join(str(c["content"]) for c in components if c["type"] == ComponentType.TEXT_DISPLAY)


def of_type(components: list[JsonObject], wanted: ComponentType) -> list[JsonObject]:
    return [component for component in components if component["type"] == wanted]


@pytest.mark.parametrize("states", ENDINGS)
@pytest.mark.parametrize("references", [0, 4])
def test_every_card_is_a_valid_message_within_the_design_s_limits(states: tuple[S, ...], references: int) -> None:
    job = a_job(*states, ask=an_ask("a " * 2000, count=len(states), references=references))
    components = judged(render(draw(job)))
    assert len(components) <= MOST_COMPONENTS
    assert len(texts(components)) <= MOST_CHARACTERS
    assert [c["type"] for c in components[:1]] == [ComponentType.CONTAINER]


@pytest.mark.parametrize("typed", BREAKERS)
def test_no_prompt_breaks_the_layout(typed: str) -> None:
    components = judged(render(draw(a_job(S.SUCCEEDED, ask=an_ask(typed)))))
    plain = judged(render(draw(a_job(S.SUCCEEDED))))
    assert [c["type"] for c in components] == [c["type"] for c in plain]
    assert texts(components).count("\n") == texts(plain).count("\n")


def test_a_card_is_ordered_header_prompt_gallery_facts_buttons() -> None:
    components = judged(render(draw(a_job(S.SUCCEEDED))))
    assert [c["type"] for c in components] == [
        ComponentType.CONTAINER,
        ComponentType.TEXT_DISPLAY,
        ComponentType.MEDIA_GALLERY,
        ComponentType.TEXT_DISPLAY,
        ComponentType.ACTION_ROW,
        *[ComponentType.BUTTON] * 3,
    ]
    assert texts(components).splitlines()[0].startswith("**a red cube**")
    assert texts(components).splitlines()[-1].startswith("-# flux-2-dev")


def test_the_accent_is_the_state_s_colour() -> None:
    assert judged(render(draw(a_job(S.SUCCEEDED))))[0]["accent_color"] == 0x23A55A


def test_pictures_lie_in_the_gallery_by_file_name_with_alt_text_and_spoiler() -> None:
    ask = replace(an_ask(count=2), spoiler=True)
    (gallery,) = of_type(judged(render(draw(a_job(S.SUCCEEDED, S.SUCCEEDED, ask=ask)))), ComponentType.MEDIA_GALLERY)
    items = cast("list[dict[str, object]]", gallery["items"])
    assert [(i["media"], i["description"], i["spoiler"]) for i in items] == [
        ({"url": f"attachment://1-{n}.png"}, "a red cube", True) for n in (1, 2)
    ]


def test_a_reference_is_a_thumbnail_by_its_own_link() -> None:
    ask = replace(an_ask(references=1), spoiler=True)
    (thumbnail,) = of_type(judged(render(draw(a_job(ask=ask)))), ComponentType.THUMBNAIL)
    assert thumbnail["media"] == {"url": ask.references[0].url}
    assert thumbnail["spoiler"] is True


def test_buttons_carry_verb_and_job_and_a_short_word() -> None:
    buttons = of_type(judged(render(draw(a_job(S.SUCCEEDED)))), ComponentType.BUTTON)
    assert [(b["custom_id"], b["label"]) for b in buttons] == [
        ("easel:again:1", "Again"),
        ("easel:info:1", "Info"),
        ("easel:delete:1", "Delete"),
    ]


def test_the_button_for_the_same_again_says_its_price() -> None:
    buttons = of_type(judged(render(replace(draw(a_job(S.SUCCEEDED)), again_price="$0.40"))), ComponentType.BUTTON)
    assert [b["label"] for b in buttons] == ["Again · $0.40", "Info", "Delete"]
    assert buttons[0]["custom_id"] == "easel:again:1"


def _every_view() -> Iterator[ui.LayoutView]:
    yield render(draw(a_job()))
    yield render(draw(a_job(S.SUCCEEDED)))
    yield note("Sure?", verb=Verb.ERASE, job_id="1")
    yield inbox_note(inbox_of([a_job(S.SUCCEEDED)]))


async def test_a_view_is_finished_before_it_is_sent_and_holds_no_button_of_its_own() -> None:
    for view in _every_view():
        assert view.is_finished()
        buttons = [item for item in view.walk_children() if item.is_dispatchable()]
        assert buttons
        assert all(isinstance(button, JobButton) for button in buttons)


def test_two_renders_of_a_card_share_no_view() -> None:
    card = draw(a_job())
    assert render(card) is not render(card)


class Presser:
    """A client as far as a button needs it."""

    def __init__(self) -> None:
        self.pressed: list[tuple[str, str]] = []

    async def press(self, interaction: discord.Interaction, verb: str, job_id: str, /) -> None:
        del interaction
        self.pressed.append((verb, job_id))


async def test_a_press_comes_back_as_verb_and_job_even_of_a_verb_that_is_no_more() -> None:
    presser = Presser()
    interaction = cast("discord.Interaction", SimpleNamespace(client=presser))
    for custom_id in ("easel:again:123", "easel:gone:4"):
        match = CUSTOM_ID.fullmatch(custom_id)
        assert match is not None
        button = await JobButton.from_custom_id(interaction, cast("ui.Item[ui.LayoutView]", None), match)
        await button.callback(interaction)
    assert presser.pressed == [("again", "123"), ("gone", "4")]


@pytest.mark.parametrize("stranger", ["easel:again:", "easel:AGAIN:1", "other:again:1", "easel:again:1x"])
def test_a_stranger_s_custom_id_is_none_of_ours(stranger: str) -> None:
    assert CUSTOM_ID.fullmatch(stranger) is None


def test_a_prompt_is_given_back_in_a_code_block_to_copy() -> None:
    assert texts(judged(note("No.", prompt="**a** cube"))) == "No.\n```\n**a** cube\n```"
    assert prompt_files("**a** cube") == []


@pytest.mark.parametrize("prompt", ["x" * (PROMPT_INLINE_LIMIT + 1), "a ``` b"])
def test_a_prompt_that_does_not_fit_or_breaks_its_block_goes_as_a_file(prompt: str) -> None:
    (file,) = of_type(judged(note("No.", prompt=prompt)), ComponentType.FILE)
    assert file["file"] == {"url": f"attachment://{PROMPT_FILE}"}
    (upload,) = prompt_files(prompt)
    assert (upload.filename, upload.fp.read()) == (PROMPT_FILE, prompt.encode())


def test_the_longest_prompt_and_a_refusal_fit_one_message() -> None:
    judged(note("r" * 900, "Your prompt, to copy:", prompt="x" * PROMPT_INLINE_LIMIT))


def test_the_fullest_inbox_fits_one_message_with_a_button_for_each_line() -> None:
    worst = replace(a_job(S.FAILED, S.UNKNOWN, S.TIMED_OUT, ask=an_ask("*" * 4000, count=3)), refusal="r" * 900)
    worst = replace(worst, message_removed=True)
    components = judged(inbox_note(inbox_of([replace(worst, id=str(n)) for n in range(9)])))
    buttons = of_type(components, ComponentType.BUTTON)
    assert [button["custom_id"] for button in buttons] == [f"easel:place:{n}" for n in range(5)]
    assert len(texts(components)) < 4000
    assert words.INBOX_GOES_ON in texts(components)


def test_an_empty_inbox_says_so_kindly() -> None:
    assert texts(judged(inbox_note(Inbox(entries=(), goes_on=False)))) == words.INBOX_EMPTY


def test_what_discord_does_not_show_lies_below_the_gallery_as_a_file() -> None:
    ask = replace(an_ask(count=2), spoiler=True)
    job = a_job(S.SUCCEEDED, S.SUCCEEDED, ask=ask)
    components = judged(render(card_of(job, pictures={"1-1": "1-1.svg", "1-2": "1-2.png"}, now=NOW, usual_s=None)))
    assert [c["type"] for c in components[1:4]] == [
        ComponentType.TEXT_DISPLAY,
        ComponentType.MEDIA_GALLERY,
        ComponentType.FILE,
    ]
    (file,) = of_type(components, ComponentType.FILE)
    assert (file["file"], file["spoiler"]) == ({"url": "attachment://1-1.svg"}, True)


def test_attachment_ids_are_read_from_the_gallery_and_then_from_the_files() -> None:
    items = [{"media": {"url": "https://cdn.example", "attachment_id": str(n)}} for n in (5, 6)]
    gallery = {"type": 12, "id": 2, "items": [*items, {"media": {"url": "https://cdn.example"}}]}
    file = {"type": 13, "id": 4, "file": {"url": "https://cdn.example", "attachment_id": "7"}, "spoiler": False}
    container = {"type": 17, "id": 1, "components": [{"type": 10, "id": 3, "content": "a"}, gallery, file]}
    read = discord.Container(cast("ContainerComponent", container), state=None)
    message = cast("discord.Message", SimpleNamespace(components=[read]))
    assert attachment_ids(message) == [5, 6, None, 7]


@pytest.mark.parametrize("states", ENDINGS)
def test_a_card_is_known_by_its_buttons_whatever_became_of_the_job(states: tuple[S, ...]) -> None:
    message = message_with(render(draw(a_job(*states))))
    assert is_card_of(message, "1", None)
    assert not is_card_of(message, "11", None)


def test_a_card_carries_its_number_through_every_edit_and_is_known_by_it() -> None:
    for job in (a_job(S.QUEUED), a_job(S.SUCCEEDED), a_job(S.FAILED)):
        message = message_with(render(draw(replace(job, card_number=2**31 - 1))))
        assert is_card_of(message, "1", 2**31 - 1)
        assert not is_card_of(message, "1", 5)


def test_a_note_is_no_card_even_with_a_button_of_the_job() -> None:
    assert not is_card_of(message_with(note("sorry", verb=Verb.AGAIN, job_id="1")), "1", None)
