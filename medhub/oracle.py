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

from medhub import oracle_fmk


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
Medicines = Iterator[tuple[str, str, str, "Moments", bool]]


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
MARKS = {"MORN": "morning", "NOON": "noon", "EVE": "evening", "NIGHT": "night"}
MOMENTS = {"when", "timeOfDay", "dayOfWeek"}
TIMING = {"boundsPeriod", "boundsDuration", "count", "frequency", "period", "periodUnit", *MOMENTS}
CODES = {"QD": 1, "BID": 2, "TID": 3, "QID": 4}
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
        handling = plan["settings"]["per_medicine"].get(_ident(statement))
        if handling is None:
            raise _Lost
        since = statement.get("effectivePeriod", {}).get("start", "")[:10]
        found = [moment for dosage in fixed for moment in _moments(dosage, plan, day, since)]
        _apart(fixed, plan, since)
        for dosage in fixed:
            _most(dosage, plan, alone=len(statement["dosage"]) == 1)
            _sane(_only(dosage["doseAndRate"])["doseQuantity"], drug, handling["handout"] == "compartment")
    except (_Lost, KeyError):
        return "not_understood", []
    if not found or not _within(statement.get("effectivePeriod", {}), day):
        return "not_today", []
    return "", found


def _fixed(dosages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The elements that are no p.n.; the dosage type must agree with them."""
    types = {c["code"] for d in dosages for i in d.get("additionalInstruction", []) for c in i["coding"]}
    fixed = [d for d in dosages if not d.get("asNeededBoolean")]
    mixed = 0 < len(fixed) < len(dosages)
    if types == {"EFTER_BEHOV"} or not (types or fixed):
        return []
    if types and (types != ({"KOMBINERET"} if mixed else {"FAST"}) or not fixed):
        raise _Lost
    if len({_only(d["doseAndRate"])["doseQuantity"]["unit"].removesuffix("ter") for d in fixed}) > 1:
        raise _Lost
    return fixed


def _moments(dosage: dict[str, Any], plan: dict[str, Any], day: date, since: str) -> Moments:
    """The slots of one element on `day`; `since` is the statement's own start."""
    repeat = _spelled(dosage)
    slots = _slots(repeat, plan)
    first, last = _first_and_last(repeat, len(slots), since)
    if not first <= day <= last or not _falls(repeat, first, day):
        return []
    return [(slot, _only(dosage["doseAndRate"])["doseQuantity"]["value"]) for slot in slots]


def _spelled(dosage: dict[str, Any]) -> dict[str, Any]:
    """The timing with all of it said: how often, in how many days or weeks, and what a code stands for."""
    timing = dosage["timing"]
    repeat = dict(timing.get("repeat", {}))
    if "code" in timing:
        if repeat.keys() - {"boundsPeriod", "boundsDuration", "count"}:
            raise _Lost
        repeat |= {"frequency": CODES[_only(timing["code"]["coding"])["code"]], "period": 1, "periodUnit": "d"}
    if (
        not {"frequency", "period", "periodUnit"} & repeat.keys()
    ):  # a clock time or a weekday says itself when it recurs
        if "timeOfDay" not in repeat and not {"dayOfWeek", "when"} <= repeat.keys():
            raise _Lost
        repeat |= {
            "frequency": len(repeat.get("when", []) + repeat.get("timeOfDay", [])),
            "period": 1,
            "periodUnit": "d",
        }
    if repeat.keys() - TIMING or repeat["period"] not in range(1, 53) or repeat["periodUnit"] not in ("d", "wk"):
        raise _Lost
    return repeat


def _slots(repeat: dict[str, Any], plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The slots of each of its days, where so often means so many on each of them and nothing else."""
    often, weekdays, weeks = repeat["frequency"], repeat.get("dayOfWeek", []), repeat["periodUnit"] == "wk"
    slots = [_slot(plan, lambda s, p=p: s.get("part") == MARKS[p]) for p in repeat.get("when", [])]
    slots += [_slot(plan, lambda s, c=c: s["time"] == c) for c in repeat.get("timeOfDay", [])]
    days = len(weekdays) if weeks else 1
    if weeks != bool(weekdays) and (weeks or repeat["period"] > 1):
        raise _Lost
    if repeat["period"] > 1 and (often != 1 or days > 1):
        raise _Lost
    if slots and often != days * len(slots) and not (often == days and 1 in (days, len(slots))):
        raise _Lost
    if not slots and often % days:
        raise _Lost
    return slots or [
        _slot(plan, lambda s, i=i: s["id"] == i) for i in plan["settings"]["times_per_day"][str(often // days)]
    ]


def _first_and_last(repeat: dict[str, Any], a_day: int, since: str) -> tuple[date, date]:
    """Both included. What is counted from a day needs to be told which."""
    bounds = repeat.get("boundsPeriod", {})
    start = bounds.get("start", since)[:10]
    counted = repeat["period"] > 1 or "count" in repeat or "boundsDuration" in repeat
    if (counted and not start) or (repeat["period"] > 1 and _week_is_open(repeat, start)):
        raise _Lost
    first = date.fromisoformat(start or "2000-01-01")
    last = date.fromisoformat(bounds.get("end", "2199-12-31")[:10])
    if "boundsDuration" in repeat:
        length = repeat["boundsDuration"]
        last = first + timedelta(**{{"d": "days", "wk": "weeks"}[length["code"]]: length["value"]}) - timedelta(days=1)
    if "count" in repeat:
        if (
            repeat["count"] % a_day
            or repeat["frequency"] % a_day
            or (since and bounds.get("start", since)[:10] != since)
        ):
            raise _Lost
        last = min(last, _day_of_the_last(repeat, first, repeat["count"] // a_day))
    return first, last


def _week_is_open(repeat: dict[str, Any], start: str) -> bool:
    """Of "every 2 weeks on a Monday": whether that of the starting week is already past."""
    return repeat["periodUnit"] == "wk" and DAYS.index(repeat["dayOfWeek"][0]) < date.fromisoformat(start).weekday()


def _day_of_the_last(repeat: dict[str, Any], day: date, left: int) -> date:
    """Walks until none is left."""
    first = day
    while left := left - _falls(repeat, first, day):
        day += timedelta(days=1)
    return day


def _falls(repeat: dict[str, Any], first: date, day: date) -> bool:
    """Whether it is a day of it: by the calendar's weeks, or by the days since the first."""
    if repeat.get("dayOfWeek") and DAYS[day.weekday()] not in repeat["dayOfWeek"]:
        return False
    if repeat["periodUnit"] == "d":
        return (day - first).days % repeat["period"] == 0
    mondays = [d - timedelta(days=d.weekday()) for d in (first, day)]
    return (mondays[1] - mondays[0]).days // 7 % repeat["period"] == 0


def _apart(fixed: list[dict[str, Any]], plan: dict[str, Any], since: str) -> None:
    """Parts numbered in a sequence must not overlap, and no two may ever want one slot on one day."""
    parts = []
    for dosage in fixed:
        repeat = _spelled(dosage)
        slots = _slots(repeat, plan)
        names = [slot["id"] for slot in slots]
        parts.append((dosage.get("sequence"), repeat, *_first_and_last(repeat, len(slots), since), names))
    for i, (one, repeat, first, last, names) in enumerate(parts):
        for other, again, begins, ends, others in parts[:i]:
            together = one == other or (one is not None and other is not None)
            if not together or (one != other and not (ends < first if one > other else last < begins)):
                raise _Lost
            day, stop = max(first, begins), min(last, ends)
            stop = min(stop, day + timedelta(days=_days(repeat) * _days(again)))  # by then the two repeat
            while day <= stop and {*names} & {*others}:
                if _falls(repeat, first, day) and _falls(again, begins, day):
                    raise _Lost
                day += timedelta(days=1)


def _days(repeat: dict[str, Any]) -> int:
    """After so many days it repeats."""
    return repeat["period"] * (7 if repeat["periodUnit"] == "wk" or "dayOfWeek" in repeat else 1)


def _most(dosage: dict[str, Any], plan: dict[str, Any], alone: bool) -> None:
    """Whether a day has more than the element says is the most."""
    if "maxDosePerPeriod" not in dosage:
        return
    a_day = _only(dosage["doseAndRate"])["doseQuantity"]["value"] * len(_slots(_spelled(dosage), plan))
    if not alone or a_day > dosage["maxDosePerPeriod"]["numerator"]["value"]:
        raise _Lost


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
    shape, unit, number = _shape(drug), quantity["unit"], Decimal(quantity["value"])
    tablets, capsules = "tablet" in unit, "kaps" in unit
    if number <= 0 or (shape and ((tablets and "tablet" not in shape) or (capsules and "kaps" not in shape))):
        raise _Lost
    if boxed and not (_countable(quantity) and (_solid(shape) or not shape)):
        raise _Lost


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


def _only(one: list[Any]) -> Any:
    if len(one) != 1:
        raise _Lost
    return one[0]


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
