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
        (449, 500, Removed.LESS), (450, 500, Removed.AS_EXPECTED), (550, 500, Removed.AS_EXPECTED),
        (551, 500, Removed.UNSURE), (-51, 500, Removed.UNSURE), (0, 100, Removed.UNSURE),
        (60, 101, Removed.AS_EXPECTED),
        (0, None, Removed.UNSURE), (500, None, Removed.UNSURE), (0, 0, Removed.UNSURE), (0, -5, Removed.UNSURE),
    ],
)  # fmt: skip
def test_verdicts(gone, expected, verdict):
    assert removed(20_000, 20_000 - gone, expected) is verdict


@given(before=WEIGHTS, expected=EXPECTED, noise=st.integers(-RESOLUTION_MG, RESOLUTION_MG))
def test_noise_within_the_resolution_changes_no_verdict(before, expected, noise):
    assert removed(before, before + noise, expected) is Removed.NOTHING
    assert removed(before, before - expected + noise, expected) is Removed.AS_EXPECTED


@given(before=WEIGHTS, after=WEIGHTS, expected=st.integers(0, 2 * RESOLUTION_MG) | st.none())
def test_what_is_too_light_or_unknown_proves_nothing(before, after, expected):
    assert removed(before, after, expected) is Removed.UNSURE
    assert not unmoved(before, expected, Reading(after, True, 0, 0.0))


@given(before=WEIGHTS, after=WEIGHTS, expected=EXPECTED)
def test_never_all_where_something_more_than_the_resolution_is_left(before, after, expected):
    if before - after < expected - RESOLUTION_MG:
        assert removed(before, after, expected) is not Removed.AS_EXPECTED


def test_unmoved_needs_a_stable_reading():
    assert unmoved(20_000, 500, Reading(20_010, True, 0, 0.0))
    assert not unmoved(20_000, 500, Reading(20_010, False, 900, 0.0))
    assert not unmoved(20_000, 500, None)
    assert not unmoved(20_000, 500, Reading(19_500, True, 0, 0.0))
