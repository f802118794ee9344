"""A home: the real core on a journal, with tablets in compartments, lids, a scale, a clock that can go wrong, and power
that can go at any commit. Whatever is done here physically is told to the oracle; it judges.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import apply
from hub.domain.decide import decide
from hub.domain.due import next_look
from hub.domain.intake import IntakeId, Moment
from hub.domain.plan import (
    AsNeeded,
    Criticality,
    DayDose,
    Dosage,
    Handout,
    Limits,
    Medicine,
    Ordination,
    PartOfDay,
    Period,
    Plan,
    Settings,
    Slot,
)
from hub.domain.reading import Reading, Sensed
from hub.domain.refusal import Refusal
from hub.domain.state import State
from tests.heart.ledger import Broken, never
from tests.heart.oracle import Oracle
from tests.heart.outside import Clockwork, Shelf
from tests.heart.papers import EARLY_MIN, Drug, Table

TABLET_MG = 500
TARE_MG = 20_000
COMPARTMENTS = range(1, 19)
PARTS = {"morning": PartOfDay.MORNING, "m2": PartOfDay.MORNING, "noon": PartOfDay.NOON, "evening": PartOfDay.EVENING,
         "night": PartOfDay.NIGHT}  # fmt: skip
SETTLES = 100  # one moment brings fewer; more is a core that never comes to rest


class Cut(Exception):
    """The power went at a commit."""


def plan_of(table: Table, version: int) -> Plan:
    """The paper, as the municipality would sign it."""
    slots = tuple(
        Slot(id=s, time=time.fromisoformat(h), part=PARTS.get(s), early_min=EARLY_MIN) for s, h in table.hours.items()
    )
    settings = Settings(times_per_day=times_per_day(table))
    return Plan(
        hub="H1", citizen="2512489996", name="Inge", version=version, issued=table.issued,
        valid_from=table.issued, digest=f"{version}", slots=slots, settings=settings, contacts=(),
        limits=Limits(plan_age_days=365), ordinations=tuple(_ordination(table, o) for o in table.drugs),
    )  # fmt: skip


def times_per_day(table: Table) -> dict[int, tuple[str, ...]]:
    """Where "n times a day" falls: as the first that could be said so has it."""
    found: dict[int, tuple[str, ...]] = {}
    for drug in table.drugs.values():
        found.setdefault(len(drug.tablets), tuple(drug.tablets))
    return found


def _ordination(table: Table, name: str) -> Ordination:
    drug = table.drugs[name]
    medicine = Medicine(name, atc=drug.substance if drug.substance != name else "")
    last = date.fromisoformat(drug.rota.last) if drug.rota.last else None
    begins = date.fromisoformat(drug.rota.phases[0][0])
    return Ordination(
        id=name, medicine=medicine, dosage=Dosage(tuple(_periods(table, name)), "tablet", "tabletter"),
        handout=Handout.COMPARTMENT if drug.boxed else Handout.REMINDED, end=last if _ends(name) else None,
        criticality=Criticality.HIGH if drug.critical else Criticality.MEDIUM, interval_min=drug.interval_min,
        as_needed=AsNeeded(Decimal(1), drug.most, begins, last) if drug.most else None,
    )  # fmt: skip


def _periods(table: Table, name: str) -> Iterator[Period]:
    """FMK's: day 1 is a period's first, and weekdays are days of a week that begins on it. Where there is nothing to
    take stands an empty period; but for half of the drugs their ordination ends instead."""
    rota = table.drugs[name].rota
    phases = rota.phases[:-1] if rota.last and _ends(name) else rota.phases
    firsts = [date.fromisoformat(first) for first, _ in phases]
    for first, after, (_, times) in zip(firsts, [*firsts[1:], None], phases, strict=True):
        lines = _lines(table, name, times) if times else ()
        numbers = [(weekday - first.weekday()) % 7 + 1 for weekday in rota.weekdays] or [1]
        days = {number: lines for number in sorted(numbers) if lines}
        yield Period(first, days, after and after - timedelta(days=1), 7 if rota.weekdays else rota.every)


def _lines(table: Table, name: str, times: int) -> tuple[DayDose, ...]:
    """The same moments said in one of FMK's three ways: by the clock, by the part of the day, or n times a day."""
    drug, style = table.drugs[name], _style(name)
    slots, amounts = tuple(drug.tablets), {n * times for n in drug.tablets.values()}
    if style == 0 and len(amounts) == 1 and times_per_day(table)[len(slots)] == slots:
        return (_line(drug, *amounts, times=len(slots)),)
    by_part = {s: {"part": PARTS[s]} for s in slots if s in PARTS} if style == 1 else {}
    by_clock = {s: {"at": time.fromisoformat(table.hours[s])} for s in slots}
    return tuple(_line(drug, n * times, **(by_clock | by_part)[s]) for s, n in drug.tablets.items())


