"""Samples judged: what held still, what creeps, and what is no weight at all (R13, H15)."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.load_cell import COUNTS_PER_MG, NOISE_MG, RAIL, SAMPLE_S, TRAY_MG
from drivers.weighing import (
    CREEP_MG,
    CREEP_S,
    GAP_S,
    LEAST_SAMPLES,
    LIFTED_MG,
    LONGEST_S,
    OLD_S,
    OVERLOADED_MG,
    SPREADS,
    STUCK_SAMPLES,
    WINDOW_S,
    Weighed,
    Weighing,
    Window,
)  # fmt: skip
from drivers.world_cell import WorldLoadCell, as_commissioned
from hub.domain.reading import RESOLUTION_MG
from hub.ports import DeviceError

NOISE = 5
LIMIT_MG = SPREADS * NOISE


def window(*samples: tuple[float, int]) -> Window:
    made = Window(NOISE)
    for at_s, weight_mg in samples:
        made.add(weight_mg, at_s)
    return made


def still(until_s: float, weight_mg: int = 500) -> list[tuple[float, int]]:
    return [(tenth / 10, weight_mg) for tenth in range(int(until_s * 10) + 1)]


# -- the window ------------------------------------------------------------------------------------------------------


def test_a_window_covered_by_like_samples_is_stable() -> None:
    assert window(*still(WINDOW_S)).weighed(WINDOW_S) == Weighed(500, 0, True)


def test_a_window_not_yet_covered_is_unstable() -> None:
    assert window(*still(WINDOW_S - 0.1)).weighed(WINDOW_S) == Weighed(500, 0, False)
    assert window((0.0, 500), (WINDOW_S, 500)).weighed(WINDOW_S) == Weighed(500, 0, False)


def test_one_knock_makes_it_unstable_until_it_has_left_the_window() -> None:
    samples = [*still(2.0), (2.1, 5000)]
    for tenth in range(22, 27):
        samples.append((tenth / 10, 500))
        judged = window(*samples).weighed(tenth / 10)
        assert judged == Weighed(500, 4500, False)  # the median does not follow a knock
    samples.append((2.75, 500))
    assert window(*samples).weighed(2.75) == Weighed(500, 0, True)


def test_a_creep_that_is_fast_enough_to_be_seen_in_the_window_is_unstable() -> None:
    creep = [(tenth / 10, 500 + tenth * 10) for tenth in range(30)]
    judged = window(*creep).weighed(2.9)
    assert judged is not None
    assert not judged.stable


def test_what_was_still_longer_counts_whole_but_not_for_ever() -> None:
    """The median of a second is a quarter better than that of half a one; older samples may be from before a lid."""
    moved = [*still(2.0), *((2.0 + tenth / 10, 500 + LIMIT_MG) for tenth in range(1, 9))]
    judged = [window(*moved[:count]).weighed(moved[count - 1][0]) for count in (21, 24, 29)]
    assert judged == [Weighed(500, 0, True), Weighed(500, LIMIT_MG, True), Weighed(500 + LIMIT_MG, LIMIT_MG, True)]
    assert window(*still(9.0)).weighed(9.0) == window(*still(9.0)[-int(LONGEST_S * 10) - 1 :]).weighed(9.0)


def test_a_gap_ends_what_was_still() -> None:
    gone = [*still(1.0), *((1.0 + GAP_S + 0.1 + tenth / 10, 500) for tenth in range(5))]
    assert window(*gone).weighed(gone[-1][0]) == Weighed(500, 0, False)
    assert window(*still(1.0)).weighed(1.0 + GAP_S) == Weighed(500, 0, True)
    assert window(*still(1.0)).weighed(1.01 + GAP_S) == Weighed(500, 0, False)


def test_old_samples_are_no_reading() -> None:
    made = window(*still(1.0))
    assert made.weighed(1.0 + OLD_S) is not None
    assert made.weighed(1.01 + OLD_S) is None
    made.clear()
    assert made.weighed(1.0) is None
    assert Window(NOISE).weighed(0.0) is None


@given(st.lists(st.tuples(st.floats(0.01, 0.3), st.integers(-100, 100)), min_size=1, max_size=60))
def test_stable_means_that_a_whole_window_lay_close_together(steps: list[tuple[float, int]]) -> None:
    at_s, samples = 0.0, []
    for step_s, weight_mg in steps:
        at_s += step_s
        samples.append((at_s, weight_mg))
    judged = window(*samples).weighed(at_s)
    assert judged is not None
    recent = [weight for when, weight in samples if when >= at_s - WINDOW_S]
    assert min(weight for _, weight in samples) <= judged.weight_mg <= max(weight for _, weight in samples)
    if judged.stable:
        assert max(recent) - min(recent) <= judged.spread_mg <= LIMIT_MG
        assert at_s - samples[0][0] >= WINDOW_S
        assert abs(judged.weight_mg - recent[-1]) <= LIMIT_MG


# -- a cell ----------------------------------------------------------------------------------------------------------


def at_rest(cell: WorldLoadCell, seconds: float, from_s: float = 0.0) -> list[tuple[float, int]]:
    times = [from_s + count * SAMPLE_S for count in range(1, round(seconds / SAMPLE_S) + 1)]
    return [(at_s, cell.sample(at_s)) for at_s in times]


def judged(weighing: Weighing, samples: list[tuple[float, int]]) -> list[Weighed | str]:
    """What it says after each sample."""
    said: list[Weighed | str] = []
    for at_s, counts in samples:
        weighing.take(counts, at_s)
        try:
            said.append(weighing.weighed(at_s))
        except DeviceError as error:
            said.append(str(error))
    return said


@pytest.fixture
def weighing() -> Weighing:
    return Weighing(as_commissioned())


def test_a_cell_as_its_data_sheet_says_is_stable_all_but_all_of_the_time(weighing: Weighing) -> None:
    cell = WorldLoadCell(seed=1)
    cell.put(60_000, 0.0)
    said = judged(weighing, at_rest(cell, 300, 3600))[LEAST_SAMPLES + 1 :]
    weights = [weighed.weight_mg for weighed in said if isinstance(weighed, Weighed) and weighed.stable]
    assert len(weights) >= 0.99 * len(said)
    assert max(weights) - min(weights) <= RESOLUTION_MG


@pytest.mark.parametrize("counts", [RAIL, -RAIL - 1])
def test_a_rail_is_no_weight(weighing: Weighing, counts: int) -> None:
    cell = WorldLoadCell(seed=1)
    assert isinstance(judged(weighing, at_rest(cell, 2))[-1], Weighed)
    said = judged(weighing, [(2 + count / 10, counts) for count in range(1, 20)])
    assert not any(isinstance(weighed, Weighed) and weighed.stable for weighed in said[round(GAP_S * 10) :])
    assert said[-1] == "scale: the converter is at its limit: a wire of the load cell is off"


@pytest.mark.parametrize("counts", [0, -1, 12_345])
def test_the_same_count_again_and_again_is_no_weight(weighing: Weighing, counts: int) -> None:
    """A wire off the converter reads all ones or all zeros; a converter that hangs, its last: a cell has noise."""
    zero = as_commissioned().zero_counts
    said = judged(weighing, [(tenth / 10, zero + counts) for tenth in range(20)])
    assert not any(isinstance(weighed, Weighed) and weighed.stable for weighed in said)
    assert all(str(weighed).startswith("scale: stuck") for weighed in said[STUCK_SAMPLES - 1 :])
    cell = WorldLoadCell(seed=1)
    assert isinstance(judged(weighing, at_rest(cell, 1, 2.0))[-1], Weighed)


@pytest.mark.parametrize(
    ("weight_mg", "why"), [(OVERLOADED_MG + 1000, "overloaded"), (LIFTED_MG - 1000, "the tray is not on it")]
)
def test_what_no_tray_weighs_is_no_weight(weighing: Weighing, weight_mg: int, why: str) -> None:
    cell = WorldLoadCell(seed=1)
    cell.put(weight_mg, 0.0)
    said = judged(weighing, at_rest(cell, 3))
    assert all(str(weighed).startswith(f"scale: {why}") for weighed in said)
    cell.put(0, 3.0)
    assert isinstance(judged(weighing, at_rest(cell, 1, 3.0))[-1], Weighed)


def test_one_sample_out_of_step_is_left_out(weighing: Weighing) -> None:
    samples = at_rest(WorldLoadCell(seed=1), 1.5)
    samples[-2] = (samples[-2][0], -RAIL // 2)
    last = judged(weighing, samples)[-1]
    assert isinstance(last, Weighed)
    assert last.stable


def test_what_was_before_it_was_lost_does_not_count(weighing: Weighing) -> None:
    cell = WorldLoadCell(seed=1)
    judged(weighing, at_rest(cell, 2))
    weighing.lose("unplugged")
    with pytest.raises(DeviceError, match=r"^scale: unplugged$"):
        weighing.weighed(2.0)
    said = judged(weighing, at_rest(cell, WINDOW_S + SAMPLE_S, 2.0))
    assert [weighed.stable for weighed in said if isinstance(weighed, Weighed)] == [False] * 5 + [True]


# -- creep -----------------------------------------------------------------------------------------------------------


def crept(weighing: Weighing, mg_per_s: float, seconds: float, step_mg: float = 0.0) -> Weighed:
    """The last word on a weight that drifts; a step in the middle, where there is one."""
    noise, zero = Random(1), as_commissioned().zero_counts
    samples = []
    for count in range(1, round(seconds * 10) + 1):
        weight_mg = 5000 + mg_per_s * count / 10 + (step_mg if count > seconds * 5 else 0)
        samples.append((count / 10, zero + round((weight_mg + noise.gauss(0, NOISE_MG)) * COUNTS_PER_MG)))
    last = judged(weighing, samples)[-1]
    assert isinstance(last, Weighed)
    return last


@pytest.mark.parametrize("mg_per_s", [2.5, 0.35, -0.35])
def test_a_weight_at_rest_that_creeps_is_unstable(weighing: Weighing, mg_per_s: float) -> None:
    """2 g in 13 minutes was seen; half of what counts, in an opening of a minute, is what must not pass."""
    weighed = crept(weighing, mg_per_s, 3 * CREEP_S)
    assert (weighed.stable, weighed.creeping) == (False, True)


@pytest.mark.parametrize("mg_per_s", [0.0, 0.05, -0.05])
def test_a_room_that_warms_up_is_no_creep(weighing: Weighing, mg_per_s: float) -> None:
    assert crept(weighing, mg_per_s, 3 * CREEP_S).stable


def test_what_a_hand_has_moved_is_no_creep(weighing: Weighing) -> None:
    """After a lid, nobody can know for a while; the verdict on what left must not wait for it."""
    assert crept(weighing, 0.0, CREEP_S, step_mg=-600).stable


def test_the_creep_that_passes_is_less_than_what_counts() -> None:
    assert CREEP_MG * 60 / (CREEP_S - 20) <= RESOLUTION_MG / 2
    assert LIFTED_MG > -TRAY_MG
