"""The sentences people see outside a card's refusals: plain, kind, short, and what to do next; holds no logic."""

from bot.core.admission import MoneyUsedUp
from bot.core.money import dollars
from bot.errors import Cause

NOTHING_CHARGED = "Nothing was charged as far as we know."

CAUSES: dict[Cause, str] = {
    Cause.EMPTY_PROMPT: f"The model got no words to paint. {NOTHING_CHARGED} Write a prompt and try again.",
    Cause.MODEL_NOT_FOUND: f"Oxen does not have this model any more. {NOTHING_CHARGED} Choose another model.",
    Cause.NO_CREDITS: (
        f"The Oxen account of this bot is out of credits. {NOTHING_CHARGED} Ask who runs the bot to top it up."
    ),
    Cause.SAFETY: (f"The model refused this prompt. {NOTHING_CHARGED} Change the wording and try again."),
    Cause.REFERENCE_NOT_FETCHED: (
        f"Oxen could not fetch a picture that you attached. {NOTHING_CHARGED} Attach it again and try once more."
    ),
    Cause.BAD_PARAMETER: (
        f"The model did not take one of the options. {NOTHING_CHARGED} Try again with fewer options."
    ),
    Cause.KEY_REFUSED: f"Oxen refused this bot's key. {NOTHING_CHARGED} Tell who runs the bot.",
    Cause.NOT_ALLOWED: (
        f"Oxen does not let this bot order from this model, or into its namespace. {NOTHING_CHARGED} "
        "Choose another model, or tell the person who runs the bot."
    ),
    Cause.RESULT_UNREADABLE: (
        "Oxen says that the picture is done, but what it gave is not a picture. It was probably charged. "
        "Ask who runs the bot to look for it at Oxen."
    ),
    Cause.RESULT_TOO_LARGE: (
        "The picture is larger than Discord takes here, and could not be made smaller. It lies at Oxen for a while."
    ),
    Cause.RESULT_NOT_SHOWN: (
        "What Oxen made is nothing that Discord shows, and nothing that the bot knows. It lies at Oxen for a while."
    ),
    Cause.RESULT_NOT_FETCHED: (
        "Oxen says that the picture is done, but did not hand it over for a day. It was probably charged. "
        "Ask who runs the bot to look for it at Oxen."
    ),
    Cause.OTHER: f"The model could not paint this. {NOTHING_CHARGED} Try again, or change the prompt.",
}

UNKNOWN_OUTCOME = (
    "Nobody can tell whether Oxen took this job, so it is not sent again and not paid twice. "
    "If the picture turns up within a day, it lands here."
)
TIMED_OUT = (
    "Oxen did not finish in time, so it was asked to stop. It may have been charged. "
    "If the picture turns up within a day, it lands here. You can try again."
)
ON_ITS_WAY = "On its way here. What does not come waits for you in `/inbox`."
CARD_REFUSED = "Discord does not take this picture here. It was charged, and it waits for you in `/inbox`."
TEXT_REFUSED = "Discord does not take the words of this card. What comes of it waits for you in `/inbox`."
ANSWER_REFUSED = (
    "Discord refuses to show this request, mostly for a link or a word in it. Nothing was ordered. Change it and try "
    "again."
)
PLACING_REFUSED = "Discord refuses to show this one here. It stays in your inbox; try another channel."
STILL_PAINTING = "Still being painted."
RENEW = (
    "Discord lets the bot change a private answer for 15 minutes only, and they are nearly over. "
    "Press Get result, and the picture comes here; else it waits for you in `/inbox`."
)
NOT_YOURS_TO_RENEW = "Only who asked for this picture can get its result."
SHOWN_ELSEWHERE = "This one was shown in another message meanwhile."
OUT_OF_REACH = "Its private answer can no longer be changed."
PRIVATE = "Private: shown to you alone."
MESSAGE_REMOVED = "Its message was removed by somebody else, so it is shown to you alone."
AGE_RESTRICTED = "It may come from an age-restricted channel, so here it is shown to you alone."
INBOX = "What could not be put where you asked for it, and your private pictures of the last day:"
INBOX_EMPTY = (
    "Your inbox is empty. What cannot be put where you asked for it waits here, and private pictures are listed for "
    "a day."
)
INBOX_GOES_ON = "There are older ones: they move up when you show these."
NOT_YOURS_TO_PLACE = "Only who asked for this picture can have it shown here."
NOT_IN_INBOX = "This one is not in your inbox any more. `/inbox` shows what still is."
CANCELLED = "Cancelled before a picture was ready."
REST_CANCELLED = "The rest was cancelled."
CANCELLING = "Cancelling."
LONGER_THAN_USUAL = "Taking longer than usual. You need not stay: it will land here."
MADE_SMALLER = "The picture was over the size limit here, so it was made smaller."
ASK_FOR_FILE = "Ask who runs the bot for the file."
MADE_STILL = "The moving picture was over the size limit here, so this is a smaller, still one."

