"""Cuts the power in a recording at any point, boots the real journal on what is left, and holds it to its promise."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from hub.journal import Journal, JournalError
from tests.hub.made import PAIRING
from tests.proof_powercut.disk import Disk
from tests.proof_powercut.promise import Promise, found_in, given
from tests.proof_powercut.record import Recording, advance, fill, said_in


class Cut(NamedTuple):
    """What a power cut left: the files, and the promises that may stand: before and after the act under way."""

    at: int
    files: dict[str, bytes]
    allowed: tuple[Promise, ...]
    set_aside: bytes = b""


class Finding(NamedTuple):
    """A promise broken. `lost`: something acknowledged is not there. `silent`: and the journal says it is whole."""

    at: int
    what: str
    lost: bool = False
    silent: bool = False


def cuts(recording: Recording, count: int, seed: str) -> Iterator[Cut]:
    """`count` power cuts, at points and with losses drawn by `seed`; the moment before the first op is one of them."""
    random = Random(f"{seed}/cuts")
    points = sorted(random.randint(0, len(recording.ops)) for _ in range(count))
    disk = Disk(recording.folder, recording.content)
    allowed: tuple[Promise, ...] = (recording.promised,)
    done = 0
    for point in points:
        for op in recording.ops[done:point]:
            advance(disk, op)
            if said := said_in(op):
                allowed = (said.promise,) if said.done else (allowed[-1], said.promise)
        done = point
        yield Cut(point, _with_any_index(disk.left(random), random), allowed, recording.set_aside)


def judge(cut: Cut, folder: Path, *, go_on: bool) -> Finding | None:
    """Boot on what is left; with `go_on`, append to it and boot once more."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fill(folder, cut.files)
    try:
        found = _boot(cut, folder, append=go_on)
        if go_on and not isinstance(found, Finding):
            after = msgspec.structs.replace(found, seq=found.seq + 1)
            found = _boot(cut._replace(allowed=(after,)), folder, append=False)
    except (JournalError, OSError, sqlite3.Error, AssertionError) as error:
        return Finding(cut.at, f"it or its copy does not open: {error!r}")
    if cut.set_aside and cut.set_aside not in [path.read_bytes() for path in folder.iterdir()]:
        return Finding(cut.at, "the damaged file is gone")
    return found if isinstance(found, Finding) else None


def sweep(recording: Recording, count: int, seed: str, folder: Path) -> list[Finding]:
    """What `count` power cuts find; every fourth goes on after the boot."""
    found = (judge(cut, folder, go_on=number % 4 == 0) for number, cut in enumerate(cuts(recording, count, seed)))
    return [finding for finding in found if finding]


def _boot(cut: Cut, folder: Path, *, append: bool) -> Promise | Finding:
    with Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
        found = found_in(journal)
        finding = _broken(cut, found, journal)
        if not finding and append:
            journal.append([given(found.seq + 1)])
        return finding or found


def _broken(cut: Cut, found: Promise, journal: Journal) -> Finding | None:
    said = f"{found}, {journal.state}, {journal.finding!r}; promised {cut.allowed}"
    if found.seq < cut.allowed[0].seq or found.cursors < cut.allowed[0].cursors:
        return Finding(cut.at, f"what was acknowledged is missing: {said}", lost=True, silent=journal.trustworthy)
    if cut.allowed[0].doubted and cut.allowed[-1].doubted and journal.trustworthy:
        return Finding(cut.at, f"a doubt is forgotten: {said}", lost=True, silent=True)
    if found not in cut.allowed:
        return Finding(cut.at, f"neither before nor after what was under way: {said}")
    if list(journal.replay()) != [given(seq) for seq in range(1, found.seq + 1)]:
        return Finding(cut.at, f"events are not what was appended: {said}", lost=True, silent=journal.trustworthy)
    return None


def _with_any_index(files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    """SQLite's shared index is rebuilt at boot: whatever is left of it must not matter."""
    kept = {name: data for name, data in files.items() if not name.endswith("-shm")}
    match random.randrange(3):
        case 0:
            kept["journal.db-shm"] = bytes(32768)
        case 1:
            kept["journal.db-shm"] = random.randbytes(32768)
    return kept
