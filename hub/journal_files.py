"""The small files beside a journal: how far it had come (`.head`), and what is not yet answered for (`.doubt`)."""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.files import replace, sync_folder
from hub.journal_errors import JournalState as JournalState

_SLOT_BYTES = 512  # one sector, so that one torn write costs one slot
_CHECK_DIGITS = 16


_GRAVITY = [JournalState.SHORTENED, JournalState.DAMAGED]


class Mark(Struct, frozen=True):
    """A place in a chain."""

    seq: int
    head: bytes


class HeadFile:
    """The last sequence number and hash, in a file beside the journal. Holding it is holding the journal: one process.

    Two slots are written in turn, in place and without an fsync: the page cache outlives a killed process, and after a
    power cut an older slot is a true, smaller claim. That costs microseconds, a renamed file 200 (tests/bench).
    """

    def __init__(self, path: Path) -> None:
        """Raises BlockingIOError if another process has the journal, OSError if the file cannot be had."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise
        self.blank = os.fstat(self._file).st_size == 0
        self._turn = 0

    def read(self) -> Mark | None:
        """The furthest place told of; None where nothing readable is."""
        slots = [_read_slot(os.pread(self._file, _SLOT_BYTES, turn * _SLOT_BYTES)) for turn in (0, 1)]
        known = [(slot.seq, turn) for turn, slot in enumerate(slots) if slot is not None]
        if not known:
            return None
        newest = max(known)[1]
        self._turn = 1 - newest
        return slots[newest]

    def half_begun(self, mark: Mark) -> bool:
        """Whether it is empty or holds part of what `begin(mark)` writes: the power went at the first boot."""
        data = os.pread(self._file, 2 * _SLOT_BYTES + 1, 0)
        slots = (data[:_SLOT_BYTES], data[_SLOT_BYTES:])
        return all(_slot(mark).startswith(slot.rstrip(b"\0")) for slot in slots)

    def write(self, mark: Mark) -> None:
        """Tell of `mark`, in the older slot."""
        os.pwrite(self._file, _slot(mark), self._turn * _SLOT_BYTES)
        self._turn = 1 - self._turn

    def begin(self, mark: Mark) -> None:
        """Forget what was told, tell of `mark` only, and put it on the disk."""
        os.ftruncate(self._file, 0)
        self._turn = 0
        self.write(mark)
        self.write(mark)
        os.fsync(self._file)

    def close(self) -> None:
        """Put it on the disk, where the disk lets it, and let others have the journal; may be called twice."""
        if self._file >= 0:
            try:
                with suppress(OSError):
                    os.fsync(self._file)
            finally:
                os.close(self._file)
                self._file = -1


class Doubt(Struct, frozen=True, forbid_unknown_fields=True):
    """What a named person has not answered for yet. `seq` and `head` (hex): how far the lost chain is known to go."""

    state: JournalState  # SHORTENED or DAMAGED
    finding: str
    seq: int = 0
    head: str = ""
    by: str = ""  # the named person who set the journal aside, where one did


class DoubtFile:
    """Written before a journal that is not known to be whole is written to. Once a named person has confirmed it is
    `<path>.confirmed`: evidence, and what they have answered for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._confirmed = path.with_name(path.name + ".confirmed")

    def read(self) -> Doubt | None:
        """The doubt that stands; a file that cannot be read is one as well."""
        return self._read(self._path)

    def answered_to(self) -> int:
        """The furthest place of a lost chain that a named person has answered for; 0 for none."""
        doubt = self._read(self._confirmed)
        return doubt.seq if doubt else 0

    def _read(self, path: Path) -> Doubt | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Doubt)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeError):
            return Doubt(JournalState.DAMAGED, "the note of what was wrong with the journal cannot be read")

    def write(self, doubt: Doubt) -> None:
        """A new finding. A graver one that stands goes on standing, and what is known of the furthest chain is kept."""
        before = self.read()
        if before is not None and _GRAVITY.index(before.state) > _GRAVITY.index(doubt.state):
            doubt = msgspec.structs.replace(doubt, state=before.state, finding=before.finding, by=before.by)
        if before is not None and before.seq > doubt.seq:
            doubt = msgspec.structs.replace(doubt, seq=before.seq, head=before.head)
        replace(self._path, msgspec.json.encode(doubt))

    def clear(self) -> None:
        """A named person has confirmed. Nothing is deleted, and the furthest place answered for stays so."""
        doubt = self.read()
        if doubt is not None:
            furthest = max(doubt.seq, self.answered_to())
            replace(self._confirmed, msgspec.json.encode(msgspec.structs.replace(doubt, seq=furthest)))
            self._path.unlink(missing_ok=True)
            sync_folder(self._path.parent)


def set_aside(path: Path) -> Path:
    """Give a damaged file and its log the first free name `<path>.damaged-<n>`; nothing is ever deleted (R11)."""
    number = 1
    while any(aside.exists() for _, aside in _names(path, number)):
        number += 1
    for name, aside in _names(path, number):
        if name.exists():
            os.replace(name, aside)
    sync_folder(path.parent)
    return _names(path, number)[-1][1]


def _names(path: Path, number: int) -> list[tuple[Path, Path]]:
    """The log before the database: a database left without its log is only shorter, and the doubt already stands."""
    return [(Path(f"{path}{end}"), Path(f"{path}.damaged-{number}{end}")) for end in ("-wal", "-shm", "")]


def _slot(mark: Mark) -> bytes:
    text = f"{mark.seq:020d} {mark.head.hex()}"
    check = hashlib.sha256(text.encode()).hexdigest()[:_CHECK_DIGITS]
    return f"{text} {check}\n".encode()


def _read_slot(data: bytes) -> Mark | None:
    line = data.split(b"\n", 1)[0]
    try:
        seq, head, _ = line.decode("ascii").split(" ")
        mark = Mark(int(seq), bytes.fromhex(head))
    except ValueError:
        return None
    return mark if _slot(mark) == line + b"\n" else None
