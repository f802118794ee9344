"""The kernel's HX711, found by what it is called; and the overlay that calls it so."""

import shutil
import subprocess
from pathlib import Path

import pytest

from drivers.load_cell import AVDD_V, GAIN
from drivers.scale_iio import LABEL, NAME, OFFSET, IioCell
from hub.ports import DeviceError
from tests.drivers.scale_rigs import iio_device, write
from tests.house.tree import ROOT

OVERLAY = ROOT / "systemd" / "overlays" / "medhub-hx711.dts"
BASE = """/dts-v1/; / { compatible = "brcm,bcm2711"; soc { gpio: gpio@7e200000 { #gpio-cells = <2>; }; }; };"""


def test_it_is_found_by_name_and_label_whatever_its_number(tmp_path: Path) -> None:
    iio_device(tmp_path, 0, "adc081c", LABEL)
    iio_device(tmp_path, 1, NAME, "somebody-elses")
    (iio_device(tmp_path, 2) / "label").unlink()  # a driver that was given none
    cell = IioCell(tmp_path)
    with pytest.raises(DeviceError, match="no hx711 called 'medhub-scale'; is the overlay loaded"):
        cell.sample()
    ours = iio_device(tmp_path, 7)
    write(ours / "in_voltage0_raw", f"{OFFSET - 4711}")
    assert cell.sample() == -4711
    shutil.rmtree(ours)
    with pytest.raises(DeviceError, match="does not answer"):
        cell.sample()
    write(iio_device(tmp_path, 3) / "in_voltage0_raw", "16777215")
    assert cell.sample() == 0x7FFFFF


def test_two_of_them_are_one_too_many(tmp_path: Path) -> None:
    for number in (1, 2):
        iio_device(tmp_path, number)
    with pytest.raises(DeviceError, match="2 hx711"):
        IioCell(tmp_path).sample()


def test_another_gain_than_it_was_calibrated_at_is_refused(tmp_path: Path) -> None:
    iio_device(tmp_path, 1, scale="0.000004003")
    with pytest.raises(DeviceError, match="not at gain 128"):
        IioCell(tmp_path).sample()


@pytest.mark.parametrize("attribute", ["in_voltage0_raw", "in_voltage_scale", "in_voltage0_scale_available"])
@pytest.mark.parametrize("text", ["", "8388608 8388608", "nan", "\0", "1e9", "0x800000"])
def test_whatever_the_kernel_says_is_a_number_or_a_device_error(tmp_path: Path, attribute: str, text: str) -> None:
    write(iio_device(tmp_path, 1) / attribute, text)
    with pytest.raises(DeviceError):
        IioCell(tmp_path).sample()


@pytest.mark.skipif(shutil.which("fdtoverlay") is None, reason="dtc is not installed (device-tree-compiler)")
def test_the_overlay_compiles_and_lands_on_the_pis_tree(tmp_path: Path) -> None:
    def run(*command: str, text: str | None = None) -> str:
        done = subprocess.run(command, cwd=tmp_path, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return done.stdout

    (tmp_path / "base.dts").write_text(BASE)
    quiet = ("-W", "no-unit_address_vs_reg")  # the stand-in for the Pi's tree has no registers
    run("dtc", *quiet, "-@", "-I", "dts", "-O", "dtb", "-o", "base.dtb", "base.dts")
    run("dtc", "-@", "-I", "dts", "-O", "dtb", "-o", "ours.dtbo", str(OVERLAY))
    run("fdtoverlay", "-i", "base.dtb", "-o", "whole.dtb", "ours.dtbo")

    def prop(node: str, name: str, kind: str) -> str:
        return run("fdtget", "-t", kind, "whole.dtb", node, name).strip()

    assert prop("/weight", "compatible", "s") == "avia,hx711"
    assert prop("/weight", "label", "s") == LABEL
    gpio = prop("/soc/gpio@7e200000", "phandle", "u")
    lines = [prop("/weight", name, "u").split() for name in ("sck-gpios", "dout-gpios")]
    assert [line[0] for line in lines] == [gpio, gpio]
    assert lines[0][1] != lines[1][1]
    supply = "/regulator-hx711-avdd"
    assert prop("/weight", "avdd-supply", "u") == prop(supply, "phandle", "u")
    assert float(prop(supply, "regulator-min-microvolt", "u")) == AVDD_V * 1e6
    assert GAIN == 128
