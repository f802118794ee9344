"""All the hub knows: the plan and what follows from the journal. A value; `hub.domain.apply` makes the next one."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from hub.domain.events import AlarmCode, Device, KeyAccepted
from hub.domain.intake import Dose, Intake, IntakeId, Life, Moment
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import Criticality, OrdinationId, Plan
from hub.domain.reading import RESOLUTION_MG

SPREAD = Decimal("0.1")  # tablets of a package differ by 5 % (from 250 mg on) to 10 % (to 80 mg): Ph. Eur. 2.9.5


class Opening(Struct, frozen=True):
    """One opening under way: from its intent to lid shut and verdict."""

    id: str
    intake: IntakeId
    compartment: int
    weight_before_mg: int
    expected_mg: int | None
    pieces: int = 1  # tablets and parts of tablets that should leave
    pulses: int = 0
    pulsed_at: Moment | None = None
    opened_at: Moment | None = None
    shut_at: Moment | None = None
    asked_at: Moment | None = None  # the citizen was asked for a word
    early: bool = False


class Promise(Struct, frozen=True):
    """A named person will give it by then; until a word comes, the box does not (R9)."""

    by: str
    give_by: datetime


class Record(Struct, frozen=True):
    """An intake and where it is in its life. `handed_at`: when something of it possibly left the box (R2)."""

    intake: Intake
    state: Life
    since: Moment
    before: Life = Life.PLANNED
    snoozed_until: datetime | None = None
    reason: str = ""
    handed_at: Moment | None = None
    handed_before: Moment | None = None  # as it was before the last opening
    remaining_mg: int | None = None
    early: bool = False
    released: bool = False  # a named person gave it a latest time of its own; a new plan does not move it
    final: bool = False
    corrected: str | None = None  # the overlay: what a named person says it should read
    planned_by: int = 0  # the version of the plan that last had a say in it
    promise: Promise | None = None


class Fill(Struct, frozen=True):
    """What a compartment holds: the boxed doses of exactly one intake, or one dose as needed (R7)."""

    compartment: int
    intake: IntakeId
    doses: tuple[Dose, ...]
    contents_mg: int | None
    plan_version: int
    doubted: str = ""  # why the contents are not vouched for; "" is verified


class Filling(Struct, frozen=True):
    """A named person fills one compartment, which the hub unlocked for it: from the intent to a fill, or nothing."""

    id: str
    compartment: int
    intake: IntakeId
    weight_before_mg: int
    begun_at: Moment
    pulses: int = 1
    opened: bool = False


class Item(Struct, frozen=True):
    """What fills have taught about the tablets of one package (GTIN): of which medicine, and what so many weigh."""

    medicine: str
    quantity: Decimal = Decimal()
    weight_mg: int = 0

    def weighs(self, quantity: Decimal, weight_mg: int | None) -> bool:
        """Whether so many of them may weigh that. Half a tablet of some weight is seen, of a light one it is not."""
        if weight_mg is None or not self.quantity:
            return True
        expected_mg = self.weight_mg / self.quantity * quantity
        return abs(weight_mg - expected_mg) <= RESOLUTION_MG + SPREAD * expected_mg


class Alarm(Struct, frozen=True):
    """An alarm lives until a named human takes it, or its technical cause ends (R9)."""

    id: str
    code: AlarmCode
    criticality: Criticality
    raised_at: Moment
    moved_at: Moment  # raised or last escalated
    seq: int  # of its first event: delivered once a receipt covers it
    intake: IntakeId | None = None
    compartment: int | None = None
    can_open: bool = False
    level: int = 1
    seen_by: str | None = None
    ended: bool = False

    @property
    def alive(self) -> bool:
        return self.seen_by is None and not self.ended


class State(Struct, frozen=True):
    """The state after `seq` events. Records of days long past are let go; the journal keeps them."""

    plan: Plan | None = None
    next_plan: Plan | None = None  # newer than the one in force, whose time has not come
    seq: int = 0
    records: dict[IntakeId, Record] = {}
    fills: dict[int, Fill] = {}
    alarms: dict[str, Alarm] = {}
    open_lids: frozenset[int] = frozenset()
    lids_open_since: Moment | None = None  # when the first of them opened
    opening: Opening | None = None
    filling: Filling | None = None
    items: dict[str, Item] = {}  # by GTIN
    planned_day: date | None = None
    plan_changed: Moment | None = None  # since a day was last planned: from when the one in force is ours to serve
    commands: dict[str, datetime] = {}  # signed commands carried out, by id, and when they expire (R14: each once)
    keys: tuple[KeyAccepted, ...] = ()  # the municipality's keys that came after enrolment
    stops: dict[OrdinationId, datetime] = {}  # urgently stopped, and when that was issued (R6)
    leave: Leave | None = None  # agreed, or under way
    clock_doubted: bool = False
    journal_doubted: bool = False
    commissioned: bool = True  # the board that this process has was walked, lock by lock (R12)
    mains: bool = True
    stopping: bool = False  # the box puts itself off, and is asked once a boot or cut
    lost: frozenset[Device] = frozenset()  # these do not answer, or do wrong

    def fill_of(self, intake: IntakeId) -> Fill | None:
        """The compartment's fill that serves this intake."""
        return next((f for f in self.fills.values() if f.intake == intake), None)

    def away(self, wall: datetime) -> LeaveKind | None:
        """On which leave the citizen is, None at home."""
        return self.leave.kind if self.leave and self.leave.covers(wall) else None

    def living_alarms(self) -> Iterator[Alarm]:
        return (a for a in self.alarms.values() if a.alive)
