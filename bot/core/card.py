"""What people see of a job, as data: words, pictures, tone, buttons; knows no Discord class."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from bot.core import words
from bot.core.ask import is_blank
from bot.core.facts import facts_of
from bot.core.job import Generation, GenerationState, Job, JobState
from bot.core.markdown import escaped, link_text, one_line, shortened
from bot.core.outcome import endings, worth_repeating
from bot.core.placement import kind_in, made_from, made_smaller, made_still, shown_inline
from bot.core.price import price_of_again

TEXT_LIMIT = 1200
"""All characters of a card together; Discord's own limit for a message of components is 4,000."""
PROMPT_LIMIT = 300
TITLE_LIMIT = 120
"""Characters of the prompt that lead a finished card; [Info] has the whole."""
ALT_LIMIT = 1024
"""Discord's limit for the description of a media item."""
LONG_AFTER_MEDIANS = 3
SENT_WITHIN = timedelta(seconds=10)
"""A job that starts at once is long sent by then, or something holds it up."""
HELD_UP_AFTER = timedelta(minutes=2)
"""From then on it is told that Oxen takes no orders."""


class Tone(Enum):
    """The state in one word and one colour. A card says the word while something is to come, and when nothing came."""

    QUEUED = ("Queued", 0x80848E)
    PAINTING = ("Painting", 0xF0B232)
    DONE = ("Done", 0x23A55A)
    FAILED = ("Failed", 0xF23F43)
    CANCELLED = ("Cancelled", 0x4E5058)
    UNCLEAR = ("Unclear", 0x5865F2)

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def colour(self) -> int:
        return self.value[1]


class Verb(StrEnum):
    """What a button does; part of its custom id, so a name here lives as long as the messages do."""

    CANCEL = "cancel"
    AGAIN = "again"
    INFO = "info"
    DELETE = "delete"
    ERASE = "erase"
    PLACE = "place"
    RENEW = "renew"


SHORT = frozenset({Tone.FAILED, Tone.CANCELLED})
"""Nothing came and nothing is to come: one line, without the words that were typed."""
QUOTED = frozenset({Tone.QUEUED, Tone.PAINTING, Tone.UNCLEAR})

LABELS = {
    Verb.CANCEL: "Cancel",
    Verb.AGAIN: "Again",
    Verb.INFO: "Info",
    Verb.DELETE: "Delete",
    Verb.ERASE: "Delete it",
    Verb.PLACE: "Show here",
    Verb.RENEW: "Get result",
}


