"""What a plan file wants on a day, worked out a second time: the demo and the tests hold the hub against it.

It imports nothing of ours and shares no method with the readers: they build dosages and expand them; this asks of one
day, statement by statement, what the file says. It understands a closed list of shapes, and anything else is not
understood.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from medhub import oracle_fhir, oracle_fmk
from medhub.oracle_fhir import Lost, Moments, only, within


class Wanted(NamedTuple):
    """One dose: when (home time), under which intake and ordination, and how much of what."""

    at: datetime
    intake: str
    ordination: str
    name: str
    quantity: Decimal
    boxed: bool


class Answer(NamedTuple):
    wanted: list[Wanted]
    outside: dict[str, str]  # ordination id → why it gives nothing: a verdict, or "not_today"


def wanted(path: Path, day: date) -> list[Wanted]:
    """The doses of `day` in order of time."""
    return ask(path, day).wanted


def ask(path: Path, day: date) -> Answer:
    """The doses of `day`, and for every other medicine why it gives none."""
    return answer(json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal), day)


def reads(said: dict[str, Any]) -> bool:
    """Whether all of it is in a form this can judge: FHIR, or FMK's JSON."""
    return said.get("resourceType") == "Bundle" or "format" not in said["medicines"] or oracle_fmk.is_read(said)


def answer(said: dict[str, Any], day: date) -> Answer:
    """The same of an envelope, or a bare Bundle, that was read from JSON with numbers as Decimal."""
    plan = _bare(said) if said.get("resourceType") == "Bundle" else said
    doses: list[Wanted] = []
    outside: dict[str, str] = {}
    for ident, name, why, moments, needed in (_card if "format" in plan["medicines"] else _bundle)(plan, day):
        if why:
            outside[ident] = why
        doses += [_dose(plan, slot, day, ident, name, quantity) for slot, quantity in moments]
        if why in ("", "not_today") and needed:
            outside[f"{ident}/pn"] = "as_needed"
    return Answer(sorted(_one_intake_a_moment(doses, plan), key=lambda d: (d.at, d.ordination)), outside)


# Of each medicine: its id and name, why it gives nothing or the day's moments, and whether it has a part as needed.
Medicines = Iterator[tuple[str, str, str, Moments, bool]]


def _card(plan: dict[str, Any], day: date) -> Medicines:
    for medication in plan["medicines"]["medications"]:
        yield medication["id"], medication["drug"]["name"], *oracle_fmk.of_day(medication, plan, day)


def _bundle(plan: dict[str, Any], day: date) -> Medicines:
    drugs = _drugs(plan["medicines"])
    for statement in _statements(plan["medicines"]):
        drug = _drug(statement, drugs)
        needed = any(d.get("asNeededBoolean") for d in statement.get("dosage", []))
        why, moments = _of_day(statement, drug, plan, day)
        yield _ident(statement), drug["code"]["coding"][0].get("display", ""), why, moments, needed


def _statements(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "MedicationStatement"]


