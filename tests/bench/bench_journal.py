"""What a promise on the disk costs: one event's commit beside a bare write and fsync of the same bytes, in turns."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from hub.journal import Journal
from hub.journal_schema import canonical_form
from tests.bench.row import Row, percentile
from tests.hub.made import PAIRING, event, events

FIRST = 50  # commits while the write-ahead log still grows, as after every clean start
COMMITS = 1500
YEAR = 25_000  # events: four intakes a day with their openings and an alarm now and then


@contextmanager
def on_disk() -> Iterator[Path]:
    """A folder on the disk the project lies on; /tmp may be memory, where an fsync is nothing."""
    out = Path("out")
    out.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=out) as folder:
        yield Path(folder)


def bench_one_events_commit() -> list[Row]:
    with on_disk() as folder, (folder / "bare").open("ab", buffering=0) as bare:
        bare_ms, commit_ms = [], []
        with Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
            for seq in range(1, COMMITS + 1):
                made = event(seq)
                data = canonical_form(made)
                begun = perf_counter()
                bare.write(data)
                os.fsync(bare.fileno())
                between = perf_counter()
                journal.append([made])
                bare_ms.append((between - begun) * 1000)
                commit_ms.append((perf_counter() - between) * 1000)
    ratio = percentile(commit_ms, 0.5) / percentile(bare_ms, 0.5)
    own_ms = percentile([c - b for b, c in zip(bare_ms, commit_ms, strict=True)], 0.5)
    cold = percentile(commit_ms[:FIRST], 0.5) / percentile(bare_ms[:FIRST], 0.5)
    return [
        Row("the same bytes, bare write + fsync, median", percentile(bare_ms, 0.5), None, "ms"),
        Row("one event's commit, median", percentile(commit_ms, 0.5), None, "ms"),
        Row("one event's commit, p99", percentile(commit_ms, 0.99), None, "ms"),
        Row("one event's commit ÷ bare write + fsync", ratio, 1.75, "×"),
        Row("one event's commit, without what the bare write + fsync took, median", own_ms, 0.3, "ms"),
        Row(f"the same, the first {FIRST} after a clean start", cold, None, "×"),
    ]


def bench_bytes_of_a_commit() -> list[Row]:
    """What reaches the disk, the log's own folding into the database included."""
    with on_disk() as folder, Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
        before = written_bytes()
        for seq in range(1, COMMITS + 1):
            journal.append([event(seq)])
        return [Row("written to the disk, an event", (written_bytes() - before) / COMMITS / 1024, None, "KiB")]


def bench_a_year_checked_at_boot() -> list[Row]:
    with on_disk() as folder:
        path = folder / "journal.db"
        with Journal.open(path, pairing=PAIRING) as journal:
            for first in range(1, YEAR, 500):
                journal.append(events(first, first + 499))
        begun = perf_counter()
        with Journal.open(path, pairing=PAIRING) as journal:
            checked = perf_counter() - begun
            for _ in journal.replay():
                pass
            replayed = perf_counter() - begun - checked
        size = path.stat().st_size / YEAR
    return [
        Row(f"a year's journal ({YEAR} events) checked at boot", checked, None, "s"),
        Row("the same, read again", replayed, None, "s"),
        Row("its file, an event", size, None, "bytes"),
    ]


def written_bytes() -> int:
    """What this process has caused to be sent to the disk."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


if __name__ == "__main__":
    from tests.bench.run import main

    raise SystemExit(main("bench_journal"))
