"""The fixed sentences that members see: plain, kind, short, with what to do next; decides nothing."""

from dataclasses import dataclass

from bot.core.admission import Limits, MoneyUsedUp, UsedOfDay
from bot.core.money import dollars
from bot.errors import Cause

SURELY_FREE = "Nothing was charged."
PROBABLY_FREE = "Nothing was charged as far as we know."
MAY_BE_CHARGED = "It may have been charged."
PROBABLY_CHARGED = "It was probably charged."
_LOOK_AT_OXEN = "Please ask the bot's operator to look for it at Oxen."
_KEPT_AT_OXEN = "It lies at Oxen for a while."


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no picture. `charge` is what we believe it cost, as long as Oxen does not say."""

    happened: str
    advice: str
    charge: str = PROBABLY_FREE


_FAILURES: dict[Cause, Failure] = {
    Cause.EMPTY_PROMPT: Failure(
        happened="The model got no words to work with.", advice="Use the command again, with a prompt."
    ),
    Cause.MODEL_NOT_FOUND: Failure(
        happened="Oxen does not offer this model any more.", advice="Choose another model and try again."
    ),
    Cause.NO_CREDITS: Failure(
        happened="This bot's Oxen account is out of credits.", advice="Please ask the bot's operator to add some."
    ),
    Cause.SAFETY: Failure(
        happened="The safety filter refused this request.", advice="Change the words or the pictures and try again."
    ),
    Cause.REFERENCE_NOT_FETCHED: Failure(
        happened="Oxen could not fetch a picture that you attached.", advice="Attach it again and try once more."
    ),
    Cause.BAD_PARAMETER: Failure(
        happened="The model did not accept one of the options.", advice="Try again with fewer options."
    ),
    Cause.KEY_REFUSED: Failure(
        happened="Oxen does not accept this bot's key.", advice="Please tell the bot's operator."
    ),
    Cause.NOT_ALLOWED: Failure(
        happened="Oxen does not let this bot order from this model, or into its namespace.",
        advice="Choose another model, or tell the bot's operator.",
    ),
    Cause.RESULT_UNREADABLE: Failure(
        happened="Oxen says that the picture is done, but the file it returned is not a picture.",
        advice=_LOOK_AT_OXEN,
        charge=PROBABLY_CHARGED,
    ),
    Cause.RESULT_TOO_LARGE: Failure(
        happened="The picture is larger than Discord accepts here and could not be made smaller.",
        advice=_KEPT_AT_OXEN,
        charge="",
    ),
    Cause.RESULT_NOT_SHOWN: Failure(
        happened="Oxen made a file of a kind that neither Discord nor this bot knows.",
        advice=_KEPT_AT_OXEN,
        charge="",
    ),
    Cause.RESULT_NOT_FETCHED: Failure(
        happened="Oxen says that the picture is done, but did not hand it over for a day.",
        advice=_LOOK_AT_OXEN,
        charge=PROBABLY_CHARGED,
    ),
    Cause.OTHER: Failure(happened="The model could not make this picture.", advice="Try again, or change the prompt."),
}

UNCLEAR_OUTCOME = (
    "We could not find out whether this one was ordered, so it is not ordered twice. "
    "If the picture turns up within a day, it will appear here."
)
TIMED_OUT = (
    "Oxen did not finish in time, so we asked it to stop. It may have been charged. "
    "If the picture turns up within a day, it will appear here. You can try again."
)
CANCELLED = "Cancelled before a picture was ready."
CANCELLED_BY_MODERATOR = "A moderator cancelled this."
CANCELLED_BY_OXEN = "Oxen cancelled this."
CANCELLED_AS_DELETED = "The message was deleted, so this was cancelled."
REST_CANCELLED = "The rest was cancelled."
CANCELLING = "Cancelling."
WAITED_TOO_LONG = (
    "This one waited for six hours and could not be ordered, so it was given up. Nothing was charged for it. "
    "Ask again if you still want it."
)

WAITING_FOR_A_PLACE = "Waiting for a free place."
NO_ORDERS = "Oxen takes no orders just now. This one goes out as soon as it does."
STILL_UNDER_WAY = "Not ready yet."
LONGER_THAN_USUAL = "Taking longer than usual. You need not stay: it will land here."
PRIVATE_WAIT = "Only you can see this. If you dismiss it, the picture waits in `/inbox`."
ON_ITS_WAY = "On its way. Anything that can't be shown here will be in `/inbox`."
CARD_REFUSED = "Discord does not accept this picture here. It was charged, and it waits for you in `/inbox`."
TEXT_REFUSED = "Discord does not accept the words of this card. What comes of it will be in `/inbox`."
ANSWER_REFUSED = (
    "Discord refuses to show this request, mostly for a link or a word in it. "
    "Nothing was ordered. Change it and try again."
)
PLACING_REFUSED = "Discord refuses to show this one here. It stays in your inbox; try another channel."
RENEW = (
    "Discord lets a private answer change for only 15 minutes. Press Get result to receive the picture here; "
    "otherwise it will be in `/inbox`."
)
SHOWN_ELSEWHERE = "This picture is now shown in another message."
WITHOUT_WORDS = "A picture without words"
MADE_SMALLER = "The picture was over the size limit here, so it was made smaller."
ASK_FOR_FILE = "Please ask the bot's operator for the file."
MADE_STILL = "The moving picture was over the size limit here, so this is a smaller, still one."

PRIVATE = "Private: shown to you alone."
MESSAGE_REMOVED = "Its message was removed by another person, so it is shown to you alone."
AGE_RESTRICTED = "It may come from an age-restricted channel, so here it is shown to you alone."
INBOX = "What could not be delivered where you asked for it, and your private pictures of the last day:"
OUT_OF_REACH = "Its private answer can no longer be changed."
INBOX_EMPTY = (
    "Your inbox is empty. What cannot be delivered where you asked for it waits here, "
    "and private pictures are listed for a day."
)
INBOX_GOES_ON = "There are older ones; they will be listed once these are shown."
NOT_IN_INBOX = "This one is not in your inbox any more. `/inbox` shows what still is."

NOT_YOURS_TO_RENEW = "Only the person who requested this picture can get its result."
NOT_YOURS_TO_PLACE = "Only the person who requested this picture can have it shown here."
NOT_YOURS_TO_CANCEL = "Only the person who requested this picture, or a member who can manage messages, can cancel it."
NOT_YOURS_TO_DELETE = "Only the person who requested this picture, or a member who can manage messages, can delete it."
ALREADY_ENDED = "This request has already finished."
JOB_FORGOTTEN = "The bot no longer has a record of this picture. Please use the command again."
REALLY_DELETE = "Delete this message with its pictures for everybody?"
DELETED = "Deleted."

SOMETHING_WENT_WRONG = (
    "Something went wrong on our side. Please try again. "
    "If it keeps happening, give this id to the bot's operator: "
    "{id}"
)
OLD_FORM = "Discord on your device still has the old form of this command. Reload it (Ctrl+R) and try again."
NOT_HERE = "This bot does not work in this server. Its operator can allow it."
CANNOT_TAKE_JOBS = "The bot cannot write to its database right now, so it takes no requests. Try again in a minute."
MODELS_NOT_THERE_YET = "The list of models and prices is not there yet. Try again in a minute."
WORDS_NOT_KEPT = "What was asked for this picture is not kept any more, for its age. Use the command again."
YOUR_REQUEST = "Your request, to copy:"
THE_SAME_AGAIN = "To ask for the same again, copy:"
PROMPT_NOT_SENT = "This model works from the picture alone, so your words were not sent."


def failure(cause: Cause, cost_microusd: int | None = None) -> str:
    """Say what happened, what it cost and what to do; the cost is what Oxen's own row says, where it is known."""
    why = _FAILURES.get(cause, _FAILURES[Cause.OTHER])
    return " ".join(filter(None, (why.happened, charged(cost_microusd) or why.charge, why.advice)))


