"""The words that make something go wrong from inside a prompt, for people who click rather than write Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.oxen.answers import bad_gateway, out_of_credits
from sandbox.oxen.faults import (
    BadFile,
    DropEvent,
    ExpireLink,
    Fail,
    Fault,
    FileFlaw,
    GarbleEvent,
    HugeEvent,
    LoseAnswer,
    Refuse,
    RepeatEvent,
    Replace,
    Slow,
    Stick,
)

_QUEUE = "POST /ai/queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptWord:
    """What a word does: the fault, and a line that the page shows beside it."""

    fault: Fault
    meaning: str


def _word(fault: Fault, meaning: str) -> PromptWord:
    return PromptWord(fault=fault, meaning=meaning)


PROMPT_WORDS: Mapping[str, PromptWord] = {
    "unsafe-test": _word(
        Fail(error_message="Task failed: DataInspectionFailed - Green net check rejected text (input)"),
        "the safety filter refuses the prompt",
    ),
    "fail-test": _word(
        Fail(error_message="Getting model response error: 500 Internal Server Error"), "the model breaks down"
    ),
    "broke-test": _word(Fail(error_message="Insufficient credits"), "the money runs out while it is painted"),
    "credits-test": _word(Refuse(route=_QUEUE, answer=out_of_credits()), "the money has run out already"),
    "stuck-test": _word(Stick(), "it is painted for ever"),
    "slow-test": _word(Slow(extra_s=30), "it takes half a minute longer"),
    "lost-test": _word(LoseAnswer(route=_QUEUE), "the order is accepted, but its answer gets lost"),
    "gateway-test": _word(Replace(route=_QUEUE, answer=bad_gateway()), "likewise, and a proxy answers 502"),
    "silent-test": _word(DropEvent(), "no event tells that it is ready"),
    "twice-test": _word(RepeatEvent(), "the event comes twice"),
    "garbled-test": _word(GarbleEvent(), "the event is broken"),
    "fat-test": _word(HugeEvent(), "the event is 5 MiB large"),
    "expired-test": _word(ExpireLink(), "the event's link has run out"),
    "html-test": _word(BadFile(flaw=FileFlaw.HTML), "the file is a web page"),
    "empty-test": _word(BadFile(flaw=FileFlaw.EMPTY), "the file is empty"),
    "cut-test": _word(BadFile(flaw=FileFlaw.TRUNCATED), "the file breaks off in the middle"),
    "huge-test": _word(BadFile(flaw=FileFlaw.HUGE), "the file is 64 MiB large"),
}


def faults_in(prompt: str) -> Iterable[Fault]:
    """Name the faults that the words of a prompt ask for."""
    lowered = prompt.lower()
    return (word.fault for text, word in PROMPT_WORDS.items() if text in lowered)
