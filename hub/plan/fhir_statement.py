"""One MedicationStatement to one verdict: an ordination to schedule, or outside the schedule and why."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from hub.domain.plan import Medicine, OrdinationId, Outside, Verdict
from hub.plan.fhir import Medication, Statement
from hub.plan.fhir_dosage import marked_as_needed, read_dosage, words_of
from hub.plan.fhir_medication import Product, product_named, product_of
from hub.plan.fhir_values import local_date, span
from hub.plan.format import Handling
from hub.plan.ordination import Clock, Read, Said, ordinate
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
    """What a statement is read against: the envelope's clock and handling, the bundle's medicines and patient."""

    clock: Clock
    handling: Mapping[OrdinationId, Handling]
    medications: Mapping[str, Any]  # by every name a reference may use; None where two share it
    patients: frozenset[str]  # every name of the plan's citizen


def read_statement(raw: Mapping[str, Any], ident: OrdinationId, setting: Setting) -> Read:
    """The ordination, or why it is outside; both where an as-needed part stands beside a fixed one."""
    dosages = raw.get("dosage")
    words = words_of(tuple(dosages) if isinstance(dosages, list) else ())
    medicine = Medicine("")
    try:
        product = _product(raw, setting)
        medicine = product.medicine
        statement: Statement = converted(raw, Statement, "statement")
        _check_subject(statement, setting)
        if statement.status in AT_REST:
            verdict, reason = AT_REST[statement.status]
            return None, Outside(ident, medicine.name, verdict, reason, words.text, medicine.strength)
        if statement.status != "active":
            raise NotUnderstood([f'status: "{statement.status[:40]}"'])
        return _active(statement, ident, product, setting)
    except NotUnderstood as error:
        return None, Outside(
            ident, medicine.name, Verdict.NOT_UNDERSTOOD, "; ".join(error.reasons), words.text, medicine.strength
        )


def _active(statement: Statement, ident: OrdinationId, product: Product, setting: Setting) -> Read:
    words, zone = words_of(statement.dosage), setting.clock.zone
    start, end = span(statement.effective_period, zone, "effectivePeriod")
    if statement.effective_date_time is not None:
        start = local_date(statement.effective_date_time, zone, "effectiveDateTime")
    reading = read_dosage(statement.dosage, start, zone)
    needed = words_of(tuple(d for d in statement.dosage if marked_as_needed(d)))
    said = Said(ident, product, reading.dosage, start, end, words.text, words.note, needed.text, reading.unread)
    return ordinate(said, setting.handling.get(ident), setting.clock)


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
