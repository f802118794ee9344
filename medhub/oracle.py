"""What a plan file wants on a day, worked out a second time: the demo and the tests hold the hub against it.

It imports nothing of ours and shares no method with the readers: they build dosages and expand them; this asks of one
day, statement by statement, what the file says. It understands a closed list of shapes, and anything else is not
understood.
"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


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
    """The doses of `day`, and for every other statement why it gives none."""
    said = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    plan = _bare(said) if said.get("resourceType") == "Bundle" else said
    resources = [entry["resource"] for entry in plan["medicines"]["entry"]]
    drugs = {r["id"]: r for r in resources if r["resourceType"] == "Medication"}
    doses: list[Wanted] = []
    outside: dict[str, str] = {}
    for statement in (r for r in resources if r["resourceType"] == "MedicationStatement"):
        ident = statement["identifier"][0]["value"]
        drug = drugs[statement["medicationReference"]["reference"].removeprefix("Medication/")]
        why, moments = _of_day(statement, drug, plan, day)
        if why:
            outside[ident] = why
        for slot, quantity in moments:
            doses.append(_dose(plan, slot, day, ident, drug, quantity))
        if why in ("", "not_today") and any(d.get("asNeededBoolean") for d in statement["dosage"]):
            outside[f"{ident}/pn"] = "as_needed"
    return Answer(sorted(_one_intake_a_moment(doses, plan), key=lambda d: (d.at, d.ordination)), outside)


# -- one statement --------------------------------------------------------------------------------------------------

REST = {"on-hold": "on_hold", "stopped": "stopped", "completed": "ended", "unknown": "ended"}
MARKS = {"MORN": "morning", "NOON": "noon", "EVE": "evening", "NIGHT": "night"}
TIMING = {"boundsPeriod", "frequency", "period", "periodUnit", "when", "timeOfDay", "dayOfWeek"}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Moments = list[tuple[dict[str, Any], Decimal]]


class _Lost(Exception):
    """The file says something that is not on the list."""


def _of_day(statement: dict[str, Any], drug: dict[str, Any], plan: dict[str, Any], day: date) -> tuple[str, Moments]:
    """Why there is nothing, or the day's moments."""
    if statement["status"] in REST:
        return REST[statement["status"]], []
    try:
        fixed = _fixed(statement["dosage"])
        if statement["status"] != "active":
            raise _Lost
        if not fixed:
            return "as_needed", []
        handling = plan["settings"]["per_medicine"].get(statement["identifier"][0]["value"])
        if handling is None:
            raise _Lost
        found = [moment for dosage in fixed for moment in _moments(dosage, plan, day)]
        for dosage in fixed:
            _sane(_only(dosage["doseAndRate"])["doseQuantity"], drug, handling["handout"] == "compartment")
    except (_Lost, KeyError):
        return "not_understood", []
    if not found or not _within(statement.get("effectivePeriod", {}), day):
        return "not_today", []
    return "", found


