"""The oracle's reading of a card of FMK's structures: what one medication wants on a day, asked of the file itself.

Like `medhub.oracle` it imports nothing of ours, knows a closed list of shapes, and calls anything else not understood.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any, NamedTuple

REST = {"withdrawn": "stopped", "ended": "ended"}
ROUNDS = {"MorningDoseWrapper": "morning", "NoonDoseWrapper": "noon", "EveningDoseWrapper": "evening",
          "NightDoseWrapper": "night"}  # fmt: skip
COUNTED = ("tablet", "tabletter", "kapsel", "kapsler", "stk")
PERIOD = {"iterationInterval", "startDate", "endDate", "supplText", "dosagePeriodPostfix", "days"}
DOSE = {"type", "doseQuantity", "minimalDoseQuantity", "maximalDoseQuantity", "isAccordingToNeed", "time"}
Json = dict[str, Any]
Moments = list[tuple[Json, Decimal]]


class Lost(Exception):
    """The file says something that is not on the list."""


class Line(NamedTuple):
    """Doses of one amount in some slots, on one day of one period."""

    period: Json
    day: int
    slots: list[Json]
    amount: tuple[Decimal, Decimal]


def is_read(plan: Json) -> bool:
    """Whether every medication is written in JSON."""
    return not any("dosage_xml" in medication for medication in plan["medicines"]["medications"])


def of_day(medication: Json, plan: Json, day: date) -> tuple[str, Moments, bool]:
    """Why there is nothing, or the day's moments; and whether there is a part as needed beside them."""
    if medication["status"] in REST:
        return REST[medication["status"]], [], False
    try:
        pause = _pause(medication, plan)
        if medication["status"] == "paused" and "to" not in pause:
            return "on_hold", [], False
        periods = medication["dosage"]["structures"]["structures"]
        if not 1 <= len(periods) <= 10 or any(period.keys() - PERIOD for period in periods):
            raise Lost
        _one_at_a_time(periods)
        lines = [line for period in periods for line in _lines(period, plan)]
        needed = any(d["isAccordingToNeed"] for p in periods for one in p["days"] for d in one["allDoses"])
        if needed and not lines:
            return "as_needed", [], False
        _fits(lines, medication, plan)
    except (Lost, KeyError):
        return "not_understood", [], False
    paused = pause and pause["from"] <= str(day) <= pause["to"]
    bounds = ((medication["start"], medication.get("end")), _bounds(medication["dosage"]["structures"]))
    if paused or not all(_within(start, end, day) for start, end in bounds):
        return "not_today", [], needed
    found = [(slot, line.amount[0]) for line in lines if _falls(line, day) for slot in line.slots]
    return "" if found else "not_today", found, needed


def _pause(medication: Json, plan: Json) -> Json:
    """The pause that is not over on the plan's first day, if any; the status must say the same."""
    pause: Json = medication.get("pause") or {}
    first = str(date.fromisoformat(plan["valid_from"][:10]))
    now = bool(pause) and pause["from"] <= first <= pause.get("to", "9")
    if pause and now != (medication["status"] == "paused"):
        raise Lost
    return pause


def _lines(period: Json, plan: Json) -> list[Line]:
    """What is to be taken without being asked for. A dose said n times is n times a day, by the plan's table."""
    found = []
    if period["days"] and len({one["dayNumber"] for one in period["days"]}) < len(period["days"]):
        raise Lost
    for one in period["days"]:
        said: Counter[tuple[Any, ...]] = Counter()
        for dose in one["allDoses"]:
            amount = _amount(dose)
            if not dose["isAccordingToNeed"] and amount[1]:
                said[(dose["type"], tuple(sorted(dose.get("time", {}).items())), amount)] += 1
        for (kind, at, amount), times in said.items():
            if not amount[0] or one["dayNumber"] == 0:
                raise Lost
            found.append(Line(period, one["dayNumber"], _slots(kind, dict(at), times, plan), amount))
    return found


def _amount(dose: Json) -> tuple[Decimal, Decimal]:
    """The least and the most."""
    if dose.keys() - DOSE or ("doseQuantity" in dose) == ("minimalDoseQuantity" in dose):
        raise Lost
    names = ("doseQuantity",) * 2 if "doseQuantity" in dose else ("minimalDoseQuantity", "maximalDoseQuantity")
    low, high = (Decimal(dose[name]) for name in names)
    if not 0 <= low <= high:
        raise Lost
    return low, high


def _slots(kind: str, at: Json, times: int, plan: Json) -> list[Json]:
    if kind == "PlainDoseWrapper":
        return [_slot(plan, "id", name) for name in plan["settings"]["times_per_day"][str(times)]]
    if times > 1:
        raise Lost
    if kind == "TimedDoseWrapper":
        return [_slot(plan, "time", f"{at['hour']:02}:{at['minute']:02}:{at.get('second', 0):02}")]
    return [_slot(plan, "part", ROUNDS[kind])]


def _slot(plan: Json, name: str, value: str) -> Json:
    """The slot that has it; a clock time's own before a round at the same time."""
    found = sorted((s for s in plan["rounds"] if s.get(name) == value), key=lambda s: "part" in s)
    if not found:
        raise Lost
    return found[0]


def _fits(lines: list[Line], medication: Json, plan: Json) -> None:
    """Whether so much of it can lie where it should, and no two lines ever want one slot on one day."""
    unit = medication["dosage"]["structures"]["unitOrUnits"]
    word = unit.get("unit", unit.get("unitSingular"))
    if plan["settings"]["per_medicine"][medication["id"]]["handout"] == "compartment":
        amounts = [number for line in lines for number in line.amount]
        if word not in COUNTED or any(number * 4 % 1 or number > 10 for number in amounts):
            raise Lost
    for one, other in combinations(lines, 2):
        twice = {s["id"] for s in one.slots} & {s["id"] for s in other.slots}
        if one.period is other.period and one.day == other.day and twice:
            raise Lost


def _one_at_a_time(periods: list[Json]) -> None:
    """At most a fixed one and one as needed run on a day, and none of them says nothing where the other is all there
    is. New ones begin on a start date, so those are looked at."""
    kinds = [{d["isAccordingToNeed"] for one in p["days"] for d in one["allDoses"] if _amount(d)[1]} for p in periods]
    for period in periods:
        running = [
            kind for kind, p in zip(kinds, periods, strict=True)
            if _within(*_bounds(p), date.fromisoformat(period["startDate"]))
        ]  # fmt: skip
        if len(running) > 2 or (len(running) == 2 and running[0] & running[1]):
            raise Lost
        if len(running) == 2 and set() in running and set().union(*running) == set().union(*kinds) != set():
            raise Lost
        interval = period["iterationInterval"]
        over = period.get("endDate") and _days_between(period["startDate"], period["endDate"]) < interval
        if interval and not over and any(one["dayNumber"] > interval for one in period["days"]):
            raise Lost


def _days_between(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _falls(line: Line, day: date) -> bool:
    """FMK: day 1 is the start date; without an interval each day comes once."""
    start, end = _bounds(line.period)
    since, interval = (day - date.fromisoformat(start or "")).days, line.period["iterationInterval"]
    return _within(start, end, day) and (since % interval if interval else since) == line.day - 1


def _bounds(said: Json) -> tuple[str | None, str | None]:
    return said.get("startDate"), said.get("endDate")


def _within(start: str | None, end: str | None, day: date) -> bool:
    """Both ends belong to it; ISO dates compare as text."""
    return (start or "0") <= day.isoformat() <= (end or "9")
