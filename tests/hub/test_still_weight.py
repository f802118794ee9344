"""A weight that changed with every lid shut is told; drift, knocks, hands, a scale that comes and goes are not (R7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.due import SETTLE_S
from hub.domain.reading import RESOLUTION_MG, Reading
from hub.still_weight import APART_S, GAP_S, HOLD_S, READ_S, STEP_MG, TOLD_S, StillWeight

FULL_MG = 80_000
BEGINS_S = SETTLE_S + READ_S
LOOK_S = 0.1


class Watched:
    """A scale that is looked at ten times a second, its lids shut at 0."""

    def __init__(self) -> None:
        self._weight, self._looks = StillWeight(), 0
        self.shut_since_s: float | None = 0.0
        self.told: list[int] = []

    @property
    def now_s(self) -> float:
        return self._looks * LOOK_S

    def look(self, weight_mg: int | None, stable: bool = True) -> "Watched":
        """None: the scale does not answer."""
        self._looks += 1
        reading = None if weight_mg is None else Reading(weight_mg, stable, 0, self.now_s)
        before = self._weight.moved_mg(self.now_s)
        self._weight.take(reading, self.shut_since_s, self.now_s)
        told = self._weight.moved_mg(self.now_s)
        if told is not None and before is None:
            self.told.append(told)
        return self

    def rests(self, weight_mg: int, seconds: float) -> "Watched":
        for _ in range(round(seconds / LOOK_S)):
            self.look(weight_mg)
        return self

    def moves(self, seconds: float) -> "Watched":
        for _ in range(round(seconds / LOOK_S)):
            self.look(FULL_MG + 30_000, stable=False)
        return self

    def is_lost(self, seconds: float) -> "Watched":
        for _ in range(round(seconds / LOOK_S)):
            self.look(None)
        return self


@pytest.fixture
def watched() -> Watched:
    return Watched().rests(FULL_MG, 10)


@pytest.mark.parametrize("step_mg", [-STEP_MG - 1, STEP_MG + 1, -600, 20_000])
@pytest.mark.parametrize("unrest_s", [0.0, 0.6, GAP_S - HOLD_S - 1])
def test_what_was_taken_out_or_put_in_is_told_once(watched: Watched, step_mg: int, unrest_s: float) -> None:
    watched.moves(unrest_s).rests(FULL_MG + step_mg, 60)
    assert watched.told == [step_mg]


def test_it_is_told_for_some_seconds_and_then_no_more(watched: Watched) -> None:
    watched.moves(0.6).rests(FULL_MG - 300, HOLD_S + 0.2)
    assert watched._weight.moved_mg(watched.now_s) == -300
    watched.rests(FULL_MG - 300, TOLD_S + 0.2)
    assert watched._weight.moved_mg(watched.now_s) is None


def test_each_of_two_is_told(watched: Watched) -> None:
    for left_mg in (FULL_MG - 300, FULL_MG - 800):
        watched.moves(0.6).rests(left_mg, 10)
    assert watched.told == [-300, -500]


def test_a_change_that_seeps_into_the_median_is_one_change(watched: Watched) -> None:
    """A cell as noisy as is let in: its window has no unrest for what is less than its noise."""
    for part in (30, 60, 90, 110, 120):
        watched.look(FULL_MG - part)
    watched.rests(FULL_MG - 120, 2).moves(0.6).rests(FULL_MG - 120, 10)
    assert watched.told == [-120]


@pytest.mark.parametrize("step_mg", [-STEP_MG, STEP_MG, RESOLUTION_MG, 0])
def test_a_small_one_is_nothing(watched: Watched, step_mg: int) -> None:
    assert watched.moves(2).rests(FULL_MG + step_mg, 60).told == []


def test_who_leans_on_it_and_lets_go_has_taken_nothing(watched: Watched) -> None:
    watched.rests(FULL_MG + 5_000, HOLD_S - 0.2).moves(1).rests(FULL_MG, 60)
    assert watched.told == []


def test_after_a_long_unrest_nothing_is_compared(watched: Watched) -> None:
    assert watched.moves(GAP_S + 1).rests(FULL_MG - 600, 60).told == []


@pytest.mark.parametrize("lost_s", [0.1, 10.0])
def test_a_scale_that_was_lost_begins_anew(watched: Watched, lost_s: float) -> None:
    watched.moves(0.3).is_lost(lost_s)
    assert watched.rests(FULL_MG - 600, 60).told == []


def test_nothing_is_told_while_the_scale_is_lost(watched: Watched) -> None:
    watched.moves(0.6).rests(FULL_MG - 300, HOLD_S + 0.5)
    assert watched._weight.moved_mg(watched.now_s) == -300
    watched.is_lost(0.1)
    assert watched._weight.moved_mg(watched.now_s) is None


@pytest.mark.parametrize("seen", [None, "later"])
def test_what_is_taken_through_a_lid_is_an_openings_matter(watched: Watched, seen: str | None) -> None:
    """Open, or not seen; and an edge between two looks at all lids, after which they have been shut since later."""
    watched.moves(0.3)
    watched.shut_since_s = None if seen is None else watched.now_s
    watched.rests(FULL_MG - 600, 1.0)
    watched.shut_since_s = watched.now_s
    assert watched.rests(FULL_MG - 600, 60).told == []


def test_the_first_second_after_a_lid_shut_is_not_believed() -> None:
    watched = Watched().rests(FULL_MG + 4_000, BEGINS_S - 0.1)
    assert watched.rests(FULL_MG, 60).told == []


# -- whatever comes --------------------------------------------------------------------------------------------------

noise = st.integers(-30, 30)
pauses = st.lists(st.tuples(st.floats(0, 30), st.floats(APART_S, 60)), min_size=1, max_size=8)


@given(st.floats(-0.3, 0.3), pauses, st.lists(noise, min_size=7, max_size=7))
def test_drift_and_knocks_are_never_told(
    mg_a_second: float, knocks: list[tuple[float, float]], by_chance: list[int]
) -> None:
    """Twice the fastest creep of a cell as its data sheet says, and noise five times a reading's."""
    watched = Watched()
    for unrest_s, rest_s in knocks:
        watched.moves(unrest_s)
        for number in range(round(rest_s / LOOK_S)):
            watched.look(FULL_MG + round(mg_a_second * watched.now_s) + by_chance[number % 7])
    assert watched.told == []


