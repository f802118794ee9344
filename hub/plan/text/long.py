"""FMK's long dosage text of one period: when, then the doses a line a day, then what is told beside them.

The shapes are tried in order; which says what, with an example each, stands in docs/dosage-text.md.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from hub.domain.plan import DayDose, PartOfDay
from hub.plan.text.course import Course, Day, is_unlimited
from hub.plan.text.words import date_words, duration_words, listed, moment_words, phrase

NOTHING = "Bemærk: skal ikke anvendes i denne periode!"
WEEK = timedelta(days=7)
_LEADING_COMMA = re.compile(r"^, *")  # FMK's cards have notes that go on from the dose: ", tages med vand"
# Where a part of the day stands among clock times: just after 3:00, 9:00, 15:00, 21:00. No moment at all comes first.
PART_HOURS = {PartOfDay.MORNING: 3, PartOfDay.NOON: 9, PartOfDay.EVENING: 15, PartOfDay.NIGHT: 21}


def course_text(c: Course) -> str:
    """The long text of one period."""
    if not c.days:
        return f"{_span(c)}:\n{NOTHING}"
    text = next(text for shape in SHAPES if (text := shape(c)) is not None)
    note = _LEADING_COMMA.sub("", c.note)
    return "\n".join([text, *_limits(c), *([f"Bemærk: {note}"] if note else [])])


def _limits(c: Course) -> Iterator[str]:
    """What FMK 1.6.0 bounds a period by. The older texts have no words for it; left out, too much might be taken."""
    if c.daily_max is not None:
        yield f"Højst {c.counted(c.daily_max)} dagligt"
    if c.interval_min is not None:
        yield f"Mindst {duration_words(c.interval_min)} imellem doser"


def span_words(start: date | None, end: date | None) -> str:
    """Dosering kun d. … · fra d. … · til d. …, or nothing where nothing bounds it."""
    if start is None:
        return f"Dosering til d. {date_words(end)}" if end else ""
    if start == end:
        return f"Dosering kun d. {date_words(start)}"
    return f"Dosering fra d. {date_words(start)}" + (f" til d. {date_words(end)}" if end else "")


def _daily(c: Course) -> str | None:
    if not c.is_daily or c.same_day:
        return None
    (day,) = c.days
    if len(day.doses) == 1 and day.has_part:  # "hver morgen"
        return f"{_span(c)}:\n{_dose(c, day.doses[0], every='hver')}"
    return f"{_span(c)}:\n{_days(c)}"


def _every_second_day(c: Course) -> str | None:
    if c.repeat_days != 2 or c.same_day or len(c.days) != 1 or c.days[0].number not in (1, 2):
        return None
    (day,) = c.days
    text = f"Dag 2: {_doses(c, day, labelled=True)}" if day.number == 2 else _doses(c, day, labelled=False)
    if c.as_needed_only and not day.has_plain:
        joint = ", "
    else:
        joint = " - " if len(day.doses) > 1 else " "
    return f"{_span(c)}:\n{text}{joint}hver 2. dag"


def _weekly(c: Course) -> str | None:
    days = c.days[0].number > 0 and c.days[-1].number <= 7 and len(c.days) <= 7
    if c.repeat_days != 7 or c.same_day or not days:
        return None
    c = replace(c, days=tuple(sorted((d for d in c.days if d.doses), key=lambda d: c.date_of(d).weekday())))
    repeats = c.fixed_only and (c.end is None or c.end - c.start > WEEK)
    lines = [_doses(c, day, labelled=True, name=f"{c.weekday(day).capitalize()}: ") for day in c.days]
    return f"{_span(c)}{' - gentages hver uge' if repeats else ''}:\n" + "\n".join(lines)


def _every_nth_week(c: Course) -> str | None:
    """One dose on a weekday of every second, third, … week."""
    weeks, beside = divmod(c.repeat_days, 7)
    if weeks < 2 or beside or c.same_day or not c.is_one_dose or c.days[0].number > 7:
        return None
    (day,) = c.days
    line = _doses(c, day, labelled=True, name=f"{c.weekday(day)}: ")
    return f"{_span(c)}{_repeated(c) if c.fixed_only else ''}:\nHver {weeks}. {line}"


def _every_nth_day(c: Course) -> str | None:
    if c.repeat_days <= 2 or c.repeat_days == 7 or not c.is_one_dose or c.days[0].number != 1:
        return None
    dose = next(c.doses)
    if is_unlimited(dose) or (c.once and not dose.as_needed):
        return None
    most = ", højst 1 gang dagligt" if dose.as_needed else ""
    return f"{_span(c)}:\n{_dose(c, dose)}{most} hver {c.repeat_days}. dag{_postfix(c)}"


def _on_one_day(c: Course) -> str | None:
    """One day's doses in a period that does not repeat; one dose as needed is no such: it is for the whole period."""
    if not c.once or c.same_day or len(c.days) != 1 or c.days[0].number == 0 or _is_whenever(c, c.days[0]):
        return None
    day = c.date_of(c.days[0])
    return f"{span_words(day, day)}:\n{_days(c)}"


