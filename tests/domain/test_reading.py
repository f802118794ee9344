"""The scale's verdict on one opening: before and after, never absolute (R13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.reading import RESOLUTION_MG, Reading, Removed, removed, unmoved

WEIGHTS = st.integers(0, 200_000)
EXPECTED = st.integers(2 * RESOLUTION_MG + 1, 20_000)


@pytest.mark.parametrize(
    ("gone", "expected", "verdict"),
    [
        (0, 500, Removed.NOTHING), (50, 500, Removed.NOTHING), (-50, 500, Removed.NOTHING), (51, 500, Removed.LESS),
        (399, 500, Removed.LESS), (400, 500, Removed.UNSURE), (449, 500, Removed.UNSURE),
        (450, 500, Removed.AS_EXPECTED), (550, 500, Removed.AS_EXPECTED),
        (551, 500, Removed.UNSURE), (-51, 500, Removed.UNSURE), (0, 100, Removed.UNSURE),
        (60, 101, Removed.AS_EXPECTED),
        (0, None, Removed.UNSURE), (500, None, Removed.UNSURE), (0, 0, Removed.UNSURE), (0, -5, Removed.UNSURE),
    ],
)  # fmt: skip
def test_verdicts(gone, expected, verdict):
    assert removed(20_000, 20_000 - gone, expected, 1) is verdict


@given(before=WEIGHTS, expected=EXPECTED, noise=st.integers(-RESOLUTION_MG, RESOLUTION_MG))
def test_noise_within_the_resolution_changes_no_verdict(before, expected, noise):
    assert removed(before, before + noise, expected, 1) is Removed.NOTHING
    assert removed(before, before - expected + noise, expected, 1) is Removed.AS_EXPECTED


@given(before=WEIGHTS, after=WEIGHTS, expected=st.integers(0, 2 * RESOLUTION_MG) | st.none())
def test_what_is_too_light_or_unknown_proves_nothing(before, after, expected):
    assert removed(before, after, expected, 1) is Removed.UNSURE
    assert not unmoved(before, expected, 1, Reading(after, True, 0, 0.0))


@given(before=WEIGHTS, after=WEIGHTS, expected=EXPECTED)
def test_never_all_where_something_more_than_the_resolution_is_left(before, after, expected):
    if before - after < expected - RESOLUTION_MG:
        assert removed(before, after, expected, 1) is not Removed.AS_EXPECTED


def test_unmoved_needs_a_stable_reading():
    assert unmoved(20_000, 500, 1, Reading(20_010, True, 0, 0.0))
    assert not unmoved(20_000, 500, 1, Reading(20_010, False, 900, 0.0))
    assert not unmoved(20_000, 500, 1, None)
    assert not unmoved(20_000, 500, 1, Reading(19_500, True, 0, 0.0))


@given(before=WEIGHTS, piece=st.integers(1, 2 * RESOLUTION_MG), pieces=st.integers(1, 10), left=st.integers(0, 10))
def test_of_light_pieces_nobody_says_how_many_were_taken(before, piece, pieces, left):
    """Four tablets of 50 mg weigh enough to be seen, and one of them left behind does not."""
    after = before - piece * pieces + piece * min(left, pieces)
    assert removed(before, after, piece * pieces, pieces) is Removed.UNSURE
    assert not unmoved(before, piece * pieces, pieces, Reading(after, True, 0, 0.0))


@given(
    before=WEIGHTS, piece=st.integers(2 * RESOLUTION_MG + 1, 900), pieces=st.integers(1, 10), left=st.integers(1, 10)
)
def test_a_piece_that_is_heavy_enough_is_never_missed(before, piece, pieces, left):
    after = before - piece * pieces + piece * min(left, pieces)
    assert removed(before, after, piece * pieces, pieces) in (Removed.LESS, Removed.NOTHING)
