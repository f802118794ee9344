"""FMK's short dosage text of one period, where a rule says the period whole.

The rules are tried in order; the first whose text is short enough counts. Each stands in docs/dosage-text.md with an
example.
"""

from collections.abc import Callable, Iterator

from hub.plan.text.course import Course, is_unlimited
from hub.plan.text.short_parts import (
    parts,
    parts_and_as_needed,
    parts_both_sides,
    parts_daily,
    parts_some_days,
    parts_weekly,
)
from hub.plan.text.short_repeated import some_weeks_then_a_pause, then_a_pause, times_repeated, times_weekly
from hub.plan.text.short_words import as_needed_daily, both_sides, half, note_words, one_dose, spell, times
from hub.plan.text.words import listed, phrase


def course_text(c: Course, most: int) -> str | None:
    """The short text of one period, of at most `most` characters; None where no rule has one."""
    return next((text for text in _texts(c) if len(text) <= most), None)


def has_text(c: Course) -> bool:
    """Whether a rule says the period, however long that becomes."""
    return any(True for _ in _texts(c))


def _texts(c: Course) -> Iterator[str]:
    """No rule says that there is nothing to take."""
    if c.days and all(day.doses for day in c.days):
        yield from (text for rule in RULES if (text := rule(c)) is not None)


def _times_both_sides(c: Course) -> str | None:
    if not c.is_daily or not c.fixed_only or not c.doses_same or c.days[0].has_clock or not (both := both_sides(c)):
        return None
    many = len(c.days[0].doses) > 1
    return phrase(half(c, next(c.doses)), times(c) if many else "", "daglig") + note_words(both)


def _once(c: Course) -> str | None:
    if not c.once or not c.is_one_dose or not c.fixed_only or c.days[0].has_part:
        return None
    if c.days[0].number != 0 and not (c.days[0].number == 1 and c.same_day):
        return None
    return one_dose(c) + note_words(c.note)


def _limited(c: Course) -> str | None:
    """The same so many days on end."""
    if not (c.once and c.consecutive and c.days_same and c.doses_same) or c.days[0].has_part:
        return None
    days = len(c.days)
    how_long = f"daglig i {spell(days, '1 uge', 'uger', 'dage')}" if days > 1 else ""
    need = "efter behov" if c.as_needed_only else ""
    return phrase(one_dose(c), need, times(c), how_long) + note_words(c.note)


def _on_days(c: Course) -> str | None:
    if not c.once or len(c.days) < 2 or not (c.days_same and c.doses_same and c.fixed_only) or c.days[0].has_clock:
        return None
    if c.days[0].has_part and not c.days[0].parts_only:
        return None
    doses = parts(c) if c.days[0].has_part else f"{one_dose(c)} {times(c)} daglig"
    return f"{doses} dag {listed([str(day.number) for day in c.days])}{note_words(c.note)}"


def _as_needed(c: Course) -> str | None:
    if not c.is_one_dose or not c.as_needed_only or not (c.once or is_unlimited(next(c.doses))):
        return None
    return f"{one_dose(c)} efter behov{note_words(c.note)}"


def _as_needed_daily(c: Course) -> str | None:
    return as_needed_daily(c) if c.is_daily and c.as_needed_only and c.doses_same else None


def _some_as_needed(c: Course) -> str | None:
    """So many times a day, and some more as needed."""
    if c.repeat_days != 1 or len(c.days) != 1 or c.fixed_only or c.as_needed_only:
        return None
    (day,) = c.days
    if not day.one_quantity or day.has_part or day.has_clock:
        return None
    fixed = sum(not d.as_needed for d in day.doses)
    return f"{one_dose(c)} {fixed}-{len(day.doses)} gange daglig{note_words(c.note)}"


RULES: tuple[Callable[[Course], str | None], ...] = (
    parts_both_sides,
    parts_daily,
    parts_weekly,
    _times_both_sides,
    times_repeated,
    _once,
    parts_some_days,
    _as_needed,
    _limited,
    _as_needed_daily,
    times_weekly,
    _some_as_needed,
    parts_and_as_needed,
    _on_days,
    then_a_pause,
    some_weeks_then_a_pause,
)
