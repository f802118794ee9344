"""The other half of `make prove-scale`: how often a weight is told to have changed with every lid shut, and has not;
and which tablet is seen to go. Writes its table of docs/scale.md.

`--seed WORD` draws other days, `--days N` and `--trials N` so many of each; `--look` prints and writes nothing.
"""

import argparse
import os
import sys
from functools import partial
from multiprocessing import Pool
from time import monotonic

from tests.scale.prove import PAGE, SEED, TIMES
from tests.scale.still import false_steps, is_seen

BEGIN, END = "<!-- still: made by `make prove-scale` -->", "<!-- still: so far -->"
TABLETS_MG = (50, 100, 125, 150, 175, 200, 250, 500)
DAYS, TRIALS = 6, 60


def table(false: dict[int, list[int]], seen: dict[tuple[int, int], float], days: int) -> str:
    """A row a cell."""
    rows = [
        "| a cell | told falsely | " + " | ".join(f"{mg} mg" for mg in TABLETS_MG) + " |",
        "| --- |" + " --- |" * (len(TABLETS_MG) + 1),
    ]
    for times in TIMES:
        worse = "as its data sheet says" if times == 1 else f"{times} times worse"
        shares = " | ".join(f"{seen[times, mg] * 100:.0f}" for mg in TABLETS_MG)
        rows.append(f"| {worse} | {len(false[times])} in {days} days | {shares} |")
    return "\n".join(["", *rows, ""])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--days", type=int, default=DAYS, metavar="N")
    parser.add_argument("--trials", type=int, default=TRIALS, metavar="N")
    parser.add_argument("--look", action="store_true")
    args = parser.parse_args(arguments)
    began, false, seen = monotonic(), dict[int, list[int]](), dict[tuple[int, int], float]()
    with Pool(os.cpu_count()) as pool:
        for times in TIMES:
            days = pool.imap(partial(false_steps, times=times), [f"{args.seed} {n}" for n in range(args.days)])
            false[times] = [moved_mg for day in days for moved_mg in day]
            print(f"{times} x: told falsely in {args.days} days: {false[times]}", flush=True)
            for mg in TABLETS_MG:
                tries = pool.imap(
                    partial(is_seen, times=times, weight_mg=mg), [f"{args.seed} {n}" for n in range(args.trials)]
                )
                seen[times, mg] = sum(tries) / args.trials
                print(f"{times} x: {mg} mg seen: {seen[times, mg]:.2f}", flush=True)
    if not args.look:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        made = table(false, seen, args.days)
        PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(f"seed {args.seed!r}: {monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
