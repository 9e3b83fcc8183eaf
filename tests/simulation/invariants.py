"""What must hold at the end of every run, whatever happened in it: Easel's promises, one function each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.card import Tone, card_of
from bot.core.job import Answer, Generation, GenerationState, Job, JobState, Place
from bot.core.remote import QueuePost
from bot.core.request import Ask
from bot.errors import Cause
from tests.simulation.clock import BEGINNING
from tests.simulation.discord_model import Discord, Interaction, Message
from tests.simulation.oxen_model import PNG, Marker, Oxen, marker_of
from tests.simulation.shop import is_cheap

Jobs = Mapping[str, Job]


@dataclass(slots=True, kw_only=True)
class Request:
    """What a member asked for, whether or not a process heard it."""

    interaction: Interaction
    ask: Ask
    owner_id: int
    refused: str | None = None

    @property
    def job_id(self) -> str:
        return self.interaction.id


def broken_promises(jobs: Jobs, requests: Sequence[Request], oxen: Oxen, discord: Discord) -> Iterator[str]:
    """Tell every promise that a run broke, as a sentence each."""
    for request in requests:
        yield from _answered_once(request, jobs.get(request.job_id), discord.messages_of(request.job_id))
    for job in jobs.values():
        yield from _settled(job)
        yield from _abandoned_for_nothing(job, oxen)
        for message in filter(lambda message: not message.is_refusal, discord.messages_of(job.id)):
            yield from _shown_where_it_belongs(job, message, discord.interactions[job.id])
            if job.place is Place.MESSAGE and not message.deleted:
                yield from _shown_as_it_is(job, message)
    yield from _paid_once(jobs, oxen)
    yield from _sent_sparingly(jobs, oxen)
    yield from _nothing_orphaned(jobs, oxen)


def _answered_once(request: Request, job: Job | None, messages: Sequence[Message]) -> Iterator[str]:
    if len(messages) > 1:
        yield f"{request.job_id} has {len(messages)} messages"
    is_card = any(not message.is_refusal for message in messages)
    if is_card and job is None:
        yield f"{request.job_id} was answered and nobody knows it"
    if is_card and request.refused is not None:
        yield f"{request.job_id} was refused and answered"
    # Refused for a database that hung, and written all the same: should its process die before it gives the job up,
    # the answer to a private request cannot be told from its card, and the picture waits in the inbox.
    hidden = job is not None and job.ask.private and job.place is Place.INBOX and job.message_id is None
    if request.refused is not None and job is not None and job.state is not JobState.ABANDONED and not hidden:
        yield f"{request.job_id} was refused, and yet it is {job.state.value}"


def _settled(job: Job) -> Iterator[str]:
    if job.answer is Answer.OWED:
        yield f"job {job.id}: nobody found out whether it was answered"
    elif job.under_way:
        yield f"job {job.id} is {job.state.value} for ever"
    if job.card_owed:
        yield f"job {job.id}: its card is owed for ever"


def _abandoned_for_nothing(job: Job, oxen: Oxen) -> Iterator[str]:
    if job.state is JobState.ABANDONED and any(_is_for(post, job) for post in oxen.sent):
        yield f"job {job.id} is abandoned, and yet it was sent to Oxen"


def _is_for(post: QueuePost, job: Job) -> bool:
    return any(marker_of(post) == _marker(job, generation) for generation in job.generations if generation.seed)


def _shown_where_it_belongs(job: Job, message: Message, interaction: Interaction) -> Iterator[str]:
    out_of_reach = message.private and not interaction.token_lives
    if job.answer is Answer.MISSED and not message.deleted and not out_of_reach:
        yield f"job {job.id} was answered, and yet it is abandoned"
    if job.place is Place.INBOX and not message.deleted and not out_of_reach:
        yield f"job {job.id} left its message, which could be edited"
    if job.place is Place.GONE and not message.deleted:
        yield f"job {job.id}: its message was to be deleted and is still there"


def _shown_as_it_is(job: Job, message: Message) -> Iterator[str]:
    """The message shows just what is known: the right pictures, and an honest sentence for what is missing."""
    if job.answer is not Answer.GIVEN or job.under_way:
        return
    for generation in job.succeeded:
        attachment = generation.attachment
        name, data = message.files.get(attachment.id, ("", b"")) if attachment else ("", b"")
        if attachment is None or name != attachment.filename or data != _picture(generation):
            yield f"job {job.id}: picture {generation.id} is not on its message"
    pictures = {g.id: g.attachment.filename for g in job.succeeded if g.attachment}
    if len(message.files) != len(pictures):
        yield f"job {job.id}: {len(message.files)} files on a message of {len(pictures)} pictures"
    if message.card != card_of(job, pictures=pictures, now=BEGINNING, usual_s=None):
        yield f"job {job.id} is {job.state.value}, and its message says {message.card.tone.word} {message.card.lines}"
    if message.card.tone in {Tone.QUEUED, Tone.PAINTING} or (job.state is not JobState.DONE and not message.card.lines):
        yield f"job {job.id}: its message ends without an honest sentence"


def _picture(generation: Generation) -> bytes:
    return PNG + (generation.remote_id or "").encode()


def _marker(job: Job, generation: Generation) -> Marker:
    return job.ask.prompt, generation.seed


def _asked_for(jobs: Jobs) -> Counter[Marker]:
    """Count the pictures that may be paid: one for each generation; a second try is a generation of its own."""
    return Counter(_marker(job, g) for job in jobs.values() if job.answer is Answer.GIVEN for g in job.generations)


def _paid_once(jobs: Jobs, oxen: Oxen) -> Iterator[str]:
    allowed = _asked_for(jobs)
    paid = Counter(row.marker for row in oxen.ours())
    for marker, count in paid.items():
        if count > allowed[marker]:
            yield f"paid {count} times for {allowed[marker]} of {marker}"
    for job in jobs.values():
        for generation in job.generations:
            if generation.inline and not _failed_to_fetch(oxen, _marker(job, generation)):
                yield f"job {job.id}: {generation.id} tries again what had not failed"


def _failed_to_fetch(oxen: Oxen, marker: Marker) -> bool:
    return any(row.marker == marker and row.cause is Cause.REFERENCE_NOT_FETCHED for row in oxen.ours())


def _sent_sparingly(jobs: Jobs, oxen: Oxen) -> Iterator[str]:
    """A POST whose outcome is unclear is sent once more where it is cheap, and never where it is not."""
    allowed = _asked_for(jobs)
    sent = Counter[Marker]()
    models: dict[Marker, str] = {}
    for post in oxen.sent:
        sent[marker_of(post)] += post.num_generations
        models[marker_of(post)] = post.model
    for post in oxen.denied:
        sent[marker_of(post)] -= post.num_generations
    for marker, count in sent.items():
        times = 2 if is_cheap(models[marker]) else 1
        if count > times * allowed[marker]:
            yield f"sent {count} times for {allowed[marker]} of {marker} ({models[marker]})"


def _nothing_orphaned(jobs: Jobs, oxen: Oxen) -> Iterator[str]:
    """What was painted reached its job, unless Oxen's rows hide what they were made from."""
    if not oxen.echoes:
        return
    has = {g.remote_id for job in jobs.values() for g in job.generations if g.state is GenerationState.SUCCEEDED}
    unread = {g.remote_id for job in jobs.values() for g in job.generations if g.cause is Cause.RESULT_UNREADABLE}
    for row in oxen.ours():
        if row.status == "succeeded" and row.remote_id not in has | unread:
            yield f"{row.remote_id} was painted and paid for {row.marker}, and no job has it"
