"""[Info], as a person reads it: a line that makes the same picture again, and what was sent, by names of everyday."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from bot.core import words
from bot.core.command_line import line_of, sent_line
from bot.core.facts import seconds_of
from bot.core.job import Generation, GenerationState, Job
from bot.core.markdown import escaped, link_text, one_line, shortened
from bot.core.outcome import outcome_of
from bot.core.price import price_of
from bot.core.schema import Model, is_fixed

VALUE_LIMIT = 60
FACTS_LIMIT = 900
"""With the line, 3,000 characters at most, and the words around it, this stays under Discord's 4,000."""
IDS_LIMIT = 300
TEXT_LIMIT = 3_700
"""Links are long, and go where they would be too much."""

_NAMES = {
    "aspect_ratio": "Shape",
    "resolution": "Size",
    "num_inference_steps": "Steps",
    "num_steps": "Steps",
    "guidance_scale": "Guidance",
    "cfg_scale": "Guidance",
    "cfg": "Guidance",
    "output_format": "Format",
    "output_quality": "Quality",
}

_STATES = {
    GenerationState.PLANNED: "waiting",
    GenerationState.SUBMITTING: "being ordered",
    GenerationState.QUEUED: "at Oxen",
    GenerationState.SUCCEEDED: "ready",
    GenerationState.FAILED: "failed",
    GenerationState.CANCELLED: "cancelled",
    GenerationState.UNKNOWN: "unclear",
    GenerationState.TIMED_OUT: "not finished in time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """`text` is Discord Markdown; `line` asks for the same picture again, None for a reader who may not see it."""

    text: str
    line: str | None = field(repr=False)


def info_of(job: Job, model: Model | None, *, reader_id: int) -> Info:
    """Tell of a job; `model` is what the catalogue says of it today.

    The words of a request that ended without a picture are its owner's alone, as on its card.
    """
    shown = job.under_way or bool(job.succeeded) or reader_id == job.owner_id
    lines = [
        f"Requested by <@{job.owner_id}> <t:{int(job.created_at.timestamp())}:R>",
        *(() if job.under_way or job.succeeded else (outcome_of(job),)),
        *(_facts(job) if shown else ()),
        *(_picture(job, generation) for generation in job.current),
    ]
    line = _line(job, model) if shown else None
    ids = " · ".join((f"Job {job.id}", *(g.remote_id for g in job.current if g.remote_id)))
    again = words.attach_again(len(job.ask.references)) if shown else ""
    facts = _fitting(lines)
    links = " · ".join(_links(job))
    room = TEXT_LIMIT - sum(map(len, (*facts, ids, again, line or "")))
    parts = (*facts, links if len(links) <= room else "", again, f"-# {shortened(ids, IDS_LIMIT)}")
    return Info(text="\n".join(filter(None, parts)), line=line)


def _line(job: Job, model: Model | None) -> str:
    return line_of(job.ask) if job.plan is None else sent_line(job.ask, job.plan, model)


def _facts(job: Job) -> Iterator[str]:
    if job.plan is not None:
        yield f"Model: {escaped(job.plan.model)}"
        for name, value in job.plan.parameters.items():
            if value is not None and not is_fixed(name) and name != job.plan.reference_field:
                yield f"{_name(name)}: {_value(value)}"
    for name, fact in (("Price", price_of(job)), ("Time", seconds_of(job))):
        if fact is not None:
            yield f"{name}: {fact}"


def _name(parameter: str) -> str:
    return _NAMES.get(parameter) or escaped(parameter.replace("_", " ").capitalize())


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return escaped(shortened(one_line(text), VALUE_LIMIT))


def _picture(job: Job, generation: Generation) -> str:
    number = f"Picture {generation.position + 1}" if len(job.current) > 1 else "Picture"
    seed = f", seed {generation.seed}" if generation.seed is not None else ""
    return f"{number}: {_STATES[generation.state]}{seed}"


def _links(job: Job) -> Iterator[str]:
    """Yield where each picture lies as Oxen made it, as long as Oxen keeps it."""
    for generation in job.succeeded:
        link = link_text(words.full_size(generation.position + 1, len(job.current)), generation.url)
        if link is not None:
            yield link


def _fitting(lines: list[str]) -> list[str]:
    """Return the first lines that fit, and say so where some do not."""
    ends = list(accumulate(len(line) + 1 for line in lines))
    fitting = [line for line, end in zip(lines, ends, strict=True) if end <= FACTS_LIMIT]
    return fitting if len(fitting) == len(lines) else [*fitting, "…"]
