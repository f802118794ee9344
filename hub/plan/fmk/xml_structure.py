"""One structure of FMK 1.6.0, fixed or as needed (PRN): its days or weekdays, and what is taken on them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.domain.plan import DayDose, PartOfDay, Period
from hub.plan.fmk.node import Node
from hub.plan.fmk.values import MOST_REPEAT, NOTE, gathered, quantity_of, text_of
from hub.plan.fmk.xml_values import quantities_in, time_in
from hub.plan.reasons import NotUnderstood

# What the model cannot hold, wherever it stands.
BEYOND = {
    "Parameter": "a dose that depends on a measurement",
    "AccordingToParameterSchema": "a dose that depends on a measurement",
    "Infusion": "an infusion",
    "PRNTrigger": "taken when something happens",
    "PRNFixed": "a course that is begun when something happens",
    "EpisodicTreatment": "a course that is begun when something happens",
    "PeriodLengthFreeText": "a length in words",
    "Unspecified": "nobody has said yet what to take",
    "MinimumDurationBetweenDosagePeriod": "a least time between periods",
}
CHOICES = ("TimeOfDayDosage", "PartOfDayDosage", "TimesPerDayDosage", "UnlimitedDayDosage")
PARTS = {part.name.title(): part for part in PartOfDay}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = 7  # days
DAYS, WEEKS, TIMES = 99, 53, 999_999  # FMK's bounds
MINUTES = 24 * 60  # the model's bound of a least time between doses


class Course(Struct, frozen=True):
    """What a structure gets from the period that it stands in."""

    start: date
    end: date | None
    needed: bool
    most: Decimal | None  # on a day


# A day, its lines, and the most of it that is said with them.
Numbered = tuple[int, tuple[DayDose, ...], Decimal | None]


def nothing_beyond(node: Node) -> None:
    reasons = [f"{node.place}.{name}: {BEYOND[name]}" for name in node.names() if name in BEYOND]
    if reasons:
        raise NotUnderstood(reasons)


def structure_in(node: Node, course: Course) -> Period:
    node.only("MinimumDurationBetweenDoses", "Restriction", "Instruction", "IterationInterval", "Day", "UnspecifiedDay",
              "Week", "Profile", "DosageTranslation", "EndDate")  # fmt: skip
    kind = node.one_of("Day", "UnspecifiedDay", "Week")
    repeat = node.maybe("IterationInterval")
    interval = repeat.integer(1, MOST_REPEAT) if repeat else 0
    if kind == "Week":
        interval, days = _weeks(node, course, interval)
    else:
        days = gathered(_day, ((day, course.needed) for day in node.every("Day", "UnspecifiedDay")))
    if not len({number for number, _, _ in days}) == len(days) <= DAYS:
        raise NotUnderstood([f"{node.place}.{kind}: is there twice, or more than {DAYS} times"])
    apart, most = _restrictions(node)
    return Period(
        start=course.start,
        days={number: lines for number, lines, _ in days},
        end=course.end,
        repeat_days=interval,
        note=_note(node),
        interval_min=apart,
        daily_max=min((m for m in (course.most, most, _most(days, node)) if m is not None), default=None),
    )


def _note(node: Node) -> str:
    said = node.maybe("Instruction")
    if said is None:
        return ""
    said.only("FreeText")
    words = said.need("FreeText")
    return text_of(words.text(), NOTE, words.place)


def _restrictions(node: Node) -> tuple[int | None, Decimal | None]:
    """The least minutes between two doses and the most on a day; an earlier draft had an element of its own for it."""
    said = [node]
    restriction = node.maybe("Restriction")
    if restriction is not None:
        restriction.only("MaximumDailyDose", "MinimumDurationBetweenDosagePeriod", "MinimumDurationBetweenDoses")
        nothing_beyond(restriction)
        said.append(restriction)
    apart = [n.integer(1, MINUTES) for n in (s.maybe("MinimumDurationBetweenDoses") for s in said) if n]
    limit = restriction.maybe("MaximumDailyDose") if restriction else None
    return max(apart, default=None), quantity_of(limit.decimal(), limit.place) if limit else None


def _most(days: list[Numbered], node: Node) -> Decimal | None:
    """The most on a day, which each of the days must say: a period has one."""
    found = {most for _, _, most in days}
    if len(found) > 1:
        raise NotUnderstood([f"{node.place}: not every day has the same MaximumDailyDose"])
    return found.pop() if found else None


def _weeks(node: Node, course: Course, interval: int) -> tuple[int, list[Numbered]]:
    """Weekdays as days of a period that repeats every so many weeks.

    FMK says neither whether an interval of 7 or 14 beside weeks is weeks or days, nor whether the first week begins on
    the first day or is the rest of a calendar week. Where it matters, it is not understood.
    """
    weeks = list(node.every("Week"))
    of_days = interval % WEEK == 0 and interval != len(weeks)  # or may be
    if len(weeks) > WEEKS or (interval and (of_days or interval < len(weeks))):
        raise NotUnderstood([f"{node.place}.IterationInterval: {interval}, with {len(weeks)} weeks"])
    first, days = course.start.weekday(), list[Numbered]()
    for i, week in enumerate(weeks):
        week.only("Weekday")
        for said in week.every("Weekday"):
            said.only("Label", "Dosage")
            label = said.need("Label")
            if label.word() not in WEEKDAYS:
                raise NotUnderstood([f'{label.place}: "{label.word()[:40]}" is not a weekday'])
            weekday = WEEKDAYS.index(label.word())
            if weekday < first and (interval, len(weeks)) != (1, 1):
                raise NotUnderstood([f"{said.place}: the first week begins on a {WEEKDAYS[first]}"])
            days.append((i * WEEK + (weekday - first) % WEEK + 1, *_lines(said.need("Dosage"), course.needed)))
    return interval * WEEK, days


def _day(node: Node, needed: bool) -> Numbered:
    """A day's number: 0 is any day."""
    if node.name == "UnspecifiedDay":
        node.only("Dosage")
        return 0, *_lines(node.need("Dosage"), needed)
    node.only("Index", "Dosage")
    return node.need("Index").integer(1, MOST_REPEAT), *_lines(node.need("Dosage"), needed)


