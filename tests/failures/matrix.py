"""The failure matrix: what can fail between Enter and the picture, and what Easel does about it, a sentence each.

A row's tests are named after it: `test_b1_...`. Most are in this folder, one module a letter; those that only a real
process or a real server can show are among the end-to-end tests. `python -m tests.failures.matrix` prints all of it.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from re import match

TESTS = Path(__file__).parents[1]


class Promise(StrEnum):
    """How far the promise goes."""

    PROVABLE = "P"
    """It holds, given a durable database and services that come back."""
    BOUNDED = "B"
    """It holds if a bound holds that others keep, such as how late a request can arrive."""
    IMPOSSIBLE = "X"
    """No client can promise it; there is a policy, and a sentence that the person sees."""


P, B, X = Promise


@dataclass(frozen=True, slots=True)
class Row:
    promise: Promise
    fails: str
    remedy: str


MATRIX: Mapping[str, Row] = {
    "A1": Row(
        X,
        "Enter is pressed while no process is connected",
        "Nothing is known and nothing paid; Discord says that the application did not respond, and asking again works. "
        "What the gateway replays later than 3 s is abandoned unpaid.",
    ),
    "A2": Row(P, "killed before the row is committed", "Nothing exists and nothing was paid."),
    "A3": Row(
        P,
        "an interaction comes twice",
        "Its id is the row's key: one job, one answer.",
    ),
    "A4": Row(
        P,
        "the database is locked, full, gone or hangs as the row is written",
        'Within 3 s the person is told: "The bot cannot write to its database right now, so it takes no requests." A '
        "row that gets written after that is abandoned unpaid.",
    ),
    "A5": Row(
        B,
        "the event loop stalls for more than 3 s",
        "Row and answer come before all other work, and pictures are decoded in a thread; an answer that comes too "
        "late all the same abandons the job unpaid.",
    ),
    "B1": Row(
        P,
        "killed before the answer",
        "Discord is asked for it (`@original`) and has none: the job is abandoned unpaid.",
    ),
    "B2": Row(
        P,
        "the answer arrived, and nobody wrote that down",
        "Discord is asked and has it, by the channel's messages where the token is dead: the job goes on in that "
        "message.",
    ),
    "B3": Row(
        P,
        "Discord answers the answer with an error, or the line breaks",
        "Code 10062 abandons the job unpaid. A line that breaks is tried once more, discord.py tries again after a "
        "5xx, and whatever else is said (40060 too) leaves it to Discord to be asked.",
    ),
    "C1": Row(P, "killed before the intent", "The next process takes the job up; there was no POST to look for."),
    "C2": Row(
        B,
        "killed between the intent and the POST",
        "Oxen's own lists lack it RECONCILE_GRACE_S after the send: it is sent once more if it costs at most "
        "HOLD_ABOVE_USD, else the outcome is unknown and told.",
    ),
    "C3": Row(
        B,
        "killed inside the POST, which still arrives",
        "Oxen's lists show a row with our seed and prompt: it is adopted. References go as links, so that bodies are "
        "small.",
    ),
    "C4": Row(
        B,
        "timeout, reset, 5xx, or a 200 that is garbled, empty or a page",
        "Nothing is sent again blindly: Oxen's lists decide, active and finished rows. A second unclear outcome, or a "
        "row that says too little, is unknown: never paid again, and delivered if it surfaces.",
    ),
    "C5": Row(
        P,
        "no connection, 429, or an error of Oxen's own",
        "Surely not taken: sent again later, as late as Retry-After says, or told with its cause.",
    ),
    "C6": Row(
        P,
        "killed between Oxen's answer and its commit",
        "The row is adopted; a remote id belongs to one generation only.",
    ),
    "C7": Row(
        P,
        "Oxen takes fewer of a batch than were asked for",
        "Those are adopted and only the rest is sent again; with seeds each picture is a POST of its own.",
    ),
    "C8": Row(
        P,
        "Oxen's lists cannot be had",
        "Nothing is decided and nothing sent before a search succeeded after the grace: safe, however late.",
    ),
    "C9": Row(
        X,
        "a POST is accepted after the grace",
        "What is dear or has no price is paid once, since it is never sent again: the card says that nobody can tell, "
        "and the picture is still delivered. A cheap one may be paid twice.",
    ),
    "C10": Row(
        P,
        "two workers take up one job",
        "A job is written only as the version that was read, and a second send only as the send that was judged: one "
        "of the two sends.",
    ),
    "C11": Row(
        P,
        "no credits, key revoked, model gone",
        "The person is told what to do; a key that is refused keeps the jobs until it is taken again (J5).",
    ),
    "D1": Row(
        P,
        "the stream is down, or an event is lost",
        "Oxen's rows are asked: after every connect, twice, and on a slow timer for what is late.",
    ),
    "D2": Row(P, "an event comes before its POST's answer", "It is kept for 15 minutes and settles the row at once."),
    "D3": Row(
        P,
        "an event is doubled, late, a stranger's, or comes after a cancellation",
        "It changes nothing, but a picture that was painted all the same is shown.",
    ),
    "D4": Row(
        P,
        "the stream is half open",
        "After 45 s of silence, three keep-alives, it is opened anew and all that is open is asked for.",
    ),
    "D5": Row(
        P,
        "the process that listens dies",
        "There is one process; the next one asks for all that was open when the last one died.",
    ),
    "D6": Row(
        P,
        "a painting never ends",
        "After JOB_DEADLINE_S it is cancelled at Oxen and Oxen's row believed; a row that goes on for ever ends for "
        'the person: "Oxen did not finish in time". A picture that turns up within a day is still delivered.',
    ),
    "D7": Row(
        P,
        "a cancel races the end of the painting, or nobody confirms it",
        "Oxen's row decides. The job remembers that it is to be cancelled, and is, after a crash too.",
    ),
    "E1": Row(P, "killed while downloading", "The result is downloaded again."),
    "E2": Row(
        B,
        "the result's link has expired or does not answer",
        "Oxen's row gives a fresh link. Where every link is dead the person is told. While one does not answer the "
        "card says that the picture is on its way, and after a day that Oxen did not hand it over.",
    ),
    "E3": Row(
        P,
        "the result is cut short, a page, too large, or no picture",
        "Length, size, kind and wholeness are checked, and it is fetched again. What stays cut off is shown as it is, "
        "what is no picture is told. Nothing is ever sent again.",
    ),
    "F1": Row(
        P,
        "killed before, during or after the final edit, or a 5xx",
        "The edit is made again with the complete list of files: one message, one picture.",
    ),
    "F2": Row(
        P,
        "the token is dead after 15 minutes, or at minute one",
        "401 and 404 alike: the bot's own token makes the edit, and the dead one is never tried again, nor one whose "
        "time is over.",
    ),
    "F3": Row(
        X,
        "a private answer is out of time",
        'No API can edit it. At minute 14 it says so and asks for a press on [Get result]; after that "it waits for '
        'you in /inbox", where [Show here] brings it.',
    ),
    "F4": Row(
        P,
        "message, thread, channel or server is gone, or 403",
        "The job leaves its message; results wait in the owner's inbox. What somebody deleted is never posted again, "
        "and the rest is cancelled. A channel that refuses three times is asked no more for ten minutes.",
    ),
    "F5": Row(
        B,
        "nobody knows whether a new message was made",
        "None is ever made but as the answer to a press, which Discord takes once. Without its id the job stays in the "
        "inbox, and of two presses one message stays.",
    ),
    "F6": Row(
        P,
        "a file is over the size limit, as stated or by 413 and 40005",
        "It is made smaller, lossless first, and the card says so; what fits in no form is told.",
    ),
    "F7": Row(
        P,
        "429 and 5xx from Discord, 503 included",
        "Retry-After is waited for, a 5xx tried again ever more slowly; the card stays owed.",
    ),
    "G1": Row(
        B,
        "power loss",
        "synchronous=FULL and WAL: a commit is on the disk before anybody hears of it. The disk must not lie.",
    ),
    "G2": Row(
        P,
        "the disk is full after the POST",
        "The row stays submitting and is adopted once there is room; new jobs are refused by A4 (in place of a limit "
        "of free space).",
    ),
    "G3": Row(
        B,
        "the database comes back from an older backup",
        "A copy knows that it is one: all that waits in it is looked for in Oxen's lists before any POST.",
    ),
    "G4": Row(
        P,
        "the clock jumps, or is wrong",
        "The grace is counted by the clock that never jumps; our seed is recognised an hour off. A jump ahead may end "
        "a painting as overdue: told, and still delivered. A jump back delays no picture, only the "
        "end of what is overdue.",
    ),
    "G5": Row(P, "a second process on the same file", "It is refused in a sentence: the file is locked."),
    "G6": Row(
        P,
        "SIGTERM, kill, or another version",
        "What is in hand ends within 10 s, exit code 0; the rest as after a crash. Rows of a later version are left "
        "alone.",
    ),
    "G7": Row(
        P,
        "Discord is away",
        "Cards stay owed and are shown late, once; whoever got no answer pays nothing.",
    ),
    "H1": Row(
        P,
        "one job, or the first look at the database, fails 2,000 times in a row",
        "It is tried on once a minute, and ends neither the process nor the loop nor anybody else's card.",
    ),
    "H2": Row(
        P,
        "edits, downloads or shrinking hang, or one channel owes hundreds of cards",
        "Each try has a limit, one channel a share, what hangs gives its place to the next, new pictures go before "
        "old cards: a picture elsewhere is shown within 10 s.",
    ),
    "H3": Row(
        P,
        "Discord refuses an edit in its own words, whatever the code, or takes files and names none",
        "Refused twice, 30 s apart, is final: a plain card says so, and the picture waits in the inbox. 408, 429, 5xx, "
        "broken lines and proxies' pages pass.",
    ),
    "H4": Row(
        P,
        "Discord or the host of the result answers nothing but errors",
        "A day after its picture was done a card ends by itself, by the times in its row, so that no restart begins "
        "anew: the picture waits in the inbox, or the card says that it was not handed over.",
    ),
    "H5": Row(
        P,
        "Discord refuses the first answer for its words",
        "One private sentence without the prompt; nothing is ordered.",
    ),
    "H6": Row(
        P,
        "two processes with one token, a database each",
        "Discord takes one answer, and each card carries a number of its own: the other process orders nothing, and "
        "says in its log that two are running.",
    ),
    "H7": Row(
        B,
        "nobody may look whether the first answer was taken",
        "No history is no evidence: the job waits for a press or for a day, unpaid. A private answer whose token is "
        "dead counts as given, and its picture waits in the inbox.",
    ),
    "H8": Row(
        P,
        "Discord takes no more edits of messages older than an hour (30046)",
        "That channel's old cards rest, ever longer; nothing else is held up, and it does not count towards the ban.",
    ),
    "H9": Row(
        P,
        "a moderator removed the message, the channel was for adults, or a private answer was dismissed",
        "The inbox has the picture, for its owner's eyes alone, and says why.",
    ),
    "I1": Row(
        P,
        "a model refuses, asks for a week, hangs, or loses its answers",
        "It alone rests, for five minutes at most; a picture of any other model is sent within 10 s.",
    ),
    "I2": Row(
        P,
        "the links of 150 references hang",
        "Each try has a limit that grows, what failed has less room than what is new, and members take turns, "
        "those first whose links were read.",
    ),
    "I3": Row(
        P,
        "Oxen's answers to the sweep hang",
        "Each step of it has a timer and a limit of its own: a private answer asks for its fresh token in time.",
    ),
    "I4": Row(
        P,
        "two members have twenty jobs each",
        "While others wait, each has at most three at Oxen; a third member is sent at once.",
    ),
    "I5": Row(
        P,
        "every step of the worker and the sweep fails, 2,000 times in a row",
        "It is tried again at the next look; neither loop ends.",
    ),
    "I6": Row(
        P,
        "Oxen answers with nothing but errors, for ever",
        "What it took ends after deadline and grace and frees its slot, what was lost ends as unknown then, and what "
        "waits is refused unpaid after six hours, with a sentence.",
    ),
    "I7": Row(
        P,
        "the list that is asked for after a reconnect fails",
        "It is asked for again at the next tick.",
    ),
    "I8": Row(
        P,
        "hundreds of jobs come and go",
        "The process remembers nothing of those that ended.",
    ),
    "J1": Row(
        P,
        "a loop of the process dies of what nobody foresaw, 2,000 times in a row",
        "It is logged with an id and started again, once a minute at the slowest; nothing else notices.",
    ),
    "J2": Row(
        P,
        "Discord sends an event, an interaction or a frame that discord.py cannot read",
        "It is logged with an id and dropped. Where nothing after it could be read either, the connection is opened "
        "anew and its session goes on.",
    ),
    "J3": Row(
        P,
        "the gateway closes, with whatever code, or lets nobody in",
        "It is tried on for ever, with what a lasting close code means in a sentence, at a pace that never uses up "
        "the day's 1,000 sessions.",
    ),
    "J4": Row(
        P,
        "database, Oxen or Discord is away when the bot starts",
        "It waits in the process, one after the other and before any login, says so once, and goes on.",
    ),
    "J5": Row(
        P,
        "a key or token that has worked, now or in an earlier life, is refused",
        "It is tried on, and jobs wait. After ten minutes it counts as lost: the log says so, and it is tried every "
        "minute. Only one that never worked ends the process.",
    ),
    "J6": Row(
        P,
        "Oxen refuses an order with 401 or 403, and takes the key for everything else",
        "The second refusal, 30 s or more after the first, ends the job: the person is told that this is not allowed "
        "to the bot, and that nothing was charged.",
    ),
    "J7": Row(
        P,
        "the event stream is spoilt on its way: a proxy's answer in it, wrong framing, bytes of another kind",
        "A limit of our own around every read ends it, or what came does; it is opened anew, with a line in the log.",
    ),
    "J8": Row(
        P,
        "the event stream is up and brings nothing",
        "The first picture that is found finished without its event, or a silence without keep-alives, casts doubt: "
        "Oxen is asked every few seconds, the stream opened anew, and relied on again from its next event.",
    ),
    "J9": Row(
        P,
        "a thread, a call or the loop itself hangs while the bot stops",
        "The process ends within 10 s with exit code 0; the next start goes on with what was in hand.",
    ),
    "J10": Row(
        P,
        "commands stand in two places, an application has an Entry Point, Discord refuses the commands, or a device "
        "still has their old form",
        "Each is once in the picker, the Entry Point stays, a lasting refusal ends the start with Discord's reason, "
        "and the person is told to reload.",
    ),
    "K1": Row(
        P,
        "what Oxen made is nothing that Discord shows: SVG, AVIF, HEIC, over every limit, unheard of",
        "It reaches its person: as PNG where that loses nothing, else as a file on the card, else by Oxen's link, with "
        "words that fit. Nobody is told to try again, which would be paid again.",
    ),
    "K2": Row(
        P,
        "making a picture smaller takes too much memory or time, or the process that does it dies",
        "It has a process of its own with limits of its own, one at a time, which ends with the bot: the picture is "
        "handed over by its link.",
    ),
    "K3": Row(
        P,
        "a smaller form would lie on its side, lose its colours or its brightness, or stand still",
        "It is turned, its profile is kept or worked in, 16 bits are scaled and not cut; a moving one is said to be "
        "still.",
    ),
    "K4": Row(
        P,
        "a reference ends oddly, is damaged, or is of a kind that no model reads",
        "What viewers show is taken, by its structure and without decoding it; every other gets a sentence that names "
        "it and says what to save it as.",
    ),
    "K5": Row(
        P,
        "an attachment is a spoiler, and the option was not chosen",
        "References and results are covered, everywhere.",
    ),
    "K6": Row(
        P,
        "many orders carry their references in the body, or many large results come at once",
        "Two such orders at a time, encoded piece by piece as they are sent; a result over 12 MB is fetched and made "
        "smaller one at a time. The default settings fit 512 MB.",
    ),
    "L1": Row(
        P,
        "many requests meet the last money of the day at the same moment",
        "What a request costs is reserved in the transaction that writes its row, on both databases and for several "
        "processes: thirty commands against money for two pictures pay for two.",
    ),
    "L2": Row(
        P,
        "a member cancels, or asks for what is refused, to go round the daily limits",
        "What Oxen accepted counts, cancelled or not; only what Oxen's own row shows as free is given back.",
    ),
    "L3": Row(
        B,
        "Oxen tells late or never what a failure cost",
        "It counts at the catalogue's price, and its row is asked for every 5 minutes for a day.",
    ),
    "L4": Row(
        P,
        "the list of models is away, or a model has no price, while money is limited",
        "Nothing is taken, and a sentence says why.",
    ),
    "L5": Row(
        P,
        "a person asks to be forgotten while the bot has the database to itself",
        "The bot does it when asked through its socket, a few rows at a time; what is under way is left, and counted.",
    ),
    "L6": Row(
        P,
        "jobs are deleted by hand, without their generations",
        "They hold no slot, and what is left of them goes at the next start.",
    ),
    "L7": Row(
        P,
        "hundreds of thousands of jobs are older than KEEP_DAYS",
        "200 a minute lose their words and later their rows, in commits that a new job does not wait for.",
    ),
    "M1": Row(
        P,
        "text looks like a flag and is written with a slip, or stands among the words",
        "A slip is read where hardly anything else can be meant; else nothing is ordered, and the line comes back put "
        "right. Words after dashes that name nothing, and what stands in quotes, go to the model as they are.",
    ),
    "M2": Row(
        P,
        "a prompt begins with a link, or a flag's value is one",
        "Nothing is ordered: a sentence says to attach the picture, or to leave out what the model would open.",
    ),
    "M3": Row(
        P,
        "several things are wrong with a request",
        "One refusal names them all and gives back everything that was typed, options too, as one line to copy.",
    ),
    "M4": Row(
        P,
        "a model takes no prompt, needs a picture, takes none, or lacks a flag that Midjourney has",
        "It gets nothing that it does not take; the person is told before anything is paid, or on the card.",
    ),
    "M5": Row(
        P,
        "somebody wants the same again",
        "Any request is written back as one line that is read again as the same request.",
    ),
    "M6": Row(
        B,
        "a provider refuses, or fails, in words that nobody has listed",
        "A safety filter's refusal is told as such by its subject; a provider's own missing file never asks the person "
        "for a picture. Words that fit nothing are a failure without a known cause.",
    ),
}


@cache
def proofs() -> dict[str, list[str]]:
    """Give the tests that bear a row's name, each as "file::test", by row and in the order of the files."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in _test_names(path):
            named = match(r"test_([a-u]\d+)_", name)
            if named:
                found.setdefault(named[1].upper(), []).append(f"{path.relative_to(TESTS.parent)}::{name}")
    return found


def _test_names(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def as_markdown() -> Iterator[str]:
    """Give the matrix with its tests, line by line."""
    yield "| row | | what fails | what Easel does | tests |"
    yield "|---|---|---|---|---|"
    found = proofs()
    for name, row in MATRIX.items():
        files = dict.fromkeys(proof.partition("::")[0] for proof in found.get(name, []))
        where = ", ".join(f"`{file}`" for file in files)
        yield f"| {name} | {row.promise} | {row.fails} | {row.remedy} | {where} |"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in as_markdown())
