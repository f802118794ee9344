"""Runs ngspice on a netlist and reads what it leaves: one row a step, every saved node by its name."""

import shutil
import subprocess
from array import array
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

NGSPICE = "ngspice"
LONGEST_S = 120


class Waves(Struct, frozen=True):
    """`at` in seconds; the rest in volt and ampere."""

    at: "array[float]"
    of: "dict[str, array[float]]"

    def __getitem__(self, name: str) -> "array[float]":
        return self.of[name]

    def most(self, name: str) -> float:
        return max(self.of[name])

    def on(self, name: str, above: float) -> list[tuple[float, float]]:
        """From when to when it was above, each time; straight lines between the steps."""
        found: list[tuple[float, float]] = []
        began = self.at[0] if self.of[name][0] > above else None
        values = self.of[name]
        for i in range(1, len(self.at)):
            if (values[i] > above) is (values[i - 1] > above):
                continue
            share = (above - values[i - 1]) / (values[i] - values[i - 1])
            crossed = self.at[i - 1] + share * (self.at[i] - self.at[i - 1])
            if began is None:
                began = crossed
            else:
                found.append((began, crossed))
                began = None
        return [*found, (began, self.at[-1])] if began is not None else found

    def integral(self, of: Callable[[dict[str, float]], float]) -> float:
        """Over time, by trapezia."""
        rows = [of({name: values[i] for name, values in self.of.items()}) for i in range(len(self.at))]
        return sum((self.at[i] - self.at[i - 1]) * (rows[i] + rows[i - 1]) / 2 for i in range(1, len(rows)))


def there() -> bool:
    return shutil.which(NGSPICE) is not None


def run(netlist: str) -> Waves:
    """What came of it. Raises RuntimeError with what ngspice said where it did not get to the end."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "box.cir").write_text(netlist)
        done = subprocess.run(
            [NGSPICE, "-b", "-r", "out.raw", "box.cir"], cwd=folder, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        raw = Path(folder) / "out.raw"
        if done.returncode or not raw.exists() or "simulation(s) aborted" in done.stdout:
            raise RuntimeError(f"ngspice did not get to the end:\n{done.stdout[-2000:]}")
        return _read(raw.read_bytes())


def _read(raw: bytes) -> Waves:
    """ngspice's binary raw file: a head of lines, then rows of doubles."""
    head, _, body = raw.partition(b"Binary:\n")
    lines = head.decode().splitlines()
    count = int(next(line for line in lines if line.startswith("No. Variables:")).split(":")[1])
    first = lines.index("Variables:") + 1
    names = [line.split()[1] for line in lines[first : first + count]]
    values = array("d", body[: len(body) // 8 * 8])
    columns = {name.removeprefix("v(").removesuffix(")") if name.startswith("v(") else name: values[i::count]
               for i, name in enumerate(names)}  # fmt: skip
    return Waves(columns.pop("time"), columns)
