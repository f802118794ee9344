"""A slice of the curve, and that the page holds all of it."""

import pytest

from drivers.load_cell import NOISE_MG
from hub.domain.reading import RESOLUTION_MG, Removed
from tests.scale.garbled import garbled
from tests.scale.prove import BEGIN, END, PAGE, TABLETS_MG, TIMES, Act, Kind, rates

TRIALS = 8
BY_THE_SHEET = {"lifted": False, "times": 1}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("tablet_mg", [300, 900])
def test_on_a_cell_as_its_data_sheet_says_whole_tablets_are_told_right(tablet_mg: int, act: Act) -> None:
    found = rates(Kind(**BY_THE_SHEET, tablet_mg=tablet_mg, act=act), "slice", TRIALS)
    assert (found.right, found.wrong, found.asked) == (1.0, {}, 0.0)


def test_what_weighs_less_than_the_resolution_is_not_seen_to_be_left_and_so_is_asked_about() -> None:
    light = rates(Kind(**BY_THE_SHEET, tablet_mg=50, act=Act.HALF_LEFT), "slice", TRIALS)
    assert (light.asked, light.wrong) == (1.0, {})
    half = rates(Kind(**BY_THE_SHEET, tablet_mg=110, act=Act.HALF_LEFT), "slice", TRIALS)
    assert half.wrong, "of tablets that are judged, a half may still be missed"
    assert RESOLUTION_MG >= 2 * NOISE_MG


def test_a_cell_three_times_worse_takes_what_was_taken_for_less() -> None:
    by_times = [rates(Kind(False, times, 600, Act.ALL), "slice", TRIALS) for times in TIMES]
    assert by_times[0].right > by_times[1].right > by_times[2].right
    assert set(by_times[2].wrong) == {Removed.LESS}  # never silently: what is left over is offered, and told


def test_the_same_seed_gives_the_same_figures() -> None:
    kind = Kind(True, 2, 100, Act.ONE_LEFT)
    assert rates(kind, "a", TRIALS) == rates(kind, "a", TRIALS) != rates(kind, "b", TRIALS)


def test_a_garbled_line_costs_itself_alone_and_is_seldom_another_weight() -> None:
    found = garbled("slice", 3000)
    assert found.as_another < 0.1 * found.lines
    assert found.unnoticed < 0.003 * found.lines


def test_the_page_has_the_whole_curve() -> None:
    made = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in made.split("\n") if line.startswith("| ") and " mg |" in line]
    assert len(rows) == 2 * len(TIMES) * len(TABLETS_MG)
    assert all(row.count("|") == len(Act) + 2 for row in rows)