def charged(cost_microusd: int | None) -> str | None:
    """Say what was charged; None where that is not known."""
    if cost_microusd is None:
        return None
    return f"It cost {dollars(cost_microusd)}." if cost_microusd else SURELY_FREE


HELP = (
    "**Easel makes pictures from your words.**\n"
    "`/imagine` makes one from a prompt, `/edit` changes a picture that you attach. "
    "`--ar 16:9 --n 4 --seed 7` at the end of a prompt sets shape, number and seed.\n"
    "`/inbox` lists what could not be shown where you asked for it. Below a picture, [Again] makes another one and "
    "[Info] gives a line that makes the same again."
)
MENTIONED = "Hello! I make pictures: type `/imagine` and what you want to see, or `/help` for what else I can do."
DIRECT_MESSAGE = "Hello! My commands are used in a server: type `/imagine` or `/help` in a channel there."
HELP_RULES = "The safety filter always stays on. With questions, please ask this bot's operator."


def left_of_day(used: UsedOfDay, limits: Limits) -> str:
    parts: list[str] = []
    if limits.images_per_day:
        parts.append(f"{max(0, limits.images_per_day - used.images)} of {limits.images_per_day} pictures")
    if limits.microusd_per_day_of_member:
        left = max(0, limits.microusd_per_day_of_member - used.microusd)
        parts.append(f"{dollars(left)} of {dollars(limits.microusd_per_day_of_member)}")
    return f"You have {' and '.join(parts)} left in these 24 hours." if parts else "There is no daily limit here."


