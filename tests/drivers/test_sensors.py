"""Real-time clock, thermometer and backlight: one contract each, over the twin and folders like the kernel's."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

from drivers.backlight import KernelBacklight, TwinBacklight
from drivers.rtc import BACKUP_EMPTY, BACKUP_LOW, DATA_INVALID, KernelRtc, TwinRtc, flags
from drivers.temperature import KernelThermometer, TwinThermometer
from drivers.world_protocol import RtcFault
from hub.ports import Backlight, DeviceError, Rtc, Thermometer
from tests.drivers.worlds import RunningWorld, running_world

NOW = datetime(2026, 11, 28, 12, 30, 15, tzinfo=UTC)
Opener = Callable[[Path, ExitStack], object]


def files(folder: Path, **attributes: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in attributes.items():
        (folder / name).write_text(f"{text}\n")
    return folder


def world(closing: ExitStack) -> RunningWorld:
    return closing.enter_context(running_world())


@pytest.fixture
def open_rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    with ExitStack() as closing:
        yield request.param(tmp_path, closing)


def over(*rigs: Opener) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("open_rig", rigs, indirect=True, ids=["twin", "kernel"])


# -- the real-time clock -----------------------------------------------------------------------------------------------


class RtcRig(Protocol):
    rtc: Rtc

    def ails(self, fault: RtcFault | None) -> None: ...

    def ahead(self, seconds: int) -> None: ...


class TwinRtcRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._world = world(closing)
        self.rtc: Rtc = TwinRtc(self._world.socket, lambda: NOW)
        closing.callback(self.rtc.close)

    def ails(self, fault: RtcFault | None) -> None:
        self._world.client.set_rtc(fault)

    def ahead(self, seconds: int) -> None:
        self._world.client.set_rtc(None, seconds)


class KernelRtcRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._folder, self._flags = folder, 0
        files(folder / "rtc0", name="rpi-rtc soc@107c000000:rpi_rtc", since_epoch="1")
        self.rtc: Rtc = KernelRtc("1-0068", folder, folder, lambda node: self._flags)
        self.ails(None)

    def ails(self, fault: RtcFault | None) -> None:
        ours = files(self._folder / "rtc1", name="rtc-ds1307 1-0068", since_epoch=f"{NOW.timestamp():.0f}")
        self._flags = BACKUP_LOW if fault is RtcFault.BATTERY_LOW else 0
        if fault is RtcFault.UNPLUGGED:
            shutil.rmtree(ours)
        elif fault is RtcFault.BATTERY_OUT:
            (ours / "since_epoch").unlink()

    def ahead(self, seconds: int) -> None:
        files(self._folder / "rtc1", since_epoch=f"{NOW.timestamp() + seconds:.0f}")


@over(TwinRtcRig, KernelRtcRig)
def test_a_clock_tells_the_time_or_what_ails_it_and_is_well_again(open_rig: RtcRig) -> None:
    assert open_rig.rtc.time() == NOW
    open_rig.ahead(3600)
    assert open_rig.rtc.time() == NOW + timedelta(hours=1)
    for fault in RtcFault:
        open_rig.ails(fault)
        for _ in range(2):
            with pytest.raises(DeviceError, match=r"^rtc: "):
                open_rig.rtc.time()
    open_rig.ails(None)
    assert open_rig.rtc.time() == NOW


def test_the_pis_own_is_the_one_that_is_on_no_bus(tmp_path: Path) -> None:
    files(tmp_path / "rtc0", name="rtc-ds1307 1-0068", since_epoch="1")
    own = KernelRtc(None, tmp_path, tmp_path, lambda node: 0)
    with pytest.raises(DeviceError, match="no clock at the Pi itself"):
        own.time()
    files(tmp_path / "rtc1", name="rpi-rtc soc:rpi_rtc", since_epoch=f"{NOW.timestamp():.0f}")
    assert own.time() == NOW
    (tmp_path / "rtc0" / "name").write_text("")  # one that is just being taken away
    assert own.time() == NOW


@pytest.mark.parametrize("text", ["", "soon", "\0", "1" * 40, "-1", "946684800", "0"])
def test_a_time_that_is_none_is_said(tmp_path: Path, text: str) -> None:
    files(tmp_path / "rtc0", name="rtc-pcf8523 1-0068", since_epoch=text)
    with pytest.raises(DeviceError, match=r"tells no time|has lost the time"):
        KernelRtc("1-0068", tmp_path, tmp_path, lambda node: 0).time()


@pytest.mark.parametrize(
    ("said", "match"), [(DATA_INVALID, "has lost the time"), (BACKUP_LOW, "is low"), (BACKUP_EMPTY, "is low")]
)
def test_what_the_chip_says_of_its_voltage_is_told(tmp_path: Path, said: int, match: str) -> None:
    asked: list[Path] = []
    files(tmp_path / "rtc0", name="rtc-pcf8523 1-0068", since_epoch=f"{NOW.timestamp():.0f}")

    def ask(node: Path) -> int:
        asked.append(node)
        return said

    with pytest.raises(DeviceError, match=match):
        KernelRtc("1-0068", tmp_path, Path("/dev"), ask).time()
    assert asked == [Path("/dev/rtc0")]


def test_a_node_that_says_nothing_of_its_voltage_says_nothing_bad(tmp_path: Path) -> None:
    (tmp_path / "rtc0").write_bytes(b"no device")
    assert flags(tmp_path / "rtc0") == flags(tmp_path / "rtc1") == 0


# -- the thermometer ---------------------------------------------------------------------------------------------------


class WarmthRig(Protocol):
    thermometer: Thermometer

    def warm(self, celsius: Decimal | None) -> None: ...


class TwinWarmthRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._world = world(closing)
        self.thermometer: Thermometer = TwinThermometer(self._world.socket)
        closing.callback(self.thermometer.close)

    def warm(self, celsius: Decimal | None) -> None:
        self._world.client.set_celsius(celsius)


class KernelWarmthRig:
    """Each time it is plugged in its hwmon has another number."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._folder, self._number = folder, 0
        self.thermometer: Thermometer = KernelThermometer(folder / "1-0048/hwmon/hwmon*/temp1_input")

    def warm(self, celsius: Decimal | None) -> None:
        at = self._folder / f"1-0048/hwmon/hwmon{self._number}"
        if celsius is None:
            shutil.rmtree(at)
            self._number += 1
        else:
            files(at, temp1_input=f"{celsius * 1000:.0f}")


