"""Whether a journal is what was written: SQLite's own check, then the chain from the first event to the last (R11)."""

import sqlite3

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from hub.journal_schema import DECODER, SELECT, chained, columns_of

# What SQLite says of a file that is not, or no longer, a database of ours; a full disk, a lock or a missing right are
# not damage, and must not cost a good file its name.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_ERROR}


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
    if code & 0xFF not in _DAMAGE:
        raise error
    return f"the file is damaged: {getattr(error, 'sqlite_errorname', 'text that is not UTF-8')}"


def quick_check(db: Database) -> str:
    """SQLite's own check of pages and indexes; "" where it finds nothing."""
    said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if said == "ok" else f"the file is damaged: {' '.join(said.split())}"


def walk(db: Database, start: bytes) -> Integrity:
    """Every event in order from the hash before the first: no gap, hash right, columns as the canonical form says."""
    seq, head, unknown = 0, start, ""
    for row in db.execute(SELECT):
        canonical, stored = row[5], row[6]
        if row[0] != seq + 1:
            return Integrity(seq, head, f"event {seq + 1} is missing")
        if stored != chained(head, canonical):
            return Integrity(seq, head, f"the chain breaks at event {row[0]}")
        try:
            if columns_of(DECODER.decode(canonical)) != row[:5]:
                return Integrity(seq, head, f"event {row[0]} is filed as what it is not")
        except (msgspec.DecodeError, UnicodeError) as error:
            unknown = unknown or f"event {row[0]} is of a later release: {error}"
        seq, head = row[0], stored
    receipted = db.execute("SELECT ifnull(max(seq), 0) FROM cursor").fetchone()[0]
    return Integrity(seq, head, unknown, newer=bool(unknown), receipted=receipted)
