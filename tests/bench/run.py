"""`make bench`: every `bench_*` function of every bench_*.py here, as one table. Fails where a limit is passed.

`python -m tests.bench.run WORD` runs only those whose name contains WORD.
A figure that is a ratio has both its sides measured in the same run, one next to the other.
"""

import importlib
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.row import Bench, Row

HERE = Path(__file__).parent


def benches(word: str) -> Iterator[tuple[str, Bench]]:
    """Name and function of each bench whose name contains `word`."""
    for path in sorted(HERE.glob("bench_*.py")):
        module = importlib.import_module(f"tests.bench.{path.stem}")
        for name, function in vars(module).items():
            if name.startswith("bench_") and word in f"{path.stem}.{name}":
                yield f"{path.stem}.{name}", function


def main(word: str) -> int:
    console = Console()
    rows: list[Row] = []
    for name, bench in benches(word):
        with console.status(name):
            rows += bench()
    table = Table("what", "figure", "limit", "", title=f"{platform.machine()}, Python {platform.python_version()}")
    for row in rows:
        limit = "" if row.limit is None else f"≤ {row.limit:g} {row.unit}"
        table.add_row(row.name, f"{row.value:.3g} {row.unit}", limit, "ok" if row.ok else "[bold red]OVER")
    console.print(table)
    return 0 if rows and all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
