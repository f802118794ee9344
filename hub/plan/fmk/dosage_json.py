"""A dosage in FMK's JSON shape, the national text library's, as a `Dosage`: all of it exactly, or not understood."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period
from hub.plan.fhir.values import local_date
from hub.plan.fmk.elements import Dated, DateOrDateTime, Day, Dose, FmkDosage, Structure, Structures, UnitOrUnits
from hub.plan.fmk.values import (
    FREE_TEXT,
    MOST_PERIODS,
    UNIT,
    date_of,
    dosage_of,
    gathered,
    in_order,
    lines_of,
    placed,
    quantity_of,
    text_of,
)
from hub.plan.reasons import NotUnderstood, converted

PARTS = {
    "MorningDoseWrapper": PartOfDay.MORNING,
    "NoonDoseWrapper": PartOfDay.NOON,
    "EveningDoseWrapper": PartOfDay.EVENING,
    "NightDoseWrapper": PartOfDay.NIGHT,
}
DENMARK = ZoneInfo("Europe/Copenhagen")  # an epoch is a midnight there
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONG_NOTE = 1000  # characters; the XML's bound of 100 is not said of the JSON
MOST_VALUES = 20_000  # bounds the work a file can ask for: a year of days with three doses each is 6,000
_NUMBER = re.compile(r"\d{1,80}([,.]\d{1,80})?", re.ASCII)


def read_fmk_json(value: Any, place: str = "$") -> Dosage:
    """The dosage in a value of `hub.plan.jsontext.read_json`; NotUnderstood with every reason and its place.

    Of structures, `start` and `end` are the treatment's where the file gives them: they bound its periods.
    """
    if _too_much(value):
        raise NotUnderstood([f"{place}: says more than {MOST_VALUES} things"])
    said: FmkDosage = converted(value, FmkDosage, place)
    structures, free, schema = said.structures, said.free_text, said.administration_according_to_schema
    if sum(kind is not None for kind in (structures, free, schema)) != 1:
        raise NotUnderstood([f"{place}: must be one of structures, freeText and administrationAccordingToSchema"])
    if isinstance(said.structured, bool) and said.structured != (structures is not None):
        raise NotUnderstood([f"{place}.structured: is {said.structured}"])
    if structures is not None:
        return _structures(structures, f"{place}.structures")
    if free is not None:
        start, end = _span(free, f"{place}.freeText")
        text = text_of(free.text, FREE_TEXT, f"{place}.freeText.text")
        return Dosage((), "", "", free_text=text, start=start, end=end)
    assert schema is not None
    start, end = _span(schema, f"{place}.administrationAccordingToSchema")
    return Dosage((), "", "", by_schema=True, start=start, end=end)


def _too_much(value: Any) -> bool:
    """Whether there is more inside than is worth looking at. What is not read does not count."""
    left, count = [value], 0
    while left and count <= MOST_VALUES:
        item = left.pop()
        count += 1
        if isinstance(item, dict):
            left += (inside for key, inside in item.items() if key != "refToSource")
        elif isinstance(item, list):
            left += item
    return count > MOST_VALUES


def _structures(said: Structures, place: str) -> Dosage:
    inside = f"{place}.structures"
    if not 1 <= len(said.structures) <= MOST_PERIODS:
        raise NotUnderstood([f"{inside}: must have 1-{MOST_PERIODS} periods, has {len(said.structures)}"])
    unit = _unit(said.unit_or_units, f"{place}.unitOrUnits")
    start, end = _span(said, place)
    periods = gathered(_period, placed(said.structures, inside))
    return dosage_of(placed(periods, inside), unit, start, end)


def _unit(said: UnitOrUnits, place: str) -> tuple[str, str]:
    """One, and more. A single word is used for both."""
    words = [word for word in (said.unit, said.unit_singular, said.unit_plural) if word]
    if len(words) != (1 if said.unit else 2):
        raise NotUnderstood([f"{place}: must be unit, or unitSingular and unitPlural"])
    one, more = (text_of(word, UNIT, place) for word in (words[0], words[-1]))
    return one, more


def _period(said: Structure, place: str) -> Period:
    start, end = _span(said, place)
    if start is None:
        raise NotUnderstood([f"{place}.startDate: missing"])
    days = gathered(_day, placed(said.days, f"{place}.days"))
    if len(dict(days)) != len(days):
        raise NotUnderstood([f"{place}.days: a day is there twice"])
    note = text_of(said.suppl_text, LONG_NOTE, f"{place}.supplText") if said.suppl_text else ""
    postfix = said.dosage_period_postfix or ""
    return Period(start, dict(days), end, said.iteration_interval, note, postfix=postfix)


def _day(said: Day, place: str) -> tuple[int, tuple[DayDose, ...]]:
    _agrees(said, place)
    return said.day_number, lines_of(gathered(_dose, placed(said.all_doses, f"{place}.allDoses")))


def _agrees(said: Day, place: str) -> None:
    """What is said twice of a day must be said alike, or neither can be believed."""
    kinds = [dose.type for dose in said.all_doses]
    counts = (
        ("numberOfDoses", said.number_of_doses, len(kinds)),
        ("numberOfPlainDoses", said.number_of_plain_doses, kinds.count("PlainDoseWrapper")),
        ("numberOfAccordingToNeedDoses", said.number_of_according_to_need_doses,
         sum(dose.is_according_to_need for dose in said.all_doses)),
    )  # fmt: skip
    reasons = [f"{place}.{name}: is {n}, and there are {found}" for name, n, found in counts if n not in (None, found)]
    again = [*said.plain_doses, *said.according_to_need_doses]
    again += [d for d in (said.morning_dose, said.noon_dose, said.evening_dose, said.night_dose) if d is not None]
    if any(dose not in said.all_doses for dose in again):
        reasons.append(f"{place}: has a dose that is not in allDoses")
    if reasons:
        raise NotUnderstood(reasons)


def _dose(said: Dose, place: str) -> DayDose:
    least, most = _quantities(said, place)
    if (said.type == "TimedDoseWrapper") != (said.time is not None):
        raise NotUnderstood([f"{place}.time: belongs to a TimedDoseWrapper, and only there"])
    at = time(said.time.hour, said.time.minute, said.time.second) if said.time else None
    times = 1 if said.type == "PlainDoseWrapper" else None
    return DayDose(least, most, PARTS.get(said.type), at, times, said.is_according_to_need)


def _quantities(said: Dose, place: str) -> tuple[Decimal, Decimal | None]:
    names = ("doseQuantity", "minimalDoseQuantity", "maximalDoseQuantity")
    values = (said.dose_quantity, said.minimal_dose_quantity, said.maximal_dose_quantity)
    texts = (said.dose_quantity_string, said.minimal_dose_quantity_string, said.maximal_dose_quantity_string)
    given = tuple(value is not None for value in values)
    if given not in ((True, False, False), (False, True, True)):
        raise NotUnderstood([f"{place}.doseQuantity: must be there, or minimal- and maximalDoseQuantity"])
    read = [quantity_of(v, f"{place}.{name}") for name, v in zip(names, values, strict=True) if v is not None]
    for name, value, text in zip(names, values, texts, strict=True):
        if value is not None and _number(text) not in (None, value):
            raise NotUnderstood([f'{place}.{name}String: "{str(text)[:40]}" is not {value}'])
    if read[-1] < read[0]:
        raise NotUnderstood([f"{place}.maximalDoseQuantity: is less than the minimal"])
    return read[0], read[1] if len(read) > 1 else None


def _number(text: object) -> Decimal | None:
    """A number in Danish; None where it is none (the text may be other words)."""
    return Decimal(text.replace(",", ".")) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def _span(said: Dated, place: str) -> tuple[date | None, date | None]:
    start = _bound(said.start_date, said.start_date_or_date_time, f"{place}.startDate")
    end = _bound(said.end_date, said.end_date_or_date_time, f"{place}.endDate")
    in_order(start, end, place)
    return start, end


def _bound(day: Any, old: DateOrDateTime | None, place: str) -> date | None:
    """A date in either spelling, or in both alike; None where there is none."""
    found: set[date] = set()
    if day is not None:
        found.add(_text_date(day, place))
    for value in (old.date, old.date_time) if old else ():
        if value is not None:
            found.add(_old_date(value, f"{place}OrDateTime"))
    if len(found) > 1:
        raise NotUnderstood([f"{place}: is {_and(found)}"])
    return next(iter(found), None)


def _and(days: Iterable[date]) -> str:
    return " and ".join(str(day) for day in sorted(days))


def _text_date(value: Any, place: str) -> date:
    if not isinstance(value, str):
        raise NotUnderstood([f"{place}: is not a date"])
    return date_of(value, place)


def _old_date(value: Any, place: str) -> date:
    """A date, a midnight, or the milliseconds from 1970 to a midnight: of Denmark, or of UTC as FHIR has them."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            value = (EPOCH + timedelta(milliseconds=value)).isoformat()
        except OverflowError:
            raise NotUnderstood([f"{place}: {str(value)[:40]} is no date"]) from None
    if not isinstance(value, str):
        raise NotUnderstood([f"{place}: is not a date"])
    return local_date(value, DENMARK, place)
