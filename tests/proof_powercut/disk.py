"""A disk that forgets: what could be on it after a power cut, for a recorded order of writes and fsyncs.

What is promised to be there: a file's bytes and length as of its last fsync, and the folder's names as of the folder's
last fsync. Everything asked for later is there or not, sector by sector of 512 bytes, in any order; in every other
cut one sector may be there from its beginning to some byte: the one that was being written. A length goes through its
changes in order and stops at any of them; bytes that never came within it are zero. Changes of names are kept in order
up to any of them, or each by itself. A file's fsync promises nothing about its name, which is less than journalling
file systems give.
"""

import os
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

SECTOR = 512
_KEEP = (0.0, 0.05, 0.3, 0.5, 0.7, 0.95, 1.0)  # how likely a piece is to have reached the disk, drawn for each cut


class Op(NamedTuple):
    """One note of recorder.c, or of the workload (`n`)."""

    kind: str
    fd: int
    number: int
    first: bytes
    second: bytes


class _Asked(NamedTuple):
    """A write of `data` at `at`; without data, a change of the length to `at`."""

    at: int
    data: bytes | None


class Loss:
    """The luck of one power cut."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._keep = random.choice(_KEEP)
        self._tears = random.random() < 0.5

    def keeps(self) -> bool:
        return self.random.random() < self._keep

    def reached(self, piece: bytes) -> bytes:
        """As much of one sector's write as is on the disk."""
        if not self.keeps():
            return b""
        if self._tears and self.random.random() < 0.1:
            self._tears = False
            return piece[: self.random.randrange(len(piece))]
        return piece

    def stop(self, count: int) -> int:
        """How many of `count` changes that go in order are on the disk."""
        return self.random.choice((0, self.random.randint(0, count), count))


class File:
    """A file: what is promised, and what was asked for since."""

    def __init__(self, content: bytes = b"") -> None:
        self._promised = bytearray(content)
        self._asked: list[_Asked] = []
        self.length = len(content)

    def write(self, at: int, data: bytes) -> None:
        self._asked.append(_Asked(at, data))
        self.length = max(self.length, at + len(data))

    def truncate(self, length: int) -> None:
        self._asked.append(_Asked(length, None))
        self.length = length

    def sync(self) -> None:
        self._promised = bytearray(self.whole())
        self._asked = []

    def whole(self) -> bytes:
        """What a reader of the running machine sees."""
        content = bytearray(self._promised)
        for at, data in self._asked:
            content = _resized(content, at) if data is None else _put(content, at, data)
        return bytes(content)

    def left(self, loss: Loss) -> bytes:
        """What a power cut leaves."""
        content = bytearray(self._promised)
        length = len(content)
        stop = loss.stop(len(self._asked))
        for number, (at, data) in enumerate(self._asked):
            if data is not None:
                for start, piece in _sectors(at, data):
                    _put(content, start, loss.reached(piece))
            elif number < stop:
                content = _resized(content, at)
            if number < stop:
                length = at if data is None else max(length, at + len(data))
        return bytes(_resized(content, length))


class Disk:
    """One folder. `apply` each op in order; `left` at any time."""

    def __init__(self, folder: str, content: dict[str, bytes]) -> None:
        self._folder = os.fsencode(folder)
        self.names = {os.fsencode(name): File(data) for name, data in content.items()}
        self._promised = dict(self.names)
        self._asked: list[tuple[bytes, bytes, File]] = []  # from, to, file: made (no `from`), renamed, gone (no `to`)
        self._open: dict[int, File | None] = {}  # None is the folder

    def apply(self, op: Op) -> None:
        match op.kind:
            case "o":
                self._opened(op)
            case "c":
                del self._open[op.fd]
            case "w":
                self._file(op).write(op.number, op.first)
            case "t":
                self._file(op).truncate(op.number)
            case "s":
                self._sync(self._open[op.fd])
            case "u":
                name = self._name(op.first)
                self._ask(name, b"", self.names[name])
            case "r":
                name = self._name(op.first)
                self._ask(name, self._name(op.second), self.names[name])
            case "n":
                pass
            case _:
                raise ValueError(f"no such note: {op}")

    def whole(self) -> dict[str, bytes]:
        """What the running machine sees."""
        return {os.fsdecode(name): file.whole() for name, file in self.names.items()}

    def left(self, random: Random) -> dict[str, bytes]:
        """What a power cut leaves now."""
        loss = Loss(random)
        names = dict(self._promised)
        in_order = random.random() < 0.5
        stop = loss.stop(len(self._asked))
        for number, asked in enumerate(self._asked):
            if number < stop if in_order else loss.keeps():
                _rename(names, *asked)
        return {os.fsdecode(name): file.left(loss) for name, file in names.items()}

    def process_began(self) -> None:
        """The one before is gone, with its descriptors."""
        self._open.clear()

    def _opened(self, op: Op) -> None:
        name = self._name(op.first)
        if not name:
            self._open[op.fd] = None
            return
        if name not in self.names:
            self._ask(b"", name, File())
        file = self._open[op.fd] = self.names[name]
        if op.number & os.O_TRUNC and file.length:
            file.truncate(0)

    def _sync(self, file: File | None) -> None:
        if file is not None:
            file.sync()
            return
        self._promised = dict(self.names)
        self._asked = []

    def _ask(self, before: bytes, after: bytes, file: File) -> None:
        self._asked.append((before, after, file))
        _rename(self.names, before, after, file)

    def _file(self, op: Op) -> File:
        file = self._open[op.fd]
        if file is None:
            raise ValueError(f"a folder was written to: {op}")
        return file

    def _name(self, path: bytes) -> bytes:
        return path[len(self._folder) + 1 :]


def _rename(names: dict[bytes, File], before: bytes, after: bytes, file: File) -> None:
    """Nothing where the name it went by never reached the disk."""
    if before and names.get(before) is not file:
        return
    if before:
        del names[before]
    if after:
        names[after] = file


def _sectors(at: int, data: bytes) -> Iterable[tuple[int, bytes]]:
    start = at
    while start < at + len(data):
        end = min((start // SECTOR + 1) * SECTOR, at + len(data))
        yield start, data[start - at : end - at]
        start = end


def _resized(content: bytearray, length: int) -> bytearray:
    return content[:length] + bytes(max(0, length - len(content)))


def _put(content: bytearray, at: int, data: bytes) -> bytearray:
    if data and len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data
    return content
