"""The lock's circuit, simulated (R12, H13, H14): a slice of `make prove-circuit`. The drawing is what was simulated."""

from collections import Counter
from pathlib import Path

import pytest

from tests.proof_circuit import cases
from tests.proof_circuit.cases import Case, Without
from tests.proof_circuit.netlist import text
from tests.proof_circuit.parts import Parts
from tests.proof_circuit.spice import run, there

DOCS = Path(__file__).parents[2] / "docs"
HELD = (
    "a good pulse of 0.2 s",
    "a line stuck high for 5 s",
    "an open line beside a lock that is pulsed",
    "a line that only a Pi's pull-up holds, 33 kΩ",
    "5 V come in 1 s, the line high",
    "5 V flutter ten times in a second, the line stuck",
    "a lock's transistor failed short",
    "the rail's failed short, the logic unplugged, 12 V come at once",
    "the rail goes off with the pulse",
    "the coil is let go, 1.2 A",
)
simulated = pytest.mark.skipif(not there(), reason="ngspice is not installed")


def holds(case: Case) -> None:
    verdict = case.judge(case.parts, run(text(case.parts, case.scene)))
    assert verdict.good, verdict.figure


@simulated
@pytest.mark.parametrize("name", HELD)
def test_a_lock_is_energised_as_long_as_it_may_be_and_no_longer(name: str) -> None:
    holds(cases.BY_NAME[name])


@simulated
@pytest.mark.parametrize("one", cases.WITHOUT, ids=lambda one: f"{one.what}: {one.case}")
def test_a_control_taken_out_is_seen(one: Without) -> None:
    case = cases.without(one)
    assert not case.judge(case.parts, run(text(case.parts, case.scene))).good


@simulated
def test_one_pulse_at_either_end_of_every_tolerance() -> None:
    corners = list(cases.corners())
    for case in (corners[0], corners[14], *corners[-2:]):
        holds(case)


def test_the_drawing_and_the_page_have_the_resistors_that_were_simulated() -> None:
    parts = Parts()
    ohms = (parts.line_down, parts.timing_r, parts.gate_r, parts.gate_down, parts.pilot_down, parts.rail_up)
    drawn = (DOCS / "pictures" / "wiring-lock.svg").read_text(encoding="utf-8")
    page = (DOCS / "wiring.md").read_text(encoding="utf-8")
    for written, times in Counter(f"{o / 1000:g} kΩ" if o >= 1000 else f"{o:g} Ω" for o in ohms).items():
        assert drawn.count(f">{written}<") == times
        assert written in page
