"""The kernel's GPIO chips, found by what they are called, never by their number: kernels number them as they please."""

from pathlib import Path

import gpiod

DEVICES, SYS = Path("/dev"), Path("/sys/bus/gpio/devices")


class ChipMissing(OSError):
    """No chip, or more than one, is called so. The text says which there are."""


def open_chip(label: str, device: str | None = None, devices: Path = DEVICES, sys: Path = SYS) -> gpiod.Chip:
    """The one chip called `label` ("pinctrl-bcm2711"), of the I2C device `device` ("1-0020") where labels are alike.
    Raises OSError."""
    found: dict[str, gpiod.Chip] = {}  # by the kernel's name: a Raspberry Pi OS has /dev/gpiochip4 twice
    seen = set()
    for path in sorted(devices.glob("gpiochip*")):
        try:
            chip = gpiod.Chip(str(path))
        except OSError as error:
            seen.add(f"{path.name} ({error.strerror})")
            continue
        info = chip.get_info()
        parent = (sys / info.name).resolve().parent.name
        seen.add(f"{info.label} ({parent})")
        if info.label == label and device in (None, parent) and info.name not in found:
            found[info.name] = chip
        else:
            chip.close()
    if len(found) == 1:
        return next(iter(found.values()))
    for chip in found.values():
        chip.close()
    wanted = label if device is None else f"{label} ({device})"
    raise ChipMissing(f"{len(found) or 'no'} chips are called {wanted}; there are {', '.join(sorted(seen)) or 'none'}")
