"""FHIR's Timing.repeat as lines of days and moments: what is exact is read, the rest is not understood."""

from datetime import date, time
from decimal import Decimal

from hub.domain.plan import DayDose, PartOfDay, Period
from hub.plan.fhir import Repeat
from hub.plan.reasons import NotUnderstood

PARTS = {"MORN": PartOfDay.MORNING, "NOON": PartOfDay.NOON, "EVE": PartOfDay.EVENING, "NIGHT": PartOfDay.NIGHT}
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
FMK_START = date(2000, 1, 1)  # FMK has no earlier start; where none is given the dosage has begun
EVERY_DAY = frozenset(range(7))


def period_of(start: date, end: date | None, weekdays: frozenset[int], doses: tuple[DayDose, ...]) -> Period:
    """FMK's structure of doses on these weekdays (0 is Monday): day 1 is the start date."""
    if weekdays == EVERY_DAY:
        return Period(start, {1: doses}, end, 1)
    days = {(weekday - start.weekday()) % 7 + 1: doses for weekday in weekdays}
    return Period(start, dict(sorted(days.items())), end, 7)


def weekdays_of(repeat: Repeat, place: str) -> frozenset[int]:
    """The weekdays, where the repeat says days exactly."""
    unknown = [d for d in repeat.day_of_week if d not in WEEKDAYS]
    if unknown:
        raise NotUnderstood([f'{place}.dayOfWeek: "{unknown[0][:20]}"'])
    if _is_one(repeat.period) and repeat.period_unit == "d":
        return frozenset(WEEKDAYS[d] for d in repeat.day_of_week) or EVERY_DAY
    if _is_one(repeat.period) and repeat.period_unit == "wk" and repeat.day_of_week:
        return frozenset(WEEKDAYS[d] for d in repeat.day_of_week)
    every = f"every {repeat.period} {repeat.period_unit}".replace("None ", "?")
    raise NotUnderstood([f"{place}: {every}, without saying on which days"])


def moments_of(
    repeat: Repeat, weekdays: frozenset[int], quantity: Decimal, most: Decimal | None, place: str
) -> tuple[DayDose, ...]:
    """The moments of one day. `frequency` beside moments must not say something else than they do."""
    if repeat.when and repeat.time_of_day:
        raise NotUnderstood([f"{place}: both when and timeOfDay"])
    moments = len(repeat.when) + len(repeat.time_of_day)
    days = len(weekdays) if repeat.period_unit == "wk" else 1
    if repeat.frequency not in ({days, days * moments} if moments else {repeat.frequency // days * days}):
        raise NotUnderstood([f"{place}.frequency: {repeat.frequency} does not fit the moments"])
    if repeat.when:
        return tuple(DayDose(quantity, most, part=_part(code, place)) for code in repeat.when)
    if repeat.time_of_day:
        return tuple(DayDose(quantity, most, at=_clock(text, place)) for text in repeat.time_of_day)
    if repeat.frequency < 1:
        raise NotUnderstood([f"{place}.frequency: {repeat.frequency}"])
    return (DayDose(quantity, most, times=repeat.frequency // days),)


def _is_one(period: object) -> bool:
    return isinstance(period, int | Decimal) and not isinstance(period, bool) and period == 1


def _part(code: str, place: str) -> PartOfDay:
    if code not in PARTS:
        raise NotUnderstood([f'{place}.when: "{code[:20]}"'])
    return PARTS[code]


def _clock(text: str, place: str) -> time:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        at = time(0, 0, 1)
    if len(text) != len("08:00:00") or at.tzinfo or at.second:
        raise NotUnderstood([f'{place}.timeOfDay: "{text[:20]}" is not a clock time in whole minutes'])
    return at
