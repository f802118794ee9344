"""The world's load cell as matter: what one 500 g cell on an HX711 does, by their data sheets. No I/O, no clock.

Deterministic: the same seed, acts, times and number of samples give the same counts. Not modelled: the converter's own
filter (it looks back 0.4 s, which `SETTLE_S` of the core covers) and wear.
"""

from datetime import UTC, datetime
from math import exp, pi, sin
from random import Random

from drivers import load_cell as cell
from drivers.calibration import Calibration
from drivers.world_protocol import ScaleFault

SETTLE_S = 0.5  # a tray swings this long after a lid or a hand
SWING_MG = (300, 2000)
CREEP_TAU_S = 300.0  # most of the data sheet's half hour is over after a quarter of one
PRESS_MOST_MG = 50_000  # fingers on the tray; what they leave behind is the cell's hysteresis
ROOM_K, ROOM_S = 1.0, 3600.0  # the room's warmth goes up and down by so much, in so long
UNLOADED_COUNTS = 20_000  # the cell's own zero
REFERENCE_MG = 100_000
FAULTY_NOISE_MG = 400.0
FAULTY_CREEP_MG_PER_S = 2000 / (13 * 60)  # 2 g in 13 minutes, as was seen


def as_commissioned() -> Calibration:
    """What whoever put this cell into the box found: the empty tray, and 100 g on it."""
    zero_mg, loaded_mg = ((1 + cell.CREEP) * mg for mg in (cell.TRAY_MG, cell.TRAY_MG + REFERENCE_MG))
    zero, loaded = (UNLOADED_COUNTS + round(mg * cell.COUNTS_PER_MG) for mg in (zero_mg, loaded_mg))
    return Calibration(zero, loaded, REFERENCE_MG, round(cell.NOISE_MG), datetime(2026, 1, 5, 9, tzinfo=UTC), "world")


class WorldLoadCell:
    """Under the tray, at rest with `TRAY_MG` since long. `times`: how many times worse than the data sheets say."""

    def __init__(self, seed: int, times: float = 1.0) -> None:
        self.fault: ScaleFault | None = None
        self._times = times
        self._noise, self._hands = Random(f"{seed} noise"), Random(f"{seed} hands")
        self._load_mg = float(cell.TRAY_MG)
        self._crept_mg = self._times * cell.CREEP * self._load_mg
        self._at_s = 0.0
        self._left_mg = 0.0  # by the last hand, by hysteresis; it goes as creep does
        self._moved_s, self._fault_s = float("-inf"), 0.0
        self._last = 0

    def put(self, contents_mg: int, now_s: float) -> None:
        """What lies in the tray from now on."""
        self._creep(now_s)
        self._load_mg = float(cell.TRAY_MG + contents_mg)

    def touch(self, now_s: float) -> None:
        """A hand, or a lid: it swings, and fingers lean on the tray and let go."""
        press_mg = self._hands.uniform(0, PRESS_MOST_MG)
        self._left_mg = self._times * cell.HYSTERESIS * press_mg
        self._moved_s = now_s

    def break_down(self, fault: ScaleFault | None, now_s: float) -> None:
        """Or be well again."""
        self.fault, self._fault_s = fault, now_s

    def sample(self, now_s: float) -> int:
        """One conversion."""
        self._creep(now_s)
        match self.fault:
            case ScaleFault.STUCK:
                return self._last
            case ScaleFault.SATURATED:
                return cell.RAIL
            case ScaleFault.NONSENSE:
                return self._noise.getrandbits(24) - cell.RAIL - 1
        left_mg = self._left_mg * exp((self._moved_s - now_s) / CREEP_TAU_S)
        shown_mg = self._load_mg + self._crept_mg + left_mg + self._warmth_mg(now_s) + self._swing_mg(now_s)
        noise_mg = self._times * cell.NOISE_MG
        if self.fault is ScaleFault.CREEPING:
            shown_mg += FAULTY_CREEP_MG_PER_S * (now_s - self._fault_s)
        elif self.fault is ScaleFault.NOISY:
            noise_mg = FAULTY_NOISE_MG
        counts = UNLOADED_COUNTS + round((shown_mg + self._noise.gauss(0, noise_mg)) * cell.COUNTS_PER_MG)
        self._last = max(-cell.RAIL - 1, min(cell.RAIL, counts))
        return self._last

    def _creep(self, now_s: float) -> None:
        """Let time pass: what it shows too much moves towards its share of the load."""
        end_mg = self._times * cell.CREEP * self._load_mg
        self._crept_mg = end_mg + (self._crept_mg - end_mg) * exp((self._at_s - now_s) / CREEP_TAU_S)
        self._at_s = now_s

    def _warmth_mg(self, now_s: float) -> float:
        return self._times * cell.ZERO_MG_PER_K * ROOM_K * sin(2 * pi * now_s / ROOM_S)

    def _swing_mg(self, now_s: float) -> float:
        if now_s >= self._moved_s + SETTLE_S:
            return 0.0
        return self._noise.choice((-1, 1)) * self._noise.randint(*SWING_MG)
