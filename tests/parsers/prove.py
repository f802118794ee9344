"""`make prove-parsers`: a million codes of the scanner and a million lines of the scale, spoilt at random, each read as
an oracle reads it or refused where it refuses.

Nothing but the parser's own refusal comes out, and no wrong check digit passes. Exit 1 at the first that is otherwise,
with its seed and bytes; `--seed N --count M` does that one again.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable
from itertools import zip_longest
from multiprocessing import Pool
from random import Random
from time import monotonic

from msgspec.structs import asdict

from drivers import gs1
from drivers.scale_serial import Lines
from drivers.scanning import MOST_IN_SAME, SAME_S, Scanning
from hub.ports import Scan, ScanRefused
from tests.parsers import codes, weights
from tests.parsers.oracle import meant

COUNT = 1_000_000  # of each
BATCH = 10_000  # of one seed
AT_S = 0.0


class Wrong(Exception):
    """The parser and the oracle disagree, or something came out that must not."""


def prove_codes(seed: int, count: int) -> Counter[str]:
    """Spoil `count` codes by `seed` and judge each; then send them all through the frames, cut anywhere. What came."""
    random = Random(seed)
    frames = [codes.spoilt(random, codes.frame(random), codes.frame(random)) for _ in range(count)]
    came = judged(code, seed, frames)
    if (told := stream(random, frames)) != (wanted := expected(frames)):
        was, instead = next((a, b) for a, b in zip_longest(told, wanted) if a != b)
        raise Wrong(f"seed {seed}: in a stream, {was} instead of {instead}")
    return came


def prove_weights(seed: int, count: int) -> Counter[str]:
    """Spoil `count` lines of the scale by `seed` and judge each, by itself and after the ones before. What came."""
    random, lines = Random(seed), Lines()
    lines.receive(b"\n")
    return judged(
        lambda sent: weight(lines, sent), seed,
        [codes.spoilt(random, weights.line(random), weights.line(random)) for _ in range(count)],
    )  # fmt: skip


def judged(judge: Callable[[bytes], str], seed: int, all_sent: list[bytes]) -> Counter[str]:
    came = Counter[str]()
    for sent in all_sent:
        try:
            came[judge(sent)] += 1
        except Exception as error:
            raise Wrong(f"seed {seed}: {sent!r}: {type(error).__name__} {error}") from error
    return came


def weight(lines: Lines, sent: bytes) -> str:
    wanted = [counts for each in sent.split(b"\n") if (counts := weights.meant(each)) is not None]
    if (found := lines.receive(sent + b"\n")) != wanted:
        raise Wrong(f"read as {found}, and means {wanted}")
    return "read" if wanted else "refused"


def code(frame: bytes) -> str:
    scan, wanted = gs1.read(frame, AT_S), meant(frame)
    if isinstance(scan, ScanRefused):
        if wanted is not None:
            raise Wrong(f"refused ({scan.why} {scan.about}), and means {wanted}")
        return "refused"
    said = {"text": scan.code} if isinstance(scan.code, str) else {**asdict(scan.code), "text": None}
    if wanted is None or said.items() - asdict(wanted).items():
        raise Wrong(f"read as {said}, and means {wanted}")
    return "read"


def stream(random: Random, frames: list[bytes]) -> list[Scan | ScanRefused]:
    """The frames as one line sends them, each slowly enough for hands, cut at random into what one read gives."""
    scanning, told, now_s = Scanning(), [], 0.0
    for frame in frames:
        sent = frame + random.choice((b"\r", b"\n", b"\r\n"))
        now_s += 2 * SAME_S
        cut = sorted(random.choices(range(len(sent) + 1), k=random.randint(0, 5)))
        for begin, end in zip([0, *cut], [*cut, len(sent)], strict=True):
            told += scanning.receive(sent[begin:end], now_s, AT_S)
    return told


def expected(frames: list[bytes]) -> list[Scan | ScanRefused]:
    """Each line that begins as a code does, once within a frame."""
    told: list[Scan | ScanRefused] = []
    for frame in frames:
        lines = [line for line in frame.replace(b"\n", b"\r").split(b"\r") if line[:1] == b"]" and line[1:3].isalnum()]
        scans = [gs1.read(line, AT_S) for line in lines if len(line) > 2 and line[1:2].isalpha()]
        told += list(dict.fromkeys(scans))[:MOST_IN_SAME]
    return told


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help="how many of each")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=f"the first; another every {BATCH:,}")
    args = parser.parse_args(arguments)
    batches = [(args.seed + n, min(BATCH, args.count - n * BATCH)) for n in range(-(-args.count // BATCH))]
    with Pool(os.cpu_count()) as pool:
        for prove in (prove_codes, prove_weights):
            began, came = monotonic(), Counter[str]()
            try:
                for some in pool.starmap(prove, batches, chunksize=1):
                    came += some
            except Wrong as wrong:
                print(wrong)
                return 1
            what, took_s = prove.__name__.removeprefix("prove_"), monotonic() - began
            print(f"{came.total():,} spoilt {what}, seeds {args.seed} to {batches[-1][0]}, in {took_s:.0f} s:")
            print(
                f"  {came['read']:,} read and {came['refused']:,} refused, each as the oracle has it; nothing escaped"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
