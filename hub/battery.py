"""What looks at the battery are worth: a charge that one wrong look does not move, and how long it lasts. No clock."""

from collections import deque
from collections.abc import Sequence
from itertools import combinations
from statistics import median

from hub.domain.battery import STOP_PCT

LOOKS = 15  # one a second: the median of these is the charge
LEAST_LOOKS = 5
POINTS = 20  # of the way down, one a per cent: the last of it counts
LEAST_POINTS = 5


class Battery:
    """Fed by `look`; the time is an argument, in seconds of a clock that never steps."""

    def __init__(self) -> None:
        self.charge_pct: int | None = None
        self._looks: deque[int | None] = deque(maxlen=LOOKS)
        self._points: deque[tuple[float, int]] = deque(maxlen=POINTS)
        self._s_per_pct: float | None = None

    def look(self, charge_pct: int | None, mains: bool | None, at_s: float) -> None:
        """One look at battery and mains, None where they did not answer."""
        self._looks.append(charge_pct)
        self.charge_pct = settled(self._looks)
        if mains is not False:
            self._points.clear()
            self._s_per_pct = None
        elif self.charge_pct is not None and (not self._points or self.charge_pct != self._points[-1][1]):
            self._points.append((at_s, self.charge_pct))
            self._s_per_pct = seconds_per_pct(tuple(self._points)[1:])  # the first was not at its edge

    def left_s(self, now_s: float) -> float | None:
        """Until the box stops by itself, at the rate of the last while; None with the mains on, or if not known."""
        if self._s_per_pct is None:
            return None
        at_s, charge_pct = self._points[-1]
        return max(0.0, (charge_pct - STOP_PCT) * self._s_per_pct - (now_s - at_s))


def settled(looks: Sequence[int | None]) -> int | None:
    """Their median; None where too few have answered."""
    known = sorted(look for look in looks if look is not None)
    return known[len(known) // 2] if len(known) >= LEAST_LOOKS else None


def seconds_per_pct(points: Sequence[tuple[float, int]]) -> float | None:
    """How long a per cent lasts: the median over all pairs (Theil and Sen's slope), which a few wild points do not
    move. None where there are too few, or the charge does not fall."""
    if len(points) < LEAST_POINTS:
        return None
    falls = [(now[1] - then[1]) / (now[0] - then[0]) for then, now in combinations(points, 2) if now[0] > then[0]]
    rate = median(falls) if falls else 0.0
    return -1 / rate if rate < 0 else None
