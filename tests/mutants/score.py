"""`make mutation-score`: mutmut's mistakes in each function of hub/domain; the core's own tests must fail of each.

Prints killed and survivors by file. A survivor is explained where docs/proofs/mutation.md quotes its line; exit 1 when
one is not. mutmut changes functions only: tables are held by `tests/mutants` and the drawing of an intake's life.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.mutants.every import ROOT

FOLDER = ROOT / "out" / "mutation"
EXPLAINED = ROOT / "docs" / "proofs" / "mutation.md"
NOT_RUN = ("test_simulate.py", "test_drawing.py")  # they run processes, and read files that are not copied
SETTINGS = """[tool:pytest]
pythonpath = .
addopts = --import-mode=importlib -p no:cacheprovider -p no:xdist -q {ignored}
filterwarnings = error

[mutmut]
source_paths = hub
only_mutate = {files}
also_copy = hub
    tests
pytest_add_cli_args_test_selection = tests/domain
"""


class Survivor(NamedTuple):
    name: str
    line: str  # as the mutant has it


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=["*"], help="modules of hub/domain: interval due")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    start = time.monotonic()
    _prepare(args.files)
    subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", str(args.jobs)], cwd=FOLDER, check=True)
    exits = {p.name.removesuffix(".meta"): _exits(p) for p in sorted(FOLDER.glob("mutants/hub/domain/*.py.meta"))}
    survivors = [Survivor(name, _line(name)) for codes in exits.values() for name, code in codes.items() if code == 0]
    explained = EXPLAINED.read_text(encoding="utf-8") if EXPLAINED.is_file() else ""
    open_ones = [s for s in survivors if f"`{s.line}`" not in explained]
    _print(exits, time.monotonic() - start)
    (FOLDER / "survivors.txt").write_text("".join(f"{s.name}\n    {s.line}\n" for s in survivors), encoding="utf-8")
    for name, line in open_ones:
        print(f"not explained: {name.removeprefix('hub.domain.')}\n    {line}")
    unjudged = [name for codes in exits.values() for name, code in codes.items() if code not in (0, 1, *TIMED_OUT)]
    print(*(f"not judged: {name}" for name in unjudged), sep="\n")
    return 1 if open_ones or unjudged or not any(exits.values()) else 0


TIMED_OUT = (24, 36, 152, -24)  # as mutmut writes it: a mutant that never ends is noticed
NO_FUNCTION = "-"


def _prepare(files: list[str]) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "hub", FOLDER / "hub", ignore=unwanted)
    shutil.copytree(ROOT / "tests" / "domain", FOLDER / "tests" / "domain", ignore=unwanted)
    ignored = " ".join(f"--ignore=tests/domain/{name}" for name in NOT_RUN)
    wanted = "\n    ".join(f"hub/domain/{name.removesuffix('.py')}.py" for name in files)
    (FOLDER / "setup.cfg").write_text(SETTINGS.format(ignored=ignored, files=wanted), encoding="utf-8")


def _exits(meta: Path) -> dict[str, int | None]:
    """mutmut's name of each mutant → pytest's exit code with it."""
    exits: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return exits


def _line(name: str) -> str:
    """The first line that the mutant has otherwise."""
    show = [sys.executable, "-m", "mutmut", "show", name]
    said = subprocess.run(show, cwd=FOLDER, check=True, capture_output=True, text=True).stdout.splitlines()
    return next(iter(_added(said)), NO_FUNCTION)


def _added(diff: list[str]) -> Iterator[str]:
    yield from (line[1:].strip() for line in diff if line.startswith("+") and not line.startswith("+++"))


def _print(exits: dict[str, dict[str, int | None]], seconds: float) -> None:
    table = Table("hub/domain", "mutants", "killed", "lived", "score", title="Mutation score")
    codes = {name: list(found.values()) for name, found in exits.items() if found}
    for name, found in [*codes.items(), ("all", list(chain(*codes.values())))]:
        lived = found.count(0)
        score = f"{100 * (len(found) - lived) / len(found):.1f} %" if found else NO_FUNCTION
        table.add_row(name, str(len(found)), str(len(found) - lived), str(lived), score)
    Console().print(table)
    print(f"{seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
