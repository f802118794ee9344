"""`make mutants`: each mistake in a copy of the tree, one at a time; the tests named with it must fail.

Exit 1 when one survives, when the tests fail without it, or when a run ends in anything but a failed test.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.mutants.every import MUTANTS, ROOT, changed
from tests.mutants.mutant import Mutant

AT_ONCE = 2
LONGEST_S = 120.0  # the named tests take seconds; a mutant that hangs them has not been killed by an assertion
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "out", "build", "*.egg-info"
)
FAILED = re.compile(r"^(?:FAILED|ERROR) (?:tests/)?(.+?)(?: - .*)?$", re.MULTILINE)


class Outcome(NamedTuple):
    """`killed_by` is the first test that failed; "" where none did, and then `why` says what happened instead."""

    mutant: Mutant
    killed_by: str
    why: str
    seconds: float


class Copies:
    """Copies of the tree, each lent to one run at a time."""

    def __init__(self, folder: Path) -> None:
        self._free: SimpleQueue[Path] = SimpleQueue()
        for n in range(AT_ONCE):
            shutil.copytree(ROOT, folder / str(n), ignore=NOT_COPIED, symlinks=True)
            self._free.put(folder / str(n))

    @contextmanager
    def one(self) -> Iterator[Path]:
        copy = self._free.get()
        try:
            yield copy
        finally:
            self._free.put(copy)


def main() -> int:
    args = _arguments()
    mutants = [m for m in MUTANTS if any(text in f"{m.file} {m.rule} {m.what}" for text in args.only)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        copies = Copies(Path(folder))
        _must_be_imported_from(copies)
        healthy = list(pool.map(lambda name: _healthy(name, copies), sorted({t for m in mutants for t in m.tests})))
        if sick := [said for said in healthy if said]:
            print("\n".join(["The tests fail without any mutant:", *sick]), file=sys.stderr)
            return 1
        outcomes = list(pool.map(lambda mutant: _outcome(mutant, copies), mutants))
    _print(outcomes)
    return 0 if all(o.killed_by for o in outcomes) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[""], help="those with one of these in file, rule or sentence")
    return parser.parse_args()


def _must_be_imported_from(copies: Copies) -> None:
    """The installed package must not win over the copy, or no mutant would ever be seen."""
    with copies.one() as copy:
        asked = [
            sys.executable,
            "-c",
            "import drivers, hub, sync; print(drivers.__file__, hub.__file__, sync.__file__)",
        ]
        said = subprocess.run(asked, cwd=copy, env=_environment(copy), capture_output=True, text=True, check=True)
        if not all(Path(name).is_relative_to(copy) for name in said.stdout.split()):
            raise SystemExit(f"imported from elsewhere than {copy}: {said.stdout}")


def _healthy(name: str, copies: Copies) -> str:
    """What the tests of one file say without a mutant; "" if all is well."""
    with copies.one() as copy:
        code, said = _pytest(copy, (name,), dict(_environment(copy), PYTHONDONTWRITEBYTECODE=""))
    return "" if code == 0 else f"{name}: {said[-2000:]}"


def _outcome(mutant: Mutant, copies: Copies) -> Outcome:
    start = time.monotonic()
    with copies.one() as copy:
        path = copy / mutant.file
        whole = path.read_bytes()
        try:
            path.write_text(changed(mutant, copy), encoding="utf-8")
            code, said = _pytest(copy, mutant.tests, _environment(copy))
        finally:
            path.write_bytes(whole)
    found = FAILED.search(said)
    killed_by = found[1] if code == 1 and found else ""
    why = "" if killed_by else "survived" if code == 0 else f"pytest ended with {code}"
    outcome = Outcome(mutant, killed_by, why, time.monotonic() - start)
    print(f"{outcome.seconds:5.1f} s  {mutant.rule:4} {mutant.what}: {killed_by or why.upper()}", flush=True)
    return outcome


def _pytest(copy: Path, names: tuple[str, ...], environment: dict[str, str]) -> tuple[int | None, str]:
    """pytest's exit code, None where it took too long, and what it said."""
    run = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-rfE", "--tb=no"]
    child = subprocess.Popen(
        [*run, *(f"tests/{name}" for name in names)], cwd=copy, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = child.communicate(timeout=LONGEST_S)
        return child.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        said, _ = child.communicate()
        return None, said


def _environment(copy: Path) -> dict[str, str]:
    """Byte code is kept of the tree without mutants only: to the cache two of one size and second would be the same."""
    return os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"}


def _print(outcomes: list[Outcome]) -> None:
    table = Table("rule", "mistake", "in", "killed by", "s", title="Seeded mutants")
    for mutant, killed_by, why, seconds in outcomes:
        told = killed_by.replace("tests/", "") or f"[bold red]{why}"
        table.add_row(mutant.rule, mutant.what, mutant.file, told, f"{seconds:.1f}")
    console = Console(width=None if sys.stdout.isatty() else 240)
    console.print(table)
    killed = sum(bool(o.killed_by) for o in outcomes)
    console.print(f"{killed} of {len(outcomes)} killed in {sum(o.seconds for o in outcomes):.0f} s of testing")


if __name__ == "__main__":
    sys.exit(main())
