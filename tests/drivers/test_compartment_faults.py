"""Each thing that can go wrong with a lock or a lid is a plain state, on every bench that can have it."""

import errno
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from gpiod import LineSettings
from gpiod.line import Direction, Value
from gpiozero.pins.mock import MockFactory, MockPin

from drivers.chip_pins import ChipFactory
from drivers.compartments import GpioCompartments, Wire, Wiring
from drivers.lids import MOST, WITHIN_S, Lids
from hub.commissioning import Finding, commission
from hub.ports import Compartments, DeviceError
from tests.drivers.kernels import FakeChip, fake_chips, simulated_chips
from tests.drivers.rigs import GPIO, NEAR, KernelRig, Rig, TwinRig, on
from tests.drivers.worlds import running_world, wait_for

Moves = list[tuple[int, bool]]


@pytest.fixture
def kernel(closing: ExitStack) -> KernelRig:
    return KernelRig(simulated_chips(closing) if GPIO == "sim" else fake_chips(closing), closing)


def watched(rig: Rig) -> tuple[Compartments, Moves]:
    box = rig.connect()
    told: Moves = []
    box.watch_lids(lambda number, is_open: told.append((number, is_open)))
    return box, told


# -- lids ------------------------------------------------------------------------------------------------------------


def test_a_lid_left_open_stays_open_and_is_told_once(rig: Rig) -> None:
    box, told = watched(rig)
    rig.move_lid(1, True)
    wait_for("lid 1 told", lambda: told)
    box.lamp(2, True)
    for _ in range(5):
        assert box.lid_open(1)
        assert not box.lid_open(2)
    assert told == [(1, True)]


def test_a_lid_that_opens_unasked_is_told_without_a_pulse(rig: Rig) -> None:
    """Tampering, or the staff's key."""
    _, told = watched(rig)
    rig.move_lid(2, True)
    wait_for("lid 2 told", lambda: told == [(2, True)])
    assert rig.pulses() == []


def test_a_lock_whose_lid_does_not_move_is_no_fault_of_the_driver(rig: Rig) -> None:
    """A jam, an unplugged solenoid or a switch stuck shut: the pulse was given, and no lid is told (R1 counts them)."""
    box, told = watched(rig)
    if hasattr(rig, "_hands"):
        rig._hands.set_jam(1, True)
    box.pulse(1)
    wait_for("lock 1 off", lambda: not rig.energised(1))
    box.pulse(1)
    assert [number for number, _ in rig.pulses()] == [1, 1]
    assert not box.lid_open(1)
    assert told == []


def test_two_lids_at_once_are_both_told(rig: Rig) -> None:
    box, told = watched(rig)
    for number in (1, 2):
        rig.move_lid(number, True)
    wait_for("both told", lambda: sorted(told) == [(1, True), (2, True)])
    assert all(box.lid_open(number) for number in (1, 2))


def test_a_lid_that_flaps_is_neither_open_nor_shut_and_floods_nobody(rig: Rig) -> None:
    box, told = watched(rig)

    def flaps() -> bool:
        try:
            box.lid_open(1)
        except DeviceError as error:
            return "lid 1: it flaps" in str(error)
        return False

    for move in range(MOST + 6):
        rig.move_lid(1, move % 2 == 0)
        wait_for("the movement", lambda n=move: len(told) > n or flaps())
    assert told == [(1, move % 2 == 0) for move in range(MOST)]
    assert not box.lid_open(2), "the others are as good as before"


def test_a_lid_that_flapped_is_trusted_once_it_was_still() -> None:
    now_s = 100.0
    lids = Lids(lambda: now_s)
    told: Moves = []
    lids.watch(lambda number, is_open: told.append((number, is_open)))
    for move in range(3 * MOST):
        lids.moved(1, move % 2 == 0)
        now_s += 0.1
    with pytest.raises(DeviceError, match="lid 1: it flaps"):
        lids.check(1)
    lids.check(2)
    assert len(told) == MOST
    now_s += WITHIN_S
    lids.check(1)
    lids.moved(1, True)
    assert told[-1] == (1, True)
    assert len(told) == MOST + 1


def test_a_hand_that_plays_with_a_lid_is_no_flapping() -> None:
    now_s = 100.0
    lids = Lids(lambda: now_s)
    for move in range(100):
        lids.moved(1, move % 2 == 0)
        lids.check(1)
        now_s += 1.01 * WITHIN_S / MOST


# -- outputs ---------------------------------------------------------------------------------------------------------


class StuckPin(MockPin):
    """Shorted to the supply."""

    def _change_state(self, value: bool) -> bool:
        return bool(super()._change_state(True))


