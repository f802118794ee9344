"""gpiozero's contract on a kernel's chips: each has lines of its own, is low when found, and lost while it is not."""

import errno
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from gpiod import LineSettings
from gpiod.line import Direction
from gpiozero import InputDevice, OutputDevice
from gpiozero.exc import GPIOPinInUse, PinInvalidFunction, PinInvalidPull, PinSetInput

from drivers.chip_pins import ChipFactory, ChipLost
from drivers.chips import open_chip
from drivers.power import GpioPower
from hub.ports import DeviceError
from tests.drivers.kernels import Chip, FakeChip, fake_chips, simulated_chips
from tests.drivers.rigs import GPIO
from tests.drivers.worlds import wait_for


class Bench:
    """Two chips, and a factory for each."""

    def __init__(self, closing: ExitStack) -> None:
        self.closing = closing
        self.chips = simulated_chips(closing) if GPIO == "sim" else fake_chips(closing)
        self.first, self.second = (self.factory(chip) for chip in self.chips)

    def factory(self, chip: Chip) -> ChipFactory:
        made = ChipFactory("left", chip.open)
        self.closing.callback(made.close)
        return made


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as closing:
        yield Bench(closing)


@pytest.fixture
def fake(closing: ExitStack) -> tuple[FakeChip, ChipFactory]:
    chip = FakeChip()
    factory = ChipFactory("left", chip.open)
    closing.callback(factory.close)
    return chip, factory


def lost(factory: ChipFactory) -> str:
    wait_for("the chip lost", lambda: factory.lost)
    return factory.lost or ""


# -- lines -----------------------------------------------------------------------------------------------------------


def test_the_same_line_of_two_chips_is_two_lines(bench: Bench) -> None:
    """gpiozero's own factories keep their pins on the class: the second chip's line would be the first's."""
    first, second = (OutputDevice(3, pin_factory=factory) for factory in (bench.first, bench.second))
    assert first.pin is not second.pin
    second.on()
    assert [chip.level(3) for chip in bench.chips] == [False, True]
    first.on()
    second.off()
    assert [chip.level(3) for chip in bench.chips] == [True, False]


@pytest.mark.parametrize("line", [0, 1, 2, 3, 15])
def test_an_expanders_lines_begin_at_0_and_none_is_pulled_as_the_headers_are(bench: Bench, line: int) -> None:
    """gpiozero's Pi has no line 0 on the header and fixed pull-ups on 2 and 3."""
    down = InputDevice(line, pull_up=False, pin_factory=bench.second)
    assert down.pin.pull == "down"
    down.close()
    lamp = OutputDevice(line, pin_factory=bench.second)
    lamp.on()
    assert bench.chips[1].level(line)
    lamp.close()
    assert not bench.chips[1].level(line)


def test_one_line_is_for_one_device(bench: Bench) -> None:
    mine = OutputDevice(3, pin_factory=bench.first)
    with pytest.raises(GPIOPinInUse):
        InputDevice(3, pin_factory=bench.first)
    mine.close()
    InputDevice(3, pin_factory=bench.first).close()


def test_an_input_reads_what_it_is_pulled_to(bench: Bench) -> None:
    up = InputDevice(5, pull_up=True, pin_factory=bench.first)
    assert not up.is_active, "nobody pulls it down"
    for high in (False, True, False):
        bench.chips[0].pull(5, high)
        assert up.is_active is not high
    with pytest.raises(PinSetInput):
        up.pin.state = True
    with pytest.raises(PinInvalidPull):
        up.pin.pull = "sideways"
    with pytest.raises(PinInvalidFunction):
        up.pin.function = "pwm"


def test_many_inputs_come_and_go_and_each_stays_its_own(bench: Bench) -> None:
    switches = {line: InputDevice(line, pull_up=True, pin_factory=bench.second) for line in range(16)}
    for line in (4, 9):
        switches.pop(line).close()
    for line in (0, 15):
        bench.chips[1].pull(line, False)
    assert {line for line, switch in switches.items() if switch.is_active} == {0, 15}


def test_a_line_that_the_chip_has_not_is_said(bench: Bench) -> None:
    lamp = OutputDevice(40, pin_factory=bench.second)
    with pytest.raises(ChipLost, match="left"):
        lamp.on()


# -- watching --------------------------------------------------------------------------------------------------------


class Ear:
    def __init__(self) -> None:
        self.heard: list[bool] = []

    def hear(self, ticks: float, high: bool) -> None:
        self.heard.append(high)


