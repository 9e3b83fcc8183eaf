"""A database that came back from a backup: what waits in it may have been paid since, so Oxen's lists decide first."""

from dataclasses import replace

from bot.core.job import Answer, Generation, GenerationState, Job, JobState
from bot.service.restoration import Restoration
from tests.core.jobs import a_job
from tests.service.rig import GRACE, Rig

S = GenerationState


class Mark:
    """The mark of a copy."""

    def __init__(self, *, copy: bool = True) -> None:
        self.copy = copy

    async def is_copy(self) -> bool:
        return self.copy

    async def become_original(self) -> None:
        self.copy = False


async def restore(rig: Rig, *jobs: Job, mark: Mark | None = None) -> None:
    """Start with a copy that holds these jobs, and let the sweep decide once."""
    for job in jobs:
        await rig.keep(job)
    numbers = iter(range(100))
    restoration = Restoration(
        copy=mark or Mark(),
        store=rig.store,
        ledger=rig.ledger,
        clock=rig.clock,
        new_id=lambda: f"restored-{next(numbers)}",
    )
    rig.clock.advance(GRACE.total_seconds() + 1)
    await restoration.run()
    await rig.unclear.decide(await rig.store.open_jobs())


async def sent_since(rig: Rig, job: Job) -> None:
    """Let the original send a job's POSTs after the backup: Oxen has them, and the copy knows nothing of it."""
    await rig.post(replace(job, id="original"))
    await rig.store.change("original", lambda known: replace(known, generations=unclaimed(known)))


def unclaimed(job: Job) -> tuple[Generation, ...]:
    return tuple(replace(g, remote_id=None, state=S.FAILED) for g in job.generations)


async def test_what_the_original_never_sent_is_sent(rig: Rig) -> None:
    await restore(rig, a_job(S.PLANNED))
    assert await rig.states() == [S.QUEUED]
    assert len(rig.api.posts) == 1


async def test_what_was_not_checked_yet_is_looked_for_as_well(rig: Rig) -> None:
    await sent_since(rig, a_job())
    await restore(rig, replace(a_job(), checked=False))
    assert await rig.states() == [S.QUEUED]
    assert len(rig.api.posts) == 1


async def test_what_has_no_plan_cannot_be_looked_for_and_is_told_so(rig: Rig) -> None:
    await restore(rig, replace(a_job(plan=None), checked=False))
    job = await rig.get()
    assert job.state is JobState.NOT_PAINTED
    assert "is not paid again" in (job.refusal or "")
    assert rig.api.posts == []


async def test_whoever_was_just_being_answered_is_given_up_and_the_message_left_as_it_is(rig: Rig) -> None:
    await restore(rig, replace(a_job(), answer=Answer.OWED, message_id=None, shown_revision=0))
    assert (await rig.get()).state is JobState.ABANDONED
    assert rig.api.posts == []


async def test_what_has_ended_stays_as_it_is(rig: Rig) -> None:
    await restore(rig, a_job(S.SUCCEEDED))
    assert (await rig.get()).version == 0


async def test_an_original_is_left_alone(rig: Rig) -> None:
    await restore(rig, a_job(), mark=Mark(copy=False))
    assert await rig.states() == [S.PLANNED]


async def test_a_copy_is_dealt_with_once(rig: Rig) -> None:
    mark = Mark()
    await restore(rig, mark=mark)
    assert not mark.copy
