"""`make prove-powercut`: thousands of power cuts under the real journal, and the same sweep with commits not synced.

`python -m tests.proof_powercut.prove SEED` draws other lives and other cuts. Fails where a promise is broken, or where
a journal that does not sync is not found out.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from tests.proof_powercut.judge import Finding, sweep
from tests.proof_powercut.record import COMPILER, Fault, Recording, scratch
from tests.proof_powercut.stories import Stories

SEED = "medhub"
ROUNDS = 4  # each with five lives of its own
CUTS = 250  # of each life
FAULTS = {
    "synchronous = NORMAL": Fault(synchronous="NORMAL"),
    "SQLite's fdatasync ignored": Fault(ignored="fdatasync"),
    "our own fsync ignored": Fault(ignored="fsync"),
    "both ignored": Fault(ignored="fsync fdatasync"),
}


def lives(stories: Stories) -> Iterator[tuple[str, Recording]]:
    new = stories.new()
    again = stories.after_a_cut(new)
    yield "new", new
    yield "after a power cut", again
    yield "after two", stories.after_a_cut(again)
    yield "on a damaged file", stories.damaged(new)
    yield "on a restored copy", stories.restored(again)


def count(name: str, recording: Recording, seed: str, folder: Path) -> list[Finding]:
    """One line for one life."""
    began = monotonic()
    findings = sweep(recording, CUTS, seed, folder / "cut")
    lost, silent = sum(f.lost for f in findings), sum(f.silent for f in findings)
    print(
        f"{name:34} {len(recording.ops):5} ops {CUTS} cuts: {len(findings):3} broken, {lost:3} lost, "
        f"{silent:3} in silence  {monotonic() - began:4.0f} s",
        flush=True,
    )
    return findings


def main(seed: str) -> int:
    if not COMPILER:
        print("A C compiler is needed for the recorder: apt-get install gcc libc6-dev")
        return 1
    broken: list[str] = []
    swept = 0
    for number in range(ROUNDS):
        with scratch() as folder:
            of_round = f"{seed}/{number}"
            for name, recording in lives(Stories(folder, of_round)):
                broken += [f"{of_round}: {f.what}" for f in count(name, recording, of_round, folder)]
                swept += CUTS
    passed: list[str] = []
    for name, fault in FAULTS.items():
        with scratch() as folder:
            if not count(name, Stories(folder, seed).new(fault), seed, folder):
                passed.append(name)
    print(*broken[:20], sep="\n")
    print(
        f"seed {seed!r}: {swept} cuts, {len(broken)} broken promises; faults not found: {', '.join(passed) or 'none'}"
    )
    return 1 if broken or passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else SEED))
