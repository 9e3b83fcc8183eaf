from sandbox.oxen.answers import server_error
from sandbox.oxen.faults import DropEvent, Fail, Faults, LoseAnswer, Refuse, Stick
from sandbox.oxen.prompt_words import PROMPT_WORDS, faults_in

DOWN = Refuse(route="GET /ai/*", answer=server_error())


def test_a_fault_happens_once_unless_told_otherwise() -> None:
    faults = Faults()
    faults.add(Stick())
    assert faults.take(Stick) == Stick()
    assert faults.take(Stick) is None


def test_a_fault_can_happen_several_times() -> None:
    faults = Faults()
    faults.add(Stick(), times=2)
    assert [faults.take(Stick) is not None for _ in range(3)] == [True, True, False]


def test_a_fault_can_last_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add(Stick(), times=None)
    assert all(faults.take(Stick) for _ in range(5))
    faults.clear()
    assert faults.take(Stick) is None


def test_the_first_matches_can_be_spared() -> None:
    faults = Faults()
    faults.add(Stick(), after=2)
    assert [faults.take(Stick) is not None for _ in range(4)] == [False, False, True, False]


def test_a_fault_of_another_kind_is_left_alone() -> None:
    faults = Faults()
    faults.add(Stick())
    assert faults.take(DropEvent) is None
    assert faults.armed == [Stick()]


def test_a_route_may_hold_wildcards() -> None:
    faults = Faults()
    faults.add(DOWN, times=None)
    assert faults.take(Refuse, route="GET /ai/queue/{generation_id}") == DOWN
    assert faults.take(Refuse, route="POST /ai/queue") is None


def test_a_word_in_the_prompt_asks_for_a_fault_every_time() -> None:
    faults = Faults(in_prompt=faults_in)
    assert faults.take(Stick, prompt="a Stuck-Test cube") == Stick()
    assert faults.take(Stick, prompt="a stuck-test cube") == Stick()
    assert faults.take(Stick, prompt="a cube") is None


def test_a_word_of_a_route_waits_for_that_route() -> None:
    faults = Faults(in_prompt=faults_in)
    assert faults.take(LoseAnswer, route="POST /ai/images/edit", prompt="lost-test") is None
    assert faults.take(LoseAnswer, route="POST /ai/queue", prompt="lost-test") is not None


def test_every_word_sets_off_its_own_fault_and_no_other() -> None:
    assert all(list(faults_in(word)) == [entry.fault] for word, entry in PROMPT_WORDS.items())


def test_an_unsafe_prompt_fails_in_the_filters_own_words() -> None:
    (fault,) = faults_in("unsafe-test")
    assert isinstance(fault, Fail)
    assert fault.error_message.startswith("Task failed: DataInspectionFailed - ")
