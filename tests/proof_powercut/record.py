"""Runs the workload under recorder.c and reads what was noted."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from tests.proof_powercut.disk import Disk, Op
from tests.proof_powercut.promise import HEADER, Promise, Said

ROOT = Path(__file__).parents[2]
COMPILER = shutil.which("cc") or shutil.which("gcc")
NEW_PROCESS = Op("p", -1, 0, b"", b"")
_MEMORY = "/dev/shm"
_INDEX = "-shm"  # SQLite's map of the log, in memory shared by processes: made anew by the first that opens the file


class Fault(NamedTuple):
    """What a sound journal does not have."""

    synchronous: str = "FULL"
    ignored: str = ""  # these calls say yes and do nothing: SQLite syncs by fdatasync, our own code by fsync


SOUND = Fault()


class Recording(NamedTuple):
    """What was on the disk and promised at the beginning, and all that was asked of it since."""

    folder: str
    content: dict[str, bytes]
    promised: Promise
    ops: list[Op]
    set_aside: bytes = b""  # the contents of a damaged file: nothing is ever deleted


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for lives and cuts, in memory where there is a place for that: no real disk has a say in any of it."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


def compile_recorder(folder: Path) -> Path:
    """The shared object to preload. A compiler's complaint is an error."""
    assert COMPILER
    made = folder / "recorder.so"
    source = Path(__file__).with_name("recorder.c")
    options = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([COMPILER, *options, "-o", made, source, "-ldl"], check=True)
    return made


def record(
    recorder: Path, folder: Path, seed: str, sessions: tuple[int, ...],
    fault: Fault, content: dict[str, bytes], promised: Promise,
) -> Recording:  # fmt: skip
    """One process after another lives as many acts as `sessions` says in `folder`, which begins as `content`.

    Raises AssertionError where the recorder's picture of the files is not what the files are.
    """
    begun = Recording(str(folder), content, promised, [])
    random = Random(seed)
    folder.mkdir()
    log = folder.with_suffix(".log")
    fill(folder, begun.content)
    kept = begun.promised
    for number, acts in enumerate(sessions):
        log.unlink(missing_ok=True)
        _run(recorder, folder, log, f"{seed}/{number}", acts, random.choice(("closes", "dies")), kept, fault)
        begun.ops.append(NEW_PROCESS)
        begun.ops.extend(_read(log.read_bytes()))
        kept = next((said.promise for op in reversed(begun.ops) if (said := said_in(op))), kept)
    _must_be_all(begun)
    return begun


def fill(folder: Path, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        (folder / name).write_bytes(data)


def said_in(op: Op) -> Said | None:
    return msgspec.json.decode(op.first, type=Said) if op.kind == "n" else None


def advance(disk: Disk, op: Op) -> None:
    if op is NEW_PROCESS:
        disk.process_began()
    else:
        disk.apply(op)


def _run(
    recorder: Path, folder: Path, log: Path, seed: str, acts: int, end: str, kept: Promise, fault: Fault
) -> None:  # fmt: skip
    told = {"DIR": str(folder), "LOG": str(log), "SYNC_IGNORED": fault.ignored}
    env = os.environ | {"LD_PRELOAD": str(recorder)} | {f"POWERCUT_{name}": value for name, value in told.items()}
    word = msgspec.json.encode(kept).decode()
    path = str(folder / "journal.db")
    arguments = [path, seed, str(acts), end, fault.synchronous, word]
    subprocess.run([sys.executable, "-m", "tests.proof_powercut.workload", *arguments], cwd=ROOT, env=env, check=True)


def _read(notes: bytes) -> Iterator[Op]:
    at = 0
    while at < len(notes):
        kind, fd, number, first, second = HEADER.unpack_from(notes, at)
        at += HEADER.size
        yield Op(kind.decode(), fd, number, notes[at : at + first], notes[at + first : at + first + second])
        at += first + second


def _must_be_all(recording: Recording) -> None:
    disk = Disk(recording.folder, recording.content)
    for op in recording.ops:
        advance(disk, op)
    seen = {p.name: p.read_bytes() for p in Path(recording.folder).iterdir() if not p.name.endswith(_INDEX)}
    pictured = {name: data for name, data in disk.whole().items() if not name.endswith(_INDEX)}
    assert pictured.keys() == seen.keys()
    assert [name for name in seen if seen[name] != pictured[name]] == []
