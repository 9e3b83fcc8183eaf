"""A commit that reports an error may have happened all the same: the line broke on the way back."""

from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.faults import Fault
from tests.simulation.many import unclear_commits
from tests.simulation.stories import PLAIN, STORIES

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("name", STORIES)
def test_a_story_keeps_every_promise_whichever_commit_is_answered_by_silence(
    name: str, pool: ProcessPoolExecutor
) -> None:
    assert unclear_commits(pool, STORIES[name], Fault.AWAY).broken == ()


def test_a_plain_job_notices_nothing_where_the_database_can_be_asked_at_once(pool: ProcessPoolExecutor) -> None:
    runs = unclear_commits(pool, PLAIN, Fault.RESET)
    assert runs.broken == ()
    assert runs.states == {"done": runs.runs}
