"""A slice of the fault walk on real processes, and what its judge must notice. `make prove-faults` walks all of it."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from signal import SIGKILL, SIGSTOP

import pytest
from msgspec.structs import replace
from rich.console import Console

from drivers.world_protocol import Entry, What
from hub.domain import events as e
from tests.faultwalk.days import Lived, Walked, take_stage
from tests.faultwalk.judge import Facts, problems
from tests.faultwalk.page import BEGIN, END, PAGE, Figure, written
from tests.faultwalk.run import Runs, run
from tests.faultwalk.steps import STEPS, Point, points

NOON = "2026-03-12/noon"
SLICE = (
    ("intent committed", "hub", SIGKILL),
    ("during the pulse", "world", SIGKILL),
    ("receipt moved", "sync", SIGSTOP),
)


def test_a_slice_of_it(tmp_path: Path) -> None:
    steps = {step.name: step for step in STEPS}
    todo = [Point(steps[name], process, signal) for name, process, signal in SLICE]
    with ThreadPoolExecutor(1) as pool:
        lived = run(todo, tmp_path, Console(width=120), pool).lived
    assert len(lived) == len(SLICE)
    assert not [(str(one.point), one.problems) for one in lived if one.problems]
    assert "opening abandoned" in next(one.became for one in lived if one.point.process == "hub")


def test_every_process_and_signal_at_every_step() -> None:
    assert len(STEPS) >= 20
    assert len({step.at for step in STEPS}) == len(STEPS)
    for step in STEPS:
        mine = {(point.process, point.signal) for point in points() if point.step is step}
        every = {"hub", "ui", "sync", "world", *(["gateway"] if step.network else [])}
        assert mine == {(process, signal) for process in every for signal in (SIGKILL, SIGSTOP)}


# -- the order of the walk, and its page ---------------------------------------------------------------------------


def test_every_point_has_an_intake_of_a_stage_that_fits_it() -> None:
    left, seen = points(), []
    while left:
        stage = take_stage(left, 25)
        assert 0 < len(stage) <= 25
        assert all("noon" not in intake for intake, point in stage.items() if point.step.needs == "asking")
        seen += stage.values()
    assert sorted(map(str, seen)) == sorted(map(str, points()))


def walked(live: Callable[[Point], Lived], tmp_path: Path, told: io.StringIO) -> Runs:
    """Six points by a stage that stops where one waits in vain."""

    def stage(todo: dict[str, Point], _: Path) -> Walked:
        lived, left = [], list(todo.values())
        while left:
            lived.append(live(left.pop(0)))
            if lived[-1].waited:
                break
        return Walked(lived, left)

    runs = Runs(points()[:6], tmp_path, Console(file=told, width=200), stage)
    with ThreadPoolExecutor(1) as pool:
        runs.through(pool, 2)
    return runs


@pytest.mark.parametrize("times", [1, 2])
def test_a_point_that_waited_in_vain_is_walked_once_more_and_it_is_said(tmp_path: Path, times: int) -> None:
    slow, told, tries = points()[2], io.StringIO(), [0]

    def live(point: Point) -> Lived:
        tries[0] += point == slow
        return Lived(point, waited="waited 120 s in vain" if point == slow and tries[0] <= times else "")

    runs = walked(live, tmp_path, told)
    figure = Figure(runs.lived, list(runs.again.values()), 2, 75.0)
    assert sorted(str(one.point) for one in runs.lived) == sorted(map(str, points()[:6]))
    assert (tries[0], figure.wrong) == (2, times - 1)
    assert f"{slow}: waited 120 s in vain; walked once more" in told.getvalue()
    assert f"in vain: {slow} (waited 120 s in vain)" in figure.sentence()


def test_a_broken_promise_is_not_walked_again(tmp_path: Path) -> None:
    wrong = points()[2]

    def live(point: Point) -> Lived:
        return Lived(point, waited="too long", problems=["HANDED OUT TWICE"]) if point == wrong else Lived(point)

    runs = walked(live, tmp_path, io.StringIO())
    assert [one.problems for one in runs.lived if one.point == wrong] == [["HANDED OUT TWICE", "too long"]]
    assert not runs.again


def test_the_page_gets_the_figure_and_a_row_for_each_step() -> None:
    became = "opening abandoned, uncertain (restart, or so), taken (by Sanne Holm)"
    lived = [Lived(point, became=became, problems=["x"] * (point.process == "sync")) for point in points()]
    page = written(f"Before\n\n{BEGIN}\nold\n{END}\n\nAfter\n", Figure(lived, [], 3, 61.0))
    assert page.startswith("Before\n")
    assert page.endswith("\nAfter\n")
    assert "old" not in page
    rows = {row.split("|")[1].strip(): row for row in page.splitlines() if row.startswith("| ")}
    assert all(rows[step.name].count("| abandoned → uncertain → nurse: taken") >= 6 for step in STEPS)
    assert all(rows[step.name].count("**broken**") == 2 for step in STEPS)
    assert "1 min 1 s, 3 stages side by side" in page
    assert PAGE.read_text(encoding="utf-8").count(BEGIN) == PAGE.read_text(encoding="utf-8").count(END) == 1


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


def test_what_was_not_lived_to_its_end_need_not_be_handed_out() -> None:
    assert list(problems(replace(RIGHT, ended=False, ledger=RIGHT.ledger[:2]))) == []


@pytest.mark.parametrize(
    ("wrong", "noticed"),
    [
        (replace(RIGHT, ledger=[*RIGHT.ledger, *ledger(What.PULSE, What.LID_OPENED)]), "HANDED OUT TWICE"),
        (replace(RIGHT, ledger=[*ledger(What.PULSE), *RIGHT.ledger]), "2 pulses in the world, 1 intents"),
        (replace(RIGHT, ledger=ledger(What.PULSE, What.LID_OPENED)), "0 left the compartment of the 2"),
        (replace(RIGHT, ended=False, ledger=[*RIGHT.ledger, *ledger(What.PULSE)]), "HANDED OUT TWICE"),
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
