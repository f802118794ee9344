"""A citizen's medicines as FMK dosage structures: what `medicines` in a plan may be, besides a FHIR Bundle.

Each medication is read as far as it can be; none touches another (R6).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from hub.domain.plan import Dosage, Medicine, OrdinationId, Verdict
from hub.plan.fhir.medication import Product
from hub.plan.fmk.dosage_json import read_fmk_json
from hub.plan.fmk.dosage_xml import read_fmk_xml, words_in
from hub.plan.fmk.pause import without
from hub.plan.fmk.values import date_of, in_order, in_parallel
from hub.plan.ordination import Said
from hub.plan.reasons import NotUnderstood, PlanUnreadable, converted

FORMAT = "fmk/1"
TEXT = 4000  # characters
Name = Annotated[str, Meta(max_length=200, pattern=r"\S")]
AT_REST = {"withdrawn": (Verdict.STOPPED, "withdrawn"), "ended": (Verdict.ENDED, "ended")}


class Citizen(Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(pattern=r"^[0-9A-Z]{10}$")]  # CPR or X-eCPR
    name: Name


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """`medicines` in this form. The medications are read one by one."""

    format: Literal["fmk/1"]
    citizen: Citizen
    medications: Annotated[tuple[Any, ...], Meta(max_length=200)]


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    code: str = ""  # LMS22
    text: str = ""


class Drug(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    strength: str = ""
    form: Form = Form()
    atc: str = ""
    id: str = ""  # LMS01


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """Its first and its last day; no `to` is until further notice."""

    begins: str = field(name="from")
    to: str | None = None


class Medication(Struct, frozen=True, forbid_unknown_fields=True):
    """One ordination, under FMK's own id."""

    id: Annotated[OrdinationId, Meta(min_length=1, max_length=64)]
    status: Literal["active", "paused", "withdrawn", "ended"]
    drug: Drug
    start: str
    end: str | None = None
    pause: Pause | None = None
    dosage: Any = None  # FMK's JSON shape
    dosage_xml: str | None = None  # or its Dosage element
    text: Annotated[str, Meta(max_length=TEXT)] = ""  # FMK's own
    note: Annotated[str, Meta(max_length=400)] = ""


def open_card(medicines: Mapping[str, Any], place: str = "$.medicines") -> Card:
    """The card in `medicines`; PlanUnreadable with every reason where it is no whole card of one citizen."""
    card: Card = converted(medicines, Card, place, PlanUnreadable)
    return card


def read_card(card: Card, day: date, place: str = "$.medicines") -> Iterator[Said]:
    """What every medication says, as far as it can be read. `day` is the plan's first home day."""
    found = [(_id(raw) or f"{place}.medications[{i}]", raw) for i, raw in enumerate(card.medications)]
    count, seen = Counter(ident for ident, _ in found), Counter[str]()
    for i, (ident, raw) in enumerate(found):
        seen[ident] += 1
        own = ident if seen[ident] == 1 else f"{ident}#{seen[ident]}"
        try:
            if count[ident] > 1:
                raise NotUnderstood(["another medication has the same id"])
            said: Medication = converted(raw, Medication, f"{place}.medications[{i}]")
        except NotUnderstood as error:
            yield _unread(own, raw, error.reasons)
        else:
            yield _read(said, day)


def _read(said: Medication, day: date) -> Said:
    rest, text = AT_REST.get(said.status), said.text or _words(said.dosage, said.dosage_xml)
    known = Said(said.id, _product(said.drug), text=text, note=said.note, rest=rest)
    try:
        start, end = _span(said.start, said.end, "start", "end")
        pause = None if rest else _pause(said, day)
        if said.status == "paused" and (pause is None or pause[1] is None):
            known = replace(known, rest=(Verdict.ON_HOLD, "paused"))
        dosage = _dosage(said)
        objections = in_parallel(dosage)
    except NotUnderstood as error:
        return replace(known, unread=error.reasons)
    if dosage.periods:  # its own dates are the treatment's
        start = max((d for d in (start, dosage.start) if d is not None), default=None)
        end = min((d for d in (end, dosage.end) if d is not None), default=None)
        dosage = without(dosage, *pause) if pause and not known.rest else dosage
    return replace(known, dosage=dosage, start=start, end=end, objections=objections)


def _pause(said: Medication, day: date) -> tuple[date, date | None] | None:
    """The days of a pause that is not over; NotUnderstood where the status says something else than they do."""
    if said.pause is None:
        return None
    first, last = _span(said.pause.begins, said.pause.to, "pause.from", "pause.to")
    assert first is not None
    now = first <= day and (last is None or day <= last)
    if now != (said.status == "paused"):
        raise NotUnderstood([f"pause: from {first} to {last or 'further notice'}, and on {day} it is {said.status}"])
    return None if last is not None and last < day else (first, last)


def _dosage(said: Medication) -> Dosage:
    if (said.dosage is None) == (said.dosage_xml is None):
        raise NotUnderstood(["dosage: must be dosage or dosage_xml"])
    if said.dosage_xml is not None:
        return read_fmk_xml(_utf8(said.dosage_xml), "dosage_xml")
    return read_fmk_json(said.dosage, "dosage")


def _span(start: str | None, end: str | None, first: str, last: str) -> tuple[date | None, date | None]:
    bounds = date_of(start, first) if start is not None else None, date_of(end, last) if end is not None else None
    in_order(*bounds, last)
    return bounds


def _product(drug: Drug) -> Product:
    form, name = drug.form, drug.name.strip()
    return Product(Medicine(name, drug.strength, form.code, drug.atc, drug.id), form.text)


def _unread(ident: OrdinationId, raw: Any, why: tuple[str, ...]) -> Said:
    """Of something that may not be a medication at all: what can be shown of it, its text word for word."""
    said: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    drug = said.get("drug")
    name, strength = (_text(drug.get(key)) if isinstance(drug, Mapping) else "" for key in ("name", "strength"))
    text = _text(said.get("text")) or _words(said.get("dosage"), said.get("dosage_xml"))
    return Said(ident, Product(Medicine(name, strength)), text=text, unread=why)


def _words(dosage: Any, xml: Any) -> str:
    """The words a dosage itself has for what is to be taken."""
    free = dosage.get("freeText") if isinstance(dosage, Mapping) else None
    if isinstance(xml, str):
        return words_in(_utf8(xml))[:TEXT]
    return _text(free.get("text")) if isinstance(free, Mapping) else ""


def _text(value: Any) -> str:
    return value[:TEXT] if isinstance(value, str) else ""


def _utf8(text: str) -> bytes:
    """What JSON can hold and UTF-8 cannot (half a pair) is the reader's to refuse."""
    return text.encode("utf-8", "surrogatepass")


def _id(raw: Any) -> OrdinationId:
    ident = raw.get("id") if isinstance(raw, Mapping) else None
    return ident if isinstance(ident, str) and 0 < len(ident) <= 64 else ""
