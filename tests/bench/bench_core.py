"""The core under way: years of hub life in memory, and the tick of a full box (R3)."""

from collections.abc import Sequence
from datetime import date, timedelta
from time import perf_counter, process_time
from typing import cast

from hub.domain import commands as c
from hub.domain.events import Event
from hub.domain.plan import Plan
from hub.domain.schedule import intakes_of
from hub.journal import Journal
from hub.plan.envelope import read_plan
from medhub.simulate import EVERYDAY, live
from tests.bench.bench_journal import on_disk
from tests.bench.bench_plan import twelve_medicines
from tests.bench.row import Row, percentile
from tests.domain.play import DAY
from tests.hub.box import Box, HandClock, RunningLoop
from tests.hub.made import PAIRING

DAYS = 180
YEARS_A_MINUTE = 10
COMPARTMENTS = 28


class InMemory:
    """What a simulated life wants of a journal."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, events: Sequence[Event]) -> None:
        self.events += events


def everyday() -> Plan:
    return read_plan(EVERYDAY.read_bytes(), "bench")


def bench_simulated_years() -> list[Row]:
    """Four intakes a day: filled, opened, taken, declined, missed and settled as people do."""
    journal = InMemory()
    begun = process_time()
    live(everyday(), cast(Journal, journal), DAY, DAYS, seed=1)
    years = DAYS / 365.25 / ((process_time() - begun) / 60)
    return [
        Row("simulated years of hub life a minute of one core, 4 intakes a day", years, None, ""),
        Row(f"{YEARS_A_MINUTE} ÷ that", YEARS_A_MINUTE / years, 1.0, "×"),
        Row("events a simulated day", len(journal.events) / DAYS, None, ""),
    ]


def bench_tick_of_a_full_box() -> list[Row]:
    """A week in steps of five minutes on a real journal, nobody at home: every intake due, missed, told, escalated."""
    ticks_ms = []
    with on_disk() as folder, Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
        box = Box(HandClock(), range(1, COMPARTMENTS + 1))
        hub = RunningLoop(journal, box, tick_s=3600).start()
        try:
            hub.do(c.OfferPlan("bench", twelve_medicines()), *_week_of_fills())
            for _ in range(7 * 24 * 12):
                box.clock.wait(300)
                for look in hub.devices.looks.values():
                    hub.ask(look.once)
                ticks_ms.append(cast(float, hub.ask(lambda: _timed_ms(hub))))
        finally:
            hub.close()
    return [
        Row(f"tick, {COMPARTMENTS} compartments, 12 medicines, p50", percentile(ticks_ms, 0.5), None, "ms"),
        Row("the same, p99, its commits included", percentile(ticks_ms, 0.99), 5.0, "ms"),
    ]


def _timed_ms(hub: RunningLoop) -> float:
    begun = perf_counter()
    hub.loop._look_at_time()
    return (perf_counter() - begun) * 1000


def _week_of_fills() -> list[c.FillCompartment]:
    plan = twelve_medicines()
    week: list[date] = [DAY + timedelta(days=n) for n in range(7)]
    intakes = [intake.id for day in week for intake in intakes_of(plan, day)]
    return [c.FillCompartment(n, intake, 2000, "Sanne") for n, intake in enumerate(intakes, start=1)][:COMPARTMENTS]
