"""Small plans for the tests: one envelope, one statement, everything else as plain as can be."""

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from hub.domain.intake import Intake
from hub.domain.plan import Ordination, Outside, Plan
from hub.domain.schedule import intakes_of
from hub.plan.envelope import PlanUnreadable, read_plan
from hub.plan.jsontext import read_json, write_json

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "medhub" / "samples" / "everyday.json"
OLE = ROOT.parent / "shared" / "data" / "fhir-dk" / "fmk-ole-medications.json"

DK = "http://www.dkma.dk/medicinecard/xml.schema/2015/01/01"
CPR = "2512489996"
DAY = date(2026, 3, 12)  # a Thursday

Json = dict[str, Any]


def sample() -> Json:
    """The everyday citizen's envelope, to change at will."""
    value: Json = read_json(SAMPLE.read_bytes())
    return value


def repeat(**fields: Any) -> Json:
    """A Timing.repeat; every day where nothing else is said."""
    return {"boundsPeriod": {"start": "2026-01-01T00:00:00+00:00"}, "frequency": 1, "period": 1, "periodUnit": "d",
            **fields}  # fmt: skip


def dosage(rep: Json | None, value: Any = 1, unit: str = "tablet", kind: str = "FAST", **fields: Any) -> Json:
    """A dosage element as FMK-to-FHIR writes it."""
    return {
        "text": "1 tablet hver morgen",
        "additionalInstruction": [{"coding": [{"system": f"{DK}/DosageTypeType", "code": kind, "display": kind}]}],
        **({"timing": {"repeat": rep}} if rep is not None else {}),
        "route": {"coding": [{"code": "OR"}]},
        "doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}],
        **fields,
    }


MORNING = dosage(repeat(when=["MORN"]))


def statement(*dosages: Json, ident: str = "1", **fields: Any) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "id": f"statement-{ident}",
        "identifier": [{"system": f"{DK}/DrugMedicationIdentifierType", "value": ident}],
        "status": "active",
        "medicationReference": {"reference": "Medication/drug"},
        "subject": {"reference": "Patient/citizen"},
        "effectivePeriod": {"start": "2026-01-01T00:00:00+00:00"},
        "dosage": list(dosages),
        **fields,
    }


def medication(form: str = "TAB", name: str = "tabletter", **fields: Any) -> Json:
    return {
        "resourceType": "Medication",
        "id": "drug",
        "code": {"coding": [
            {"system": "https://laegemiddelstyrelsen.dk/LMS01/DrugID", "code": "28100000001", "display": "Provemol"},
            {"system": "http://www.whocc.no/atc", "code": "N02BE01", "display": "Paracetamol"},
        ]},
        "form": {"coding": [
            {"system": "https://laegemiddelstyrelsen.dk/LMS22/Kode", "code": form, "display": name},
        ]},
        **fields,
    }  # fmt: skip


PATIENT = {
    "resourceType": "Patient",
    "id": "citizen",
    "identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": CPR}],
    "name": [{"family": "Lindgaard", "given": ["Aase"]}],
}


def bundle(*resources: Json, drug: Json | None = None, patient: Json | None = None) -> Json:
    entries = [patient or PATIENT, drug or medication(), *resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": deepcopy(r)} for r in entries]}


def envelope(medicines: Json, handout: str = "compartment", **settings: Any) -> Json:
    """An envelope that handles every ordination of `medicines` in one way."""
    found = [e["resource"] for e in medicines["entry"] if e["resource"]["resourceType"] == "MedicationStatement"]
    idents = [i["value"] for r in found for i in r.get("identifier", [])]
    return {
        "format": "medhub-plan/1",
        "hub": "MH-0001",
        "citizen": CPR,
        "version": 1,
        "issued": "2026-03-01T09:00:00+01:00",
        "valid_from": "2026-03-01T09:00:00+01:00",
        "rounds": [
            {"id": part, "time": f"{hour}:00:00", "part": part}
            for part, hour in (("morning", "08"), ("noon", "12"), ("evening", "18"), ("night", "22"))
        ] + [{"id": "t1600", "time": "16:00:00"}],
        "settings": {
            "times_per_day": {"1": ["morning"], "3": ["morning", "noon", "evening"]},
            "per_medicine": {i: {"handout": handout, "criticality": "medium"} for i in idents},
            **settings,
        },
        "contacts": [],
        "limits": {},
        "medicines": medicines,
    }  # fmt: skip


def read(value: Any) -> Plan:
    return read_plan(write_json(value), "")


def read_one(said: Json, drug: Json | None = None, handout: str = "compartment") -> Plan:
    return read(envelope(bundle(said, drug=drug), handout))


def only_ordination(plan: Plan) -> Ordination:
    assert [o.reason for o in plan.outside] == []
    (found,) = plan.ordinations
    return found


def only_outside(plan: Plan) -> Outside:
    assert [o.id for o in plan.ordinations] == []
    (found,) = plan.outside
    return found


def reasons_of(value: Any) -> tuple[str, ...]:
    """Why an envelope is refused; () where it is not. Whatever is read can be written into the journal."""
    try:
        msgspec.json.encode(read(value))
    except PlanUnreadable as refused:
        return refused.reasons
    return ()


def doses(plan: Plan, day: date = DAY) -> list[tuple[str, str]]:
    """Slot and quantity of every dose of a day."""
    return [(i.slot, str(d.quantity)) for i in intakes_of(plan, day) for d in i.doses]


def listing(plan: Plan, day: date) -> Json:
    """What a plan gives on a day, and why each other statement gives nothing: the form of the golden lists."""
    intakes = intakes_of(plan, day)
    today = {d.ordination for i in intakes for d in i.doses}
    return {
        "intakes": [_intake(i) for i in intakes],
        "outside": {o.id: f"{o.verdict}: {o.reason}" for o in plan.outside},
        "not_today": [o.id for o in plan.ordinations if o.id not in today],
    }


def _intake(intake: Intake) -> Json:
    lines = {d.ordination: f"{d.quantity} {d.unit} {d.name}, {d.handout}" for d in intake.doses}
    return {"id": intake.id, "at": intake.at.isoformat(), "doses": lines}
