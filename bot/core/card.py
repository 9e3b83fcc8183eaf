"""What people see of a job, as data: words, pictures, tone, buttons; knows no Discord class."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum

from bot.core import words
from bot.core.job import UNDER_WAY, Generation, GenerationState, Job, JobState
from bot.core.markdown import escaped, link_text, one_line, shortened
from bot.core.placement import kind_in, made_from, made_smaller, made_still, shown_inline
from bot.core.price import price_of, price_of_again
from bot.errors import Cause

TEXT_LIMIT = 1200
"""All characters of a card together; Discord's own limit for a message of components is 4,000."""
PROMPT_LIMIT = 300
FACT_LIMIT = 40
ALT_LIMIT = 1024
"""Discord's limit for the description of a media item."""
LONG_AFTER_MEDIANS = 3


class Tone(Enum):
    """The state in one word and one colour; the word always says it too."""

    QUEUED = ("Queued", 0x80848E)
    PAINTING = ("Painting", 0xF0B232)
    DONE = ("Done", 0x23A55A)
    NOT_PAINTED = ("Not painted", 0xF23F43)
    CANCELLED = ("Cancelled", 0x4E5058)
    UNKNOWN = ("Unknown", 0x5865F2)

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


def card_of(job: Job, *, pictures: Mapping[str, str], now: datetime, usual_s: float | None) -> Card:
    """Draw a job.

    `pictures` maps the ids of the generations that the message will hold to their file names, which say what had to be
    done to them; `usual_s` is the running median of the model, None without history.
    """
    tone = _tone(job)
    waiting = job.under_way
    header, facts = _header(job, tone), _facts(job)
    shown = len(pictures) + sum(g.link_only for g in job.succeeded)
    lines = (*_lines(job, tone, shown=shown, now=now, usual_s=usual_s), *_changes(pictures.values()))
    if job.plan is not None and not job.plan.takes_prompt and job.ask.prompt:
        lines = (*lines, words.PROMPT_NOT_SENT)
    renew = job.renewal_offered and (waiting or shown < len(job.succeeded))
    if renew:
        lines = (*lines, words.RENEW)
    placed = tuple(_picture(job, g, pictures[g.id]) for g in job.current if g.id in pictures)
    return Card(
        job_id=job.id,
        number=job.card_number,
        tone=tone,
        header=header,
        prompt=_prompt(job, room=TEXT_LIMIT - sum(map(len, (header, facts or "", *lines)))),
        thumbnail=_thumbnail(job) if waiting else None,
        lines=(*lines, *_links(job)),
        pictures=tuple(each for each in placed if shown_inline(each.filename)),
        files=tuple(each for each in placed if not shown_inline(each.filename)),
        facts=facts,
        verbs=(*((Verb.RENEW,) if renew else ()), *(WAITING_VERBS if waiting else ENDED_VERBS)),
        again_price=price_of_again(job),
    )


def _tone(job: Job) -> Tone:
    if job.under_way:
        return Tone.PAINTING if job.begun or job.ahead == 0 else Tone.QUEUED
    match job.state:
        case JobState.DONE | JobState.PARTLY_DONE:
            return Tone.DONE
        case JobState.CANCELLED:
            return Tone.CANCELLED
        case _:
            return Tone.UNKNOWN if _some(job, GenerationState.UNKNOWN) else Tone.NOT_PAINTED


def _some(job: Job, *states: GenerationState) -> tuple[Generation, ...]:
    return tuple(g for g in job.current if g.state in states)


def _header(job: Job, tone: Tone) -> str:
    header = f"**{tone.word}** · <@{job.owner_id}>"
    return f"{header} · after a picture of <@{job.credit_id}>" if job.credit_id else header


def _prompt(job: Job, *, room: int) -> str | None:
    """Quote the prompt; one that is all marks doubles when it is escaped, and then gives way to the rest."""
    prompt = one_line(job.ask.prompt)
    if not prompt:
        return None
    quote = f"> {escaped(shortened(prompt, PROMPT_LIMIT))}"
    return quote if len(quote) <= room else f"> {escaped(shortened(prompt, max(2, room // 2 - len('> '))))}"


def _thumbnail(job: Job) -> Thumbnail | None:
    if not job.ask.references:
        return None
    return Thumbnail(url=job.ask.references[0].url, spoiler=job.ask.covered)


