"""What those commands share that a named person gives at the box itself, with the hub stopped."""

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from hub.config import HubConfig
from hub.domain.state import State
from hub.enrolment import Trust, load_trust
from hub.journal import Journal
from hub.journal_errors import JournalBusy
from hub.pins import NotAdmitted, Pins
from hub.replay import Replay
from medhub.staff_words import SENTENCES

PASSED, NOT_PASSED, NOT_BEGUN = 0, 1, 2  # exit codes


class Terminal(NamedTuple):
    """Where the person is: their PIN without echo, a word of theirs, a line for them."""

    pin: Callable[[str], str] = getpass.getpass
    ask: Callable[[str], str] = input
    say: Callable[[str], None] = print


HERE = Terminal()


class CannotBegin(Exception):
    """Nothing was moved; the text says why."""


@contextmanager
def begun(config: HubConfig, person_id: str, person: Terminal, command: str) -> Iterator[str]:
    """The name of whoever it is, with their PIN, at an empty box; until this ends, no hub begins. Raises CannotBegin,
    JournalError."""
    trust = _trust(config.state_dir, command)
    try:
        by = Pins(trust, time.monotonic).admit(person_id, person.pin(f"PIN of {person_id}: ")).name
    except NotAdmitted as error:
        raise CannotBegin(SENTENCES[error.reason]) from error
    with _journal(config.state_dir, trust) as state:
        if state.fills:
            filled = ", ".join(str(number) for number in sorted(state.fills))
            raise CannotBegin(f"filled: {filled}; empty them while the hub runs (`medhub staff empty`), then stop it")
        yield by


def _trust(state_dir: Path, command: str) -> Trust:
    if os.geteuid() != state_dir.stat().st_uid:  # what it writes must be the hub's own
        raise CannotBegin(f"{state_dir} is another user's; as root: runuser -u medhub-hub -- {command} …")
    try:
        return load_trust(state_dir)
    except FileNotFoundError as error:
        raise CannotBegin(f"the hub is not enrolled: {error.filename} is missing") from error
    except msgspec.MsgspecError as error:
        raise CannotBegin(f"trust.json: {error}") from error


@contextmanager
def _journal(state_dir: Path, trust: Trust) -> Iterator[State]:
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
