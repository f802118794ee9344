"""A thermometer of the kernel's: hwmon (TMP102), 1-Wire (DS18B20), IIO or the processor's own, all in thousandths of a
degree Celsius; and the twin in the world."""

import glob
from decimal import Decimal
from pathlib import Path

from drivers.world_client import WorldClient
from drivers.world_line import device
from hub.ports import DeviceError

# Of a room and of what lies in it; more is a sensor gone wrong, as the 85 °C of a DS18B20 that has not measured yet.
LEAST_C, MOST_C = -20, 60


class KernelThermometer:
    """`hub.ports.Thermometer` on the file `at`, in which `*` stands for a number that the kernel gives as it likes:
    `/sys/bus/i2c/devices/1-0048/hwmon/hwmon*/temp1_input`. `most_c`: above it is no temperature."""

    def __init__(self, at: Path, most_c: int = MOST_C) -> None:
        self._at, self._most_c = at, most_c

    def celsius(self) -> Decimal:
        found = glob.glob(str(self._at))
        if len(found) != 1:
            raise DeviceError(f"temperature: {len(found) or 'none'} at {self._at}")
        try:
            milli = int(Path(found[0]).read_text())
        except (OSError, ValueError) as error:
            raise DeviceError(f"temperature: {self._at} does not tell: {error}") from error
        told = Decimal(milli) / 1000
        if not LEAST_C <= told <= self._most_c:
            raise DeviceError(f"temperature: {told} °C is none")
        return round(told, 1)

    def close(self) -> None:
        """Nothing is held."""


class TwinThermometer:
    """`hub.ports.Thermometer` in the world at `path`."""

    def __init__(self, path: Path) -> None:
        self._world = WorldClient(path)

    def celsius(self) -> Decimal:
        with device("temperature"):
            return self._world.celsius()

    def close(self) -> None:
        self._world.close()
