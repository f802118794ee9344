"""What is said on the world's socket: the wires of the devices, a person's hands, and what surrounds the box.

A frame is one line of UTF-8 JSON. The world answers each request with one `Reply`, in order. After `Watch` a
connection says nothing more and is sent `Sensed` once, then every `LidMoved` and `MainsChanged`. Weights are mg,
tablets are decimal text ("0.5"), times are seconds of the machine's CLOCK_MONOTONIC.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from drivers.world_things import CompartmentView as CompartmentView
from drivers.world_things import Counters as Counters
from drivers.world_things import Counts as Counts
from drivers.world_things import Entry as Entry
from drivers.world_things import Item as Item
from drivers.world_things import Label as Label
from drivers.world_things import Number as Number
from drivers.world_things import Played as Played
from drivers.world_things import What as What
from hub.ports import Tone

FRAME_LIMIT = 64 * 1024


class Request(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Root of all requests; the JSON `type` is the class's name."""


# -- the wires ---------------------------------------------------------------------------------------------------


class LockLine(Request, frozen=True):
    """Drive the lock's line. Only the rising edge energises, and the hardware one-shot ends it (R12)."""

    compartment: Number
    on: bool


class AskLines(Request, frozen=True):
    """Which locks' lines are high → `Lines`."""


class LampLine(Request, frozen=True):
    compartment: Number
    on: bool


class Weigh(Request, frozen=True):
    """One sample of the load cell → `Weight`."""


class PlayTone(Request, frozen=True):
    tone: Tone | None


class AskCharge(Request, frozen=True):
    """What the battery's gauge tells → `Charge`."""


class AskRtc(Request, frozen=True):
    """→ `Ahead`."""


class AskCelsius(Request, frozen=True):
    """One sample of the thermometer → `Warmth`."""


class LightScreen(Request, frozen=True):
    pct: Annotated[int, Meta(ge=1, le=100)]


class SayText(Request, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=300)]


class Watch(Request, frozen=True):
    """→ `Sensed`, then pushes."""


# -- a person's hands --------------------------------------------------------------------------------------------


class OpenLid(Request, frozen=True):
    """Pull at the lid; only a released latch lets go."""

    compartment: Number


class ShutLid(Request, frozen=True):
    compartment: Number


class KeyOpen(Request, frozen=True):
    """The staff key: opens mechanically, without the lock's line."""

    compartment: Number


class Take(Request, frozen=True):
    """Take tablets out of an open compartment; None is all → `Handled`."""

    compartment: Number
    counts: Counts | None = None


class PutBack(Request, frozen=True):
    """Put back what was taken of this label; None is all → `Handled`."""

    compartment: Number
    counts: Counts | None = None


class Fill(Request, frozen=True):
    """Fill an empty tray and set it back in its place; the lid does not move."""

    compartment: Number
    label: Label
    items: tuple[Item, ...]


class PutIn(Request, frozen=True):
    """Put tablets of one kind into an open compartment, which is empty or holds some of this label → `Handled`."""

    compartment: Number
    label: Label
    item: Item


class Empty(Request, frozen=True):
    """Lift the tray out, empty it, set it back; the lid does not move → `Handled`."""

    compartment: Number


class HoldCode(Request, frozen=True):
    """Hold a code before the scanner. `code`: AIM symbology identifier and content, as the scanner sends them; it adds
    the carriage return that it is set to."""

    code: Annotated[bytes, Meta(min_length=1, max_length=4096)]


# -- what surrounds the box, and its faults ----------------------------------------------------------------------


class SetMains(Request, frozen=True):
    on: bool


class SetBattery(Request, frozen=True):
    """A battery so full is put in, or stands beside the box."""

    charge_pct: Annotated[int, Meta(ge=0, le=100)]
    unplugged: bool = False


class RtcFault(StrEnum):
    UNPLUGGED = "unplugged"
    BATTERY_OUT = "battery_out"  # it has lost the time, and refuses to be read
    BATTERY_LOW = "battery_low"


class SetRtc(Request, frozen=True):
    """What ails the real-time clock, and how far it is ahead of the machine's."""

    fault: RtcFault | None = None
    ahead_s: float = 0.0


class SetCelsius(Request, frozen=True):
    """How warm it is in the box; None: the thermometer is unplugged."""

    celsius: Decimal | None


