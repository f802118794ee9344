"""`make prove-scale`: how often the scale's verdict on an opening is wrong, by the weight of a tablet, on a cell as its
data sheet says and two and three times worse. Writes the tables of docs/scale.md.

`--seed WORD` draws other openings, `--trials N` so many of each kind; `--look` prints and writes nothing.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from multiprocessing import Pool
from pathlib import Path
from random import Random
from time import monotonic
from typing import NamedTuple

from hub.domain.reading import Removed
from tests.scale.curve import TRUTH, Act, Opening, verdict
from tests.scale.garbled import garbled

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN, END = "<!-- made by `make prove-scale` -->", "<!-- so far -->"
TIMES = (1, 2, 3)
TABLETS_MG = (50, 100, 150, 200, 300, 400, 600, 900)
COUNTS = range(1, 7)
OPEN_S = (10.0, 120.0)
SEED, TRIALS, LINES = "medhub", 120, 1_000_000


class Kind(NamedTuple):
    """Openings that share a cell of the table."""

    lifted: bool
    times: int
    tablet_mg: int
    act: Act


class Rates(NamedTuple):
    """Shares of one kind's openings. `asked`: unsure, or no stable weight; the rest is `right`."""

    right: float
    wrong: dict[Removed, float]
    asked: float
    openings: int

    def __str__(self) -> str:
        wrong = ", ".join(
            f"**{share * 100:.1f}** {removed.value.replace('_', ' ')}" for removed, share in self.wrong.items()
        )
        return f"{self.right * 100:.1f}" + (f"; {wrong}" if wrong else "")


def rates(kind: Kind, seed: str, trials: int) -> Rates:
    """`trials` openings for each number of tablets that the act is possible with."""
    came = Counter(verdict(opening, f"{seed} {opening} {number}") for number, opening in _openings(kind, seed, trials))
    total, truth = came.total(), TRUTH[kind.act]
    asked = came[None] + came[Removed.UNSURE]
    wrong = {r: came[r] / total for r in Removed if came[r] and r not in (truth, Removed.UNSURE)}
    return Rates(came[truth] / total, wrong, asked / total, total)


def _openings(kind: Kind, seed: str, trials: int) -> Iterator[tuple[int, Opening]]:
    draw = Random(f"{seed} {kind}")
    for tablets, number in product(COUNTS, range(trials)):
        if tablets > 1 or kind.act not in (Act.ONE_TAKEN, Act.ONE_LEFT):
            yield number, Opening(
                kind.times, kind.tablet_mg, tablets, kind.act, draw.uniform(*OPEN_S), kind.lifted
            )  # fmt: skip


def table(found: dict[Kind, Rates], lifted: bool, times: int) -> Iterator[str]:
    yield f"| tablet | {' | '.join(Act)} |"
    yield "| --- |" + " --- |" * len(Act)
    for tablet_mg in TABLETS_MG:
        cells = (str(found[Kind(lifted, times, tablet_mg, act)]) for act in Act)
        yield f"| {tablet_mg} mg | {' | '.join(cells)} |"


def page(found: dict[Kind, Rates]) -> str:
    lines = [BEGIN]
    for lifted, times in product((False, True), TIMES):
        worse = "as its data sheet says" if times == 1 else f"{times} times worse"
        lines += ["", f"**A cell {worse}, {'just after the tray was out' if lifted else 'at rest'}**", ""]
        lines += table(found, lifted, times)
    return "\n".join([*lines, "", END])


def _one(job: tuple[Kind, str, int]) -> tuple[Kind, Rates]:
    return job[0], rates(*job)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--trials", type=int, default=TRIALS, metavar="N")
    parser.add_argument("--look", action="store_true")
    args = parser.parse_args(arguments)
    began = monotonic()
    kinds = [Kind(*parts) for parts in product((False, True), TIMES, TABLETS_MG, Act)]
    found: dict[Kind, Rates] = {}
    with Pool(os.cpu_count()) as pool:
        for kind, rate in pool.imap(_one, [(kind, args.seed, args.trials) for kind in kinds]):
            found[kind] = rate
            print(
                f"{kind.times} x {'lifted' if kind.lifted else 'rested':6} {kind.tablet_mg:3} mg {kind.act:15} {rate}",
                flush=True,
            )
    if not args.look:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(before + page(found) + rest.partition(END)[2], encoding="utf-8")
    print(garbled(args.seed, LINES))
    openings = sum(rate.openings for rate in found.values())
    print(f"seed {args.seed!r}: {openings:,} openings in {monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
