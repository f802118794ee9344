"""What is done with a journal at boot: checked whole, begun where there is none, set aside where damaged (R11).

The order keeps a crash in between safe: the doubt is on the disk before anything is set aside or written.
"""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from hub.files import sync_folder
from hub.journal_check import Follower, Integrity, damage, quick_check, trouble, walk
from hub.journal_errors import JournalBusy, JournalError, JournalState, WrongPairing
from hub.journal_files import Doubt, DoubtFile, HeadFile, Mark, set_aside
from hub.journal_schema import connect, genesis, is_newer, prepare


class Boot(Struct):
    """An open journal and what was found. `barred`: why nothing may be appended to it; then it may have no head file,
    and nothing in it."""

    db: Database
    found: Integrity
    head_file: HeadFile | None
    doubts: DoubtFile
    barred: JournalState | None = None


def boot(path: Path, pairing: str, follower: Follower | None = None) -> Boot:
    """Raises JournalBusy, WrongPairing, OSError, or sqlite3.Error where the file cannot be reached."""
    head_file = _lock(path)
    doubts = DoubtFile(path.with_suffix(".doubt"))
    db = None
    try:
        told = head_file.read()
        with _collector_at_rest():
            db, found = _examine(path, pairing, follower)
            if db is None:
                lost = told or Mark(found.seq, found.head)
                doubts.write(Doubt(JournalState.DAMAGED, found.finding, lost.seq, lost.head.hex()))
                set_aside(path)
                db, found = _examine(path, pairing, follower)
                if db is None:
                    raise JournalError(f"{path}: a new journal is damaged as well: {found.finding}")
                head_file.begin(Mark(found.seq, found.head))
            elif found.newer:
                found = found if found.head or told is None else Integrity(told.seq, told.head, found.finding, True)
            else:
                _doubt_what_is_missing(db, found, told, head_file, doubts)
        sync_folder(path.parent)
        return Boot(db, found, head_file, doubts, JournalState.NEWER if found.newer else None)
    except BaseException:
        if db is not None:
            db.close()
        head_file.close()
        raise


def without(path: Path, pairing: str, error: Exception) -> Boot:
    """What a hub goes on with that could not open its journal, because of `error`: an empty one that takes nothing,
    so that its screen can say so (R11). The file is left as it is."""
    state = JournalState.FOREIGN if isinstance(error, WrongPairing) else trouble(path, error)
    db = Database(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), execute_plugins=False)
    prepare(db, pairing)
    found = Integrity(0, genesis(pairing), f"{type(error).__name__}: {error}")
    return Boot(db, found, None, DoubtFile(path.with_suffix(".doubt")), state)


def put_aside(path: Path, pairing: str, finding: str, by: str) -> None:
    """A named person has the journal set aside: it is kept, nothing goes on with it, and the one that is begun after
    it is in doubt until a named person confirms. Nobody may have it open. Raises JournalBusy, OSError."""
    head_file = _lock(path)
    try:
        last = head_file.read() or Mark(0, genesis(pairing))
        doubt = Doubt(JournalState.DAMAGED, finding, last.seq, last.head.hex(), by)
        DoubtFile(path.with_suffix(".doubt")).write(doubt)
        set_aside(path)
    finally:
        head_file.close()


def _lock(path: Path) -> HeadFile:
    try:
        return HeadFile(path.with_suffix(".head"))
    except BlockingIOError as error:
        raise JournalBusy(f"{path}: another process has this journal") from error


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Events and states make no cycles: looking for them was half of a boot (docs/proofs/boot.md)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _examine(path: Path, pairing: str, follower: Follower | None) -> tuple[Database | None, Integrity]:
    """The open file and what is in it; no file where it is damaged."""
    db = None
    good = False
    try:
        db = connect(path)
        found = _look(db, path, pairing, follower)
        good = found.whole or found.newer
    except sqlite3.DatabaseError as error:
        found = Integrity(0, b"", damage(error))
    finally:
        if db is not None and not good:
            db.close()
    return (db if good else None), found


def _look(db: Database, path: Path, pairing: str, follower: Follower | None) -> Integrity:
    if is_newer(db):
        return Integrity(0, b"", "its tables are of a later release", newer=True)
    finding = quick_check(db)
    if finding:
        return Integrity(0, b"", finding)
    if prepare(db, pairing) != pairing:
        raise WrongPairing(f"{path}: this journal was begun for another pairing")
    return walk(db, genesis(pairing), follower)


def _doubt_what_is_missing(
    db: Database, found: Integrity, told: Mark | None, head_file: HeadFile, doubts: DoubtFile
) -> None:
    """Hold the journal against the head file beside it."""
    here = Mark(found.seq, found.head)
    if not found.seq and head_file.half_begun(here):
        head_file.begin(here)
        return
    finding = _missing(db, found, told, head_file.blank)
    if finding:
        lost = told or here
        doubts.write(Doubt(JournalState.SHORTENED, finding, lost.seq, lost.head.hex()))
        db.execute("UPDATE cursor SET seq = ? WHERE seq > ?", (here.seq, here.seq))  # what comes now has not been sent
        head_file.begin(here)


def _missing(db: Database, found: Integrity, told: Mark | None, blank: bool) -> str:
    """What shows that events are gone, or that this is another journal; "" if nothing does."""
    if told is None:
        return "the head file is missing" if blank else "the head file cannot be read"
    if told.seq > found.seq:
        return f"the head file knows of event {told.seq}, the journal ends at {found.seq}"
    row = db.execute("SELECT hash FROM event WHERE seq = ?", (told.seq,)).fetchone()
    if row is not None and row[0] != told.head:
        return f"event {told.seq} is not the one the head file knows"
    if found.receipted > found.seq:
        return f"event {found.receipted} has been receipted, the journal ends at {found.seq}"
    return ""
