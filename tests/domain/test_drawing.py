"""docs/life.md is the table the hub obeys, and shows all of it."""

import re

from hub.domain.intake import Life
from hub.domain.life import TABLE, Back
from medhub.draw import PAGE, page


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m medhub.draw"


def test_every_row_of_the_table_is_on_the_page():
    rows = re.findall(r"^\| (.*?) \| (.*?) \| (.*?) \|$", page(), re.M)[2:]
    state, found = "", set()
    for first, event, target in rows:
        state = first.strip("*") or state
        found.add((state, event, target))
    expected = {
        (state.replace("_", " "), body.__name__, "before" if isinstance(to, Back) else to.replace("_", " "))
        for state, row in TABLE.items()
        for body, to in row.items()
    }
    assert found - expected == {(s, "nothing", s) for s in ("given by staff", "taken elsewhere")}
    assert expected <= found


def test_the_drawing_has_every_state_and_an_end():
    drawing = page().split("```")[1]
    assert all(re.search(rf"\b{state}\b", drawing) for state in Life)
    assert drawing.count("--> [*]") == 2
