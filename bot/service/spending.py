"""Says in the log how much of the ceiling for everybody is spent: at 80 and at 100 %, once a day each."""

import logging
from datetime import datetime

from bot.core.admission import DAY, MOSTLY_SPENT, Admission, Admitted, MoneyUsedUp
from bot.core.money import dollars
from bot.ports import Clock

log = logging.getLogger(__name__)


class SpendingWatch:
    """Hears of every admission; what it has said is forgotten with the process."""

    def __init__(self, ceiling_microusd: int, clock: Clock) -> None:
        self._ceiling_microusd = ceiling_microusd
        self._clock = clock
        self._said_at: dict[bool, datetime] = {}

    def note(self, admission: Admission) -> None:
        """Look at what a request did to the day's money, or could not do."""
        if not self._ceiling_microusd:
            return
        match admission:
            case Admitted():
                spent_microusd = admission.microusd_of_day
                if spent_microusd >= self._ceiling_microusd * MOSTLY_SPENT:
                    self._say(all_of_it=spent_microusd >= self._ceiling_microusd, left=self._left(spent_microusd))
            case MoneyUsedUp(of_everybody=True):
                self._say(all_of_it=True, left=admission.left_microusd)
            case _:
                pass

    def _left(self, spent_microusd: int) -> int:
        return max(0, self._ceiling_microusd - spent_microusd)

    def _say(self, *, all_of_it: bool, left: int) -> None:
        now, said_at = self._clock(), self._said_at.get(all_of_it)
        if said_at is not None and now - said_at < DAY:
            return
        self._said_at[all_of_it] = now
        share = "100 %" if all_of_it else f"{MOSTLY_SPENT:.0%}".replace("%", " %")
        log.warning(
            "%s of DAILY_USD are spent or reserved: %s of %s are left in these 24 h",
            share,
            dollars(left),
            dollars(self._ceiling_microusd),
        )
