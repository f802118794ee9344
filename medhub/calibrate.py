"""`medhub calibrate`: a named person weighs the empty tray and a known weight, before the box's first medicine (R13).

At the box, with the hub stopped. Without it there is no weight, and nothing opens. The weight is taken off again at the
end: a cell that does not come back to what it was would call what was taken "less" (docs/scale.md).
"""

import argparse
import logging
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.calibration import BACK_MOST, FILE, calibrated, dump
from drivers.load_cell import SAMPLE_S
from hub.board_file import load as load_board
from hub.config import ConfigRefused, HubConfig, load
from hub.files import replace
from hub.journal import JournalError
from hub.main import load_cell
from hub.ports import DeviceError
from medhub.at_box import HERE, NOT_BEGUN, NOT_PASSED, PASSED, CannotBegin, Terminal, begun

SAMPLES = 100  # ten seconds
LEFT_OUT = 20  # the hand, and the converter's own settling
STEPS = (
    "The empty tray in its place, nothing touching it, at rest for some minutes",
    "{grams} g in the middle of the tray",
    "The weight off again, the tray empty",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, help="hub.toml")
    parser.add_argument("--person", required=True, help="your id in the hub's roster; the PIN is asked for")
    parser.add_argument(
        "--grams", type=int, default=100, help="of the reference weight, class M1 or better (%(default)s)"
    )


def main(
    args: argparse.Namespace, cell: Callable[[HubConfig], Any] = lambda config: _cell(config),
    person: Terminal = HERE, now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
) -> int:  # fmt: skip
    """0 where the calibration is kept; 1 where it cannot be right, and what was kept stands; 2 where it could not
    begin."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s %(message)s")
    with ExitStack() as closing:
        try:
            config = load(args.config)
            by = closing.enter_context(begun(config, args.person, person, "medhub calibrate"))
            scale = cell(config)
            closing.callback(scale.close)
        except (CannotBegin, ConfigRefused, DeviceError, JournalError, OSError, sqlite3.Error, EOFError) as error:
            return _end(str(error) or "nobody answers", NOT_BEGUN)
        try:
            empty, loaded, again = (_weighed(scale, step.format(grams=args.grams), person, pause) for step in STEPS)
            found = calibrated(empty, loaded, again, args.grams * 1000, now(), by)
            replace(config.state_dir / FILE, dump(found))
        except (DeviceError, OSError, EOFError) as error:
            return _end(f"Not kept: {error or 'nobody answers'}", NOT_PASSED)
    most_mg = round(BACK_MOST * args.grams * 1000)
    person.say(f"Kept: noise {found.noise_mg} mg, and within {most_mg} mg empty again. The hub may be started.")
    return PASSED


def _cell(config: HubConfig) -> Any:
    if config.board is None:
        raise CannotBegin("this hub has no board; there is nothing to weigh with")
    found = load_cell(load_board(config.board))
    if found is None:
        raise CannotBegin("the board file says that there is no scale")
    return found


def _weighed(scale: Any, what: str, person: Terminal, pause: Callable[[float], None]) -> list[int]:
    person.ask(f"{what}; then Enter: ")
    counts = []
    for _ in range(LEFT_OUT + SAMPLES):
        counts.append(scale.sample())
        pause(SAMPLE_S * 0.8)  # a source that does not wait for the converter would give one count many times
    return counts[LEFT_OUT:]


def _end(text: str, code: int) -> int:
    print(f"medhub calibrate: {text}", file=sys.stderr)
    return code
