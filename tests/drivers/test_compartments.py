"""The contract of `hub.ports.Compartments`, kept by the twin, by gpiozero and by a kernel's chips alike."""

import signal
import threading
import time
from contextlib import ExitStack

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from drivers.compartments import GpioCompartments, TwinCompartments, Wire, Wiring
from drivers.one_lock import OneLock
from hub.ports import PULSE_S, DeviceError
from tests.drivers.rigs import NEAR, Rig, TwinRig, on
from tests.drivers.worlds import running_world, wait_for


def test_everything_is_off_at_the_start(rig: Rig) -> None:
    box = rig.connect()
    assert {1, 2} <= set(box.numbers)
    assert not any(rig.energised(n) or rig.lit(n) or box.lid_open(n) for n in (1, 2))
    assert rig.pulses() == []


def test_a_pulse_energises_its_own_lock_once_and_ends_off(rig: Rig) -> None:
    box = rig.connect()
    began = time.monotonic()
    box.pulse(2)
    assert PULSE_S * 0.9 <= time.monotonic() - began < PULSE_S + 0.5
    assert [number for number, _ in rig.pulses()] == [2]
    wait_for("lock 2 off", lambda: not rig.energised(2))
    assert not rig.energised(1)


def test_an_interrupted_pulse_ends_off(rig: Rig) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    box = rig.connect()
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, PULSE_S / 2)
        with pytest.raises(Interrupted):
            box.pulse(1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not rig.energised(1)
    box.pulse(1)  # and the next one is whole
    assert [number for number, _ in rig.pulses()] == [1, 1]


def test_one_lock_at_a_time(rig: Rig) -> None:
    box = rig.connect()
    threads = [threading.Thread(target=box.pulse, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (one, first_s), (other, second_s) = rig.pulses()
    assert {one, other} == {1, 2}
    assert second_s - first_s >= PULSE_S * 0.95


def test_each_lid_movement_is_told_once(rig: Rig) -> None:
    box = rig.connect()
    told: list[tuple[int, bool]] = []
    box.watch_lids(lambda number, is_open: told.append((number, is_open)))
    moves = [(1, True), (2, True), (1, False), (1, True), (1, False), (2, False)]
    for number, is_open in moves:
        rig.move_lid(number, is_open)
        wait_for(f"lid {number} sensed", lambda n=number, o=is_open: box.lid_open(n) is o)
    wait_for("every movement told", lambda: len(told) >= len(moves))
    assert told == moves


def test_a_lid_already_open_is_seen_and_not_told(rig: Rig) -> None:
    rig.connect().close()
    box = rig.connect()
    rig.move_lid(1, True)
    wait_for("lid 1 open", lambda: box.lid_open(1))
    told: list[tuple[int, bool]] = []
    box.watch_lids(lambda number, is_open: told.append((number, is_open)))
    rig.move_lid(1, False)
    wait_for("one movement", lambda: told)
    assert told == [(1, False)]


def test_lamps_light_one_by_one(rig: Rig) -> None:
    box = rig.connect()
    box.lamp(1, True)
    assert (rig.lit(1), rig.lit(2)) == (True, False)
    box.lamp(1, False)
    assert not rig.lit(1)


def test_closing_puts_everything_off_and_may_be_done_twice(rig: Rig) -> None:
    box = rig.connect()
    box.lamp(2, True)
    box.close()
    box.close()
    assert not any(rig.energised(n) or rig.lit(n) for n in (1, 2))
    for refused in (lambda: box.pulse(1), box.check_locks, lambda: box.lid_open(1), lambda: box.lamp(1, True)):
        with pytest.raises(DeviceError):
            refused()
    assert rig.pulses() == []


def test_closing_cuts_a_pulse_short(rig: Rig) -> None:
    box = rig.connect()
    pulse = threading.Thread(target=box.pulse, args=(1,))
    pulse.start()
    wait_for("lock 1 energised", lambda: rig.energised(1))
    box.close()
    assert not rig.energised(1)
    pulse.join()


@pytest.mark.parametrize("act", ["pulse", "lid_open", "lamp"])
def test_a_number_that_is_not_there_is_said(rig: Rig, act: str) -> None:
    box = rig.connect()
    arguments = (99, True) if act == "lamp" else (99,)
    with pytest.raises(DeviceError, match="compartment 99"):
        getattr(box, act)(*arguments)


# -- gpiozero alone -------------------------------------------------------------------------------------------------

EIGHT = {n: (3 + n, 11 + n, 19 + n) for n in range(1, 9)}  # lock, lid, lamp


@pytest.mark.parametrize("number", EIGHT)
def test_only_the_right_line_moves(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.one_lock.PULSE_S", 0.001)
    factory = MockFactory()
    box = GpioCompartments(on(factory, EIGHT))
    pins = {line: factory.pin(line) for line in range(4, 28)}
    for pin in pins.values():
        pin.clear_states()
    box.pulse(number)
    moved = {line: [s.state for s in pin.states] for line, pin in pins.items() if len(pin.states) > 1}
    assert moved == {EIGHT[number][0]: [False, True, False]}
    box.close()


def test_the_same_line_of_two_chips_is_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.one_lock.PULSE_S", 0.001)
    first, second = MockFactory(), MockFactory()
    box = GpioCompartments({1: Wiring(Wire(first, 16), Wire(first, 17), Wire(first, 18)),
                            2: Wiring(Wire(second, 16), Wire(second, 17), Wire(second, 18))})  # fmt: skip
    box.pulse(2)
    assert len(first.pin(16).states) == 1
    assert len(second.pin(16).states) == 3
    assert Device.pin_factory is None  # gpiozero was never left to choose
    box.close()


def test_a_line_that_cannot_be_had_leaves_none_taken() -> None:
    factory = MockFactory()
    with pytest.raises(DeviceError, match="compartments"):
        GpioCompartments(on(factory, {1: NEAR[1], 2: (99, 23, 24)}))
    GpioCompartments(on(factory, NEAR)).close()


def test_a_broken_lid_wire_reads_as_open() -> None:
    box = GpioCompartments(on(MockFactory(), NEAR))  # nothing pulls the lines down
    assert box.lid_open(1)
    box.close()


def test_a_pulse_is_as_long_as_the_board_says_and_never_longer_than_the_limit() -> None:
    box = GpioCompartments(on(MockFactory(), NEAR), pulse_s=0.05)
    began = time.monotonic()
    box.pulse(1)
    assert 0.045 <= time.monotonic() - began < PULSE_S
    box.close()
    assert OneLock(pulse_s=60)._pulse_s == PULSE_S


# -- the twin alone -------------------------------------------------------------------------------------------------


def test_what_a_killed_process_left_on_is_put_off_at_the_start(closing: ExitStack) -> None:
    """R12: a lock's line, and a lamp that would show the wrong compartment."""
    with running_world() as world:
        world.client.lock_line(1, True)
        world.client.lamp_line(2, True)
        rig = TwinRig(world, closing)
        assert rig.lit(2)
        rig.connect()
        wait_for("lock 1 off", lambda: not rig.energised(1))
        assert not rig.lit(2)
        closing.close()


def test_a_world_that_is_not_there_is_said_and_comes_back() -> None:
    with running_world() as world:
        box = TwinCompartments(world.socket)
        told: list[tuple[int, bool]] = []
        box.watch_lids(lambda number, is_open: told.append((number, is_open)))
        world.client.key_open(3)
        wait_for("lid 3 told", lambda: told == [(3, True)])
        world.stop()
        with pytest.raises(DeviceError, match="lock 1: the world at"):
            box.pulse(1)
        wait_for("the lids unknown", lambda: _raises(box, 1))
        with running_world(socket=world.socket):  # a new world, all lids shut
            wait_for("lid 3 told shut", lambda: told == [(3, True), (3, False)])
            assert not box.lid_open(3)
            box.close()
        with pytest.raises(DeviceError, match="compartments: the world at"):
            TwinCompartments(world.socket)


def _raises(box: TwinCompartments, number: int) -> bool:
    try:
        box.lid_open(number)
    except DeviceError:
        return True
    return False


# -- the limits themselves --------------------------------------------------------------------------------------------


def test_off_comes_also_when_on_fails_half_way() -> None:
    done: list[str] = []

    def on() -> None:
        done.append("on")
        raise OSError("short circuit")

    with pytest.raises(OSError, match="short circuit"):
        OneLock().pulse(on, lambda: done.append("off"))
    assert done == ["on", "off"]


def test_once_closed_no_lock_is_energised() -> None:
    done: list[str] = []
    locks = OneLock()
    assert locks.close()
    with pytest.raises(DeviceError):
        locks.pulse(lambda: done.append("on"), lambda: done.append("off"))
    assert done == []


def test_closing_does_not_wait_for_the_pulses_own_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.one_lock.PULSE_S", 20.0)
    locks, energised, off = OneLock(), threading.Event(), threading.Event()
    pulse = threading.Thread(target=locks.pulse, args=(energised.set, off.set))
    pulse.start()
    assert energised.wait(10)
    began = time.monotonic()
    locks.close()
    assert off.is_set()
    assert time.monotonic() - began < 10
    pulse.join()
