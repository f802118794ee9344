"""A MedicationStatement's dosage elements as one Dosage: all of it exactly, or not understood."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.domain.plan import DayDose, Dosage, Slot, SlotId
from hub.domain.schedule import slots_for
from hub.plan.fhir import DosageElement, DoseAndRate
from hub.plan.fhir_as_needed import Needed, read_as_needed
from hub.plan.fhir_timing import FMK_START, Line, moments_of, weekdays_of
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


class Clock(Struct, frozen=True):
    """What the envelope says about time: the slots, the table of n times a day, the zone, the plan's first home day."""

    slots: tuple[Slot, ...]
    times_per_day: Mapping[int, tuple[SlotId, ...]]
    zone: ZoneInfo
    first_day: date


class Words(Struct, frozen=True):
    """What a dosage says in words: FMK's own text, word for word, and what is told beside the dose."""

    text: str
    note: str


class Reading(Struct, frozen=True):
    """A dosage understood. `dosage` is None where all of it is as needed."""

    dosage: Dosage | None
    as_needed: str = ""  # the as-needed part beside a fixed one, in words
    needed: Needed | None = None  # and as the hub can hand it out, where it is plain


def words_of(dosages: tuple[Any, ...]) -> Words:
    """The texts of all elements, in order, each once; also of elements that are otherwise not understood."""
    found = [d for d in dosages if isinstance(d, Mapping)]
    return Words(text=_lines(d.get("text") for d in found), note=_lines(d.get("patientInstruction") for d in found))


def read_dosage(dosages: tuple[Any, ...], start: date | None, clock: Clock) -> Reading:
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
    needed = [e for e in elements if _as_needed(e) or kind is Kind.AS_NEEDED]
    fixed = [(i, e) for i, e in enumerate(elements) if e not in needed]
    if kind is Kind.FIXED and needed:
        raise NotUnderstood(["dosage: said to be fixed and as needed"])
    if kind is Kind.COMBINED and not (needed and fixed):
        # FMK: both fixed and as needed. Which part is as needed cannot be told from a file that marks none or all.
        raise NotUnderstood([f"dosage: combined, but no part is {'fixed' if needed else 'marked as needed'}"])
    plain = read_as_needed(needed, clock.zone)
    if not fixed:
        return Reading(None, needed=plain)
    return Reading(_merge(fixed, start, clock), _lines(e.text for e in needed) or ("p.n." if needed else ""), plain)


def _kind(elements: list[DosageElement]) -> Kind | None:
    """The dosage type FMK gave; None where it gave none."""
    codes = {c.code for e in elements for a in e.additional_instruction for c in a.coding if c.system == DOSAGE_TYPE}
    unknown = codes - KINDS.keys()
    if unknown or len(codes) > 1:
        raise NotUnderstood([f"dosage: of type {' and '.join(sorted(codes))[:80]}"])
    return KINDS[codes.pop()] if codes else None


def _as_needed(element: DosageElement) -> bool:
    return element.as_needed_boolean or element.as_needed_codeable_concept is not None


def _merge(fixed: list[tuple[int, DosageElement]], start: date | None, clock: Clock) -> Dosage:
    """Several elements are several periods of one dosage; no two may say the same moment, or count in other units."""
    reasons: list[str] = []
    lines: list[Line] = []
    units = set()
    if len({e.sequence for _, e in fixed}) > 1:
        reasons.append("dosage: its parts follow each other in a sequence")
    for i, element in fixed:
        try:
            line, unit = _line(element, start, clock, f"dosage[{i}]")
        except NotUnderstood as error:
            reasons += error.reasons
        else:
            lines.append(line)
            units.add(unit)
    if len(units) > 1:
        reasons.append(f"dosage: counted in {' and '.join(sorted(u for u, _ in units))}")
    reasons += _clashes(lines, clock) if not reasons else []
    if reasons:
        raise NotUnderstood(reasons)
    return Dosage(tuple(line.period for line in lines), *units.pop())


def _line(element: DosageElement, start: date | None, clock: Clock, place: str) -> tuple[Line, tuple[str, str]]:
    repeat = element.timing.repeat if element.timing else None
    if repeat is None:
        raise NotUnderstood([f"{place}: free text without a timing"])
    first, last = span(repeat.bounds_period, clock.zone, f"{place}.timing.repeat.boundsPeriod")
    quantity, most, unit = _quantity(element.dose_and_rate, f"{place}.doseAndRate")
    place = f"{place}.timing.repeat"
    weekdays = weekdays_of(repeat, place)
    doses = moments_of(repeat, weekdays, quantity, most, place)
    for dose in doses:
        _slots(dose, clock, place)
    return Line(first or start or FMK_START, last, weekdays, doses), unit


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


def _slots(dose: DayDose, clock: Clock, place: str) -> list[Slot]:
    """Where the envelope puts a dose; never guessed."""
    try:
        return slots_for(dose, clock.slots, clock.times_per_day)
    except LookupError:
        when = f"{dose.times} times a day" if dose.times else dose.part or f"{dose.at:%H:%M}"
        raise NotUnderstood([f"{place}: the plan has no slot for {when}"]) from None


def _clashes(lines: list[Line], clock: Clock) -> list[str]:
    """Moments that two doses of one dosage would share: added, replaced or said twice, the file does not say."""
    placed = [(line, slot.id) for line in lines for dose in line.doses for slot in _slots(dose, clock, "dosage")]
    clash = sorted({a[1] for a, b in combinations(placed, 2) if a[1] == b[1] and a[0].meets(b[0])})
    return [f"dosage: says {slot} more than once" for slot in clash]


def _lines(texts: Any) -> str:
    """Each text once, in order, one a line."""
    return "\n".join(dict.fromkeys(t for t in texts if isinstance(t, str) and t.strip()))