def _fixed(dosages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The elements that are no p.n.; the dosage type must agree with them, and no element say more than is known."""
    if any(d.get("timing", {}).get("repeat", {}).keys() - TIMING for d in dosages):
        raise _Lost
    types = {c["code"] for d in dosages for i in d["additionalInstruction"] for c in i["coding"]}
    fixed = [d for d in dosages if not d.get("asNeededBoolean")]
    mixed = 0 < len(fixed) < len(dosages)
    if types == {"EFTER_BEHOV"}:
        return []
    if types != ({"KOMBINERET"} if mixed else {"FAST"}) or not fixed:
        raise _Lost
    return fixed


def _moments(dosage: dict[str, Any], plan: dict[str, Any], day: date) -> Moments:
    """The slots of one element on `day`."""
    repeat = dict(dosage["timing"]["repeat"])
    bounds, often = repeat.pop("boundsPeriod", {}), (repeat.pop("period"), repeat.pop("periodUnit"))
    times, parts, clocks = repeat.pop("frequency"), repeat.pop("when", []), repeat.pop("timeOfDay", [])
    weekdays = repeat.pop("dayOfWeek", [])
    if often not in ((1, "d"), (1, "wk")) or (often[1] == "wk" and not weekdays):
        raise _Lost
    if (parts or clocks) and times != 1:
        raise _Lost
    slots = [_slot(plan, lambda s, p=p: s.get("part") == MARKS[p]) for p in parts]
    slots += [_slot(plan, lambda s, c=c: s["time"] == c) for c in clocks]
    if not slots:
        slots = [_slot(plan, lambda s, i=i: s["id"] == i) for i in plan["settings"]["times_per_day"][str(times)]]
    if not _within(bounds, day) or (weekdays and DAYS[day.weekday()] not in weekdays):
        return []
    return [(slot, _only(dosage["doseAndRate"])["doseQuantity"]["value"]) for slot in slots]


def _slot(plan: dict[str, Any], fits: Any) -> dict[str, Any]:
    """The slot that fits; a clock time's own before a round at the same time."""
    found = sorted((s for s in plan["rounds"] if fits(s)), key=lambda s: "part" in s)
    if not found:
        raise _Lost
    return found[0]


def _within(period: dict[str, str], day: date) -> bool:
    """Both ends belong to it; ISO dates compare as text."""
    return period.get("start", "0")[:10] <= day.isoformat() <= period.get("end", "9")[:10]


def _sane(quantity: dict[str, Any], drug: dict[str, Any], boxed: bool) -> None:
    """Whether so much of it can be, and lie in a compartment."""
    shape, unit, number = drug["form"]["coding"][0]["display"], quantity["unit"], Decimal(quantity["value"])
    tablets, capsules = "tablet" in unit, "kaps" in unit
    if number <= 0 or (tablets and "tablet" not in shape) or (capsules and "kaps" not in shape):
        raise _Lost
    if boxed and not (_solid(drug) and (tablets or capsules or unit == "stk") and number * 4 % 1 == 0 and number <= 10):
        raise _Lost


def _solid(drug: dict[str, Any]) -> bool:
    """A tablet or capsule that is swallowed whole: in the box unless the plan says otherwise."""
    shape = drug["form"]["coding"][0]["display"]
    melts = ("bruse", "smelte", "opløs", "vaginal", "tygge", "suge", "pulver", "granulat")
    return ("tabletter" in shape or "kapsler" in shape) and not any(word in shape for word in melts)


def _only(one: list[Any]) -> Any:
    if len(one) != 1:
        raise _Lost
    return one[0]


# -- the day --------------------------------------------------------------------------------------------------------


def _dose(
    plan: dict[str, Any], slot: dict[str, Any], day: date, ident: str, drug: dict[str, Any], quantity: Decimal
) -> Wanted:
    at = _exists(slot, day, ZoneInfo(plan["settings"]["zone"]))
    boxed = plan["settings"]["per_medicine"][ident]["handout"] == "compartment"
    name = drug["code"]["coding"][0]["display"]
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
    """The stated defaults of docs/plan-format.md, said again."""
    drugs = {e["resource"]["id"]: e["resource"] for e in bundle["entry"]}
    statements = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "MedicationStatement"]
    drug_of = {
        s["identifier"][0]["value"]: drugs[s["medicationReference"]["reference"].split("/")[-1]] for s in statements
    }
    hours = {"morning": "08", "noon": "12", "evening": "18", "night": "22"}
    return {
        "rounds": [{"id": part, "part": part, "time": f"{hour}:00:00"} for part, hour in hours.items()],
        "settings": {
            "zone": "Europe/Copenhagen",
            "times_per_day": {
                "1": ["morning"],
                "2": ["morning", "evening"],
                "3": ["morning", "noon", "evening"],
                "4": list(hours),
            },
            "per_medicine": {
                i: {"handout": "compartment" if _solid(drug) else "reminded"} for i, drug in drug_of.items()
            },
        },
        "medicines": bundle,
    }