def _line(drug: Drug, quantity: int, **when: Any) -> DayDose:
    return DayDose(Decimal(quantity), Decimal(quantity + 1) if drug.up_to else None, **when)


def _style(name: str) -> int:
    return sum(map(ord, name.partition("-")[0])) % 3


def _ends(name: str) -> bool:
    return bool(_style(name))


class Home:
    """Made of a first plan on paper, a true time, and a shelf for the journal."""

    def __init__(self, table: Table, true: datetime, shelf: Shelf, clock: Clockwork) -> None:
        self.oracle = Oracle(true)
        self.shelf, self.clock = shelf, clock
        self.state = State()
        self.inside: defaultdict[int, list[str]] = defaultdict(list)  # tablets, by ordination
        self.label: dict[int, IntakeId] = {}  # what each compartment was filled for
        self.by_hub: dict[int, IntakeId] = {}  # what the hub unlocked compartments for, and nobody opened by key since
        self.lids: frozenset[int] = frozenset()
        self.loose_mg = 0  # what lies on the box and is weighed with it
        self.stable = True
        self.moved_mg: int | None = None  # what the weight changed by just now, with every lid shut
        self.cut_in: tuple[int, bool] | None = None  # commits until the power goes, and whether that one is stored
        self.version = 0
        self.openings = 0
        self.look, self.quiet = (
            true,
            False,
        )  # when something is due next, and whether nothing was done since that was said
        self.clock.begin(true)
        self.boot()
        self.bring(table)

    @property
    def paper(self) -> Table:
        """The plan that was sent last."""
        return self.oracle.sent[self.version]

    # -- the hub's own loop: decide → append → apply → effects -----------------------------------------------------

    def now(self) -> Moment:
        return self.clock.now(self.oracle.true)

    def sensed(self, moment: Moment) -> Sensed:
        weight = TARE_MG + self.loose_mg + TABLET_MG * sum(map(len, self.inside.values()))
        reading = Reading(weight, self.stable, 0, moment.monotonic_s)
        return Sensed(self.lids, reading, True, moved_mg=self.moved_mg)

    def do(self, command: c.Command) -> tuple[str, ...]:
        """Carry out; the refusal's reasons, or ()."""
        moment = self.now()
        result = decide(self.state, command, moment)
        if isinstance(result, Refusal):
            assert result.reasons
            return tuple(result.reasons)
        self.commit(result, moment)
        self.settle()
        return ()

    def commit(self, bodies: list[e.AnyBody], moment: Moment) -> None:
        if not bodies:
            return
        events = tuple(self._stamp(bodies, moment))
        state = reduce(apply, events, self.state)
        goes = self.cut_in is not None and self.cut_in[0] == 0
        if self.cut_in:
            self.cut_in = (self.cut_in[0] - 1, self.cut_in[1])
        if goes and self.cut_in and not self.cut_in[1]:
            raise Cut
        lines = self.shelf.append(events)
        if goes:
            raise Cut
        for line in lines:
            self.oracle.read(line)
        self.state = state
        for body in bodies:
            if isinstance(body, e.PulseRequested):
                self.by_hub[body.compartment] = body.intake
                self.oracle.pulse(body.opening, self.label.get(body.compartment, ""))
            elif isinstance(body, e.FillingBegun):
                busy = self.lids or self.oracle.touched.get(body.filling) != self.oracle.true
                never(busy, "unlocked to be filled, with a lid open or nobody there", body.filling, self.lids)

    def _stamp(self, bodies: list[e.AnyBody], moment: Moment) -> Iterator[e.Event]:
        version = self.state.plan.version if self.state.plan else None
        for seq, body in enumerate(bodies, start=self.state.seq + 1):
            yield e.Event(
                seq=seq, id=f"e{seq}", wall=moment.wall, monotonic_s=moment.monotonic_s, trusted=moment.trusted,
                boot=moment.boot, plan_version=version, body=body,
            )  # fmt: skip

    def settle(self) -> None:
        """Let time do what it does until nothing more is due; then the oracle looks."""
        moment = self.now()
        early = self.quiet and self.oracle.true < self.look
        for _ in range(SETTLES):
            bodies = decide(self.state, c.Tick(self.sensed(moment)), moment)
            assert not isinstance(bodies, Refusal)
            if not bodies:
                break
            if early:
                raise Broken(f"{bodies[0]} was due before the next look, which is at {self.look}")
            self.commit(bodies, moment)
        else:
            raise Broken("time never comes to rest")
        self.oracle.check()
        self.quiet = False

    def until(self, true: datetime) -> None:
        """Time passes; the hub looks when something is due. With something open each minute stands for its seconds."""
        while self.oracle.true < true:
            moment = self.now()
            if self.state.opening or self.state.open_lids:
                self.look = self.oracle.true + timedelta(minutes=1)
            else:
                self.look = self.oracle.true + (next_look(self.state, moment) - moment.wall)
            never(self.look <= self.oracle.true, "the next look is not ahead", self.look)
            self.oracle.true = min(true, self.look)
            self.quiet = not (self.state.opening or self.state.open_lids)
            self.settle()

    def wait(self, span: timedelta) -> None:
        self.until(self.oracle.true + span)

    def pause(self, seconds: float) -> None:
        """A hand's moment, all at once."""
        self.oracle.true += timedelta(seconds=seconds)
        self.settle()

    # -- power, processes, clocks, copies --------------------------------------------------------------------------

    def boot(self) -> None:
        """What a process does first: read all, say what is wrong with the journal, settle what was under way (R1)."""
        self.oracle.stirred = self.oracle.true
        self.state = reduce(apply, self.shelf.replay(), State())
        moment = self.now()
        for command in (*([c.DoubtJournal(self.shelf.doubt)] if self.shelf.doubt else []),
                        c.Boot("test", self.sensed(moment))):  # fmt: skip
            bodies = decide(self.state, command, moment)
            assert not isinstance(bodies, Refusal)
            self.commit(bodies, moment)
        self.settle()

    def dies(self) -> None:
        """The process is gone, and another begins at once."""
        self.cut_in = None
        self.shelf.reopen()
        self.oracle.reread(self.shelf.lines())
        self.clock.process()
        self.boot()

    def power_out(self, span: timedelta, network: bool = True, rtc: bool = True, wall: datetime | None = None) -> None:
        """No power for as long. With neither network nor real-time clock it wakes at a time that is anything."""
        self.cut_in = None
        self.shelf.reopen()
        self.oracle.reread(self.shelf.lines())
        self.oracle.true += span
        self.oracle.ledger.power += 1
        self.clock.network, self.clock.rtc = network, rtc
        self.clock.begin(self.oracle.true, wall)
        self.boot()

    def step(self, skew: timedelta) -> None:
        """The wall clock is set wrong by as much, or right again."""
        self.clock.skew = skew
        self.settle()

    def time_is_right(self) -> None:
        """The network is back, and with it the time, and the gateway to say the same."""
        self.clock.network = True
        self.step(timedelta())
        self.clock.agree()
        self.settle()

    def set_time(self, by: str) -> None:
        """Staff look at a watch."""
        told = self.oracle.true + timedelta(seconds=20)
        if not self.clock.objection(told) and self.do(c.SetTime(told, by)) == ():
            self.clock.tell(told)
            self.settle()

    def restore(self) -> None:
        """An earlier copy of the journal is put back, and the machine started on it (R11)."""
        self.cut_in = None
        self.shelf.put_back()
        self.oracle.restored(self.shelf.lines())
        self.clock.process()
        self.boot()

    # -- what is physically there ----------------------------------------------------------------------------------

    def lid(self, compartment: int, is_open: bool, told: bool = True) -> None:
        """It moves; `told`: the edge reaches the hub by itself."""
        self.lids = self.lids | {compartment} if is_open else self.lids - {compartment}
        self.oracle.lids, self.oracle.stirred = set(self.lids), self.oracle.true
        if not is_open:
            self.by_hub.pop(compartment, None)
        if told:
            self.do(c.MoveLid(compartment, is_open))

    def take_out(self, compartment: int, tablets: int) -> None:
        """A hand in an open compartment; it is the hub's doing where the hub unlocked it."""
        out, self.inside[compartment] = self.inside[compartment][:tablets], self.inside[compartment][tablets:]
        if out and compartment in self.by_hub:
            self.oracle.hand(self.by_hub[compartment], out)

    def bring(self, table: Table) -> None:
        """A new plan is sent, issued and valid from a while ago, and reaches the hub."""
        self.version += 1
        table = table._replace(issued=self.oracle.true - timedelta(minutes=10))
        self.oracle.sent[self.version] = table
        self.send(self.version)

    def send(self, version: int) -> None:
        self.do(c.OfferPlan(str(version), plan_of(self.oracle.sent[version], version)))
