"""From a touch on the screen's socket to the lock's driver, through the hub and its disk; and a day's bytes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from hub import protocol as p
from hub.client import Client
from hub.desk import Desk
from hub.domain import commands as c
from hub.domain.intake import Life
from hub.domain.plan import PartOfDay
from hub.enrolment import Trust
from hub.journal import Journal
from hub.server import Server
from hub.signed import Purpose, new_key
from tests.bench.bench_journal import on_disk, written_bytes
from tests.bench.row import Row, percentile
from tests.domain.play import DAY, TABLET_MG, ordination, plan_of
from tests.hub.box import EIGHT, Box, HandClock, RunningLoop, offer, running
from tests.hub.made import PAIRING, wait_for

TOUCHES = 100
HAND_S = 3.0  # from shut lid to a reading that counts, by the hub's clock
INTENT_BYTES = 1024  # an OpeningRequested and its PulseRequested, as they are stored
INTAKE = f"{DAY}/morning"


def bench_touch_to_lock() -> list[Row]:
    """Each touch is an intent committed with its first pulse (R1); nothing is taken, so it is due again."""
    touch_ms, bare_ms = [], []
    with on_disk() as folder, running(folder / "journal.db") as hub, (folder / "bare").open("ab", buffering=0) as bare:
        energised: list[float] = []
        hub.box.on_pulse = lambda _: energised.append(perf_counter())
        with screen_of(hub, folder / "ui.sock") as screen:
            for n in range(1, TOUCHES + 1):
                begun = perf_counter()
                assert screen.call(p.Open(intake=INTAKE)).error is None
                wait_for(lambda n=n: len(energised) == n)
                touch_ms.append((energised[-1] - begun) * 1000)
                lid_opens_and_shuts(hub, 1, taken_mg=0)
                wait_for(lambda: hub.loop.state.opening is None)
                begun = perf_counter()
                bare.write(b"x" * INTENT_BYTES)
                os.fsync(bare.fileno())
                bare_ms.append((perf_counter() - begun) * 1000)
    fsync_ms = percentile(bare_ms, 0.99)
    return [
        Row("touch → lock energised, median", percentile(touch_ms, 0.5), None, "ms"),
        Row(
            "touch → lock energised, p99 (limit: a bare fsync's p99 + 50)",
            percentile(touch_ms, 0.99),
            fsync_ms + 50,
            "ms",
        ),
    ]


def bench_bytes_of_a_day() -> list[Row]:
    """Midnight to midnight: plan, four fills, four openings taken. The copy each night comes on top."""
    with on_disk() as folder, Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
        clock = HandClock()
        clock.wait(-7.5 * 3600)
        before = written_bytes()
        hub = RunningLoop(journal, Box(clock)).start()
        hub.do(offer(plan_of(ordination("pinemol", *PartOfDay))))
        for n, slot in enumerate(PartOfDay, 1):
            hub.do(c.FillCompartment(n, f"{DAY}/{slot}", TABLET_MG, "Sanne"))
        for n, (slot, hour) in enumerate(zip(PartOfDay, (8, 12, 18, 22), strict=True), 1):
            clock.wait((EIGHT + timedelta(hours=hour - 8) - clock.now().wall).total_seconds())
            wait_for(lambda: hub.loop.sensed().reading is not None)  # one of this hour
            opening = c.RequestOpening(f"{DAY}/{slot}", f"opening-{n}", hub.loop.sensed())
            hub.do(opening)
            lid_opens_and_shuts(hub, n, taken_mg=TABLET_MG)
            wait_for(lambda slot=slot: hub.loop.state.records[f"{DAY}/{slot}"].state is Life.TAKEN)
        stored = hub.loop.state.seq
        hub.close()
        return [
            Row(
                f"written to the disk, a day of 4 intakes ({stored} events)",
                (written_bytes() - before) / 1024,
                None,
                "KiB",
            )
        ]


@contextmanager
def screen_of(hub: RunningLoop, path: Path) -> Iterator[Client]:
    """The hub's own server and desk on a socket, and a screen's end of it."""
    key = new_key("bench", Purpose.HEARTBEAT)
    desk = Desk(hub.loop, Trust("hub-7", "2512489996", ()), key, os.urandom)
    with ExitStack() as made:
        server = Server({p.Role.UI: path}, desk.on_request, {p.Role.UI: {os.getuid()}})
        server.start()
        made.callback(server.close)
        yield made.enter_context(Client(path))


def lid_opens_and_shuts(hub: RunningLoop, number: int, taken_mg: int) -> None:
    hub.box.move_lid(number, True)
    hub.ask(lambda: None)  # after the edge, in the inbox
    hub.box.weight_mg -= taken_mg
    hub.box.move_lid(number, False)
    hub.ask(lambda: None)
    hub.box.clock.wait(HAND_S)
