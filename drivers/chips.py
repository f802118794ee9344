"""The Pi's GPIO chip, chosen by its label and never by its number: kernels number them as they please."""

from pathlib import Path
from typing import Any

from hub.ports import DeviceError


def factory_of(label: str, devices: Path = Path("/dev")) -> Any:
    """gpiozero's lgpio pin factory on the chip called `label` ("pinctrl-bcm2711"). DeviceError where there is none."""
    try:
        import lgpio
        from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        raise DeviceError(f"GPIO: lgpio is not installed on this machine ({error})") from error
    seen = []
    for chip in sorted(devices.glob("gpiochip*")):
        number = int(chip.name.removeprefix("gpiochip"))
        handle = lgpio.gpiochip_open(number)
        _, _, _, found = lgpio.gpio_get_chip_info(handle)
        lgpio.gpiochip_close(handle)
        if found == label:
            return LGPIOFactory(chip=number)
        seen.append(found)
    raise DeviceError(f"GPIO: no chip is called {label!r}; there are {seen}")
