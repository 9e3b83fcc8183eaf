"""What the log says of the day's money."""

import logging
from datetime import timedelta

import pytest

from bot.core.admission import Admitted, MoneyUsedUp
from bot.service.spending import SpendingWatch
from tests.fakes import ManualClock

USD = 1_000_000


def spent(usd: float) -> Admitted:
    return Admitted(ahead=0, microusd_of_day=round(usd * USD))


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_the_log_says_at_80_and_at_100_percent_once_a_day_each(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    watch = SpendingWatch(20 * USD, clock)
    for usd in (15.99, 16, 17, 19.99, 20, 20):
        watch.note(spent(usd))
    assert said(caplog) == [
        "80 % of DAILY_USD are spent or reserved: $4.00 of $20.00 are left in these 24 h",
        "100 % of DAILY_USD are spent or reserved: $0.00 of $20.00 are left in these 24 h",
    ]
    clock.now += timedelta(hours=24)
    watch.note(spent(20))
    assert len(said(caplog)) == 3


def test_who_is_refused_for_everybodys_money_lets_the_log_say_so(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    watch = SpendingWatch(20 * USD, clock)
    watch.note(MoneyUsedUp(left_microusd=USD // 100, wanted_microusd=USD, of_everybody=True))
    assert said(caplog) == ["100 % of DAILY_USD are spent or reserved: $0.01 of $20.00 are left in these 24 h"]


def test_one_members_money_and_a_bot_without_a_ceiling_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    SpendingWatch(20 * USD, clock).note(MoneyUsedUp(left_microusd=0, wanted_microusd=USD, of_everybody=False))
    SpendingWatch(0, clock).note(spent(99))
    assert said(caplog) == []
