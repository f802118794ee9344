"""A dosage with some days taken out of it: FMK's pause. Which day of its interval a date is does not change by it."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from hub.domain.plan import DayDose, Dosage, Period

DAY = timedelta(days=1)


def without(dosage: Dosage, first: date, last: date | None) -> Dosage:
    """The dosage with nothing from `first` to `last`, both included; None is until further notice."""
    return replace(dosage, periods=tuple(part for p in dosage.periods for part in _parts(p, first, last)))


def _parts(period: Period, first: date, last: date | None) -> Iterator[Period]:
    """What is left of a period before a pause, and after it."""
    ends = period.end or date.max
    if period.start < first:
        yield replace(period, end=period.end if ends < first else first - DAY)
    if last is not None and last < ends:
        yield period if last < period.start else _from(period, last + DAY)


def _from(period: Period, start: date) -> Period:
    """The same days of the same period, counted from a later start."""
    later = (start - period.start).days
    return replace(period, start=start, days={n: day for n, day in sorted(_renumbered(period, later))})


def _renumbered(period: Period, later: int) -> Iterator[tuple[int, tuple[DayDose, ...]]]:
    """Days that are over, and those beyond an interval, never come and are left out."""
    for number, day in period.days.items():
        if number == 0:
            yield 0, day
        elif period.repeat_days >= number:
            yield (number - 1 - later) % period.repeat_days + 1, day
        elif not period.repeat_days and number > later:
            yield number - later, day
