"""What the hub asks of its devices. Drivers and their twins both keep these promises (one contract suite over both)."""

from collections.abc import Callable
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


LidMoved = Callable[[int, bool], None]  # (compartment, is_open), from any thread


class Compartments(Protocol):
    """All compartments of a box, numbered from 1. Safe before the first call and after `close()`: locks off."""

    numbers: tuple[int, ...]

    def pulse(self, number: int) -> None:
        """Energise one lock for `PULSE_S`, blocking; off again in every case. Raises DeviceError."""

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


class Power(Protocol):
    def mains(self) -> bool:
        """Whether the mains are on. Raises DeviceError."""

    def close(self) -> None: ...
