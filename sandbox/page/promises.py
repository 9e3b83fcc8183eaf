"""What each trouble promises, as a check of what both servers hold afterwards: never of a word on a card alone.

A check returns the sentence that says what was seen, or raises BrokenPromiseError with the sentence that says what
was not.
"""

from collections.abc import Callable

from sandbox.oxen import Status
from sandbox.page.evidence import Evidence, prompt_of
from sandbox.page.keeper import BotState

Promise = Callable[[Evidence], str]

_ORDERS = "POST /ai/queue"
_LISTS = ("GET /ai/queue", "GET /ai/generations")
_KILO = 1000
SOON_S = 15.0
"""Where the bot relies on no stream, it asks for what is older than 5 s, every 5 s; the rest is slack."""
_SAYS_SMALLER = "smaller"
_TOO_MUCH, _BROKEN = 429, 500


class BrokenPromiseError(Exception):
    """The promise was not kept; the text says in which way."""


def picture_lands(seen: Evidence) -> str:
    """Hold that every paid picture is on the card that the trouble struck, and nowhere else."""
    _demand(seen.card is not None, "The card is gone.")
    _demand(seen.card is not None and seen.card.id == seen.card_id, "The picture came in another message.")
    _demand(bool(seen.shown), f"There is no picture on the card. {seen.bill()}")
    _demand(not seen.elsewhere(), "The picture is there twice.")
    _demand(len(seen.shown) == seen.paid, f"The card shows {len(seen.shown)}, but {seen.paid} were paid for.")
    return f"{'The picture is' if seen.paid == 1 else 'The pictures are'} on the card, once. {seen.bill()}"


def stream_comes_back(seen: Evidence) -> str:
    landed = picture_lands(seen)
    _demand(seen.new_streams > 0, "The bot did not connect to the stream again.")
    return f"The bot listens again. {landed}"


def session_resumes(seen: Evidence) -> str:
    landed = picture_lands(seen)
    _demand(seen.resumes > 0, "The bot did not resume its session.")
    return f"The bot resumed its session. {landed}"


def order_is_found(seen: Evidence) -> str:
    landed = picture_lands(seen)
    _demand(len(seen.requests(_ORDERS)) == 1, "The picture was ordered more than once.")
    _demand(any(seen.requests(route) for route in _LISTS), "The bot did not look for its order.")
    return f"The bot found its order in Oxen's list. {landed}"


def card_is_at_once(seen: Evidence) -> str:
    landed = picture_lands(seen)
    first = seen.backstage.discord.versions(seen.card)[0] if seen.card else None
    after_s = (first.at - seen.order.interaction.asked_at).total_seconds() if first else 0.0
    ordered_s = max(((each.duration_ms or 0) / _KILO for each in seen.requests(_ORDERS)), default=0.0)
    _demand(after_s < ordered_s, f"The card came only after {after_s:.1f} s.")
    return f"The card was there after {after_s:.1f} s, the order took {ordered_s:.1f} s. {landed}"


def waits_as_told(seen: Evidence, *, retry_after_s: float) -> str:
    landed = picture_lands(seen)
    orders = seen.requests(_ORDERS)
    refused = [each for each in orders if each.status == _TOO_MUCH]
    taken = [each for each in orders if each.status is not None and each.status < _TOO_MUCH]
    _demand(bool(refused), "Oxen did not have to refuse anything.")
    _demand(len(taken) == 1, f"Oxen took {len(taken)} orders.")
    waited_s = taken[0].received_at - refused[-1].received_at
    _demand(waited_s >= retry_after_s, f"The bot came back after {waited_s:.1f} s already.")
    return f"The bot waited {waited_s:.1f} s. {landed}"


def looks_before_it_orders(seen: Evidence) -> str:
    landed = picture_lands(seen)
    orders = seen.requests(_ORDERS)
    _demand(any((each.status or 0) >= _BROKEN for each in orders), "Oxen did not break down.")
    looks = [each.number for route in _LISTS for each in seen.requests(route)]
    looked = any(orders[0].number < number < orders[-1].number for number in looks)
    _demand(looked, "The bot ordered again without looking.")
    return f"The bot looked, and ordered once more. {landed}"


def edit_is_repeated(seen: Evidence, *, status: int, after_s: float = 0.0) -> str:
    landed = picture_lands(seen)
    refused = [each for each in seen.edits() if each.status == status]
    _demand(bool(refused), f"No edit was answered {status}.")
    later = [each for each in seen.edits() if each.status < _TOO_MUCH and each.at >= refused[0].at]
    _demand(bool(later), "The edit was not repeated.")
    waited_s = (later[0].at - refused[0].at).total_seconds()
    _demand(waited_s >= after_s, f"The edit was repeated after {waited_s:.1f} s already.")
    return f"The edit came again after {waited_s:.1f} s. {landed}"


