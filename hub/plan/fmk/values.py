"""What FMK allows of a value, in JSON and XML alike (bounds are its schemas', 2015/06/01 and 2022/01/01), and what must
hold across the doses of a day and the periods of a dosage."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any, TypeVar

from msgspec.structs import replace

from hub.domain.plan import DayDose, Dosage, Period
from hub.plan.fhir.values import FMK_START
from hub.plan.numbers import DIGITS, plain
from hub.plan.reasons import NotUnderstood

MOST = Decimal("999999999.999999999")  # of any unit in one dose
MOST_PERIODS = 10  # 100 in 1.6.0
MOST_REPEAT = 365  # days
MOST_DAY = 99_999  # FMK has no bound for a day's number
NOTE, FREE_TEXT, UNIT = 100, 400, 50  # characters
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Out = TypeVar("Out")


def gathered(read: Callable[..., Out], items: Iterable[tuple[Any, ...]]) -> list[Out]:
    """`read(*item)` for every item; NotUnderstood with the reasons of all that are not."""
    results: list[Out] = []
    reasons: list[str] = []
    for item in items:
        try:
            results.append(read(*item))
        except NotUnderstood as error:
            reasons += error.reasons
    if reasons:
        raise NotUnderstood(reasons)
    return results


def placed(items: Iterable[Any], place: str) -> Iterator[tuple[Any, str]]:
    """The items of a list, each with its place."""
    return ((item, f"{place}[{i}]") for i, item in enumerate(items))


def quantity_of(value: object, place: str) -> Decimal:
    """The number in a dose, exactly as written, without trailing zeros or exponent. FMK has 0: nothing is taken."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotUnderstood([f"{place}: is not a number"])
    number = Decimal(value)
    if not (number.is_finite() and 0 <= number <= MOST):
        raise NotUnderstood([f"{place}: must be at least 0 and at most {MOST}"])
    if not number:
        return Decimal(0)
    if number.adjusted() < -DIGITS or number != round(number, DIGITS):
        raise NotUnderstood([f"{place}: has more than {DIGITS} decimals"])
    return plain(number)


def date_of(text: str, place: str) -> date:
    """A date as FMK writes it: 2026-03-12, none before 2000."""
    if not _DATE.fullmatch(text):
        raise NotUnderstood([f'{place}: "{text[:40]}" is not a date'])
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood([f'{place}: "{text}" is no date there is']) from None
    if day < FMK_START:
        raise NotUnderstood([f"{place}: {day} is before {FMK_START}"])
    return day


def in_order(start: date | None, end: date | None, place: str) -> None:
    if start and end and end < start:
        raise NotUnderstood([f"{place}: ends {end}, before it starts {start}"])


def text_of(text: str, most: int, place: str) -> str:
    """Some text, word for word."""
    if not text.strip() or len(text) > most:
        raise NotUnderstood([f"{place}: must be 1-{most} characters, is {len(text) if text.strip() else 'empty'}"])
    return text


def lines_of(doses: Iterable[DayDose]) -> tuple[DayDose, ...]:
    """A day's lines: equal doses without a moment are one, so many times a day, where the first of them stands."""
    doses = tuple(doses)
    left = Counter(d for d in doses if d.times)
    # A dose of `times` that is no longer in `left` was counted with the first of its kind.
    return tuple(replace(d, times=left.pop(d)) if d.times else d for d in doses if not d.times or d in left)


def dosage_of(
    periods: Iterable[tuple[Period, str]], unit: tuple[str, str], start: date | None = None, end: date | None = None
) -> Dosage:
    """The dosage of some periods, each with its place; NotUnderstood where they cannot be one."""
    periods = list(periods)
    reasons = [reason for period, place in periods for reason in _beyond(period, place)]
    if reasons:
        raise NotUnderstood(reasons)
    return Dosage(tuple(period for period, _ in periods), *unit, start=start, end=end)


def _beyond(period: Period, place: str) -> Iterator[str]:
    """A day after the last of an interval would be another day of the next one. Where there is no next one, it is like
    any day after the end: FMK leaves those standing when an end is moved, and they never come."""
    once = period.end is not None and (period.end - period.start).days < period.repeat_days
    for day in period.days if period.repeat_days and not once else ():
        if day > period.repeat_days:
            yield f"{place}: day {day} is beyond the interval of {period.repeat_days} days"


def in_parallel(dosage: Dosage) -> tuple[str, ...]:
    """What FMK does not allow side by side: more than two periods at a time, one fixed and one as needed. An empty one
    may stand beside the other kind. It can be read and told, not given: which of the two holds is not said."""
    return tuple(_parallel([(period, f"period {n}") for n, period in enumerate(dosage.periods, 1)]))


def _parallel(periods: list[tuple[Period, str]]) -> Iterator[str]:
    kinds = {name: _kinds(period) for period, name in periods}
    every = frozenset[str]().union(*kinds.values())
    for (a, one), (b, other) in combinations(periods, 2):
        both, either = kinds[one] & kinds[other], kinds[one] | kinds[other]
        if both and _meet(a, b):
            yield f"dosage: {other} is {' and '.join(sorted(both))}, and so is {one} at the same time"
        elif either and either == every and not (kinds[one] and kinds[other]) and _meet(a, b):
            yield f"dosage: of {one} and {other}, at the same time, one says what to take and the other to take nothing"
    for period, name in periods:
        if sum(_runs(other, period.start) for other, _ in periods) > 2:
            yield f"dosage: more than two periods run when {name} begins"


def _kinds(period: Period) -> frozenset[str]:
    lines = [d for day in period.days.values() for d in day if d.quantity or d.quantity_max]
    return frozenset("as needed" if d.as_needed else "fixed" for d in lines)


def _meet(a: Period, b: Period) -> bool:
    return _runs(a, b.start) or _runs(b, a.start)


def _runs(period: Period, day: date) -> bool:
    return period.start <= day and (period.end is None or day <= period.end)
