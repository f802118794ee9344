"""Locks, lids and lamps: on gpiozero, and the twin in the world."""

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from gpiozero import LED, DigitalInputDevice, OutputDevice
from msgspec import Struct

from drivers.gpio import gpio
from drivers.one_lock import OneLock
from drivers.world_client import WorldClient, WorldError, WorldWatch, device
from hub.ports import DeviceError, LidMoved

LID_BOUNCE_S = 0.02  # a reed or micro switch settles within a few ms


class Wiring(Struct, frozen=True):
    """The lines of one compartment, as gpiozero names pins (BCM number or "GPIO17").

    `lock` and `lamp` are active high, with a pull-down and a one-shot in hardware (R12, H14). `lid` is a switch to
    ground that is closed while the lid is shut: a broken wire reads as an open lid, which opens nothing.
    """

    lock: int | str
    lid: int | str
    lamp: int | str


class _Box:
    """The gpiozero devices of one compartment, off from the start."""

    def __init__(self, factory: Any, wiring: Wiring, made: contextlib.ExitStack) -> None:
        self.lock = made.enter_context(OutputDevice(wiring.lock, initial_value=False, pin_factory=factory))
        self.lid = made.enter_context(
            DigitalInputDevice(wiring.lid, pull_up=True, bounce_time=LID_BOUNCE_S, pin_factory=factory)
        )
        self.lamp = made.enter_context(LED(wiring.lamp, initial_value=False, pin_factory=factory))

    @property
    def lid_open(self) -> bool:
        return not self.lid.is_active


class GpioCompartments:
    """`hub.ports.Compartments` on GPIO lines. `factory` is a gpiozero pin factory, always given (never gpiozero's own
    choice, which falls back from one to the next) and closed by whoever made it."""

    def __init__(self, factory: Any, wiring: Mapping[int, Wiring]) -> None:
        self.numbers = tuple(sorted(wiring))
        self._one_lock = OneLock()
        with contextlib.ExitStack() as made, gpio("compartments"):
            self._boxes = {number: _Box(factory, wiring[number], made) for number in self.numbers}
            self._made = made.pop_all()

    def pulse(self, number: int) -> None:
        lock = self._box(number).lock
        with gpio(f"lock {number}"):
            self._one_lock.pulse(lock.on, lock.off)

    def lid_open(self, number: int) -> bool:
        with gpio(f"lid {number}"):
            return self._box(number).lid_open

    def lamp(self, number: int, lit: bool) -> None:
        with gpio(f"lamp {number}"):
            self._box(number).lamp.value = lit

    def watch_lids(self, moved: LidMoved) -> None:
        for number, box in self._boxes.items():
            box.lid.when_deactivated = partial(_tell, moved, number, True)
            box.lid.when_activated = partial(_tell, moved, number, False)

    def close(self) -> None:
        if self._one_lock.close():
            with gpio("compartments"), self._made:
                for box in self._boxes.values():
                    box.lock.off()
                    box.lamp.off()

    def _box(self, number: int) -> _Box:
        if number not in self._boxes:
            raise _unknown(number)
        return self._boxes[number]


class TwinCompartments:
    """`hub.ports.Compartments` in the world at `path`. Raises DeviceError if the world is not there."""

    def __init__(self, path: Path) -> None:
        self._one_lock = OneLock()
        self._moved: LidMoved | None = None
        self._world = WorldClient(path)
        with device("compartments"):
            self._watch = WorldWatch(path, lid_moved=self._lid_moved)
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

    def lid_open(self, number: int) -> bool:
        self._known(number)
        with device(f"lid {number}"):
            return number in self._watch.now().open_lids

    def lamp(self, number: int, lit: bool) -> None:
        self._known(number)
        with device(f"lamp {number}"):
            self._world.lamp_line(number, lit)

    def watch_lids(self, moved: LidMoved) -> None:
        self._moved = moved

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

    def _lid_moved(self, number: int, is_open: bool) -> None:
        if self._moved:
            self._moved(number, is_open)

    def _known(self, number: int) -> None:
        if number not in self.numbers:
            raise _unknown(number)


def _unknown(number: int) -> DeviceError:
    return DeviceError(f"compartment {number}: there is none of that number")


def _tell(moved: LidMoved, number: int, is_open: bool) -> None:
    """gpiozero looks into a callback's signature, which not every callable has."""
    moved(number, is_open)
