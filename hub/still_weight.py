"""Whether the weight changed while every lid was shut: something was taken out or put in past them (R7, H23). Pure.

Two weights at rest are compared, before and after whatever moved the scale, and never an absolute one: a cell creeps,
and goes with the room's warmth, by much in a day and by little in the minutes between (figures: docs/scale.md).
"""

from collections import deque

from hub.domain.due import SETTLE_S
from hub.domain.reading import RESOLUTION_MG, Reading

STEP_MG = 2 * RESOLUTION_MG  # less is nothing: noise, warmth and creep over the longest gap together stay below
READ_S = 1.0  # a reading is of no more than the last second
APART_S = 2.0  # two readings that are compared have nothing in common
HOLD_S = 3.0  # so long the other weight must have been at rest: who leans on the box, or wipes it, lets go again
GAP_S = 120.0  # without rest for longer nothing is compared: creep and warmth have had their time
TOLD_S = 5.0  # so long it is told, for a loop that looks once a second


class StillWeight:
    """Fed by `take`; the time is an argument, in seconds of a clock that never steps."""

    def __init__(self) -> None:
        self._rested: deque[tuple[float, int]] = deque()  # weights at rest; the first is what others are compared with
        self._other_s: float | None = None  # since when another weight has been at rest
        self._told: tuple[float, int] | None = None

    def take(self, reading: Reading | None, shut_since_s: float | None, now_s: float) -> None:
        """A look at the scale. `reading` is None while it is lost; `shut_since_s` is when the last lid shut, None while
        not every lid is sensed shut."""
        if reading is None:
            self._told = None
        if reading is None or shut_since_s is None:
            self._begin_anew()
        elif not reading.stable:
            self._other_s = None
        elif now_s - shut_since_s >= SETTLE_S + READ_S:
            self._rests(reading.weight_mg, shut_since_s, now_s)

    def moved_mg(self, now_s: float) -> int | None:
        """By how much it has just changed, less is negative; None when it has not."""
        if self._told is None or now_s - self._told[0] > TOLD_S:
            return None
        return self._told[1]

    def _rests(self, weight_mg: int, shut_since_s: float, now_s: float) -> None:
        if self._rested and (now_s - self._rested[-1][0] > GAP_S or self._rested[0][0] < shut_since_s):
            self._begin_anew()
        while len(self._rested) > 1 and self._rested[1][0] <= now_s - APART_S:
            self._rested.popleft()
        moved_mg = weight_mg - self._rested[0][1] if self._rested else 0
        if abs(moved_mg) <= STEP_MG:
            self._other_s = None
            self._rested.append((now_s, weight_mg))
        elif self._other_s is None:
            self._other_s = now_s
            self._rested = deque([self._rested[0]])  # what came after it may be a change that seeped in
        elif now_s - self._other_s >= HOLD_S:
            self._begin_anew()
            self._told = now_s, moved_mg
            self._rested.append((now_s, weight_mg))

    def _begin_anew(self) -> None:
        self._rested.clear()
        self._other_s = None
