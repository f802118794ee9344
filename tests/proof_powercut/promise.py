"""What a journal has promised at a moment, and the events it was given. Workload and judge both go by it."""

import os
import sqlite3
import struct
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from hub.domain import events as e
from hub.journal import Journal
from hub.journal_schema import canonical_form
from hub.lane import Lane
from tests.hub.made import event

HEADER = struct.Struct("<ciqII")  # recorder.c's `struct note`
COPY = "copy.db"
LANES = tuple(str(lane) for lane in Lane)


class Promise(Struct, frozen=True):
    """How far it goes, how far each lane is receipted, whether a person's confirmation is waited for, and how far the
    copy beside it goes."""

    seq: int = 0
    cursors: tuple[int, ...] = (0,) * len(LANES)
    doubted: bool = False
    copied: int = 0


class Said(Struct, frozen=True):
    """The workload's word in the log: it is `promise` now (done), or is becoming so (not done)."""

    promise: Promise
    done: bool


@cache
def given(seq: int) -> e.Event:
    """The `seq`th event: most are small, some take several pages of the file."""
    random = Random(seq)
    if random.random() < 0.85:
        return event(seq)
    return event(seq, e.JournalDoubted(reason=random.randbytes(random.randint(200, 6000)).hex()))


def found_in(journal: Journal) -> Promise:
    """What an open journal and its copy keep. Raises sqlite3.Error or AssertionError where the copy is not whole."""
    cursors = tuple(journal.cursor(lane) for lane in LANES)
    return Promise(journal.head[0], cursors, not journal.trustworthy, _copied(journal.path.with_name(COPY)))


def _copied(path: Path) -> int:
    """Its number of events; 0 where there is no copy."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = [bytes(row[0]) for row in db.execute("SELECT canonical FROM event ORDER BY seq")]
    assert rows == [canonical_form(given(seq)) for seq in range(1, len(rows) + 1)]
    return len(rows)


def say(log: int, promise: Promise, *, done: bool) -> None:
    text = msgspec.json.encode(Said(promise, done))
    os.write(log, HEADER.pack(b"n", -1, 0, len(text), 0) + text)
