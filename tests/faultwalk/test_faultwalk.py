"""A slice of the fault walk on real processes, and what its judge must notice. `make prove-faults` walks all of it."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from signal import SIGKILL, SIGSTOP

import pytest
from msgspec.structs import replace
from rich.console import Console

from drivers.world_protocol import Entry, What
from hub.domain import events as e
from tests.faultwalk.judge import Facts, problems
from tests.faultwalk.run import run
from tests.faultwalk.steps import STEPS, Point, points

NOON = "2026-03-12/noon"
SLICE = (
    ("intent committed", "hub", SIGKILL),
    ("during the pulse", "world", SIGSTOP),
    ("receipt moved", "sync", SIGKILL),
)


def test_a_slice_of_it(tmp_path: Path) -> None:
    steps = {step.name: step for step in STEPS}
    todo = [Point(steps[name], process, signal) for name, process, signal in SLICE]
    lived = run(todo, tmp_path, Console(width=120))
    assert len(lived) == len(SLICE)
    assert not [(str(one.point), one.problems) for one in lived if one.problems]
    assert "opening abandoned" in next(one.became for one in lived if one.point.process == "hub")


def test_every_process_and_signal_at_every_step() -> None:
    assert len(STEPS) >= 20
    assert len({step.at for step in STEPS}) == len(STEPS)
    for step in STEPS:
        mine = {(point.process, point.signal) for point in points() if point.step is step}
        assert mine >= {(process, signal) for process in ("hub", "ui", "sync") for signal in (SIGKILL, SIGSTOP)}
        assert ("world", SIGSTOP) in mine


# -- the judge ------------------------------------------------------------------------------------------------------


def ledger(*whats: What) -> Sequence[Entry]:
    counts = {What.TAKEN: {"1": Decimal(2)}}
    return [Entry(n, 0.0, what, 1, NOON, counts.get(what, {})) for n, what in enumerate(whats, start=1)]


def asked(number: int) -> e.PulseRequested:
    return e.PulseRequested(intake=NOON, opening="o", compartment=1, number=number)


RIGHT = Facts(
    intake=NOON, held=Decimal(2), ignored=False, touches=1,
    ledger=ledger(What.PULSE, What.LID_OPENED, What.TAKEN, What.LID_SHUT),
    bodies=[
        e.OpeningRequested(intake=NOON, opening="o", compartment=1, weight_before_mg=0, expected_mg=1000), asked(1),
        e.IntakeTaken(intake=NOON, evidence=e.Evidence.REMOVED),
    ],
)  # fmt: skip


def test_the_judge_is_content_with_an_opening() -> None:
    assert list(problems(RIGHT)) == []


@pytest.mark.parametrize(
    ("wrong", "noticed"),
    [
        (replace(RIGHT, ledger=[*RIGHT.ledger, *ledger(What.PULSE, What.LID_OPENED)]), "HANDED OUT TWICE"),
        (replace(RIGHT, ledger=[*ledger(What.PULSE), *RIGHT.ledger]), "2 pulses in the world, 1 intents"),
        (replace(RIGHT, ledger=ledger(What.PULSE, What.LID_OPENED)), "0 left the compartment of the 2"),
        (replace(RIGHT, ledger=RIGHT.ledger[1:]), "1 lids opened by 0 pulses"),
        (replace(RIGHT, bodies=[*RIGHT.bodies, asked(1)]), "pulses of one opening: [1, 1]"),
        (replace(RIGHT, bodies=[*RIGHT.bodies, *map(asked, (2, 3, 4))]), "pulses of one opening: [1, 2, 3, 4]"),
        (replace(RIGHT, touches=0), "1 openings for 0 touches"),
        (replace(RIGHT, ignored=True), "ignored, and yet something moved"),
        (replace(RIGHT, bodies=[*RIGHT.bodies, e.IntakeUncertain(intake=NOON, reason="r")]), "no alarm"),
    ],
)  # fmt: skip
def test_the_judge_notices(wrong: Facts, noticed: str) -> None:
    assert any(noticed in sentence for sentence in problems(wrong))