class FallsNeverPin(MockPin):
    """Goes high and stays there."""

    def _change_state(self, value: bool) -> bool:
        return bool(super()._change_state(value or self._state))


class ShortedPin(MockPin):
    """To ground."""

    def _change_state(self, value: bool) -> bool:
        return bool(super()._change_state(False))


@pytest.mark.parametrize(("pin", "said"), [
    (StuckPin, "stays high"), (FallsNeverPin, "stays high"), (ShortedPin, "stays low"),
])  # fmt: skip
def test_a_line_that_does_not_follow_is_said(pin: type[MockPin], said: str) -> None:
    factory = MockFactory()
    factory.pin(NEAR[1][0], pin_class=pin)
    box = GpioCompartments(on(factory, NEAR))
    with pytest.raises(DeviceError, match=f"lock 1: its line {said}"):
        box.pulse(1)
    box.pulse(2)
    with pytest.raises(DeviceError, match=f"lock 1: its line {said}"):
        box.pulse(1)
    box.close()


def test_a_line_stuck_high_gives_no_edge(closing: ExitStack) -> None:
    """The one-shot has given its one pulse; what a pulse would do now nobody knows."""
    rig = KernelRig((stuck := FakeChip(), FakeChip()), closing)
    box = rig.connect()
    stuck.stuck.add(9)
    with pytest.raises(DeviceError, match="lock 1: its line"):
        box.pulse(1)
    assert 9 not in stuck.rose
    box.pulse(2)


def test_a_lock_whose_expander_lost_its_power_unseen_is_said_and_works_the_next_time(closing: ExitStack) -> None:
    locks = FakeChip()
    rig = KernelRig((locks, FakeChip()), closing)
    box = rig.connect()
    locks.lose_power()
    with pytest.raises(DeviceError, match="lock 1: its line stays low"):
        box.pulse(1)
    assert rig.pulses() == []
    box.pulse(1)
    box.pulse(2)
    assert locks.rose == [9, 10]


class UnplugsPin(MockPin):
    """Its chip goes in the middle of a pulse."""

    gone = False

    def _set_state(self, value: bool) -> None:
        if self.gone:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        super()._set_state(value)
        self.gone = value


def test_off_is_tried_also_on_a_chip_that_went_in_the_middle() -> None:
    factory = MockFactory()
    pin = factory.pin(NEAR[1][0], pin_class=UnplugsPin)
    box = GpioCompartments(on(factory, NEAR))
    with pytest.raises(DeviceError, match=r"lock 1: .*Remote I/O error"):
        box.pulse(1)
    with pytest.raises(DeviceError, match="lock 1"):
        box.pulse(1)
    assert [state.state for state in pin.states] == [False, True], "never raised again"
    pin.gone = False
    box.close()
    assert not pin.state


# -- lines that are high unasked -------------------------------------------------------------------------------------


def test_a_line_that_is_high_with_no_pulse_is_said_until_it_is_low(rig: Rig) -> None:
    """R12, H13: seen while nothing is to be opened, not at the next pulse."""
    box = rig.connect()
    box.check_locks()
    rig.hold_high(2, True)
    for _ in range(3):
        with pytest.raises(DeviceError, match="lock 2: its line is high although no pulse is given"):
            box.check_locks()
    rig.hold_high(2, False)
    box.check_locks()
    box.pulse(1)
    box.check_locks()


def test_every_line_that_is_high_is_named(rig: Rig) -> None:
    box = rig.connect()
    for number in (1, 2):
        rig.hold_high(number, True)
    with pytest.raises(DeviceError, match="lock 1, 2: "):
        box.check_locks()


def test_a_pulse_under_way_is_no_line_high_unasked(rig: Rig) -> None:
    box = rig.connect()
    pulsing = threading.Thread(target=box.pulse, args=(1,))
    pulsing.start()
    wait_for("lock 1 energised", lambda: rig.energised(1))
    box.check_locks()
    pulsing.join()
    wait_for("lock 1 off", lambda: not rig.energised(1))
    box.check_locks()


def test_a_line_that_rose_by_itself_is_said_and_put_off(closing: ExitStack) -> None:
    """An expander whose register was spoilt; its one-shot has given its pulse."""
    locks = FakeChip()
    box = KernelRig((locks, FakeChip()), closing).connect()
    locks.registers[9] = [True, True]
    with pytest.raises(DeviceError, match="lock 1: its line is high"):
        box.check_locks()
    assert not locks.level(9)
    box.check_locks()


