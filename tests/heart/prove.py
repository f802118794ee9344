"""`make prove-core`: lives of a fortnight, each from its seed, until a million dose-days are lived, a fault every day.

Exit 1 at the first thing that must never be, with the seed and what was done; `--seed N` lives that one life again.
"""

import argparse
import os
import sys
from collections import Counter
from multiprocessing import Pool
from time import monotonic
from typing import NamedTuple

from tests.heart.faults import FAULTS
from tests.heart.ledger import Broken
from tests.heart.story import lived

DOSE_DAYS = 1_000_000
DAYS = 14  # of one life
BATCH = 100  # lives between two looks at whether it is enough; a line is printed for each


class Life(NamedTuple):
    days: int
    dose_days: int
    came: Counter[str]
    broken: str


def live(seed: int) -> Life:
    try:
        story = lived(seed, DAYS)
    except Broken as broken:
        return Life(0, 0, Counter(), str(broken))
    return Life(story.days, story.dose_days, story.came, "")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dose-days", type=int, default=DOSE_DAYS, metavar="N", help="how many to live")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the first life's seed; the others follow")
    parser.add_argument("--seed", type=int, metavar="N", help="that one life alone")
    args = parser.parse_args(arguments)
    if args.seed is not None:
        return _alone(args.seed)
    return _many(args.first, args.dose_days)


def _alone(seed: int) -> int:
    life = live(seed)
    print(life.broken or f"seed {seed}: {life.days} home days, {life.dose_days} dose-days, nothing broken")
    return 1 if life.broken else 0


def _many(first: int, wanted: int) -> int:
    began, days, dose_days, seed = monotonic(), 0, 0, first
    came: Counter[str] = Counter()
    with Pool(os.cpu_count()) as pool:
        while dose_days < wanted:
            for life in pool.imap_unordered(live, range(seed, seed + BATCH)):
                if life.broken:
                    print(life.broken, flush=True)
                    return 1
                days, dose_days, came = days + life.days, dose_days + life.dose_days, came + life.came
            seed += BATCH
            took_s = monotonic() - began
            left_s = took_s * max(0, wanted - dose_days) / dose_days
            print(f"{dose_days:9,} dose-days  {days:7,} home days  {took_s:5.0f} s, {left_s:5.0f} s to go", flush=True)
    print(f"\nseeds {first} to {seed - 1}, lives of {DAYS} home days: {days:,} home days, {dose_days:,} dose-days")
    print(f"faults: {came.total():,}, at least one each home day")
    for name, times in came.most_common():
        print(f"  {times:7,}  {name.replace('_', ' ')}")
    never_came = sorted(set(FAULTS) - set(came))
    print(f"never came: {', '.join(never_came)}" if never_came else "nothing broken")
    return 1 if never_came else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
