"""Test benches for compartments: the twin in a real world, and gpiozero with jumper wires. One contract, each rig.

A rig has the driver on one side and fingers and eyes on the other: it moves lids and sees locks and lamps.
"""

import time
from contextlib import ExitStack
from functools import partial
from typing import Any, Protocol

from gpiozero import DigitalInputDevice, OutputDevice
from gpiozero.pins.mock import MockConnectedPin, MockFactory
from msgspec import Struct

from drivers.compartments import GpioCompartments, TwinCompartments, Wiring
from drivers.world_protocol import What
from hub.ports import Compartments
from tests.drivers.worlds import RunningWorld


class Rig(Protocol):
    def connect(self) -> Compartments:
        """The driver, lids shut."""

    def move_lid(self, number: int, is_open: bool) -> None: ...

    def energised(self, number: int) -> bool: ...

    def lit(self, number: int) -> bool: ...

    def pulses(self) -> list[tuple[int, float]]:
        """Every rising edge so far: (compartment, when in monotonic seconds)."""


class TwinRig:
    def __init__(self, world: RunningWorld, closing: ExitStack) -> None:
        self._path, self._hands, self._closing = world.socket, world.client, closing

    def connect(self) -> Compartments:
        made = TwinCompartments(self._path)
        self._closing.callback(made.close)
        return made

    def move_lid(self, number: int, is_open: bool) -> None:
        if is_open:
            self._hands.key_open(number)
        else:
            self._hands.shut_lid(number)

    def energised(self, number: int) -> bool:
        seen = self._hands.look().compartment(number)
        return seen.line_on or seen.energised

    def lit(self, number: int) -> bool:
        return self._hands.look().compartment(number).lamp

    def pulses(self) -> list[tuple[int, float]]:
        return [(e.compartment or 0, e.at_s) for e in self._hands.ledger() if e.what is What.PULSE]


class Ends(Struct):
    """The far ends of one compartment's wires."""

    lock: int
    lid: int
    lamp: int


WIRING = {1: Wiring(lock=16, lid=17, lamp=18), 2: Wiring(lock=22, lid=23, lamp=24)}
JUMPERS = {1: Ends(lock=19, lid=20, lamp=21), 2: Ends(lock=25, lid=26, lamp=27)}  # GPIO 16-19, 17-20, … 24-27


class JumperRig:
    """GPIO lines wired to one another by `JUMPERS`: on a Pi with wires, on a MockFactory with connected pins."""

    def __init__(self, factory: Any, closing: ExitStack) -> None:
        self._factory, self._closing = factory, closing
        self._pulses: list[tuple[int, float]] = []
        self._locks = {number: self._sense(ends.lock) for number, ends in JUMPERS.items()}
        self._lamps = {number: self._sense(ends.lamp) for number, ends in JUMPERS.items()}
        self._lids = {
            number: closing.enter_context(OutputDevice(ends.lid, pin_factory=factory))
            for number, ends in JUMPERS.items()
        }
        for number, lock in self._locks.items():
            lock.when_activated = partial(self._rose, number)

    def connect(self) -> Compartments:
        made = GpioCompartments(self._factory, WIRING)
        self._closing.callback(made.close)
        for lid in self._lids.values():
            lid.off()
        return made

    def move_lid(self, number: int, is_open: bool) -> None:
        self._lids[number].value = is_open

    def energised(self, number: int) -> bool:
        return bool(self._locks[number].is_active)

    def lit(self, number: int) -> bool:
        return bool(self._lamps[number].is_active)

    def pulses(self) -> list[tuple[int, float]]:
        return list(self._pulses)

    def _rose(self, number: int) -> None:
        self._pulses.append((number, time.monotonic()))

    def _sense(self, pin: int) -> Any:
        return self._closing.enter_context(DigitalInputDevice(pin, pull_up=False, pin_factory=self._factory))


def jumpered_mock() -> MockFactory:
    """A MockFactory with the wires of `JUMPERS`."""
    factory = MockFactory()
    for number, near in WIRING.items():
        ends = JUMPERS[number]
        for source, sink in ((near.lock, ends.lock), (near.lamp, ends.lamp), (ends.lid, near.lid)):
            factory.pin(source, pin_class=MockConnectedPin, input_pin=factory.pin(sink))
    return factory
