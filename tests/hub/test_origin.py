"""The demo's time: one for everybody, never back, no step."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock_model import STEP, State
from medhub.origin import MOST, Origin, OriginDirector
from tests.hub.made import START


class Real:
    """CLOCK_MONOTONIC, in the test's hands."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def real() -> Real:
    return Real()


@pytest.fixture
def director(tmp_path: Path, real: Real) -> OriginDirector:
    made = OriginDirector(tmp_path / "origin.json", real)
    made.start(START)
    return made


@pytest.fixture
def origin(director: OriginDirector, tmp_path: Path, real: Real) -> Origin:
    return Origin(tmp_path / "origin.json", real)


def test_it_starts_where_it_is_told_and_runs(origin: Origin, real: Real) -> None:
    assert (origin.wall(), origin.virtual_s(), origin.now().trusted) == (START, 0.0, True)
    real.s += 90
    assert (origin.wall(), origin.virtual_s()) == (START + timedelta(seconds=90), 90.0)


def test_a_jump_moves_both_clocks_alike(director: OriginDirector, origin: Origin, real: Real) -> None:
    boot = origin.now().boot
    real.s += 10
    director.jump_to(START + timedelta(hours=5))
    moment = origin.now()
    assert (moment.wall, moment.monotonic_s, moment.boot) == (START + timedelta(hours=5), 5 * 3600.0, boot)
    with pytest.raises(ValueError, match="does not go back"):
        director.jump_to(START)


def test_the_rate_is_bounded_and_changes_nothing_that_has_been(
    director: OriginDirector, origin: Origin, real: Real
) -> None:
    real.s += 10
    director.set_rate(MOST)
    assert origin.virtual_s() == 10
    real.s += 2
    assert origin.virtual_s() == 10 + 2 * MOST
    director.set_rate(0)
    real.s += 100
    assert origin.virtual_s() == 10 + 2 * MOST
    for rate in (-1.0, MOST + 0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="rate"):
            director.set_rate(rate)
    assert origin.virtual_s() == 10 + 2 * MOST


ACTS = st.lists(st.tuples(st.sampled_from(["jump", "rate", "wait"]), st.floats(0, 30)), max_size=20)


@given(ACTS)
def test_time_never_goes_back_and_is_never_stepped(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, float]]
) -> None:
    real, path = Real(), tmp_path_factory.mktemp("origin") / "origin.json"
    director = OriginDirector(path, real)
    director.start(START)
    origin = Origin(path, real)
    last = origin.now()
    for act, amount in acts:
        match act:
            case "jump":
                director.jump_to(max(origin.wall(), START + timedelta(seconds=last.monotonic_s + amount)))
            case "rate":
                director.set_rate(amount)
            case "wait":
                real.s += amount
        now = origin.now()
        assert now.wall >= last.wall
        assert now.monotonic_s >= last.monotonic_s
        assert abs((now.wall - START).total_seconds() - now.monotonic_s) < STEP.total_seconds() / 1000
        assert Origin(path, real).now().wall - now.wall <= timedelta(milliseconds=1)
        last = now


def test_a_reader_between_two_rates_does_not_go_back(director: OriginDirector, origin: Origin, real: Real) -> None:
    """A slower rate told late: the reader has already seen more time go by than the new origin gives."""
    director.set_rate(MOST)
    real.s += 1
    director.set_rate(1)
    real.s += 0.01
    seen = origin.now()
    real.s -= 0.02
    assert origin.now() == seen


def test_another_process_has_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "origin.json"
    director = OriginDirector(path)
    director.start(START, rate=0)
    director.jump_to(START + timedelta(days=1))
    code = f"from medhub.origin import Origin; print(Origin(__import__('pathlib').Path({str(path)!r})).now())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(Origin(path).now())


def test_no_origin_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Origin(tmp_path / "none.json").now()


def test_staff_may_tell_it_and_no_other(origin: Origin) -> None:
    """It keeps `hub.clock.Clock`'s promise: one time for everybody, which only the director moves."""
    now = origin.now()
    assert origin.state is State.TRUSTED
    assert origin.objection(now.wall + STEP) == ""
    assert origin.agree(now.wall - STEP)
    for off, why in ((-2 * STEP, "time_before_mark"), (2 * STEP, "time_far_ahead")):
        assert origin.objection(now.wall + off) == why
        assert not origin.agree(now.wall + off)
    origin.tell(now.wall + STEP)
    origin.lower_mark()
    assert origin.now() == now
