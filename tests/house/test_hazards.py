"""docs/hazards.md is a promise: every hazard has its row, and what proves a control exists under the name given."""

import ast
import re
from functools import cache
from typing import NamedTuple

import pytest

from tests.house.tree import ROOT, files, parsed

HAZARDS = [f"H{n}" for n in range(1, 42)]
RULES = {f"R{n}" for n in range(1, 17)}
STATES = ("here", "part", "later")  # controlled here; partly, the rest later; wholly later


class Hazard(NamedTuple):
    id: str
    hazard: str
    control: str
    state: str
    tests: list[str]
    left: str


@cache
def table() -> list[Hazard]:
    rows = []
    for line in (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8").split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"H\d+", cells[0]):
            ident, hazard, control, state, tests, left = cells
            rows.append(Hazard(ident, hazard, control, state, re.findall(r"`([^`]+::[^`]+)`", tests), left))
    return rows


@cache
def proofs() -> frozenset[str]:
    """domain/test_x.py::test_y of every test there is."""
    found = set()
    for path in files("tests/**/test_*.py"):
        name = "/".join(path.parts[1:])
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found.add(f"{name}::{node.name}")
            if isinstance(node, ast.Assign):  # TestX = Machine.TestCase, as Hypothesis has it
                found |= {f"{name}::{t.id}" for t in node.targets if isinstance(t, ast.Name)}
    return frozenset(found)


def test_every_hazard_has_one_row() -> None:
    assert [row.id for row in table()] == HAZARDS


@pytest.mark.parametrize("row", table(), ids=lambda row: row.id)
def test_a_row_is_whole(row: Hazard) -> None:
    assert row.hazard
    assert row.left, "what risk is left, or 'none known'"
    assert row.state.split(":")[0] in STATES
    assert {r for r in re.findall(r"\bR\d+\b", row.control)} <= RULES
    if row.state != "here":
        assert re.fullmatch(r"(part|later): .{4,}", row.state), "what comes later names its matter"
    assert bool(row.tests) is (not row.state.startswith("later")), "controlled here has a test; later has none"


@pytest.mark.parametrize("row", table(), ids=lambda row: row.id)
def test_each_test_named_exists(row: Hazard) -> None:
    assert not set(row.tests) - proofs()
