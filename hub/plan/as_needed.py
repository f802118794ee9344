"""The part of a dosage that is taken as needed, where it is plain: "1 tablet efter behov, højst 3 gange dagligt".

Plain is: one period of it, one quantity, at no moments of the day, and a most: so many times a day, or so much on a
day. All else that is as needed stays outside the box.
"""

from msgspec.structs import replace

from hub.domain.plan import AsNeeded, DayDose, Dosage, Handout, Period
from hub.plan.format import Handling

MOST = range(1, 25)  # times a day, as `AsNeeded.most`


def needed_periods(dosage: Dosage) -> tuple[Period, ...]:
    """The periods that have something as needed, with nothing else in them."""
    found = (replace(p, days={n: tuple(d for d in day if d.as_needed) for n, day in p.days.items()})
             for p in dosage.periods)  # fmt: skip
    return tuple(p for p in found if any(p.days.values()))


def in_the_box(periods: tuple[Period, ...], handling: Handling | None) -> AsNeeded | None:
    """One dose at a time from a compartment; None where it is not plain, or where the envelope does not have it in the
    box or nobody says how far apart (R2)."""
    if len(periods) != 1 or handling is None or handling.handout is not Handout.COMPARTMENT:
        return None
    (period,) = periods
    lines = [line for day in period.days.values() for line in day]
    every_day = set(period.days) in ({0}, {1}) and period.repeat_days in ((0, 1) if 0 in period.days else (1,))
    if len(lines) != 1 or not every_day or (handling.interval_min is None and period.interval_min is None):
        return None
    (line,) = lines
    most = _most(line, period, bounded=0 not in period.days)  # FMK: a dose of day 0 is said once and may be had again
    if most not in MOST or not line.quantity or line.quantity_max is not None:
        return None
    return AsNeeded(line.quantity, most, period.start, period.end)


def _most(line: DayDose, period: Period, bounded: bool) -> int:
    """How many times a day; 0 where nothing says, or where it is at moments of the day. Of two mosts the lesser."""
    if line.part is not None or line.at is not None:
        return 0
    of_amount = int(period.daily_max // line.quantity) if period.daily_max is not None and line.quantity else None
    return min((m for m in (line.times if bounded else None, of_amount) if m is not None), default=0)
