"""Test benches for compartments: the twin in a real world, gpiozero with jumper wires, our pins on a kernel's chips.
One contract, each rig.

A rig has the driver on one side and fingers and eyes on the other: it moves lids and sees locks and lamps.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, Protocol

import pytest
from gpiozero import DigitalInputDevice, OutputDevice
from gpiozero.pins.mock import MockConnectedPin, MockFactory

from drivers.chip_pins import ChipFactory
from drivers.chips import open_chip
from drivers.compartments import GpioCompartments, TwinCompartments, Wire, Wiring
from drivers.world_protocol import What
from hub.board_rules import PIS
from hub.ports import Compartments
from tests.drivers.kernels import FakeChip, JumperedChip, Wired, fake_chips, simulated_chips
from tests.drivers.worlds import RunningWorld, running_world, wait_for


class Rig(Protocol):
    def connect(self) -> Compartments:
        """The driver, lids shut."""

    def move_lid(self, number: int, is_open: bool) -> None: ...

    def hold_high(self, number: int, held: bool) -> None:
        """A short holds the lock's line high, or no more."""

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

    def hold_high(self, number: int, held: bool) -> None:
        self._hands.hold_line(number, held)

    def energised(self, number: int) -> bool:
        seen = self._hands.look().compartment(number)
        return seen.line_on or seen.energised

    def lit(self, number: int) -> bool:
        return self._hands.look().compartment(number).lamp

    def pulses(self) -> list[tuple[int, float]]:
        return [(e.compartment or 0, e.at_s) for e in self._hands.ledger() if e.what is What.PULSE]


class JumperRig:
    """A MockFactory's pins wired to one another, `near` to `far`."""

    def __init__(self, near: Mapping[int, Wiring], far: Mapping[int, Wiring], closing: ExitStack) -> None:
        self._near, self._closing = near, closing
        self._pulses: list[tuple[int, float]] = []
        self._locks = {number: self._sense(ends.lock) for number, ends in far.items()}
        self._lamps = {number: self._sense(ends.lamp) for number, ends in far.items()}
        self._lids = {
            number: closing.enter_context(OutputDevice(ends.lid.line, pin_factory=ends.lid.factory))
            for number, ends in far.items()
        }
        for number, lock in self._locks.items():
            lock.when_activated = partial(self._rose, number)

    def connect(self) -> Compartments:
        made = GpioCompartments(self._near)
        self._closing.callback(made.close)
        for number in self._lids:
            self.move_lid(number, False)
            wait_for(f"lid {number} shut", lambda n=number: not made.lid_open(n))
        return made

    def move_lid(self, number: int, is_open: bool) -> None:
        self._lids[number].value = is_open

    def hold_high(self, number: int, held: bool) -> None:
        wire = self._near[number].lock
        wire.factory.pin(wire.line).held = held

    def energised(self, number: int) -> bool:
        return bool(self._locks[number].is_active)

    def lit(self, number: int) -> bool:
        return bool(self._lamps[number].is_active)

    def pulses(self) -> list[tuple[int, float]]:
        return list(self._pulses)

    def _rose(self, number: int) -> None:
        self._pulses.append((number, time.monotonic()))

    def _sense(self, wire: Wire) -> Any:
        return self._closing.enter_context(DigitalInputDevice(wire.line, pull_up=False, pin_factory=wire.factory))


Lines = Mapping[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]]  # (chip, line) of lock, lid, lamp
SAME = {1: ((0, 9), (1, 9), (0, 11)), 2: ((0, 10), (1, 10), (1, 11))}  # lids and locks at the *same* numbers
NEAR = {1: (16, 17, 18), 2: (22, 23, 24)}  # lock, lid, lamp
FAR = {1: (19, 20, 21), 2: (25, 26, 27)}
JUMPERS = {
    near: far for number in NEAR for near, far in zip(NEAR[number], FAR[number], strict=True)
}  # 16-19, ... 24-27
ONE = {number: tuple((0, line) for line in lines) for number, lines in NEAR.items()}


