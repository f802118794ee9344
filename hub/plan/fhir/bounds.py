"""From when until when, by a FHIR dosage: its bounds, its count, and the order of its parts."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import Period
from hub.plan.fhir.elements import Repeat
from hub.plan.fhir.values import LAST, days_in, span
from hub.plan.reasons import NotUnderstood

DAY = timedelta(days=1)


class Reach(Struct, frozen=True):
    """First and last day, both included; None where it is not said. `sure`: both the statement and the dosage, where
    they say a start, say this one."""

    start: date | None
    end: date | None
    sure: bool = True


def reach_of(repeat: Repeat, start: date | None, zone: ZoneInfo, place: str) -> Reach:
    """By the bounds; where they have no start, the statement's own is the dosage's."""
    period, duration = repeat.bounds_period, repeat.bounds_duration
    if period is not None and duration is not None:
        raise NotUnderstood([f"{place}: both boundsPeriod and boundsDuration"])
    if duration is not None:
        if start is None:
            raise NotUnderstood([f"{place}.boundsDuration: from a start that is not said"])
        days = days_in(duration, (LAST - start).days + 1, f"{place}.boundsDuration")
        return Reach(start, start + (days - 1) * DAY)
    first, last = span(period, zone, f"{place}.boundsPeriod")
    return Reach(first or start, last, first is None or start is None or first == start)


def counted(period: Period, repeat: Repeat, reach: Reach, place: str) -> Period:
    """The period until it has come `count` times, where that is at the end of a day; and within its bounds (HL7)."""
    count = repeat.count
    if repeat.count_max is not None and repeat.count_max != count:
        raise NotUnderstood([f"{place}.countMax: {count or '?'} to {repeat.count_max} is not exact"])
    if count is None:
        return period
    a_day = sum(line.times or 1 for line in next(iter(period.days.values())))
    if reach.start is None or not reach.sure:
        raise NotUnderstood([f"{place}.count: {count} from a start that is not said"])
    if (repeat.frequency or a_day) % a_day:
        raise NotUnderstood([f"{place}.count: {count}, of each moment or of all together"])
    if count < 1 or count % a_day:
        raise NotUnderstood([f"{place}.count: {count} does not end with a day of {a_day}"])
    rounds, more = divmod(count // a_day - 1, len(period.days))
    days = rounds * period.repeat_days + sorted(period.days)[more] - 1
    if days > (LAST - period.start).days:
        raise NotUnderstood([f"{place}.count: {count} goes on after {LAST}"])
    last = period.start + days * DAY
    return replace(period, end=last if period.end is None else min(last, period.end))


def in_sequence(parts: Sequence[tuple[int | None, Period]]) -> bool:
    """Whether parts of different numbers follow each other by their own dates. Of one number, or of none, all are at
    the same time (HL7)."""
    numbers = {number for number, _ in parts}
    if len(numbers) < 2:
        return True
    if None in numbers:
        return False
    spans = [[p for number, p in parts if number == n] for n in sorted(n for n in numbers if n is not None)]
    return all(
        sooner.end is not None and sooner.end < later.start
        for before, after in pairwise(spans)
        for sooner in before
        for later in after
    )
