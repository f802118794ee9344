"""What a hub that has lived ten years does before it knows where it is: open, check, follow, in one pass (R11).

The journal is a month of a simulated citizen, lived by the real core, told again and again with its dates moved on:
a core that lived all ten years would write the same. Four intakes a day are 29 events (bench_loop), so many as ten
years of that are taken of it; what one event costs is stated as well.
"""

import gc
import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import msgspec

from hub.domain import events as e
from hub.journal import Journal
from hub.journal_files import HeadFile, Mark
from hub.journal_schema import DECODER, INSERT, canonical_form, row_of
from hub.plan.envelope import read_plan
from hub.replay import Replay
from medhub.simulate import EVERYDAY, live
from tests.bench.bench_journal import on_disk
from tests.bench.row import Row

PAIRING = "bench/ten years"
EVENTS = 10 * 365 * 29
FIRST, SETTLED, MONTH = date(2026, 3, 12), 5, 28  # four weeks: what is taken weekly falls on its day again
TRIES = 3
_DATE = re.compile(rb"\d{4}-\d{2}-\d{2}")


def bench_ten_years_at_boot() -> list[Row]:
    with on_disk() as folder:
        path = folder / "journal.db"
        make(path)
        walls, cpus = zip(*(boot(path) for _ in range(TRIES)), strict=True)
    return [
        Row(f"ten years' journal ({EVENTS} events) opened, checked and followed", min(walls), 1.0, "s"),
        Row("the same, processor time", min(cpus), None, "s"),
        Row("the same, an event", min(walls) / EVENTS * 1e6, None, "µs"),
    ]


def boot(path: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor until the state is known."""
    gc.collect()
    replay, begun = Replay(), (perf_counter(), process_time())
    with Journal.open(path, pairing=PAIRING, follower=replay) as journal:
        took = perf_counter() - begun[0], process_time() - begun[1]
        assert (journal.finding, replay.lost, replay.state.seq) == ("", "", journal.head[0])
    return took


def make(path: Path) -> None:
    with Journal.open(path, pairing=PAIRING) as journal:
        db, last = journal._db, Mark(0, bytes.fromhex(journal.head[1]))
        db.execute("BEGIN")
        for event in islice(lives(), EVENTS):
            row = row_of(event, last.head)
            db.execute(INSERT, row)
            last = Mark(event.seq, row[6])
        db.execute("COMMIT")
    head_file = HeadFile(path.with_suffix(".head"))
    head_file.begin(last)
    head_file.close()


def lives() -> Iterator[e.Event]:
    """Without end."""
    before, month = lived()
    seq = count(1)
    for made in before:
        yield msgspec.structs.replace(made, seq=next(seq))
    for days in count(0, MONTH):
        for made in month:
            number = next(seq)
            told = _DATE.sub(lambda found, days=days: _later(found[0], days), canonical_form(made))
            name = hashlib.sha256(b"%d" % number).hexdigest()
            moved = DECODER.decode(told)
            yield msgspec.structs.replace(moved, seq=number, id=f"{name[:8]}-{name[8:12]}-7{name[13:16]}-{name[16:28]}")


def lived() -> tuple[list[e.Event], list[e.Event]]:
    """The events of the first days, and of the month after them."""
    plan = read_plan(EVERYDAY.read_bytes(), "bench")
    with TemporaryDirectory() as folder, Journal.open(Path(folder) / "journal.db", pairing=PAIRING) as journal:
        live(plan, journal, FIRST, SETTLED + MONTH, seed=1)
        events = list(journal.replay())
    begin, end = (_plans(events, FIRST + timedelta(days=days)) for days in (SETTLED, SETTLED + MONTH))
    return events[:begin], events[begin:end]


def _plans(events: list[e.Event], day: date) -> int:
    """Where the day begins."""
    return next(i for i, made in enumerate(events) if isinstance(made.body, e.DayPlanned) and made.body.day == day)


def _later(day: bytes, days: int) -> bytes:
    return (date.fromisoformat(day.decode()) + timedelta(days=days)).isoformat().encode()
