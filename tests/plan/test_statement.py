"""Every statement ends as an ordination or outside, with the verdict its status and dosage give it (R6)."""

from datetime import date

import pytest

from hub.domain.plan import Criticality, Medicine
from tests.plan.build import (
    DAY,
    MORNING,
    Json,
    bundle,
    dosage,
    doses,
    envelope,
    medication,
    only_ordination,
    only_outside,
    read,
    read_one,
    repeat,
    statement,
)  # fmt: skip

STATUSES = [
    ("on-hold", "on_hold"),
    ("stopped", "stopped"),
    ("completed", "ended"),
    ("unknown", "ended"),
    ("intended", "not_understood"),
    ("not-taken", "not_understood"),
    ("entered-in-error", "not_understood"),
    ("", "not_understood"),
]


@pytest.mark.parametrize(("status", "verdict"), STATUSES)
def test_the_status_decides_before_the_dosage(status: str, verdict: str) -> None:
    for said in (MORNING, dosage(None)):
        outside = only_outside(read_one(statement(said, status=status)))
        assert (outside.id, outside.name, outside.verdict) == ("1", "Provemol", verdict)
        assert outside.text == "1 tablet hver morgen"


def test_an_active_statement_is_scheduled_with_all_the_envelope_says() -> None:
    value = envelope(bundle(statement({**MORNING, "patientInstruction": "med mad"})))
    value["settings"]["per_medicine"]["1"] = {
        "handout": "compartment", "criticality": "high", "interval_min": 240, "ask_word": True,
        "purpose": "mod smerter",
    }  # fmt: skip
    ordination = only_ordination(read(value))
    assert ordination.medicine == Medicine("Provemol", "", "TAB", "N02BE01", "28100000001")
    assert (ordination.text, ordination.note) == ("1 tablet hver morgen", "med mad")
    assert (ordination.criticality, ordination.interval_min) == (Criticality.HIGH, 240)
    assert (ordination.ask_word, ordination.purpose) == (True, "mod smerter")


def test_how_it_is_handed_out_is_never_guessed() -> None:
    value = envelope(bundle(statement(MORNING)))
    value["settings"]["per_medicine"] = {}
    outside = only_outside(read(value))
    assert (outside.verdict, outside.text) == ("not_understood", "1 tablet hver morgen")
    assert outside.reason == "the envelope does not say how it is handed out"


@pytest.mark.parametrize(
    "said",
    [
        dosage(repeat(), kind="EFTER_BEHOV", asNeededBoolean=True),
        dosage(repeat(), kind="PN"),
        dosage(None, kind="EFTER_BEHOV"),
        {**dosage(repeat(), asNeededCodeableConcept={"text": "ved smerter"}), "additionalInstruction": []},
    ],
)
def test_as_needed_is_outside_the_schedule(said: Json) -> None:
    assert only_outside(read_one(statement(said))).verdict == "as_needed"


def test_a_combined_dosage_is_scheduled_for_its_fixed_part_and_names_the_other() -> None:
    needed = dosage(repeat(frequency=2), kind="KOMBINERET", asNeededBoolean=True, text="1 tablet efter behov")
    plan = read_one(statement(dosage(repeat(when=["MORN"]), kind="KOMBINERET"), needed))
    assert doses(plan) == [("morning", "1")]
    (beside,) = plan.outside
    assert (beside.id, beside.verdict, beside.text) == ("1/pn", "as_needed", "1 tablet efter behov")


@pytest.mark.parametrize(("needed", "reason"), [(False, "no part is marked as needed"), (True, "no part is fixed")])
def test_a_combined_dosage_that_is_not_is_not_understood(needed: bool, reason: str) -> None:
    said = dosage(repeat(when=["MORN"]), kind="KOMBINERET", asNeededBoolean=needed)
    outside = only_outside(read_one(statement(said)))
    assert (outside.verdict, reason in outside.reason) == ("not_understood", True)


def test_bounds_of_statement_and_dosage_both_count_and_midnights_are_home_dates() -> None:
    rep = repeat(boundsPeriod={"start": "2026-03-10T23:00:00Z"}, when=["MORN"])  # the 11th in Copenhagen
    plan = read_one(statement(dosage(rep), effectivePeriod={"start": "2026-01-01", "end": "2026-03-13T00:00:00+00:00"}))
    assert [bool(doses(plan, date(2026, 3, day))) for day in (10, 11, 13, 14)] == [False, True, True, False]