def _day_by_day(c: Course) -> str:
    repeats = not c.once and not c.same_day and c.repeat_days > 1
    return f"{_span(c)}{_repeated(c) if repeats else ''}:\n{_days(c)}"


SHAPES: tuple[Callable[[Course], str | None], ...] = (
    _daily, _every_second_day, _weekly, _every_nth_week, _every_nth_day, _on_one_day, _day_by_day,
)  # fmt: skip


def _span(c: Course) -> str:
    return span_words(c.start, c.end)


def _repeated(c: Course) -> str:
    return f" - gentages hver {c.repeat_days}. dag"


def _postfix(c: Course) -> str:
    return f" {c.postfix}" if c.postfix else ""


def _days(c: Course) -> str:
    lines = []
    for day in c.days:
        label = _label(c, day) if len(c.days) > 1 or len(c.days) < c.repeat_days else ""
        lines.append(label + _doses(c, day, labelled=bool(label)))
    return "\n".join(lines)


def _label(c: Course, day: Day) -> str:
    """Which day a line is of, where there are several, or fewer than days to a repetition."""
    if day.number == 0:
        return "" if day.as_needed_only else "Dag ikke angivet: "
    if c.repeat_days == 1:
        return ""
    if c.once:
        return f"{c.weekday(day).capitalize()} d. {date_words(c.date_of(day))}: "
    return f"Dag {day.number}: "


def _doses(c: Course, day: Day, labelled: bool, name: str = "") -> str:
    """A day's doses in one line; `name` stands before the first.

    One dose and then several alike are two lines joined: FMK's text says `name` and "hver dag" for both.
    """
    first, rest, count = day.doses[:1], replace(day, doses=day.doses[1:]), len(day.doses)
    if day.all_same:
        text = name + _dose(c, first[0]) + _times(day)
    elif count > 2 and rest.all_same:
        text = f"{name}{_dose(c, first[0])} og {_doses(c, rest, labelled=False, name=name)}"
    else:
        text = name + listed([_dose(c, dose) for dose in sorted(day.doses, key=_place)])
    return text + _how_often(c, day, labelled) + _postfix(c)


def _dose(c: Course, dose: DayDose, every: str = "") -> str:
    return phrase(c.amount(dose, to=" - "), every, moment_words(dose), "efter behov" if dose.as_needed else "")


def _place(dose: DayDose) -> tuple[int, int]:
    if dose.part is not None:
        return PART_HOURS[dose.part] * 60, 1
    return (dose.at.hour * 60 + dose.at.minute, 0) if dose.at is not None else (-1, 0)


def _times(day: Day) -> str:
    """3 gange · højst 3 gange dagligt."""
    count = len(day.doses)
    if count == 1:
        return ""
    return f", højst {count} gange dagligt" if day.as_needed_only and day.number else f" {count} gange"


def _how_often(c: Course, day: Day, labelled: bool) -> str:
    """hver dag · højst 1 gang dagligt · højst 1 gang om ugen."""
    if day.as_needed_only and day.has_plain:
        return _at_most(c, day, labelled)
    if labelled or c.repeat_days != 1 or day.as_needed_only or c.same_day:
        return ""
    return " - hver dag" if day.has_part or day.has_clock else " hver dag"


def _at_most(c: Course, day: Day, labelled: bool) -> str:
    if is_unlimited(day.doses[0]) or _is_whenever(c, day):
        return ""
    if day.number or c.repeat_days == 1:
        if len(day.doses) == 1:
            return ", højst 1 gang dagligt"
        return " - hver dag" if c.repeat_days == 1 and not labelled and not day.all_same else ""
    if c.repeat_days == 7:
        return ", højst 1 gang om ugen"
    return f", højst 1 gang hver {c.repeat_days}. dag" if c.repeat_days > 1 else ""


def _is_whenever(c: Course, day: Day) -> bool:
    """FMK: one dose as needed, said once of a period that does not repeat, is as often as wanted."""
    return c.once and c.is_one_dose and day.number <= 1 and day.as_needed_only and day.has_plain
