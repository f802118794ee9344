"""The light behind the panel: a folder of /sys/class/backlight, and the twin in the world."""

from pathlib import Path

from drivers.world_client import WorldClient
from drivers.world_line import device
from hub.ports import DeviceError

PANELS = Path("/sys/class/backlight")


class KernelBacklight:
    """`hub.ports.Backlight` called `name`, looked for at every call; the group that may write it is the hub's
    (`systemd/72-medhub.rules`)."""

    def __init__(self, name: str, panels: Path = PANELS) -> None:
        self._name, self._panels = name, panels

    def light(self, pct: int) -> None:
        panel = next((folder for folder in self._panels.glob("*") if folder.name == self._name), None)
        if panel is None:
            raise DeviceError(f"backlight: no {self._name!r} in {self._panels}")
        try:
            most = int((panel / "max_brightness").read_text())
            (panel / "brightness").write_text(f"{max(1, most * min(pct, 100) // 100)}\n")
        except (OSError, ValueError) as error:
            raise DeviceError(f"backlight: {self._name} does not take it: {error}") from error

    def close(self) -> None:
        """As it was last: a hub that ends does not darken the screen."""


class TwinBacklight:
    """`hub.ports.Backlight` in the world at `path`."""

    def __init__(self, path: Path) -> None:
        self._world = WorldClient(path)

    def light(self, pct: int) -> None:
        with device("backlight"):
            self._world.light_screen(max(1, min(pct, 100)))

    def close(self) -> None:
        self._world.close()
