"""Jobs for the store's tests, and a clock that stands still until it is set."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.admission import Limits
from bot.core.job import Answer, Attachment, Generation, GenerationState, Job, Place
from bot.core.request import Ask, Command, Plan, Reference
from bot.errors import Cause

NOW = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)
NO_LIMITS = Limits(jobs_under_way=0, images_per_day=0)
SLOTS = 16
SECRET = "a bot's token"


@dataclass
class StoppedClock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def a_job(number: int = 1, *, count: int = 1, owner_id: int = 7) -> Job:
    """Give a received job; a higher number came later."""
    created_at = NOW + timedelta(seconds=number)
    return Job(
        id=str(number),
        owner_id=owner_id,
        channel_id=8,
        guild_id=None,
        application_id=9,
        ask=Ask(command=Command.IMAGINE, prompt="a red cube", count=count),
        created_at=created_at,
        token=f"token of {number}",
        token_expires_at=created_at + timedelta(minutes=15),
        size_limit_bytes=10 * 1024 * 1024,
        generations=tuple(Generation(id=f"{number}-{n + 1}", position=n) for n in range(count)),
    )


def a_job_in(number: int, *states: GenerationState, answer: Answer = Answer.GIVEN) -> Job:
    """Give an answered job with one generation in each of the states."""
    job = replace(a_job(number, count=len(states)), answer=answer, shown_revision=1)
    return replace(job, generations=tuple(replace(g, state=s) for g, s in zip(job.generations, states, strict=True)))


def with_generation(job: Job, index: int = 0, **changes: Any) -> Job:
    generations = list(job.generations)
    generations[index] = replace(generations[index], **changes)
    return replace(job, generations=tuple(generations))


def revised(job: Job) -> Job:
    return replace(job, revision=job.revision + 1)


FULL_JOB = Job(
    id="1234567890123456789",
    owner_id=2**62 + 1,
    channel_id=2**62 + 2,
    guild_id=2**62 + 3,
    application_id=2**62 + 4,
    ask=Ask(
        command=Command.EDIT,
        prompt='a "red" cube \\ \u202e 🐂\n\0 end',
        references=(
            Reference(
                url="https://cdn.discordapp.com/a.png?ex=1",
                filename="a.png",
                size_bytes=12,
                content_type="image/png",
                width_px=640,
                spoiler=True,
                height_px=480,
            ),
            Reference(url="https://cdn.discordapp.com/b", filename="b", size_bytes=1),
        ),
        model="flux-2-dev",
        options={"aspect_ratio": "16:9", "steps": "30"},
        count=2,
        seed=2**40,
        spoiler=True,
        private=True,
    ),
    created_at=NOW,
    token="interaction token",
    token_expires_at=NOW + timedelta(minutes=15),
    size_limit_bytes=2**40,
    version=3,
    revision=5,
    shown_revision=4,
    answer=Answer.GIVEN,
    message_id=2**62 + 5,
    place=Place.INBOX,
    # Without limits and with slots free the store says 0, so a full job says so too.
    ahead=0,
    plan=Plan(
        model="flux-2-dev",
        parameters={"guidance": 3.5, "loras": [{"scale": 0.1}, None], "hq": True, "steps": 30},
        seeds=(7, 8),
        reference_field="input_images",
        references_as_list=True,
        price_usd=0.024,
        takes_prompt=False,
    ),
    checked=True,
    refusal="No.",
    cancelled_by=2**62 + 6,
    credit_id=2**62 + 7,
    renewal_offered=True,
    card_number=2**31 - 1,
    emptied_at=NOW + timedelta(days=400),
    message_removed=True,
    age_restricted=True,
    generations=(
        Generation(
            id="g-1",
            position=1,
            attempt=2,
            state=GenerationState.SUCCEEDED,
            inline=True,
            seed=2**62,
            remote_id="r-1",
            intent_id="i-1",
            intended_at=NOW + timedelta(microseconds=1),
            sent_at=NOW + timedelta(microseconds=2),
            sends=2,
            accepted_at=NOW + timedelta(microseconds=3),
            ended_at=NOW + timedelta(microseconds=4),
            cause=Cause.SAFETY,
            error="provider's words",
            url="https://results.example/1?sig=1",
            attachment=Attachment(id=2**62 + 8, filename="g-1.png"),
            price_microusd=50_000,
            cost_microusd=40_000,
        ),
        Generation(id="g-0", position=0),
    ),
)
