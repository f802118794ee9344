"""The hours on battery that docs/devices.md states (H21) follow from its own figures, and leave time to act."""

import re
from pathlib import Path

import pytest

from hub.domain.battery import LOW_PCT, STOP_PCT
from tests.power.budget import BOUGHT, LOADS, PAGE, SMALLER, hours, watts, written

WIRING = Path(__file__).parents[2] / "docs" / "wiring.md"


def test_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert written(text) == text, "python -m tests.power.budget"


def test_the_table_adds_up_for_a_reader_with_a_pencil() -> None:
    """From the page alone: the loads, through both converters, out of the cells that are bought."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    said = {row[0]: row[1:3] for row in rows if len(row) >= 3}
    for n in (0, 1):
        five = sum(float(said[name][n]) for name in LOADS)
        out_of = float(said["12 V → 5 V"][n].rstrip("%")) * float(said["cells → 12 V"][n].rstrip("%")) / 1e4
        assert five == pytest.approx(float(said["together"][n]), abs=0.06)
        assert five / out_of == pytest.approx(float(said["W by day"][n]), abs=0.06)
        energy = BOUGHT * 3.6 * float(said["a cell of 3400 mAh"][n].removesuffix(" Ah")) * (1 - STOP_PCT / 100)
        stated = float(said[f"{BOUGHT} cells, until it stops at {STOP_PCT} %"][n].removesuffix(" h"))
        assert energy / (five / out_of) == pytest.approx(stated, abs=0.06)


@pytest.mark.parametrize("worst", [False, True])
def test_more_cells_last_longer_and_a_dim_panel_does(worst: bool) -> None:
    assert hours(BOUGHT, worst) == pytest.approx(hours(SMALLER, worst) * BOUGHT / SMALLER)
    assert watts(worst, night=True) < watts(worst)


def test_between_alarm_and_stop_somebody_can_come() -> None:
    """With what is bought, at the worst; with half of it not."""
    assert hours(BOUGHT, worst=True, from_pct=LOW_PCT) > 0.4
    assert hours(SMALLER, worst=True, from_pct=LOW_PCT) < 0.25


def test_the_list_of_parts_has_the_cells_that_were_reckoned_with() -> None:
    assert BOUGHT == 4
    assert re.search(r"battery unit of four 18650 cells", WIRING.read_text(encoding="utf-8"))
