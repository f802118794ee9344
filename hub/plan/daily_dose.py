"""FMK's average daily dose of a dosage, where it has one, and its dosage type."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from hub.domain.plan import Dosage
from hub.plan.numbers import DIGITS, plain
from hub.plan.text.course import Course, courses_of

STEP = Decimal(1).scaleb(-DIGITS)
A_DAY = timedelta(days=1)


class Amount(Struct, frozen=True):
    """So much of a dosage's unit; `low` and `high` differ where a dose is min–max."""

    low: Decimal
    high: Decimal


class DosageType(StrEnum):
    """FMK's dosage types since 1.4.4."""

    FIXED = "Fixed"
    ACCORDING_TO_NEED = "AccordingToNeed"
    COMBINED = "Combined"
    UNSPECIFIED = "Unspecified"  # free text, or a schema kept elsewhere


def daily_dose(dosage: Dosage) -> Amount | None:
    """The average a day in the dosage's unit, to nine decimals (halves up); None where FMK gives none.

    There is one for a single period with no dose as needed and no day 0. One that does not repeat, or ends before it
    would, has one only where all its days are alike: their sum over the days up to the last.
    """
    courses = courses_of(dosage)
    if len(courses) != 1 or not courses[0].days:
        return None
    (c,) = courses
    if not c.fixed_only or any(day.number == 0 for day in c.days) or (c.once and not c.days_same):
        return None
    days = c.days[-1].number if c.once else c.repeat_days
    low = sum((d.quantity for d in c.doses), Decimal(0))
    high = sum((d.quantity if d.quantity_max is None else d.quantity_max for d in c.doses), Decimal(0))
    return Amount(rounded(low / days), rounded(high / days))


def rounded(number: Decimal) -> Decimal:
    """To FMK's nine decimals, without trailing zeros."""
    return plain(number.quantize(STEP, ROUND_HALF_UP))


def dosage_type(dosage: Dosage) -> DosageType:
    """Fixed, as needed or both. A period without doses is of the kind it joins on to; one that joins on to none is of
    the other kind."""
    if dosage.free_text or dosage.by_schema:
        return DosageType.UNSPECIFIED
    courses = courses_of(dosage)
    kinds = {_kind(c) for c in courses if c.days}
    if len(kinds) > 1 or DosageType.COMBINED in kinds:
        return DosageType.COMBINED
    empty = [c for c in courses if not any(d.quantity or d.quantity_max is not None for d in c.doses)]
    known = [c for c in courses if c not in empty]
    if not known:
        return DosageType.FIXED if courses else DosageType.ACCORDING_TO_NEED
    return kinds.pop() if _all_join(known, empty) else DosageType.COMBINED


def _kind(c: Course) -> DosageType:
    if c.as_needed_only:
        return DosageType.ACCORDING_TO_NEED
    return DosageType.FIXED if c.fixed_only else DosageType.COMBINED


def _all_join(known: list[Course], empty: list[Course]) -> bool:
    """Whether each empty period fills a gap between two others, or comes right before the first or after the last."""
    line = sorted(known, key=lambda c: c.start)
    rest = sorted(empty, key=lambda c: c.start)
    for one, other in list(pairwise(line)):
        fill = next((c for c in rest if _joins(one, c) and _joins(c, other)), None)
        if fill is not None and not _joins(one, other):
            rest.remove(fill)
    for c in rest:
        if _joins(c, line[0]):
            line.insert(0, c)
        elif _joins(line[-1], c):
            line.append(c)
        else:
            return False
    return True


def _joins(one: Course, other: Course) -> bool:
    return one.end is not None and one.end + A_DAY == other.start
