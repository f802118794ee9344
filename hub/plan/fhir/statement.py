"""What one MedicationStatement says of one medicine."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import Medicine, OrdinationId, Verdict
from hub.plan.fhir.dosage import marked_as_needed, read_dosage, words_of
from hub.plan.fhir.elements import Medication, Statement
from hub.plan.fhir.medication import Product, product_named, product_of
from hub.plan.fhir.values import local_date, span
from hub.plan.ordination import Said
from hub.plan.reasons import NotUnderstood, converted

# FMK's statuses as Danish FMK-to-FHIR practice writes them. Anything else (absent, intended, entered-in-error) is not
# understood.
AT_REST = {
    "on-hold": (Verdict.ON_HOLD, "paused"),
    "stopped": (Verdict.STOPPED, "stopped"),
    "completed": (Verdict.ENDED, "completed"),
    "unknown": (Verdict.ENDED, "the dosage has ended"),
}


class Setting(Struct, frozen=True):
    """What a statement is read against: the home zone, the bundle's medicines and patient."""

    zone: ZoneInfo
    medications: Mapping[str, Any]  # by every name a reference may use; None where two share it
    patients: frozenset[str]  # every name of the plan's citizen


def read_statement(raw: Mapping[str, Any], ident: OrdinationId, setting: Setting) -> Said:
    """What it says, as far as it can be read; `unread` says why not further."""
    dosages = raw.get("dosage")
    words = words_of(tuple(dosages) if isinstance(dosages, list) else ())
    said = Said(ident, Product(Medicine("")), text=words.text, note=words.note)
    try:
        said = replace(said, product=_product(raw, setting))
        statement: Statement = converted(raw, Statement, "statement")
        _check_subject(statement, setting)
        said = replace(said, rest=AT_REST.get(statement.status))
        if said.rest is None and statement.status != "active":
            raise NotUnderstood([f'status: "{statement.status[:40]}"'])
        return _dosed(said, statement, setting.zone)
    except NotUnderstood as error:
        return replace(said, unread=error.reasons)


def _dosed(said: Said, statement: Statement, zone: ZoneInfo) -> Said:
    start, end = span(statement.effective_period, zone, "effectivePeriod")
    if statement.effective_date_time is not None:
        start = local_date(statement.effective_date_time, zone, "effectiveDateTime")
    reading = read_dosage(statement.dosage, start, zone)
    needed = words_of(tuple(d for d in statement.dosage if marked_as_needed(d)))
    return replace(
        said, dosage=reading.dosage, start=start, end=end, needed_text=needed.text, unread=reading.unread
    )  # fmt: skip


def _product(raw: Mapping[str, Any], setting: Setting) -> Product:
    reference, concept = raw.get("medicationReference"), raw.get("medicationCodeableConcept")
    if reference is None and concept is not None:
        return product_named(converted({"resourceType": "", "code": concept}, Medication, "medication").code)
    name = reference.get("reference") if isinstance(reference, Mapping) else None
    found = _contained(raw, name) if isinstance(name, str) and name.startswith("#") else None
    if found is None and isinstance(name, str):
        found = setting.medications.get(name)
    if found is None:
        raise NotUnderstood([f"medicationReference: {str(name)[:80]!r} is not one Medication of the bundle"])
    return product_of(converted(found, Medication, "medication"))


def _contained(raw: Mapping[str, Any], name: str) -> Any:
    inside = raw.get("contained")
    found = [c for c in inside if isinstance(c, Mapping)] if isinstance(inside, list) else []
    return next((c for c in found if c.get("id") == name[1:] and c.get("resourceType") == "Medication"), None)


def _check_subject(statement: Statement, setting: Setting) -> None:
    if statement.subject.reference not in setting.patients:
        raise NotUnderstood([f"subject: {statement.subject.reference[:80]!r} is not the plan's citizen"])
