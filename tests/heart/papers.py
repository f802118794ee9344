"""The plans as they stand on paper in the home: what the oracle goes by. Nothing of the hub is imported here."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.heart.rota import EVERY_DAY, Rota, drawn

HOME = ZoneInfo("Europe/Copenhagen")
WINDOW = timedelta(minutes=60)
EARLY_MIN = 30


class Drug(NamedTuple):
    """One ordination. `interval_min` None: the plan is silent, and half the planned gap holds (R2)."""

    substance: str
    tablets: dict[str, int]  # in each slot, on a day of its rota
    interval_min: int | None = None
    boxed: bool = True
    critical: bool = False
    most: int = 0  # as needed, so many times a day; in no slot, or beside its fixed ones
    rota: Rota = EVERY_DAY
    up_to: bool = False  # one more may be taken; handed out is the least


class Table(NamedTuple):
    """A plan: ordinations by id, and when each slot is ("08:00")."""

    drugs: dict[str, Drug]
    hours: dict[str, str]
    issued: datetime

    def at(self, intake: str) -> dict[str, Drug]:
        """Who is in an intake ("2026-03-12/morning"), with the fixed part alone."""
        day, slot = intake[:10], intake[11:]
        return {o: d._replace(most=0) for o, d in self.drugs.items() if slot in d.tablets and d.rota.times(day)}

    def boxed(self, intake: str) -> Counter[str]:
        """Tablets that lie in its compartment, by ordination."""
        return Counter({o: n for o, n in self.planned(intake).items() if self.drugs[o].boxed})

    def planned(self, intake: str) -> dict[str, int]:
        """Tablets in it, inside the box and outside, by ordination."""
        day, slot = intake[:10], intake[11:]
        return {o: d.tablets[slot] * d.rota.times(day) for o, d in self.at(intake).items()}

    def slots(self, day: str) -> list[str]:
        """Those with something in them."""
        return [slot for slot in self.hours if self.at(f"{day}/{slot}")]

    def wanted(self, day: str, *slots: str) -> Counter[str]:
        """Tablets of each substance on a day, inside the box and outside; of some slots, or of all."""
        wanted = Counter[str]()
        for drug in self.drugs.values():
            wanted[drug.substance] += sum(drug.tablets.get(s, 0) for s in slots or self.hours) * drug.rota.times(day)
        return wanted

    def when(self, intake: str) -> datetime:
        return moment(intake[:10], self.hours[intake[11:]])


@lru_cache(maxsize=4096)
def moment(day: str, clock: str) -> datetime:
    """In UTC: 02:30 that does not exist is 03:00, one that comes twice is the first (R4)."""
    at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), HOME)
    if at.astimezone(UTC).astimezone(HOME).time() != at.time():
        at = at.replace(hour=3, minute=0)
    return at.astimezone(UTC)


def home_day(instant: datetime) -> str:
    return str(instant.astimezone(HOME).date())


def apart(mine: dict[str, Drug], theirs: dict[str, Drug], half_gap: timedelta) -> timedelta:
    """R2: how long must be between two intakes of one substance. Where the plan is silent, half of what was planned; as
    needed an even share of the day."""
    both = [*mine.values(), *(d for o, d in theirs.items() if o not in mine or d.most)]
    common = {d.substance for d in mine.values()} & {d.substance for d in theirs.values()}
    return max((_interval(d, half_gap) for d in both if d.substance in common), default=timedelta())


def _interval(drug: Drug, half_gap: timedelta) -> timedelta:
    if drug.interval_min is not None:
        return timedelta(minutes=drug.interval_min)
    return timedelta(days=1) / drug.most if drug.most else half_gap


def counts(mine: dict[str, Drug], theirs: dict[str, Drug]) -> bool:
    """Whether another intake counts against the most of what is had as needed; its own fixed doses do not."""
    common = {d.substance for d in mine.values() if d.most}
    return any(d.substance in common and (d.most or o not in mine) for o, d in theirs.items())


ROUNDS = {"morning": "08:00", "noon": "12:00", "evening": "18:00", "night": "22:00"}
HOURS = {
    "morning": ("08:00", "07:30", "09:00"),
    "m2": ("08:00", "07:30", "09:00"),
    "noon": ("12:00", "12:30", "13:00"),
    "evening": ("18:00", "17:00", "19:00"),
    "night": ("22:00", "21:30", "23:30"),
    "t0230": ("02:30", "03:00", "01:45"),
    "t1500": ("15:00", "14:00", "15:30"),
}
FOUR = dict.fromkeys(ROUNDS, 1)
USUAL: dict[str, Drug] = {
    "pinemol": Drug("P", FOUR),
    "levodopa": Drug("L", {"morning": 1, "noon": 1, "evening": 1}, 180, critical=True),
    "metformin": Drug("M", {"morning": 2, "evening": 1}),
    "ramipril": Drug("ramipril", {"morning": 1}),  # no ATC: alike only by ordination
    "statin": Drug("S", {"night": 1}, critical=False),
    "insulin": Drug("I", {"morning": 1, "evening": 1}, 300, boxed=False, critical=True),
    "calcium": Drug("C", {"noon": 1, "evening": 1}),
    "eplerenon": Drug("E", {"morning": 1}, 720, critical=True),
    "drops": Drug("D", {"noon": 1, "night": 1}, boxed=False),
    "panodil": Drug("P", {"t1500": 1}, 240),
    "folimet": Drug("F", {"morning": 1}),
    "omeprazol": Drug("A", {"morning": 1, "evening": 1}),
    "kaleorid": Drug("K", {"noon": 1, "evening": 2}),
    "magnesia": Drug("G", {"night": 2}),
    "oxynorm": Drug("O", {}, most=4),
    "morfin": Drug("O", {"morning": 1, "evening": 1}, 300, critical=True, most=2),
    "codein": Drug("N", {"noon": 1}, most=3, up_to=True),
    "pamol": Drug("P", {}, 240, most=3),
}


def usual(issued: datetime, rng: Random, night: bool = False) -> Table:
    """Most of the usual plan; with an intake at 02:30 for the nights on which the clocks are changed."""
    day = home_day(issued)
    some = {o: d for o, d in USUAL.items() if o == "levodopa" or rng.random() < 0.85}
    drugs = {o: d._replace(rota=drawn(rng, day)) if rng.random() < 0.3 else d for o, d in some.items()}
    if night:
        drugs["eltroxin"] = Drug("T", {"t0230": 1}, critical=True)
    return _table(drugs, ROUNDS | {"t0230": "02:30", "t1500": "15:00"}, issued)


def _table(drugs: dict[str, Drug], hours: dict[str, str], issued: datetime) -> Table:
    used = {slot for drug in drugs.values() for slot in drug.tablets}
    if {"morning", "m2"} <= used:
        return _table(_renamed(drugs, "morning", "m2"), hours, issued)
    return Table(drugs, {s: hours.get(s, HOURS[s][0]) for s in HOURS if s in used}, issued)


# -- how plans change ----------------------------------------------------------------------------------------------


def moved(table: Table, rng: Random) -> Table:
    """A slot is at another time."""
    slot = rng.choice(sorted(table.hours))
    return _table(table.drugs, table.hours | {slot: rng.choice(HOURS[slot])}, table.issued)


def stronger(table: Table, rng: Random) -> Table:
    """Another strength is another ordination of the same substance; without an ATC nobody can know that it is."""
    old = rng.choice(sorted(table.drugs))
    tablets = {slot: rng.choice((1, 1, 2)) for slot in table.drugs[old].tablets}
    unknown = table.drugs[old].substance == old
    new = table.drugs[old]._replace(tablets=tablets, substance=_next(old) if unknown else table.drugs[old].substance)
    drugs = {o: d for o, d in table.drugs.items() if o != old}
    return _table(drugs | {_next(old): new}, table.hours, table.issued)


def _next(ordination: str) -> str:
    name, _, number = ordination.partition("-")
    return f"{name}-{int(number or 1) + 1}"


def stopped(table: Table, rng: Random) -> Table:
    return without(table, rng.choice(sorted(table.drugs)))


def without(table: Table, ordination: str) -> Table:
    drugs = {o: d for o, d in table.drugs.items() if o != ordination}
    return _table(drugs or table.drugs, table.hours, table.issued)


def begun(table: Table, rng: Random) -> Table:
    """One that is not taken now, or that was stopped: begun, or begun again, under its own id."""
    new = rng.choice(sorted(USUAL))
    return _table(table.drugs | {new: USUAL[new]}, table.hours, table.issued)


def another_way(table: Table, rng: Random) -> Table:
    """From the box to reminded only, or back."""
    name = rng.choice(sorted(table.drugs))
    drug = table.drugs[name]
    return _table(table.drugs | {name: drug._replace(boxed=not drug.boxed)}, table.hours, table.issued)


def further_apart(table: Table, rng: Random) -> Table:
    """Another least interval, or none said."""
    name = rng.choice(sorted(table.drugs))
    drug = table.drugs[name]._replace(interval_min=rng.choice((None, 120, 210, 300, 480)))
    return _table(table.drugs | {name: drug}, table.hours, table.issued)


def other_days(table: Table, rng: Random) -> Table:
    """On other days, more or less of it for a while, or every day again."""
    name = rng.choice(sorted(table.drugs))
    rota = drawn(rng, home_day(table.issued)) if rng.random() < 0.8 else EVERY_DAY
    drug = table.drugs[name]._replace(rota=rota, up_to=rng.random() < 0.3)
    return _table(table.drugs | {name: drug}, table.hours, table.issued)


def another_slot(table: Table, rng: Random) -> Table:
    """An intake of its own, or one less."""
    name = rng.choice(sorted(table.drugs))
    drug, slot = table.drugs[name], rng.choice(sorted(ROUNDS))
    if drug.most:
        return moved(table, rng)
    tablets = (
        {s: n for s, n in drug.tablets.items() if s != slot} if slot in drug.tablets else {**drug.tablets, slot: 1}
    )
    return _table(table.drugs | {name: drug._replace(tablets=tablets or drug.tablets)}, table.hours, table.issued)


def elsewhere_in_the_day(table: Table, rng: Random) -> Table:
    """What was in one slot is in another."""
    name = rng.choice(sorted(table.drugs))
    drug, free = table.drugs[name], [s for s in ROUNDS if s not in table.drugs[name].tablets]
    if not free or not drug.tablets:
        return renamed(table, rng)
    tablets, new = dict(drug.tablets), rng.choice(free)
    tablets[new] = tablets.pop(rng.choice(sorted(tablets)))
    return _table(table.drugs | {name: drug._replace(tablets=tablets)}, table.hours, table.issued)


def renamed(table: Table, rng: Random) -> Table:
    """The morning has another id, or its old one: to the hub another intake, at the same time."""
    old, new = ("morning", "m2") if "morning" in table.hours else ("m2", "morning")
    return _table(_renamed(table.drugs, old, new), table.hours, table.issued)


def _renamed(drugs: dict[str, Drug], old: str, new: str) -> dict[str, Drug]:
    return {o: d._replace(tablets={new if s == old else s: n for s, n in d.tablets.items()}) for o, d in drugs.items()}


CHANGES = (
    moved, elsewhere_in_the_day, renamed, stronger, stopped, begun, another_way, further_apart, another_slot,
    other_days, other_days,
)  # fmt: skip
