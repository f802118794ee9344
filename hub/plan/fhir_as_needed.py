"""The as-needed part of a dosage, where it is plain: "1 tablet efter behov, højst 3 gange dagligt".

FMK writes how often at most as a frequency a day (measured in its test data: each such text stands beside that
frequency). All else that is as needed stays outside the box.
"""

from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.domain.plan import AsNeeded
from hub.plan.fhir import DosageElement, Repeat
from hub.plan.fhir_values import amount, span
from hub.plan.reasons import NotUnderstood
from hub.plan.units import unit_words

MOST = range(1, 25)  # times a day, as `AsNeeded.most`


class Needed(Struct, frozen=True):
    """One dose at a time, from `first` to `last`; `unit` for one and for more."""

    as_needed: AsNeeded
    unit: tuple[str, str]
    first: date | None
    last: date | None


def read_as_needed(elements: list[DosageElement], zone: ZoneInfo) -> Needed | None:
    """What the elements say, where it is one, with one quantity, so many times a day at most; else None."""
    if len(elements) != 1 or elements[0].timing is None or len(elements[0].dose_and_rate) != 1:
        return None
    repeat, dose = elements[0].timing.repeat, elements[0].dose_and_rate[0].dose_quantity
    if repeat is None or dose is None or elements[0].dose_and_rate[0].dose_range or not _so_often_a_day(repeat):
        return None
    try:
        first, last = span(repeat.bounds_period, zone, "timing.repeat.boundsPeriod")
        return Needed(AsNeeded(amount(dose, "doseQuantity"), repeat.frequency), unit_words(dose.unit), first, last)
    except NotUnderstood:
        return None


def _so_often_a_day(repeat: Repeat) -> bool:
    """Nothing but "n times a day"."""
    moments = repeat.when or repeat.time_of_day or repeat.day_of_week
    return not moments and repeat.frequency in MOST and repeat.period == 1 and repeat.period_unit == "d"
