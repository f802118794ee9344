"""A reading is a median that held still for a whole window (R13)."""

import time
from contextlib import ExitStack
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale import NoScale, TwinScale
from drivers.weighing import OLD_S, STABLE_SPREAD_MG, WINDOW_S, Weighed, Window
from drivers.world_protocol import Item
from hub.ports import DeviceError, Reading
from tests.drivers.worlds import RunningWorld, wait_for

ITEMS = (Item("Pinemol", Decimal(2), 600), Item("Hjerdyl", Decimal("0.5"), 240))


def window(*samples: tuple[float, int]) -> Window:
    made = Window()
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


def test_a_slow_creep_within_the_window_is_unstable() -> None:
    creep = [(tenth / 10, 500 + tenth * 10) for tenth in range(30)]
    judged = window(*creep).weighed(2.9)
    assert judged is not None
    assert not judged.stable


def test_old_samples_are_no_reading() -> None:
    made = window(*still(1.0))
    assert made.weighed(1.0 + OLD_S) is not None
    assert made.weighed(1.01 + OLD_S) is None
    made.clear()
    assert made.weighed(1.0) is None
    assert Window().weighed(0.0) is None


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
        assert max(recent) - min(recent) <= STABLE_SPREAD_MG
        assert at_s - samples[0][0] >= WINDOW_S
        assert abs(judged.weight_mg - recent[-1]) <= STABLE_SPREAD_MG


# -- the twin --------------------------------------------------------------------------------------------------------


SETTLE_S = 1.0  # after a lid, the hub believes no reading older than this


def stable(scale: TwinScale, from_s: float = 0.0) -> Reading:
    """A stable reading taken at `from_s` or later."""
    found: list[Reading] = []

    def held_still() -> bool:
        if not silent(scale):
            found.append(scale.read())
        return bool(found) and found[-1].stable and found[-1].at_s >= from_s

    wait_for("a stable reading", held_still)
    return found[-1]


def silent(scale: TwinScale) -> bool:
    try:
        scale.read()
    except DeviceError:
        return True
    return False


def test_what_leaves_is_weighed_before_and_after_to_half_a_tablet(world: RunningWorld, closing: ExitStack) -> None:
    scale = TwinScale(world.socket, time.monotonic)
    closing.callback(scale.close)
    world.client.fill(1, "a", ITEMS)
    before = stable(scale, time.monotonic() + SETTLE_S)
    assert abs(before.weight_mg - 1320) <= 15
    world.client.key_open(1)
    world.client.take(1, {"Hjerdyl": Decimal("0.5")})
    world.client.shut_lid(1)
    after = stable(scale, time.monotonic() + SETTLE_S)
    assert abs(before.weight_mg - after.weight_mg - 120) <= 15


def test_a_moving_lid_makes_the_reading_unstable(world: RunningWorld, closing: ExitStack) -> None:
    scale = TwinScale(world.socket, time.monotonic)
    closing.callback(scale.close)
    stable(scale)
    world.client.key_open(1)
    wait_for("the swing", lambda: not silent(scale) and not scale.read().stable)
    stable(scale)


def test_readings_are_stamped_with_the_clock_given(world: RunningWorld, closing: ExitStack) -> None:
    scale = TwinScale(world.socket, lambda: 4711.0)
    closing.callback(scale.close)
    assert stable(scale).at_s == 4711.0


def test_a_sample_is_never_older_than_its_stamp(world: RunningWorld, closing: ExitStack) -> None:
    """R13: what was weighed before a lid moved must not pass for what was weighed after."""
    ticks = 0

    def clock() -> float:
        nonlocal ticks
        ticks += 1
        if ticks == 15:
            world.client.key_open(1)
        return float(ticks)

    scale = TwinScale(world.socket, clock)
    closing.callback(scale.close)
    before = stable(scale, 10)
    wait_for("the tick at which the lid moves", lambda: scale.read().at_s >= 15)
    assert before.at_s < 15
    assert not scale.read().stable


def test_a_box_without_a_scale_has_no_reading() -> None:
    with pytest.raises(DeviceError, match="scale"):
        NoScale().read()


def test_a_newer_sample_makes_a_newer_reading(world: RunningWorld, closing: ExitStack) -> None:
    scale = TwinScale(world.socket, time.monotonic)
    closing.callback(scale.close)
    first = stable(scale).at_s
    wait_for("a newer reading", lambda: scale.read().at_s > first)
    assert scale.read().at_s <= time.monotonic()


def test_an_unplugged_scale_has_no_reading_and_comes_back(world: RunningWorld, closing: ExitStack) -> None:
    scale = TwinScale(world.socket, time.monotonic)
    closing.callback(scale.close)
    stable(scale)
    world.client.set_scale(unplugged=True)

    wait_for("no reading", lambda: silent(scale))
    with pytest.raises(DeviceError, match="scale: the scale is unplugged"):
        scale.read()
    world.client.set_scale()
    stable(scale)


def test_a_noisy_scale_is_never_stable(world: RunningWorld, closing: ExitStack) -> None:
    world.client.set_scale(noisy=True)
    scale = TwinScale(world.socket, time.monotonic)
    closing.callback(scale.close)
    wait_for("a reading", lambda: not silent(scale))
    until = time.monotonic() + 3 * WINDOW_S
    seen = []
    while time.monotonic() < until:
        seen.append(scale.read())
        time.sleep(0.05)
    assert not any(reading.stable for reading in seen)
    assert seen[-1].spread_mg > STABLE_SPREAD_MG


def test_a_world_that_has_ended_is_no_reading(world: RunningWorld) -> None:
    scale = TwinScale(world.socket, time.monotonic)
    stable(scale)
    world.stop()
    wait_for("no reading", lambda: silent(scale))
    with pytest.raises(DeviceError, match="scale: the world at"):
        scale.read()
    scale.close()
