"""Dosages made up, and written as FMK writes them: JSON, and XML of 1.4.6 and 1.6.0. Own writers: they know the model
and the formats, and nothing of the readers."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period

Json = dict[str, Any]

M16 = "http://www.dkma.dk/medicinecard/xml.schema/2015/06/01"
M15 = "http://www.dkma.dk/medicinecard/xml.schema/2015/01/01"
FMK160 = "http://fmk-teknik.dk/160"
UNIT = ("tablet", "tabletter")
WRAPPERS = {part: f"{part.title()}DoseWrapper" for part in PartOfDay}


def json_of(dosage: Dosage) -> Json:
    if dosage.free_text:
        return {"freeText": {**_dates(dosage.start, dosage.end), "text": dosage.free_text}}
    if dosage.by_schema:
        return {"administrationAccordingToSchema": _dates(dosage.start, dosage.end)}
    unit = {"unitSingular": dosage.unit, "unitPlural": dosage.units}
    return {"structures": {"unitOrUnits": unit, "structures": [_structure(p) for p in dosage.periods],
                           **_dates(dosage.start, dosage.end)}}  # fmt: skip


def _dates(start: date | None, end: date | None) -> Json:
    return {k: str(v) for k, v in (("startDate", start), ("endDate", end)) if v is not None}


def _structure(period: Period) -> Json:
    days = [{"dayNumber": n, "allDoses": [d for line in day for d in _doses(line)]} for n, day in period.days.items()]
    note = {"supplText": period.note} if period.note else {}
    return {"iterationInterval": period.repeat_days, **_dates(period.start, period.end), **note, "days": days}


def _doses(line: DayDose) -> list[Json]:
    amount: Json = {"doseQuantity": line.quantity}
    if line.quantity_max is not None:
        amount = {"minimalDoseQuantity": line.quantity, "maximalDoseQuantity": line.quantity_max}
    when: Json = {"type": "PlainDoseWrapper" if line.part is None else WRAPPERS[line.part]}
    if line.at is not None:
        clock = {"hour": line.at.hour, "minute": line.at.minute, "second": line.at.second}
        when = {"type": "TimedDoseWrapper", "time": clock}
    return [{**when, **amount, "isAccordingToNeed": line.as_needed}] * (line.times or 1)


def tag(name: str, *inside: str, **attributes: str) -> str:
    said = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f"<{name}{said}>{''.join(inside)}</{name}>"


def each(name: str, *values: Any) -> str:
    """The element once for every value that is one."""
    return "".join(tag(name, escape(str(v))) for v in values if v not in (None, ""))


def xml_146(dosage: Dosage) -> bytes:
    if dosage.free_text:
        inside = tag("FreeText", _bounds(dosage), each("Text", dosage.free_text))
    elif dosage.by_schema:
        inside = tag("AdministrationAccordingToSchemaInLocalSystem", _bounds(dosage))
    else:
        inside = _units(dosage) + _lists(dosage.periods)
    return tag("Dosage", inside, xmlns=M16).encode()


def _units(dosage: Dosage) -> str:
    return tag("UnitTexts", each("Singular", dosage.unit), each("Plural", dosage.units), source="Doseringsforslag")


def _lists(periods: Sequence[Period]) -> str:
    """Fixed, then as needed; an empty period with what stands before it."""
    lists: dict[bool, str] = {}
    needed = False
    for period in periods:
        lines = [line for day in period.days.values() for line in day]
        needed = lines[0].as_needed if lines else needed
        lists[needed] = lists.get(needed, "") + _structure_146(period)
    return "".join(
        tag(("StructuresFixed", "StructuresAccordingToNeed")[needed], lists[needed]) for needed in sorted(lists)
    )


def _structure_146(period: Period) -> str:
    if not period.days:
        return tag("EmptyStructure", _bounds(period))
    repeat = each("IterationInterval", period.repeat_days) if period.repeat_days else "<NotIterated/>"
    days = (tag("Day", each("Number", n), _doses_146(d)) if n else tag("AnyDay", _doses_146(d))
            for n, d in period.days.items())  # fmt: skip
    return tag("Structure", repeat, _bounds(period), each("SupplementaryText", period.note), *days)


def _bounds(said: Period | Dosage) -> str:
    return each("StartDate", said.start) + (each("EndDate", said.end) or "<DosageEndingUndetermined/>")


def _doses_146(lines: Iterable[DayDose]) -> str:
    return "".join(
        tag("Dose", each("Time", line.part, line.at), amount(line, "Minimal", "Maximal")) * (line.times or 1)
        for line in lines
    )


def amount(line: DayDose, least: str = "Minimum", most: str = "Maximum") -> str:
    if line.quantity_max is None:
        return each("Quantity", f"{line.quantity:f}")
    return each(f"{least}Quantity", f"{line.quantity:f}") + each(f"{most}Quantity", f"{line.quantity_max:f}")


def xml_160(dosage: Dosage) -> bytes:
    """Of a dosage whose periods follow each other; a fixed one and one as needed of the same dates are one period."""
    pairs: dict[date, list[Period]] = {}
    for period in dosage.periods:
        pairs.setdefault(period.start, []).append(period)
    start = each("ValidFrom", dosage.periods[0].start)
    periods = (tag("DosagePeriod", _length(pair[0]), *map(_structure_160, pair)) for pair in pairs.values())
    return tag("Dosage", tag("Precondition", start), _units(dosage), *periods, xmlns=FMK160).encode()


def _length(period: Period) -> str:
    return each("PeriodLength", (period.end - period.start).days + 1 if period.end else None)


def _structure_160(period: Period) -> str:
    if not period.days:
        return "<Empty/>"
    lines = [line for day in period.days.values() for line in day]
    note = tag("Instruction", each("FreeText", period.note)) if period.note else ""
    days = (tag("Day", each("Index", n), _dosage_160(d, period)) if n else tag("UnspecifiedDay", _dosage_160(d, period))
            for n, d in period.days.items())  # fmt: skip
    inside = (each("MinimumDurationBetweenDoses", period.interval_min), note,
              each("IterationInterval", period.repeat_days or None))  # fmt: skip
    return tag("PRN" if lines[0].as_needed else "Fixed", *inside, *days)


def _dosage_160(day: Sequence[DayDose], period: Period) -> str:
    first = day[0]
    if first.part is not None:
        inside = tag(
            "PartOfDayDosage", *(tag(line.part.title(), amount(line)) for line in day if line.part is not None)
        )
    elif first.at is not None:
        inside = tag("TimeOfDayDosage", *(tag("TimeOfDayDose", amount(line), each("Time", line.at)) for line in day))
    elif first.times is not None:
        inside = tag("TimesPerDayDosage", amount(first), each("TimesPerDay", first.times))
    else:
        inside = tag("UnlimitedDayDosage", amount(first), each("MaximumDailyDose", period.daily_max))
    return tag("Dosage", inside)


# Dosages made up.

quantities = st.builds(lambda n, places: Decimal(f"{Decimal(n).scaleb(-places).normalize():f}"),
                       st.integers(1, 10**9 - 1), st.integers(0, 9))  # fmt: skip
dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))
notes = st.sampled_from(["", "mod smerter", "efter et måltid & med vand <stort glas>"])
clocks = st.times(time(0), time(23, 59, 59)).map(lambda t: t.replace(microsecond=0, fold=0))
parts = st.sets(st.sampled_from(PartOfDay), min_size=1).map(lambda found: [p for p in PartOfDay if p in found])


@st.composite
def _amounts(draw: st.DrawFn) -> tuple[Decimal, Decimal | None]:
    low, high = draw(quantities), draw(st.none() | quantities)
    return (low, high) if high is None or low <= high else (high, low)


@st.composite
def days_of(draw: st.DrawFn, needed: bool, unlimited: bool = False) -> tuple[DayDose, ...]:
    """A day of one kind of moments: parts, clock times, n times a day, or (1.6.0) as often as one likes."""
    kind = draw(st.sampled_from(["part", "at", "times", *(["unlimited"] if unlimited and needed else [])]))
    if kind == "part":
        return tuple(DayDose(*draw(_amounts()), part=part, as_needed=needed) for part in draw(parts))
    if kind == "at":
        times = draw(st.lists(clocks, min_size=1, max_size=3, unique=True))
        return tuple(DayDose(*draw(_amounts()), at=at, as_needed=needed) for at in times)
    return (DayDose(*draw(_amounts()), times=draw(st.integers(1, 6)) if kind == "times" else None, as_needed=needed),)


@st.composite
def periods_of(draw: st.DrawFn, start: date, end: date | None, needed: bool) -> Period:
    repeat = draw(st.sampled_from([0, 1, 2, 7, 14, 30]))
    most = repeat or 20
    numbers = draw(st.sets(st.integers(1, most), min_size=1, max_size=4))
    days = {n: draw(days_of(needed)) for n in ([0] if needed and draw(st.booleans()) else sorted(numbers))}
    return Period(start, days, end, repeat, draw(notes))


@st.composite
def tracks(draw: st.DrawFn, start: date, needed: bool) -> list[Period]:
    """Periods of one kind that follow each other, some with nothing in them, the last perhaps open."""
    found: list[Period] = []
    for i in range(draw(st.integers(1, 4))):
        end = start + timedelta(days=draw(st.integers(0, 40)))
        empty = bool(i) and draw(st.booleans())
        found.append(Period(start, {}, end, 0) if empty else draw(periods_of(start, end, needed)))
        start = end + timedelta(days=1)
    if draw(st.booleans()):
        found.append(draw(periods_of(start, None, needed)))
    return found


@st.composite
def structured(draw: st.DrawFn) -> Dosage:
    """Fixed, as needed, or both side by side."""
    start, both = draw(dates), draw(st.sampled_from([(False,), (True,), (False, True)]))
    return Dosage(tuple(p for needed in both for p in draw(tracks(start, needed))), *UNIT)


@st.composite
def sequences(draw: st.DrawFn) -> Dosage:
    """As 1.6.0 has it: periods that follow each other, each empty, fixed, as needed, or both."""
    start, found = draw(dates), list[Period]()
    for last in [False] * draw(st.integers(0, 3)) + [True]:
        end = None if last and draw(st.booleans()) else start + timedelta(days=draw(st.integers(0, 40)))
        kinds = draw(st.sampled_from([(), (False,), (True,), (False, True)]))
        found += [draw(_course(start, end, needed)) for needed in kinds] or [Period(start, {}, end, 0)]
        start = end + timedelta(days=1) if end else start
    return Dosage(tuple(found), *UNIT)


@st.composite
def _course(draw: st.DrawFn, start: date, end: date | None, needed: bool) -> Period:
    repeat = draw(st.sampled_from([0, 1, 2, 7, 30]))
    numbers = draw(st.sets(st.integers(1, repeat or 20), min_size=1, max_size=3))
    if needed and draw(st.booleans()):
        days = {0: draw(days_of(needed, unlimited=True))}
    else:
        days = {n: draw(days_of(needed)) for n in sorted(numbers)}
    free = all(line.part is None and line.at is None and line.times is None for day in days.values() for line in day)
    return Period(start, days, end, repeat, draw(notes), draw(st.none() | st.integers(1, 1440)),
                  draw(st.none() | quantities) if free else None)  # fmt: skip


worded = st.builds(
    lambda start, days, text: Dosage((), "", "", text, not text, start, start + timedelta(days=days) if days else None),
    dates,
    st.none() | st.integers(1, 99),
    st.sampled_from(["", "1,5 tablet om morgenen, 2 hvis det er koldt"]),
)
