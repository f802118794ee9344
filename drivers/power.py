"""Mains and battery: a line from the power supply and a gauge, and the twin in the world."""

from pathlib import Path
from typing import Any

from gpiozero import InputDevice

from drivers.battery import Battery
from drivers.gpio import gpio
from drivers.world_client import WorldClient
from drivers.world_line import device
from drivers.world_watch import WorldWatch


class GpioPower:
    """`hub.ports.Power` on a line that is high while the mains are on; a broken wire reads as mains lost (H21).

    `factory` is a gpiozero pin factory, always given, and closed by whoever made it. `battery`: the box's, where it has
    one that tells its charge.
    """

    def __init__(self, factory: Any, pin: int | str, battery: Battery | None = None) -> None:
        self._battery = battery
        with gpio("power"):
            self._line = InputDevice(pin, pull_up=False, pin_factory=factory)

    def mains(self) -> bool:
        with gpio("power"):
            return bool(self._line.is_active)

    def charge_pct(self) -> int | None:
        return self._battery.charge_pct() if self._battery else None

    def close(self) -> None:
        with gpio("power"):
            self._line.close()


class TwinPower:
    """`hub.ports.Power` in the world at `path`. Raises DeviceError if the world is not there."""

    def __init__(self, path: Path) -> None:
        with device("power"):
            self._watch = WorldWatch(path)
        self._world = WorldClient(path)

    def mains(self) -> bool:
        with device("power"):
            return self._watch.now().mains

    def charge_pct(self) -> int | None:
        with device("battery"):
            return self._world.charge_pct()

    def close(self) -> None:
        self._watch.close()
        self._world.close()
