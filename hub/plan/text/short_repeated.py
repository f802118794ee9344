"""Rules of the short dosage text for one kind of dose that repeats, so many times a day."""

from hub.plan.text.course import Course
from hub.plan.text.short_words import is_weekly, note_words, one_dose, spell, times, weekdays
from hub.plan.text.words import moment_words, phrase

MONTH = 30  # days, as FMK counts one


def times_repeated(c: Course) -> str | None:
    if not c.repeat_days or len(c.days) != 1 or not c.fixed_only or not c.doses_same:
        return None
    if c.once and not c.same_day:
        return None
    return f"{one_dose(c)} {_on_the_day(c) if c.same_day and c.repeat_days > 1 else _repetition(c)}{note_words(c.note)}"


def times_weekly(c: Course) -> str | None:
    if not is_weekly(c) or not c.doses_same or c.days[0].has_part or c.days[0].has_clock:
        return None
    often = f"{times(c)} daglig" if len(c.days[0].doses) > 1 else ""
    return f"{phrase(one_dose(c), often, weekdays(c))} hver uge{note_words(c.note)}"


def then_a_pause(c: Course) -> str | None:
    """Some days on end, then none for the rest of the weeks that repeat."""
    if not _is_alike(c) or not c.consecutive:
        return None
    days, pause = len(c.days), c.repeat_days - len(c.days)
    often = f"{times(c)} daglig" if len(c.days[0].doses) > 1 else "daglig" if c.repeat_days else "1 gang"
    rest = ""
    if pause > 0:
        none = "1 dags" if pause == 1 else spell(pause, "en uges", "ugers", "dages")
        rest = f" i {spell(days, 'en uge', 'uger', 'dage')}, herefter {none} pause"
    return f"{one_dose(c)} {often}{rest}{note_words(c.note)}"


def some_weeks_then_a_pause(c: Course) -> str | None:
    """One weekday in each of some weeks, then none."""
    a_week_each = all(1 <= day.number - 7 * week <= 7 for week, day in enumerate(c.days))
    if not _is_alike(c) or len({c.weekday(day) for day in c.days}) > 1 or len(c.days) < 2 or not a_week_each:
        return None
    weeks, pause = len(c.days), c.repeat_days // 7 - len(c.days)
    often = f"{times(c)} daglig" if len(c.days[0].doses) > 1 else "daglig"
    text = f"{one_dose(c)} {often} {c.weekday(c.days[0])}{note_words(c.note)}"
    if pause <= 0:
        return text
    return f"{text} i de første {weeks} uger, herefter {'1 uges' if pause == 1 else f'{pause} ugers'} pause"


def _is_alike(c: Course) -> bool:
    """Fixed doses, all alike, in a period of whole weeks or that does not repeat."""
    same = c.days_same and c.doses_same and c.fixed_only and not c.days[0].has_clock
    return same and c.repeat_days % 7 == 0 and not c.same_day


def _repetition(c: Course) -> str:
    """1 gang daglig · hver 2. dag · mandag hver uge · 1 gang om måneden · …"""
    every, many = c.repeat_days, len(c.days[0].doses) > 1
    if every == 1:
        return f"{times(c)} daglig" if many or _is_several(c) else "daglig"
    if every == MONTH:
        return f"{times(c)}{' samme dag 1 gang' if many else ''} om måneden"
    if every % MONTH == 0 and not many:
        return f"hver {every // MONTH}. måned"
    if every == 7:
        return phrase(times(c) if many else "", weekdays(c), "hver uge")
    if every % 7 == 0 and not many:
        return f"{weekdays(c)} hver {every // 7}. uge"
    return f"{times(c)} samme dag hver {every}. dag" if many else f"hver {every}. dag"


def _is_several(c: Course) -> bool:
    """More than one of the unit, at no moment: "daglig" alone might be taken as spread over the day."""
    dose = next(c.doses)
    return dose.quantity > 1 and dose.quantity_max is None and not moment_words(dose)


def _on_the_day(c: Course) -> str:
    """Where the period ends on the day it begins, nothing repeats."""
    many = len(c.days[0].doses) > 1
    if c.repeat_days == MONTH:
        return phrase(times(c), "samme dag" if many else "")
    if c.repeat_days == 7:
        return phrase(times(c) if many else "", weekdays(c))
    return weekdays(c) if c.repeat_days % 7 == 0 and not many else times(c)
