"""The journal: the only truth, one SQLite file a pairing, append-only and hash-chained (R11).

The canonical form and the chain are `hub.journal_schema`'s, the small files beside it `hub.journal_files`', the check
at boot `hub.journal_check`'s; docs/journal.md tells all of it. No method reads a clock. One thread at a time may use
a `Journal`; only `backup` may be called from any.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType

import msgspec
from sqlite_utils import Database

from hub.disk import takes_writes
from hub.domain.events import Event
from hub.files import sync_folder
from hub.journal_boot import Boot, boot, put_aside, without
from hub.journal_check import Follower, Integrity, damage, quick_check, trouble, walk
from hub.journal_errors import JournalError as JournalError
from hub.journal_errors import JournalState
from hub.journal_errors import NotJournalled as NotJournalled
from hub.journal_files import Doubt, Mark
from hub.journal_schema import DECODER, INSERT, Row, genesis, row_of
from hub.lane import Lane

Rows = list[tuple[int, bytes]]  # events in order: number, canonical bytes


_DAY_PLANNED = """
    SELECT canonical FROM event WHERE body_type = 'DayPlanned' AND seq <= ?
    AND json_extract(CAST(canonical AS TEXT), '$.body.day') = ? ORDER BY seq DESC LIMIT 1
"""
_AS_NEEDED_ASKED = """
    SELECT canonical FROM event WHERE body_type = 'AsNeededAsked' AND seq <= ?
    AND json_extract(CAST(canonical AS TEXT), '$.body.asked.id') = ? ORDER BY seq DESC LIMIT 1
