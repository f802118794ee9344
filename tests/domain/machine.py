"""A home in which anything happens in any order, and an oracle that counts tablets and hours by itself.

The oracle has its own plan tables, its own clock that no step fools, and counts what leaves the compartments. Of
`hub.domain` it uses types and names of states only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import IntakeId, Life
from hub.domain.plan import DayDose, Dosage, Handout, Limits, Medicine, Ordination, PartOfDay, Period, Plan
from hub.domain.plan import Slot as PlanSlot
from hub.domain.state import Record
from tests.domain.play import DAY, TABLET_MG, Play, plan_of


class Drug(NamedTuple):
    substance: str
    interval_min: int | None
    tablets: dict[str, int]  # at each round
    boxed: bool = True


class Table(NamedTuple):
    """A plan as the oracle knows it: `hours` says when each slot is."""

    drugs: dict[str, Drug]
    hours: dict[str, int]


USUAL = {"morning": 8, "noon": 12, "evening": 18, "night": 22}
MOVED = {"morning": 9, "noon": 12, "evening": 19, "night": 22}
RENAMED = {"m2": 8, "noon": 12, "evening": 18, "night": 22}
FOUR = {"morning": 1, "noon": 1, "evening": 1, "night": 1}
TABLES = (
    Table({"pinemol": Drug("P", None, FOUR), "metformin": Drug("M", None, {"morning": 2})}, USUAL),
    Table({"pinemol": Drug("P", 210, {"morning": 1, "noon": 1, "evening": 2}), "statin": Drug("S", None, {"night": 1})},
          USUAL),
    Table({"panodil": Drug("P", 240, {"noon": 1, "night": 1}), "metformin": Drug("M", None, {"evening": 2})}, MOVED),
    Table({"pinemol": Drug("P", None, {"m2": 1, "evening": 1}), "insulin": Drug("I", 180, {"noon": 1, "m2": 1}, False)},
          RENAMED),
    Table({"insulin": Drug("I", None, {"morning": 1, "evening": 1}, False), "panodil": Drug("P", 300, FOUR)}, USUAL),
)  # fmt: skip
ROUNDS = {"morning": PartOfDay.MORNING, "m2": PartOfDay.MORNING, "noon": PartOfDay.NOON,
          "evening": PartOfDay.EVENING, "night": PartOfDay.NIGHT}  # fmt: skip


def plan(table: Table, version: int) -> Plan:
    slots = tuple(PlanSlot(id=s, time=time(h), part=ROUNDS[s], early_min=30) for s, h in table.hours.items())
    ordinations = []
    for name, drug in table.drugs.items():
        lines = tuple(DayDose(Decimal(n), part=ROUNDS[s]) for s, n in drug.tablets.items())
        dosage = Dosage((Period(start=date(2026, 1, 1), days={1: lines}),), "tablet", "tabletter")
        way = Handout.COMPARTMENT if drug.boxed else Handout.REMINDED
        medicine = Medicine(name, atc=drug.substance)
        ordinations.append(Ordination(name, medicine, dosage, way, interval_min=drug.interval_min))
    return plan_of(*ordinations, version=version, slots=slots, limits=Limits(plan_age_days=365))


class Gone(NamedTuple):
    """Something of a substance was, as far as anybody can see, taken: when, for which intake planned at which hour."""

    at: datetime
    intake: IntakeId
    planned: datetime
    substances: frozenset[str]


class Home(Play):
    """The core with its physical surroundings and the oracle's books."""

    def __init__(self) -> None:
        super().__init__()
        self.true = self.now.wall  # the oracle's own clock: no step fools it
        self.version = 0
        self.table = TABLES[0]
        self.inside: dict[int, list[str]] = defaultdict(list)  # the tablets in each compartment, by substance
        self.of: dict[int, IntakeId] = {}  # what they were put there for
        self.keyed: set[int] = set()
        self.taken: list[Gone] = []
        self.left: dict[date, Counter[str]] = defaultdict(Counter)  # tablets handed out, by the intake's day
        self.most: dict[date, Counter[str]] = {}  # what the plan in force asks for that day, or had gone when it came
        self.expected: set[IntakeId] = set()
        self.looked = DAY  # the last day on which the hub could know which day it was
        self.eased: set[date] = set()  # a named person gave time beyond the plan's
        self.by_name: set[IntakeId] = set()
        self.bring(0)

    # -- time, by the oracle's own clock ---------------------------------------------------------------------------

    def wait(self, span: timedelta) -> "Home":
        """In steps, as a hub that ticks would see it; what a whole day passes over is what a power cut does."""
        while span > timedelta():
            step = min(span, timedelta(minutes=20))
            self.true += step
            super().wait(step)
            self.look()
            span -= step
        return self

    def cut_power(self, span: timedelta, boot: str) -> None:
        self.true += span
        self.now = type(self.now)(self.now.wall + span, 5.0, self.now.trusted, boot)
        self.die()
        self.look()

    def clock(self, skew: timedelta, trusted: bool) -> None:
        """The wall clock goes wrong and nobody vouches for it, or it is right again."""
        self.now = type(self.now)(self.true + skew, self.now.monotonic_s, trusted, self.now.boot)
        self.tick()
        self.look()

    # -- what is wanted ----------------------------------------------------------------------------------------------

    def bring(self, number: int) -> None:
        """A new plan comes."""
        self.table, self.version = TABLES[number], self.version + 1
        assert self.accept(plan(self.table, self.version)) == ()
        assert self.state.plan is not None
        assert self.state.plan.version == self.version
        self.most[self.today()] = self.wanted() | self.left[self.today()]
        self.look()

    def look(self) -> None:
        """Note what the plan wants of today, and of the days nobody looked at."""
        day = self.looked
        while day <= self.today():
            self.most.setdefault(day, self.wanted())
            for slot in self.table.hours if self.now.trusted else ():
                if any(slot in drug.tablets for drug in self.table.drugs.values()):
                    self.expected.add(f"{day}/{slot}")
            day += timedelta(days=1)
        if self.now.trusted:
            self.looked = self.today()

    def wanted(self) -> Counter[str]:
        wanted = Counter[str]()
        for drug in self.table.drugs.values():
            wanted[drug.substance] += sum(drug.tablets.values())
        return wanted

    def today(self) -> date:
        return self.true.astimezone(ZoneInfo("Europe/Copenhagen")).date()

    # -- what happens -------------------------------------------------------------------------------------------------

    def touch(self, intake: IntakeId, early_by: str | None) -> bool:
        """Somebody wants it; the oracle looks at the hours whenever the hub says yes."""
        self._openings += 1
        done = self.do(c.RequestOpening(intake, f"o{self._openings}", self.sensed(), early_by)) == ()
        if done:
            assert self.now.trusted, "unlocked on a time nobody vouches for"
            self.far_enough(intake)
        return done

    def far_enough(self, intake: IntakeId) -> None:
        record = self.state.records[intake]
        for dose in record.intake.doses:
            for other in self.taken:
                if other.intake != intake and dose.atc in other.substances:
                    gap = abs(record.intake.at - other.planned) / 2
                    needed = gap if dose.interval_min is None else timedelta(minutes=dose.interval_min)
                    assert self.true - other.at >= needed, f"{intake} {self.true - other.at} after {other.intake}"

    def take_out(self, compartment: int, tablets: int) -> None:
        """A hand in an open compartment; it is the hub's doing only where no key was used."""
        out, self.inside[compartment] = self.inside[compartment][:tablets], self.inside[compartment][tablets:]
        self.weight_mg -= len(out) * TABLET_MG
        intake = self.of.get(compartment)
        if out and intake and compartment not in self.keyed:
            record = self.state.records[intake]
            self.note(record)
            self.left[record.intake.day].update(out)

    def note(self, record: Record) -> None:
        substances = frozenset(d.atc for d in record.intake.doses)
        self.taken.append(Gone(self.true, record.intake.id, record.intake.at, substances))

    def stow(self, intake: IntakeId, compartment: int) -> None:
        """Staff fill what the hub says the intake wants; an honest hand, an honest weight."""
        slot = intake.split("/")[1]
        boxed = [d for d in self.table.drugs.values() if d.boxed]
        wanted = [d.substance for d in boxed for _ in range(d.tablets.get(slot, 0))]
        if self.do(c.FillCompartment(compartment, intake, len(wanted) * TABLET_MG, "Sanne")) == ():
            self.inside[compartment] += wanted
            self.weight_mg += len(wanted) * TABLET_MG
            self.of[compartment] = intake
            self.keyed.discard(compartment)

    def clear(self, compartment: int) -> None:
        if self.do(c.EmptyCompartment(compartment, "Sanne")) == ():
            self.weight_mg -= len(self.inside.pop(compartment, ())) * TABLET_MG
            self.of.pop(compartment, None)

    def serve(self) -> None:
        """Staff's round: what is over or doubted is emptied, what waits is filled."""
        waits = (Life.PLANNED, Life.DUE, Life.WITHHELD)
        for n, fill in list(self.state.fills.items()):
            record = self.state.records.get(fill.intake)
            if fill.doubted or record is None or record.final or record.state not in waits:
                self.clear(n)
        for intake in list(self.waiting()):
            record = self.state.records.get(intake)
            empty = next((n for n in range(1, 9) if n not in self.state.fills), None)
            if empty and record and record.state in waits and not record.final:
                self.stow(intake, empty)

    def whole(self, intake: IntakeId) -> bool:
        """Whether its compartment still holds all that was put there."""
        fill = self.state.fill_of(intake)
        return fill is not None and len(self.inside[fill.compartment]) == sum(int(d.quantity) for d in fill.doses)

    # -- what must always be so ----------------------------------------------------------------------------------------

    def check(self) -> None:
        self.nothing_twice()
        self.nothing_in_silence()
        assert max(Counter(p.opening for p in self.said(e.PulseRequested)).values(), default=0) <= 3

    def nothing_twice(self) -> None:
        for day in self.left.keys() - self.eased:
            assert self.left[day] <= self.most[day], f"{self.left[day]} left the box; {self.most[day]} was the most"

    def nothing_in_silence(self) -> None:
        if not self.now.trusted:
            return
        told = {b.intake for b in self.said(e.AlarmRaised)}
        for intake in self.expected:
            record = self.state.records.get(intake)
            old = date.fromisoformat(intake[:10]) < self.today() - timedelta(days=7)
            assert record is not None or old, f"{intake} was planned and nobody knows of it"
            if record is not None and self.true >= record.intake.latest_at:
                self.settled(record, told)

    def settled(self, record: Record, told: set[IntakeId]) -> None:
        """Past its latest time: a last word, or staff know that there is none."""
        intake = record.intake.id
        assert record.state not in (Life.PLANNED, Life.DUE, Life.HANDED_OUT_EARLY), f"{intake} is still {record.state}"
        quiet = record.state in (Life.TAKEN, Life.DECLINED, Life.GIVEN_BY_STAFF, Life.OPENING, Life.OPEN)
        assert quiet or intake in told | self.by_name, f"{intake} ended {record.state} in silence"

    def waiting(self) -> Iterator[IntakeId]:
        """Intakes somebody may want to do something with: today's, yesterday's and tomorrow's."""
        near = {self.today() + timedelta(days=n) for n in (-1, 0, 1)}
        return iter([i for i in sorted(self.expected) if date.fromisoformat(i[:10]) in near] or sorted(self.expected))
