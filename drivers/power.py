"""Mains: a line from the power supply, and the twin in the world."""

from pathlib import Path
from typing import Any

from gpiozero import DigitalInputDevice

from drivers.gpio import gpio
from drivers.world_client import WorldWatch, device


class GpioPower:
    """`hub.ports.Power` on a line that is high while the mains are on; a broken wire reads as mains lost (H21).

    `factory` is a gpiozero pin factory, always given, and closed by whoever made it.
    """

    def __init__(self, factory: Any, pin: int | str) -> None:
        with gpio("power"):
            self._line = DigitalInputDevice(pin, pull_up=False, pin_factory=factory)

    def mains(self) -> bool:
        with gpio("power"):
            return bool(self._line.is_active)

    def close(self) -> None:
        with gpio("power"):
            self._line.close()


class TwinPower:
    """`hub.ports.Power` in the world at `path`. Raises DeviceError if the world is not there."""

    def __init__(self, path: Path) -> None:
        with device("power"):
            self._watch = WorldWatch(path)

    def mains(self) -> bool:
        with device("power"):
            return self._watch.now().mains

    def close(self) -> None:
        self._watch.close()
