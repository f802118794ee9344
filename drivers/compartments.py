"""Locks, lids and lamps: on gpiozero, and the twin in the world."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from gpiozero import LED, InputDevice, OutputDevice
from msgspec import Struct

from drivers.gpio import gpio
from drivers.lids import Lids
from drivers.one_lock import OneLock
from drivers.world_client import WorldClient
from drivers.world_line import WorldError, device
from drivers.world_watch import WorldWatch
from hub.ports import DeviceError, LidMoved

T = TypeVar("T")


class Wire(Struct, frozen=True):
    """A line of one chip. `factory` is a gpiozero pin factory, always given (never gpiozero's own choice, which falls
    back from one to the next) and closed by whoever made it; `line` is the chip's own number, or gpiozero's name."""

    factory: Any
    line: int | str


class Wiring(Struct, frozen=True):
    """The lines of one compartment, each on any chip.

    `lock` and `lamp` are active high, with a pull-down and a one-shot in hardware (R12, H14). `lid` is a switch to
    ground that is closed while the lid is shut: a broken wire reads as an open lid, which opens nothing.
    """

    lock: Wire
    lid: Wire
    lamp: Wire


class _Lid:
    """A lid's switch. Keeps what its pin calls, which a pin does not."""

    def __init__(self, number: int, switch: InputDevice, lids: Lids) -> None:
        self._number, self._switch, self._lids = number, switch, lids

    @property
    def is_open(self) -> bool:
        return not bool(self._switch.is_active)

    def watch(self) -> None:
        self._switch.pin.when_changed = self._changed

    def _changed(self, ticks: float, high: bool) -> None:
        self._lids.moved(self._number, bool(high))


class GpioCompartments:
    """`hub.ports.Compartments` on GPIO lines. Every lock is off, then every lamp out, before any lid is looked at.

    `pulse_s` is the board's, within its solenoid's rating; never more than `PULSE_S`.
    """

    def __init__(self, wiring: Mapping[int, Wiring], pulse_s: float | None = None) -> None:
        self.numbers = tuple(sorted(wiring))
        self._one_lock = OneLock(pulse_s)
        self._told = Lids()
        with contextlib.ExitStack() as made, gpio("compartments"):
            self._locks = {n: made.enter_context(_output(OutputDevice, w.lock)) for n, w in wiring.items()}
            self._lamps = {n: made.enter_context(_output(LED, w.lamp)) for n, w in wiring.items()}
            self._lids = {n: _Lid(n, made.enter_context(_switch(w.lid)), self._told) for n, w in wiring.items()}
            self._made = made.pop_all()

    def pulse(self, number: int) -> None:
        """Also raises where the line is high before the pulse, low in it, or high after it: a short, a broken chip, or
        one that has lost its power meanwhile."""
        lock = self._known(self._locks, number)
        with gpio(f"lock {number}"):
            self._one_lock.pulse(partial(_rise, lock), partial(_fall, lock))

    def check_locks(self) -> None:
        high = self._one_lock.high_unasked(self._high)
        for number in high:
            with gpio(f"lock {number}"):
                self._locks[number].off()
        _said(high)

    def lid_open(self, number: int) -> bool:
        lid = self._known(self._lids, number)
        with gpio(f"lid {number}"):
            self._told.check(number)
            return lid.is_open

    def lamp(self, number: int, lit: bool) -> None:
        lamp = self._known(self._lamps, number)
        with gpio(f"lamp {number}"):
            lamp.value = lit

    def watch_lids(self, moved: LidMoved) -> None:
        self._told.watch(moved)
        with gpio("lids"):
            for lid in self._lids.values():
                lid.watch()

    def close(self) -> None:
        if self._one_lock.close():
            with gpio("compartments"), self._made:
                for output in (*self._locks.values(), *self._lamps.values()):
                    output.off()

    def _high(self) -> Iterator[int]:
        for number, lock in self._locks.items():
            with gpio(f"lock {number}"):
                high = lock.is_active
            if high:
                yield number

    @staticmethod
    def _known(of: Mapping[int, T], number: int) -> T:
        if number not in of:
            raise _unknown(number)
        return of[number]


def _output(kind: type[Any], wire: Wire) -> Any:
    return kind(wire.line, initial_value=False, pin_factory=wire.factory)


def _switch(wire: Wire) -> InputDevice:
    return InputDevice(wire.line, pull_up=True, pin_factory=wire.factory)


def _rise(lock: OutputDevice) -> None:
    if lock.is_active:
        raise OSError("its line is high already: no edge, no pulse")
    lock.on()
    if not lock.is_active:
        lock.pin.output_with_state(False)  # a chip that lost its power drives it again from now on
        raise OSError("its line stays low")


def _fall(lock: OutputDevice) -> None:
    lock.off()
    if lock.is_active:
        raise OSError("its line stays high")


class TwinCompartments:
    """`hub.ports.Compartments` in the world at `path`. Raises DeviceError if the world is not there."""

    def __init__(self, path: Path) -> None:
        self._one_lock = OneLock()
        self._told = Lids()
        self._world = WorldClient(path)
        with device("compartments"):
            self._watch = WorldWatch(path, lid_moved=self._told.moved)
            try:
                self.numbers = self._watch.now().numbers
                self._all_off()
            except WorldError:
                self._watch.close()
                self._world.close()
                raise

    def pulse(self, number: int) -> None:
        self._known(number)
        with device(f"lock {number}"):
            self._one_lock.pulse(self._line(number, True), self._line(number, False))

    def check_locks(self) -> None:
        with device("locks"):
            high = self._one_lock.high_unasked(self._world.high_lines)
            for number in high:
                self._fall(number)
        _said(high)

    def lid_open(self, number: int) -> bool:
        self._known(number)
        with device(f"lid {number}"):
            self._told.check(number)
            return number in self._watch.now().open_lids

    def lamp(self, number: int, lit: bool) -> None:
        self._known(number)
        with device(f"lamp {number}"):
            self._world.lamp_line(number, lit)

    def watch_lids(self, moved: LidMoved) -> None:
        self._told.watch(moved)

    def close(self) -> None:
        if self._one_lock.close():
            try:
                self._all_off()
            except WorldError:
                pass  # no world, nothing energised: its one-shot ends every pulse
            finally:
                self._watch.close()
                self._world.close()

    def _all_off(self) -> None:
        for number in self.numbers:
            self._world.lock_line(number, False)
            self._world.lamp_line(number, False)

    def _line(self, number: int, on: bool) -> Callable[[], None]:
        return partial(self._rise if on else self._fall, number)

    def _rise(self, number: int) -> None:
        """A line whose fall was lost with the world's contact is still high, and without an edge there is no pulse."""
        self._fall(number)
        self._world.lock_line(number, True)

    def _fall(self, number: int) -> None:
        self._world.lock_line(number, False)

    def _known(self, number: int) -> None:
        if number not in self.numbers:
            raise _unknown(number)


def _said(high: Sequence[int]) -> None:
    if high:
        raise DeviceError(f"lock {', '.join(map(str, high))}: its line is high although no pulse is given")


def _unknown(number: int) -> DeviceError:
    return DeviceError(f"compartment {number}: there is none of that number")