def _picture(job: Job, generation: Generation, filename: str) -> Picture:
    alt = shortened(one_line(job.ask.prompt), ALT_LIMIT) or "A picture made from another one"
    return Picture(generation_id=generation.id, filename=filename, alt=alt, spoiler=job.ask.covered)


def _links(job: Job) -> tuple[str, ...]:
    """Say why a picture lies at Oxen alone, each reason once, and where; the links count in no limit of the card."""
    beyond = [g for g in job.succeeded if g.link_only]
    reasons = dict.fromkeys(words.CAUSES[g.cause] for g in beyond if g.cause)
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


def _lines(job: Job, tone: Tone, *, shown: int, now: datetime, usual_s: float | None) -> tuple[str, ...]:
    if tone is Tone.QUEUED:
        return tuple(filter(None, (words.ahead(job.ahead), _more_references(job))))
    if tone is Tone.PAINTING:
        return tuple(filter(None, _painting(job, shown=shown, now=now, usual_s=usual_s)))
    on_its_way = (words.ON_ITS_WAY,) if shown < len(job.succeeded) else ()
    return on_its_way if job.state is JobState.DONE else (*_endings(job), *on_its_way)


def _more_references(job: Job) -> str | None:
    more = len(job.ask.references) - 1
    if more < 1:
        return None
    return "+1 reference" if more == 1 else f"+{more} references"


def _painting(job: Job, *, shown: int, now: datetime, usual_s: float | None) -> tuple[str | None, ...]:
    if job.cancelled_by is not None:
        return (words.CANCELLING,)
    started = min((g.sent_at for g in job.generations if g.sent_at), default=job.created_at)
    usual = f"usually about {max(1, round(usual_s))} s" if usual_s is not None else "usually 5 to 30 s"
    late = usual_s is not None and (now - started).total_seconds() > LONG_AFTER_MEDIANS * usual_s
    return (
        f"Started <t:{int(started.timestamp())}:R>, {usual}",
        words.LONGER_THAN_USUAL if late else None,
        words.ready(shown, len(job.current)) if len(job.current) > 1 and shown else None,
        _more_references(job),
    )


def outcome_of(job: Job) -> str:
    """Say in one line what came of a job, for lists."""
    if job.under_way:
        return words.STILL_PAINTING
    if job.state is JobState.DONE:
        return words.painted(len(job.succeeded), len(job.current))
    return " ".join(_endings(job))


def _endings(job: Job) -> tuple[str, ...]:
    if job.state is JobState.CANCELLED:
        return (words.CANCELLED,)
    sentences = dict.fromkeys(_ending(job, g) for g in job.current if g.state is not GenerationState.SUCCEEDED)
    done = len(job.succeeded)
    return (words.painted(done, len(job.current)), *sentences) if done else tuple(sentences)


def _ending(job: Job, generation: Generation) -> str:
    match generation.state:
        case GenerationState.UNKNOWN:
            return words.UNKNOWN_OUTCOME
        case GenerationState.TIMED_OUT:
            return words.TIMED_OUT
        case GenerationState.CANCELLED:
            return words.REST_CANCELLED if job.succeeded else words.CANCELLED
        case _:
            if generation.cause is Cause.REFUSED_BY_US and job.refusal:
                return job.refusal
            return words.CAUSES.get(generation.cause or Cause.OTHER, words.CAUSES[Cause.OTHER])


def _facts(job: Job) -> str | None:
    if job.plan is None:
        return None
    parameters = job.plan.parameters
    parts = [
        job.plan.model,
        *(str(parameters[name]) for name in ("aspect_ratio", "resolution") if parameters.get(name) is not None),
        _seeds(job),
        _seconds(job),
        price_of(job),
        "AI-generated" if job.succeeded else None,
    ]
    return " · ".join(escaped(shortened(one_line(part), FACT_LIMIT)) for part in parts if part)


def _seeds(job: Job) -> str | None:
    seeds = [g.seed for g in job.current if g.seed is not None]
    if not seeds:
        return None
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def _seconds(job: Job) -> str | None:
    """Tell how long painting took once nothing is under way."""
    ends = [g.ended_at for g in job.succeeded if g.ended_at]
    starts = [g.accepted_at for g in job.succeeded if g.accepted_at]
    if not ends or not starts or any(g.state in UNDER_WAY for g in job.current):
        return None
    return f"{max(1, round((max(ends) - min(starts)).total_seconds()))} s"
