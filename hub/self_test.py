"""The self-test: every device is tried, but no lock is moved. Each lock's turn is the commissioning walk's."""

import threading
import time
from collections.abc import Iterator

from hub.devices import Devices
from hub.domain.events import Device, DeviceTested
from hub.domain.reading import Sensed

REST_S = 5.0  # for the scale to come to rest
LONGEST_S = 20.0  # for 28 lamps and a tone; a device that hangs holds up no report
GAVE_WAY = "not tried to the end: an opening began meanwhile"
IN_THE_WAY = (Device.LAMPS, Device.SOUNDER, Device.LIDS, Device.SCALE)  # of an opening, or it of them


def self_test(devices: Devices) -> tuple[DeviceTested, ...]:
    """Try lamps and sounder, which somebody must see and hear; ask the others. Not on the deciding thread: it waits.
    It gives way to an opening, and then says so."""
    openings, ended = devices.signals.openings, list[bool]()
    trying = threading.Thread(
        target=lambda: ended.append(devices.signals.try_each()), name="self-test", daemon=True
    )  # fmt: skip
    trying.start()
    until = time.monotonic() + REST_S
    while not _rests(devices.sensed) and time.monotonic() < until and devices.signals.openings == openings:
        time.sleep(0.05)
    trying.join(LONGEST_S)
    beyond = dict(_beyond_limits(devices.sensed))
    if ended == [False] or devices.signals.openings != openings:
        beyond |= dict.fromkeys(IN_THE_WAY, GAVE_WAY)
    return tuple(
        DeviceTested(Device(r.device), r.figure, r.limit, r.problem or beyond.get(Device(r.device), ""))
        for r in devices.states.reports()
    )


def _rests(sensed: Sensed) -> bool:
    return sensed.reading is not None and sensed.reading.stable


def _beyond_limits(sensed: Sensed) -> Iterator[tuple[Device, str]]:
    """What answers, and yet is not as it should be when a box is tested."""
    if sensed.open_lids:
        yield Device.LIDS, f"open: {', '.join(map(str, sorted(sensed.open_lids)))}"
    if not _rests(sensed):
        yield Device.SCALE, f"not at rest within {REST_S:.0f} s"
    if sensed.mains is False:
        yield Device.POWER, "on battery"
