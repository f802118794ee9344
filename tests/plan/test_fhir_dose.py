"""FHIR's quantities, units, most and instructions, as this and other countries write them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.plan.build import (
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
)

UCUM = "http://unitsofmeasure.org"
DROPS = medication("ORALDRB", "orale dråber")


def counted(**quantity: Any) -> Json:
    return {**MORNING, "doseAndRate": [{"doseQuantity": {"value": 1, **quantity}}]}


def why_not(said: Json) -> str:
    outside = only_outside(read_one(statement(said), DROPS, "reminded"))
    assert outside.verdict == "not_understood"
    return outside.reason


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"unit": "tablet", "system": UCUM, "code": "{tablet}"}, "tablet"),
        ({"unit": "tablet", "system": UCUM, "code": "{tbl}"}, "tablet"),
        ({"unit": "tabletter", "system": UCUM, "code": "1"}, "tablet"),
        ({"unit": "tablet(s)"}, "tablet(s)"),
        ({"unit": "Tablet", "system": "http://snomed.info/sct", "code": "732936001"}, "tablet"),
        ({"unit": "mg", "system": UCUM, "code": "mg"}, "mg"),
        ({"unit": "ml", "system": UCUM, "code": "mL"}, "ml"),
        ({"unit": "mikrogram", "system": UCUM, "code": "ug"}, "mikrogram"),
        ({"unit": "enheder", "system": UCUM, "code": "[iU]"}, "enhed"),
    ],
)
def test_the_unit_is_the_word_that_is_given(quantity: Json, unit: str) -> None:
    any_form = {**medication(), "form": {}}
    assert only_ordination(read_one(statement(counted(**quantity)), any_form, "reminded")).dosage.unit == unit


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ({"system": UCUM, "code": "{tablet}"}, "has no unit"),
        ({"unit": "{tablet}", "system": UCUM, "code": "{tablet}"}, '"{tablet}" is no word for a unit'),
        ({"unit": "t" * 51}, "is no word for a unit"),
        ({"unit": "tablet", "system": UCUM, "code": "mg"}, 'the unit "tablet" is not the code "mg"'),
        ({"unit": "tablet", "code": "mg"}, 'the unit "tablet" is not the code "mg"'),
        ({"unit": "mg", "system": UCUM, "code": "ug"}, 'the unit "mg" is not the code "ug"'),
        ({"unit": "mg", "system": UCUM, "code": 7}, "doseQuantity.code: expected `str`"),
    ],
)
def test_a_code_is_not_translated_and_must_not_say_something_else(quantity: Json, reason: str) -> None:
    assert reason in why_not(counted(**quantity))


def test_a_word_that_is_no_danish_one_lies_in_no_compartment() -> None:
    assert '"tablet(s)" cannot be counted' in only_outside(read_one(statement(counted(unit="tablet(s)")))).reason


# -- the most --------------------------------------------------------------------------------------------------------


def most(value: Any = 2, per: Any = 1, code: str = "d", unit: str = "tablet", **denominator: Any) -> Json:
    return {"numerator": {"value": value, "unit": unit}, "denominator": {"value": per, "code": code, **denominator}}


TWICE = dosage(repeat(when=["MORN", "EVE"]))


@pytest.mark.parametrize("said", [most(), most(3), most(2, 24, "h"), most(2, unit="tabletter", system=UCUM)])
def test_a_most_that_leaves_room_for_the_day_is_no_matter(said: Json) -> None:
    plan = read_one(statement({**TWICE, "maxDosePerPeriod": said}))
    assert doses(plan) == [("morning", "1"), ("evening", "1")]
    assert only_ordination(plan).dosage.periods[0].daily_max == Decimal(str(said["numerator"]["value"]))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (most(Decimal("1.5")), "day 1 has 2, more than the 1.5 it allows on a day"),
        (most(2, unit="mg"), "maxDosePerPeriod: is not counted in tablet"),
        (most(0), "maxDosePerPeriod.value: must be above 0"),
        (most(2, 1, "wk"), "maxDosePerPeriod: per 1 wk, not per 1 d or 24 h"),
        (most(2, 1, "h"), "maxDosePerPeriod: per 1 h, not"),
        (most(2, 24, "d"), "maxDosePerPeriod: per 24 d, not"),
        (most(2, Decimal("0.5")), "maxDosePerPeriod: per 0.5 d, not"),
        (most(2, system="urn:local"), "maxDosePerPeriod: per 1 d, not"),
        ({"numerator": {"value": 2, "unit": "tablet"}}, "maxDosePerPeriod.denominator: missing"),
    ],
)
def test_any_other_most_is_not_understood(said: Json, reason: str) -> None:
    assert reason in only_outside(read_one(statement({**TWICE, "maxDosePerPeriod": said}))).reason


def test_a_most_beside_other_parts_may_be_of_all() -> None:
    both = statement({**MORNING, "maxDosePerPeriod": most(1)}, dosage(repeat(when=["EVE"])))
    assert "dosage[0].maxDosePerPeriod: of it, or of all parts together" in only_outside(read_one(both)).reason


def test_a_most_at_a_time_is_held_against_the_dose() -> None:
    between = {"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tabletter"}}}
    for dose, once, reason in (
        (MORNING, {"value": 1, "unit": "tabletter"}, ""),
        (MORNING, {"value": Decimal("0.5"), "unit": "tablet"}, "maxDosePerAdministration: is less than the dose"),
        (MORNING, {"value": 500, "unit": "mg"}, "maxDosePerAdministration: is not counted in tablet"),
        ({**MORNING, "doseAndRate": [between]}, {"value": 1, "unit": "tablet"}, "is less than the dose"),
    ):
        plan = read_one(statement({**dose, "maxDosePerAdministration": once}))
        assert reason in only_outside(plan).reason if reason else only_ordination(plan)


def test_a_most_in_a_lifetime_is_not_known_here() -> None:
    said = {**MORNING, "maxDosePerLifetime": {"value": 100, "unit": "tablet"}}
    assert "maxDosePerLifetime: what was had before" in only_outside(read_one(statement(said))).reason


# -- words -----------------------------------------------------------------------------------------------------------


def test_instructions_in_words_are_shown_and_the_dosage_type_is_none() -> None:
    said = {**MORNING, "patientInstruction": "med et glas vand"}
    said["additionalInstruction"] = [
        *MORNING["additionalInstruction"],
        {"coding": [{"system": "http://snomed.info/sct", "code": "311504000", "display": "with food"}]},
        {"text": "sluges hel"},
    ]
    assert only_ordination(read_one(statement(said))).note == "med et glas vand\nwith food\nsluges hel"


def test_nothing_is_taken_by_zero() -> None:
    """FMK's own structures write 0 for "nothing"; what FHIR means by it, nobody says."""
    assert "must be above 0" in why_not(dosage(repeat(when=["MORN"]), 0, "dråber"))