@given(pauses, st.integers(STEP_MG + 61, 50_000), st.booleans(), st.lists(noise, min_size=7, max_size=7))
def test_a_change_is_told_once_whatever_was_before(
    knocks: list[tuple[float, float]], step_mg: int, taken: bool, by_chance: list[int]
) -> None:
    watched = Watched().rests(FULL_MG, BEGINS_S)
    for unrest_s, rest_s in knocks:
        watched.moves(unrest_s).rests(FULL_MG, rest_s)
    step_mg = -step_mg if taken else step_mg
    watched.moves(0.6)
    for number in range(200):
        watched.look(FULL_MG + step_mg + by_chance[number % 7])
    assert len(watched.told) == 1
    assert abs(watched.told[0] - step_mg) <= 30


acts = st.one_of(
    st.tuples(st.just("rests"), st.integers(0, 2_000), st.floats(0.1, 20)),
    st.tuples(st.just("moves"), st.floats(0.1, 150)), st.tuples(st.sampled_from(["lost", "open"]), st.floats(0.1, 5)),
)  # fmt: skip


@given(st.lists(acts, max_size=12))
def test_what_is_told_lies_between_two_weights_that_were_at_rest_with_the_lids_shut(played: list[tuple]) -> None:
    """An oracle of its own: the weights at rest since the lids last shut, or the scale was last lost."""
    watched, at_rest = Watched(), list[int]()
    for act, *more in played:
        told = len(watched.told)
        if act == "open":
            watched.shut_since_s = None
            watched.moves(more[0])
            watched.shut_since_s = watched.now_s
            at_rest = []
        elif act == "lost":
            watched.is_lost(more[0])
            at_rest = []
        elif act == "moves":
            watched.moves(more[0])
        else:
            watched.rests(*more)
            at_rest.append(more[0])
        new = watched.told[told:]
        assert len(new) <= (act == "rests")
        assert all(any(at_rest[-1] - before == moved_mg for before in at_rest[:-1]) for moved_mg in new)
        assert all(abs(moved_mg) > STEP_MG for moved_mg in new)
