"""Stock arithmetic: what some days need, how long a stock lasts, when it has run out. Counted day by day, exactly.

Only what is scheduled counts. What is had as needed is in nobody's plan: it is counted as it is handed out.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from hub.domain.plan import DayDose, Dosage, Ordination
from hub.domain.schedule import doses_of_day, in_force
from hub.plan.daily_dose import Amount, rounded

WITHIN = 10 * 365  # days looked ahead for the end of a stock; no package is so large
NOTHING = Amount(Decimal(0), Decimal(0))


def needs(of: Ordination | Dosage, first: date, days: int) -> Amount:
    """What `days` days from `first` need, in the dosage's unit; `low` and `high` where doses are min–max."""
    total = NOTHING
    for day in _days(first, days):
        total = _sum(total, _need_of(of, day))
    return total


def average(of: Ordination | Dosage, first: date, days: int) -> Amount:
    """What they need a day, on average over `days` days (at least 1) from `first`, to nine decimals."""
    need = needs(of, first, days)
    return Amount(rounded(need.low / days), rounded(need.high / days))


def days_of_supply(of: Ordination | Dosage, stock: Decimal, first: date, within: int = WITHIN) -> int | None:
    """How many whole days from `first` the stock surely lasts: min–max counts as max. None: at least `within` days."""
    left = stock
    for count, day in enumerate(_days(first, within)):
        left -= _need_of(of, day).high
        if left < 0:
            return count
    return None


def runs_out(of: Ordination | Dosage, stock: Decimal, first: date, within: int = WITHIN) -> date | None:
    """The first day for which the stock may be too little. None where it lasts `within` days, also where the dosage
    ends before."""
    days = days_of_supply(of, stock, first, within)
    return None if days is None else first + timedelta(days=days)


def _days(first: date, days: int) -> Iterator[date]:
    return (first + timedelta(days=i) for i in range(days))


def _need_of(of: Ordination | Dosage, day: date) -> Amount:
    """What one day needs. A day outside an ordination's own time needs nothing."""
    if isinstance(of, Ordination):
        return _need_of(of.dosage, day) if in_force(of, day) else NOTHING
    total = NOTHING
    for line in doses_of_day(of, day):
        total = _sum(total, _of_line(line))
    return total


def _of_line(line: DayDose) -> Amount:
    times = line.times or 1
    return Amount(line.quantity * times, (line.quantity if line.quantity_max is None else line.quantity_max) * times)


def _sum(one: Amount, other: Amount) -> Amount:
    return Amount(one.low + other.low, one.high + other.high)
