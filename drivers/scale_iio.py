"""The HX711 by the kernel's own driver (`avia,hx711`): it keeps the clock pulses short, which user space cannot.

The device-tree overlay is `systemd/overlays/medhub-hx711.dts`.
"""

from decimal import Decimal, InvalidOperation
from pathlib import Path

from drivers.load_cell import SAMPLE_S
from hub.ports import DeviceError

DEVICES = Path("/sys/bus/iio/devices")
NAME, LABEL = "hx711", "medhub-scale"  # the driver's, and the overlay's
OFFSET = 0x800000  # the driver counts from 0


class IioCell:
    """`drivers.scale.Cell` on the one IIO device with this name and label, whatever its number.

    Channel A at gain 128, as it was calibrated: another gain is an error. A chip that does not answer is one too, after
    the two seconds in which the driver resets it.
    """

    age_s = SAMPLE_S  # the conversion under way when it is asked

    def __init__(self, devices: Path = DEVICES) -> None:
        self._devices = devices
        self._folder: Path | None = None

    def sample(self) -> int:
        try:
            if self._folder is None:
                self._folder = self._find()
            return int(self._read("in_voltage0_raw")) - OFFSET
        except (OSError, ValueError, InvalidOperation) as error:
            self._folder = None
            raise DeviceError(f"the {NAME} does not answer: {error}") from error

    def close(self) -> None:
        self._folder = None

    def _find(self) -> Path:
        found = [folder for folder in sorted(self._devices.glob("iio:device*")) if _is_ours(folder)]
        if len(found) != 1:
            raise DeviceError(f"{len(found) or 'no'} {NAME} called {LABEL!r}; is the overlay loaded?")
        folder = found[0]
        scale = Decimal((folder / "in_voltage_scale").read_text().strip())
        gain_128 = min(Decimal(text) for text in (folder / "in_voltage0_scale_available").read_text().split())
        if scale != gain_128:
            raise DeviceError(f"the {NAME} is not at gain 128")
        return folder

    def _read(self, attribute: str) -> str:
        assert self._folder is not None
        return (self._folder / attribute).read_text()


def _is_ours(folder: Path) -> bool:
    try:
        return [(folder / name).read_text().strip() for name in ("name", "label")] == [NAME, LABEL]
    except OSError:
        return False  # one without a label
