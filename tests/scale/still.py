"""Days and nights of a cell under a box whose lids stay shut: what is told that was not, and what is seen that was.

Samples, window and creep are the driver's, what is told the hub's own; only the cell is simulated.
"""

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from drivers.load_cell import NOISE_MG, SAMPLE_S
from drivers.weighing import Weighing
from drivers.world_cell import WorldLoadCell, as_commissioned
from hub.domain.reading import Reading
from hub.ports import DeviceError
from hub.still_weight import HOLD_S, STEP_MG, TOLD_S, StillWeight

DAY_S = 24 * 3600.0
KNOCKS_A_DAY = 200  # a table that is bumped, a box that is wiped: a tray that swings as if a hand had leaned on it
FULL_MG = 100_000
SEEN_WITHIN_S = 4 * HOLD_S


class ShutBox:
    """A box whose lids have just been shut over `contents_mg`; `step` is a tenth of a second."""

    def __init__(self, seed: str, times: float, contents_mg: int = FULL_MG) -> None:
        self._cell, self._still = WorldLoadCell(seed, times), StillWeight()
        self._weighing = Weighing(replace(as_commissioned(), noise_mg=round(times * NOISE_MG)))
        self._contents_mg, self._tenths = contents_mg, 0
        self._cell.put(contents_mg, 0.0)

    @property
    def now_s(self) -> float:
        return self._tenths * SAMPLE_S

    def knock(self) -> None:
        self._cell.touch(self.now_s)

    def take_out(self, weight_mg: int) -> None:
        """Past the lids."""
        self._contents_mg -= weight_mg
        self._cell.put(self._contents_mg, self.now_s)
        self._cell.touch(self.now_s)

    def step(self) -> int | None:
        """What is told now."""
        self._tenths += 1
        self._weighing.take(self._cell.sample(self.now_s), self.now_s)
        try:
            judged = self._weighing.weighed(self.now_s)
            reading = Reading(judged.weight_mg, judged.stable, judged.spread_mg, self.now_s)
        except DeviceError:
            reading = None
        self._still.take(reading, 0.0, self.now_s)
        return self._still.moved_mg(self.now_s)

    def pass_time(self, seconds: float) -> Iterator[int]:
        """What is told in it, each once."""
        told_s = float("-inf")
        for _ in range(round(seconds / SAMPLE_S)):
            moved_mg = self.step()
            if moved_mg is not None and self.now_s - told_s > TOLD_S:
                told_s = self.now_s
                yield moved_mg


def false_steps(seed: str, times: float, days: float = 1.0, knocks_a_day: int = KNOCKS_A_DAY) -> list[int]:
    """Each change of weight that was told, and was none."""
    box, by_chance, told = ShutBox(seed, times), Random(seed), list[int]()
    while box.now_s < days * DAY_S:
        told += box.pass_time(by_chance.expovariate(knocks_a_day / DAY_S))
        box.knock()
    return told


def is_seen(seed: str, times: float, weight_mg: int) -> bool:
    """Whether it is told that a tablet was taken out, some time after the lids were shut."""
    by_chance = Random(seed)
    box = ShutBox(seed, times)
    list(box.pass_time(by_chance.uniform(60, 600)))
    box.take_out(weight_mg)
    return any(moved_mg < -STEP_MG for moved_mg in box.pass_time(SEEN_WITHIN_S))