def _drugs(bundle: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By every name a reference may use."""
    found = [
        (e.get("fullUrl"), e["resource"]) for e in bundle["entry"] if e["resource"]["resourceType"] == "Medication"
    ]
    return {name: r for url, r in found for name in (url, r.get("id"), f"Medication/{r.get('id')}") if name}


def _drug(statement: dict[str, Any], drugs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The Medication, contained or in the bundle; else one that is known by its name alone."""
    inside = {f"#{c.get('id')}": c for c in statement.get("contained", [])}
    found = (drugs | inside).get(statement.get("medicationReference", {}).get("reference"))
    concept = statement.get("medicationCodeableConcept", {})
    return found or {"code": {"coding": concept.get("coding") or [{"display": concept.get("text", "")}]}}


def _ident(statement: dict[str, Any]) -> str:
    return str(statement["identifier"][0]["value"] if "identifier" in statement else statement.get("id"))


# -- one statement --------------------------------------------------------------------------------------------------

REST = {"on-hold": "on_hold", "stopped": "stopped", "completed": "ended", "unknown": "ended"}


def _of_day(statement: dict[str, Any], drug: dict[str, Any], plan: dict[str, Any], day: date) -> tuple[str, Moments]:
    """Why there is nothing, or the day's moments."""
    if statement["status"] in REST:
        return REST[statement["status"]], []
    try:
        fixed = oracle_fhir.fixed(statement["dosage"])
        if statement["status"] != "active":
            raise Lost
        if not fixed:
            return "as_needed", []
        handling = plan["settings"]["per_medicine"].get(_ident(statement))
        if handling is None:
            raise Lost
        since = statement.get("effectivePeriod", {}).get("start", "")[:10]
        found = oracle_fhir.moments(statement["dosage"], plan, day, since)
        for dosage in fixed:
            _sane(only(dosage["doseAndRate"])["doseQuantity"], drug, handling["handout"] == "compartment")
    except (Lost, KeyError):
        return "not_understood", []
    if not found or not within(statement.get("effectivePeriod", {}), day):
        return "not_today", []
    return "", found


def _sane(quantity: dict[str, Any], drug: dict[str, Any], boxed: bool) -> None:
    """Whether so much of it can be, and lie in a compartment."""
    shape, unit, number = _shape(drug), quantity["unit"], Decimal(quantity["value"])
    tablets, capsules = "tablet" in unit, "kaps" in unit
    if number <= 0 or (shape and ((tablets and "tablet" not in shape) or (capsules and "kaps" not in shape))):
        raise Lost
    if boxed and not (_countable(quantity) and (_solid(shape) or not shape)):
        raise Lost


def _countable(quantity: dict[str, Any]) -> bool:
    unit, number = quantity["unit"], Decimal(quantity["value"])
    return ("tablet" in unit or "kaps" in unit or unit == "stk") and number * 4 % 1 == 0 and number <= 10


def _shape(drug: dict[str, Any]) -> str:
    """The form's Danish name; "" where it is not known."""
    return next((str(c["display"]) for c in drug.get("form", {}).get("coding", []) if "display" in c), "")


def _solid(shape: str) -> bool:
    """A tablet or capsule that is swallowed whole: in the box unless the plan says otherwise."""
    melts = ("bruse", "smelte", "opløs", "vaginal", "tygge", "suge", "pulver", "granulat")
    return ("tabletter" in shape or "kapsler" in shape) and not any(word in shape for word in melts)


# -- the day --------------------------------------------------------------------------------------------------------


def _dose(plan: dict[str, Any], slot: dict[str, Any], day: date, ident: str, name: str, quantity: Decimal) -> Wanted:
    at = _exists(slot, day, ZoneInfo(plan["settings"]["zone"]))
    boxed = plan["settings"]["per_medicine"][ident]["handout"] == "compartment"
    return Wanted(at, f"{day}/{slot['id']}", ident, name, Decimal(quantity), boxed)


def _exists(slot: dict[str, Any], day: date, zone: ZoneInfo) -> datetime:
    """The slot's home time; one that the clocks jump over is where they land."""
    wall = datetime.fromisoformat(f"{day}T{slot['time']}") + timedelta(days=slot.get("next_day", False))
    while wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        wall += timedelta(minutes=1)
    return wall.replace(tzinfo=zone)


def _one_intake_a_moment(doses: list[Wanted], plan: dict[str, Any]) -> list[Wanted]:
    """Slots that fall together are one intake, under the name of the one the plan lists first."""
    order = [slot["id"] for slot in plan["rounds"]]
    first: dict[datetime, str] = {}
    for dose in sorted(doses, key=lambda d: order.index(d.intake.partition("/")[2])):
        first.setdefault(dose.at.astimezone(UTC), dose.intake)
    return [dose._replace(intake=first[dose.at.astimezone(UTC)]) for dose in doses]


# -- a bare file ------------------------------------------------------------------------------------------------------


def _bare(bundle: dict[str, Any]) -> dict[str, Any]:
    """The stated defaults of docs/plan-format.md, said again; but for more than 4 times a day."""
    hours = {"morning": "08", "noon": "12", "evening": "18", "night": "22"}
    rounds = [{"id": part, "part": part, "time": f"{hour}:00:00"} for part, hour in hours.items()]
    said, drugs = _statements(bundle), _drugs(bundle)
    clocks = {
        at
        for statement in said
        for dosage in statement.get("dosage", [])
        for at in dosage.get("timing", {}).get("repeat", {}).get("timeOfDay", [])
    }
    rounds += [{"id": f"t{at[:2]}{at[3:5]}", "time": at} for at in sorted(clocks - {r["time"] for r in rounds})]
    times = {"1": ["morning"], "2": ["morning", "evening"], "3": ["morning", "noon", "evening"], "4": list(hours)}
    handling = {
        _ident(s): {"handout": "compartment" if _lies_in_the_box(s, _shape(_drug(s, drugs))) else "reminded"}
        for s in said
    }
    settings = {"zone": "Europe/Copenhagen", "times_per_day": times, "per_medicine": handling}
    return {"rounds": rounds, "settings": settings, "medicines": bundle}


def _lies_in_the_box(statement: dict[str, Any], shape: str) -> bool:
    """The form decides; without one, whether so many of the unit can be counted into it."""
    rates = [rate for d in statement.get("dosage", []) for rate in d.get("doseAndRate", [])]
    return _solid(shape) if shape else all("doseQuantity" in r and _countable(r["doseQuantity"]) for r in rates)