class SetJam(Request, frozen=True):
    """A jammed lid sticks although its latch is released; freed, it pops."""

    compartment: Number
    on: bool


class HoldLine(Request, frozen=True):
    """A short holds a lock's line high, or no more."""

    compartment: Number
    on: bool


class ScaleFault(StrEnum):
    UNPLUGGED = "unplugged"
    STUCK = "stuck"  # the converter gives its last count again and again
    NOISY = "noisy"
    SATURATED = "saturated"  # at the converter's rail
    CREEPING = "creeping"
    NONSENSE = "nonsense"  # a serial line: bytes as fast as it takes them


class SetScale(Request, frozen=True):
    """What ails the scale; None: nothing."""

    fault: ScaleFault | None = None


class SetScanner(Request, frozen=True):
    """Pull the scanner's plug, or put it back."""

    unplugged: bool


class SetNetwork(Request, frozen=True):
    """The home's network: down closes what is connected and refuses what is new."""

    up: bool


class TrapAt(StrEnum):
    """When the process dies."""

    BEFORE_PULSE = "before_pulse"  # the line is asked to rise and never does: not a pulse
    DURING_PULSE = "during_pulse"  # the lock is energised; only the one-shot ends it
    LID_OPEN = "lid_open"  # the lid has just popped open, nobody was told yet


class Trap(Struct, frozen=True):
    at: TrapAt
    compartment: Number
    pid: Annotated[int, Meta(gt=1)]


class SetTrap(Request, frozen=True):
    """SIGKILL for `trap.pid` when the moment comes. One at a time."""

    trap: Trap


class ClearTrap(Request, frozen=True):
    pass


class Look(Request, frozen=True):
    """→ `WorldView`."""


class ReadLedger(Request, frozen=True):
    """What happened after entry number `after` → `Ledger`."""

    after: Annotated[int, Meta(ge=0)] = 0


AnyRequest = (
    LockLine | AskLines | LampLine | Weigh | AskCharge | AskRtc | AskCelsius | PlayTone | SayText | LightScreen | Watch
    | OpenLid | ShutLid | KeyOpen | Take | PutBack | Fill | PutIn | Empty | HoldCode
    | SetMains | SetBattery | SetRtc | SetCelsius
    | SetJam | HoldLine | SetScale | SetScanner | SetNetwork | SetTrap | ClearTrap | Look | ReadLedger
)  # fmt: skip


# -- what the world says -----------------------------------------------------------------------------------------


class Answer(Struct, frozen=True, tag=True):
    pass


class Weight(Answer, frozen=True):
    """The converter's counts: tray, contents and all."""

    counts: int


class Lines(Answer, frozen=True):
    """Of these compartments."""

    high: frozenset[int]


class Charge(Answer, frozen=True):
    pct: int


class Ahead(Answer, frozen=True):
    seconds: float


class Warmth(Answer, frozen=True):
    celsius: Decimal


class Handled(Answer, frozen=True):
    """The tablets that were moved."""

    counts: Counts


class WorldView(Answer, frozen=True):
    compartments: tuple[CompartmentView, ...]
    labels: dict[str, Counters]
    contents_mg: int  # as it really is, without noise
    mains: bool
    network: bool
    router_port: int | None
    scale_fault: ScaleFault | None
    scanner_unplugged: bool
    light_pct: int
    tones: tuple[Played, ...]
    trap: Trap | None  # set and not sprung
    sprung: tuple[Trap, ...]
    entries: int  # in the ledger

    def compartment(self, number: int) -> CompartmentView:
        """Compartment `number`, from 1."""
        return self.compartments[number - 1]


class Ledger(Answer, frozen=True):
    entries: tuple[Entry, ...]


class Reply(Struct, frozen=True, tag=True):
    """`error` is None when it was done; else one plain sentence, and nothing changed."""

    error: str | None = None
    answer: Weight | Lines | Charge | Ahead | Warmth | Handled | WorldView | Ledger | None = None


class Sensed(Struct, frozen=True, tag=True):
    numbers: tuple[int, ...]
    open_lids: frozenset[int]
    mains: bool


class LidMoved(Struct, frozen=True, tag=True):
    compartment: int
    is_open: bool


class MainsChanged(Struct, frozen=True, tag=True):
    on: bool


Push = Sensed | LidMoved | MainsChanged
FromWorld = Reply | Sensed | LidMoved | MainsChanged
