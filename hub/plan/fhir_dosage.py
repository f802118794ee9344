"""A MedicationStatement's dosage elements as one Dosage: all of it exactly, or not understood."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import Dosage, Period
from hub.plan.fhir import DosageElement, DoseAndRate
from hub.plan.fhir_timing import FMK_START, moments_of, period_of, weekdays_of
from hub.plan.fhir_values import amount, span
from hub.plan.reasons import NotUnderstood, converted
from hub.plan.units import unit_words

DOSAGE_TYPE = "http://www.dkma.dk/medicinecard/xml.schema/2015/01/01/DosageTypeType"


class Kind(Enum):
    """FMK's dosage types, as far as the hub reads them."""

    FIXED = "fixed"
    AS_NEEDED = "as needed"
    COMBINED = "combined"


KINDS = {"FAST": Kind.FIXED, "PN": Kind.AS_NEEDED, "EFTER_BEHOV": Kind.AS_NEEDED, "KOMBINERET": Kind.COMBINED}


class Words(Struct, frozen=True):
    """What a dosage says in words: FMK's own text, word for word, and what is told beside the dose."""

    text: str
    note: str


class Reading(Struct, frozen=True):
    """A dosage understood. `unread`: why a part as needed is not in it; the words of such a part are all there is."""

    dosage: Dosage
    unread: tuple[str, ...] = ()


def words_of(dosages: tuple[Any, ...]) -> Words:
    """The texts of all elements, in order, each once; also of elements that are otherwise not understood."""
    found = [d for d in dosages if isinstance(d, Mapping)]
    return Words(text=_lines(d.get("text") for d in found), note=_lines(d.get("patientInstruction") for d in found))


def read_dosage(dosages: tuple[Any, ...], start: date | None, zone: ZoneInfo) -> Reading:
    """The dosage in all its elements; NotUnderstood with every reason. `start` is the statement's own."""
    reasons: list[str] = []
    elements = []
    for i, raw in enumerate(dosages):
        try:
            elements.append(converted(raw, DosageElement, f"dosage[{i}]"))
        except NotUnderstood as error:
            reasons += error.reasons
    if reasons or not elements:
        raise NotUnderstood(reasons or ["dosage: there is none"])
    kind = _kind(elements)
    needed = [marked_as_needed(raw) or kind is Kind.AS_NEEDED for raw in dosages]
    if kind is Kind.FIXED and any(needed):
        raise NotUnderstood(["dosage: said to be fixed and as needed"])
    if kind is Kind.COMBINED and len(set(needed)) == 1:
        # FMK: both fixed and as needed. Which part is as needed cannot be told from a file that marks none or all.
        raise NotUnderstood([f"dosage: combined, but no part is {'fixed' if needed[0] else 'marked as needed'}"])
    return _merge(elements, needed, start, zone)


def _kind(elements: list[DosageElement]) -> Kind | None:
    """The dosage type FMK gave; None where it gave none."""
    codes = {c.code for e in elements for a in e.additional_instruction for c in a.coding if c.system == DOSAGE_TYPE}
    unknown = codes - KINDS.keys()
    if unknown or len(codes) > 1:
        raise NotUnderstood([f"dosage: of type {' and '.join(sorted(codes))[:80]}"])
    return KINDS[codes.pop()] if codes else None


def marked_as_needed(raw: Mapping[str, Any]) -> bool:
    """Whether a dosage element says so itself."""
    return raw.get("asNeededBoolean") is True or "asNeededCodeableConcept" in raw


def _merge(elements: list[DosageElement], needed: list[bool], start: date | None, zone: ZoneInfo) -> Reading:
    """Several elements are several periods of one dosage, or several moments of one; all count in one unit.

    A part as needed is in no schedule: where it cannot be read, the fixed one still stands.
    """
    reasons: dict[bool, list[str]] = {False: [], True: []}
    periods: list[Period] = []
    unit: tuple[str, str] = ("", "")
    if len({e.sequence for e in elements}) > 1:
        reasons[False].append("dosage: its parts follow each other in a sequence")
    for i in sorted(range(len(elements)), key=lambda i: needed[i]):
        try:
            period, own = _period(elements[i], needed[i], start, zone, f"dosage[{i}]")
        except NotUnderstood as error:
            reasons[needed[i]] += error.reasons
            continue
        unit = unit if any(unit) else own
        if own != unit:
            reasons[needed[i]].append(f"dosage: counted in {' and '.join(sorted((unit[0], own[0])))}")
        else:
            periods.append(period)
    if reasons[False]:
        raise NotUnderstood([*reasons[False], *reasons[True]])
    return Reading(Dosage(_joined(periods), *unit), tuple(reasons[True]))


def _joined(periods: list[Period]) -> tuple[Period, ...]:
    """Elements for the same days and of the same repeat are one period, as FMK had it before it became FHIR."""
    joined: dict[tuple[Any, ...], Period] = {}
    for period in periods:
        key = (period.start, period.end, period.repeat_days, period.interval_min, period.daily_max, period.note)
        known = joined.get(key)
        days = dict(known.days) if known else {}
        for number, lines in period.days.items():
            days[number] = (*days.get(number, ()), *lines)
        joined[key] = replace(period, days=dict(sorted(days.items())))
    return tuple(joined.values())


def _period(
    element: DosageElement, needed: bool, start: date | None, zone: ZoneInfo, place: str
) -> tuple[Period, tuple[str, str]]:
    repeat = element.timing.repeat if element.timing else None
    if repeat is None:
        raise NotUnderstood([f"{place}: free text without a timing"])
    first, last = span(repeat.bounds_period, zone, f"{place}.timing.repeat.boundsPeriod")
    quantity, most, unit = _quantity(element.dose_and_rate, f"{place}.doseAndRate")
    place = f"{place}.timing.repeat"
    weekdays = weekdays_of(repeat, place)
    doses = tuple(replace(d, as_needed=needed) for d in moments_of(repeat, weekdays, quantity, most, place))
    return period_of(first or start or FMK_START, last, weekdays, doses), unit


def _quantity(rates: tuple[DoseAndRate, ...], place: str) -> tuple[Decimal, Decimal | None, tuple[str, str]]:
    if len(rates) != 1:
        raise NotUnderstood([f"{place}: {len(rates) or 'no'} doses"])
    dose, between = rates[0].dose_quantity, rates[0].dose_range
    if (dose is None) == (between is None):
        raise NotUnderstood([f"{place}: must have a doseQuantity or a doseRange"])
    low, high = (dose, None) if dose else (between.low, between.high) if between else (None, None)
    assert low is not None
    unit = unit_words(low.unit)
    if not unit[0]:
        raise NotUnderstood([f"{place}: has no unit"])
    quantity = amount(low, place)
    most = amount(high, place) if high else None
    if high and most and (most < quantity or unit_words(high.unit) != unit):
        raise NotUnderstood([f"{place}.doseRange: low and high do not fit"])
    return quantity, most, unit


def _lines(texts: Any) -> str:
    """Each text once, in order, one a line."""
    return "\n".join(dict.fromkeys(t for t in texts if isinstance(t, str) and t.strip()))