def own_token_serves(seen: Evidence) -> str:
    landed = picture_lands(seen)
    own = [each for each in seen.edits() if each.path.startswith("/channels/") and each.status < _TOO_MUCH]
    _demand(bool(own), "The bot's own token was not used.")
    return f"It came by the bot's own token. {landed}"


def made_smaller(seen: Evidence) -> str:
    landed = picture_lands(seen)
    limit, made = seen.order.interaction.attachment_size_limit, seen.made[0].file
    was, now = len(made.data) if made else 0, len(seen.shown[0].data)
    _demand(was > limit, f"Oxen's picture had {kilobytes(was)} only, which is within the limit.")
    _demand(now <= limit, f"The picture still has {kilobytes(now)}.")
    _demand(_SAYS_SMALLER in seen.text, "The card does not say that the picture was made smaller.")
    return f"It has {kilobytes(now)} instead of {kilobytes(was)}, and the card says so. {landed}"


def stays_deleted(seen: Evidence) -> str:
    _demand(seen.card is None, "The card is still there.")
    _demand(not seen.elsewhere(), "The picture was posted elsewhere.")
    return f"The card is gone, and nothing was posted in its place. {seen.bill()}"


def is_cancelled(seen: Evidence) -> str:
    _demand(seen.card is not None and not seen.under_way, "The card still says that it is under way.")
    left = [row.status for row in seen.rows if row.status is not Status.CANCELLED]
    _demand(not left, f"At Oxen it is {', '.join(left)}.")
    return f"It is cancelled, on its card and at Oxen. {seen.bill()}"


def keeps_running(seen: Evidence) -> str:
    landed = picture_lands(seen)
    _demand(seen.backstage.bot.status.state is BotState.RUNNING, "The bot ended.")
    _demand(not seen.new_streams, "The bot was started anew.")
    return f"The bot runs on. {landed}"


def found_soon(seen: Evidence, *, within_s: float) -> str:
    """Hold that the bot asked by itself: often where it relies on no stream, else once and then on a new stream."""
    landed = picture_lands(seen)
    after_s = seen.shown_after_s()
    if after_s is None:
        raise BrokenPromiseError("The picture came without an edit.")
    _demand(after_s <= within_s, f"The picture was shown {after_s:.0f} s after it was finished.")
    found = f"The bot found it {after_s:.0f} s after it was finished"
    if after_s <= SOON_S:
        return f"{found}, since it asks often now. {landed}"
    _demand(seen.new_streams > 0, "The bot went on to rely on the same stream.")
    return f"{found}, and opened the stream anew. {landed}"


def refused_order_is_told(seen: Evidence) -> str:
    orders = seen.requests(_ORDERS)
    _demand(len(orders) > 1, "The bot did not ask a second time.")
    _demand(not seen.rows and not seen.shown, "A picture was made all the same.")
    _demand(seen.card is not None and not seen.under_way, "The card still says that it is under way.")
    between_s = orders[-1].received_at - orders[0].received_at
    return f"Refused twice within {between_s:.0f} s, and the card says so. {seen.bill()}"


def comes_by_a_press(seen: Evidence) -> str:
    """Hold that a private picture was had after all: on its card by Get result, or by /inbox."""
    if seen.shown:
        return f"The picture came with the fresh token. {picture_lands(seen)}"
    _demand(bool(seen.elsewhere()), "The picture was not had.")
    return f"The picture came by /inbox. {seen.bill()}"


def refusal_is_told(seen: Evidence) -> str:
    refused = [each for each in seen.edits() if each.error is not None]
    _demand(len(refused) > 1, "Discord refused nothing twice.")
    _demand(not seen.shown and not seen.elsewhere(), "The picture is shown all the same.")
    _demand("/inbox" in seen.text, "The card does not say where the picture is.")
    between_s = (refused[-1].at - refused[0].at).total_seconds()
    return f"Refused twice within {between_s:.0f} s, and the card says where the picture is. {seen.bill()}"


def prompt_is_not_shown(seen: Evidence) -> str:
    card = seen.card
    _demand(card is not None and card.ephemeral, "The answer is not private.")
    _demand(prompt_of(seen.order.interaction) not in seen.text, "The refused words stand in the answer.")
    _demand(not seen.rows, "A picture was ordered all the same.")
    return f"The person was told so privately, and nothing was ordered. {seen.bill()}"


def kilobytes(size_bytes: int) -> str:
    return f"{size_bytes / _KILO:.0f} kB"


def _demand(kept: bool, otherwise: str) -> None:  # noqa: FBT001 - an assertion
    if not kept:
        raise BrokenPromiseError(otherwise)
