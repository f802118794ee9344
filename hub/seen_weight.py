"""What is known of the weight, and when the loop must know it before its next tick."""

import threading
from collections.abc import Callable

from hub.device_states import DeviceStates
from hub.domain.due import SETTLE_S
from hub.domain.events import Device
from hub.domain.reading import Reading
from hub.ports import DeviceError, Scale
from hub.seen_lids import SeenLids
from hub.still_weight import StillWeight

UNREST_S = 180.0  # a scale that does not come to rest for so long will not by itself
VERDICT_S = 10.0  # so long after a lid shut a weight at rest is told at once


class SeenWeight:
    """`at_rest` is called when a weight is at rest soon after a lid shut (R13: the verdict waits for it)."""

    def __init__(
        self, scale: Scale, lids: SeenLids, states: DeviceStates, real_s: Callable[[], float],
        at_rest: Callable[[], None],
    ) -> None:  # fmt: skip
        self._scale, self._lids, self._states, self._real_s, self._at_rest = scale, lids, states, real_s, at_rest
        self._lock = threading.Lock()
        self._shut_s = float("-inf")  # when a lid last shut, and no weight at rest has been told since
        self._rested_s = real_s()
        self._still = StillWeight()
        self.reading: Reading | None = None

    def lid_moved(self, is_open: bool) -> None:
        with self._lock:
            self._shut_s = float("-inf") if is_open else self._real_s()

    @property
    def moved_mg(self) -> int | None:
        """By how much it has just changed with every lid shut (R7); None when it has not."""
        with self._lock:
            return self._still.moved_mg(self._real_s())

    def look(self) -> None:
        reading = self._states.ask(Device.SCALE, self._read)
        now_s = self._real_s()
        with self._lock:
            self.reading = reading
            self._still.take(reading, self._lids.shut_since_s, now_s)
            rests = reading is not None and reading.stable and now_s - self._shut_s <= VERDICT_S
            if rests and now_s - self._shut_s > 2 * SETTLE_S:
                self._shut_s = float("-inf")  # told; the next lid that shuts is waited for
        if reading is not None:
            still = "at rest" if reading.stable else "not at rest"
            self._states.say(Device.SCALE, f"{reading.weight_mg} mg, {still}, spread {reading.spread_mg} mg")
        if rests:
            self._at_rest()

    def _read(self) -> Reading:
        """Never at rest with every lid shut, it keeps the box shut as one that is gone; and somebody must know."""
        reading = self._scale.read()
        if reading.stable or self._lids.open != frozenset():
            self._rested_s = self._real_s()
        if self._real_s() - self._rested_s > UNREST_S:
            raise DeviceError(f"scale: not at rest for {UNREST_S / 60:.0f} min")
        return reading
