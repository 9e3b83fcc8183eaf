"""Which generations go out in one paid POST, and what it says; pure."""

from collections.abc import Sequence

from bot.core.job import Generation, GenerationState, Job
from bot.core.remote import QueuePost
from bot.core.request import generation_parameters


def groups(job: Job, *, free_slots: int) -> list[tuple[Generation, ...]]:
    """Give the planned generations that go out now, a tuple for each POST, taking at most `free_slots`.

    A model with a seed gets one POST per picture, each with its own seed, so that each can be made again; one without
    gets the rest in a single POST (docs/architecture.md, "Seeds are ours").
    """
    planned = [g for g in job.current if g.state is GenerationState.PLANNED][:free_slots]
    if job.plan is None or not planned:
        return []
    if job.plan.seeds:
        return [(g,) for g in planned]
    # A try with references inline has another body than one with links, so they never share a POST.
    by_body = (tuple(g for g in planned if g.inline is inline) for inline in (False, True))
    return [group for group in by_body if group]


def queue_post(job: Job, generations: Sequence[Generation], references: Sequence[str]) -> QueuePost:
    """Build the POST for generations of one group; `references` are links or data URIs in the person's order."""
    plan = job.plan
    if plan is None:
        raise ValueError("a job is posted only after it was planned")
    return QueuePost(
        model=plan.model,
        prompt=job.ask.prompt if plan.takes_prompt else "",
        num_generations=len(generations),
        parameters=generation_parameters(plan, generations[0].seed, references),
    )
