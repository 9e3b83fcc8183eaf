"""Turns a Card into what Discord shows, and buttons back into verbs; knows nothing of jobs, stores or services."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, Self, cast

import discord
from discord import ui

from bot.core import words
from bot.core.card import LABELS, Card, Verb
from bot.core.inbox import Inbox

CUSTOM_ID = re.compile(r"easel:(?P<verb>[a-z]+):(?P<job>[0-9]+)")
PROMPT_FILE = "prompt.txt"
PROMPT_INLINE_LIMIT = 3000
"""A V2 message holds 4,000 characters in all; a longer prompt goes along as a file."""

NOBODY = discord.AllowedMentions.none()
"""Nothing a person typed can ping anyone; named at every call, since edits by the bot's token have no default."""


class Presses(Protocol):
    """The client, as far as a button needs it."""

    async def press(self, interaction: discord.Interaction, verb: str, job_id: str, /) -> None: ...


_STYLES: Mapping[str, discord.ButtonStyle] = {
    # Only the button that cannot be taken back is red; [Delete] asks first.
    Verb.ERASE: discord.ButtonStyle.danger,
    # The one thing to do, before the answer can be changed no more.
    Verb.RENEW: discord.ButtonStyle.primary,
}


class JobButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=CUSTOM_ID):
    """Any button of ours, on any message, also one from before a restart; it carries no authority of its own."""

    def __init__(self, verb: str, job_id: str, price: str | None = None) -> None:
        self.verb = verb
        self.job_id = job_id
        known = next((each for each in Verb if each == verb), None)
        label = LABELS[known] if known else verb
        super().__init__(
            ui.Button(
                label=f"{label} · {price}" if price else label,
                style=_STYLES.get(verb, discord.ButtonStyle.secondary),
                custom_id=f"easel:{verb}:{job_id}",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[ui.LayoutView], match: re.Match[str], /
    ) -> Self:
        del interaction, item
        return cls(match["verb"], match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        await cast("Presses", interaction.client).press(interaction, self.verb, self.job_id)


def sealed(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """Build a view that discord.py forgets at once: no timer, no memory; presses come back by their pattern."""
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def render(card: Card) -> ui.LayoutView:
    """Give a fresh view of a card: one container, in the order header, prompt, gallery, files, facts, buttons."""
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=card.tone.colour, id=card.number)
    texts = card.texts
    if card.thumbnail is not None:
        picture = ui.Thumbnail[ui.LayoutView](card.thumbnail.url, spoiler=card.thumbnail.spoiler)
        container.add_item(ui.Section("\n".join(texts), accessory=picture))
    else:
        container.add_item(ui.TextDisplay("\n".join(texts)))
    if card.pictures:
        container.add_item(_gallery(card))
    for file in card.files:
        container.add_item(ui.File(f"attachment://{file.filename}", spoiler=file.spoiler))
    if card.facts:
        container.add_item(ui.TextDisplay(f"-# {card.facts}"))
    container.add_item(_buttons(card.verbs, card.job_id, again_price=card.again_price))
    return sealed(container)


def _buttons(verbs: Sequence[Verb], job_id: str, *, again_price: str | None = None) -> ui.ActionRow[ui.LayoutView]:
    return ui.ActionRow(*(_button(verb, job_id, again_price if verb is Verb.AGAIN else None) for verb in verbs))


def _button(verb: Verb, job_id: str, price: str | None = None) -> ui.Item[ui.LayoutView]:
    # A DynamicItem fits either kind of view, which its type cannot say in one word.
    return cast("ui.Item[ui.LayoutView]", JobButton(verb, job_id, price))


def _gallery(card: Card) -> ui.MediaGallery[ui.LayoutView]:
    return ui.MediaGallery(
        *(
            discord.MediaGalleryItem(
                f"attachment://{picture.filename}", description=picture.alt, spoiler=picture.spoiler
            )
            for picture in card.pictures
        )
    )


def note(*texts: str, prompt: str | None = None, verb: Verb | None = None, job_id: str = "") -> ui.LayoutView:
    """Give a private note: sentences, a prompt to copy, at most one button."""
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(text) for text in texts]
    if prompt is not None:
        as_file = goes_as_file(prompt)
        items.append(ui.File(f"attachment://{PROMPT_FILE}") if as_file else ui.TextDisplay(f"```\n{prompt}\n```"))
    if verb is not None:
        items.append(_buttons((verb,), job_id))
    return sealed(*items)


def inbox_note(inbox: Inbox) -> ui.LayoutView:
    """Give the private list of what waits, each line with the button that shows it in this channel."""
    if not inbox.entries:
        return note(words.INBOX_EMPTY)
    lines = (ui.Section(entry.text, accessory=_button(Verb.PLACE, entry.job_id)) for entry in inbox.entries)
    last = [ui.TextDisplay[ui.LayoutView](words.INBOX_GOES_ON)] if inbox.goes_on else []
    return sealed(ui.TextDisplay(words.INBOX), *lines, *last)


def goes_as_file(prompt: str) -> bool:
    """Tell whether a prompt is shown as a file: too long, or with marks that would end its code block."""
    return len(prompt) > PROMPT_INLINE_LIMIT or "```" in prompt


def prompt_files(prompt: str | None) -> list[discord.File]:
    """Give the files that go with a `note` about this prompt."""
    if prompt is None or not goes_as_file(prompt):
        return []
    return [discord.File(io.BytesIO(prompt.encode()), PROMPT_FILE)]


def attachment_ids(message: discord.Message) -> list[int | None]:
    """Read the attachment ids of the results that a card shows, in its order: the gallery's, then the files'.

    `message.attachments` is empty when components show the files (discord-api-docs #8277).
    """
    return [
        media.attachment_id
        for top in message.components
        if isinstance(top, discord.Container)
        for child in top.children
        for media in _media(child)
    ]


def _media(component: discord.Component) -> Iterable[discord.UnfurledMediaItem]:
    match component:
        case discord.MediaGalleryComponent():
            return [item.media for item in component.items]
        case discord.FileComponent():
            return [component.media]
        case _:
            return []


def is_card_of(message: discord.Message, job_id: str, number: int | None) -> bool:
    """Tell whether a message is a job's card, by its buttons: an interaction may as well be answered by a refusal.

    The number tells it from the card of another process; without one the buttons decide.
    """
    return any(
        isinstance(button, discord.Button) and _presses(button.custom_id, job_id)
        for top in message.components
        if isinstance(top, discord.Container) and number in {None, top.id}
        for row in top.children
        if isinstance(row, discord.ActionRow)
        for button in row.children
    )


def _presses(custom_id: str | None, job_id: str) -> bool:
    match = CUSTOM_ID.fullmatch(custom_id or "")
    return match is not None and match["job"] == job_id
