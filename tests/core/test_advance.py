"""`advance` against its own table in docs/architecture.md, and what holds for every job whatever happens to it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import job_events as ev
from bot.core.advance import advance
from bot.core.job import UNDER_WAY, Answer, Attachment, Generation, GenerationState, Job, JobState, Place
from bot.errors import Cause
from tests.core.jobs import NOW, PLAN, a_generation, a_job, an_ask, undecided

S = GenerationState
LATER = NOW + timedelta(seconds=30)
TABLE = Path(__file__).parents[2] / "docs" / "architecture.md"


def _with(job: Job, *generations: Generation) -> Job:
    return replace(job, generations=generations)


def _unshown(job: Job, answer: Answer) -> Job:
    return replace(job, answer=answer, message_id=None, shown_revision=0)


WAITING = a_job(S.PLANNED, ask=an_ask(references=1))
SUBMITTING = a_job(S.SUBMITTING, ask=an_ask(references=1))
QUEUED = a_job(S.QUEUED, ask=an_ask(references=1))
PRIVATE = replace(an_ask(references=1), private=True)
SETUPS: Mapping[str, Job] = {
    "received": _unshown(WAITING, Answer.OWED),
    "abandoned": _unshown(WAITING, Answer.MISSED),
    "planned, unchecked": replace(WAITING, checked=False),
    "planned": WAITING,
    "submitting": SUBMITTING,
    "submitting, to be cancelled": replace(SUBMITTING, cancelled_by=7),
    "queued": QUEUED,
    "queued, to be cancelled": replace(QUEUED, cancelled_by=7),
    "succeeded": a_job(S.SUCCEEDED),
    "failed": a_job(S.FAILED),
    "cancelled": a_job(S.CANCELLED),
    "unknown, no answer": _with(a_job(ask=an_ask(references=1)), undecided()),
    "unknown, lost": a_job(S.UNKNOWN, ask=an_ask(references=1)),
    "timed out": a_job(S.TIMED_OUT, ask=an_ask(references=1)),
    "queued, private": replace(QUEUED, ask=PRIVATE),
    "succeeded, in the inbox": replace(a_job(S.SUCCEEDED), place=Place.INBOX),
    "failed, in the inbox": replace(a_job(S.FAILED), place=Place.INBOX),
}
UNFETCHED = Cause.REFERENCE_NOT_FETCHED
MOVED = ev.Moved(
    message_id=78,
    channel_id=18,
    guild_id=None,
    token="another token",
    token_expires_at=LATER,
    size_limit_bytes=1,
    revision=1,
)
RENEWED = ev.TokenRenewed(message_id=77, token="fresh token", token_expires_at=LATER, size_limit_bytes=1)
EVENTS: Mapping[str, ev.JobEvent] = {
    "Answered": ev.Answered(message_id=77, revision=1),
    "AnswerMissed": ev.AnswerMissed(),
    "AnswerUnseen": ev.AnswerUnseen(),
    "Planned": ev.Planned(plan=PLAN),
    "Refused": ev.Refused(text="No.", at=LATER),
    "Intended": ev.Intended(generation_ids=("1-1",), intent_id="i-2", at=LATER),
    "Resent": ev.Resent(intent_id="i-1-1", sends=1, at=LATER),
    "Accepted": ev.Accepted(remote_ids={"1-1": "r-1-1"}, at=LATER),
    "NotAccepted": ev.NotAccepted(intent_id="i-1-1", at=LATER),
    "TurnedDown": ev.TurnedDown(intent_id="i-1-1", cause=Cause.SAFETY, text="no", at=LATER),
    "TurnedDown, reference unfetched": ev.TurnedDown(intent_id="i-1-1", cause=UNFETCHED, text="no", at=LATER),
    "Undecided": ev.Undecided(intent_id="i-1-1", at=LATER),
    "PictureReady": ev.PictureReady(remote_id="r-1-1", url="https://results.example/new", at=LATER),
    "PaintingFailed": ev.PaintingFailed(remote_id="r-1-1", cause=Cause.SAFETY, text="no", at=LATER),
    "PaintingFailed, reference unfetched": ev.PaintingFailed(remote_id="r-1-1", cause=UNFETCHED, text="no", at=LATER),
    "CancelledThere": ev.CancelledThere(remote_id="r-1-1", at=LATER),
    "Charged": ev.Charged(remote_id="r-1-1", cost_microusd=0),
    "Emptied": ev.Emptied(at=NOW + timedelta(days=400)),
    "DeadlinePassed": ev.DeadlinePassed(remote_id="r-1-1", at=LATER),
    "LostThere": ev.LostThere(remote_id="r-1-1", at=LATER),
    "LinkOnly": ev.LinkOnly(generation_id="1-1", cause=Cause.RESULT_TOO_LARGE, text="12 MB"),
    "ResultUnreadable": ev.ResultUnreadable(generation_id="1-1", text="0 bytes"),
    "CancelAsked": ev.CancelAsked(by=7, at=LATER),
    "Shown": ev.Shown(revision=1, attachments={}),
    "Replaced": ev.Replaced(place=Place.INBOX, token="interaction token"),
    "Moved": MOVED,
    "TokenDied": ev.TokenDied(token="interaction token"),
    "RenewalOffered": ev.RenewalOffered(),
    "TokenRenewed": RENEWED,
}


def described(before: Job, after: Job) -> tuple[str, str, str]:
    """Say what the table says of a step: the generation's state, the job's, and whether a card is owed for it."""
    owed = after.card_owed and after.revision > before.revision
    return after.current[0].state.value, after.state.value, "owed" if owed else ""


def documented() -> dict[tuple[str, str], tuple[str, str, str]]:
    """Read the table: (from, event) -> (becomes, job, card)."""
    section = TABLE.read_text(encoding="utf-8").partition("<!-- states -->")[2].partition("<!-- /states -->")[0]
    rows: dict[tuple[str, str], tuple[str, str, str]] = {}
    for line in section.strip().splitlines()[2:]:
        before, event, becomes, job, card = (cell.strip() for cell in line.strip().strip("|").split("|"))
        rows[before, event] = (becomes, job, card)
    return rows


def general(job: Job, event: str) -> bool:
    """Tell whether the table has a row for many jobs that holds for this one."""
    kinds = {"any": True, "any, answered": job.answer is Answer.GIVEN}
    kinds["any, ended"] = not job.under_way
    kinds["any, on its message"] = job.place is Place.MESSAGE
    return any(holds and (kind, event) in ROWS for kind, holds in kinds.items())


ROWS = documented() if TABLE.exists() else {}


def test_the_table_names_only_states_and_events_that_exist() -> None:
    assert ROWS
    assert {before for before, _ in ROWS} <= {*SETUPS, "any", "any, answered", "any, ended", "any, on its message"}
    assert {event for _, event in ROWS} <= set(EVENTS)
    assert {type(event) for event in EVENTS.values()} == set(ev.JobEvent.__args__)


@pytest.mark.parametrize("before", SETUPS)
def test_a_job_changes_as_the_table_says_and_in_no_other_way(before: str) -> None:
    job = SETUPS[before]
    same = (job.current[0].state.value, job.state.value, "")
    for name, event in EVENTS.items():
        after = advance(job, event)
        expected = ROWS.get((before, name), same if general(job, name) else None)
        assert (name, None if after is job else described(job, after)) == (name, expected)


def test_a_stranger_s_events_change_nothing() -> None:
    job = a_job(S.QUEUED, S.SUBMITTING)
    strangers = (
        ev.PictureReady(remote_id="r-9", url="https://results.example/9", at=LATER),
        ev.PaintingFailed(remote_id="r-9", cause=Cause.OTHER, text="", at=LATER),
        ev.Accepted(remote_ids={"9-1": "r-9"}, at=LATER),
        ev.NotAccepted(intent_id="i-9", at=LATER),
        ev.Intended(generation_ids=("9-1",), intent_id="i-9", at=LATER),
        ev.Intended(generation_ids=(), intent_id="i-9", at=LATER),
    )
    assert all(advance(job, event) is job for event in strangers)


def test_an_intent_that_comes_late_for_one_picture_is_dropped_for_all() -> None:
    job = a_job(S.PLANNED, S.QUEUED)
    assert advance(job, ev.Intended(generation_ids=("1-1", "1-2"), intent_id="i", at=LATER)) is job


def test_each_picture_gets_the_plan_s_own_seed() -> None:
    job = replace(a_job(S.PLANNED, S.PLANNED), checked=False, plan=None)
    assert [g.seed for g in advance(job, ev.Planned(plan=PLAN)).generations] == [1234, 1235]


def test_an_unpaid_post_that_was_refused_is_sent_again_as_a_new_intent() -> None:
    planned = advance(SUBMITTING, EVENTS["NotAccepted"]).generations[0]
    assert (planned.intent_id, planned.intended_at, planned.sent_at) == (None, None, None)
    assert planned.sends == 1


def test_the_inline_try_has_the_same_seed_and_place() -> None:
    first, second = advance(QUEUED, EVENTS["PaintingFailed, reference unfetched"]).generations
    assert (first.state, second.state, second.inline) == (S.FAILED, S.PLANNED, True)
    assert (second.id, second.position, second.seed, second.attempt) == ("1-1-2", first.position, first.seed, 2)


def test_there_is_only_one_inline_try() -> None:
    second = replace(a_generation(S.QUEUED), id="1-1-2", attempt=2, inline=True)
    after = advance(_with(QUEUED, second), EVENTS["PaintingFailed, reference unfetched"])
    assert [g.state for g in after.generations] == [S.FAILED]


def test_a_picture_of_a_job_without_references_gets_no_second_try() -> None:
    after = advance(a_job(S.QUEUED), EVENTS["PaintingFailed, reference unfetched"])
    assert after.state is JobState.NOT_PAINTED


def test_another_picture_s_end_starts_no_second_try_for_one_that_ended_long_ago() -> None:
    timed_out = a_job(S.TIMED_OUT, S.QUEUED, ask=an_ask(references=1, count=2))
    failed = advance(timed_out, EVENTS["PaintingFailed, reference unfetched"])
    after = advance(failed, ev.PaintingFailed(remote_id="r-1-2", cause=Cause.SAFETY, text="", at=LATER))
    assert len(after.generations) == 2


def test_a_card_that_said_queued_says_that_painting_began_and_any_that_oxen_did_not_take_it_after_all() -> None:
    for waited, told in ((WAITING, True), (replace(a_job(), ahead=3), True), (a_job(), False)):
        begun = advance(waited, EVENTS["Intended"])
        assert (begun.begun, begun.card_owed) == (True, told)
        shown = replace(begun, shown_revision=begun.revision)
        refused = advance(shown, ev.NotAccepted(intent_id="i-2", at=LATER))
        assert (refused.begun, refused.held_up, refused.card_owed) == (False, True, True)


def test_a_press_on_cancel_before_the_answer_is_recorded_is_kept_and_shown() -> None:
    job = advance(SETUPS["received"], EVENTS["CancelAsked"])
    answered = advance(job, EVENTS["Answered"])
    assert answered.state is JobState.CANCELLED
    assert answered.card_owed


def test_a_card_that_was_shown_is_owed_no_more_and_later_ones_win() -> None:
    job = advance(QUEUED, EVENTS["PictureReady"])
    lying = Attachment(id=5, filename="1-1.png")
    shown = advance(job, ev.Shown(revision=job.revision, attachments={"1-1": lying}))
    assert not shown.card_owed
    assert shown.generations[0].attachment == lying
    assert advance(shown, ev.Shown(revision=1, attachments={})) is shown


@pytest.mark.parametrize("event", ["ResultUnreadable", "LinkOnly"])
def test_a_picture_that_lies_on_the_message_is_never_called_unreadable(event: str) -> None:
    placed = replace(a_generation(S.SUCCEEDED), attachment=Attachment(id=5, filename="1-1.png"))
    job = _with(a_job(), placed)
    assert advance(job, EVENTS[event]) is job


def test_what_was_too_large_for_one_place_is_tried_at_the_next() -> None:
    job = advance(_with(a_job(), a_generation(S.SUCCEEDED)), EVENTS["LinkOnly"])
    assert [(g.link_only, g.handed_over) for g in job.generations] == [(True, True)]
    moved = advance(replace(job, place=Place.INBOX), MOVED)
    assert [(g.link_only, g.handed_over) for g in moved.generations] == [(False, False)]
    assert moved.card_owed


def test_a_job_that_moved_leaves_everything_of_its_old_message_behind() -> None:
    lying = replace(a_generation(S.SUCCEEDED), attachment=Attachment(id=5, filename="1-1.png"))
    moved = advance(replace(_with(a_job(), lying), place=Place.INBOX), MOVED)
    assert (moved.message_id, moved.channel_id, moved.guild_id, moved.token) == (78, 18, None, "another token")
    assert (moved.token_expires_at, moved.size_limit_bytes) == (LATER, 1)
    assert moved.generations[0].attachment is None
    assert moved.card_owed


def test_of_two_moves_the_first_counts() -> None:
    moved = advance(SETUPS["succeeded, in the inbox"], MOVED)
    assert advance(moved, replace(MOVED, message_id=79)) is moved


def test_a_renewed_token_brings_what_waits_in_the_inbox_back_to_its_message() -> None:
    waiting = replace(SETUPS["succeeded, in the inbox"], token=None, revision=2, renewal_offered=True)
    renewed = advance(waiting, RENEWED)
    assert (renewed.token, renewed.token_expires_at, renewed.size_limit_bytes) == ("fresh token", LATER, 1)
    assert (renewed.place, renewed.renewal_offered, renewed.card_owed) == (Place.MESSAGE, False, True)


def test_a_press_on_a_message_that_the_job_has_left_renews_nothing() -> None:
    job = SETUPS["queued, private"]
    assert advance(job, replace(RENEWED, message_id=99)) is job


def test_bad_news_of_an_old_token_says_nothing_of_the_fresh_one() -> None:
    renewed = advance(SETUPS["queued, private"], RENEWED)
    assert advance(renewed, EVENTS["TokenDied"]) is renewed
    assert advance(renewed, EVENTS["Replaced"]) is renewed


def test_what_was_deleted_on_purpose_is_gone_whatever_token_there_is() -> None:
    renewed = advance(SETUPS["queued, private"], RENEWED)
    assert advance(renewed, ev.Replaced(place=Place.GONE)).place is Place.GONE


def test_what_was_deleted_for_good_is_never_moved() -> None:
    gone = replace(a_job(S.SUCCEEDED), place=Place.GONE)
    assert advance(gone, MOVED) is gone


def test_a_change_that_came_while_a_job_moved_is_owed() -> None:
    failed = replace(SETUPS["failed, in the inbox"], revision=2)
    assert advance(failed, MOVED).card_owed


PICTURES = ("1-1", "1-2", "1-1-2", "1-2-2")
ids = st.sampled_from(PICTURES)
intents = st.sampled_from(["i-1", "i-2"])
remotes = st.sampled_from(["r-1", "r-2", "r-3"])
times = st.integers(1, 9).map(lambda minutes: NOW + timedelta(minutes=minutes))
causes = st.sampled_from([Cause.SAFETY, UNFETCHED])
attachments = st.builds(Attachment, id=st.integers(1, 3), filename=st.just("1-1.png"))
JOB_EVENTS = st.one_of(
    st.builds(ev.Answered, message_id=st.just(77), revision=st.just(1)),
    st.just(ev.AnswerMissed()),
    st.just(ev.AnswerUnseen()),
    st.just(ev.Planned(plan=PLAN)),
    st.builds(ev.Refused, text=st.just("No."), at=times),
    st.builds(ev.Intended, generation_ids=st.lists(ids, max_size=2).map(tuple), intent_id=intents, at=times),
    st.builds(ev.Resent, intent_id=intents, sends=st.integers(0, 2), at=times),
    st.builds(ev.Accepted, remote_ids=st.dictionaries(ids, remotes, max_size=2), at=times),
    st.builds(ev.NotAccepted, intent_id=intents, at=times),
    st.builds(ev.TurnedDown, intent_id=intents, cause=causes, text=st.just(""), at=times),
    st.builds(ev.Undecided, intent_id=intents, at=times),
    st.builds(ev.PictureReady, remote_id=remotes, url=st.just("https://results.example"), at=times),
    st.builds(ev.PaintingFailed, remote_id=remotes, cause=causes, text=st.just(""), at=times),
    st.builds(ev.CancelledThere, remote_id=remotes, at=times),
    st.builds(ev.DeadlinePassed, remote_id=remotes, at=times),
    st.builds(ev.Charged, remote_id=remotes, cost_microusd=st.integers(0, 2)),
    st.builds(ev.Emptied, at=st.just(NOW + timedelta(days=400))),
    st.builds(ev.LostThere, remote_id=remotes, at=times),
    st.builds(ev.LinkOnly, generation_id=ids, cause=st.just(Cause.RESULT_TOO_LARGE), text=st.just("")),
    st.builds(ev.ResultUnreadable, generation_id=ids, text=st.just("")),
    st.builds(ev.CancelAsked, by=st.just(7), at=times),
    st.builds(ev.Shown, revision=st.just(1), attachments=st.dictionaries(ids, attachments, max_size=1)),
    st.builds(ev.Replaced, place=st.sampled_from([Place.INBOX, Place.GONE])),
    st.just(MOVED),
    st.just(ev.TokenDied(token="interaction token")),
    st.just(ev.RenewalOffered()),
    st.just(RENEWED),
)
BEGINNINGS = st.sampled_from(
    [
        a_job(S.PLANNED, S.PLANNED, ask=replace(an_ask(references=1, count=2), private=True)),
        _unshown(replace(a_job(S.PLANNED, S.PLANNED, ask=an_ask(references=1, count=2)), checked=False), Answer.OWED),
    ]
)
AFTER_AN_END = {
    S.SUCCEEDED: {S.FAILED},  # what was promised turned out to be no picture
    S.UNKNOWN: {S.QUEUED, S.SUCCEEDED, S.FAILED},
    S.TIMED_OUT: {S.SUCCEEDED, S.FAILED},
    S.CANCELLED: {S.SUCCEEDED},
    S.FAILED: set[GenerationState](),
}


@given(BEGINNINGS, st.lists(JOB_EVENTS, max_size=25))
def test_whatever_happens_the_promises_to_people_hold(job: Job, events: list[ev.JobEvent]) -> None:
    for event in events:
        after = advance(job, event)
        _check_job(job, after)
        for generation in job.generations:
            _check_generation(generation, after.generation(generation.id), event)
        assert advance(after, event) is after
        job = after


def _check_job(before: Job, after: Job) -> None:
    assert after.version == before.version
    assert before.revision <= after.revision <= before.revision + 1
    assert before.shown_revision <= after.shown_revision <= after.revision
    assert [g.position for g in after.current] == [g.position for g in before.current]
    assert len({g.id for g in after.generations}) == len(after.generations)
    assert after.answer is Answer.GIVEN or not after.begun


def _check_generation(before: Generation, after: Generation, event: ev.JobEvent) -> None:
    assert before.remote_id in {None, after.remote_id}
    assert before.sends <= after.sends <= before.sends + 1
    assert after.state in UNDER_WAY or after.sends or not after.remote_id
    if before.state is not after.state and before.state in AFTER_AN_END:
        assert after.state in AFTER_AN_END[before.state]
        assert after.state is not S.QUEUED or isinstance(event, ev.Accepted)
