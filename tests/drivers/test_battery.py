"""What is left in the battery: the twin, and folders like the kernel's; and the twin's own physics."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.battery import Battery
from drivers.power import GpioPower, TwinPower
from drivers.world_battery import CHARGES_S, RUNS_S, WorldBattery
from drivers.world_compartment import NotPossible
from hub.ports import DeviceError, Power
from tests.drivers.worlds import RunningWorld, running_world

NAME = "battery"


class Rig(Protocol):
    power: Power

    def put(self, charge_pct: int) -> None: ...

    def unplug(self) -> None: ...


class TwinRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._world: RunningWorld = closing.enter_context(running_world())
        self.power: Power = TwinPower(self._world.socket)

    def put(self, charge_pct: int) -> None:
        self._world.client.set_battery(charge_pct)

    def unplug(self) -> None:
        self._world.client.set_battery(50, unplugged=True)


class KernelRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._folder = folder
        supply(folder, "ac", type="Mains", online="1")
        supply(folder, "keyboard", type="Battery", scope="Device", capacity="3")
        self.power: Power = GpioPower(MockFactory(), 5, Battery(NAME, folder))

    def put(self, charge_pct: int) -> None:
        supply(self._folder, NAME, type="Battery", present="1", capacity=f"{charge_pct}", status="Discharging")

    def unplug(self) -> None:
        shutil.rmtree(self._folder / NAME)


def supply(folder: Path, name: str, **attributes: str) -> Path:
    made = folder / name
    made.mkdir(exist_ok=True)
    for attribute, text in attributes.items():
        (made / attribute).write_text(f"{text}\n")
    return made


@pytest.fixture(params=[TwinRig, KernelRig], ids=["twin", "kernel"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with ExitStack() as closing:
        made = request.param(tmp_path, closing)
        closing.callback(made.power.close)
        yield made


def test_it_tells_what_is_left_gone_and_put_back(rig: Rig) -> None:
    for charge in (100, 41, 0):
        rig.put(charge)
        assert rig.power.charge_pct() == charge
    rig.unplug()
    for _ in range(2):
        with pytest.raises(DeviceError, match=r"^battery: "):
            rig.power.charge_pct()
    rig.put(73)
    assert rig.power.charge_pct() == 73


def test_mains_are_told_without_a_battery(rig: Rig) -> None:
    rig.put(50)
    rig.unplug()
    assert rig.power.mains() in (True, False)


# -- the kernel's folders ----------------------------------------------------------------------------------------------


def test_a_box_without_one_says_none() -> None:
    power = GpioPower(MockFactory(), 5)
    assert power.charge_pct() is None
    power.close()


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"type": "Mains"}, "is of type Mains"),
        ({"present": "0"}, "there is none in it"),
        ({"capacity": ""}, "does not tell"),
        ({"capacity": "full"}, "does not tell"),
        ({"capacity": "-1"}, "tells -1 %"),
        ({"capacity": "121"}, "tells 121 %"),
        ({"capacity": "\0"}, "does not tell"),
    ],
)
def test_what_is_no_charge_is_said(tmp_path: Path, attributes: dict[str, str], says: str) -> None:
    supply(tmp_path, NAME, **{"type": "Battery", "capacity": "50"} | attributes)
    with pytest.raises(DeviceError, match=says):
        Battery(NAME, tmp_path).charge_pct()


@pytest.mark.parametrize("missing", ["type", "capacity"])
def test_a_gauge_that_lacks_a_file_is_said(tmp_path: Path, missing: str) -> None:
    (supply(tmp_path, NAME, type="Battery", capacity="50") / missing).unlink()
    with pytest.raises(DeviceError, match="does not tell"):
        Battery(NAME, tmp_path).charge_pct()


def test_a_gauge_that_tells_a_little_too_much_is_full(tmp_path: Path) -> None:
    supply(tmp_path, NAME, type="Battery", capacity="104")
    assert Battery(NAME, tmp_path).charge_pct() == 100


def test_without_any_supply_it_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(DeviceError, match="no 'battery' in"):
            Battery(NAME, folder).charge_pct()


# -- the twin ----------------------------------------------------------------------------------------------------------


def test_the_twin_drains_without_mains_and_charges_with_them() -> None:
    battery = WorldBattery()
    assert battery.charge_pct(1000) == 100
    battery.mains(False, 2000)
    assert battery.charge_pct(2000 + RUNS_S / 4) == 75
    battery.mains(True, 2000 + RUNS_S / 2)
    assert battery.charge_pct(2000 + RUNS_S / 2 + CHARGES_S / 4) == 75
    assert battery.charge_pct(2000 + RUNS_S / 2 + CHARGES_S) == 100
    battery.mains(False, 100_000)
    assert battery.charge_pct(100_000 + 2 * RUNS_S) == 0


def test_the_twin_beside_the_box_neither_tells_nor_drains() -> None:
    battery = WorldBattery()
    battery.mains(False, 0)
    battery.put(80, unplugged=True, now_s=10)
    with pytest.raises(NotPossible, match="unplugged"):
        battery.charge_pct(20)
    battery.put(80, unplugged=False, now_s=RUNS_S)
    assert battery.charge_pct(RUNS_S) == 80
