"""As needed from the envelope's compartments: plain, so often a day at most, so far apart; all else stays outside."""

from decimal import Decimal
from typing import Any

import pytest

from hub.domain.plan import AsNeeded, Plan
from tests.plan.build import Json, bundle, dosage, doses, envelope, medication, only_outside, read, repeat, statement

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
    assert ordination.as_needed == AsNeeded(Decimal("1.5"), 3)
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


OPEN = {"start": "2026-03-01T00:00:00+01:00"}  # the plan's own first day


@pytest.mark.parametrize(
    ("bounds", "period"),
    [
        (OPEN, OPEN | {"end": "2026-04-01T00:00:00+02:00"}),
        (OPEN | {"end": "2026-04-01T00:00:00+02:00"}, OPEN),
        (OPEN, {"start": "2026-03-02T00:00:00+01:00"}),
        ({"start": "2026-03-02T00:00:00+01:00"}, OPEN),
    ],
)
def test_one_that_ends_or_is_yet_to_begin_stays_outside(bounds: Json, period: Json) -> None:
    """A dose as needed has no days of its own in the hub."""
    assert read_so(needed(repeat(frequency=3, boundsPeriod=OPEN)), effectivePeriod=OPEN).ordinations
    said = needed(repeat(frequency=3, boundsPeriod=bounds))
    assert only_outside(read_so(said, effectivePeriod=period)).verdict == "as_needed"


def fixed(**bounds: str) -> Json:
    rep = repeat(when=["MORN"])
    return dosage(rep | ({"boundsPeriod": bounds} if bounds else {}), kind="KOMBINERET")


def test_beside_a_fixed_part_for_the_same_days_both_are_handed_out() -> None:
    plan = read_so(fixed(), needed(kind="KOMBINERET"))
    (ordination,) = plan.ordinations
    assert ordination.as_needed == AsNeeded(Decimal(1), 3)
    assert doses(plan) == [("morning", "1")]
    assert plan.outside == ()


@pytest.mark.parametrize(
    ("part", "fields"),
    [(fixed(start="2026-02-01"), {}), (fixed(), {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "kapsel"}}]})],
    ids=["other days", "another unit"],
)
def test_beside_a_fixed_part_that_differs_it_stays_outside(part: Json, fields: Json) -> None:
    plan = read_so(part, needed(kind="KOMBINERET", **fields))
    assert [o.as_needed for o in plan.ordinations] == [None]
    assert [(o.id, o.verdict) for o in plan.outside] == [("1/pn", "as_needed")]
