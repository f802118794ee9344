"""Journals whose lives are recorded: on an empty disk, after a power cut, on a damaged file, on a restored copy."""

import shutil
from itertools import islice
from pathlib import Path
from random import Random

from hub.journal import Journal
from tests.hub.made import PAIRING
from tests.proof_powercut.disk import Disk
from tests.proof_powercut.judge import cuts
from tests.proof_powercut.promise import Promise, found_in
from tests.proof_powercut.record import SOUND, Fault, Recording, advance, compile_recorder, fill, record

_LONG = (50, 50, 50)  # acts of each process: the log is folded into the file a dozen times
_SHORT = (8, 8)  # most of what is written is boot's


class Stories:
    """Lives recorded in folders of their own below `folder`; the same seed gives the same acts."""

    def __init__(self, folder: Path, seed: str) -> None:
        self._folder, self._seed = folder, seed
        self._recorder = compile_recorder(folder)
        self._made = 0

    def new(self, fault: Fault = SOUND) -> Recording:
        """From the first boot on, with nothing there."""
        return self._record(_LONG, {}, Promise(), fault)

    def after_a_cut(self, before: Recording) -> Recording:
        """Booted on what a power cut left of `before`, and lived on."""
        cut = next(islice(cuts(before, 9, f"{self._seed}/again"), 4, None))
        return self._record(_LONG, cut.files, self._found(cut.files))

    def damaged(self, before: Recording) -> Recording:
        """What is not a database any more is set aside, a new journal begun under a doubt."""
        files = _at(before, len(before.ops))
        garbage = Random(self._seed).randbytes(20000)
        content = {"journal.db": garbage, "journal.head": files["journal.head"]}
        return self._record(_SHORT, content, Promise(doubted=True))._replace(set_aside=garbage)

    def restored(self, before: Recording) -> Recording:
        """The files of some time ago beside the head file of now: shortened, under a doubt."""
        files = _at(before, len(before.ops) // 2)
        files.pop("journal.doubt", None)
        files["journal.head"] = _at(before, len(before.ops))["journal.head"]
        found = self._found(files)
        assert found.doubted
        return self._record(_SHORT, files, found)

    def _record(
        self, sessions: tuple[int, ...], content: dict[str, bytes], promised: Promise, fault: Fault = SOUND
    ) -> Recording:
        self._made += 1
        seed = f"{self._seed}/{self._made}"
        return record(self._recorder, self._folder / f"life-{self._made}", seed, sessions, fault, content, promised)

    def _found(self, files: dict[str, bytes]) -> Promise:
        """What the journal says at boot on a copy of them."""
        folder = self._folder / "looked-at"
        folder.mkdir()
        fill(folder, files)
        with Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
            found = found_in(journal)
        shutil.rmtree(folder)
        return found


def _at(recording: Recording, point: int) -> dict[str, bytes]:
    """What the running machine saw after so many ops."""
    disk = Disk(recording.folder, recording.content)
    for op in recording.ops[:point]:
        advance(disk, op)
    return disk.whole()