"""
_MENDED_FROM_OUTSIDE = (JournalState.FULL, JournalState.READ_ONLY, JournalState.UNREACHABLE)
_WRITE = "PRAGMA user_version = 0"  # what it is already, and yet a page that must reach the disk


class Journal:
    """Made by `Journal.open`. `state` and `finding` say what the check at boot, or an earlier one, found."""

    def __init__(self, path: Path, pairing: str, made: Boot) -> None:
        self.path, self._pairing = path, pairing
        self._genesis = genesis(pairing)
        self._db, self._head_file, self._doubts = made.db, made.head_file, made.doubts
        self._last = Mark(made.found.seq, made.found.head)
        self._barred, self._barred_by = made.barred, made.found.finding
        self._doubt = made.doubts.read()
        self._disk_was_read_only = made.barred is JournalState.READ_ONLY and not takes_writes(path.parent)

    @classmethod
    def open(cls, path: Path, *, pairing: str, follower: Follower | None = None) -> "Journal":
        """The journal at `path`, checked whole, begun where there is none, set aside and begun anew where damaged.
        `follower` is told every event of it meanwhile.

        Raises JournalBusy, WrongPairing, OSError, or sqlite3.Error where the file cannot be reached.
        """
        return cls(path, pairing, boot(path, pairing, follower))

    @classmethod
    def without(cls, path: Path, *, pairing: str, error: Exception) -> "Journal":
        """In the place of one that could not be opened because of `error`: it holds nothing and takes nothing."""
        return cls(path, pairing, without(path, pairing, error))

    @property
    def state(self) -> JournalState:
        if self._barred:
            return self._barred
        return self._doubt.state if self._doubt else JournalState.WHOLE if self._last.seq else JournalState.NEW

    @property
    def barred(self) -> JournalState | None:
        """Why nothing may be appended to it; None where something may."""
        return self._barred

    @property
    def trustworthy(self) -> bool:
        """Whether anything may be unlocked on it (R11). A new one has no fills: a named person's fill begins it."""
        return self.state in (JournalState.WHOLE, JournalState.NEW)

    @property
    def finding(self) -> str:
        """One sentence on what is wrong; "" if nothing is."""
        return self._barred_by if self._barred else self._doubt.finding if self._doubt else ""

    @property
    def doubt(self) -> Doubt | None:
        """What stands until it is confirmed, with how far the lost chain is known to go."""
        return self._doubt

    @property
    def head(self) -> tuple[int, str]:
        """The last event's number and hash (hex); 0 and the pairing's own hash before the first."""
        return self._last.seq, self._last.head.hex()

    def answered_for(self, seq: int) -> bool:
        """Whether a named person has answered for a lost chain that went as far as `seq`."""
        return seq <= self._doubts.answered_to()

    def confirm(self) -> None:
        """A named person answers for the journal as it is. Who it was, the caller has appended before."""
        self._must_be_ours()
        self._doubts.clear()
        self._doubt = None

    def bar(self, state: JournalState, finding: str) -> None:
        """Take nothing more: what is in it is not understood."""
        self._barred, self._barred_by = state, finding

    def put_aside(self, by: str) -> None:
        """A named person has it set aside, and it is closed. The next `open` begins a new one, in doubt (R11).

        Only where nothing may be appended to it; else JournalError, and nothing is done. OSError where the disk
        does not let it be moved: it is closed nevertheless.
        """
        if not self._barred:
            raise JournalError(f"{self.path}: this journal is gone on with")
        self.close()
        put_aside(self.path, self._pairing, f"{self._barred}: {self._barred_by}", by)

    def mended(self) -> bool:
        """Whether what could not be reached or written to when the hub began now can, if only by another process."""
        if self._barred not in _MENDED_FROM_OUTSIDE:
            return False
        if self._disk_was_read_only and takes_writes(self.path.parent):
            return True  # once: the next start finds a disk that is not read-only any more, whatever it may do with it
        if self._head_file is not None:
            return self.writable()
        try:
            with Journal.open(self.path, pairing=self._pairing) as again:
                return again.barred is not None or again.writable()
        except (JournalError, OSError, sqlite3.Error):
            return False

    def writable(self) -> bool:
        """Written to, to find out; nothing in it changes."""
        try:
            self._db.execute(_WRITE)
        except sqlite3.Error:
            return False
        return True

    def append(self, events: Sequence[Event]) -> None:
        """Store all of `events`, on the disk when this returns, or none (NotJournalled). Numbers follow the head's."""
        self._must_be_ours()
        rows = self._rows(events)
        if not rows:
            return
        connection = self._db.conn
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, rows)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise NotJournalled(f"event {rows[0][0]}: {error}", trouble(self.path, error)) from error
        self._last = Mark(rows[-1][0], rows[-1][6])
        if self._head_file is not None:
            with suppress(OSError):  # an older place is true as well
                self._head_file.write(self._last)

    def replay(self) -> Iterator[Event]:
        """Every event from the first, as it was appended."""
        self._must_be_ours()
        for (canonical,) in self._db.execute("SELECT canonical FROM event ORDER BY seq"):
            yield DECODER.decode(canonical)

    def verify(self) -> Integrity:
        """Look at the whole file again: SQLite's quick check, then the chain."""
        self._must_be_ours()
        try:
            finding = quick_check(self._db)
            return Integrity(0, b"", finding) if finding else walk(self._db, self._genesis)
        except sqlite3.DatabaseError as error:
            return Integrity(0, b"", damage(error))

    def head_at(self, seq: int) -> str:
        """The chain's hash (hex) after event `seq`, 0 being before the first; "" where there is no such event."""
        if seq == 0:
            return self._genesis.hex()
        row = self._db.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()
        return bytes(row[0]).hex() if row else ""

    def after(self, seq: int, limit: int, max_bytes: int, lane: str | None = None) -> tuple[Rows, str]:
        """At most `limit` events after `seq`, oldest first, of one lane or of all, and the head (hex) after the last.

        They are cut before `max_bytes` of canonical bytes, but the first is always there: it must get out as well.
        """
        where, values = ("lane = ? AND seq > ?", (str(lane), seq)) if lane else ("seq > ?", (seq,))
        rows: Rows = []
        size = 0
        for row in self._db.execute(f"SELECT seq, canonical FROM event WHERE {where} ORDER BY seq", values):
            size += len(row[1])
            if len(rows) == limit or (rows and size > max_bytes):
                break
            rows.append((row[0], row[1]))
        return rows, self.head_at(rows[-1][0] if rows else seq)

    def after_cursor(self, lane: Lane, limit: int, max_bytes: int) -> tuple[Rows, str]:
        """The lane's events that nobody has receipted, as `after` gives them."""
        return self.after(self.cursor(lane), limit, max_bytes, lane)

    def day_planned(self, day: str, seq: int) -> bytes | None:
        """The canonical bytes of the last `DayPlanned` of a home day (ISO) up to event `seq`; None if there is none."""
        row = self._db.execute(_DAY_PLANNED, (seq, day)).fetchone()
        return bytes(row[0]) if row else None

    def as_needed_asked(self, intake: str, seq: int) -> bytes | None:
        """The canonical bytes of the `AsNeededAsked` that made this intake, up to event `seq`; None if none did."""
        row = self._db.execute(_AS_NEEDED_ASKED, (seq, intake)).fetchone()
        return bytes(row[0]) if row else None

    def cursor(self, lane: str) -> int:
        """The number up to which the lane's events are receipted; 0 for none."""
        row = self._db.execute("SELECT seq FROM cursor WHERE lane = ?", (str(lane),)).fetchone()
        return int(row[0]) if row else 0

    def move_cursor(self, lane: str, seq: int, receipt: str) -> bool:
        """Everything of the lane up to `seq` is receipted, by `receipt`; on the disk when this returns.

        False and nothing done where the cursor is as far already (it never goes back), past the last event, and for
        a lane that is none. NotJournalled where it cannot be stored.
        """
        self._must_be_ours()
        if lane not in set(Lane) or not self.cursor(lane) < seq <= self._last.seq:
            return False
        try:
            with self._db.atomic():
                self._db.table("cursor").upsert({"lane": str(lane), "seq": seq, "receipt": receipt}, pk="lane")
        except sqlite3.Error as error:
            raise NotJournalled(f"lane {lane}: {error}", trouble(self.path, error)) from error
        return True

    def witness(self, seq: int, head: str) -> bool:
        """Hold the journal against what a signed receipt says it held. False where it has no such place in its chain:
        it is shortened or another one from now on, until a named person confirms (R11)."""
        self._must_be_ours()
        if self.head_at(seq) == head:
            return True
        finding = f"a receipt tells of another event {seq} than this journal's, which ends at {self._last.seq}"
        self._doubts.write(Doubt(JournalState.SHORTENED, finding, seq, head))
        self._doubt = self._doubts.read()
        return False

    def backup(self, to: Path) -> None:
        """A whole, checked copy in one file at `to`, replacing what is there only once it is good. From any thread."""
        part = to.with_name(to.name + ".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        try:
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE").fetchone()
                finding = quick_check(Database(target, execute_plugins=False))
        except sqlite3.Error as error:
            raise JournalError(f"no copy was made at {to}: {error}") from error
        if finding:
            raise JournalError(f"the copy at {part} is not good: {finding}")
        os.replace(part, to)
        sync_folder(to.parent)

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self._db.close()
        if self._head_file is not None:
            self._head_file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _must_be_ours(self) -> None:
        if self._barred:
            raise JournalError(f"{self.path}: {self._barred}: {self._barred_by}; this release must not go on with it")

    def _rows(self, events: Sequence[Event]) -> list[Row]:
        """What will be stored. An event that could not be read back would stop every boot to come: refused here."""
        rows: list[Row] = []
        seq, last = self._last.seq, self._last.head
        for event in events:
            if event.seq != seq + 1:
                raise NotJournalled(f"event {event.seq} does not follow {seq}")
            row = row_of(event, last)
            try:
                DECODER.decode(row[5])
            except msgspec.DecodeError as error:
                raise NotJournalled(f"event {event.seq}, {row[3]}, could not be read back: {error}") from error
            rows.append(row)
            seq, last = event.seq, row[6]
        return rows

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._db.conn.in_transaction:
                self._db.conn.execute("ROLLBACK")
