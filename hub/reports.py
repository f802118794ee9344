"""What staff read at the hub's own command line: where the hub is, and how its devices are."""

from datetime import date, datetime

from msgspec import Struct

from hub.domain.events import DeviceTested
from hub.views import AlarmView, DoseView, IntakeView, LeaveView


class CompartmentReport(Struct, frozen=True):
    compartment: int
    lid_open: bool
    intake: str | None
    verified: bool
    doubted: str = ""  # why its contents are not vouched for (a code)


class PutIn(Struct, frozen=True):
    """One dose that is to lie in the compartment. `item`: the GTIN of the package it came from, "" for none scanned;
    `weight_mg`: what it added, None where not weighed."""

    ordination: str
    dose: DoseView
    counted: bool = False
    item: str = ""
    weight_mg: int | None = None


class FillingReport(Struct, frozen=True, tag=True):
    """The filling under way. `opened`: its lid, once at least. `scanned`: the package that the next count is from."""

    compartment: int
    intake: str
    opened: bool
    doses: tuple[PutIn, ...]
    scanned: str = ""


class DeviceReport(Struct, frozen=True):
    """`problem` is "" where nothing is wrong; `figure`: what it measured last."""

    device: str  # of hub.domain.events.Device
    problem: str
    figure: str
    limit: str


class SelfTestReport(Struct, frozen=True, tag=True):
    results: tuple[DeviceTested, ...]


class StatusReport(Struct, frozen=True, tag=True):
    """For staff's command line and the demo: where the hub is."""

    now: datetime
    trusted: bool
    hub: str
    plan_version: int | None
    next_look: datetime  # nothing is due before this
    busy: bool  # an opening or a filling is under way, or a lid is open
    seq: int
    cursors: dict[str, int]
    intakes: tuple[IntakeView, ...]
    alarms: tuple[AlarmView, ...]
    compartments: tuple[CompartmentReport, ...]
    devices: tuple[DeviceReport, ...] = ()
    next_plan_version: int | None = None  # it waits for its time
    next_plan_from: datetime | None = None
    leave: LeaveView | None = None
    stopped: tuple[str, ...] = ()  # ordinations, urgently
    clock: str = ""  # of hub.clock_model.State
    zone: str = "UTC"  # the citizen's home zone, where a plan says it
    journal: str = ""  # of hub.journal_errors.JournalState
    journal_finding: str = ""  # one sentence; "" where nothing is wrong
    network: str = ""  # of hub.carrier.Network
    shown_screen: str = ""
    shown_snapshot: int = 0
    snapshot: int = 0
    day: date | None = None
    filling: FillingReport | None = None
    to_fill: tuple[str, ...] = ()  # intakes of the coming days, and doses as needed, that an empty compartment may hold
