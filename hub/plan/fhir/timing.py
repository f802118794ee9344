"""FHIR's Timing.repeat as FMK's days and moments: what is exact is read, the rest is not understood, with the reason.

FHIR says how often, and not always when. The days of "every 2 days" are counted from the start date: Danish
FMK-to-FHIR practice writes FMK's iteration interval so, and FMK's day 1 is the start date. Fixed doses so many hours
apart are not read: from which moment is not said, and rounds (8, 12, 18, 22) do not keep hours apart.
"""

import re
from datetime import date, time

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import DayDose, PartOfDay
from hub.plan.fhir.dose import Amount
from hub.plan.fhir.elements import Repeat
from hub.plan.fhir.repeat import bare
from hub.plan.fhir.values import FMK_START, spoken, whole
from hub.plan.reasons import NotUnderstood

WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
PARTS = {"MORN": PartOfDay.MORNING, "NOON": PartOfDay.NOON, "EVE": PartOfDay.EVENING, "NIGHT": PartOfDay.NIGHT}
MOST_DAYS = 365  # FMK's longest iteration interval
DAY_MIN = 24 * 60

# The other codes of R4's EventTiming, and why no round of FMK's is theirs.
_FINER = "a part of the day that FMK's rounds do not have"
_SLEEP = "by the citizen's sleep, which has no clock time"
_MEAL = "by a meal, which has no clock time"
EVENTS = {
    **dict.fromkeys(("MORN.early", "MORN.late", "AFT", "AFT.early", "AFT.late", "EVE.early", "EVE.late"), _FINER),
    **dict.fromkeys(("PHS", "HS", "WAKE"), _SLEEP),
    **dict.fromkeys(("C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV"), _MEAL),
}
_ODD = {
    **dict.fromkeys(("s", "min", "h"), "from a moment that is not said"),
    **dict.fromkeys(("mo", "a"), "which is not always as long"),
}
_MINUTES = {"min": 1, "h": 60}
_CLOCK = re.compile(r"\d\d:\d\d:00(\.0+)?", re.ASCII)


class Rhythm(Struct, frozen=True):
    """The doses of a period's days: on which of FMK's numbers, after how many days again (day 1 is the start date)."""

    lines: tuple[DayDose, ...]
    numbers: tuple[int, ...] = (1,)
    repeat_days: int = 1
    interval_min: int | None = None  # least time between two


class _Days(Struct, frozen=True):
    numbers: tuple[int, ...] = (1,)
    repeat_days: int = 1
    together: int = 1  # so many of its days does a frequency count


def rhythm(repeat: Repeat, amount: Amount, start: date | None, place: str) -> Rhythm:
    """Of a dose to be taken. `start` is its first day; None: it has begun, on a day that is not said."""
    for name, least, most in (("frequency", repeat.frequency, repeat.frequency_max),
                              ("period", repeat.period, repeat.period_max)):  # fmt: skip
        if most is not None and most != least:
            raise NotUnderstood([f"{place}.{name}Max: {spoken(least)} to {spoken(most)} is not exact"])
    days = _days(repeat, start, place)
    return Rhythm(_moments(repeat, days, amount, place), days.numbers, days.repeat_days)


def needed_rhythm(repeat: Repeat, amount: Amount, start: date | None, place: str) -> Rhythm:
    """Of a dose as needed: `frequency` (or its max) is the most, a period of hours the least time between two. With
    neither it may be had as often as the citizen wants, where something else says how much on a day."""
    if repeat.count is not None:
        raise NotUnderstood([f"{place}.count: how many are left is not known as needed"])
    as_wanted = (DayDose(amount.quantity, amount.most, as_needed=True),)
    if repeat.period_unit in _MINUTES:
        return Rhythm(as_wanted, interval_min=_least_between(repeat, place))
    if bare(repeat) and amount.daily_max is not None:
        return Rhythm(as_wanted)
    most = repeat.frequency_max
    if most is not None and (most < (repeat.frequency or 1) or repeat.when or repeat.time_of_day):
        raise NotUnderstood([f"{place}.frequencyMax: {most} does not fit"])
    longer = repeat.period_unit in ("d", "wk") and (whole(repeat.period, MOST_DAYS) or 1) > 1
    if longer or repeat.period_max is not None:
        raise NotUnderstood([f"{place}: {_every(repeat)}, as needed: on which days is not said"])
    at_most = replace(repeat, frequency=most or repeat.frequency, frequency_max=None)
    days = _days(at_most, start, place)
    lines = tuple(replace(line, as_needed=True) for line in _moments(at_most, days, amount, place))
    return Rhythm(lines, days.numbers, days.repeat_days)


