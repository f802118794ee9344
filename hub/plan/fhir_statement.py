"""One MedicationStatement to one verdict: an ordination to schedule, or outside the schedule and why."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from hub.domain.plan import DayDose, Dosage, Handout, Medicine, Ordination, OrdinationId, Outside, Verdict
from hub.plan.fhir import Medication, Statement
from hub.plan.fhir_as_needed import Needed
from hub.plan.fhir_dosage import Clock, Reading, read_dosage, words_of
from hub.plan.fhir_medication import Product, product_named, product_of
from hub.plan.fhir_values import local_date, span
from hub.plan.format import Handling
from hub.plan.reasons import NotUnderstood, converted
from hub.plan.units import check_agrees, check_boxable

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


Read = tuple[Ordination | None, Outside | None]


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
    medicine, words = product.medicine, words_of(statement.dosage)
    start, end = span(statement.effective_period, setting.clock.zone, "effectivePeriod")
    if statement.effective_date_time is not None:
        start = local_date(statement.effective_date_time, setting.clock.zone, "effectiveDateTime")
    reading = read_dosage(statement.dosage, start, setting.clock)
    handling = setting.handling.get(ident)
    begun = start is None or start <= setting.clock.first_day
    needed = _in_the_box(reading, handling, setting.clock) if begun and end is None else None
    if reading.dosage is None and needed is None:
        return None, Outside(ident, medicine.name, Verdict.AS_NEEDED, "as needed", words.text, medicine.strength)
    if handling is None:
        raise NotUnderstood(["the envelope does not say how it is handed out"])
    dosage = reading.dosage or Dosage((), *(needed.unit if needed else ("", "")))
    _check_doses(dosage, needed, handling.handout, product)
    ordination = Ordination(
        id=ident,
        medicine=medicine,
        dosage=dosage,
        handout=handling.handout,
        start=start,
        end=end,
        text=words.text,
        note=words.note,
        purpose=handling.purpose,
        criticality=handling.criticality,
        interval_min=handling.interval_min,
        ask_word=handling.ask_word,
        as_needed=needed.as_needed if needed else None,
    )
    beside = Outside(
        f"{ident}/pn", medicine.name, Verdict.AS_NEEDED, "the as-needed part of a combined dosage",
        reading.as_needed, medicine.strength,
    )  # fmt: skip
    return ordination, beside if reading.as_needed and needed is None else None


def _in_the_box(reading: Reading, handling: Handling | None, clock: Clock) -> Needed | None:
    """The as-needed part, where the envelope has it in a compartment and says how far apart; beside a fixed part, where
    both are in the same unit and for the same days.

    A dose as needed has no days of its own in the hub: one that ends, or is yet to begin, stays outside.
    """
    needed, dosage = reading.needed, reading.dosage
    if needed is None or handling is None or needed.last or (needed.first and needed.first > clock.first_day):
        return None
    if handling.handout is not Handout.COMPARTMENT or handling.interval_min is None:
        return None
    if dosage is None:
        return needed
    same_days = all((p.start, p.end) == (needed.first, needed.last) for p in dosage.periods)
    return needed if same_days and needed.unit == (dosage.unit, dosage.units) else None


def _check_doses(dosage: Dosage, needed: Needed | None, handout: Handout, product: Product) -> None:
    check_agrees(dosage.unit, product.form_name)
    if handout is not Handout.COMPARTMENT:
        return
    doses = [d for period in dosage.periods for day in period.days.values() for d in day]
    wanted = (needed.as_needed.quantity,) if needed else ()
    for quantity in dict.fromkeys((*(q for d in doses for q in _quantities(d)), *wanted)):
        check_boxable(quantity, dosage.unit, product.medicine.form, product.form_name)


def _quantities(dose: DayDose) -> tuple[Any, ...]:
    return (dose.quantity,) if dose.quantity_max is None else (dose.quantity, dose.quantity_max)


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
