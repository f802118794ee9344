"""From a finger on Åbn to a lock under power, through the real socket, hub and journal; and what a day leaves on the
disk. The world's twins stand for the devices; a bare write + fsync is measured between the touches."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from drivers.world_protocol import What
from hub import protocol as p
from tests.bench.bench_journal import on_disk
from tests.bench.row import Row, percentile
from tests.drivers.worlds import wait_for
from tests.system.home import SLOTS, Home, a_home, home_time, intake_id

TOUCHES = 100
FSYNC_BYTES = 1024  # an opening's intent and its first pulse
LEEWAY_MS = 50.0


def bench_touch_to_lock() -> list[Row]:
    """Each touch is an opening of the same intake, put back untouched: nothing was taken, so it may be opened again."""
    touched_ms, fsync_ms = [], []
    with a_home_on_disk() as home, (home.state / "bare").open("ab", buffering=0) as bare, home.screen() as screen:
        home.begin("8.00")
        for number in range(TOUCHES):
            home.ready("morning")
            fsync_ms.append(_fsync_ms(bare.fileno()))
            begun = time.monotonic()
            assert screen.call(p.Open(intake=intake_id("morning"))).error is None
            home.until_open("morning")
            pulses = [entry.at_s for entry in home.world.ledger() if entry.what is What.PULSE]
            assert len(pulses) == number + 1
            touched_ms.append((pulses[-1] - begun) * 1000)
            home.world.shut_lid(1)
            home.until("morning", "due")
    fsync_p99 = percentile(fsync_ms, 0.99)
    return [
        Row("bare write + fsync of an intent's bytes, p99", fsync_p99, None, "ms"),
        Row("touch → lock energised, p50", percentile(touched_ms, 0.5), None, "ms"),
        Row("touch → lock energised, p99", percentile(touched_ms, 0.99), fsync_p99 + LEEWAY_MS, "ms"),
    ]


def bench_a_day_on_the_disk() -> list[Row]:
    """Four intakes taken on time, and the hours between, each looked at; the daily copy of the journal apart."""
    with a_home_on_disk() as home:
        home.begin("6.00")
        before = _written_bytes(home.hub.pid), home.status().seq
        for hour in range(7, 24):
            home.at(f"{hour}.00")
            if hour in (8, 12, 18, 22):
                _take(home, SLOTS[(8, 12, 18, 22).index(hour)])
        home.time.jump_to(home_time("5.00") + timedelta(days=1))
        wait_for("the next day", lambda: str(home.status().day) == "2026-03-13")
        written, seq = _written_bytes(home.hub.pid), home.status().seq
    return [
        Row("a day of 4 intakes, events", seq - before[1], None, ""),
        Row("a day of 4 intakes, written to the disk", (written - before[0]) / 1024, None, "KiB"),
    ]


def _take(home: Home, slot: str) -> None:
    home.ready(slot)
    assert home.open(slot) == ()
    home.take_all(home.until_open(slot))
    home.until(slot, "taken")


@contextmanager
def a_home_on_disk() -> Iterator[Home]:
    """Its journal lies on the project's disk; its sockets, whose paths must be short, do not."""
    with on_disk() as folder, a_home(state=folder.resolve() / "state") as home:
        yield home


def _fsync_ms(file: int) -> float:
    begun = time.monotonic()
    os.write(file, b"x" * FSYNC_BYTES)
    os.fsync(file)
    return (time.monotonic() - begun) * 1000


def _written_bytes(pid: int) -> int:
    """What a process has caused to be sent to the disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])
