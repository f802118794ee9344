"""What FHIR's dosage elements want on a day, worked out a second time.

Like `medhub.oracle` it imports nothing of ours, knows a closed list of shapes, and calls anything else not understood.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

MARKS = {"MORN": "morning", "NOON": "noon", "EVE": "evening", "NIGHT": "night"}
MOMENTS = {"when", "timeOfDay", "dayOfWeek"}
TIMING = {"boundsPeriod", "boundsDuration", "count", "frequency", "period", "periodUnit", *MOMENTS}
CODES = {"QD": 1, "BID": 2, "TID": 3, "QID": 4}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Json = dict[str, Any]
Moments = list[tuple[Json, Decimal]]


class Lost(Exception):
    """The file says something that is not on the list."""


def moments(elements: list[Json], plan: Json, day: date, since: str) -> Moments:
    """What is to be taken on `day`; `since` is the statement's own start, "" where it has none."""
    wanted = fixed(elements)
    found = [moment for dosage in wanted for moment in _moments(dosage, plan, day, since)]
    _apart(wanted, plan, since)
    for dosage in wanted:
        _most(dosage, plan, alone=len(elements) == 1)
    return found


def fixed(dosages: list[Json]) -> list[Json]:
    """The elements that are no p.n.; the dosage type must agree with them."""
    types = {c["code"] for d in dosages for i in d.get("additionalInstruction", []) for c in i["coding"]}
    taken = [d for d in dosages if not d.get("asNeededBoolean")]
    mixed = 0 < len(taken) < len(dosages)
    if types == {"EFTER_BEHOV"} or not (types or taken):
        return []
    if types and (types != ({"KOMBINERET"} if mixed else {"FAST"}) or not taken):
        raise Lost
    if len({only(d["doseAndRate"])["doseQuantity"]["unit"].removesuffix("ter") for d in taken}) > 1:
        raise Lost
    return taken


def _moments(dosage: Json, plan: Json, day: date, since: str) -> Moments:
    """The slots of one element on `day`; `since` is the statement's own start."""
    repeat = _spelled(dosage)
    slots = _slots(repeat, plan)
    first, last = _first_and_last(repeat, len(slots), since)
    if not first <= day <= last or not _falls(repeat, first, day):
        return []
    return [(slot, only(dosage["doseAndRate"])["doseQuantity"]["value"]) for slot in slots]


def _spelled(dosage: Json) -> Json:
    """The timing with all of it said: how often, in how many days or weeks, and what a code stands for."""
    timing = dosage["timing"]
    repeat = dict(timing.get("repeat", {}))
    if "code" in timing:
        if repeat.keys() - {"boundsPeriod", "boundsDuration", "count"}:
            raise Lost
        repeat |= {"frequency": CODES[only(timing["code"]["coding"])["code"]], "period": 1, "periodUnit": "d"}
    if not {"frequency", "period", "periodUnit"} & repeat.keys():
        if "timeOfDay" not in repeat and not {"dayOfWeek", "when"} <= repeat.keys():
            raise Lost  # else a clock time comes every day, and a weekday every week
        each = len(repeat.get("when", []) + repeat.get("timeOfDay", []))
        repeat |= {"frequency": each, "period": 1, "periodUnit": "d"}
    if repeat.keys() - TIMING or repeat["period"] not in range(1, 53) or repeat["periodUnit"] not in ("d", "wk"):
        raise Lost
    return repeat


