"""`make prove-faults`: every point of every step, process and signal, on the demo's real processes.

Stages stand side by side: most of a fault's time is waiting. A point that waited for something in vain is walked once
more, on a stage of its own or with others, and the page says so; one that broke a promise is not.
"""

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from pathlib import Path

from rich.console import Console

from tests.faultwalk.days import Lived, Walked, live, take_stage
from tests.faultwalk.page import PAGE, Figure, table, written
from tests.faultwalk.steps import Point, points

BESIDE = 3  # stages at a time: a quarter to a half of a core each
STAGE = 25  # points
LEAST = 8  # to set a stage takes as long as two points
Live = Callable[[dict[str, Point], Path], Walked]


class Runs:
    """Points still to be walked, and what became of the others."""

    def __init__(self, todo: Sequence[Point], out: Path, console: Console, live: Live = live) -> None:
        self._live = live
        self.lived: list[Lived] = []
        self.again: dict[Point, Lived] = {}  # the first time they were walked
        self._left, self._out, self._console = list(todo), out, console
        self._stages = 0

    def through(self, pool: Executor, beside: int) -> None:
        """Walk them all, `beside` stages at a time."""
        running: set[Future[Walked]] = set()
        while self._left or running:
            while self._left and len(running) < beside:
                most = min(STAGE, max(LEAST, -(-len(self._left) // beside)))
                running.add(pool.submit(self._live, take_stage(self._left, most), self._out / str(self._stages)))
                self._stages += 1
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for walked in ended:
                self._take_in(walked.result())

    def _take_in(self, walked: Walked) -> None:
        self._left += walked.left
        for one in walked.lived:
            if one.waited and one.point not in self.again and not one.problems:
                self.again[one.point] = one
                self._left.append(one.point)
                self._console.print(f"[yellow]↻[/] {one.point}: {one.waited}; walked once more")
                continue
            if one.waited:
                one.problems.append(one.waited)
            self.lived.append(one)
            mark = "[red]✗[/]" if one.problems else "✓"
            self._console.print(f"{mark} {one.point}: {one.became} {'; '.join(one.problems)}")


def run(todo: Sequence[Point], out: Path, console: Console, pool: Executor, beside: int = 1) -> Runs:
    """Live through them, stage after stage."""
    runs = Runs(todo, out, console)
    runs.through(pool, beside)
    order = {point: n for n, point in enumerate(todo)}
    runs.lived.sort(key=lambda one: order[one.point])
    return runs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="points whose name holds this text, e.g. 'hub' or 'lid open'")
    parser.add_argument("--beside", type=int, default=BESIDE, help="stages at a time")
    parser.add_argument("--out", type=Path, default=Path("out/faults"))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    todo = [point for point in points() if args.only in str(point)]
    console, began = Console(width=200), time.monotonic()
    os.environ.pop("DISPLAY", None)  # each stage has a screen of its own, and a finger
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.beside, spawn, initializer=_end_with_the_stage) as pool:
        runs = run(todo, args.out, console, pool, args.beside)
    figure = Figure(runs.lived, list(runs.again.values()), args.beside, time.monotonic() - began)
    console.print(table(runs.lived), figure.sentence(), sep="\n")
    if todo == points():
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), figure), encoding="utf-8")
        console.print(f"written to {PAGE}")
    return 1 if figure.wrong else 0


def _end(*_: object) -> None:
    """Whoever ends us ends the stages too."""
    for stage in multiprocessing.active_children():
        stage.terminate()
    sys.exit(1)


def _end_with_the_stage() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


if __name__ == "__main__":
    sys.exit(main())
