"""What is known of mains and battery."""

import threading
from collections.abc import Callable

from hub.battery import Battery
from hub.device_states import DeviceStates
from hub.domain.events import Device
from hub.ports import Power

GAUGE = 1  # a part of the power, beside the mains


class SeenPower:
    def __init__(self, power: Power, states: DeviceStates, real_s: Callable[[], float]) -> None:
        self._power, self._states, self._real_s = power, states, real_s
        self._lock = threading.Lock()
        self._mains: bool | None = None
        self._battery = Battery()

    def look(self) -> None:
        mains = self._states.ask(Device.POWER, self._power.mains)
        charge_pct = self._states.ask(Device.POWER, self._power.charge_pct, GAUGE)
        with self._lock:
            self._mains = mains
            self._battery.look(charge_pct, mains, self._real_s())
        battery = "" if charge_pct is None else f", battery {charge_pct} %"
        if mains is not None:
            self._states.say(Device.POWER, f"mains {'on' if mains else 'off'}{battery}")

    @property
    def now(self) -> tuple[bool | None, int | None, float | None]:
        """Mains, charge in per cent, and how many seconds that lasts, by one look; None for what is not known."""
        with self._lock:
            return self._mains, self._battery.charge_pct, self._battery.left_s(self._real_s())
