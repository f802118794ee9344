"""A hub's devices, from its board file to the lines of the chips it names."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from drivers.calibration import dump
from drivers.chip_pins import ChipFactory
from drivers.loudspeaker import Loudspeaker
from drivers.sounder import GpioSounder
from drivers.world_cell import as_commissioned
from hub.board_file import load
from hub.checks import scanner_check
from hub.commissioned import fingerprint
from hub.config import ConfigRefused, HubConfig
from hub.device_states import Check
from hub.domain.events import Device
from hub.main import Board, gpio_board
from hub.ports import DeviceError, Scale
from tests.drivers.kernels import FakeChip
from tests.drivers.scanner_rigs import PACKAGE, PtyCable
from tests.drivers.worlds import running_world, wait_for
from tests.house.tree import ROOT

CHIPS = ("pinctrl-bcm2711", *(f"1-002{address}" for address in range(6)))


class Machine:
    """The chips of the example of 28, and the hub's box on them."""

    def __init__(self) -> None:
        self.chips = {label: FakeChip(28 if label.startswith("pinctrl") else 16) for label in CHIPS}

    def open(self, label: str, device: str | None = None) -> FakeChip:
        assert device is None
        return self.chips[label].open()

    def board(self, path: Path | None = ROOT / "docs" / "examples" / "board-28.toml") -> Board:
        return gpio_board(HubConfig(Path("/"), Path("/"), False, {}, {}, path))

    def rose(self) -> dict[str, list[int]]:
        return {label: list(chip.rose) for label, chip in self.chips.items() if chip.rose}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    made: list[ChipFactory] = []

    class Kept(ChipFactory):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(self)

    machine = Machine()
    monkeypatch.setattr("drivers.chips.open_chip", machine.open)
    monkeypatch.setattr("drivers.chip_pins.ChipFactory", Kept)
    monkeypatch.setattr("drivers.one_lock.PULSE_S", 0.001)
    yield machine
    for factory in made:
        factory.close()


def test_each_of_28_compartments_has_the_lines_that_the_file_names(machine: Machine) -> None:
    box = machine.board()
    assert box.compartments.numbers == tuple(range(1, 29))
    assert machine.rose() == {}
    for number in box.compartments.numbers:
        half, line = divmod(number - 1, 14)
        box.compartments.pulse(number)
        box.compartments.lamp(number, True)
        assert machine.rose() == {f"1-002{half}": [line], f"1-002{4 + half}": [line]}
        machine.chips[f"1-002{2 + half}"].pull(line, False)
        assert [n for n in box.compartments.numbers if not box.compartments.lid_open(n)] == list(range(1, number + 1))
        for chip in machine.chips.values():
            chip.rose.clear()
    machine.chips["pinctrl-bcm2711"].pull(5, True)
    assert box.power.mains()
    for device in (box.compartments, box.sounder, box.power):
        device.close()
    outputs = [chip for label, chip in machine.chips.items() if label in ("1-0020", "1-0021", "1-0024", "1-0025")]
    assert not any(chip.level(line) for chip in outputs for line in range(14))


def test_the_board_is_the_one_that_a_person_walks_through(machine: Machine) -> None:
    """R12: what the file says, whatever of it is there."""
    path = ROOT / "docs" / "examples" / "board-28.toml"
    assert machine.board().fingerprint == fingerprint(load(path))
    machine.chips["1-0021"].unplug()
    assert machine.board().fingerprint == fingerprint(load(path))


def test_a_box_with_an_expander_missing_does_what_it_can_and_the_rest_when_it_is_there(machine: Machine) -> None:
    machine.chips["1-0021"].unplug()
    box = machine.board().compartments
    box.pulse(14)
    with pytest.raises(DeviceError, match=r"lock 15: chip locks-b: .*Remote I/O error"):
        box.pulse(15)
    machine.chips["1-0021"].plug()

    def works() -> bool:
        try:
            box.pulse(15)
        except DeviceError:
            return False
        return True

    wait_for("lock 15", works)
    assert machine.rose() == {"1-0020": [13], "1-0021": [0]}
    box.close()


