"""From samples of a load cell to a reading: a window, its median and its spread. Pure; every scale driver uses it.

Stability is judged by the samples alone, so a knock, a creeping cell and a hand all look like what they are (R13, H15).
"""

from collections import deque
from statistics import median_low

from msgspec import Struct

WINDOW_S = 0.5
LEAST_SAMPLES = 5
STABLE_SPREAD_MG = 30  # ten times the noise at rest, below the least difference that counts (50 mg)
OLD_S = 1.0  # without a sample for so long there is no reading


class Weighed(Struct, frozen=True):
    """A judged window. `spread_mg` is its largest less its smallest sample."""

    weight_mg: int
    spread_mg: int
    stable: bool


class Window:
    """The samples of the last `WINDOW_S`. `at_s` is real monotonic time and never goes back."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, weight_mg: int, at_s: float) -> None:
        self._samples.append((at_s, weight_mg))
        # The newest sample that is as old as the window stays: the rest then covers it whole.
        while len(self._samples) > 1 and self._samples[1][0] <= at_s - WINDOW_S:
            self._samples.popleft()

    def clear(self) -> None:
        """Forget everything: what comes next is not of one piece with what was."""
        self._samples.clear()

    def weighed(self, now_s: float) -> Weighed | None:
        """None without a sample in the last `OLD_S`. Stable: the window is covered, and its spread small."""
        if not self._samples or now_s - self._samples[-1][0] > OLD_S:
            return None
        weights = [weight for _, weight in self._samples]
        spread_mg = max(weights) - min(weights)
        covered = self._samples[-1][0] - self._samples[0][0] >= WINDOW_S and len(weights) >= LEAST_SAMPLES
        return Weighed(median_low(weights), spread_mg, covered and spread_mg <= STABLE_SPREAD_MG)
