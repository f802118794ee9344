"""The devices that only have to be there, as `hub.devices` asks them: a figure for people, or DeviceError."""

from collections.abc import Callable
from datetime import datetime

from hub.device_states import Check
from hub.ports import DeviceError, Package, Rtc, Scan, Scanned, Scanner, ScanRefused, Thermometer
from hub.warmth import Warmth


def scanner_check(scanner: Scanner, scanned: Scanned = lambda scan: None) -> Check:
    """What kind of code was last held before it, never what it says (R15): that is a citizen's medicine. `scanned` is
    told of each, first."""
    last = ["no code yet"]

    def tell(scan: Scan | ScanRefused) -> None:
        scanned(scan)
        if isinstance(scan, ScanRefused):
            last[0] = f"last code not read: {scan.why} {scan.about}".rstrip()
        else:
            whose = "a package's" if isinstance(scan.code, Package) else "one of our own"
            last[0] = f"last code: {whose}, {scan.symbology.name}"

    def check() -> str:
        scanner.check()
        return last[0]

    scanner.watch(tell)
    return check


def rtc_check(rtc: Rtc, wall: Callable[[], datetime]) -> Check:
    """What it tells, and how far that is from `wall`, the machine's clock: no fault here, for `hub.clock` judges."""

    def check() -> str:
        told = rtc.time()
        return f"{told:%Y-%m-%d %H:%M:%S} UTC, {(told - wall()).total_seconds():+.0f} s to the machine's clock"

    return check


def warmth_check(store: Thermometer, monotonic_s: Callable[[], float]) -> Check:
    """How warm the medicine lies, now and over a day. Too warm is a trouble as any other: one alarm, which ends by
    itself; and the medicine is handed out, for a dose missed is worse than one kept too warm."""
    warmth = Warmth()

    def check() -> str:
        celsius = store.celsius()
        warmth.take(celsius, monotonic_s())
        figure = f"{celsius} °C, over a day {warmth.mean_c:.1f} °C"
        if warmth.too_warm:
            raise DeviceError(f"temperature: too warm for medicine: {figure}")
        return figure

    return check
