"""From file to plan to intakes: a day at midnight and at each plan change, a year at a time, bad input refused (R3)."""

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from time import perf_counter
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, rrule

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
from hub.domain.schedule import intakes_of, intakes_over
from hub.plan.envelope import PlanUnreadable, understand
from hub.plan.jsontext import MAX_FILE_BYTES, write_json
from medhub.plan_check_report import medicines_of
from medhub.plan_files import read_file
from medhub.simulate import EVERYDAY
from tests.bench.row import Row, percentile

START, YEAR = date(2026, 1, 1), 365
ROUNDS = {PartOfDay.MORNING: 8, PartOfDay.NOON: 12, PartOfDay.EVENING: 18, PartOfDay.NIGHT: 22}
FASTER = 20  # than dateutil's rules
RUNS = 15


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


# -- a year, beside dateutil's rules -----------------------------------------------------------------------------------


def bench_year_beside_rrule() -> list[Row]:
    """The same occurrences by both, in UTC. The rules are built before, and the plan is laid out before: both are asked
    again and again. The best of some runs, one of each in turn."""
    plan = twelve_medicines()
    rules = rules_of(plan)
    ours = {(d.ordination, i.at) for i in intakes_over(plan, START, YEAR) for d in i.doses}
    assert ours == {(name, at) for name, ats in occurrences(rules) for at in ats}
    ours_ms, theirs_ms = [], []
    for _ in range(RUNS):
        ours_ms.append(took_ms(lambda: intakes_over(plan, START, YEAR)))
        theirs_ms.append(took_ms(lambda: occurrences(rules)))
    return [
        Row(f"a year of 12 medicines ({len(ours)} doses) expanded", min(ours_ms), None, "ms"),
        Row("the same by dateutil.rrule", min(theirs_ms), None, "ms"),
        Row(f"{FASTER} × ours ÷ dateutil's", FASTER * min(ours_ms) / min(theirs_ms), 1.0, "×"),
    ]


def rules_of(plan: Plan) -> list[tuple[str, rrule]]:
    """One for each medicine and slot."""
    zone = ZoneInfo(plan.settings.zone)
    ends = datetime.combine(START + timedelta(days=YEAR), time(), zone).astimezone(UTC)
    at = {slot.part: slot.time for slot in plan.slots}
    lines = ((o.id, p, line) for o in plan.ordinations for p in o.dosage.periods for line in p.days[1])
    return [
        (
            ident,
            rrule(DAILY, interval=p.repeat_days, dtstart=datetime.combine(p.start, at[line.part], zone), until=ends),
        )
        for ident, p, line in lines
    ]


def occurrences(rules: list[tuple[str, rrule]]) -> list[tuple[str, list[datetime]]]:
    return [(name, [at.astimezone(UTC) for at in rule]) for name, rule in rules]


def took_ms(act: Callable[[], object]) -> float:
    """Without the collector, as `timeit` has it."""
    gc.disable()
    try:
        begun = perf_counter()
        act()
        return (perf_counter() - begun) * 1000
    finally:
        gc.enable()


# -- a file ------------------------------------------------------------------------------------------------------------


def bench_file_checked() -> list[Row]:
    """From bytes to all that `medhub plan check` says of 28 days."""
    files = {"12 medicines of FMK's": twelve_dosages(), "the everyday citizen's 16 in FHIR": EVERYDAY.read_bytes()}
    return [
        Row(f"{name} read, checked, planned for 28 days", percentile([took_ms(lambda t=text: checked(t))
            for _ in range(RUNS)], 0.5), 50.0, "ms")
        for name, text in files.items()
    ]  # fmt: skip


def checked(text: bytes) -> None:
    understood = understand(read_file(text, hub="bench", day=START).envelope, "")
    medicines = medicines_of(understood, START, 28)
    assert len(medicines) >= 12
    assert any(medicine.intakes for medicine in medicines)


def twelve_dosages() -> bytes:
    kinds = ("Morning", "Noon", "Evening", "Night")
    return write_json([fmk([dose(kind) for kind in kinds[: n % 4 + 1]], 1 + (n in (5, 9))) for n in range(12)])


def dose(kind: str, quantity: object = 1) -> dict[str, object]:
    return {"type": f"{kind}DoseWrapper", "doseQuantity": quantity, "isAccordingToNeed": False}


def fmk(doses: list[dict[str, object]], interval: int = 1, times: int = 1, **dates: str) -> dict[str, object]:
    period = {
        "iterationInterval": interval,
        "startDate": "2026-01-01",
        **dates,
        "days": [{"dayNumber": 1, "allDoses": doses}],
    }
    return {"structures": {"unitOrUnits": {"unit": "tablet"}, "structures": [period] * times}}


XML_146 = "http://www.dkma.dk/medicinecard/xml.schema/2015/06/01"
ENTITIES = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10 if n else "x" * 9}">' for n in range(12))
WHOLE = write_json(fmk([dose("Morning")]))
BAD = {
    "truncated": WHOLE[:-9],
    "huge": b'{"freeText": {"text": "' + b"x" * MAX_FILE_BYTES + b'"}}',
    "huge XML": f'<Dosage xmlns="{XML_146}">{"<a/>" * (MAX_FILE_BYTES // 4)}</Dosage>'.encode(),
    "deep": b"[" * MAX_FILE_BYTES,
    "deep XML": f'<Dosage xmlns="{XML_146}">{"<a>" * 200_000}'.encode(),
    "wrong encoding": WHOLE.decode().encode("utf-16"),
    "wrong encoding of XML": '<?xml version="1.0"?><Dosage>dr\u00e5be</Dosage>'.encode("latin-1"),
    "entity bomb": f"<!DOCTYPE Dosage [{ENTITIES}]><Dosage>&b11;</Dosage>".encode(),
    "NaN": WHOLE.replace(b'"doseQuantity":1', b'"doseQuantity":NaN'),
    "negative": write_json(fmk([dose("Morning", -1)])),
    "before 2000": WHOLE.replace(b"2026", b"1999"),
    "end before start": write_json(fmk([dose("Morning")], endDate="2025-12-31")),
    "11 periods": write_json(fmk([dose("Morning")], times=11)),
}


def bench_bad_input() -> list[Row]:
    slowest = max((percentile([took_ms(lambda t=text: refused(t)) for _ in range(5)], 0.5), name)
                  for name, text in BAD.items())  # fmt: skip
    return [Row(f"bad input refused, the slowest of {len(BAD)}: {slowest[1]}", slowest[0], 100.0, "ms")]


def refused(text: bytes) -> None:
    """The whole file, or each medicine in it, with a reason."""
    try:
        reasons = [m.reasons for m in understand(read_file(text, hub="bench", day=START).envelope, "").medicines]
    except PlanUnreadable as error:
        reasons = [error.reasons]
    assert reasons
    assert all(reasons)
