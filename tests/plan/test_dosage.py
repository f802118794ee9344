"""What the hub reads of FHIR's dosages exactly, and what it names as not understood."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.plan.fhir.dosage import read_dosage
from hub.plan.reasons import NotUnderstood
from tests.plan.build import (
    DAY,
    MORNING,
    Json,
    dosage,
    doses,
    medication,
    only_ordination,
    only_outside,
    read_one,
    repeat,
    statement,
)  # fmt: skip

ZONE = ZoneInfo("Europe/Copenhagen")

EXACT: list[tuple[Json, list[tuple[str, str]]]] = [
    (repeat(when=["MORN"]), [("morning", "1")]),
    (repeat(when=["MORN", "NOON", "EVE", "NIGHT"]), [(s, "1") for s in ("morning", "noon", "evening", "night")]),
    (repeat(when=["EVE", "MORN"], frequency=2), [("morning", "1"), ("evening", "1")]),
    (repeat(frequency=3), [("morning", "1"), ("noon", "1"), ("evening", "1")]),
    (repeat(timeOfDay=["16:00:00"]), [("t1600", "1")]),
    (repeat(timeOfDay=["12:00:00", "16:00:00"], frequency=2), [("noon", "1"), ("t1600", "1")]),
    (repeat(period=Decimal("1.0"), when=["NOON"]), [("noon", "1")]),
    (repeat(periodUnit="wk", dayOfWeek=["thu"], when=["MORN"]), [("morning", "1")]),
    (repeat(periodUnit="wk", dayOfWeek=["fri"], when=["MORN"]), []),
    (repeat(periodUnit="wk", dayOfWeek=["mon", "thu"], frequency=2), [("morning", "1")]),
    (repeat(dayOfWeek=["thu"], when=["MORN"]), [("morning", "1")]),
    (repeat(dayOfWeek=["sat", "sun"], when=["MORN"]), []),
]


@pytest.mark.parametrize(("rep", "expected"), EXACT, ids=range(len(EXACT)))
def test_an_exact_timing_gives_exactly_its_doses(rep: Json, expected: list[tuple[str, str]]) -> None:
    assert doses(read_one(statement(dosage(rep)))) == expected


def test_a_weekday_is_the_same_in_every_week_whatever_day_the_dosage_starts() -> None:
    for start in range(1, 8):
        rep = repeat(
            boundsPeriod={"start": f"2026-01-0{start}T00:00:00+00:00"},
            periodUnit="wk",
            dayOfWeek=["sun"],
            when=["MORN"],
        )
        plan = read_one(statement(dosage(rep)))
        assert [d for d in range(1, 29) if doses(plan, date(2026, 2, d))] == [1, 8, 15, 22]


UNCLEAR: list[tuple[Json, str]] = [
    (repeat(when=["HS"]), 'when: "HS"'),
    (repeat(when=["MORN", "MORN"]), "says morning more than once"),
    (repeat(when=["MORN"], frequency=2), "frequency: 2 does not fit"),
    (repeat(when=["MORN", "EVE"], frequency=3), "frequency: 3 does not fit"),
    (repeat(when=["MORN"], timeOfDay=["08:00:00"]), "both when and timeOfDay"),
    (repeat(timeOfDay=["16:30:00"]), "no slot for 16:30"),
    (repeat(timeOfDay=["16:00"]), "timeOfDay: "),
    (repeat(timeOfDay=["16:00:30"]), "whole minutes"),
    (repeat(timeOfDay=["25:00:00"]), "timeOfDay: "),
    (repeat(frequency=2), "no slot for 2 times a day"),
    (repeat(frequency=0), "frequency: 0"),
    (repeat(periodUnit="wk", when=["MORN"]), "every 1 wk, without saying"),
    (repeat(periodUnit="wk", dayOfWeek=["mon", "thu"], frequency=3), "frequency: 3 does not fit"),
    (repeat(period=2, periodUnit="wk", dayOfWeek=["mon"]), "every 2 wk, without saying"),
    (repeat(periodUnit="h", period=8), "every 8 h"),
    (repeat(dayOfWeek=["torsdag"]), 'dayOfWeek: "torsdag"'),
    (repeat(period=True), "every True d"),
    ({"when": ["MORN"]}, "without saying on which days"),
    (repeat(when=["MORN"], monthOfYear=["mar"]), "repeat.monthOfYear: not a field"),
    (repeat(frequency="1"), "repeat.frequency: expected `int`"),
    (repeat(boundsPeriod={"start": "2026-03"}, when=["MORN"]), 'boundsPeriod.start: "2026-03" is not a whole date'),
    (repeat(boundsPeriod={"start": "2026-03-01T13:00:00+01:00"}, when=["MORN"]), "is in the middle of a day"),
    (repeat(boundsPeriod={"start": "2026-03-02", "end": "2026-03-01"}, when=["MORN"]), "ends before it starts"),
]


@pytest.mark.parametrize(("rep", "reason"), UNCLEAR, ids=[reason for _, reason in UNCLEAR])
def test_a_timing_that_is_not_exact_is_not_understood_and_named(rep: Json, reason: str) -> None:
    outside = only_outside(read_one(statement(dosage(rep))))
    assert outside.verdict == "not_understood"
    assert reason in outside.reason
    assert outside.text == "1 tablet hver morgen"


FIELDS: list[tuple[Json, str]] = [
    ({"maxDosePerPeriod": {}}, "dosage[0].maxDosePerPeriod.numerator: missing"),
    ({"modifierExtension": [{}]}, "dosage[0].modifierExtension: not a field"),
    ({"extension": [{}]}, "dosage[0].extension: not a field"),
    ({"_text": {}}, "dosage[0]._text: not a field"),
    ({"route": {"modifierExtension": []}}, "dosage[0].route.modifierExtension: may change what all else means"),
    ({"site": {"coding": [{"modifierExtension": [{}]}]}}, "dosage[0].site.coding.0.modifierExtension: may change"),
    ({"timing": {}}, "free text without a timing"),
    ({"doseAndRate": []}, "no doses"),
    ({"doseAndRate": [{}]}, "must have a doseQuantity or a doseRange"),
    ({"doseAndRate": [{"rateQuantity": {}}]}, "has a rate"),
    ({"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}] * 2}, "2 doses"),
    ({"doseAndRate": [{"doseQuantity": {"value": 1}}]}, "has no unit"),
    ({"doseAndRate": [{"doseQuantity": {"value": "1", "unit": "tablet"}}]}, "is not a number"),
    ({"doseAndRate": [{"doseQuantity": {"value": True, "unit": "tablet"}}]}, "is not a number"),
    ({"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet", "comparator": "<"}}]}, "comparator: not a field"),
    ({"asNeededBoolean": True}, "said to be fixed and as needed"),
    ({"additionalInstruction": []}, ""),
]


@pytest.mark.parametrize(("fields", "reason"), FIELDS, ids=[str(reason) for _, reason in FIELDS])
def test_a_dosage_field_that_may_change_the_dose_is_not_understood(fields: Json, reason: str) -> None:
    plan = read_one(statement({**MORNING, **fields}))
    if reason:
        assert reason in only_outside(plan).reason
    else:
        assert only_ordination(plan)


def test_every_reason_of_a_dosage_is_given() -> None:
    said = only_outside(read_one(statement(dosage(repeat(when=["HS"])), {**MORNING, "extension": []}, MORNING)))
    assert "extension" in said.reason
    both = only_outside(read_one(statement(dosage(repeat(when=["HS"])), dosage(repeat(when=["EVE"]), 0))))
    assert "HS" in both.reason
    assert "must be above 0" in both.reason
    placed = only_outside(read_one(statement(dosage(repeat(frequency=2)), dosage(repeat(frequency=9)))))
    assert "2 times a day" in placed.reason
    assert "9 times a day" in placed.reason


def test_several_elements_are_periods_of_one_dosage() -> None:
    said = statement(dosage(repeat(when=["MORN"]), 2, "tabletter"), dosage(repeat(when=["EVE"]), Decimal("0.5")))
    plan = read_one(said)
    ordination = only_ordination(plan)
    assert (ordination.dosage.unit, ordination.dosage.units) == ("tablet", "tabletter")
    assert doses(plan) == [("morning", "2"), ("evening", "0.5")]


def test_elements_that_follow_each_other_in_time_may_use_the_same_slot() -> None:
    first = repeat(boundsPeriod={"start": "2026-03-01", "end": "2026-03-12"}, when=["MORN"])
    then = repeat(boundsPeriod={"start": "2026-03-13"}, when=["MORN"])
    plan = read_one(statement(dosage(first, 2), dosage(then, 1)))
    assert [doses(plan, date(2026, 3, day)) for day in (12, 13)] == [[("morning", "2")], [("morning", "1")]]


TOGETHER: list[tuple[list[Json], str]] = [
    ([MORNING, dosage(repeat(when=["MORN"]), 2)], "says morning more than once"),
    ([MORNING, dosage(repeat(timeOfDay=["08:00:00"]), 2)], "says morning more than once"),
    ([MORNING, dosage(repeat(frequency=3), 2)], "says morning more than once"),
    ([MORNING, dosage(repeat(when=["EVE"]), 2, "kapsler")], "counted in kapsel and tablet"),
    ([{**MORNING, "sequence": 1}, {**dosage(repeat(when=["EVE"])), "sequence": 2}], "in a sequence, and not"),
    ([MORNING, dosage(repeat(when=["EVE"]), kind="KOMBINERET")], "of type FAST and KOMBINERET"),
    ([dosage(repeat(when=["EVE"]), kind="ENGANGS")], "of type ENGANGS"),
    ([], "there is none"),
    (["1 tablet"], "dosage[0]: must be an object"),
]


@pytest.mark.parametrize(("elements", "reason"), TOGETHER, ids=[reason for _, reason in TOGETHER])
def test_elements_that_do_not_agree_are_not_understood(elements: list[Json], reason: str) -> None:
    assert reason in only_outside(read_one(statement(*elements))).reason


def test_weekday_elements_on_different_days_do_not_clash() -> None:
    said = statement(
        dosage(repeat(periodUnit="wk", dayOfWeek=["thu"], when=["MORN"]), 1),
        dosage(repeat(periodUnit="wk", dayOfWeek=["fri"], when=["MORN"]), 2),
    )
    assert doses(read_one(said)) == [("morning", "1")]


RANGES: list[tuple[Any, Any, str, str]] = [
    (1, 2, "tabletter", ""),
    (2, 1, "tabletter", "low and high do not fit"),
    (1, 2, "ml", "low and high do not fit"),
    (0, 2, "tabletter", "must be above 0"),
    (1, 11, "tabletter", "11 tablet cannot lie in a compartment"),
]


@pytest.mark.parametrize(("low", "high", "unit", "reason"), RANGES)
def test_a_range_is_handed_out_as_its_least_and_shown_whole(low: Any, high: Any, unit: str, reason: str) -> None:
    between = {"low": {"value": low, "unit": "tablet"}, "high": {"value": high, "unit": unit}}
    plan = read_one(statement({**MORNING, "doseAndRate": [{"doseRange": between}]}))
    if reason:
        assert reason in only_outside(plan).reason
    else:
        (dose,) = only_ordination(plan).dosage.periods[0].days[1]
        assert (dose.quantity, dose.quantity_max) == (1, 2)


NUMBERS: list[tuple[Any, str]] = [
    (Decimal("0.028"), "0.028"),
    (Decimal("1.0"), "1"),
    (Decimal("1E+2"), "100"),
    (Decimal("13.600"), "13.6"),
    (Decimal("0.000000001"), "1E-9"),
    (Decimal("0.0000000001"), ""),
    (Decimal("1.0000000001"), ""),
    (0, ""),
    (-1, ""),
    (Decimal("1E+400"), ""),
    (Decimal("1E-400"), ""),
    (1_000_001, ""),
]


@pytest.mark.parametrize(("number", "said"), NUMBERS)
def test_a_quantity_is_exactly_the_number_in_the_file(number: Any, said: str) -> None:
    drops = medication("ORALDRB", "orale dråber")
    plan = read_one(statement(dosage(repeat(when=["MORN"]), number, "dråber")), drops, "reminded")
    assert doses(plan) == ([("morning", said)] if said else [])
    assert len(plan.outside) == (not said)


BOXES: list[tuple[Any, str, str, str, str]] = [
    (Decimal("0.25"), "tablet", "TAB", "tabletter", ""),
    (10, "tabletter", "TABFILM", "filmovertrukne tabletter", ""),
    (2, "kapsler", "KAPSHÅR", "kapsler, hårde", ""),
    (1, "stk", "TAB", "tabletter", ""),
    (1, "tablet", "", "", ""),
    (Decimal("0.028"), "tablet", "TABFILM", "filmovertrukne tabletter", "0.028 tablet cannot lie in a compartment"),
    (Decimal("0.3"), "tablet", "TAB", "tabletter", "0.3 tablet cannot lie"),
    (Decimal("13.6"), "tabletter", "TAB", "tabletter", "13.6 tablet cannot lie"),
    (222, "tablet", "TAB", "tabletter", "222 tablet cannot lie"),
    (23, "mg", "TAB", "tabletter", '"mg" cannot be counted into a compartment'),
    (1, "brusetablet", "BRUTAB", "brusetabletter", "cannot be counted"),
    (1, "stk", "BRUTAB", "brusetabletter", 'the form "brusetabletter" is not kept in a compartment'),
    (1, "tablet", "ORAGRAS", "granulat til oral suspension", 'the dose is in "tablet" but the form is'),
    (1, "kapsel", "TAB", "tabletter", 'the dose is in "kapsel" but the form is'),
]


@pytest.mark.parametrize(("number", "unit", "form", "name", "reason"), BOXES)
def test_only_what_can_lie_in_a_compartment_is_put_there(
    number: Any, unit: str, form: str, name: str, reason: str
) -> None:
    drug = medication(form, name) if form or name else {**medication(), "form": {}}
    plan = read_one(statement(dosage(repeat(when=["MORN"]), number, unit)), drug)
    assert (reason in only_outside(plan).reason) if reason else only_ordination(plan)


def test_what_is_only_reminded_of_need_not_fit_a_compartment() -> None:
    plan = read_one(statement(dosage(repeat(when=["MORN"]), Decimal("13.6"), "tabletter")), handout="reminded")
    assert doses(plan, DAY) == [("morning", "13.6")]


def test_a_unit_nobody_listed_is_used_for_one_and_more() -> None:
    drug = medication("GEL", "gel")
    plan = read_one(statement(dosage(repeat(when=["MORN"]), 3, "ærter")), drug, "reminded")
    assert (only_ordination(plan).dosage.unit, only_ordination(plan).dosage.units) == ("ærter", "ærter")


def test_more_elements_than_anyone_prescribes_are_not_worked_through() -> None:
    assert (
        "statement.dosage: expected `array` of length <= 50"
        in only_outside(read_one(statement(*[MORNING] * 51))).reason
    )
    many = only_outside(read_one(statement(dosage(repeat(when=["MORN"] * 25)))))
    assert "repeat.when: expected `array` of length <= 24" in many.reason
    with pytest.raises(NotUnderstood, match="dosage: has 51 parts, more than 50"):
        read_dosage([MORNING] * 51, None, ZONE)


def test_elements_are_read_without_a_statement_around_them() -> None:
    """As `medhub plan check` has them from a file that is a dosage and no more."""
    (period,) = read_dosage([MORNING, dosage(repeat(when=["EVE"]))], None, ZONE).dosage.periods
    assert [line.part for line in period.days[1]] == ["morning", "evening"]
    with pytest.raises(NotUnderstood) as refused:
        read_dosage([None, "1 tablet", MORNING, []], None, ZONE)
    assert refused.value.reasons == tuple(f"dosage[{i}]: must be an object" for i in (0, 1, 3))
