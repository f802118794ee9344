"""What the hub asks of its devices. Drivers and their twins both keep these promises (one contract suite over both)."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from hub.domain.reading import Reading as Reading  # the scale's answer, re-exported for the drivers

PULSE_S = 0.2  # a solenoid's pulse; code's limit, the hardware one-shot is the control (R12)


class DeviceError(Exception):
    """A device did not do what was asked. The text says which device and what happened; no health data."""


class Tone(Struct, frozen=True):
    """After IEC 60601-1-8: `pulses` of `pulse_ms` at `hertz`, `volume` 0-1."""

    name: str
    pulses: int
    pulse_ms: int
    gap_ms: int
    hertz: int
    volume: float


class Symbology(StrEnum):
    """Kinds of code that are read, as the AIM symbology identifier that a scanner sends before the content."""

    GS1_DATAMATRIX = "]d2"
    GS1_128 = "]C1"
    GS1_DATABAR = "]e0"
    GS1_QR = "]Q3"
    EAN_13 = "]E0"  # UPC-A too, as 13 digits
    EAN_8 = "]E4"
    CODE_128 = "]C0"
    QR = "]Q1"


class Package(Struct, frozen=True):
    """What the code on a package says of it.

    `gtin` has 14 digits, its check digit right. `item_number` is the Nordic item number (varenummer, six digits) where
    the GTIN holds one. `expiry` is the last day on which it may be used.
    """

    gtin: str
    item_number: str | None = None
    batch: str | None = None
    expiry: date | None = None
    serial: str | None = None


class Scan(Struct, frozen=True):
    """A code was held before the scanner. `code` is a package's, or the text of one of our own QR codes, untouched.
    `at_s` is the hub's monotonic clock."""

    at_s: float
    symbology: Symbology
    code: Package | str


class Unread(StrEnum):
    """Why a code was not read."""

    SYMBOLOGY = "symbology"  # a kind of code that is not read
    IDENTIFIER = "identifier"  # GS1: an application identifier that is not known here
    CONTENT = "content"  # GS1: too short, too long, or a character that may not be there
    CHECK_DIGIT = "check_digit"
    DATE = "date"  # no such day
    TWICE = "twice"  # GS1: the same application identifier again
    NO_GTIN = "no_gtin"
    NOT_OURS = "not_ours"  # a QR code, and not one of ours


class ScanRefused(Struct, frozen=True):
    """A code was held before the scanner and is not believed. `about` names the application identifier or symbology
    where it failed, or is empty; never what was in it (R15)."""

    at_s: float
    why: Unread
    about: str = ""


Scanned = Callable[[Scan | ScanRefused], None]  # from any thread
LidMoved = Callable[[int, bool], None]  # (compartment, is_open), from any thread


class Compartments(Protocol):
    """All compartments of a box, numbered from 1. Safe before the first call and after `close()`: locks off."""

    numbers: tuple[int, ...]

    def pulse(self, number: int) -> None:
        """Energise one lock, blocking, for the box's pulse of at most `PULSE_S`; off again in every case. Raises
        DeviceError."""

    def check_locks(self) -> None:
        """Raises DeviceError, naming the compartment, where a lock's line is high although no pulse is given, or cannot
        be seen. One that is high is put off once more; it is told all the same, for it was high (R12, H13)."""

    def lid_open(self, number: int) -> bool:
        """Whether the lid is sensed open. Raises DeviceError."""

    def lamp(self, number: int, lit: bool) -> None:
        """Light or put out the compartment's lamp. Raises DeviceError."""

    def watch_lids(self, moved: LidMoved) -> None:
        """Call `moved` at every lid movement from now on."""

    def close(self) -> None:
        """Put everything off and let go; may be called twice."""


class Scale(Protocol):
    def read(self) -> Reading:
        """The latest reading, without waiting for one. Raises DeviceError when there is none."""

    def close(self) -> None: ...


class Sounder(Protocol):
    def play(self, tone: Tone | None) -> None:
        """Play `tone` once, from now, not blocking; None is silence. Raises DeviceError."""

    def close(self) -> None: ...


class Voice(Protocol):
    def say(self, text: str) -> None:
        """Say `text` in Danish when what sounds now is over, not blocking; `Sounder.play` cuts it short, also None.
        What cannot be said is told in the log, once. Raises DeviceError."""


class Power(Protocol):
    def mains(self) -> bool:
        """Whether the mains are on. Raises DeviceError."""

    def charge_pct(self) -> int | None:
        """What is left in the battery, 0-100; None where the box has none that tells. Raises DeviceError."""

    def close(self) -> None: ...


class Rtc(Protocol):
    def time(self) -> datetime:
        """What the real-time clock tells, UTC. Raises DeviceError where there is none, it has lost the time, or its
        battery is low."""

    def close(self) -> None: ...


class Thermometer(Protocol):
    def celsius(self) -> Decimal:
        """The temperature where it hangs, to a tenth of a degree. Raises DeviceError."""

    def close(self) -> None: ...


class Backlight(Protocol):
    def light(self, pct: int) -> None:
        """Make the screen so bright, 1-100; less is 1, for a dark screen looks like a dead box. Raises DeviceError."""

    def close(self) -> None: ...


class Scanner(Protocol):
    def watch(self, scanned: Scanned) -> None:
        """Call `scanned` at every code from now on: once for one that is held still, or read again within a second."""

    def check(self) -> None:
        """Raises DeviceError while it is not there, or sends what is no code; it comes back by itself."""

    def close(self) -> None:
        """Let go; nothing is told any more. May be called twice."""
