"""What both servers hold of one order: its card, its rows, and the calls since. Reads, and judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sandbox.discord import Interaction, Message, Picture, Recorded, User
from sandbox.discord.access import visible
from sandbox.discord.jsontypes import Json
from sandbox.oxen import Generation, RequestRecord, Status
from sandbox.page.backstage import Backstage

_CANCELS = ":cancel:"
"""In the custom id of the button that only a card under way has; these ids last as long as the messages do."""
_CLOCKS_AGREE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The picture that a story is about, and how far each log was when the trouble began."""

    interaction: Interaction
    rows_before: int
    calls_before: int
    requests_before: int
    streams_before: int
    resumes_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything is read anew at each question. `card_id` is the message that the trouble struck."""

    backstage: Backstage
    order: Order
    card_id: int | None = None

    @property
    def card(self) -> Message | None:
        return self.backstage.discord.message_of(self.order.interaction)

    @property
    def text(self) -> str:
        return self.backstage.discord.text(self.card) if self.card else ""

    @property
    def under_way(self) -> bool:
        return self.card is not None and is_under_way(self.backstage, self.card)

    @property
    def shown(self) -> Sequence[Picture]:
        """Return the pictures on the card."""
        return self.backstage.discord.gallery(self.card) if self.card else ()

    @property
    def rows(self) -> Sequence[Generation]:
        """Return the generations of this order."""
        typed = _words(prompt_of(self.order.interaction))
        since = self.backstage.oxen.ledger.generations[self.order.rows_before :]
        return [row for row in since if row.prompt and typed.startswith(_words(row.prompt))]

    @property
    def painting(self) -> bool:
        return any(row.status is Status.PROCESSING for row in self.rows)

    @property
    def painted(self) -> bool:
        """Whether Oxen has nothing of this order left to paint."""
        return bool(self.rows) and all(row.status.is_terminal for row in self.rows)

    @property
    def made(self) -> Sequence[Generation]:
        return [row for row in self.rows if row.status is Status.SUCCEEDED]

    @property
    def paid(self) -> int:
        return sum(bool(row.cost_usd) for row in self.rows)

    @property
    def calls(self) -> Sequence[Recorded]:
        """Return what the bot sent to Discord since the trouble began."""
        return self.backstage.discord.log.all()[self.order.calls_before :]

    def edits(self) -> Sequence[Recorded]:
        """Return the edits of the card, whatever they were answered."""
        end = f"/messages/{self.card_id}"
        original = f"/webhooks/{self.backstage.discord.application_id}/{{token}}/messages/@original"
        return [each for each in self.calls if each.method == "PATCH" and each.path.endswith((end, original))]

    def shown_after_s(self) -> float | None:
        """Return how long after it was finished the picture was put on the card; None as long as it was not."""
        shown = [each.at for each in self.edits() if each.error is None and each.files]
        if not shown or not self.made:
            return None
        return max(0.0, shown[0].timestamp() - max(row.completed_at or 0 for row in self.made))

    def requests(self, route: str) -> Sequence[RequestRecord]:
        """Return the bot's requests of one route to Oxen since the trouble began."""
        return [each for each in self.backstage.oxen.log.on(route) if each.number > self.order.requests_before]

    @property
    def new_streams(self) -> int:
        return self.backstage.oxen.streams.opened_ever - self.order.streams_before

    @property
    def resumes(self) -> int:
        return self.backstage.discord.hub.resumes - self.order.resumes_before

    def elsewhere(self) -> Sequence[Message]:
        """Return the bot's other messages that show a picture of this order."""
        discord = self.backstage.discord
        made = [row.file.data for row in self.made if row.file]
        return [
            message
            for message in discord.world.messages.values()
            if message.id != self.card_id and any(picture.data in made for picture in discord.gallery(message))
        ]

    def bill(self) -> str:
        if self.paid == 0:
            return "Nothing was paid."
        return f"Paid for {self.paid} picture{'s' if self.paid > 1 else ''}."


def order_of(backstage: Backstage, interaction: Interaction) -> Order:
    """Mark how far everything is, for an order that was or is about to be sent."""
    discord, oxen = backstage.discord, backstage.oxen
    since = (interaction.asked_at - _CLOCKS_AGREE).timestamp()
    requests = oxen.log.requests
    return Order(
        interaction=interaction,
        rows_before=sum(row.enqueued_at < int(since) for row in oxen.ledger.generations),
        calls_before=len(discord.log.all()),
        requests_before=requests[-1].number if requests else 0,
        streams_before=oxen.streams.opened_ever,
        resumes_before=discord.hub.resumes,
    )


def under_way(backstage: Backstage, viewer: User) -> Interaction | None:
    """Return the command that is being painted now: the viewer's own, else the newest that the viewer sees."""
    discord = backstage.discord
    found = [
        each
        for each in reversed(discord.world.interactions.values())
        if prompt_of(each)
        and (card := discord.message_of(each)) is not None
        and is_under_way(backstage, card)
        and visible(discord.world, card, viewer.id)
        and not Evidence(backstage=backstage, order=order_of(backstage, each)).painted
    ]
    return min(found, key=lambda each: each.user_id != viewer.id, default=None)


def is_under_way(backstage: Backstage, card: Message) -> bool:
    return any(_CANCELS in (button.custom_id or "") for button in backstage.discord.buttons(card))


def prompt_of(interaction: Interaction) -> str:
    """Return what was typed as a command's prompt; nothing for whatever else an interaction is."""
    options: Json = interaction.data.get("options")
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict) and option.get("name") == "prompt":
            return str(option.get("value"))
    return ""


def _words(text: str) -> str:
    return " ".join(text.split())