def test_the_twins_line_whose_fall_was_lost_is_put_off(closing: ExitStack) -> None:
    with running_world() as world:
        box = TwinRig(world, closing).connect()
        world.client.lock_line(1, True)
        with pytest.raises(DeviceError, match="lock 1: its line is high"):
            box.check_locks()
        box.check_locks()
        closing.close()


def test_a_locks_chip_that_does_not_answer_is_said_while_nothing_is_pulsed(closing: ExitStack) -> None:
    locks = FakeChip()
    box = KernelRig((locks, FakeChip()), closing).connect()
    locks.unplug()
    assert raises(box.check_locks, "lock 1: chip pi")
    locks.plug()
    wait_for("the chip found", lambda: not raises(box.check_locks, "chip pi"))


def test_a_world_that_is_gone_has_no_locks_that_are_off(closing: ExitStack) -> None:
    with running_world() as world:
        box = TwinRig(world, closing).connect()
        world.stop()
        assert raises(box.check_locks, "locks: the world at")
        closing.close()


# -- the walk ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("springs", "found"), [
    ({1: 1, 2: 2}, [Finding.PASSED, Finding.PASSED]),
    ({1: 2, 2: 1}, [Finding.WRONG_LID, Finding.WRONG_LID]),
    ({1: 1}, [Finding.PASSED, Finding.NOTHING_MOVED]),
])  # fmt: skip
def test_the_walk_finds_crossed_wires(
    kernel: KernelRig, springs: dict[int, int], found: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.commissioning.MOVES_S", 0.5)
    box = kernel.connect()
    kernel.springs = springs
    report = commission(box, lambda lids: [kernel.move_lid(number, False) for number in lids] and None)
    assert list(report.findings.values()) == found
    assert not any(kernel.energised(number) or kernel.lit(number) or box.lid_open(number) for number in (1, 2))


# -- chips -----------------------------------------------------------------------------------------------------------


def raises(call: Callable[[], object], said: str) -> bool:
    try:
        call()
    except DeviceError as error:
        return said in str(error)
    return False


def test_an_expander_unplugged_in_a_pulse_is_low_when_it_is_back(closing: ExitStack) -> None:
    chip, other = FakeChip(), FakeChip()
    rig = KernelRig((other, chip), closing)
    lost = rig.factories[1]
    wiring = {1: Wiring(*(Wire(lost, line) for line in (9, 10, 11))),
              2: Wiring(*(Wire(rig.factories[0], line) for line in (9, 10, 11)))}  # fmt: skip
    for at in (chip, other):
        at.pull(10, False)
    box = GpioCompartments(wiring)
    told: Moves = []
    box.watch_lids(lambda number, is_open: told.append((number, is_open)))
    failed: list[DeviceError] = []

    def pulse() -> None:
        try:
            box.pulse(1)
        except DeviceError as error:
            failed.append(error)

    pulsing = threading.Thread(target=pulse)
    pulsing.start()
    wait_for("lock 1 energised", lambda: chip.level(9))
    chip.unplug()
    pulsing.join()
    assert "lock 1: chip more" in str(failed[0])
    assert chip.level(9), "it keeps what it drove; the one-shot has ended the pulse"
    for call in (lambda: box.pulse(1), lambda: box.lid_open(1), lambda: box.lamp(1, True)):
        assert raises(call, "chip more")
    assert not box.lid_open(2)
    box.pulse(2)  # what can still be done is done
    chip.pull(10, True)
    chip.plug()
    wait_for("lid 1 told", lambda: told == [(1, True)])
    assert not chip.level(9)
    assert box.lid_open(1)
    box.close()


def test_every_lock_is_off_before_any_lamp_and_every_lamp_before_any_lid(closing: ExitStack) -> None:
    """What the process before left on ends first (R12)."""
    chip = FakeChip()
    before = {line: LineSettings(direction=Direction.OUTPUT, output_value=Value.ACTIVE) for line in (9, 10, 11)}
    chip.request_lines(before, "the process before").release()
    assert chip.level(9), "it keeps what it drives"
    chip.heard.clear()
    factory = ChipFactory("one", chip.open)
    closing.callback(factory.close)
    wires = {
        n: Wiring(*(Wire(factory, line) for line in three)) for n, three in {1: (9, 1, 11), 2: (10, 2, 12)}.items()
    }
    box = GpioCompartments(wires)
    first = list(dict.fromkeys(heard for heard in chip.heard if heard.startswith("low")))
    assert first == ["low 9", "low 10", "low 11", "low 12"]
    assert chip.heard[-1] == "input 2"
    assert not any(chip.level(line) for line in (9, 10, 11, 12))
    box.close()