def _slots(repeat: Json, plan: Json) -> list[Json]:
    """The slots of each of its days, where so often means so many on each of them and nothing else."""
    often, weekdays, weeks = repeat["frequency"], repeat.get("dayOfWeek", []), repeat["periodUnit"] == "wk"
    slots = [_slot(plan, lambda s, p=p: s.get("part") == MARKS[p]) for p in repeat.get("when", [])]
    slots += [_slot(plan, lambda s, c=c: s["time"] == c) for c in repeat.get("timeOfDay", [])]
    days = len(weekdays) if weeks else 1
    if weeks != bool(weekdays) and (weeks or repeat["period"] > 1):
        raise Lost
    if repeat["period"] > 1 and (often != 1 or days > 1):
        raise Lost
    if slots and often != days * len(slots) and not (often == days and 1 in (days, len(slots))):
        raise Lost
    if not slots and often % days:
        raise Lost
    return slots or [
        _slot(plan, lambda s, i=i: s["id"] == i) for i in plan["settings"]["times_per_day"][str(often // days)]
    ]


def _first_and_last(repeat: Json, a_day: int, since: str) -> tuple[date, date]:
    """Both included. What is counted from a day needs to be told which."""
    bounds = repeat.get("boundsPeriod", {})
    start = bounds.get("start", since)[:10]
    counted = repeat["period"] > 1 or "count" in repeat or "boundsDuration" in repeat
    if (counted and not start) or (repeat["period"] > 1 and _week_is_open(repeat, start)):
        raise Lost
    first = date.fromisoformat(start or "2000-01-01")
    last = date.fromisoformat(bounds.get("end", "2199-12-31")[:10])
    if "boundsDuration" in repeat:
        length = repeat["boundsDuration"]
        last = first + timedelta(**{{"d": "days", "wk": "weeks"}[length["code"]]: length["value"]}) - timedelta(days=1)
    if "count" in repeat:
        if repeat["count"] % a_day or repeat["frequency"] % a_day or (since and start != since):
            raise Lost
        last = min(last, _day_of_the_last(repeat, first, repeat["count"] // a_day))
    return first, last


def _week_is_open(repeat: Json, start: str) -> bool:
    """Of "every 2 weeks on a Monday": whether that of the starting week is already past."""
    return repeat["periodUnit"] == "wk" and DAYS.index(repeat["dayOfWeek"][0]) < date.fromisoformat(start).weekday()


def _day_of_the_last(repeat: Json, day: date, left: int) -> date:
    """Walks until none is left."""
    first = day
    while left := left - _falls(repeat, first, day):
        day += timedelta(days=1)
    return day


def _falls(repeat: Json, first: date, day: date) -> bool:
    """Whether it is a day of it: by the calendar's weeks, or by the days since the first."""
    if repeat.get("dayOfWeek") and DAYS[day.weekday()] not in repeat["dayOfWeek"]:
        return False
    if repeat["periodUnit"] == "d":
        return (day - first).days % repeat["period"] == 0
    mondays = [d - timedelta(days=d.weekday()) for d in (first, day)]
    return (mondays[1] - mondays[0]).days // 7 % repeat["period"] == 0


def _apart(fixed: list[Json], plan: Json, since: str) -> None:
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
                raise Lost
            day, stop = max(first, begins), min(last, ends)
            stop = min(stop, day + timedelta(days=_days(repeat) * _days(again)))  # by then the two repeat
            while day <= stop and {*names} & {*others}:
                if _falls(repeat, first, day) and _falls(again, begins, day):
                    raise Lost
                day += timedelta(days=1)


def _days(repeat: Json) -> int:
    """After so many days it repeats."""
    return repeat["period"] * (7 if repeat["periodUnit"] == "wk" or "dayOfWeek" in repeat else 1)


def _most(dosage: Json, plan: Json, alone: bool) -> None:
    """Whether a day has more than the element says is the most."""
    if "maxDosePerPeriod" not in dosage:
        return
    a_day = only(dosage["doseAndRate"])["doseQuantity"]["value"] * len(_slots(_spelled(dosage), plan))
    if not alone or a_day > dosage["maxDosePerPeriod"]["numerator"]["value"]:
        raise Lost


def _slot(plan: Json, fits: Any) -> Json:
    """The slot that fits; a clock time's own before a round at the same time."""
    found = sorted((s for s in plan["rounds"] if fits(s)), key=lambda s: "part" in s)
    if not found:
        raise Lost
    return found[0]


def within(period: dict[str, str], day: date) -> bool:
    """Both ends belong to it; ISO dates compare as text."""
    return period.get("start", "0")[:10] <= day.isoformat() <= period.get("end", "9")[:10]


def only(one: list[Any]) -> Any:
    if len(one) != 1:
        raise Lost
    return one[0]
