"""What people see, state by state; how it becomes a message of Discord's is tests/test_view.py's business."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import words
from bot.core.advance import advance
from bot.core.card import ALT_LIMIT, LABELS, PROMPT_LIMIT, TEXT_LIMIT, TITLE_LIMIT, Card, Tone, Verb, card_of
from bot.core.job import NO_PERSON, Answer, GenerationState, Job
from bot.core.job_events import Charged
from bot.errors import Cause
from tests.core.jobs import NOW, OWNER, PLAN, REFERENCES, SEEDLESS, a_generation, a_job, an_ask

S = GenerationState
STAMP = int(NOW.timestamp())
BUTTON_LABEL_LIMIT = 14


def draw(job: Job, *, age_s: float = 1, usual_s: float | None = None, names: str = "{}.webp") -> Card:
    """Draw a job with all the pictures that it has, named as `names` says."""
    pictures = {g.id: names.format(g.id) for g in job.succeeded}
    now = NOW + timedelta(seconds=age_s)
    return card_of(job, pictures=pictures, now=now, usual_s=usual_s)


def text_of(card: Card) -> str:
    return "\n".join(filter(None, (card.header, card.prompt, *card.lines, card.facts)))


@pytest.mark.parametrize(
    ("states", "ahead", "tone"),
    [
        ((S.PLANNED,), 3, Tone.QUEUED),
        ((S.PLANNED,), 0, Tone.PAINTING),
        ((S.SUBMITTING,), 0, Tone.PAINTING),
        ((S.QUEUED,), 3, Tone.PAINTING),
        ((S.SUCCEEDED, S.PLANNED), 0, Tone.PAINTING),
        ((S.FAILED,), 0, Tone.FAILED),
        ((S.TIMED_OUT,), 0, Tone.FAILED),
        ((S.UNKNOWN, S.FAILED), 0, Tone.UNCLEAR),
        ((S.CANCELLED,), 0, Tone.CANCELLED),
    ],
)
def test_the_header_says_the_state_in_a_word_and_who(states: tuple[S, ...], ahead: int, tone: Tone) -> None:
    card = draw(replace(a_job(*states), ahead=ahead))
    assert card.tone is tone
    assert card.header == f"**{tone.word}** · <@{OWNER}>"


def test_the_colours_are_the_design_s() -> None:
    assert [f"{tone.colour:06X}" for tone in Tone] == ["80848E", "F0B232", "23A55A", "F23F43", "4E5058", "5865F2"]


def test_a_repeated_picture_credits_whose_it_was() -> None:
    assert draw(replace(a_job(), credit_id=5)).header.endswith("again from <@5>'s picture")


@pytest.mark.parametrize("states", [(S.SUCCEEDED,), (S.SUCCEEDED, S.FAILED)])
def test_a_finished_card_leads_with_the_prompt_cut_at_a_word_and_says_no_state(states: tuple[S, ...]) -> None:
    prompt = "a *red* cube " + "word " * 100
    card = draw(a_job(*states, ask=an_ask(prompt, count=len(states))))
    title = card.header.removeprefix("**").removesuffix(f"** · <@{OWNER}>")
    assert (card.tone, card.prompt) == (Tone.DONE, None)
    assert title.startswith(r"a \*red\* cube word")
    assert title.endswith("word…")
    assert len(title) <= TITLE_LIMIT + len(r"\\")
    assert not any(tone.word in text_of(card) for tone in Tone)


@pytest.mark.parametrize("state", [S.FAILED, S.CANCELLED, S.TIMED_OUT])
def test_a_card_without_a_picture_is_one_line_without_the_words_that_were_typed(state: S) -> None:
    card = draw(a_job(state, ask=an_ask("unspeakable", references=1)))
    (line,) = card.texts
    assert line.startswith(f"**{card.tone.word}** · <@{OWNER}> · ")
    assert (card.prompt, card.facts, card.thumbnail) == (None, None, None)
    assert "\n" not in line
    assert "unspeakable" not in line


TRIED = replace(a_job(), generations=(replace(a_generation(S.PLANNED), sends=1),))


@pytest.mark.parametrize("job", [replace(a_job(), ahead=1), a_job(ask=an_ask(references=1)), TRIED])
def test_what_was_not_sent_and_does_not_start_at_once_is_queued(job: Job) -> None:
    assert draw(job).tone is Tone.QUEUED


def test_a_job_that_was_to_start_at_once_is_queued_when_it_did_not() -> None:
    assert draw(a_job(), age_s=9).tone is Tone.PAINTING
    assert draw(a_job(), age_s=10).tone is Tone.QUEUED


def test_a_queued_job_says_for_what_it_waits_as_far_as_its_row_knows() -> None:
    checking = a_job(ask=an_ask(references=1))
    waiting = replace(a_job(ask=an_ask(references=4)), ahead=3)
    assert draw(checking, usual_s=11.6).lines == ("Goes to Oxen in a moment, usually about 12 s",)
    assert draw(waiting).lines == (words.WAITING_FOR_A_PLACE, "+3 references")
    assert draw(waiting, age_s=121).lines[0] == words.WAITING_FOR_A_PLACE
    assert draw(TRIED).lines == (words.WAITING_FOR_A_PLACE,)
    for held_up in (checking, TRIED, a_job(), replace(a_job(), ahead=1, plan=None)):
        assert draw(held_up, age_s=121).lines == (words.NO_ORDERS,)


def test_a_private_card_says_where_its_picture_is_found_until_it_asks_for_a_press() -> None:
    for state in (S.PLANNED, S.QUEUED):
        job = a_job(state, ask=replace(an_ask(), private=True))
        asking = draw(replace(job, renewal_offered=True), age_s=900, usual_s=1).lines
        assert words.PRIVATE_WAIT in draw(job).lines
        assert words.RENEW in asking
        assert not {words.PRIVATE_WAIT, words.LONGER_THAN_USUAL} & set(asking)


def test_painting_says_since_when_and_how_long_it_usually_takes() -> None:
    job = a_job(S.QUEUED)
    assert draw(job, usual_s=11.6).lines == (f"Started <t:{STAMP}:R>, usually about 12 s",)
    assert draw(job).lines == (f"Started <t:{STAMP}:R>, usually 5 to 30 s",)


def test_past_three_medians_the_card_says_that_it_takes_longer() -> None:
    job = a_job(S.QUEUED)
    assert words.LONGER_THAN_USUAL not in draw(job, age_s=30, usual_s=10).lines
    assert words.LONGER_THAN_USUAL in draw(job, age_s=31, usual_s=10).lines


def test_pictures_that_are_not_there_yet_are_on_their_way() -> None:
    job = a_job(S.SUCCEEDED, S.SUCCEEDED)
    assert card_of(job, pictures={"1-1": "1-1.png"}, now=NOW, usual_s=None).lines == (words.ON_ITS_WAY,)
    none_yet = card_of(job, pictures={}, now=NOW, usual_s=None)
    assert (none_yet.tone, none_yet.prompt, none_yet.lines) == (Tone.PAINTING, "> a red cube", (words.ON_ITS_WAY,))
    assert draw(job).lines == ()


def test_a_private_card_whose_token_ends_asks_for_a_press_while_something_is_to_come() -> None:
    asking = replace(a_job(S.QUEUED), renewal_offered=True)
    assert draw(asking).verbs == (Verb.RENEW, Verb.CANCEL, Verb.INFO)
    assert words.RENEW in draw(asking).lines
    done = replace(a_job(S.SUCCEEDED), renewal_offered=True)
    assert Verb.RENEW not in draw(done).verbs
    assert Verb.RENEW in card_of(done, pictures={}, now=NOW, usual_s=None).verbs


def test_a_batch_under_way_counts_what_has_landed() -> None:
    assert "2 of 4 ready" in draw(a_job(S.SUCCEEDED, S.SUCCEEDED, S.QUEUED, S.PLANNED)).lines


@pytest.mark.parametrize("state", [S.PLANNED, S.QUEUED])
def test_a_job_that_is_being_cancelled_says_so_alone(state: S) -> None:
    assert draw(replace(a_job(state), cancelled_by=OWNER)).lines == (words.CANCELLING,)


def test_a_job_that_is_done_needs_no_words() -> None:
    assert draw(a_job(S.SUCCEEDED)).lines == ()


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.REFUSED_BY_US])
def test_each_cause_has_its_sentence(cause: Cause) -> None:
    failed = replace(a_generation(S.FAILED), cause=cause, error="Traceback: provider's words")
    card = draw(replace(a_job(S.FAILED), generations=(failed,)))
    assert card.lines == (words.failure(cause),)


def test_our_own_refusal_is_told_as_it_stands() -> None:
    refused = replace(a_generation(S.FAILED), cause=Cause.REFUSED_BY_US)
    assert draw(replace(a_job(S.FAILED), generations=(refused,), refusal="No.")).lines == ("No.",)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(S.UNKNOWN, words.UNCLEAR_OUTCOME), (S.TIMED_OUT, words.TIMED_OUT)],
)
def test_each_other_end_has_its_sentence(state: S, sentence: str) -> None:
    assert draw(a_job(state)).lines == (sentence,)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (OWNER, words.CANCELLED),
        (OWNER + 1, words.CANCELLED_BY_MODERATOR),
        (NO_PERSON, words.CANCELLED_AS_DELETED),
        (None, words.CANCELLED_BY_OXEN),
    ],
)
@pytest.mark.parametrize(
    ("remote_id", "cost_microusd", "charge"),
    [
        (None, None, words.SURELY_FREE),
        ("r-1", None, words.MAY_BE_CHARGED),
        ("r-1", 0, words.SURELY_FREE),
        ("r-1", 50_000, "It cost $0.05."),
    ],
)
def test_a_cancelled_card_says_by_whom_and_what_was_charged(
    by: int | None, told: str, remote_id: str | None, cost_microusd: int | None, charge: str
) -> None:
    generation = replace(a_generation(S.CANCELLED), remote_id=remote_id, cost_microusd=cost_microusd)
    job = replace(a_job(S.CANCELLED), generations=(generation,), cancelled_by=by)
    assert draw(job).lines == (f"{told} {charge}",)


def test_what_oxen_says_that_a_failure_cost_is_told_instead_of_a_belief() -> None:
    failed = replace(a_generation(S.FAILED), cause=Cause.OTHER, cost_microusd=50_000)
    (line,) = draw(replace(a_job(S.FAILED), generations=(failed,))).lines
    assert "It cost $0.05." in line
    assert words.PROBABLY_FREE not in line


def test_a_batch_that_partly_failed_counts_and_says_each_reason_once() -> None:
    lines = draw(a_job(S.SUCCEEDED, S.FAILED, S.FAILED, S.TIMED_OUT)).lines
    assert lines == ("1 of 4 ready.", words.failure(Cause.SAFETY), words.TIMED_OUT)


def test_what_was_cancelled_beside_a_finished_picture_is_called_the_rest() -> None:
    assert draw(a_job(S.SUCCEEDED, S.CANCELLED)).lines == ("1 of 2 ready.", words.REST_CANCELLED)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("{}-smaller.webp", words.MADE_SMALLER),
        ("SPOILER_{}-smaller-still.webp", words.MADE_STILL),
        ("{}-from-avif.png", words.made_png("AVIF")),
        ("SPOILER_{}.svg", words.as_file("SVG")),
    ],
)
def test_what_is_not_as_oxen_made_it_or_not_shown_is_told_once(names: str, told: str) -> None:
    assert draw(a_job(S.SUCCEEDED, S.SUCCEEDED), names=names).lines == (told,)


def test_what_discord_shows_stands_in_the_gallery_and_the_rest_lies_below_as_files() -> None:
    job = a_job(S.SUCCEEDED, S.SUCCEEDED, ask=replace(an_ask(count=2), spoiler=True))
    card = card_of(job, pictures={"1-1": "1-1.svg", "1-2": "1-2.webp"}, now=NOW, usual_s=None)
    assert [p.filename for p in card.pictures] == ["1-2.webp"]
    assert [(p.filename, p.spoiler) for p in card.files] == [("1-1.svg", True)]
    assert [p.filename for p in card.placed] == ["1-2.webp", "1-1.svg"]


def test_the_facts_name_model_shape_size_seed_and_seconds() -> None:
    assert draw(a_job(S.SUCCEEDED)).facts == "flux-2-dev · 16:9 · 1 MP · seed 1234 · 12 s · AI-generated"


def test_seconds_count_from_the_sending_and_not_from_when_the_order_was_found() -> None:
    adopted = replace(a_generation(S.SUCCEEDED), accepted_at=NOW + timedelta(seconds=11))
    job = replace(a_job(S.SUCCEEDED), generations=(adopted,))
    assert "12 s" in (draw(job).facts or "")
    unknown = replace(job, generations=(replace(adopted, sent_at=None),))
    assert " s ·" not in (draw(unknown).facts or "")


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(SEEDLESS, parameters={"aspect_ratio": None})
    unseeded = replace(a_generation(S.QUEUED), seed=None)
    assert draw(replace(a_job(plan=bare), generations=(unseeded,))).facts == "flux-2-dev"
    assert draw(a_job(plan=None)).facts is None


def test_a_batch_names_its_seeds_and_seconds_only_once_all_are_there() -> None:
    assert "seeds 1234 to 1235" in (draw(a_job(S.SUCCEEDED, S.SUCCEEDED)).facts or "")
    assert " s ·" not in (draw(a_job(S.SUCCEEDED, S.QUEUED)).facts or "")


def priced(job: Job, price_microusd: int = 50_000) -> Job:
    return replace(job, generations=tuple(replace(g, price_microusd=price_microusd) for g in job.generations))


def test_the_price_of_all_pictures_is_one_figure_while_waiting_and_when_done() -> None:
    assert draw(priced(a_job(S.PLANNED, S.PLANNED))).facts == "flux-2-dev · 16:9 · 1 MP · seeds 1234 to 1235 · $0.10"
    four = draw(priced(a_job(*[S.SUCCEEDED] * 4))).facts or ""
    assert four.endswith("12 s · $0.20 · AI-generated")


def test_a_charge_that_is_known_stands_in_place_of_the_price() -> None:
    done = priced(a_job(S.SUCCEEDED, S.FAILED))
    assert "$0.10" in (draw(done).facts or "")
    free = advance(done, Charged(remote_id="r-1-2", cost_microusd=0))
    assert "$0.05" in (draw(free).facts or "")
    assert free.card_owed


def test_no_price_is_shown_where_none_is_known_or_nothing_was_painted() -> None:
    assert "$" not in (draw(a_job(S.SUCCEEDED)).facts or "")
    assert "$" not in (draw(priced(a_job(S.FAILED))).facts or "")
    assert not advance(priced(a_job(S.FAILED)), Charged(remote_id="r-1-1", cost_microusd=0)).card_owed


@pytest.mark.parametrize(("pictures", "price"), [(1, None), (2, None), (3, "$0.15"), (4, "$0.20")])
def test_again_says_what_it_costs_above_ten_cents(pictures: int, price: str | None) -> None:
    assert draw(priced(a_job(*[S.SUCCEEDED] * pictures))).again_price == price


def test_an_overlong_value_in_the_facts_is_cut_and_stays_on_its_line() -> None:
    plan = replace(PLAN, parameters={"resolution": "x\n# " * 500})
    facts = draw(a_job(plan=plan)).facts or ""
    assert "\n" not in facts
    assert len(facts) < 200


def test_the_prompt_is_one_quote_cut_at_a_word() -> None:
    quote = draw(a_job(ask=an_ask("two\n\nlines " + "word " * 100))).prompt or ""
    assert quote.startswith("> two lines word")
    assert quote.endswith("word…")
    assert len(quote) <= PROMPT_LIMIT + len("> ")


def test_without_words_there_is_no_quote() -> None:
    card = draw(a_job(S.SUCCEEDED, ask=an_ask("", references=1)))
    assert card.prompt is None
    assert card.pictures[0].alt


@pytest.mark.parametrize("typed", ["<@1>", "<t:1:R>", "**bold**", "[a](https://example.org)"])
def test_nothing_typed_is_alive_in_the_quote(typed: str) -> None:
    quoted = (draw(a_job(ask=an_ask(typed))).prompt or "").removeprefix("> ")
    assert typed not in quoted


@pytest.mark.parametrize("typed", ["# loud", "> quote", "- item", "1. item"])
def test_a_prompt_that_begins_like_a_block_is_none(typed: str) -> None:
    quoted = (draw(a_job(ask=an_ask(typed))).prompt or "").removeprefix("> ")
    assert quoted.startswith(("\\", "1\\"))


def test_the_first_reference_is_a_thumbnail_while_the_job_waits() -> None:
    ask = replace(an_ask(references=2), spoiler=True)
    waiting = draw(a_job(ask=ask)).thumbnail
    assert waiting is not None
    assert (waiting.url, waiting.spoiler) == (REFERENCES[0].url, True)
    assert draw(a_job(S.SUCCEEDED, ask=ask)).thumbnail is None


@pytest.mark.parametrize("mark", [{"filename": "SPOILER_gore.png"}, {"spoiler": True}])
def test_what_was_attached_as_a_spoiler_covers_references_and_results_whatever_was_chosen(
    mark: dict[str, Any],
) -> None:
    ask = replace(an_ask(), references=(REFERENCES[0], replace(REFERENCES[1], **mark)))
    thumbnail = draw(a_job(ask=ask)).thumbnail
    assert thumbnail is not None
    assert thumbnail.spoiler
    assert [p.spoiler for p in draw(a_job(S.SUCCEEDED, ask=ask)).pictures] == [True]


def test_the_gallery_holds_results_in_their_order_with_alt_text_and_spoiler() -> None:
    ask = replace(an_ask("a " * 2000, count=2), spoiler=True)
    pictures = draw(a_job(S.SUCCEEDED, S.SUCCEEDED, ask=ask)).pictures
    assert [p.filename for p in pictures] == ["1-1.webp", "1-2.webp"]
    assert all(p.spoiler and 0 < len(p.alt) <= ALT_LIMIT for p in pictures)


def test_alt_text_is_plain_and_unescaped() -> None:
    assert draw(a_job(S.SUCCEEDED, ask=an_ask("a\n*red* cube"))).pictures[0].alt == "a *red* cube"


def test_the_buttons_fit_the_state_and_their_labels_fit_the_row() -> None:
    assert draw(a_job()).verbs == (Verb.CANCEL, Verb.INFO)
    assert draw(a_job(S.SUCCEEDED)).verbs == (Verb.AGAIN, Verb.INFO, Verb.DELETE)
    assert all(0 < len(LABELS[verb]) <= BUTTON_LABEL_LIMIT for verb in Verb)


def failed_for(cause: Cause) -> Job:
    return replace(a_job(S.FAILED), generations=(replace(a_generation(S.FAILED), cause=cause),))


@pytest.mark.parametrize(
    ("cause", "offered"),
    [(Cause.SAFETY, False), (Cause.REFUSED_BY_US, False), (Cause.OTHER, True), (Cause.NO_CREDITS, True)],
)
def test_again_is_not_offered_where_it_can_only_fail_again(cause: Cause, offered: bool) -> None:  # noqa: FBT001
    assert (Verb.AGAIN in draw(failed_for(cause)).verbs) is offered


def test_again_is_not_offered_for_what_a_moderator_cancelled_or_deleted() -> None:
    assert Verb.AGAIN in draw(replace(a_job(S.CANCELLED), cancelled_by=OWNER)).verbs
    for by in (OWNER + 1, NO_PERSON):
        assert Verb.AGAIN not in draw(replace(a_job(S.CANCELLED), cancelled_by=by)).verbs


states = st.lists(st.sampled_from(S), min_size=1, max_size=4).map(tuple)
marks = st.text(alphabet="*_`<>@#| a\n\u202e🐂", max_size=700)


@given(states, marks, st.integers(0, 4), st.sampled_from(("{}.webp", "{}-from-tiff-smaller-still.svg")))
def test_no_card_is_longer_than_the_design_allows(
    found: tuple[S, ...],
    prompt: str,
    references: int,
    names: str,
) -> None:
    ask = an_ask(prompt, count=len(found), references=references)
    job = replace(a_job(*found, ask=ask), owner_id=2**63, credit_id=2**63, refusal="r" * 500, ahead=99)
    refused = tuple(replace(g, cause=Cause.REFUSED_BY_US) if g.state is S.FAILED else g for g in job.generations)
    assert len(text_of(draw(replace(job, generations=refused), names=names))) <= TEXT_LIMIT + len("-# \n\n\n\n\n\n")


def test_a_job_that_is_not_answered_yet_has_its_first_card() -> None:
    card = draw(replace(a_job(), answer=Answer.OWED, message_id=None))
    assert card.tone is Tone.PAINTING
