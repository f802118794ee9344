"""`medhub commission`: a named person walks through every lock of an empty box, before its first medicine (R12, H34).

At the box, with the hub stopped; the journal is held, so that none begins meanwhile. A hub opens nothing on a board
that has not passed.
"""

import argparse
import getpass
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from hub import commissioned
from hub.commissioning import Finding, Walked, commission, finding
from hub.config import ConfigRefused, HubConfig, load
from hub.domain.state import State
from hub.enrolment import Trust, load_trust
from hub.journal import Journal, JournalError
from hub.journal_errors import JournalBusy
from hub.main import Board, gpio_board
from hub.pins import NotAdmitted, Pins
from hub.ports import Compartments, DeviceError
from hub.replay import Replay
from medhub.staff_words import SENTENCES

PASSED, NOT_PASSED, NOT_BEGUN = 0, 1, 2  # exit codes
EMPTY = "empty"


class Terminal(NamedTuple):
    """Where the person is: their PIN without echo, a word of theirs, a line for them."""

    pin: Callable[[str], str] = getpass.getpass
    ask: Callable[[str], str] = input
    say: Callable[[str], None] = print


HERE = Terminal()


class CannotBegin(Exception):
    """Nothing was moved; the text says why."""


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
            trust = _trust(config.state_dir)
            by = Pins(trust, time.monotonic).admit(args.person, person.pin(f"PIN of {args.person}: ")).name
            _must_be_empty(closing.enter_context(_journal(config.state_dir, trust)), person)
            box, fingerprint = _opened(config, board, closing)
            commissioned.forget(config.state_dir)
        except NotAdmitted as error:
            return _end(SENTENCES[error.reason], NOT_BEGUN)
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


def _trust(state_dir: Path) -> Trust:
    if os.geteuid() != state_dir.stat().st_uid:  # what it writes must be the hub's own
        raise CannotBegin(f"{state_dir} is another user's; as root: runuser -u medhub-hub -- medhub commission …")
    try:
        return load_trust(state_dir)
    except FileNotFoundError as error:
        raise CannotBegin(f"the hub is not enrolled: {error.filename} is missing") from error
    except msgspec.MsgspecError as error:
        raise CannotBegin(f"trust.json: {error}") from error


@contextmanager
def _journal(state_dir: Path, trust: Trust) -> Iterator[State]:
    """What the hub knows; until this ends, no hub begins."""
    replay = Replay()
    path = state_dir / "journal.db"
    try:
        journal = Journal.open(path, pairing=f"{trust.hub}/{trust.citizen}", follower=replay)
    except JournalBusy as error:
        raise CannotBegin("the hub is running; stop it first: systemctl stop medhub-hub") from error
    with journal:
        if journal.barred or replay.lost:
            raise CannotBegin(f"{path}: {journal.finding or replay.lost}; see to the journal first")
        yield replay.state


def _must_be_empty(state: State, person: Terminal) -> None:
    """By what the hub was told, and by the eyes of the person."""
    if state.fills:
        filled = ", ".join(str(number) for number in sorted(state.fills))
        raise CannotBegin(f"filled: {filled}; empty them while the hub runs (`medhub staff empty`), then stop it")
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
