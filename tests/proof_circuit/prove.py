"""`make prove-circuit`: the lock's circuit of docs/wiring.md, simulated: every case, every control taken out, the
corners of its tolerances, and boxes drawn at random. Writes docs/proofs/circuit.md. Needs ngspice.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.proof_circuit import cases
from tests.proof_circuit.cases import Case, Verdict
from tests.proof_circuit.netlist import text
from tests.proof_circuit.spice import NGSPICE, run, there

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "proofs" / "circuit.md"
BEGIN, END = "<!-- written by make prove-circuit -->", "<!-- to here -->"
SEED, BOXES = 20261128, 200


def judged(case: Case) -> Verdict:
    return case.judge(case.parts, run(text(case.parts, case.scene)))


def main() -> int:
    if not there():
        print("There is no ngspice: apt-get install ngspice", file=sys.stderr)
        return 2
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as at_once:
        held = list(at_once.map(judged, cases.CASES))
        broken = list(at_once.map(judged, map(cases.without, cases.WITHOUT)))
        edges = list(at_once.map(judged, cases.corners()))
        boxes = list(at_once.map(judged, (case for pair in cases.drawn(SEED, BOXES) for case in pair)))
    rows = list(_told(held, broken, edges, boxes))
    print("\n".join(rows))
    wrong = sum(not v.good for v in (*held, *edges, *boxes)) + sum(v.good for v in broken)
    if wrong:
        print(f"{wrong} are not as they must be; {PAGE.relative_to(ROOT)} stays as it was.")
        return 1
    before, rest = PAGE.read_text().split(BEGIN)
    figure = (
        f"**Figure.** `make prove-circuit` · {_commit()} · {datetime.now(UTC).date()} · seed {SEED} · {_ngspice()}, in "
        f"{time.monotonic() - began:.0f} s on {os.cpu_count()} cores: {len(held)} cases, {len(edges)} corners and "
        f"{BOXES} boxes drawn at random as they must be; {len(broken)} times a control taken out was seen."
    )
    PAGE.write_text("\n".join([before + BEGIN, figure, "", *rows, END + rest.split(END)[1]]))
    return 0


def _told(held: list[Verdict], broken: list[Verdict], edges: list[Verdict], boxes: list[Verdict]) -> Iterator[str]:
    yield from ("| case | | what came of it |", "| --- | --- | --- |")
    yield from (f"| {c.name} | {_word(v.good)} | {v.figure} |" for c, v in zip(cases.CASES, held, strict=True))
    yield from ("", "| taken out | so that this fails | | what came of it |", "| --- | --- | --- | --- |")
    yield from (
        f"| {one.what} | {one.case} | {'**not seen**' if v.good else 'seen'} | {v.figure} |"
        for one, v in zip(cases.WITHOUT, broken, strict=True)
    )
    yield from ("", "| many at once | | what came of it |", "| --- | --- | --- |")
    typical, ever = edges[:-2], edges[-2:]
    yield _many("a stuck line, R, C, chip, thresholds and supply at their ends", typical)
    yield _many("the chip at three times its typical 5 %", ever)
    yield _many(f"{BOXES} boxes at random, a good pulse", boxes[::2])
    yield _many(f"{BOXES} boxes at random, a stuck line", boxes[1::2])


def _many(what: str, verdicts: Sequence[Verdict]) -> str:
    figures = sorted({v.figure for v in verdicts})
    good = sum(v.good for v in verdicts)
    return f"| {what} | {good} of {len(verdicts)} | from {figures[0]} to {figures[-1]} |"


def _word(good: bool) -> str:
    return "holds" if good else "**fails**"


def _ngspice() -> str:
    said = subprocess.run([NGSPICE, "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return next((word for word in said.split() if word.startswith("ngspice-")), NGSPICE)


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ("git", "-C", ROOT, *arguments), stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()

    changed = git("status", "--porcelain", "--", "tests/proof_circuit", "docs/wiring.md", "docs/pictures")
    return f"commit {git('rev-parse', '--short', 'HEAD')}{' with changes' if changed else ''}"


if __name__ == "__main__":
    sys.exit(main())
