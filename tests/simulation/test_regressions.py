import pytest

from tests.simulation.regressions import REGRESSIONS
from tests.simulation.world import simulate

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("name", REGRESSIONS)
def test_what_once_broke_a_promise_keeps_it(name: str) -> None:
    assert simulate(REGRESSIONS[name]).violations == ()
