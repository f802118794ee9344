"""Verdicts on openings whose truth is known: the data sheets' cell, the driver's weighing, the core's judgement."""

from enum import StrEnum
from math import exp, log
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from drivers.load_cell import CREEP, NOISE_MG, SAMPLE_S, TRAY_MG
from drivers.scale_serial import SerialCell
from drivers.weighing import CREEP_END_S, CREEP_MG, CREEP_S, LONGEST_S, Weighing
from drivers.world_cell import CREEP_TAU_S, WorldLoadCell, as_commissioned
from hub.domain.due import SETTLE_S, WEIGH_WAIT
from hub.domain.reading import Removed, removed

OTHERS_MG = 60_000  # what lies in the other cups
REST_S = 6 * 3600.0


class Act(StrEnum):
    NOTHING = "nothing taken"
    ONE_TAKEN = "one taken"
    ONE_LEFT = "one left"
    HALF_LEFT = "half a one left"
    ALL = "all taken"


TRUTH = {
    Act.NOTHING: Removed.NOTHING, Act.ONE_TAKEN: Removed.LESS, Act.ONE_LEFT: Removed.LESS, Act.HALF_LEFT: Removed.LESS,
    Act.ALL: Removed.AS_EXPECTED,
}  # fmt: skip


class Opening(NamedTuple):
    """`tablets` of `tablet_mg` each; a cell `times` worse than its data sheet; a lid open for `open_s`. `lifted`: the
    tray was out for ten minutes, and is back for just as long as the driver then calls it creeping."""

    times: int
    tablet_mg: int
    tablets: int
    act: Act
    open_s: float
    lifted: bool


def verdict(opening: Opening, seed: str) -> Removed | None:
    """None: no stable weight in the time the core waits for one."""
    draw = Random(seed)
    scale = _Scale(draw.getrandbits(32), opening.times)
    pills_mg = [_tablet(opening.tablet_mg, draw) for _ in range(opening.tablets)]
    scale.rest()
    empty = scale.stable()
    scale.change(round(sum(pills_mg)), 60.0)
    scale.rest()
    expected_mg = (scale.stable() or 0) - (empty or 0)  # as weighed once the fill was at rest
    if opening.lifted:
        scale.lift_tray()
    before_mg = scale.stable()
    left_mg = {
        Act.NOTHING: sum(pills_mg), Act.ONE_TAKEN: sum(pills_mg[1:]), Act.ONE_LEFT: pills_mg[0],
        Act.HALF_LEFT: pills_mg[0] / 2, Act.ALL: 0.0,
    }  # fmt: skip
    scale.change(round(left_mg[opening.act]), opening.open_s)
    after_mg = scale.stable_after()
    return None if before_mg is None or after_mg is None else removed(before_mg, after_mg, expected_mg, opening.tablets)


def _tablet(nominal_mg: int, draw: Random) -> float:
    """Ph. Eur. 2.9.5: of 20 tablets at most two differ by more than 10, 7.5 or 5 %, by weight; here a tenth do."""
    share = 0.10 if nominal_mg <= 80 else 0.075 if nominal_mg < 250 else 0.05
    return nominal_mg * (1 + draw.gauss(0, share / 1.65))


class _Scale:
    """A cell and its driver, in its own time."""

    def __init__(self, seed: int, times: int) -> None:
        self._cell, self._times, self._now_s = WorldLoadCell(seed, times), times, float(seed % 3600)
        self._weighing = Weighing(replace(as_commissioned(), noise_mg=round(times * NOISE_MG)))
        self._contents_mg = OTHERS_MG
        self._cell.put(OTHERS_MG, self._now_s)

    def rest(self) -> None:
        self._now_s += REST_S

    def lift_tray(self) -> None:
        self._cell.put(-TRAY_MG, self._now_s)
        self._now_s += 600.0
        self._cell.put(self._contents_mg, self._now_s)
        begins = self._times * CREEP * (TRAY_MG + self._contents_mg) * (1 - exp(-600 / CREEP_TAU_S)) / CREEP_TAU_S
        unnoticed = CREEP_MG / (CREEP_S - CREEP_END_S)
        self._now_s += max(0.0, CREEP_TAU_S * log(begins / unnoticed))

    def stable(self) -> int | None:
        """At rest: what it says once it has looked long enough."""
        self._weighing.lose("")
        self._look(2 * LONGEST_S)
        return self._stable()

    def change(self, pills_mg: int, open_s: float) -> None:
        """Open, change what lies in one cup, shut."""
        for share in (0.0, 0.8, 0.2):
            self._now_s += share * open_s
            self._cell.touch(self._now_s)
            if share == 0.8:
                self._contents_mg = OTHERS_MG + pills_mg
                self._cell.put(self._contents_mg, self._now_s)

    def stable_after(self) -> int | None:
        """What the core believes of a lid that has just been shut."""
        self._weighing.lose("")
        shut_s = self._now_s
        self._look(SETTLE_S + SerialCell.age_s)
        while (weight_mg := self._stable()) is None and self._now_s < shut_s + WEIGH_WAIT.total_seconds():
            self._look(SAMPLE_S)
        return weight_mg

    def _look(self, seconds: float) -> None:
        for _ in range(round(seconds / SAMPLE_S)):
            self._now_s += SAMPLE_S
            self._weighing.take(self._cell.sample(self._now_s), self._now_s)

    def _stable(self) -> int | None:
        weighed = self._weighing.weighed(self._now_s)
        return weighed.weight_mg if weighed.stable else None
