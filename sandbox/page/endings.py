"""When there is something to judge: each tells from what both servers hold whether a trouble is over."""

from sandbox.page.evidence import Evidence
from sandbox.page.promises import SOON_S

_REFUSED = 400


def settled(seen: Evidence) -> bool:
    """Tell whether nothing is still to come: the card has ended, with what Oxen made of it."""
    return seen.card is not None and not seen.under_way and len(seen.shown) >= len(seen.made)


def settled_and_answered(seen: Evidence) -> bool:
    """Tell whether the bot knows, too, that its last edit was taken."""
    return (
        settled(seen) and bool(seen.edits()) and seen.edits()[-1].error is None and seen.edits()[-1].status < _REFUSED
    )


def had(seen: Evidence) -> bool:
    """Tell whether the person has the picture, on its card or elsewhere."""
    return settled(seen) or bool(seen.elsewhere())


def gave_in(seen: Evidence) -> bool:
    """Tell whether the bot tries no more to show what it has, and the card says so."""
    return seen.card is not None and not seen.under_way and bool(seen.edits()) and seen.edits()[-1].error is None


def answered(seen: Evidence) -> bool:
    return seen.card is not None


def given_up(seen: Evidence) -> bool:
    """Tell whether the card has ended, with or without a picture."""
    return seen.card is not None and not seen.under_way


def found_gone(seen: Evidence) -> bool:
    """Tell whether the bot has learnt that the card is gone, which it does at its next edit only."""
    return seen.card is None and any(each.error is not None for each in seen.edits())


def found_or_listening_anew(seen: Evidence) -> bool:
    """Tell whether the picture came soon, or late and the bot then opened its stream anew."""
    after_s = seen.shown_after_s()
    return settled(seen) and after_s is not None and (after_s <= SOON_S or seen.new_streams > 0)
