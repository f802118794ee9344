"""What the rules of the short dosage text share."""

from hub.domain.plan import DayDose
from hub.plan.numbers import danish
from hub.plan.text.course import Course, is_unlimited
from hub.plan.text.words import WEEKDAYS, listed, moment_words, phrase

BOTH = {"i hvert øje": "i begge øjne", "i hvert øre": "i begge ører", "i hvert næsebor": "i begge næsebor"}


def dose_words(c: Course, dose: DayDose) -> str:
    """1-2 tabletter morgen."""
    return phrase(c.amount(dose, to="-"), moment_words(dose))


def one_dose(c: Course) -> str:
    """The first dose, for all where they are alike."""
    return dose_words(c, next(c.doses))


def times(c: Course) -> str:
    """How many times on the first day: 1 gang, 3 gange."""
    count = len(c.days[0].doses)
    return f"{count} {'gang' if count == 1 else 'gange'}"


def note_words(*notes: str) -> str:
    """What is told beside the dose, each thing once."""
    return "".join(f".\nBemærk: {note}" for note in dict.fromkeys(notes) if note)


def spell(count: int, week: str, weeks: str, days: str) -> str:
    """A number of days, in weeks where they are whole: 1 uge, 2 uger, 10 dage."""
    if count % 7 == 0:
        return week if count == 7 else f"{count // 7} {weeks}"
    return f"{count} {days}"


def weekdays(c: Course) -> str:
    """The days' weekdays, Monday first."""
    return listed([WEEKDAYS[i] for i in sorted(c.date_of(day).weekday() for day in c.days)])


def is_weekly(c: Course) -> bool:
    """The same fixed doses on some weekdays of every week."""
    days = c.days[0].number > 0 and c.days[-1].number <= 7 and len(c.days) <= 7
    return c.repeat_days == 7 and not c.same_day and days and c.days_same and c.fixed_only


def as_needed_daily(c: Course) -> str:
    """The doses as needed, alone, whatever stands beside them."""
    needed = [d for d in c.doses if d.as_needed]
    most = ", højst 1 gang dagligt" if len(needed) == 1 else f", højst {len(needed)} gange daglig"
    return f"{dose_words(c, needed[0])} efter behov{'' if any(map(is_unlimited, needed)) else most}{note_words(c.note)}"


def both_sides(c: Course) -> str:
    """i begge øjne, where the note says that half of the dose is for each."""
    dose = next(c.doses)
    if dose.quantity_max is not None or not dose.quantity or dose.quantity % 2:
        return ""
    each = danish(dose.quantity / 2)
    return next((both for side, both in BOTH.items() if c.note in (f"{each} {side}", f", {each} {side}")), "")


def half(c: Course, dose: DayDose) -> str:
    """Half the dose: what is for one side."""
    return phrase(c.counted(dose.quantity / 2), moment_words(dose))
