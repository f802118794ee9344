"""What the core stands on: a clock that can go wrong, and a journal that can be cut off or put back."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from hub.clock import SystemClock
from hub.domain.events import Event
from hub.domain.intake import Moment
from hub.journal import Journal
from hub.journal_schema import DECODER, canonical_form

EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)


class Shelf(Protocol):
    """Where the journal is kept."""

    doubt: str  # why it is not to be trusted; "" if it is

    def append(self, events: Sequence[Event]) -> list[bytes]: ...
    def replay(self) -> Iterator[Event]: ...
    def lines(self) -> list[bytes]: ...
    def confirm(self) -> None: ...
    def reopen(self) -> None: ...
    def copy(self) -> None: ...
    def put_back(self) -> None: ...
    def close(self) -> None: ...


class Paper:
    """In memory: the canonical bytes, and nothing else is carried over a restart."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._copied = 0
        self.doubt = ""

    def append(self, events: Sequence[Event]) -> list[bytes]:
        new = [canonical_form(event) for event in events]
        self._lines += new
        return new

    def replay(self) -> Iterator[Event]:
        return map(DECODER.decode, self._lines)

    def lines(self) -> list[bytes]:
        return self._lines

    def confirm(self) -> None:
        self.doubt = ""

    def reopen(self) -> None:
        """It is there."""

    def copy(self) -> None:
        self._copied = len(self._lines)

    def put_back(self) -> None:
        if self._copied < len(self._lines):
            self.doubt = "shortened"
            del self._lines[self._copied :]

    def close(self) -> None:
        """Nothing is held."""


class File:
    """The real journal, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._path, self._copy = folder / "journal.db", folder / "copy.db"
        self._journal = self._open()
        self.copy()

    def _open(self) -> Journal:
        return Journal.open(self._path, pairing="H1/2512489996")

    @property
    def doubt(self) -> str:
        return self._journal.doubt.state if self._journal.doubt else ""

    def append(self, events: Sequence[Event]) -> list[bytes]:
        before = self._journal.head[0]
        self._journal.append(events)
        return [line for _, line in self._journal.after(before, len(events), 1 << 30)[0]]

    def replay(self) -> Iterator[Event]:
        return self._journal.replay()

    def lines(self) -> list[bytes]:
        return [line for _, line in self._journal.after(0, 1 << 30, 1 << 40)[0]]

    def confirm(self) -> None:
        self._journal.confirm()

    def reopen(self) -> None:
        self._journal.close()
        self._journal = self._open()

    def copy(self) -> None:
        self._journal.backup(self._copy)

    def put_back(self) -> None:
        """The copy takes the file's place; the head file beside it stays."""
        self._journal.close()
        for end in ("-wal", "-shm"):
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        shutil.copyfile(self._copy, self._path)
        self._journal = self._open()

    def close(self) -> None:
        self._journal.close()


class _File:
    """A file of /run or /sys, as far as the clock reads it."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text

    def exists(self) -> bool:
        return self.text is not None

    def read_text(self) -> str:
        if self.text is None:
            raise FileNotFoundError
        return self.text


class _Rtc:
    def __init__(self, clock: "Clockwork") -> None:
        self._clock = clock

    def __truediv__(self, name: str) -> _File:
        if name == "hctosys":
            return _File("1")
        return _File(str(int(self._clock.rtc_says().timestamp())))


class Clockwork:
    """The machine's clock over the hub's own `SystemClock`: trust is worked out, never told.

    `skew`: what the wall clock is wrong by. `network`: it has been synchronised since this boot. `rtc`: the real-time
    clock's battery is good.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.skew = timedelta()
        self.network = self.rtc = True
        self.boots = 0
        self.true = EPOCH_2000

    def begin(self, true: datetime, wall: datetime | None = None) -> None:
        """The machine boots, its clock set from the network or the real-time clock, or to what it happens to be."""
        self.true = self._booted = true
        self.boots += 1
        self.skew = timedelta() if self.network or self.rtc else (wall or EPOCH_2000) - true
        self.process()

    def process(self) -> None:
        """A process begins on the running machine."""
        self._read: tuple[object, ...] | None = None
        self._clock = SystemClock(
            self._folder / "clock.mark", boot=f"boot-{self.boots}", wall=lambda: self.true + self.skew,
            monotonic_s=lambda: 10.0 + (self.true - self._booted).total_seconds(),
            synchronised=_Network(self), rtc=_Rtc(self),
        )  # fmt: skip

    def now(self, true: datetime) -> Moment:
        """Read once for each instant and each thing that is wrong with it."""
        self.true = true
        read = (true, self.skew, self.network, self.rtc)
        if self._read != read:
            self._read, self._now = read, self._clock.now()
        return self._now

    def agree(self) -> None:
        """The gateway tells the time, signed."""
        self._read = None
        self._clock.agree(self.true)

    def objection(self, told: datetime) -> str:
        return self._clock.objection(told)

    def tell(self, told: datetime) -> None:
        self._read = None
        self._clock.tell(told)

    def rtc_says(self) -> datetime:
        return self.true if self.rtc else EPOCH_2000


class _Network:
    def __init__(self, clock: Clockwork) -> None:
        self._clock = clock

    def exists(self) -> bool:
        return self._clock.network
