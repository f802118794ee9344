"""The devices that only have to be there, as `hub.devices` asks them: a figure for people, or DeviceError."""

from collections.abc import Callable
from datetime import datetime

from hub.devices import Check
from hub.ports import Rtc, Thermometer
from hub.warmth import Warmth


def rtc_check(rtc: Rtc, wall: Callable[[], datetime]) -> Check:
    """What it tells, and how far that is from `wall`, the machine's clock: no fault here, for `hub.clock` judges."""

    def check() -> str:
        told = rtc.time()
        return f"{told:%Y-%m-%d %H:%M:%S} UTC, {(told - wall()).total_seconds():+.0f} s to the machine's clock"

    return check


def warmth_check(store: Thermometer, monotonic_s: Callable[[], float]) -> Check:
    """How warm the medicine lies, now and over a day."""
    warmth = Warmth()

    def check() -> str:
        celsius = store.celsius()
        warmth.take(celsius, monotonic_s())
        return f"{celsius} °C, over a day {warmth.mean_c:.1f} °C" + (": too warm for medicine" * warmth.too_warm)

    return check
