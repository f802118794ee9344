"""A slice of the days under shut lids, and that the page holds all of it."""

import pytest

from tests.scale.prove_still import BEGIN, END, PAGE, TABLETS_MG, TIMES
from tests.scale.still import DAY_S, KNOCKS_A_DAY, false_steps, is_seen

HOUR = 3600 / DAY_S


def test_on_a_cell_as_its_data_sheet_says_an_hour_of_knocks_is_nothing() -> None:
    assert false_steps("slice", 1, HOUR, 10 * KNOCKS_A_DAY) == []


@pytest.mark.parametrize("tablet_mg", [200, 250, 500])
def test_a_tablet_that_is_taken_out_is_seen(tablet_mg: int) -> None:
    assert all(is_seen(f"slice {number}", 1, tablet_mg) for number in range(4))


def test_a_light_one_is_not_and_the_page_says_so() -> None:
    assert not any(is_seen(f"slice {number}", 1, 50) for number in range(4))
    made = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in made.split("\n") if line.startswith("| ") and " days |" in line]
    assert len(rows) == len(TIMES)
    assert all(row.count("|") == len(TABLETS_MG) + 3 for row in rows)