def test_an_effective_date_is_a_start() -> None:
    said = statement(dosage(repeat(boundsPeriod={}, when=["MORN"])), effectiveDateTime="2026-03-12")
    del said["effectivePeriod"]
    plan = read_one(said)
    assert [bool(doses(plan, date(2026, 3, day))) for day in (11, 12)] == [False, True]


def test_without_any_start_the_dosage_has_begun() -> None:
    said = statement(dosage(repeat(boundsPeriod={}, when=["MORN"])))
    del said["effectivePeriod"]
    assert doses(read_one(said)) == [("morning", "1")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"modifierExtension": [{"url": "x"}]}, "statement.modifierExtension: not a field"),
        ({"implicitRules": "x"}, "statement.implicitRules: not a field"),
        ({"subject": {"reference": "Patient/other"}}, "'Patient/other' is not the plan's citizen"),
        ({"subject": None}, "statement.subject"),
        ({"medicationReference": {"reference": "Medication/gone"}}, "is not one Medication of the bundle"),
        ({"medicationReference": None}, "medicationReference"),
        ({"medicationReference": {"reference": "#inside"}}, "is not one Medication of the bundle"),
        ({"effectivePeriod": {"start": "2026-05-01", "end": "2026-04-01"}}, "effectivePeriod: ends before it starts"),
        ({"effectiveDateTime": "yesterday"}, 'effectiveDateTime: "yesterday" is not a whole date'),
        ({"effectiveDateTime": "2026-02-30"}, "is not a date"),
        ({"dosage": "1 tablet"}, "statement.dosage: must be a list"),
        ({"status": 7}, "statement.status: expected `str`"),
    ],
)  # fmt: skip
def test_a_statement_that_is_not_whole_is_not_understood(fields: Json, reason: str) -> None:
    outside = only_outside(read_one(statement(MORNING, **fields)))
    assert outside.verdict == "not_understood"
    assert reason in outside.reason


@pytest.mark.parametrize(
    ("drug", "reason"),
    [
        (medication(status="entered-in-error"), 'medication.status: "entered-in-error"'),
        (medication(modifierExtension=[]), "medication.modifierExtension: not a field"),
        (medication(code={"coding": [{"code": "1"}]}), "medication.code: has no name"),
        (medication(code=None), "medication.code: must be an object"),
    ],
)
def test_a_medicine_that_is_not_whole_is_not_understood(drug: Json, reason: str) -> None:
    assert reason in only_outside(read_one(statement(MORNING), drug)).reason


def test_a_medicine_may_stand_in_the_statement_itself() -> None:
    inside = {**medication(), "id": "inside"}
    contained = statement(MORNING, contained=[inside], medicationReference={"reference": "#inside"})
    assert only_ordination(read_one(contained)).medicine.name == "Provemol"
    coded = statement(MORNING, medicationCodeableConcept={"text": "Provemol"})
    del coded["medicationReference"]
    assert only_ordination(read_one(coded)).medicine.name == "Provemol"


MG, ML = {"value": 500, "code": "mg"}, {"value": 1, "code": "ml"}
TABLETS, DOSE = {"value": 1, "code": "{tabletter}"}, {"value": 1, "code": "{Dose}"}
STRENGTHS = [
    ([(MG, TABLETS)], "500 mg"),
    ([({"value": 20, "code": "mg"}, ML)], "20 mg/ml"),
    ([({"value": 200, "code": "ug"}, DOSE)], "200 mikrogram/dosis"),
    ([({"value": 100, "code": "[iU]"}, ML)], "100 IE/ml"),
    ([(MG, TABLETS), (MG, TABLETS)], "500 mg + 500 mg"),
    ([(MG, TABLETS), ({"code": "mg"}, TABLETS)], ""),
    ([({"value": "500", "code": "mg"}, TABLETS)], ""),
    ([], ""),
]


@pytest.mark.parametrize(("strengths", "text"), STRENGTHS)
def test_the_strength_is_written_as_danes_do_or_not_at_all(strengths: list[tuple[Json, Json]], text: str) -> None:
    ingredients = [{"isActive": True, "strength": {"numerator": n, "denominator": d}} for n, d in strengths]
    drug = medication(ingredient=[*ingredients, {"isActive": False}])
    assert only_ordination(read_one(statement(MORNING), drug)).medicine.strength == text


def test_a_name_escaped_twice_is_shown_once() -> None:
    drug = medication(code={"text": 'Morfin \\"DAK\\" '})
    assert only_ordination(read_one(statement(MORNING), drug)).medicine.name == 'Morfin "DAK"'
    assert doses(read_one(statement(MORNING), drug), DAY) == [("morning", "1")]
