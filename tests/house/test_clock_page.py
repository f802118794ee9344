"""docs/clock.md is the rules the hub obeys, all of them, and what the screen really says."""

import re

import pytest
from msgspec.structs import replace

from hub.clock_model import RULES, Facts, MarkIs, May, Rule, State, may, state_of
from medhub.draw_clock import CASES, PAGE, page
from tests.ui.scenes import SNAPSHOTS
from ui.panel import PANELS
from ui.present import present
from ui.view import Nav

TEXT = page()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.split("\n") if line.startswith("|")]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == TEXT, "run: python -m medhub.draw"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.state)
def test_each_state_is_told_with_its_alarm_and_its_way_out(rule: Rule) -> None:
    (row,) = (row for row in ROWS if row[0] == f"`{rule.state}`" and len(row) == 5)
    opens = may(rule.state, May.UNLOCK)
    assert row[1] == rule.when
    assert row[3] == ("none" if opens else "`clock`")
    assert row[4] == rule.way_out


def test_the_states_are_in_the_order_they_are_asked_in() -> None:
    assert [row[0].strip("`") for row in ROWS if len(row) == 5 and row[0].startswith("`")] == [r.state for r in RULES]


@pytest.mark.parametrize("act", May)
def test_what_is_allowed_is_as_the_model_has_it(act: May) -> None:
    (head,) = (row for row in ROWS if row[0] == "" and len(row) == len(State) + 1)
    (row,) = (row for row in ROWS if row[0] == act)
    assert {state.strip("`"): mark == "✓" for state, mark in zip(head[1:], row[1:], strict=True)} == {
        state: may(state, act) for state in State
    }


@pytest.mark.parametrize("fact", Facts.__struct_fields__)
def test_each_fact_says_where_it_is_from(fact: str) -> None:
    assert any(row[0] == f"`{fact}`" and row[1] for row in ROWS)


def test_the_cases_reach_every_state_and_every_place_of_the_mark_that_matters() -> None:
    assert {state_of(case.facts) for case in CASES} == set(State)
    assert {case.facts.mark for case in CASES} == set(MarkIs) - {MarkIs.NEW}
    assert len({case.what for case in CASES}) == len(CASES)


@pytest.mark.parametrize("language", ["da", "en"])
def test_it_quotes_the_screen(language: str) -> None:
    view = present(replace(SNAPSHOTS["clock"], language=language), Nav(), PANELS["10.1"])
    assert view.heading in TEXT
    assert view.lines[0].replace("\xa0", " ") in TEXT


def test_the_drawing_leads_to_every_state() -> None:
    drawing = TEXT.split("```mermaid")[1].split("```")[0]
    assert set(re.findall(r"-- (?:yes|no) --> ([a-z_]+)$", drawing, re.M)) == set(State)