def test_a_change_is_told_once_whichever_line_it_is(bench: Bench) -> None:
    ears = {}
    switches = {line: InputDevice(line, pull_up=True, pin_factory=bench.second) for line in (2, 7)}
    for line, switch in switches.items():
        bench.chips[1].pull(line, False)
        ears[line] = Ear()
        switch.pin.when_changed = ears[line].hear
    bench.chips[1].pull(7, True)
    wait_for("line 7 told", lambda: ears[7].heard)
    bench.chips[1].pull(7, False)
    bench.chips[1].pull(2, True)
    wait_for("both told", lambda: len(ears[7].heard) == 2 and ears[2].heard)
    switches[7].pin.when_changed = None
    bench.chips[1].pull(7, True)
    bench.chips[1].pull(2, False)
    wait_for("line 2 told again", lambda: len(ears[2].heard) == 2)
    assert (ears[7].heard, ears[2].heard) == ([True, False], [True, False])


def test_a_level_that_only_one_look_sees_is_none(fake: tuple[FakeChip, ChipFactory]) -> None:
    """A solenoid's spike on a lid's wire: it would make two intakes uncertain."""
    chip, factory = fake
    chip.pull(4, False)
    switch, ear = InputDevice(4, pull_up=True, pin_factory=factory), Ear()
    switch.pin.when_changed = ear.hear
    looks = 0
    plain = chip.level

    def spiky(line: int) -> bool:
        nonlocal looks
        looks += line == 4
        return plain(line) or (line == 4 and looks % 2 == 0)  # every other look, for as long as it is looked

    chip.level = spiky
    wait_for("a hundred looks", lambda: looks > 100)
    chip.level = plain
    assert ear.heard == []
    assert switch.is_active


def test_a_callback_that_fails_ends_the_looking_and_everybody_is_told(
    fake: tuple[FakeChip, ChipFactory], monkeypatch: pytest.MonkeyPatch
) -> None:
    chip, factory = fake
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    switch = InputDevice(4, pull_up=True, pin_factory=factory)

    class Broken:
        def hear(self, ticks: float, high: bool) -> None:
            raise KeyError

    ear = Broken()
    switch.pin.when_changed = ear.hear
    chip.pull(4, False)

    def told() -> bool:
        try:
            return switch.is_active and False
        except ChipLost as error:
            return "nobody looks" in str(error)

    wait_for("the end of looking told", told)


# -- lost and found --------------------------------------------------------------------------------------------------


def test_a_lost_chip_is_said_at_every_call_and_comes_back_by_itself(bench: Bench) -> None:
    lock, lid, ear = (
        OutputDevice(1, pin_factory=bench.second),
        InputDevice(2, pull_up=True, pin_factory=bench.second),
        Ear(),
    )
    bench.chips[1].pull(2, False)
    lid.pin.when_changed = ear.hear
    lock.on()
    bench.chips[1].unplug()
    assert "left" in lost(bench.second)
    for call in (lock.on, lock.off, lambda: lock.value, lambda: lid.is_active):
        with pytest.raises(ChipLost, match="left"):
            call()
    bench.chips[1].plug()
    wait_for("the chip found", lambda: bench.second.lost is None)
    bench.chips[1].pull(2, True)
    assert not bench.chips[1].level(1), "low, whatever it was before"
    wait_for("the lid told", lambda: ear.heard == [True])
    lock.on()
    assert bench.chips[1].level(1)
    assert not bench.chips[0].level(1), "the other chip was never lost"
    assert bench.first.lost is None


def test_a_chip_that_is_not_there_at_first_is_as_good_when_it_comes(bench: Bench) -> None:
    bench.chips[1].unplug()
    late = bench.factory(bench.chips[1])
    lock, lid, ear = OutputDevice(1, pin_factory=late), InputDevice(2, pull_up=True, pin_factory=late), Ear()
    lid.pin.when_changed = ear.hear
    power = GpioPower(late, 5)
    with pytest.raises(DeviceError, match="power: chip left"):
        power.mains()
    bench.chips[1].plug()
    wait_for("the chip found", lambda: late.lost is None)
    lock.on()
    assert bench.chips[1].level(1)
    bench.chips[1].pull(5, True)
    assert power.mains()


def test_when_found_the_outputs_are_low_before_anything_else(fake: tuple[FakeChip, ChipFactory]) -> None:
    """R12: an expander keeps what it drove."""
    chip, factory = fake
    lid, ear, lamp = InputDevice(8, pull_up=True, pin_factory=factory), Ear(), OutputDevice(1, pin_factory=factory)
    lid.pin.when_changed = ear.hear
    lamp.on()
    chip.unplug()
    lost(factory)
    chip.heard.clear()
    assert chip.level(1), "it latches"
    chip.plug()
    wait_for("the chip found", lambda: factory.lost is None)
    assert chip.heard[0] == "low 1"
    assert chip.heard[-1] == "input 8"
    assert not chip.level(1)


