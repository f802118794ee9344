"""The process under the recorder: a hub's life with its journal. What it has been promised it says in the log at once.

One act is under way at a time: 1 to 4 events appended, a cursor moved, a receipt that does not fit (a doubt), a
person's confirmation, a copy made, the journal closed and opened. At the end it is closed, or the process dies with
it open.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NoReturn

import msgspec

from hub import journal_schema
from hub.journal import Journal
from tests.hub.made import PAIRING
from tests.proof_powercut.promise import COPY, LANES, Promise, found_in, given, say


class Life:
    def __init__(self, path: Path, random: Random) -> None:
        self._path, self._random = path, random
        self._log = os.open(os.environ["POWERCUT_LOG"], os.O_WRONLY | os.O_APPEND)
        self.journal = Journal.open(path, pairing=PAIRING)
        self.kept = found_in(self.journal)

    def act(self) -> None:
        acts: dict[Callable[[], None], int] = {
            self._append: 78, self._move_cursor: 12, self._doubt_or_confirm: 4, self._reopen: 4, self._copy: 2,
        }  # fmt: skip
        self._random.choices(list(acts), weights=list(acts.values()))[0]()

    def _append(self) -> None:
        seq = self.kept.seq
        events = [given(seq + n) for n in range(1, self._random.randint(1, 4) + 1)]
        self._do(lambda: self.journal.append(events), seq=seq + len(events))

    def _move_cursor(self) -> None:
        lane = self._random.randrange(len(LANES))
        if (before := self.kept.cursors[lane]) < self.kept.seq:
            to = self._random.randint(before + 1, self.kept.seq)
            cursors = (*self.kept.cursors[:lane], to, *self.kept.cursors[lane + 1 :])
            self._do(lambda: self.journal.move_cursor(LANES[lane], to, f"receipt {to}"), cursors=cursors)

    def _doubt_or_confirm(self) -> None:
        if self.kept.doubted:
            self._do(self.journal.confirm, doubted=False)
        elif self.kept.seq:
            self._do(lambda: self.journal.witness(self.kept.seq, "ab" * 32), doubted=True)

    def _copy(self) -> None:
        self._do(lambda: self.journal.backup(self._path.with_name(COPY)), copied=self.kept.seq)

    def _reopen(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self._path, pairing=PAIRING)
        assert found_in(self.journal) == self.kept, self.journal.finding

    def _do(self, act: Callable[[], object], **changes: object) -> None:
        after = msgspec.structs.replace(self.kept, **changes)
        say(self._log, after, done=False)
        act()
        say(self._log, after, done=True)
        self.kept = after


def main(path: str, seed: str, acts: str, end: str, synchronous: str, promised: str) -> NoReturn:
    asked = "synchronous = FULL"
    assert asked in journal_schema._PRAGMAS
    journal_schema._PRAGMAS = tuple(
        f"synchronous = {synchronous}" if pragma == asked else pragma for pragma in journal_schema._PRAGMAS
    )
    life = Life(Path(path), Random(seed))
    expected = msgspec.json.decode(promised, type=Promise)
    assert life.kept == expected, f"{life.kept} instead of {expected}: {life.journal.finding}"
    for _ in range(int(acts)):
        life.act()
    if end == "closes":
        life.journal.close()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
