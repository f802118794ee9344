"""From counts to a judged weight. Pure; every scale driver uses it.

Stability is judged by the samples alone, so a knock, a creeping cell and a hand all look like what they are (R13, H15).
"""

from collections import deque
from statistics import median_low

from msgspec import Struct

from drivers.calibration import Calibration
from drivers.load_cell import CAPACITY_MG, RAIL, TRAY_MG
from hub.ports import DeviceError

WINDOW_S = 0.5  # so long it must have held still
LONGEST_S = 1.0  # and no older sample counts: after a lid, the hub believes no reading of its first second
LEAST_SAMPLES = 5
GAP_S = 0.4  # between two samples: what happened in a longer one nobody knows
OLD_S = 1.0  # without a sample for so long there is no reading
SPREADS = 6  # times the noise at rest: eleven samples of a cell at rest lie closer 999 times in 1000

# Creep of a weight at rest, between the medians of the first and the last twenty seconds: 0.2 mg a second, 12 mg in an
# opening of one minute. Less cannot be told from the noise of a cell twice as noisy as its data sheet.
CREEP_S, CREEP_END_S = 80.0, 20.0
CREEP_MG = 12

STUCK_SAMPLES = 10  # the same count: a cell's own noise is twenty of them
LIFTED_MG = -TRAY_MG // 2
OVERLOADED_MG = CAPACITY_MG * 6 // 5 - TRAY_MG  # a fifth above the capacity, where cells are spoilt


class Weighed(Struct, frozen=True):
    """A judged window. `spread_mg` is its largest less its smallest sample. `creeping`: at rest and yet moving."""

    weight_mg: int
    spread_mg: int
    stable: bool
    creeping: bool = False


class Window:
    """The samples of the last `LONGEST_S`. `at_s` is real monotonic time and never goes back."""

    def __init__(self, noise_mg: int) -> None:
        self._limit_mg = SPREADS * noise_mg
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, weight_mg: int, at_s: float) -> None:
        self._samples.append((at_s, weight_mg))
        while self._samples[0][0] < at_s - LONGEST_S:
            self._samples.popleft()

    def clear(self) -> None:
        """Forget everything: what comes next is not of one piece with what was."""
        self._samples.clear()

    def weighed(self, now_s: float) -> Weighed | None:
        """None without a sample in the last `OLD_S`. Stable: for `WINDOW_S` and up to now the samples lay close
        together; the weight is the median of all that did, and otherwise of the last `WINDOW_S`."""
        if not self._samples or now_s - self._samples[-1][0] > OLD_S:
            return None
        still = self._still()
        newest_s = self._samples[-1][0]
        covered = len(still) >= LEAST_SAMPLES and newest_s - still[-1][0] >= WINDOW_S and now_s - newest_s <= GAP_S
        judged = still if covered else [s for s in self._samples if s[0] >= newest_s - WINDOW_S]
        weights = [weight for _, weight in judged]
        return Weighed(median_low(weights), max(weights) - min(weights), covered)

    def _still(self) -> list[tuple[float, int]]:
        """The longest stretch up to now without a gap or a movement, newest first."""
        newest = self._samples[-1]
        still, low, high = [newest], newest[1], newest[1]
        for sample in list(self._samples)[-2::-1]:
            low, high = min(low, sample[1]), max(high, sample[1])
            if high - low > self._limit_mg or still[-1][0] - sample[0] > GAP_S:
                break
            still.append(sample)
        return still


class Trend:
    """Whether a weight that holds still creeps: its medians over `CREEP_S`, one a second."""

    def __init__(self) -> None:
        self._medians: deque[tuple[float, int]] = deque()

    def add(self, weight_mg: int, at_s: float) -> None:
        if self._medians and at_s - self._medians[-1][0] < 1.0:
            return
        self._medians.append((at_s, weight_mg))
        while self._medians[0][0] < at_s - CREEP_S:
            self._medians.popleft()

    def clear(self) -> None:
        self._medians.clear()

    def creeping(self) -> bool:
        """False also while nobody can know yet."""
        if not self._medians:
            return False
        first_s, last_s = self._medians[0][0], self._medians[-1][0]
        if last_s - first_s < CREEP_S - 2.0:
            return False
        first = median_low([weight for at_s, weight in self._medians if at_s <= first_s + CREEP_END_S])
        last = median_low([weight for at_s, weight in self._medians if at_s >= last_s - CREEP_END_S])
        return abs(last - first) > CREEP_MG


class Weighing:
    """One cell's samples, judged. What cannot be a weight is not one: it is left out, and `trouble` says why."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._window, self._trend = Window(calibration.noise_mg), Trend()
        self._last: int | None = None
        self._same = 0
        self.trouble = "no sample yet"

    def take(self, counts: int, at_s: float) -> None:
        """One sample. `at_s` is real monotonic time."""
        self._same = self._same + 1 if counts == self._last else 1
        self._last = counts
        weight_mg = self._calibration.weight_mg(counts)
        if not -RAIL <= counts < RAIL:
            self.trouble = "the converter is at its limit: a wire of the load cell is off"
        elif self._same >= STUCK_SAMPLES:
            self._forget(f"stuck: the same count {STUCK_SAMPLES} times; a wire is off, or the converter hangs")
        elif weight_mg > OVERLOADED_MG:
            self.trouble = "overloaded, or a wire of the load cell is off"
        elif weight_mg < LIFTED_MG:
            self.trouble = "the tray is not on it"
        else:
            self._window.add(weight_mg, at_s)
            self._follow(at_s)
            self.trouble = "no sample for too long"

    def lose(self, why: str) -> None:
        """The cell does not answer: what comes next is not of one piece with what was."""
        self._last, self._same = None, 0
        self._forget(why)

    def weighed(self, now_s: float) -> Weighed:
        """Raises DeviceError where there is no reading."""
        judged = self._window.weighed(now_s)
        if judged is None:
            raise DeviceError(f"scale: {self.trouble}")
        still = judged.stable and self._same < LEAST_SAMPLES  # a whole window of one count is no cell's
        creeping = still and self._trend.creeping()
        return Weighed(judged.weight_mg, judged.spread_mg, still and not creeping, creeping)

    def _follow(self, at_s: float) -> None:
        judged = self._window.weighed(at_s)
        if judged is not None and judged.stable:
            self._trend.add(judged.weight_mg, at_s)
        else:
            self._trend.clear()

    def _forget(self, why: str) -> None:
        self.trouble = why
        self._window.clear()
        self._trend.clear()