@over(TwinWarmthRig, KernelWarmthRig)
def test_a_thermometer_tells_gone_and_put_back(open_rig: WarmthRig) -> None:
    for celsius in (Decimal("21.3"), Decimal("-4.5"), Decimal("31.0")):
        open_rig.warm(celsius)
        assert open_rig.thermometer.celsius() == celsius
    open_rig.warm(None)
    for _ in range(2):
        with pytest.raises(DeviceError, match=r"^temperature: "):
            open_rig.thermometer.celsius()
    open_rig.warm(Decimal("22.5"))
    assert open_rig.thermometer.celsius() == Decimal("22.5")


@pytest.mark.parametrize("text", ["", "warm", "\0", "85000", "60001", "-20001", "21.5", "127937"])
def test_what_is_no_temperature_is_said(tmp_path: Path, text: str) -> None:
    files(tmp_path, temperature=text)
    with pytest.raises(DeviceError, match=r"^temperature: "):
        KernelThermometer(tmp_path / "temperature").celsius()


def test_a_tenth_of_a_degree_is_enough_and_a_processor_may_be_hotter(tmp_path: Path) -> None:
    files(tmp_path, temp="72346")
    assert KernelThermometer(tmp_path / "temp", most_c=110).celsius() == Decimal("72.3")


def test_two_that_could_be_meant_are_one_too_many(tmp_path: Path) -> None:
    for number in (1, 2):
        files(tmp_path / f"hwmon{number}", temp1_input="21000")
    with pytest.raises(DeviceError, match="2 at"):
        KernelThermometer(tmp_path / "hwmon*" / "temp1_input").celsius()


# -- the backlight -----------------------------------------------------------------------------------------------------


class LightRig(Protocol):
    backlight: Backlight

    def lit_pct(self) -> int: ...


class TwinLightRig:
    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._world = world(closing)
        self.backlight: Backlight = TwinBacklight(self._world.socket)
        closing.callback(self.backlight.close)

    def lit_pct(self) -> int:
        return self._world.client.look().light_pct


class KernelLightRig:
    MOST = 200

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._panel = files(folder / "10-0045", max_brightness=f"{self.MOST}", brightness="7")
        files(folder / "another", max_brightness="9", brightness="9")
        self.backlight: Backlight = KernelBacklight("10-0045", folder)

    def lit_pct(self) -> int:
        return -(-100 * int((self._panel / "brightness").read_text()) // self.MOST)


@over(TwinLightRig, KernelLightRig)
def test_a_screen_is_lit_as_asked_and_never_dark(open_rig: LightRig) -> None:
    for pct, lit in ((100, 100), (15, 15), (0, 1), (-5, 1), (250, 100)):
        open_rig.backlight.light(pct)
        assert open_rig.lit_pct() == lit
    open_rig.backlight.close()
    assert open_rig.lit_pct() == 100  # as it was


@pytest.mark.parametrize("most", ["", "bright", "\0"])
def test_a_panel_that_cannot_be_lit_is_said(tmp_path: Path, most: str) -> None:
    panel = KernelBacklight("10-0045", tmp_path)
    with pytest.raises(DeviceError, match="no '10-0045' in"):
        panel.light(50)
    files(tmp_path / "10-0045", max_brightness=most, brightness="7")
    with pytest.raises(DeviceError, match="does not take it"):
        panel.light(50)
    files(tmp_path / "10-0045", max_brightness="255")
    panel.light(50)
    assert (tmp_path / "10-0045" / "brightness").read_text() == "127\n"


@over(TwinRtcRig, KernelRtcRig)
def test_closing_twice_harms_nothing(open_rig: RtcRig) -> None:
    open_rig.rtc.close()
    open_rig.rtc.close()
