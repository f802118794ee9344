"""The demo's hub with traps on its way: nothing it does differs until one springs."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from drivers.compartments import TwinCompartments
from drivers.power import TwinPower
from drivers.sounder import TONES, TwinSounder
from hub.config import HubConfig, load
from hub.domain.events import Event, IntakePartlyTaken, IntakeTaken, WordAsked
from hub.domain.plan import Criticality
from hub.journal import Journal, Rows
from hub.lane import Lane
from hub.main import Board, bootstrap, run
from medhub.demo.hub_process import TICK_S, world_scale, world_scanner
from medhub.origin import SharedClock
from tests.faultwalk.trap import Traps

VERDICTS = (WordAsked, IntakeTaken, IntakePartlyTaken)


class TrappedJournal(Journal):
    """Steps before and after a commit, a batch, a cursor."""

    traps: Traps

    def append(self, events: Sequence[Event]) -> None:
        names = [type(event.body).__name__ for event in events]
        verdict = ["before verdict"] if any(isinstance(event.body, VERDICTS) for event in events) else []
        self.traps.reach(*(f"before {name}" for name in names), *verdict)
        super().append(events)
        self.traps.reach(*(f"after {name}" for name in names))

    def after_cursor(self, lane: Lane, limit: int, max_bytes: int) -> tuple[Rows, str]:
        rows, head = super().after_cursor(lane, limit, max_bytes)
        if rows and lane is Lane.CLINICAL:
            self.traps.reach("batch read")
        return rows, head

    def move_cursor(self, lane: str, seq: int, receipt: str) -> bool:
        self.traps.reach(f"before cursor {lane}")
        moved = super().move_cursor(lane, seq, receipt)
        self.traps.reach(f"after cursor {lane}")
        return moved


class TrappedCompartments(TwinCompartments):
    """Steps around a pulse and at a lid's edge, before the hub knows of it."""

    def __init__(self, path: Path, traps: Traps) -> None:
        self._traps = traps
        super().__init__(path)

    def pulse(self, number: int) -> None:
        self._traps.reach("before pulse")
        super().pulse(number)
        self._traps.reach("after pulse")

    def _line(self, number: int, on: bool) -> Callable[[], None]:
        set_line = super()._line(number, on)
        if not on:
            return set_line

        def rise() -> None:
            set_line()
            self._traps.reach("during pulse")

        return rise

    def _lid_moved(self, number: int, is_open: bool) -> None:
        self._traps.reach("lid moved" if is_open else "lid moved back")
        super()._lid_moved(number, is_open)


def board(world: Path, scale: Path, scanner: Path, clock: SharedClock, traps: Traps, config: HubConfig) -> Board:
    return Board(
        TrappedCompartments(world, traps), world_scale(world, scale, clock), TwinSounder(world), TwinPower(world),
        {criticality: TONES[criticality] for criticality in Criticality}, scanner=world_scanner(scanner, clock),
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("config", "origin", "world", "scale", "scanner"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    clock = SharedClock(args.origin)
    TrappedJournal.traps = Traps(args.origin.parent)
    made = partial(board, args.world, args.scale, args.scanner, clock, TrappedJournal.traps)
    return run(bootstrap(load(args.config), made, clock, open_journal=TrappedJournal.open, tick_s=TICK_S))


if __name__ == "__main__":
    sys.exit(main())
