"""The demo's hub process: the real hub with the world's twins as its devices and the demo's clock.

Sabotage lives here and nowhere in the product: each breaks one promise, to show that the demo's table notices.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from drivers.backlight import TwinBacklight
from drivers.compartments import TwinCompartments
from drivers.power import TwinPower
from drivers.rtc import TwinRtc
from drivers.scale import LoadCellScale, WorldCell
from drivers.scale_serial import SerialCell
from drivers.scanner import SerialScanner
from drivers.sounder import TONES, TwinSounder
from drivers.temperature import TwinThermometer
from drivers.world_cell import as_commissioned
from hub.checks import rtc_check, warmth_check
from hub.config import HubConfig, load
from hub.domain.events import Device, Event, IntakeTaken
from hub.domain.plan import Criticality
from hub.journal import Journal, Rows
from hub.lane import Lane
from hub.main import Board, bootstrap, run
from medhub.origin import SharedClock

TICK_S = 0.1  # the demo's hours are short


class TwoPulses(TwinCompartments):
    """open-twice: the lock is given a second pulse nobody decided on."""

    def pulse(self, number: int) -> None:
        super().pulse(number)
        super().pulse(number)


class DropsEvent(Journal):
    """drop-event: what the first intake came to is never stored; the rest is, with nothing to show for the gap."""

    _dropped = 0

    def append(self, events: Sequence[Event]) -> None:
        kept = []
        for event in events:
            if isinstance(event.body, IntakeTaken) and not self._dropped:
                self._dropped = 1
            else:
                kept.append(replace(event, seq=event.seq - self._dropped))
        super().append(kept)


class SkipsServer(Journal):
    """skip-server: the clinical cursor moves before the server has the batch."""

    def after_cursor(self, lane: Lane, limit: int, max_bytes: int) -> tuple[Rows, str]:
        rows, _ = super().after_cursor(lane, limit, max_bytes)
        if lane is Lane.CLINICAL and rows:
            self.move_cursor(lane, rows[-1][0], "sabotage")
        return super().after_cursor(lane, limit, max_bytes)


JOURNALS: dict[str | None, type[Journal]] = {"drop-event": DropsEvent, "skip-server": SkipsServer}


def world_scale(world: Path, line: Path | None, clock: SharedClock) -> LoadCellScale:
    """The world's load cell: by the real driver where it has a serial line, else by its socket."""
    cell = SerialCell(line) if line else WorldCell(world)
    return LoadCellScale(cell, as_commissioned, lambda: clock.now().monotonic_s)


def world_scanner(line: Path | None, clock: SharedClock) -> SerialScanner | None:
    """The world's scanner, by the real driver on its serial line."""
    return SerialScanner(line, lambda: clock.now().monotonic_s) if line else None


def twin_board(
    world: Path, clock: SharedClock, sabotage: str | None, config: HubConfig, *, scale: Path | None = None,
    scanner: Path | None = None,
) -> Board:  # fmt: skip
    """The world's box as the hub's devices."""
    compartments = TwoPulses if sabotage == "open-twice" else TwinCompartments
    voice = TwinSounder(world)
    return Board(
        compartments(world), world_scale(world, scale, clock), voice, TwinPower(world),
        {criticality: TONES[criticality] for criticality in Criticality},
        {Device.RTC: rtc_check(TwinRtc(world), lambda: datetime.now(UTC)),
         Device.TEMPERATURE: warmth_check(TwinThermometer(world), time.monotonic)},
        voice, TwinBacklight(world), scanner=world_scanner(scanner, clock),
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("config", "origin", "world"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--scale", type=Path, help="the scale's serial line")
    parser.add_argument("--scanner", type=Path, help="the scanner's")
    parser.add_argument("--sabotage", default=None)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    clock = SharedClock(args.origin)
    lines = {"scale": args.scale, "scanner": args.scanner}
    board: Callable[[HubConfig], Board] = partial(twin_board, args.world, clock, args.sabotage, **lines)
    journal = JOURNALS.get(args.sabotage, Journal)
    return run(bootstrap(load(args.config), board, clock, open_journal=journal.open, tick_s=TICK_S))


if __name__ == "__main__":
    sys.exit(main())
