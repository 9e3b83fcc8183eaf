"""Jobs in every state, as values: what the tests of core, service and cards begin with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.job import Answer, Generation, GenerationState, Job
from bot.core.request import Ask, Command, Plan, Reference
from bot.errors import Cause

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MIB = 1024 * 1024
S = GenerationState
ENDED = frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED, S.UNKNOWN, S.TIMED_OUT})
OWNER = 7

REFERENCES = tuple(
    Reference(url=f"https://cdn.discordapp.com/{n}.png?ex=1", filename=f"{n}.png", size_bytes=9) for n in (1, 2, 3, 4)
)
PLAN = Plan(
    model="flux-2-dev",
    parameters={"aspect_ratio": "16:9", "resolution": "1 MP"},
    seeds=(1234, 1235, 1236, 1237),
    reference_field="input_image",
    references_as_list=True,
    price_usd=0.05,
)
SEEDLESS = replace(PLAN, seeds=())


def an_ask(prompt: str = "a red cube", *, count: int = 1, references: int = 0) -> Ask:
    return Ask(command=Command.IMAGINE, prompt=prompt, count=count, references=REFERENCES[:references])


def a_job(*states: GenerationState, ask: Ask | None = None, number: int = 1, plan: Plan | None = PLAN) -> Job:
    """Give an answered, checked job whose card is shown, with one generation in each of the states."""
    states = states or (S.PLANNED,)
    return Job(
        id=str(number),
        owner_id=OWNER,
        channel_id=8,
        guild_id=10,
        application_id=9,
        ask=ask or an_ask(count=len(states)),
        created_at=NOW,
        token="interaction token",
        token_expires_at=NOW + timedelta(minutes=15),
        size_limit_bytes=10 * MIB,
        answer=Answer.GIVEN,
        message_id=77,
        shown_revision=1,
        plan=plan,
        checked=True,
        generations=tuple(a_generation(state, n, number=number) for n, state in enumerate(states)),
    )


def a_generation(state: GenerationState, position: int = 0, *, number: int = 1) -> Generation:
    """Give a generation with what its state needs: an intent once it was sent, a remote id once it was accepted."""
    name = f"{number}-{position + 1}"
    planned = Generation(id=name, position=position, seed=1234 + position)
    if state is S.PLANNED:
        return planned
    sent = replace(planned, state=state, intent_id=f"i-{name}", intended_at=NOW, sent_at=NOW, sends=1)
    if state is S.SUBMITTING:
        return sent
    accepted = replace(sent, remote_id=f"r-{name}", accepted_at=NOW, ended_at=NOW if state in ENDED else None)
    if state is S.SUCCEEDED:
        return replace(accepted, url=f"https://results.example/{name}", ended_at=NOW + timedelta(seconds=12))
    return replace(accepted, cause=Cause.SAFETY) if state is S.FAILED else accepted


def undecided(position: int = 0) -> Generation:
    """Give a generation whose POST was never answered."""
    return replace(a_generation(S.UNKNOWN, position), remote_id=None, accepted_at=None)