def too_many_under_way(under_way: int) -> str:
    requests = "one request" if under_way == 1 else f"{under_way} requests"
    return f"You have {requests} under way already. Wait until one is done, or cancel one."


def day_used_up(left: int) -> str:
    if left <= 0:
        return "You have reached your limit of pictures for the last 24 hours. Try again later today or tomorrow."
    pictures = "1 picture" if left == 1 else f"{left} pictures"
    return f"You have {pictures} left in these 24 hours. Ask for fewer, or try again later."


def money_used_up(refused: MoneyUsedUp) -> str:
    wanted, left = dollars(refused.wanted_microusd), dollars(refused.left_microusd)
    whose = "this bot has" if refused.of_everybody else "you have"
    if refused.left_microusd <= 0:
        return f"This would cost {wanted}, and {whose} no money left in these 24 hours. Try again later or tomorrow."
    return (
        f"This would cost {wanted}, and {whose} {left} left in these 24 hours. "
        "Ask for fewer or for a cheaper model, or try again later."
    )


def price_unknown(model: str) -> str:
    return f"The price of {model} is not known, and spending is limited here. Choose another model."


def attach_again(pictures: int) -> str:
    if pictures == 0:
        return ""
    return "Attach the picture again." if pictures == 1 else f"Attach the {pictures} pictures again."


def made_png(kind: str) -> str:
    return f"Discord shows no {kind} pictures, so here it is as PNG."


def open_picture(number: int, of: int) -> str:
    return "Open it there" if of == 1 else f"Open picture {number} there"


def full_size(number: int, of: int) -> str:
    return "Full size" if of == 1 else f"Full size {number}"


def as_file(kind: str) -> str:
    return f"Discord shows no {kind} files, so here it is to download."


def usual(usual_s: float | None) -> str:
    return f"usually about {max(1, round(usual_s))} s" if usual_s is not None else "usually 5 to 30 s"


def sent_next(usual_s: float | None) -> str:
    return f"Goes to Oxen in a moment, {usual(usual_s)}"


def ready(done: int, of: int) -> str:
    return f"{done} of {of} ready"


def made(done: int, of: int) -> str:
    return f"{done} of {of} ready."


def reference_gone(number: int) -> str:
    return f"Picture {number} can no longer be read: its link has expired. Attach it again and try once more."


def reference_unread(number: int) -> str:
    return f"Picture {number} could not be fetched from Discord. Attach it again in a minute."


def reference_too_large(number: int) -> str:
    return f"Picture {number} is larger than the 10 MB limit. Save it smaller or as JPEG."


def reference_foreign(number: int) -> str:
    return f"Picture {number} does not come from Discord, so it was not read. Attach it to the command."
