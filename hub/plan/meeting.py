"""Whether two days of two periods of a dosage ever fall on one date."""

from datetime import date, timedelta
from math import gcd

from hub.domain.plan import Period


def meet(one: Period, day: int, other: Period, other_day: int) -> bool:
    """Whether `day` of one period and `other_day` of another (of the same: two lines of one day) are ever one date."""
    if one is other:
        return day == other_day
    if (one.repeat_days < other.repeat_days and one.repeat_days) or not other.repeat_days:
        one, day, other, other_day = other, other_day, one, day  # the fewest dates to look at
    first = one.start + timedelta(days=day - 1)
    return any(_falls(other, other_day, date) for date in _dates(one, first, other))


def _dates(one: Period, first: date, other: Period) -> list[date]:
    """The dates of a day from where the other period has begun, until the pattern of the two repeats."""
    if not one.repeat_days:
        return [first] if one.end is None or first <= one.end else []
    ahead = -(-max((other.start - first).days, 0) // one.repeat_days)
    rounds = other.repeat_days // gcd(one.repeat_days, other.repeat_days)
    last = min((p.end for p in (one, other) if p.end is not None), default=date.max)
    reach = (last - first).days // one.repeat_days
    return [first + timedelta(days=n * one.repeat_days) for n in range(ahead, min(ahead + rounds, reach + 1))]


def _falls(period: Period, day: int, on: date) -> bool:
    elapsed = (on - period.start).days - (day - 1)
    inside = period.start <= on and (period.end is None or on <= period.end)
    return inside and (elapsed % period.repeat_days == 0 if period.repeat_days else elapsed == 0)
