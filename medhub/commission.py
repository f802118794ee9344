"""`medhub commission`: a named person walks through every lock of an empty box, before its first medicine (R12, H34).

At the box, with the hub stopped; the journal is held, so that none begins meanwhile. A hub opens nothing on a board
that has not passed.
"""

import argparse
import logging
import sqlite3
import sys
from collections.abc import Callable, Collection
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from hub import commissioned
from hub.commissioning import Finding, Walked, commission, finding
from hub.config import ConfigRefused, HubConfig, load
from hub.journal import JournalError
from hub.main import Board, gpio_board
from hub.ports import Compartments, DeviceError
from medhub.at_box import HERE, NOT_BEGUN, NOT_PASSED, PASSED, CannotBegin, Terminal, begun

EMPTY = "empty"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, help="hub.toml")
    parser.add_argument("--person", required=True, help="your id in the hub's roster; the PIN is asked for")


def main(
    args: argparse.Namespace, board: Callable[[HubConfig], Board] = gpio_board,
    person: Terminal = HERE, now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:  # fmt: skip
    """0 where every lock moved its own lid and no other, which is then kept; 1 where one did not, or it could not be
    kept; 2 where the walk could not begin. Once it has begun, what was kept before no longer counts."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s %(message)s")
    with ExitStack() as closing:
        try:
            config = load(args.config)
            by = closing.enter_context(begun(config, args.person, person, "medhub commission"))
            _must_be_empty(person)
            box, fingerprint = _opened(config, board, closing)
            commissioned.forget(config.state_dir)
        except (CannotBegin, ConfigRefused, DeviceError, JournalError, OSError, sqlite3.Error, EOFError) as error:
            return _end(str(error) or "nobody answers", NOT_BEGUN)
        try:
            if not _walk(box, person):
                return _end(
                    "Not passed: nothing opens until it is. Mend what is said above and walk again.", NOT_PASSED
                )
            commissioned.keep(config.state_dir, commissioned.Commissioned(fingerprint, by, now()))
        except (DeviceError, OSError) as error:
            return _end(f"Not passed: {error}", NOT_PASSED)
    person.say(f"Passed: each of {len(box.numbers)} locks opens its own lid and no other. The hub may be started.")
    return PASSED


# -- before anything moves -----------------------------------------------------------------------------------------


def _must_be_empty(person: Terminal) -> None:
    """By the eyes of the person; what the hub was told is asked before."""
    person.say("Every lid will open, one after the other. Look into each compartment first.")
    if person.ask(f"If all of them are empty, type {EMPTY}: ").strip().lower() != EMPTY:
        raise CannotBegin("the box must be empty")


def _opened(config: HubConfig, board: Callable[[HubConfig], Board], closing: ExitStack) -> tuple[Compartments, str]:
    made = board(config)
    for device in (made.power, made.sounder, made.scale, made.compartments):
        closing.callback(device.close)
    if made.fingerprint is None:
        raise CannotBegin("this hub has no board; there is nothing to walk through")
    return made.compartments, made.fingerprint


# -- the walk --------------------------------------------------------------------------------------------------------


def _walk(box: Compartments, person: Terminal) -> bool:
    report = commission(box, lambda lids: person.say(f"Shut {_lids(lids)}."))
    for walked in report.walked:
        person.say(f"  compartment {walked.compartment:<3} {_told(walked)}")
    return report.passed


def _told(walked: Walked) -> str:
    found = finding(walked)
    moved = walked.moved | (walked.after or frozenset())
    others = _lids(moved - {walked.compartment})
    return _SENTENCES[found].format(others=others, open=_lids(walked.before or ()), problem=walked.problem)


_SENTENCES = {
    Finding.PASSED: "passed",
    Finding.NOT_ALL_SHUT: "NOT TRIED: {open} stayed open",
    Finding.NOT_SEEN: "NOT SEEN: the lids cannot be read; look at the chip they are on",
    Finding.PULSE_FAILED: "NO GOOD PULSE: {problem}",
    Finding.NOTHING_MOVED: "NOTHING MOVED: look at the lock, its wires and fuse, the latch, and the lid's switch",
    Finding.WRONG_LID: "WRONG LID: {others} moved instead; wires are crossed, or two lines of the board file",
    Finding.OTHERS_TOO: "ANOTHER LID TOO: {others} moved with it; look at the wires and the board file",
    Finding.SHUT_AGAIN: "SHUT AGAIN: its lid moved and is not open; a switch that flutters, or a lid that falls back",
}


def _lids(numbers: Collection[int]) -> str:
    return f"lid{'s' if len(numbers) > 1 else ''} {', '.join(str(number) for number in sorted(numbers))}"


def _end(text: str, code: int) -> int:
    print(f"medhub commission: {text}", file=sys.stderr)
    return code
