"""What may be asked, in one place: the values, and the two steps from a command to what is sent.

`draft_of` checks what needs no catalogue and runs before the answer; `resolve` checks the rest against the models.
Neither knows Discord or Oxen's HTTP, and both refuse with UserError alone.
"""

from bot.core.ask import MAX_COUNT, MAX_PROMPT_LENGTH, MAX_SEED, Ask, Command, Draft, Reference, ask_of, draft_of
from bot.core.completion import choices_for, model_choices
from bot.core.json_value import Json
from bot.core.plan import Plan, generation_parameters
from bot.core.resolve import resolve

__all__ = [
    "MAX_COUNT",
    "MAX_PROMPT_LENGTH",
    "MAX_SEED",
    "Ask",
    "Command",
    "Draft",
    "Json",
    "Plan",
    "Reference",
    "ask_of",
    "choices_for",
    "draft_of",
    "generation_parameters",
    "model_choices",
    "resolve",
]