class KernelRig:
    """Chips of a kernel, and hands on their lines."""

    def __init__(self, chips: Sequence[Wired], closing: ExitStack, lines: Lines = SAME) -> None:
        self.chips, self._closing = chips, closing
        self.factories = [ChipFactory(name, chip.open) for name, chip in zip(("pi", "more"), chips)]  # noqa: B905
        for factory in self.factories:
            closing.callback(factory.close)
        self.wiring = {
            number: Wiring(*(Wire(self.factories[chip], line) for chip, line in three))
            for number, three in lines.items()
        }
        self._seen: list[tuple[int, float]] = []
        self._was_high = dict.fromkeys(self.wiring, False)
        self._eye = threading.Lock()
        self.springs: dict[int, int] = {}  # the lid that each lock's bolt lets go; none unless a test says so
        self._done = threading.Event()
        self._watching = threading.Thread(target=self._watch)

    def connect(self) -> Compartments:
        made = GpioCompartments(self.wiring)
        self._closing.callback(made.close)
        for number in self.wiring:  # not before: a simulator's pull, unlike a switch, gives way to the driver's
            self.move_lid(number, False)
            wait_for(f"lid {number} shut", lambda n=number: not made.lid_open(n))
        if not self._watching.is_alive():
            self._watching.start()
            self._closing.callback(self._watching.join)
            self._closing.callback(self._done.set)
        return made

    def move_lid(self, number: int, is_open: bool) -> None:
        self._pull(self.wiring[number].lid, is_open)

    def hold_high(self, number: int, held: bool) -> None:
        self._chip(wire := self.wiring[number].lock).hold(int(wire.line), held)

    def energised(self, number: int) -> bool:
        with self._eye:
            high = self._level(self.wiring[number].lock)
            if high and not self._was_high[number]:
                self._seen.append((number, time.monotonic()))
                if number in self.springs:
                    self.move_lid(self.springs[number], True)
            self._was_high[number] = high
            return high

    def lit(self, number: int) -> bool:
        return self._level(self.wiring[number].lamp)

    def pulses(self) -> list[tuple[int, float]]:
        return list(self._seen)

    def _watch(self) -> None:
        """Looks quicker than any pulse."""
        while not self._done.wait(0.005):
            for number in self.wiring:
                self.energised(number)

    def _pull(self, wire: Wire, high: bool) -> None:
        self._chip(wire).pull(int(wire.line), high)

    def _level(self, wire: Wire) -> bool:
        return self._chip(wire).level(int(wire.line))

    def _chip(self, wire: Wire) -> Wired:
        return self.chips[self.factories.index(wire.factory)]


class HeldPin(MockConnectedPin):
    """May be shorted to the supply."""

    held = False

    def _get_state(self) -> bool:
        return self.held or bool(super()._get_state())


def on(factory: Any, lines: Mapping[int, tuple[int, int, int]]) -> dict[int, Wiring]:
    return {number: Wiring(*(Wire(factory, line) for line in three)) for number, three in lines.items()}


def one_mock() -> tuple[dict[int, Wiring], dict[int, Wiring]]:
    factory = MockFactory()
    return _wired(on(factory, NEAR), on(factory, FAR))


def two_mocks() -> tuple[dict[int, Wiring], dict[int, Wiring]]:
    """Lids and locks at the same numbers of two chips."""
    first, second = MockFactory(), MockFactory()
    near = {
        number: Wiring(Wire(first, 8 + number), Wire(second, 8 + number), Wire(second, 10 + number))
        for number in (1, 2)
    }
    far = {
        number: Wiring(Wire(second, 18 + number), Wire(first, 18 + number), Wire(first, 20 + number))
        for number in (1, 2)
    }
    return _wired(near, far)


def _wired(near: dict[int, Wiring], far: dict[int, Wiring]) -> tuple[dict[int, Wiring], dict[int, Wiring]]:
    for number, box in near.items():
        ends = far[number]
        for source, sink in ((box.lock, ends.lock), (box.lamp, ends.lamp), (ends.lid, box.lid)):
            source.factory.pin(source.line, pin_class=HeldPin, input_pin=sink.factory.pin(sink.line))
    return near, far


def _the_pi() -> Any:
    """This Pi's own header, with the jumpers set."""
    found: list[OSError] = []
    for label in sorted(PIS):
        try:
            return open_chip(label)
        except OSError as error:
            found.append(error)
    raise found[0]


GPIO = os.environ.get("MEDHUB_GPIO")  # "pi": make test-hardware; "sim": in the machine of make prove-gpio
RIGS: dict[str, Callable[[ExitStack], Rig]] = {
    "twin": lambda closing: TwinRig(closing.enter_context(running_world()), closing),
    "mock": lambda closing: JumperRig(*one_mock(), closing),
    "two mocks": lambda closing: JumperRig(*two_mocks(), closing),
    "fake chips": lambda closing: KernelRig(fake_chips(closing), closing),
    "sim": lambda closing: KernelRig(simulated_chips(closing), closing),
    "fake pi": lambda closing: KernelRig([JumperedChip(FakeChip(28, JUMPERS).open, JUMPERS, closing)], closing, ONE),
    "pi": lambda closing: KernelRig([JumperedChip(_the_pi, JUMPERS, closing)], closing, ONE),
}


def rigs() -> list[Any]:
    """By name, for a fixture's params: those of this machine; the Pi's own is a skip wherever it was not asked for."""
    if GPIO is not None:
        return [GPIO]
    return [
        "twin",
        "mock",
        "two mocks",
        "fake chips",
        "fake pi",
        pytest.param("pi", marks=pytest.mark.skip("MEDHUB_GPIO=pi")),
    ]
