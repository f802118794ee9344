"""A hub's core played by hand: commands go in, events come out and are applied, time passes when told."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import apply
from hub.domain.decide import decide
from hub.domain.intake import Life, Moment
from hub.domain.plan import (
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
)  # fmt: skip
from hub.domain.reading import Reading, Sensed
from hub.domain.refusal import Refusal
from hub.domain.state import Record, State

AS_WRITTEN = msgspec.json.Decoder(e.Event)  # what the journal gives back: strictly typed
DAY = date(2026, 3, 12)
TABLET_MG = 500
TARE_MG = 20_000


def ordination(oid: str, *parts: PartOfDay, **more: object) -> Ordination:
    """One tablet at each part of the day."""
    medicine = Medicine(name=oid.title(), strength="500 mg", atc=str(more.pop("atc", "")), drug_id=f"drug-{oid}")
    quantity = Decimal(str(more.pop("quantity", "1")))
    lines = tuple(DayDose(quantity=quantity, part=part) for part in parts)
    dosage = Dosage(periods=(Period(start=date(2026, 1, 1), days={1: lines}),), unit="tablet", units="tabletter")
    return Ordination(id=oid, medicine=medicine, dosage=dosage, **{"handout": Handout.COMPARTMENT, **more})


SLOTS = (
    Slot(id="morning", time=time(8), part=PartOfDay.MORNING, early_min=60),
    Slot(id="noon", time=time(12), part=PartOfDay.NOON, early_min=30),
    Slot(id="t1600", time=time(16)),
    Slot(id="evening", time=time(18), part=PartOfDay.EVENING, early_min=60),
    Slot(id="night", time=time(22), part=PartOfDay.NIGHT),
)
TIMES = {1: ("morning",), 2: ("morning", "evening"), 3: ("morning", "noon", "evening")}


def plan_of(*ordinations: Ordination, version: int = 1, **more: object) -> Plan:
    issued = datetime(2026, 3, 11, 9, tzinfo=UTC)
    fields = {"slots": SLOTS, "settings": Settings(times_per_day=TIMES), "issued": issued, "valid_from": issued}
    known = {"digest": f"digest-{version}-{len(ordinations)}", "contacts": (), "limits": Limits(), **fields, **more}
    return Plan(hub="H1", citizen="2512489996", name="Inge", version=version, ordinations=ordinations, **known)


class Play:
    """The core with a clock in the hand. Wall times are home times on `DAY`, a day in Danish winter time (UTC+1)."""

    def __init__(self) -> None:
        self.state = State()
        self.now = Moment(datetime(2026, 3, 12, 5, tzinfo=UTC), 1000.0, True, "boot-1")
        self.log: list[e.AnyBody] = []
        self.events: list[e.Event] = []
        self.weight_mg = TARE_MG
        self.stable = True
        self.mains = True
        self.lids: frozenset[int] = frozenset()
        self.devices: dict[e.Device, str] = {}
        self._openings = 0

    # -- time ---------------------------------------------------------------------------------------------------

    def at(self, clock: str, day: date = DAY) -> "Play":
        """Go to a home wall time (winter) and tick."""
        hour, minute = (int(x) for x in clock.split("."))
        return self.wait(datetime.combine(day, time(hour, minute), tzinfo=UTC) - timedelta(hours=1) - self.now.wall)

    def wait(self, span: timedelta) -> "Play":
        self.now = replace(self.now, wall=self.now.wall + span, monotonic_s=self.now.monotonic_s + span.total_seconds())
        self.tick()
        return self

    def seconds(self, n: float) -> "Play":
        return self.wait(timedelta(seconds=n))

    def minutes(self, n: float) -> "Play":
        return self.wait(timedelta(minutes=n))

    def tick(self) -> None:
        for _ in range(100):
            if not self._apply(decide(self.state, c.Tick(self.sensed()), self.now)):
                return
        raise AssertionError("time never settles")

    # -- doing --------------------------------------------------------------------------------------------------

    def sensed(self) -> Sensed:
        reading = Reading(self.weight_mg, self.stable, 0, self.now.monotonic_s)
        return Sensed(self.lids, reading, self.mains, devices=self.devices)

    def do(self, command: c.Command) -> tuple[str, ...]:
        """Carry out; the refusal's reasons, or ()."""
        result = decide(self.state, command, self.now)
        if isinstance(result, Refusal):
            assert result.reasons
            return tuple(result.reasons)
        self._apply(result)
        self.tick()
        return ()

    def _apply(self, bodies: list[e.AnyBody] | Refusal) -> bool:
        assert not isinstance(bodies, Refusal)
        for body in bodies:
            event = e.Event(
                seq=self.state.seq + 1, id=f"e{self.state.seq}", wall=self.now.wall, monotonic_s=self.now.monotonic_s,
                trusted=self.now.trusted, boot=self.now.boot, plan_version=1, body=body,
            )  # fmt: skip
            event = AS_WRITTEN.decode(msgspec.json.encode(event))
            self.state = apply(self.state, event)
            self.log.append(event.body)
            self.events.append(event)
        return bool(bodies)

    def accept(self, plan: Plan) -> tuple[str, ...]:
        return self.do(c.OfferPlan(plan.digest, plan))

    def fill(self, slot: str, compartment: int, tablets: int = 1, day: date = DAY) -> tuple[str, ...]:
        reasons = self.do(c.FillCompartment(compartment, f"{day}/{slot}", tablets * TABLET_MG, "Sanne"))
        if not reasons:
            self.weight_mg += tablets * TABLET_MG
        return reasons

    def open(self, slot: str, day: date = DAY, early_by: str | None = None) -> tuple[str, ...]:
        self._openings += 1
        return self.do(c.RequestOpening(f"{day}/{slot}", f"o{self._openings}", self.sensed(), early_by))

    def mains_are(self, on: bool) -> "Play":
        self.mains = on
        self.tick()
        return self

    def lid(self, compartment: int, is_open: bool) -> None:
        self.lids = self.lids | {compartment} if is_open else self.lids - {compartment}
        self.do(c.MoveLid(compartment, is_open))

    def take(self, compartment: int, tablets: float) -> "Play":
        """Lid opens, tablets leave, lid shuts, the scale settles."""
        self.lid(compartment, True)
        self.seconds(5)
        self.weight_mg -= round(tablets * TABLET_MG)
        self.lid(compartment, False)
        return self.seconds(2)

    def die(self, boot: str | None = None, sensed: Sensed | None = None) -> "Play":
        """The process ends and another begins on the same journal, after `boot` in a machine started anew."""
        if boot is not None:
            self.now = replace(self.now, boot=boot, monotonic_s=10.0)
        self._apply(decide(self.state, c.Boot("test", sensed or self.sensed()), self.now))
        self.tick()
        return self

    def step_wall(self, span: timedelta, trusted: bool = True) -> "Play":
        """The wall clock alone is set anew."""
        self.now = replace(self.now, wall=self.now.wall + span, trusted=trusted)
        self.tick()
        return self

    def trust(self, trusted: bool) -> "Play":
        return self.step_wall(timedelta(), trusted)

    def resolve(self, slot: str, outcome: Life, until: str | None = None, day: date = DAY) -> tuple[str, ...]:
        """A named person says what became of it; `until` is a home wall time (winter) on that day."""
        latest = datetime.combine(day, time(*map(int, until.split("."))), UTC) - timedelta(hours=1) if until else None
        return self.do(c.Resolve(f"{day}/{slot}", outcome, "Sanne", latest))

    def empty(self, compartment: int, tablets: float = 0) -> tuple[str, ...]:
        self.weight_mg -= round(tablets * TABLET_MG)
        return self.do(c.EmptyCompartment(compartment, "Sanne"))

    # -- looking ------------------------------------------------------------------------------------------------

    def record(self, slot: str, day: date = DAY) -> Record:
        return self.state.records[f"{day}/{slot}"]

    def life(self, slot: str, day: date = DAY) -> Life:
        return self.record(slot, day).state

    def alarms(self) -> set[str]:
        return {a.id.replace(f"{DAY}/", "") for a in self.state.living_alarms()}

    def said(self, kind: type[e.Body]) -> list[e.AnyBody]:
        return [b for b in self.log if isinstance(b, kind)]


MORNING, NOON, EVENING, NIGHT = PartOfDay


def codes(bodies: Iterable[e.AnyBody]) -> list[str]:
    return [type(b).__name__ for b in bodies]
