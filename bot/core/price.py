"""What a job costs, as people see it: on its card, under [Info] and beside [Again]."""

from bot.core.admission import counted_microusd
from bot.core.job import WITHOUT_PICTURE, Generation, Job, JobState
from bot.core.money import dollars, microusd_of

SAID_ABOVE_MICROUSD = microusd_of(0.10)
"""[Again] names what it costs above ten cents: below that the figure on the card will do."""


def price_of(job: Job) -> str | None:
    """Return one figure for all pictures of a job, with Oxen's own charge where it is known.

    None for a job that ended without a picture, whose sentence says what it cost, and where a price is not known.
    """
    if not (job.under_way or job.succeeded) or not all(map(_is_priced, job.current)):
        return None
    return dollars(counted_microusd(job))


def price_of_again(job: Job) -> str | None:
    """Return what the same request costs once more, where that is worth a word on its button."""
    prices = [generation.price_microusd for generation in job.current]
    known = [price for price in prices if price is not None]
    total = sum(known)
    return dollars(total) if len(known) == len(prices) and total > SAID_ABOVE_MICROUSD else None


def told_charge_microusd(job: Job) -> int | None:
    """Return what a job that ended without a picture cost, where its sentence says so; None leaves that to belief.

    A failure is believed to be free, so that only a charge is news; of what was cancelled any figure is.
    """
    if job.under_way or job.succeeded:
        return None
    costs = [_cost(g) for g in job.generations]
    known = [cost for cost in costs if cost is not None]
    told = len(known) == len(costs) and (sum(known) > 0 or job.state is JobState.CANCELLED)
    return sum(known) if told else None


def _cost(generation: Generation) -> int | None:
    """Return what a try cost; nothing where Oxen surely took no order, None while it is not known."""
    never_taken = generation.state in WITHOUT_PICTURE and generation.remote_id is None
    return 0 if never_taken else generation.cost_microusd


def _is_priced(generation: Generation) -> bool:
    return generation.price_microusd is not None or generation.cost_microusd is not None
