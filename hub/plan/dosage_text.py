"""FMK's Danish dosage text, long and short, from a dosage: for screens, lists and relatives.

The rules are those of the national text service, so that the words are those of the citizen's medicine card; where a
plan brings FMK's own text, that is shown instead. They stand in docs/dosage-text.md, with an example each.
"""

from datetime import timedelta

from msgspec.structs import replace

from hub.domain.plan import Dosage
from hub.plan.text import long, short
from hub.plan.text.course import Course, courses_of
from hub.plan.text.short_words import note_words, spell

SHORT = 70  # characters, FMK's bound for a short text
ANY_LENGTH = 10_000
BY_SCHEMA = "Dosering efter skriftlig anvisning"


def long_text(dosage: Dosage) -> str:
    """The whole dosage, period by period, by date; periods as needed after the fixed ones of the same day."""
    if dosage.free_text or dosage.by_schema:
        when = long.span_words(dosage.start, dosage.end)
        said = f'"{dosage.free_text}"' if dosage.free_text else BY_SCHEMA
        return f"{when}:\n{said}" if when else said
    courses = courses_of(dosage)
    fixed = [c for c in courses if not c.as_needed_only]
    needed = [c for c in courses if c.as_needed_only]
    # Two fixed ones of one day are in no valid dosage; the national service has the later in the file first.
    in_order = sorted([*reversed(fixed), *needed], key=lambda c: c.start)
    texts = [long.course_text(c) for c in in_order]
    return texts[0] if len(texts) == 1 else "\n\n".join(texts).strip()


def short_text(dosage: Dosage) -> str | None:
    """The dosage in at most 70 characters, note included; None where it cannot be said whole in so few.

    A least time between doses and a most a day have no short words: with them there is none.
    """
    if dosage.free_text or dosage.by_schema:
        text = dosage.free_text or BY_SCHEMA
        return text if len(text) <= SHORT else None
    if any(p.interval_min is not None or p.daily_max is not None for p in dosage.periods):
        return None
    courses = courses_of(dosage)
    if len(courses) == 1:
        return short.course_text(courses[0], SHORT)
    return _one_then_another(*courses) if len(courses) == 2 else None


def _one_then_another(first: Course, second: Course) -> str | None:
    """Some days of one, then the other; only where they follow each other, in the order given."""
    if not (first.once and first.days and first.fixed_only and second.fixed_only):
        return None
    days = first.days[-1].number
    if (days == 1 and not first.same_day) or second.start < first.start + timedelta(days=days):
        return None
    if not (short.has_text(first) and short.has_text(second)):
        return None
    texts = [short.course_text(replace(c, note=""), ANY_LENGTH) for c in (first, second)]
    one, another = (text or "" for text in texts)
    how_long = f" i {spell(days, '1 uge', 'uger', 'dage')}"
    begun = f"Første dag {one}" if days == 1 else one if how_long in one else one + how_long
    text = f"{begun}, herefter {another}{note_words(first.note, second.note)}"
    return text if len(text) <= SHORT else None
