"""Whether a journal is what was written: SQLite's own check, then the chain from the first event to the last (R11)."""

import errno
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from hub.domain.events import Event
from hub.files import replace
from hub.journal_errors import JournalState
from hub.journal_schema import DECODER, SELECT, chained, columns_of

# What SQLite says of a file that is not, or no longer, a database of ours, and of a page the disk cannot give. A full
# or read-only disk, a lock, a missing right or a write that fails are not damage, and must not cost a good file its
# name.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
_SQLITE_SAYS = {sqlite3.SQLITE_FULL: JournalState.FULL, sqlite3.SQLITE_READONLY: JournalState.READ_ONLY}
_SYSTEM_SAYS = {
    errno.ENOSPC: JournalState.FULL, errno.EDQUOT: JournalState.FULL, errno.EROFS: JournalState.READ_ONLY,
}  # fmt: skip
_TRIAL_BYTES = 64 * 1024  # what a write-ahead log begins with


class Follower(Protocol):
    """Who is told every event while it is checked, so that boot reads the journal once."""

    def begin(self) -> None:
        """From the first event on: also where a damaged file has been set aside."""

    def take(self, event: Event) -> None: ...


class Integrity(Struct, frozen=True):
    """`seq` and `head` are the last good event's; `finding` says in one sentence what is wrong, "" if nothing.

    `newer`: every byte is as it was written, by a release that knows events this one does not.
    """

    seq: int
    head: bytes
    finding: str = ""
    newer: bool = False
    receipted: int = 0  # the furthest event that somebody else has said to have

    @property
    def whole(self) -> bool:
        return not self.finding


def damage(error: sqlite3.DatabaseError) -> str:
    """What SQLite's error says of the file's contents; raises it again where it is only about reaching the file."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # without one: a text that is not UTF-8
    if code & 0xFF not in _DAMAGE and code not in _UNREADABLE:
        raise error
    return f"the file is damaged: {getattr(error, 'sqlite_errorname', 'text that is not UTF-8')}"


def trouble(path: Path, error: Exception) -> JournalState:
    """Why the file cannot be written or reached, which is nothing its contents say."""
    if isinstance(error, OSError):
        said = _SYSTEM_SAYS.get(error.errno or 0)
    else:
        said = _SQLITE_SAYS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return said or _of_disk(path.with_suffix(".try"))


def _of_disk(trial: Path) -> JournalState:
    """SQLite calls much of it an I/O error: what the system says to a small file in the same place."""
    try:
        replace(trial, bytes(_TRIAL_BYTES))
    except OSError as error:
        return _SYSTEM_SAYS.get(error.errno or 0, JournalState.UNREACHABLE)
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    return JournalState.UNREACHABLE


def quick_check(db: Database) -> str:
    """SQLite's own check of pages and indexes; "" where it finds nothing."""
    said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if said == "ok" else f"the file is damaged: {' '.join(said.split())}"


def walk(db: Database, start: bytes, follower: Follower | None = None) -> Integrity:
    """Every event in order from the hash before the first: no gap, hash right, columns as the canonical form says."""
    seq, head, unknown = 0, start, ""
    if follower:
        follower.begin()
    decode = DECODER.decode
    for row in db.execute(SELECT):
        canonical, stored = row[5], row[6]
        if row[0] != seq + 1:
            return Integrity(seq, head, f"event {seq + 1} is missing")
        if stored != chained(head, canonical):
            return Integrity(seq, head, f"the chain breaks at event {row[0]}")
        try:
            event = decode(canonical)
            if columns_of(event) != row[:5]:
                return Integrity(seq, head, f"event {row[0]} is filed as what it is not")
            if follower:
                follower.take(event)
        except (msgspec.DecodeError, UnicodeError) as error:
            unknown = unknown or f"event {row[0]} is of a later release: {error}"
        seq, head = row[0], stored
    receipted = db.execute("SELECT ifnull(max(seq), 0) FROM cursor").fetchone()[0]
    return Integrity(seq, head, unknown, newer=bool(unknown), receipted=receipted)
