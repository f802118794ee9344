"""The battery's charge as the kernel has it, whatever the gauge: a folder of /sys/class/power_supply."""

from pathlib import Path

from hub.ports import DeviceError

SUPPLIES = Path("/sys/class/power_supply")
OVERFULL_PCT = 120  # some gauges tell a little more than all there is; more than that is nonsense


class Battery:
    """The supply called `name`, of type Battery. It is looked for at every call: pulled out, it is gone, and put back,
    it is found."""

    def __init__(self, name: str, supplies: Path = SUPPLIES) -> None:
        self._name, self._supplies = name, supplies

    def charge_pct(self) -> int:
        """0 to 100. Raises DeviceError where there is no such battery, or it does not tell."""
        supply = next((folder for folder in self._all() if folder.name == self._name), None)
        if supply is None:
            raise DeviceError(f"battery: no {self._name!r} in {self._supplies}")
        try:
            kind, charge = (supply / "type").read_text().strip(), int((supply / "capacity").read_text())
            there = not (supply / "present").exists() or (supply / "present").read_text().strip() == "1"
        except (OSError, ValueError) as error:
            raise DeviceError(f"battery: {self._name} does not tell its charge: {error}") from error
        if kind != "Battery":
            raise DeviceError(f"battery: {self._name} is of type {kind}")
        if not there:
            raise DeviceError(f"battery: {self._name} says that there is none in it")
        if not 0 <= charge <= OVERFULL_PCT:
            raise DeviceError(f"battery: {self._name} tells {charge} %")
        return min(charge, 100)

    def _all(self) -> list[Path]:
        try:
            return list(self._supplies.iterdir())
        except OSError:
            return []