WAITING_VERBS = (Verb.CANCEL, Verb.INFO)
ENDED_VERBS = (Verb.AGAIN, Verb.INFO, Verb.DELETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A result on the message, by the name of its file there."""

    generation_id: str
    filename: str
    alt: str
    spoiler: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """The first reference, shown by its own link while the job waits."""

    url: str = field(repr=False)
    spoiler: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One message. `header`, `prompt`, `lines` and `facts` are Discord Markdown, all typed text in them escaped.

    `number` tells this process' card from that of another one with the same job.

    `pictures` stand in the gallery; `files` are results that Discord does not show, to be downloaded.
    """

    job_id: str
    tone: Tone
    header: str
    prompt: str | None
    thumbnail: Thumbnail | None
    lines: tuple[str, ...]
    pictures: tuple[Picture, ...]
    facts: str | None
    verbs: tuple[Verb, ...]
    again_price: str | None = None
    files: tuple[Picture, ...] = ()
    number: int | None = None

    @property
    def placed(self) -> tuple[Picture, ...]:
        """Give all results that lie on the message, in the order in which it shows them."""
        return self.pictures + self.files

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the words above the pictures, line by line; a card that only says how it ended is one line."""
        if self.tone in SHORT:
            return (" ".join((f"{self.header} ·", *self.lines)),)
        return (self.header, *((self.prompt,) if self.prompt else ()), *self.lines)


def card_of(job: Job, *, pictures: Mapping[str, str], now: datetime, usual_s: float | None) -> Card:
    """Draw a job.

    `pictures` maps the ids of the generations that the message will hold to their file names, which say what had to be
    done to them; `usual_s` is the running median of the model, None without history.
    """
    shown = len(pictures) + sum(g.link_only for g in job.succeeded)
    tone = _tone(job, shown=shown, now=now)
    renew = job.renewal_offered and (job.under_way or shown < len(job.succeeded))
    header, facts = _header(job, tone), None if tone in SHORT else facts_of(job)
    unsent = job.plan is not None and not job.plan.takes_prompt and job.ask.prompt and tone not in SHORT
    lines = (
        *_lines(job, tone, shown=shown, now=now, usual_s=usual_s, leaving=renew),
        *_changes(pictures.values()),
        *((words.PROMPT_NOT_SENT,) if unsent else ()),
        *((words.RENEW,) if renew else ()),
    )
    placed = tuple(_picture(job, g, pictures[g.id]) for g in job.current if g.id in pictures)
    room = TEXT_LIMIT - sum(map(len, (header, facts or "", *lines)))
    return Card(
        job_id=job.id,
        number=job.card_number,
        tone=tone,
        header=header,
        prompt=_quote(job, room=room) if tone in QUOTED else None,
        thumbnail=_thumbnail(job) if job.under_way else None,
        lines=(*lines, *_links(job)),
        pictures=tuple(each for each in placed if shown_inline(each.filename)),
        files=tuple(each for each in placed if not shown_inline(each.filename)),
        facts=facts,
        verbs=(*((Verb.RENEW,) if renew else ()), *_verbs(job)),
        again_price=price_of_again(job),
    )


def plain_card(job: Job, sentence: str) -> Card:
    """Draw a card with nothing in it that Discord could refuse: who requested it, and one sentence."""
    return Card(
        job_id=job.id,
        number=job.card_number,
        tone=Tone.FAILED,
        header=_header(job, Tone.FAILED),
        prompt=None,
        thumbnail=None,
        lines=(sentence,),
        pictures=(),
        facts=None,
        verbs=_verbs(job),
    )


def _tone(job: Job, *, shown: int, now: datetime) -> Tone:
    if job.under_way:
        begins = job.starts_at_once and not job.held_up and now - job.created_at < SENT_WITHIN
        return Tone.PAINTING if job.begun or begins else Tone.QUEUED
    if job.succeeded:
        # Until the first picture is on the message, something is still to come.
        return Tone.DONE if shown else Tone.PAINTING
    if job.state is JobState.CANCELLED:
        return Tone.CANCELLED
    return Tone.UNCLEAR if any(g.state is GenerationState.UNKNOWN for g in job.current) else Tone.FAILED


def _verbs(job: Job) -> tuple[Verb, ...]:
    if job.under_way:
        return WAITING_VERBS
    return ENDED_VERBS if worth_repeating(job) else tuple(verb for verb in ENDED_VERBS if verb is not Verb.AGAIN)


def _header(job: Job, tone: Tone) -> str:
    lead = _title(job) if tone is Tone.DONE else tone.word
    header = f"**{lead}** · <@{job.owner_id}>"
    return f"{header} · again from <@{job.credit_id}>'s picture" if job.credit_id else header


def _title(job: Job) -> str:
    prompt = one_line(job.ask.prompt)
    return words.WITHOUT_WORDS if is_blank(prompt) else escaped(shortened(prompt, TITLE_LIMIT))


def _quote(job: Job, *, room: int) -> str | None:
    """Quote the prompt; one that is all marks doubles when it is escaped, and then gives way to the rest."""
    prompt = one_line(job.ask.prompt)
    if is_blank(prompt):
        return None
    quote = f"> {escaped(shortened(prompt, PROMPT_LIMIT))}"
    return quote if len(quote) <= room else f"> {escaped(shortened(prompt, max(2, room // 2 - len('> '))))}"


def _thumbnail(job: Job) -> Thumbnail | None:
    if not job.ask.references:
        return None
    return Thumbnail(url=job.ask.references[0].url, spoiler=job.ask.covered)


def _picture(job: Job, generation: Generation, filename: str) -> Picture:
    alt = shortened(one_line(job.ask.prompt), ALT_LIMIT) or words.WITHOUT_WORDS
    return Picture(generation_id=generation.id, filename=filename, alt=alt, spoiler=job.ask.covered)


def _links(job: Job) -> tuple[str, ...]:
    """Say why a picture lies at Oxen alone, each reason once, and where; the links count in no limit of the card."""
    beyond = [g for g in job.succeeded if g.link_only]
    reasons = dict.fromkeys(words.failure(g.cause) for g in beyond if g.cause)
    links = (link_text(words.open_picture(g.position + 1, len(job.current)), g.url) for g in beyond)
    found = tuple(filter(None, links))
    return (*reasons, *(found or (words.ASK_FOR_FILE,) * bool(beyond)))


def _changes(filenames: Collection[str]) -> tuple[str, ...]:
    """Say what is not as Oxen made it, or not shown, each once."""
    smaller = [name for name in filenames if made_smaller(name)]
    moved = any(map(made_still, smaller))
    return tuple(
        dict.fromkeys(
            (
                *((words.MADE_STILL if moved else words.MADE_SMALLER,) if smaller else ()),
                *(words.made_png(kind.name) for kind in map(made_from, filenames) if kind),
                *(words.as_file(kind.name) for name in filenames if not shown_inline(name) and (kind := kind_in(name))),
            )
        )
    )


def _lines(job: Job, tone: Tone, *, shown: int, now: datetime, usual_s: float | None, leaving: bool) -> tuple[str, ...]:
    """Say what is to come or how it ended; `leaving` says that the card asks for a press, and not for patience."""
    if tone is Tone.QUEUED:
        found = (_queued(job, now, usual_s), _more_references(job), _private(job, leaving=leaving))
        return tuple(filter(None, found))
    if job.under_way:
        return tuple(filter(None, _painting(job, shown=shown, now=now, usual_s=usual_s, leaving=leaving)))
    on_its_way = (words.ON_ITS_WAY,) if shown < len(job.succeeded) else ()
    return (*endings(job), *on_its_way)


def _queued(job: Job, now: datetime, usual_s: float | None) -> str:
    """Say why a job was not sent yet, as far as its row knows."""
    if job.cancelled_by is not None:
        return words.CANCELLING
    found_a_place = job.ahead == 0 or job.held_up or job.plan is None
    if found_a_place and now - job.created_at > HELD_UP_AFTER:
        return words.NO_ORDERS
    return words.sent_next(usual_s) if found_a_place and not job.held_up else words.WAITING_FOR_A_PLACE


def _private(job: Job, *, leaving: bool) -> str | None:
    return words.PRIVATE_WAIT if job.ask.private and not leaving else None


def _more_references(job: Job) -> str | None:
    more = len(job.ask.references) - 1
    if more < 1:
        return None
    return "+1 reference" if more == 1 else f"+{more} references"


def _painting(job: Job, *, shown: int, now: datetime, usual_s: float | None, leaving: bool) -> tuple[str | None, ...]:
    if job.cancelled_by is not None:
        return (words.CANCELLING,)
    started = min((g.sent_at for g in job.generations if g.sent_at), default=job.created_at)
    late = usual_s is not None and (now - started).total_seconds() > LONG_AFTER_MEDIANS * usual_s
    return (
        f"Started <t:{int(started.timestamp())}:R>, {words.usual(usual_s)}",
        words.LONGER_THAN_USUAL if late and not leaving else None,
        words.ready(shown, len(job.current)) if len(job.current) > 1 and shown else None,
        _more_references(job),
        _private(job, leaving=leaving),
    )
