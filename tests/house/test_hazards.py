"""docs/hazards.md is a promise: every hazard has its row, and what proves a control exists under the name given."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.tree import ROOT, files, parsed
from tests.mutants.every import MUTANTS

HAZARDS = [f"H{n}" for n in range(1, 42)]
RULES = {f"R{n}" for n in range(1, 17)}
# What lives in the core, the journal, the loop or the clock is proven in full: a rule, tests that run, a mutant.
CORE = {f"H{n}" for n in (*range(1, 21), *range(24, 29), *range(33, 37), 40, 41)}
STATES = ("here", "part", "later")  # controlled here; partly, the rest later; wholly later


class Hazard(NamedTuple):
    id: str
    hazard: str
    control: str
    state: str
    tests: list[str]
    mutants: list[str]
    left: str


@cache
def table() -> list[Hazard]:
    rows = []
    for line in (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8").split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"H\d+", cells[0]):
            ident, hazard, control, state, tests, mutants, left = cells
            named = re.findall(r"`([^`]+::[^`]+)`", tests)
            rows.append(Hazard(ident, hazard, control, state, named, re.findall("“([^”]+)”", mutants), left))
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


def test_each_test_named_is_run_with_all_the_others(request: pytest.FixtureRequest) -> None:
    """A name may exist and never be collected. Of files this run was not asked for, the two tests above speak."""
    run = {
        "::".join(item.nodeid.removeprefix("tests/").split("[")[0].split("::")[:2]) for item in request.session.items
    }
    files_run = {name.split("::")[0] for name in run}
    whole = not request.config.option.keyword and not any("::" in arg for arg in request.config.args)
    named = {test for row in table() for test in row.tests if whole and test.split("::")[0] in files_run}
    assert not named - run
    assert not {test for row in table() for test in row.tests if always_skipped(test)}


def always_skipped(test: str) -> bool:
    name, _, function = test.partition("::")
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == function
        and any(ast.unparse(d).startswith(("pytest.mark.skip(", "pytest.mark.xfail")) for d in node.decorator_list)
        for node in ast.walk(parsed(Path("tests") / name))
    )


@pytest.mark.parametrize("row", table(), ids=lambda row: row.id)
def test_each_mutant_named_exists_and_is_of_its_rule(row: Hazard) -> None:
    by_sentence = {m.what: m.rule for m in MUTANTS}
    rules = set(re.findall(r"\bR\d+\b", row.control)) | {row.id}
    assert not {m: by_sentence.get(m) for m in row.mutants if by_sentence.get(m) not in rules}


@pytest.mark.parametrize("row", [r for r in table() if r.id in CORE], ids=lambda row: row.id)
def test_what_lives_in_the_core_has_a_rule_tests_and_a_mutant(row: Hazard) -> None:
    assert re.search(r"\bR\d+\b", row.control)
    assert row.tests
    assert row.mutants
