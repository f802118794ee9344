"""A MedicationStatement's dosage elements as one Dosage: all of it exactly, or not understood."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import Dosage, Period
from hub.plan.fhir.bounds import counted, in_sequence, reach_of
from hub.plan.fhir.dose import amount_of
from hub.plan.fhir.elements import MOST_ELEMENTS, DosageElement, Repeat
from hub.plan.fhir.repeat import repeat_of
from hub.plan.fhir.timing import needed_rhythm, rhythm
from hub.plan.fhir.values import FMK_START
from hub.plan.reasons import NotUnderstood, converted

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


def words_of(dosages: Sequence[Any]) -> Words:
    """The texts of all elements, in order, each once; also of elements that are otherwise not understood."""
    found = [d for d in dosages if isinstance(d, Mapping)]
    notes = (text for d in found for text in (d.get("patientInstruction"), *_instructions(d)))
    return Words(text=_lines(d.get("text") for d in found), note=_lines(notes))


def _instructions(raw: Mapping[str, Any]) -> Iterator[Any]:
    """What else an element says in words: for what it is needed, and instructions beside FMK's dosage type."""
    listed = raw.get("additionalInstruction")
    for concept in (*(listed if isinstance(listed, list) else ()), raw.get("asNeededCodeableConcept")):
        if not isinstance(concept, Mapping):
            continue
        codings = concept.get("coding")
        found = [c for c in codings if isinstance(c, Mapping)] if isinstance(codings, list) else []
        if not any(c.get("system") == DOSAGE_TYPE for c in found):
            yield concept.get("text") or next((c.get("display") for c in found), None)


def read_dosage(dosages: Sequence[Any], start: date | None, zone: ZoneInfo) -> Reading:
    """The dosage in all its elements; NotUnderstood with every reason. `start` is the statement's own."""
    if len(dosages) > MOST_ELEMENTS:
        raise NotUnderstood([f"dosage: has {len(dosages)} parts, more than {MOST_ELEMENTS}"])
    reasons: list[str] = []
    elements = []
    for i, raw in enumerate(dosages):
        try:
            elements.append(converted(raw, DosageElement, f"dosage[{i}]"))
        except NotUnderstood as error:
            reasons += error.reasons
        else:
            reasons += _modified(raw, f"dosage[{i}]")
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


def _modified(raw: Any, place: str) -> Iterator[str]:
    """Every modifier extension, at whatever depth: also inside what is only carried, it may change the whole."""
    left = [(place, raw)]  # no recursion: a file may be nested as deep as Python's own limit
    while left:
        at, value = left.pop()
        inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
        if isinstance(value, Mapping) and "modifierExtension" in value:
            yield f"{at}.modifierExtension: may change what all else means"
        left += [(f"{at}.{key}"[:80], item) for key, item in inside if isinstance(item, Mapping | list)]


def _kind(elements: list[DosageElement]) -> Kind | None:
    """The dosage type FMK gave; None where it gave none."""
    codes = {c.code for e in elements for a in e.additional_instruction for c in a.coding if c.system == DOSAGE_TYPE}
    unknown = codes - KINDS.keys()
    if unknown or len(codes) > 1:
        raise NotUnderstood([f"dosage: of type {' and '.join(sorted(codes))[:80]}"])
    return KINDS[codes.pop()] if codes else None


def marked_as_needed(raw: Any) -> bool:
    """Whether a dosage element says so itself."""
    return isinstance(raw, Mapping) and (raw.get("asNeededBoolean") is True or "asNeededCodeableConcept" in raw)


def _merge(elements: list[DosageElement], needed: list[bool], start: date | None, zone: ZoneInfo) -> Reading:
    """Several elements are several periods of one dosage, or several moments of one; all count in one unit.

    A part as needed is in no schedule: where it cannot be read, the fixed one still stands.
    """
    reasons: dict[bool, list[str]] = {False: [], True: []}
    parts: list[tuple[int | None, Period]] = []
    unit: tuple[str, str] = ("", "")
    for i in sorted(range(len(elements)), key=lambda i: needed[i]):
        try:
            period, own = _period(elements[i], needed[i], start, zone, f"dosage[{i}]")
            if period.daily_max is not None and len(elements) > 1:
                raise NotUnderstood([f"dosage[{i}].maxDosePerPeriod: of it, or of all parts together, is not said"])
        except NotUnderstood as error:
            reasons[needed[i]] += error.reasons
            continue
        unit = unit if any(unit) else own
        if own != unit:
            reasons[needed[i]].append(f"dosage: counted in {' and '.join(sorted((unit[0], own[0])))}")
        else:
            parts.append((elements[i].sequence, period))
    if not in_sequence(parts) or (len({e.sequence for e in elements}) > 1 and len(parts) < len(elements)):
        reasons[False].append("dosage: its parts follow each other in a sequence, and not by their dates")
    if reasons[False]:
        raise NotUnderstood([*reasons[False], *reasons[True]])
    return Reading(Dosage(_joined([period for _, period in parts]), *unit), tuple(reasons[True]))


def _joined(periods: list[Period]) -> tuple[Period, ...]:
    """Elements for the same days and of the same repeat are one period, as FMK had it before it became FHIR: one of
    those that are fixed, one of those as needed."""
    joined: dict[tuple[Any, ...], Period] = {}
    for period in periods:
        needed = any(line.as_needed for lines in period.days.values() for line in lines)
        same = (period.start, period.end, period.repeat_days, period.interval_min, period.daily_max, period.note)
        key = (*same, needed)
        known = joined.get(key)
        days = dict(known.days) if known else {}
        for number, lines in period.days.items():
            days[number] = (*days.get(number, ()), *lines)
        joined[key] = replace(period, days=dict(sorted(days.items())))
    return tuple(joined.values())


def _period(
    element: DosageElement, needed: bool, start: date | None, zone: ZoneInfo, place: str
) -> tuple[Period, tuple[str, str]]:
    if element.as_needed_boolean is not None and element.as_needed_codeable_concept is not None:
        raise NotUnderstood([f"{place}: both asNeededBoolean and asNeededCodeableConcept"])
    limited = needed and element.timing is None and element.max_dose_per_period is not None
    repeat = Repeat() if limited else repeat_of(element.timing, place)
    amount = amount_of(element, place)
    place = f"{place}.timing.repeat"
    reach = reach_of(repeat, start, zone, place)
    said = (needed_rhythm if needed else rhythm)(repeat, amount, reach.start, place)
    period = Period(
        start=reach.start or FMK_START,
        days=dict.fromkeys(said.numbers, said.lines),
        end=reach.end,
        repeat_days=said.repeat_days,
        interval_min=said.interval_min,
        daily_max=amount.daily_max,
    )
    return counted(period, repeat, reach, place), amount.unit


def _lines(texts: Any) -> str:
    """Each text once, in order, one a line."""
    return "\n".join(dict.fromkeys(t for t in texts if isinstance(t, str) and t.strip()))
