"""Whether two days of two periods ever fall on one date, against looking at every date."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, Period
from hub.domain.schedule import doses_of_day
from hub.plan.meeting import meet

START = date(2026, 3, 1)
LONG = 14 * 13 * 4  # days; every pattern of the two has come round


@st.composite
def days_of_periods(draw: st.DrawFn) -> tuple[Period, int]:
    """A period of one day's dose, and that day."""
    repeat, day = draw(st.integers(0, 14)), draw(st.integers(1, 14))
    start = START + timedelta(days=draw(st.integers(0, 40)))
    end = draw(st.none() | st.integers(0, 60).map(lambda n: start + timedelta(days=n)))
    return Period(start, {day: (DayDose(Decimal(1)),)}, end, max(repeat, day) if repeat else 0), day


def dates(period: Period) -> set[date]:
    dosage = Dosage((period,), "tablet", "tabletter")
    return {day for n in range(LONG) if list(doses_of_day(dosage, day := START + timedelta(days=n)))}


@given(days_of_periods(), days_of_periods())
def test_it_is_so_where_some_date_is_both(one: tuple[Period, int], other: tuple[Period, int]) -> None:
    met = meet(*one, *other)
    assert met == bool(dates(one[0]) & dates(other[0]))
    assert met == meet(*other, *one)


@given(days_of_periods())
def test_two_lines_of_one_day_of_a_period_meet(one: tuple[Period, int]) -> None:
    period, day = one
    assert meet(period, day, period, day)
    assert not meet(period, day, period, day + 1)