SOMETHING_WENT_WRONG = "Something went wrong on our side. Try again; if it stays, tell who runs the bot this id: {id}"
OLD_FORM = "Discord on your device still has the old form of this command. Reload it (Ctrl+R) and try again."
NOT_YOURS_TO_CANCEL = "Only who asked for this picture, or who may manage messages, can cancel it."
NOT_YOURS_TO_DELETE = "Only who asked for this picture, or who may manage messages, can delete it."
ALREADY_ENDED = "This one has ended already, so there is nothing to cancel."
JOB_FORGOTTEN = "This picture is not in the bot's memory any more. Use the command again."
REALLY_DELETE = "Delete this message with its pictures for everybody?"
DELETED = "Deleted."
NOT_HERE = "This bot does not work in this server. Ask who runs the bot to allow it."
CANNOT_TAKE_JOBS = "The bot cannot write to its database right now, so it takes no jobs. Try again in a minute."
MODELS_NOT_THERE_YET = "The list of models and prices is not there yet. Try again in a minute."
WORDS_NOT_KEPT = "What was asked for this picture is not kept any more, for its age. Use the command again."
YOUR_PROMPT = "To copy:"
PROMPT_NOT_SENT = "This model works from the picture alone, so your words were not sent."


def too_many_under_way(under_way: int) -> str:
    jobs = "one job" if under_way == 1 else f"{under_way} jobs"
    return f"You have {jobs} under way already. Wait until one is done, or cancel one."


def day_used_up(left: int) -> str:
    if left <= 0:
        return "You have used up your pictures for these 24 hours. Try again later today or tomorrow."
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
    return f"Nobody knows what {model} costs, and spending is limited here. Choose another model."


def attach_again(pictures: int) -> str:
    if pictures == 0:
        return ""
    return "Attach the picture again." if pictures == 1 else f"Attach the {pictures} pictures again."


def ahead(jobs: int) -> str:
    return f"{jobs} ahead of you"


def made_png(kind: str) -> str:
    return f"Discord shows no {kind} pictures, so here it is as PNG."


def open_picture(number: int, of: int) -> str:
    return "Open it there" if of == 1 else f"Open picture {number} there"


def as_file(kind: str) -> str:
    return f"Discord shows no {kind} files, so here it is to download."


def ready(done: int, of: int) -> str:
    return f"{done} of {of} ready"


def painted(done: int, of: int) -> str:
    return f"{done} of {of} painted."


def reference_gone(number: int) -> str:
    return f"Picture {number} can no longer be read: its link has expired. Attach it again and try once more."


def reference_unread(number: int) -> str:
    return f"Picture {number} could not be fetched from Discord. Attach it again in a minute."


def reference_too_large(number: int) -> str:
    return f"Picture {number} has more than 10 MB, which is the most. Save it smaller or as JPEG."


def reference_foreign(number: int) -> str:
    return f"Picture {number} does not come from Discord, so it was not read. Attach it to the command."
