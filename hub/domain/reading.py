"""What the scale says, and what it proves about one opening: before and after, never absolute (R13)."""

from enum import StrEnum

from msgspec import Struct

from hub.domain.events import Device

# Differences up to this are nothing. Above the load cell's noise and creep within one opening, below half of a
# small tablet (a quarter of a 400 mg tablet is 100 mg); measured on a cell as its data sheet has it: docs/scale.md.
RESOLUTION_MG = 50


class Reading(Struct, frozen=True):
    """One look at the scale. `weight_mg` is relative to the tare; `at_s` is the hub's monotonic clock."""

    weight_mg: int
    stable: bool
    spread_mg: int
    at_s: float


class Sensed(Struct, frozen=True):
    """The latest look at the devices. None is "not known": a device that does not answer proves nothing."""

    open_lids: frozenset[int] | None = None
    reading: Reading | None = None
    mains: bool | None = None
    charge_pct: int | None = None  # of the battery
    left_s: float | None = None  # until the battery is so empty that the box stops; None with the mains on
    locks_off: bool = True  # each lock's line is seen low, as it is without a pulse
    moved_mg: int | None = None  # by which the weight changed just now, with every lid shut all the while
    devices: dict[Device, str] = {}  # what is wrong with each, "" for nothing; one that is not in it is not known


class Removed(StrEnum):
    """The scale's verdict on an opening."""

    NOTHING = "nothing"
    AS_EXPECTED = "as_expected"
    LESS = "less"
    UNSURE = "unsure"  # more than was there, a little less, weight gained, too light, or no weight known


def unmoved(before_mg: int, expected_mg: int | None, pieces: int, reading: Reading | None) -> bool:
    """Whether the scale proves that nothing left; contents too light to be missed prove nothing."""
    if reading is None or not reading.stable:
        return False
    return removed(before_mg, reading.weight_mg, expected_mg, pieces) is Removed.NOTHING


def removed(before_mg: int, after_mg: int, expected_mg: int | None, pieces: int) -> Removed:
    """What left, judged by two stable weights, and by the weight and number of pieces that should have left.

    Where a piece weighs no more than twice the resolution, one of them left behind might look like none. And so much
    too little may be a hand's, left in the cell at the filling and again now (docs/scale.md): then it is asked.
    """
    gone_mg = before_mg - after_mg
    if expected_mg is None or expected_mg <= 2 * RESOLUTION_MG * pieces:
        return Removed.UNSURE
    if abs(gone_mg) <= RESOLUTION_MG:
        return Removed.NOTHING
    if gone_mg < 0 or gone_mg > expected_mg + RESOLUTION_MG:
        return Removed.UNSURE
    if gone_mg < expected_mg - 2 * RESOLUTION_MG:
        return Removed.LESS
    return Removed.AS_EXPECTED if gone_mg >= expected_mg - RESOLUTION_MG else Removed.UNSURE
