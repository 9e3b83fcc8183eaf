"""The small print of a card: model, shape, size, seed, seconds, price; knows nothing of how a card looks."""

from bot.core.job import Job
from bot.core.markdown import escaped, one_line, shortened
from bot.core.price import price_of

FACT_LIMIT = 40


def facts_of(job: Job) -> str | None:
    """Return how a picture is or was made, as one line; what is not known is left out."""
    if job.plan is None:
        return None
    parameters = job.plan.parameters
    parts = [
        job.plan.model,
        *(str(parameters[name]) for name in ("aspect_ratio", "resolution") if parameters.get(name) is not None),
        _seeds(job),
        seconds_of(job),
        price_of(job),
        "AI-generated" if job.succeeded else None,
    ]
    return " · ".join(escaped(shortened(one_line(part), FACT_LIMIT)) for part in parts if part)


def _seeds(job: Job) -> str | None:
    seeds = [g.seed for g in job.current if g.seed is not None]
    if not seeds:
        return None
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def seconds_of(job: Job) -> str | None:
    """Say how long it took from the sending to the last picture, once all are there and all that is known."""
    sent = [g.sent_at for g in job.succeeded if g.sent_at]
    ends = [g.ended_at for g in job.succeeded if g.ended_at]
    if not job.succeeded or len(sent) < len(job.succeeded) or len(ends) < len(sent) or job.under_way:
        return None
    return f"{max(1, round((max(ends) - min(sent)).total_seconds()))} s"
