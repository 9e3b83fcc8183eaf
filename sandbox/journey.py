"""One request of a member, from the command to its picture: played on a stage, and read off both servers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.cards import UNDER_WAY, Word, word_of
from sandbox.checks import DOWNLOAD, ORDER, Seen
from sandbox.discord import Interaction, Message, Picture, Upload, User, WaitedTooLongError
from sandbox.discord.reading import text
from sandbox.oxen import Generation, RequestRecord, jsontext
from sandbox.stage import Stage, StuckError
from sandbox.words import plain

ENDS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a member asks for; `references` go into the options image, image2 and so on."""

    author: User
    command: str
    prompt: str
    references: tuple[Upload, ...] = ()

    def __str__(self) -> str:
        files = "".join(f" {option}: {upload.filename}" for option, upload in self.files.items())
        return f"@{self.author.display_name} types /{self.command} prompt: {self.prompt}{files}"

    @property
    def files(self) -> Mapping[str, Upload]:
        return {f"image{number if number > 1 else ''}": each for number, each in enumerate(self.references, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened, in seconds after the member pressed Enter."""

    at_s: float
    text: str


class Journey:
    """A request under way; what it was like is asked afterwards."""

    def __init__(self, stage: Stage, request: Request) -> None:
        self._stage = stage
        self._discord = stage.discord
        self.request = request
        self._asked: Interaction | None = None

    async def play(self) -> None:
        """Send the command and wait until its card says how it ended; raises BotEndedError or StuckError."""
        channel = self._discord.scene.pictures
        options = {"prompt": self.request.prompt}
        command, author = self.request.command, self.request.author
        self._asked = self._discord.people.command(author, channel, command, options, self.request.files)
        try:
            await self._stage.bot.while_running(self._discord.wait_for(self._ended, timeout_s=ENDS_WITHIN_S))
        except WaitedTooLongError as error:
            said = "still says that it is under way" if self.card else "never came"
            raise StuckError(f"The card of /{command} {said} after {ENDS_WITHIN_S:.0f} s.") from error

    def _ended(self) -> bool:
        return self.state not in {None, *UNDER_WAY}

    @property
    def _message(self) -> Message | None:
        return self._discord.message_of(self._asked) if self._asked else None

    @property
    def state(self) -> Word | None:
        """What became of the request so far; None without a card."""
        return word_of(self._message) if self._message else None

    @property
    def card(self) -> str:
        """What the message says now, as a person reads it."""
        return self._words(self._message) if self._message else ""

    def _words(self, message: Message) -> str:
        names = {user.id: user.display_name for user in self._discord.world.users.values()}
        return plain(text(message), names)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self._discord.gallery(self._message) if self._message else ()

    def moments(self) -> list[Moment]:
        """Tell what happened, in order: what the card said and what the bot asked of Oxen."""
        return sorted((*self._card_moments(), *self._oxen_moments()), key=lambda moment: moment.at_s)

    def _card_moments(self) -> Iterator[Moment]:
        if self._asked is None or self._message is None:
            return
        for version in self._discord.versions(self._message):
            at_s = (version.at - self._asked.created_at).total_seconds()
            pictures = self._discord.gallery(version.message)
            shown = "".join(f"\n[{picture.filename}]" for picture in pictures)
            yield Moment(at_s=at_s, text=f"the card says: {self._words(version.message)}{shown}")

    def _oxen_moments(self) -> Iterator[Moment]:
        told = {ORDER: "Oxen takes the order, which bills one picture", DOWNLOAD: "Oxen hands the picture out"}
        for record in self._oxen_records():
            if self._asked is not None and record.route in told:
                yield Moment(at_s=record.received_at - self._asked.created_at.timestamp(), text=told[record.route])

    def _generations(self) -> list[Generation]:
        return [each for each in self._stage.oxen.ledger.generations if each.prompt == self.request.prompt]

    def _oxen_records(self) -> list[RequestRecord]:
        """Give the calls that concern this job: its orders by their prompt, the others by a generation's id."""
        ids = [each.generation_id for each in self._generations()]
        return [
            record
            for record in self._stage.oxen.log.requests
            if any(each in record.path for each in ids) or self._orders_this(record)
        ]

    def _orders_this(self, record: RequestRecord) -> bool:
        body = jsontext.as_object(record.body) or {}
        return record.route == ORDER and body.get("prompt") == self.request.prompt

    def seen(self) -> Seen:
        """Put together what the checks ask about."""
        return Seen(
            command=self.request.command,
            card=self.card,
            state=self.state,
            shown=tuple(picture.data for picture in self.pictures),
            served=tuple(each.file.data for each in self._generations() if each.file),
            attached=tuple(upload.filename for upload in self.request.references),
            references=self._posted_references(),
            calls=Counter([*self._discord_routes(), *(record.route for record in self._oxen_records())]),
        )

    def _discord_routes(self) -> Iterator[str]:
        ids = [str(each.id) for each in (self._asked, self._message) if each]
        for record in self._discord.log.all():
            if any(each in record.path for each in ids):
                yield f"{record.method} {record.template}"

    def _posted_references(self) -> tuple[str, ...]:
        """Give the file names of the links that Oxen got, in their order."""
        links = [each.params.get("input_image") for each in self._generations()]
        listed = [link for field in links for link in jsontext.as_list(field) or ()]
        return tuple(str(link).partition("?")[0].rpartition("/")[2] for link in listed)
