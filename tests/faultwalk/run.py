"""`make prove-faults`: every point of every step, process and signal, on the demo's real processes."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from drivers.world_protocol import What
from hub import protocol as p
from medhub.demo import add_arguments
from medhub.demo.beats import ON_TIME, Beat, missed_and_seen
from medhub.demo.person import Broken
from medhub.demo.stage import Stage
from medhub.demo.story import Demo
from medhub.oracle import Wanted, wanted
from tests.faultwalk.judge import Facts, became, problems
from tests.faultwalk.keeper import Keeper
from tests.faultwalk.steps import MISSED, Point, points
from tests.faultwalk.walk import Walk, fits

DAYS = 5  # of five intakes: what 28 compartments hold
FIRST = date(2026, 3, 12)
SLOTS = ("morning", "noon", "t1600", "evening", "night")
IGNORED = Beat("ignored", missed_and_seen, "missed", 0, 0, 0)  # type: ignore[arg-type]


class Lived(Struct):
    """What one point came to."""

    point: Point
    intake: str
    became: str
    pulses: int
    lids: int
    real_s: float
    problems: list[str]


def plan_of(todo: Sequence[Point]) -> Iterator[dict[str, Point]]:
    """Slots for points: at most `DAYS` days to a stage."""
    left = list(todo)
    while left:
        taken: dict[str, Point] = {}
        for n in range(DAYS):
            for slot in SLOTS:
                found = next((point for point in left if fits(point.step, slot)), None)
                if found is not None:
                    left.remove(found)
                    taken[f"{FIRST + timedelta(days=n)}/{slot}"] = found
        yield taken


def live(todo: dict[str, Point], out: Path, console: Console) -> Iterator[Lived]:
    """One stage, its days, a point an intake; the four accounts at the end."""
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        told = stack.enter_context((out / "told.log").open("w"))
        quiet = Console(file=told, width=120)
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        args = parser.parse_args(["--out", str(out), "--date", str(FIRST)])
        stage = Stage(args, quiet, stack, "tests.faultwalk.hub_process")
        days = sorted({date.fromisoformat(intake[:10]) for intake in todo})
        wants = [w for day in days for w in wanted(stage.plan_file, day)]
        bar = stack.enter_context(Progress(console=quiet, transient=True))
        demo = Demo(stage, quiet, bar, len(todo))
        stack.callback(demo.citizen.close)
        demo.fill(days, wants)
        keeper = stack.enter_context(Keeper(stage, stage.display, stage.pictures))
        lived: list[Lived] = []
        try:
            lived.extend(_days(demo, keeper, days, todo, wants, console))
        except Broken as error:  # one that never ended keeps the rest of the stage from being walked
            left = {intake: point for intake, point in todo.items() if intake not in {one.intake for one in lived}}
            lived += [Lived(point, intake, "", 0, 0, 0.0, [str(error)]) for intake, point in left.items()]
        _accounts(demo, lived, wants)
        yield from lived


def _days(
    demo: Demo, keeper: Keeper, days: list[date], todo: dict[str, Point], wants: list[Wanted], console: Console
) -> Iterator[Lived]:
    walk = Walk(demo, keeper)
    for day in days:
        for intake in demo.intakes_of(day):
            point = todo.get(intake.id)
            if point is None:
                continue
            began, broken = time.monotonic(), []
            try:
                walk.lives_through(intake, point)
            except Broken as error:
                broken = [str(error)]
            lived = _judged(demo, walk, intake, point, wants)
            lived.real_s, lived.problems = time.monotonic() - began, broken + lived.problems
            console.print(f"{'[red]✗[/]' if lived.problems else '✓'} {point}: {lived.became} {lived.problems or ''}")
            yield lived


def _judged(demo: Demo, walk: Walk, intake: p.IntakeView, point: Point, wants: list[Wanted]) -> Lived:
    demo.journal.read_on()
    facts = Facts(
        intake=intake.id,
        held=sum((w.quantity for w in wants if w.intake == intake.id and w.boxed), start=type(wants[0].quantity)()),
        ignored=point.step.needs == MISSED,
        touches=walk.touches.get(intake.id, 0),
        ledger=[entry for entry in demo.world.ledger() if entry.label == intake.id],
        bodies=[event.body for event in demo.journal.events if getattr(event.body, "intake", None) == intake.id],
    )
    return Lived(point, intake.id, became(facts), facts.count(What.PULSE), facts.count(What.LID_OPENED), 0.0,
                 list(problems(facts)))  # fmt: skip


def _accounts(demo: Demo, lived: list[Lived], wants: list[Wanted]) -> None:
    """The four columns, each disagreement put to the point it belongs to."""
    beats = {one.intake: IGNORED if one.point.step.needs == MISSED else ON_TIME for one in lived}
    mine = [w for w in wants if w.intake in beats]
    seqs = [event.seq for event in demo.journal.events]
    gaps = [] if seqs == list(range(1, len(seqs) + 1)) else ["the journal has a gap"]
    for sentence in demo.accounts(mine, beats).problems() + gaps:
        of = [one for one in lived if f"at {one.intake}:" in sentence or f"at {one.intake} " in sentence]
        for one in of or (() if any(w.intake in sentence for w in wants) else lived):
            one.problems.append(sentence)


def table(lived: Sequence[Lived]) -> Table:
    made = Table(title="The fault walk", title_justify="left")
    for column in ("step", "process", "signal", "became", "pulses", "lids", "s", "four accounts"):
        made.add_column(column)
    for one in lived:
        verdict = "; ".join(one.problems) or "agree"
        made.add_row(one.point.step.name, one.point.process, one.point.signal.name, one.became, str(one.pulses),
                     str(one.lids), f"{one.real_s:.0f}", verdict, style="red" if one.problems else "")  # fmt: skip
    return made


def run(todo: Sequence[Point], out: Path, console: Console) -> list[Lived]:
    """Live through them, stage after stage."""
    return [one for n, stage in enumerate(plan_of(todo)) for one in live(stage, out / str(n), console)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="points whose name holds this text, e.g. 'hub' or 'lid open'")
    parser.add_argument("--part", default="1/1", help="a share of them, e.g. 2/3, to run shares side by side")
    parser.add_argument("--out", type=Path, default=Path("out/faults"))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever ends us ends the stage too
    share, of = map(int, args.part.split("/"))
    todo = [point for point in points() if args.only in str(point)][share - 1 :: of]
    console = Console(width=200)
    lived = run(todo, args.out, console)
    console.print(table(lived))
    wrong = sum(bool(one.problems) for one in lived)
    console.print(f"{len(lived)} points, {wrong} with a broken promise, {sum(one.real_s for one in lived):.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