def test_with_no_chip_of_the_board_this_is_another_machine(machine: Machine) -> None:
    for chip in machine.chips.values():
        chip.unplug()
    with pytest.raises(DeviceError, match=r"GPIO: chip pi: .*; chip locks-a: "):
        machine.board()


def test_a_hub_without_a_board_file_has_no_devices(machine: Machine) -> None:
    with pytest.raises(ConfigRefused, match="board"):
        machine.board(None)


def test_what_else_the_file_names_is_there_and_says_what_ails_it(machine: Machine, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "examples" / "board-28.toml").read_text(encoding="utf-8")
    for table, line in (("power", 'battery = "gone"'), ("sounder", 'alsa = "null"')):
        text = text.replace(f"[{table}]\n", f"[{table}]\n{line}\n", 1)
    more = '[temperature]\nat = "/none"\n\n[backlight]\nname = "gone"\n\n'
    (tmp_path / "board.toml").write_text(text.replace("[rtc]\n", f"{more}[rtc]\n", 1), encoding="utf-8")
    box = machine.board(tmp_path / "board.toml")
    assert isinstance(box.sounder, Loudspeaker)
    assert box.voice is box.sounder
    assert set(box.checks) == {Device.RTC, Device.TEMPERATURE}
    assert box.backlight is not None
    for ask in (box.power.charge_pct, *box.checks.values(), lambda: box.backlight.light(50)):
        with pytest.raises(DeviceError):
            ask()
    box.sounder.close()


def test_a_box_with_nothing_else_has_a_buzzer_and_no_voice(machine: Machine) -> None:
    box = machine.board()
    assert isinstance(box.sounder, GpioSounder)
    assert (box.voice, box.backlight, box.power.charge_pct()) == (None, None, None)
    box.sounder.close()


def test_scale_and_scanner_are_where_the_file_says_and_each_is_told_of_until_it_is_there(
    machine: Machine, tmp_path: Path
) -> None:
    """The scale weighs by the calibration in the hub's state; of a code only its kind is told (R15)."""
    text = (ROOT / "docs" / "examples" / "board-28.toml").read_text(encoding="utf-8")
    text = text.replace('kind = "iio"', f'kind = "serial"\nat = "{tmp_path / "scale"}"')
    (tmp_path / "board.toml").write_text(text.replace("/dev/medhub/scanner", f"{tmp_path / 'scanner'}"))
    with ExitStack() as closing:
        box = gpio_board(HubConfig(tmp_path, tmp_path, False, {}, {}, tmp_path / "board.toml"))
        for device in (box.scale, box.scanner, box.sounder):
            closing.callback(device.close)
        check = scanner_check(box.scanner)
        with pytest.raises(DeviceError, match="not calibrated yet"):
            box.scale.read()
        with pytest.raises(DeviceError, match="No such file"):
            check()
        (tmp_path / "scale.json").write_bytes(dump(as_commissioned()))
        closing.enter_context(running_world("--scale", str(tmp_path / "scale")))
        wait_for("a weight", lambda: weighs(box.scale))
        cable = PtyCable(tmp_path / "scanner", closing)
        wait_for("the scanner", lambda: said(check) == "no code yet")
        cable.hold(PACKAGE)
        wait_for("a code", lambda: said(check) == "last code: a package's, GS1_DATAMATRIX")
        cable.hold(PACKAGE.replace(b"66", b"67"))
        wait_for("a wrong code", lambda: said(check) == "last code not read: check_digit 01")


def said(check: Check) -> str:
    try:
        return check()
    except DeviceError:
        return ""


def weighs(scale: Scale) -> bool:
    try:
        return scale.read().stable
    except DeviceError:
        return False