def _least_between(repeat: Repeat, place: str) -> int:
    """Minutes: "every 4 to 6 hours as needed" is once at a time, and at least 4 hours between two."""
    least = whole(repeat.period, DAY_MIN // _MINUTES[repeat.period_unit])
    most = least if repeat.period_max is None else whole(repeat.period_max, MOST_DAYS * DAY_MIN)
    other = repeat.frequency_max is not None or repeat.day_of_week or repeat.when or repeat.time_of_day
    if least is None or most is None or most < least or repeat.frequency not in (None, 1) or other:
        raise NotUnderstood([f"{place}: {_every(repeat)}, as needed: says no least time between two"])
    return least * _MINUTES[repeat.period_unit]


def _days(repeat: Repeat, start: date | None, place: str) -> _Days:
    weekdays = _weekdays(repeat.day_of_week, place)
    if repeat.period is None and not repeat.period_unit:
        return _every_week(weekdays, start, 1) if _recurs(repeat) else _no_days(repeat, place)
    number, unit = whole(repeat.period, MOST_DAYS), repeat.period_unit
    if unit == "d" and number == 1:
        return _every_week(weekdays, start, 1)
    if unit == "wk" and number == 1 and weekdays:
        return _every_week(weekdays, start, len(weekdays))
    if unit == "d" and number is not None and not weekdays and start is not None:
        return _Days((1,), number)
    if unit == "wk" and number is not None and 7 * number <= MOST_DAYS and weekdays:
        return _every_few_weeks(repeat, number, weekdays, start, place)
    return _no_days(repeat, place)


def _recurs(repeat: Repeat) -> bool:
    """HL7: a clock time comes every day, and a weekday every week, where nothing says how often."""
    return repeat.frequency is None and bool(repeat.time_of_day or (repeat.day_of_week and repeat.when))


def _every_week(weekdays: list[int], start: date | None, together: int) -> _Days:
    """On these weekdays, or on every day. A weekday is the same in every week, whatever day the dosage starts on."""
    if len(weekdays) in (0, 7):
        return _Days(together=together)
    numbers = sorted((weekday - (start or FMK_START).weekday()) % 7 + 1 for weekday in weekdays)
    return _Days(tuple(numbers), 7, together)


def _every_few_weeks(repeat: Repeat, number: int, weekdays: list[int], start: date | None, place: str) -> _Days:
    """The first week is that of the start date: both the seven days from it and the one on the calendar, Monday first,
    must give the same day. Of two weekdays both might be in one week, or one in each."""
    if start is None or len(weekdays) > 1 or weekdays[0] < start.weekday():
        raise NotUnderstood([f"{place}: {_every(repeat)}, without saying in which weeks"])
    return _Days((weekdays[0] - start.weekday() + 1,), 7 * number)


def _no_days(repeat: Repeat, place: str) -> _Days:
    why = _ODD.get(repeat.period_unit, "without saying on which days")
    raise NotUnderstood([f"{place}: {_every(repeat)}, {why}"])


def _every(repeat: Repeat) -> str:
    return f"every {spoken(repeat.period) if repeat.period is not None else '?'} {repeat.period_unit[:10] or '?'}"


def _weekdays(said: tuple[str, ...], place: str) -> list[int]:
    unknown = [d for d in said if d not in WEEKDAYS]
    if unknown:
        raise NotUnderstood([f'{place}.dayOfWeek: "{unknown[0][:20]}"'])
    if len(set(said)) < len(said):
        raise NotUnderstood([f"{place}.dayOfWeek: says a day more than once"])
    return [WEEKDAYS[d] for d in said]


def _moments(repeat: Repeat, days: _Days, amount: Amount, place: str) -> tuple[DayDose, ...]:
    """The moments of one day. `frequency` beside moments must not say something else than they do."""
    if repeat.when and repeat.time_of_day:
        raise NotUnderstood([f"{place}: both when and timeOfDay"])
    dose = DayDose(amount.quantity, amount.most)
    found = [replace(dose, part=_part(code, place)) for code in repeat.when]
    found += [replace(dose, at=_clock(text, place)) for text in repeat.time_of_day]
    frequency = 1 if repeat.frequency is None else repeat.frequency
    if repeat.period is None or _fits(frequency, len(found), days, repeat):
        return tuple(found) or (replace(dose, times=frequency // days.together),)
    raise NotUnderstood([f"{place}.frequency: {frequency} does not fit" + (" the moments" if found else "")])


def _fits(frequency: int, moments: int, days: _Days, repeat: Repeat) -> bool:
    """Whether so often is so many moments on each of the days. Danish practice writes several moments with frequency 1:
    each of them is once. Where several days could share them, only what has one reading does."""
    if repeat.period != 1:
        return frequency == 1
    if not moments:
        return frequency >= 1 and frequency % days.together == 0
    return frequency == days.together * moments or (frequency == days.together and 1 in (days.together, moments))


def _part(code: str, place: str) -> PartOfDay:
    if code not in PARTS:
        raise NotUnderstood([f'{place}.when: "{code[:20]}", {EVENTS.get(code, "which FHIR does not have")}'])
    return PARTS[code]


def _clock(text: str, place: str) -> time:
    try:
        if _CLOCK.fullmatch(text):
            return time.fromisoformat(text[: len("08:00")])
    except ValueError:
        pass
    raise NotUnderstood([f'{place}.timeOfDay: "{text[:20]}" is not a clock time in whole minutes'])