def _lines(node: Node, needed: bool) -> tuple[tuple[DayDose, ...], Decimal | None]:
    """A day's lines, and the most of it on that day, where that is said beside a dose without a limit."""
    node.only(*CHOICES)
    said = node.need(node.one_of(*CHOICES))
    limit = said.maybe("MaximumDailyDose")
    if said.name == "UnlimitedDayDosage" and not needed:
        raise NotUnderstood([f"{said.place}: fixed, and as often as one likes"])
    doses = tuple(_doses(said, needed))
    if not doses:
        raise NotUnderstood([f"{said.place}: has no dose"])
    return doses, quantity_of(limit.decimal(), limit.place) if limit else None


def _doses(said: Node, needed: bool) -> Iterator[DayDose]:
    if said.name == "PartOfDayDosage":
        said.only(*PARTS)
        yield from (_dose(dose, needed, part=PARTS[dose.name]) for dose in map(said.maybe, PARTS) if dose)
    elif said.name == "TimeOfDayDosage":
        said.only("TimeOfDayDose")
        yield from (_dose(dose, needed, "Time", at=time_in(dose.need("Time"))) for dose in said.every("TimeOfDayDose"))
    elif said.name == "TimesPerDayDosage":
        yield _dose(said, needed, "TimesPerDay", times=said.need("TimesPerDay").integer(1, TIMES))
    else:
        yield _dose(said, needed, "MaximumDailyDose")


def _dose(node: Node, needed: bool, *beside: str, **when: Any) -> DayDose:
    node.only("Quantity", "MinimumQuantity", "MaximumQuantity", "AccordingToParameterSchema", "Infusion", *beside)
    nothing_beyond(node)
    least, most = quantities_in(node, "MinimumQuantity", "MaximumQuantity")
    return DayDose(least, most, as_needed=needed, **when)
