"""As needed from the envelope's compartments: plain, so often a day at most, so far apart; all else stays outside."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.plan import AsNeeded, Plan
from hub.domain.schedule import as_needed_on
from tests.plan.build import (
    DAY,
    Json,
    bundle,
    dosage,
    doses,
    envelope,
    medication,
    only_outside,
    read,
    repeat,
    statement,
)  # fmt: skip

NEW_YEAR = date(2026, 1, 1)
TEXT = "1 tablet efter behov, højst 3 gange dagligt"


def needed(rep: Json | None = None, value: Any = 1, kind: str = "EFTER_BEHOV", **fields: Any) -> Json:
    said = dosage(rep or repeat(frequency=3), value, kind=kind, asNeededBoolean=True)
    return said | {"text": TEXT} | fields


def read_so(*said: Json, interval_min: int | None = 240, handout: str = "compartment", **more: Any) -> Plan:
    value = envelope(bundle(statement(*said, **more)), handout)
    if interval_min is not None:
        value["settings"]["per_medicine"]["1"]["interval_min"] = interval_min
    return read(value)


def test_a_plain_one_lies_in_the_box_and_is_planned_at_no_time() -> None:
    plan = read_so(needed(value=Decimal("1.5")))
    (ordination,) = plan.ordinations
    assert ordination.as_needed == AsNeeded(Decimal("1.5"), 3, NEW_YEAR)
    assert (ordination.interval_min, ordination.dosage.unit, ordination.text) == (240, "tablet", TEXT)
    assert doses(plan) == []
    assert plan.outside == ()


RANGE = {"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}}


@pytest.mark.parametrize(
    "change",
    [
        {"interval_min": None},
        {"handout": "reminded"},
        {"said": needed(repeat(frequency=25))},
        {"said": needed(repeat(frequency=0))},
        {"said": needed(repeat(period=2))},
        {"said": needed(repeat(periodUnit="wk"))},
        {"said": needed(repeat(frequency=1, when=["MORN"]))},
        {"said": needed(repeat(dayOfWeek=["mon"]))},
        {"said": needed() | {"timing": {}}},
        {"said": needed(value="two")},
        {"said": needed(doseAndRate=[{"doseQuantity": {"value": 1, "unit": "tablet"}, **RANGE}])},
        {"said": needed(doseAndRate=[])},
        {"said": needed(doseAndRate=[RANGE])},
    ],
)  # fmt: skip
def test_whatever_is_not_plain_or_not_asked_for_stays_outside(change: dict[str, Any]) -> None:
    said = change.get("said", needed())
    plan = read_so(said, **{k: v for k, v in change.items() if k != "said"})
    assert only_outside(plan).verdict in ("as_needed", "not_understood")


def test_two_of_them_are_not_one() -> None:
    assert only_outside(read_so(needed(), needed(repeat(frequency=1), 2))).verdict == "as_needed"


@pytest.mark.parametrize("value", [Decimal("0.3"), 11])
def test_what_cannot_lie_in_a_compartment_is_told_as_not_understood(value: Any) -> None:
    assert only_outside(read_so(needed(value=value))).verdict == "not_understood"


def test_the_form_must_be_one_that_is_kept_in_a_compartment() -> None:
    value = envelope(bundle(statement(needed()), drug=medication("SMELT", "smeltetabletter")))
    value["settings"]["per_medicine"]["1"]["interval_min"] = 60
    assert only_outside(read(value)).verdict == "not_understood"


def test_its_days_are_the_dosages_and_the_ordinations() -> None:
    bounds = {"start": "2026-03-02T00:00:00+01:00", "end": "2026-04-01T00:00:00+02:00"}
    plan = read_so(needed(repeat(frequency=3, boundsPeriod=bounds)), effectivePeriod={"start": "2026-03-10"})
    (ordination,) = plan.ordinations
    assert ordination.as_needed == AsNeeded(Decimal(1), 3, date(2026, 3, 2), date(2026, 4, 1))
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(60)]
    had = [day for day in days if as_needed_on(ordination, day)]
    assert (had[0], had[-1]) == (date(2026, 3, 10), date(2026, 4, 1))


def fixed(**bounds: str) -> Json:
    rep = repeat(when=["MORN"])
    return dosage(rep | ({"boundsPeriod": bounds} if bounds else {}), kind="KOMBINERET")


def test_beside_a_fixed_part_for_the_same_days_both_are_handed_out() -> None:
    plan = read_so(fixed(), needed(kind="KOMBINERET"))
    (ordination,) = plan.ordinations
    assert ordination.as_needed == AsNeeded(Decimal(1), 3, NEW_YEAR)
    assert doses(plan) == [("morning", "1")]
    assert plan.outside == ()


def test_beside_a_fixed_part_for_other_days_both_are_handed_out_on_their_own() -> None:
    plan = read_so(fixed(start="2026-02-01"), needed(kind="KOMBINERET"))
    (ordination,) = plan.ordinations
    assert ordination.as_needed == AsNeeded(Decimal(1), 3, NEW_YEAR)
    assert [as_needed_on(ordination, day) for day in (date(2026, 1, 15), DAY)] == [True, True]
    assert [doses(plan, day) for day in (date(2026, 1, 15), DAY)] == [[], [("morning", "1")]]


@pytest.mark.parametrize(
    "fields", [{"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "kapsel"}}]}, {"timing": {}}, {"doseAndRate": []}]
)
def test_beside_a_fixed_part_one_that_is_not_plain_stays_outside_in_its_own_words(fields: Json) -> None:
    for parts in ((fixed(), needed(kind="KOMBINERET", **fields)), (needed(kind="KOMBINERET", **fields), fixed())):
        plan = read_so(*parts)
        assert doses(plan) == [("morning", "1")]
        assert [o.as_needed for o in plan.ordinations] == [None]
        assert [(o.id, o.verdict, o.text) for o in plan.outside] == [("1/pn", "as_needed", TEXT)]
