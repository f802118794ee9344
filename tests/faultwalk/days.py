"""One stage of the walk: real processes, up to five days, a point an intake, and the four accounts at the end."""

import argparse
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from drivers.world_protocol import What
from hub import protocol as p
from medhub.demo import add_arguments
from medhub.demo.beats import ON_TIME, Beat, missed_and_seen
from medhub.demo.stage import Stage
from medhub.demo.story import Demo
from medhub.oracle import Wanted, wanted
from tests.faultwalk.judge import Facts, became, problems
from tests.faultwalk.keeper import Keeper
from tests.faultwalk.steps import MISSED, Point
from tests.faultwalk.walk import NOT_THERE, OutOfPatience, Walk, fits

DAYS = 5  # of five intakes: what 28 compartments hold
FIRST = date(2026, 3, 12)
SLOTS = ("morning", "noon", "t1600", "evening", "night")
IGNORED = Beat("ignored", missed_and_seen, "missed", 0, 0, 0)


class Lived(Struct):
    """What one point came to. `waited`: what it waited for in vain; such a point was not lived to its end."""

    point: Point
    intake: str = ""
    became: str = ""
    pulses: int = 0
    lids: int = 0
    real_s: float = 0.0
    problems: list[str] = []
    waited: str = ""


class Walked(Struct):
    """`left`: the points that the stage did not come to, because one before them was not lived to its end."""

    lived: list[Lived]
    left: list[Point]


def take_stage(left: list[Point], most: int) -> dict[str, Point]:
    """Takes at most `most` points out of `left` for one stage, and gives each its intake."""
    taken: dict[str, Point] = {}
    for n in range(DAYS):
        for slot in SLOTS:
            found = next((point for point in left if fits(point.step, slot)), None)
            if found is not None and len(taken) < most:
                left.remove(found)
                taken[f"{FIRST + timedelta(days=n)}/{slot}"] = found
    return taken


def live(todo: dict[str, Point], out: Path) -> Walked:
    """Sets a stage and lives through `todo`; never raises for a machine that is too slow."""
    out.mkdir(parents=True, exist_ok=True)
    lived: list[Lived] = []
    try:
        with ExitStack() as stack:
            _OneStage(todo, out, stack, lived).live()
    except NOT_THERE as error:
        lived = lived or [Lived(next(iter(todo.values())))]
        for one in lived:  # no account of them could be had
            one.waited = one.waited or str(error)
    done = {one.point for one in lived}
    return Walked(lived, [point for point in todo.values() if point not in done])


class _OneStage:
    def __init__(self, todo: dict[str, Point], out: Path, stack: ExitStack, lived: list[Lived]) -> None:
        self._todo, self._lived = todo, lived
        quiet = Console(file=stack.enter_context((out / "told.log").open("w")), width=120)
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        args = parser.parse_args(["--out", str(out), "--date", str(FIRST)])
        stage = Stage(args, quiet, stack, "tests.faultwalk.hub_process")
        self._days = sorted({date.fromisoformat(intake[:10]) for intake in todo})
        self._wants = [w for day in self._days for w in wanted(stage.plan_file, day)]
        bar = stack.enter_context(Progress(console=quiet, transient=True))
        self._demo = Demo(stage, quiet, bar, len(todo))
        stack.callback(self._demo.citizen.close)
        self._demo.fill(self._days, self._wants)
        keeper = stack.enter_context(Keeper(stage, stage.display, stage.pictures))
        self._walk = Walk(self._demo, keeper)

    def live(self) -> None:
        """Day by day, until the end or until a point is not lived to its end; then the accounts of those that were."""
        for day in self._days:
            for intake in self._walk.asks("a new day", lambda day=day: self._demo.intakes_of(day)):
                point = self._todo.get(intake.id)
                if point is None:
                    continue
                self._lived.append(self._one(intake, point))
                if self._lived[-1].waited:
                    return self._account_for()
        self._account_for()

    def _one(self, intake: p.IntakeView, point: Point) -> Lived:
        began, waited, broken = time.monotonic(), "", []
        try:
            broken = self._walk.lives_through(intake, point)
        except OutOfPatience as error:
            waited = str(error)
        facts = self._walk.asks("the facts", lambda: self._facts(intake, point, ended=not waited))
        return Lived(
            point, intake.id, became(facts), facts.count(What.PULSE), facts.count(What.LID_OPENED),
            time.monotonic() - began, [*broken, *problems(facts)], waited,
        )  # fmt: skip

    def _facts(self, intake: p.IntakeView, point: Point, ended: bool) -> Facts:
        journal, held = self._demo.journal, [w.quantity for w in self._wants if w.intake == intake.id and w.boxed]
        journal.read_on()
        return Facts(
            intake=intake.id,
            held=sum(held, start=type(self._wants[0].quantity)()),
            ignored=point.step.needs == MISSED,
            touches=self._walk.touches.get(intake.id, 0),
            ledger=[entry for entry in self._demo.world.ledger() if entry.label == intake.id],
            bodies=[event.body for event in journal.events if getattr(event.body, "intake", None) == intake.id],
            ended=ended,
        )

    def _account_for(self) -> None:
        """The four columns, each disagreement put to the point it belongs to."""
        ended = [one for one in self._lived if not one.waited]
        beats = {one.intake: IGNORED if one.point.step.needs == MISSED else ON_TIME for one in ended}
        mine = [w for w in self._wants if w.intake in beats]
        for sentence in self._walk.asks("the accounts", lambda: self._disagreements(mine, beats)):
            of = [one for one in ended if f"at {one.intake}:" in sentence or f"at {one.intake} " in sentence]
            for one in of or (() if any(w.intake in sentence for w in self._wants) else ended):
                one.problems.append(sentence)

    def _disagreements(self, mine: list[Wanted], beats: dict[str, Beat]) -> list[str]:
        found = self._demo.accounts(mine, beats).problems() if mine else []
        seqs = [event.seq for event in self._demo.journal.events]
        return found + ([] if seqs == list(range(1, len(seqs) + 1)) else ["the journal has a gap"])
