"""What holds of any FHIR dosage: its order, its year, its daily dose, and that FMK's own shape says the same."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, Ordination, Outside, Plan
from hub.domain.schedule import doses_of_day, intakes_of
from hub.plan.daily_dose import daily_dose
from hub.plan.fhir.dosage import read_dosage
from hub.plan.fmk.dosage_json import read_fmk_json
from tests.plan import drawn, fhir_write
from tests.plan.build import Json, bundle, envelope, read, statement
from tests.plan.fmk_write import json_of

ZONE = ZoneInfo("Europe/Copenhagen")
YEAR = [fhir_write.START + timedelta(days=n) for n in range(-5, 365)]


def read_fhir(said: Dosage) -> Dosage:
    reading = read_dosage(fhir_write.elements_of(said), None, ZONE)
    assert reading.unread == ()
    return reading.dosage


def plan_of(*elements: Json) -> Plan:
    return read(envelope(bundle(statement(*elements, effectivePeriod={"start": "2026-01-01"})), "reminded"))


def lines_on(dosage: Dosage, day: date) -> list[DayDose]:
    return sorted(doses_of_day(dosage, day), key=repr)


@settings(max_examples=150, deadline=None)
@given(drawn.dosages(), drawn.effective_periods, st.randoms(use_true_random=False))
def test_the_order_of_the_elements_does_not_matter(said: list[Json], effective: Json, random: Random) -> None:
    other = random.sample(said, len(said))
    plans = [
        read(envelope(bundle(statement(*parts, effectivePeriod=effective)), "reminded")) for parts in (said, other)
    ]
    for n in range(30):
        one, two = (intakes_of(plan, drawn.START + timedelta(days=n)) for plan in plans)
        assert one == two
    assert verdicts(plans[0]) == verdicts(plans[1])


def verdicts(plan: Plan) -> list[tuple[str, str]]:
    found: list[Ordination | Outside] = [*plan.ordinations, *plan.outside]
    return sorted((o.id, o.verdict if isinstance(o, Outside) else "scheduled") for o in found)


@settings(max_examples=50, deadline=None)
@given(fhir_write.fixed(), st.randoms(use_true_random=False))
def test_a_year_is_the_same_whole_and_in_pieces(said: Dosage, random: Random) -> None:
    elements = fhir_write.elements_of(said)
    dosage = read_fhir(said)
    whole = list(occurrences(dosage, YEAR[-1]))
    for day in YEAR:
        assert lines_on(dosage, day) == sorted((line for on, line in whole if on == day), key=repr)
    plan, again = plan_of(*elements), plan_of(*elements)
    in_order = {day: intakes_of(plan, day) for day in YEAR}
    assert {day: intakes_of(again, day) for day in random.sample(YEAR, len(YEAR))} == in_order


def occurrences(dosage: Dosage, last: date) -> Iterator[tuple[date, DayDose]]:
    """Every dose until a day, by walking each period's days from its first."""
    for period in dosage.periods:
        for number, lines in period.days.items():
            day = period.start + timedelta(days=number - 1)
            while day <= min(last, period.end or last):
                yield from ((day, line) for line in lines)
                if not period.repeat_days:
                    break
                day += timedelta(days=period.repeat_days)


@settings(max_examples=100, deadline=None)
@given(fhir_write.periods(fhir_write.START, None))
def test_the_daily_dose_is_what_the_days_come_to(period: fhir_write.Period) -> None:
    dosage = read_fhir(Dosage((period,), "tablet", "tabletter"))
    days = 84 * 3  # every pattern drawn comes round in it
    total = sum((line.quantity * (line.times or 1) for day in YEAR[5 : 5 + days] for line in doses_of_day(dosage, day)),
                Decimal())  # fmt: skip
    average = daily_dose(dosage)
    assert average is not None
    assert average.low == average.high == (total / days).quantize(Decimal("1e-9"), ROUND_HALF_UP)


@settings(max_examples=150, deadline=None)
@given(fhir_write.dosages())
def test_fhir_and_fmk_say_the_same_of_one_dosage(said: Dosage) -> None:
    fhir, fmk = read_fhir(said), read_fmk_json(json_of(said))
    assert (fhir.unit, fhir.units) == (fmk.unit, fmk.units)
    for day in YEAR[:120]:
        assert lines_on(fhir, day) == lines_on(fmk, day)
    needed = [[(p.start, p.end, line) for p in d.periods for day in p.days.values() for line in day if line.as_needed]
              for d in (fhir, fmk)]  # fmt: skip
    assert needed[0] == needed[1]
