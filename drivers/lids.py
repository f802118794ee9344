"""What lids tell: every movement, but not that a lid flaps, which a loose wire or a worn switch does for hours."""

import time
from collections import defaultdict, deque
from collections.abc import Callable

from hub.ports import DeviceError, LidMoved

MOST, WITHIN_S = 20, 10.0  # movements of one lid; a hand that plays with it makes two in a second for a while


class Lids:
    """Between a driver's lids and whoever watches them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last_s: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=MOST + 1))
        self._told: LidMoved | None = None

    def watch(self, moved: LidMoved) -> None:
        self._told = moved

    def moved(self, number: int, is_open: bool) -> None:
        """Pass it on, from any thread; of a lid that flaps nothing more, until it has been still."""
        self._last_s[number].append(self._monotonic())
        if self._told is not None and not self._flaps(number):
            self._told(number, is_open)

    def check(self, number: int) -> None:
        """Raises DeviceError while the lid flaps: it is neither open nor shut, and nothing opens beside it (R12)."""
        if self._flaps(number):
            raise DeviceError(f"lid {number}: it flaps, over {MOST} movements in {WITHIN_S:.0f} s: a loose wire?")

    def _flaps(self, number: int) -> bool:
        last_s = self._last_s[number]
        return len(last_s) > MOST and self._monotonic() - last_s[0] <= WITHIN_S
