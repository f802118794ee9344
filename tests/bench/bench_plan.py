"""A day's plan of twelve medicines, from plan to intakes: done at midnight and at each plan change (R3)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from time import perf_counter

from hub.domain.plan import (
    DayDose,
    Dosage,
    Handout,
    Limits,
    Medicine,
    Ordination,
    PartOfDay,
    Period,
    Plan,
    Settings,
    Slot,
)  # fmt: skip
from hub.domain.schedule import intakes_of
from tests.bench.row import Row, percentile

START = date(2026, 1, 1)
ROUNDS = {PartOfDay.MORNING: 8, PartOfDay.NOON: 12, PartOfDay.EVENING: 18, PartOfDay.NIGHT: 22}


def twelve_medicines() -> Plan:
    """Twelve ordinations, from one to four times a day, two of them every second day."""
    issued = datetime(2026, 1, 1, tzinfo=UTC)
    return Plan(
        hub="bench", citizen="2512489996", name="Bente", version=1, issued=issued, valid_from=issued, digest="0" * 64,
        slots=tuple(Slot(id=part.value, time=time(hour), part=part) for part, hour in ROUNDS.items()),
        settings=Settings(), contacts=(), limits=Limits(), ordinations=tuple(_ordination(n) for n in range(12)),
    )  # fmt: skip


def _ordination(n: int) -> Ordination:
    lines = tuple(DayDose(quantity=Decimal("0.5") * (n % 4 + 1), part=part) for part in list(ROUNDS)[: n % 4 + 1])
    period = Period(start=START, days={1: lines}, repeat_days=1 + (n in (5, 9)))
    medicine = Medicine(name=f"Medicin {n}", strength="100 mg", atc=f"A{n:02}AA01")
    return Ordination(str(n), medicine, Dosage((period,), "tablet", "tabletter"), Handout.COMPARTMENT)


def bench_day_recomputed() -> list[Row]:
    times = []
    for n in range(400):
        plan = twelve_medicines()  # a plan just come: nothing of it was reckoned before
        begun = perf_counter()
        intakes = intakes_of(plan, START + timedelta(days=n % 365))
        times.append((perf_counter() - begun) * 1000)
        assert len(intakes) == 4
    return [Row("a day of 12 medicines recomputed, median", percentile(times, 0.5), 1.0, "ms")]