@pytest.mark.parametrize("noticed", [True, False])
def test_nothing_rises_by_itself_when_an_expander_has_lost_its_power(
    fake: tuple[FakeChip, ChipFactory], noticed: bool
) -> None:
    """Its levels are all high then, and the kernel remembers all its directions: written alone, they drive it high."""
    chip, factory = fake
    outputs = [OutputDevice(line, pin_factory=factory) for line in range(6)]
    lid, ear = InputDevice(6, pull_up=True, pin_factory=factory), Ear()
    lid.pin.when_changed = ear.hear
    outputs[3].on()  # in the middle of a pulse
    assert chip.rose == [3]
    chip.rose.clear()
    if noticed:
        chip.unplug()
        lost(factory)
    chip.lose_power()
    chip.plug()
    wait_for("the chip found", lambda: factory.lost is None)
    if not noticed:
        InputDevice(7, pull_up=True, pin_factory=factory).close()
        outputs[3].off()
    assert chip.rose == ([] if noticed else [3]), "3 is in its pulse still"
    chip.rose.clear()
    outputs[2].on()
    assert chip.rose == [2]
    outputs[2].close()
    assert not any(chip.level(line) for line in range(6))


def test_a_chip_that_fails_half_way_is_let_go_whole_and_tried_again(fake: tuple[FakeChip, ChipFactory]) -> None:
    chip, factory = fake
    OutputDevice(1, pin_factory=factory)
    other = chip.request_lines({5: LineSettings(direction=Direction.INPUT)}, "another process")
    lamp = OutputDevice(5, pin_factory=factory)
    assert "busy" in lost(factory)
    with pytest.raises(ChipLost, match="busy"):
        lamp.on()
    wait_for("the rest let go", lambda: set(chip.held) == {5})
    other.release()
    wait_for("the chip found", lambda: factory.lost is None)
    lamp.on()
    assert chip.level(5)


def test_closing_puts_every_output_low_and_may_be_done_twice(bench: Bench) -> None:
    lock, lid = OutputDevice(1, pin_factory=bench.first), InputDevice(2, pull_up=True, pin_factory=bench.first)
    lock.on()
    bench.first.close()
    bench.first.close()
    assert not bench.chips[0].level(1)
    for call in (lock.on, lambda: lid.is_active):
        with pytest.raises(ChipLost, match="closed"):
            call()


def test_closing_a_lost_chip_is_quiet(bench: Bench) -> None:
    lock = OutputDevice(1, pin_factory=bench.first)
    bench.chips[0].unplug()
    with pytest.raises(ChipLost):
        lock.on()
    lock.close()
    bench.first.close()


# -- finding ---------------------------------------------------------------------------------------------------------


def test_a_chip_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"no chips are called pinctrl-none \(1-0020\); there are none"):
        open_chip("pinctrl-none", "1-0020", devices=tmp_path)


class Listed:
    """What `gpiod.Chip` is to `open_chip`."""

    def __init__(self, path: str) -> None:
        if path.endswith("4"):
            raise PermissionError(errno.EACCES, "Permission denied")
        self.name, self.label = path.rpartition("/")[2], Path(path).read_text()
        self.closed = False

    def get_info(self) -> "Listed":
        return self

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two expanders that are called alike, the Pi's own chip, and another that is nobody's."""
    monkeypatch.setattr("gpiod.Chip", Listed)
    for number, (label, device) in enumerate(
        [("raspberrypi-exp-gpio", "soc"), ("mcp23017", "1-0021"), ("pinctrl-bcm2711", "fe200000.gpio"),
         ("mcp23017", "1-0020"), ("somebody's", "else")]
    ):  # fmt: skip
        home = tmp_path / "devices" / device / f"gpiochip{number}"
        home.mkdir(parents=True)
        (tmp_path / "sys").mkdir(exist_ok=True)
        (tmp_path / "sys" / home.name).symlink_to(home)
        (tmp_path / home.name).write_text(label)
    return tmp_path


@pytest.mark.parametrize(("label", "device", "name"), [
    ("pinctrl-bcm2711", None, "gpiochip2"), ("mcp23017", "1-0020", "gpiochip3"), ("mcp23017", "1-0021", "gpiochip1"),
])  # fmt: skip
def test_a_chip_is_found_by_label_and_device(machine: Path, label: str, device: str | None, name: str) -> None:
    found = open_chip(label, device, machine, machine / "sys")
    assert isinstance(found, Listed)
    assert (found.name, found.closed) == (name, False)


@pytest.mark.parametrize(("label", "device", "said"), [
    ("mcp23017", None, "2 chips"), ("mcp23017", "1-0027", "no chips"), ("pinctrl-rp1", None, "no chips"),
])  # fmt: skip
def test_two_that_are_called_so_are_as_bad_as_none(machine: Path, label: str, device: str | None, said: str) -> None:
    with pytest.raises(OSError, match=said) as refused:
        open_chip(label, device, machine, machine / "sys")
    assert (
        "gpiochip4 (Permission denied), mcp23017 (1-0020), mcp23017 (1-0021), pinctrl-bcm2711 (fe200000.gpio)"
        in str(refused.value)
    )
