"""Dosages made up, and written as Danish FMK-to-FHIR practice writes them. It knows nothing of the reader."""

from datetime import date, time, timedelta
from decimal import Decimal
from itertools import groupby

from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period
from tests.plan.build import Json, dosage

WHEN = {PartOfDay.MORNING: "MORN", PartOfDay.NOON: "NOON", PartOfDay.EVENING: "EVE", PartOfDay.NIGHT: "NIGHT"}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
START = date(2026, 2, 26)  # a Thursday; the clocks go forward on 29 March


def elements_of(said: Dosage) -> list[Json]:
    """One element for the parts of a day with one amount; for each other line one of its own."""
    kinds = {line.as_needed for period in said.periods for day in period.days.values() for line in day}
    kind = "KOMBINERET" if len(kinds) > 1 else "EFTER_BEHOV" if kinds == {True} else "FAST"
    return [
        _element(period, number, list(lines), said, kind)
        for period in said.periods
        for number, day in period.days.items()
        for _, lines in groupby(day, key=lambda line: (line.part is not None or object(), line.quantity))
    ]


def _element(period: Period, number: int, lines: list[DayDose], said: Dosage, kind: str) -> Json:
    first = lines[0]
    repeat = {"boundsPeriod": _bounds(period), "frequency": first.times or 1, "period": period.repeat_days,
              "periodUnit": "d"}  # fmt: skip
    if first.part is not None:
        repeat["when"] = [WHEN[line.part] for line in lines if line.part]
    if first.at is not None:
        repeat["timeOfDay"] = [f"{first.at:%H:%M:%S}"]
    if period.repeat_days % 7 == 0:
        weekday = DAYS[(period.start + timedelta(days=number - 1)).weekday()]
        repeat |= {"period": period.repeat_days // 7, "periodUnit": "wk", "dayOfWeek": [weekday]}
    unit = said.unit if first.quantity <= 1 else said.units
    return dosage(repeat, first.quantity, unit, kind, asNeededBoolean=first.as_needed)


def _bounds(period: Period) -> Json:
    """Midnights in UTC, whatever the zone."""
    dates = {"start": period.start, "end": period.end}
    return {name: f"{day}T00:00:00+00:00" for name, day in dates.items() if day is not None}


# Dosages made up, of what FMK's structures and FHIR's timing can both say.

amounts = st.sampled_from(["1", "2", "0.5", "1", "0.000000001", "12.25", "1000"]).map(Decimal)
parts = st.lists(st.sampled_from(PartOfDay), min_size=1, max_size=4, unique=True)


@st.composite
def days(draw: st.DrawFn) -> tuple[DayDose, ...]:
    kind = draw(st.sampled_from(["parts", "times", "clock"]))
    if kind == "parts":
        found = draw(parts)
        return tuple(DayDose(draw(amounts), part=part) for part in PartOfDay if part in found)
    if kind == "times":
        return (DayDose(draw(amounts), times=draw(st.sampled_from([1, 3]))),)
    return (DayDose(draw(amounts), at=time(16)),)


@st.composite
def periods(draw: st.DrawFn, start: date, end: date | None) -> Period:
    """Every day, every few days, some weekdays, or every few weeks on the weekday it starts on."""
    repeat = draw(st.sampled_from([1, 1, 2, 3, 7, 14, 28]))
    numbers = draw(st.sets(st.integers(1, 7), min_size=1, max_size=3)) if repeat == 7 else {1}
    lines = draw(days())
    if repeat > 1 and lines[0].times:
        lines = (DayDose(lines[0].quantity, times=1),)
    return Period(start, {number: lines for number in sorted(numbers)}, end, repeat)


@st.composite
def fixed(draw: st.DrawFn) -> Dosage:
    """Up to three periods, one after the other."""
    found, start = [], START
    for _ in range(draw(st.integers(0, 2))):
        end = start + timedelta(days=draw(st.integers(0, 40)))
        found.append(draw(periods(start, end)))
        start = end + timedelta(days=draw(st.integers(1, 3)))
    found.append(draw(periods(start, None)))
    return Dosage(tuple(found), "tablet", "tabletter")


@st.composite
def dosages(draw: st.DrawFn) -> Dosage:
    """Fixed, with one as needed beside it or without."""
    said = draw(fixed())
    most = DayDose(draw(amounts), times=draw(st.integers(1, 30)), as_needed=True)
    needed = (Period(START, {1: (most,)}),) if draw(st.booleans()) else ()
    return Dosage(said.periods + needed, said.unit, said.units)
