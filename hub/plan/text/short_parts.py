"""Rules of the short dosage text for doses in the parts of the day: "1 tablet morgen, middag og aften".

A part said twice is in none of them: only the first of the two would be told.
"""

from collections.abc import Iterable

from hub.domain.plan import DayDose
from hub.plan.text.course import Course, Day
from hub.plan.text.short_words import as_needed_daily, both_sides, dose_words, half, is_weekly, note_words, weekdays
from hub.plan.text.words import PARTS, listed, moment_words, phrase

ORDER = (None, *PARTS)


def parts_both_sides(c: Course) -> str | None:
    if not c.is_daily or not c.days[0].parts_only or not c.fixed_only or not c.days[0].one_quantity:
        return None
    first, *rest = _in_order(c.doses)
    both = both_sides(c)
    return f"{listed([half(c, first), *map(moment_words, rest)])} {both}" if both else None


def parts_daily(c: Course) -> str | None:
    return parts(c) + note_words(c.note) if c.is_daily and c.days[0].parts_only else None


def parts_weekly(c: Course) -> str | None:
    if not is_weekly(c) or not c.days[0].parts_only:
        return None
    return f"{parts(c)} {weekdays(c)} hver uge{note_words(c.note)}"


def parts_some_days(c: Course) -> str | None:
    """The same on some days on end, and then no more."""
    ends = c.same_day or (not c.repeat_days and len(c.days) > 1)
    if not ends or not c.consecutive or not c.days_same or not c.days[0].parts_only:
        return None
    count = len(c.days)
    return f"{parts(c)} i {count} {'dag' if count == 1 else 'dage'}{note_words(c.note)}"


def parts_and_as_needed(c: Course) -> str | None:
    """In the parts of the day, and besides as needed."""
    if not c.is_daily or c.fixed_only or c.days[0].has_clock or not c.days[0].has_part:
        return None
    fixed = Day(1, tuple(d for d in c.doses if d.part is not None))
    if not fixed.parts_only or not all(d.as_needed for d in c.doses if d.part is None):
        return None
    items = _each_part(c, fixed.doses, once=c.days[0].one_quantity)
    return f"{listed(items)}{note_words(c.note)}, samt {as_needed_daily(c)}"


def parts(c: Course) -> str:
    """The first day's parts; where some are as needed and some are not, each in full."""
    day = c.days[0]
    mixed = not (day.as_needed_only or day.fixed_only)
    items = _each_part(c, day.doses, once=day.one_quantity and not mixed)
    return ", ".join(items) if mixed else listed(items)


def _each_part(c: Course, doses: Iterable[DayDose], once: bool) -> list[str]:
    """In the order of the day, the quantity said `once` or with each."""
    words = []
    for i, dose in enumerate(_in_order(doses)):
        part = moment_words(dose) if once and i else dose_words(c, dose)
        words.append(phrase(part, "efter behov" if dose.as_needed else ""))
    return words


def _in_order(doses: Iterable[DayDose]) -> list[DayDose]:
    return sorted(doses, key=lambda d: ORDER.index(d.part))
