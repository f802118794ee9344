"""A plan in a file of any kind: recognised by what is in it, wrapped in what is stated, refused with a place (R6)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.plan import Handout, Ordination
from hub.plan.defaults import NAME, NOBODYS, STATED
from hub.plan.envelope import PlanUnreadable, Understood, understand
from hub.plan.jsontext import MAX_BYTES, MAX_FILE_BYTES, write_json
from hub.signed import Purpose, new_key, sign_bytes
from medhub.plan_files import Form, PlanFile, read_file
from tests.plan.build import CPR, DAY, MORNING, SAMPLE, Json, bundle, doses, sample, statement

KEY = new_key("by-hand", Purpose.PLAN)
DOSAGE_146 = """<?xml version="1.0" encoding="UTF-8"?>
<Dosage xmlns="http://www.dkma.dk/medicinecard/xml.schema/2015/06/01">
<UnitText source="Doseringsforslag">tablet</UnitText><StructuresFixed>
<Structure><IterationInterval>2</IterationInterval><StartDate>2026-03-12</StartDate><DosageEndingUndetermined/>
<Day><Number>1</Number><Dose><Time>morning</Time><Quantity>1</Quantity></Dose></Day></Structure>
</StructuresFixed></Dosage>"""


def opened(value: Any, language: str = "da") -> PlanFile:
    text = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else write_json(value)
    return read_file(text, hub="MH-0001", day=DAY, language=language)


def understood(value: Any) -> Understood:
    return understand(opened(value).envelope, "")


def only(value: Any) -> Ordination:
    (judged,) = understood(value).medicines
    assert judged.reasons == ()
    assert judged.ordination is not None
    return judged.ordination


def dose(kind: str = "Morning", quantity: Any = 1, **more: Any) -> Json:
    return {"type": f"{kind}DoseWrapper", "doseQuantity": quantity, "isAccordingToNeed": False, **more}


def clock(hour: int, minute: int = 0) -> Json:
    return dose("Timed", time={"hour": hour, "minute": minute})


def fmk(*doses: Json, unit: str = "tablet", interval: int = 1) -> Json:
    days = [{"dayNumber": 1, "allDoses": list(doses)}]
    period = {"iterationInterval": interval, "startDate": "2026-03-01", "days": days}
    return {"structures": {"unitOrUnits": {"unit": unit}, "structures": [period]}}


FHIR = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}  # fmt: skip
CARD = {
    "format": "fmk/1", "citizen": {"id": CPR, "name": "Aase Lindgaard"},
    "medications": [{"id": "9", "status": "active", "drug": {"name": "Provemol"}, "start": "2026-01-01",
                     "dosage": fmk(dose())}],
}  # fmt: skip
ALONE = {"resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "Patient/77"},
         "medicationReference": {"reference": "Medication/5", "display": "Provemol"}, "dosage": [MORNING]}  # fmt: skip

KINDS: list[tuple[Any, Form, str, str]] = [
    (sample(), Form.ENVELOPE, "Aase Lindgaard", ""),
    (bundle(statement(MORNING)), Form.BUNDLE, "Aase Lindgaard", "Provemol"),
    (CARD, Form.FMK, "Aase Lindgaard", "Provemol"),
    (ALONE, Form.STATEMENT, NAME, "Provemol"),
    (FHIR, Form.DOSAGE, NAME, "Medicin 1"),
    ([FHIR], Form.DOSAGE, NAME, "Medicin 1"),
    (fmk(dose()), Form.FMK_JSON, NAME, "Medicin 1"),
    (DOSAGE_146, Form.FMK_XML, NAME, "Medicin 1"),
    ("\ufeff  " + DOSAGE_146, Form.FMK_XML, NAME, "Medicin 1"),
]


@pytest.mark.parametrize(("value", "form", "citizen", "medicine"), KINDS, ids=[str(k[1]) for k in KINDS])
def test_what_is_in_it_says_what_it_is(value: Any, form: Form, citizen: str, medicine: str) -> None:
    file = opened(value)
    plan = understand(file.envelope, "").plan
    assert (file.form, plan.name) == (form, citizen)
    if medicine:
        assert [o.medicine.name for o in plan.ordinations] == [medicine]
        assert doses(plan) == [("morning", "1")]
        assert plan.defaults == (*STATED["da"], *([NOBODYS["da"]] if citizen == NAME else []))
        assert plan.valid_from.isoformat() == "2026-03-12T00:00:00+01:00"
    else:
        assert plan.defaults == ()


def test_a_signed_plan_is_read_without_its_key() -> None:
    file = opened(sign_bytes(SAMPLE.read_bytes(), KEY))
    assert file == (Form.SIGNED, sample())


def test_an_envelope_may_have_fmks_structures_for_medicines_of_its_own_citizen() -> None:
    value = {**sample(), "medicines": CARD}
    value["settings"]["per_medicine"] = {"9": {"handout": "compartment", "criticality": "high"}}
    (ordination,) = understood(value).plan.ordinations
    assert (ordination.id, ordination.criticality) == ("9", "high")
    assert (
        ordination.text == "Dosering fra d. 1. mar. 2026:\n1 tablet hver morgen"
    )  # the card brings no words of its own
    with pytest.raises(PlanUnreadable, match="are not those of the plan's citizen"):
        understood({**value, "medicines": {**CARD, "citizen": {"id": "0201609995", "name": "En anden"}}})
    with pytest.raises(PlanUnreadable, match=r"\$.medicines.format: invalid enum value"):
        understood({**value, "medicines": {**CARD, "format": "fmk/2"}})


def test_several_fmk_dosages_are_several_medicines_and_several_fhir_dosages_one() -> None:
    both = understood([fmk(dose()), fmk(dose("Evening", 2))]).plan
    assert [(o.id, o.medicine.name) for o in both.ordinations] == [("1", "Medicin 1"), ("2", "Medicin 2")]
    evening = {**FHIR, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["EVE"]}}}
    assert doses(understood([FHIR, evening]).plan) == [("morning", "1"), ("evening", "1")]


def test_a_statement_that_stands_alone_keeps_what_it_says_of_itself() -> None:
    (judged,) = understood({**ALONE, "id": "s7", "status": "on-hold"}).medicines
    assert (judged.said.id, judged.outside and judged.outside.verdict) == ("s7", "on_hold")
    named = {k: v for k, v in ALONE.items() if k != "medicationReference"}
    assert only({**named, "medicationCodeableConcept": {"text": "Dolofin"}}).medicine.name == "Dolofin"


# -- the slots it is given ---------------------------------------------------------------------------------------------


def slots(value: Any) -> dict[str, str]:
    return {slot.id: f"{slot.time:%H:%M}" for slot in understood(value).plan.slots if slot.part is None}


def test_a_clock_time_is_a_slot_of_its_own_but_for_a_rounds() -> None:
    value = fmk(clock(13, 30), clock(8), clock(0, 30))
    assert slots(value) == {"t0030": "00:30", "t1330": "13:30"}
    assert doses(understood(value).plan) == [("t0030", "1"), ("morning", "1"), ("t1330", "1")]
    assert slots(fmk(dose("Timed", time={"hour": 7, "minute": 0, "second": 30}))) == {}  # a slot is whole minutes
    assert slots(fmk(clock(7) | {"isAccordingToNeed": True})) == {}


@pytest.mark.parametrize(
    ("times", "at"),
    [
        (5, ["06:00", "10:00", "14:00", "18:00", "22:00"]),
        (6, ["06:00", "09:12", "12:24", "15:36", "18:48", "22:00"]),
        (9, ["06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00"]),
    ],
)
def test_more_than_four_times_a_day_is_spread_from_six_to_ten(times: int, at: list[str]) -> None:
    plan = understood(fmk(*[dose("Plain")] * times)).plan
    by_id = {slot.id: f"{slot.time:%H:%M}" for slot in plan.slots}
    assert [by_id[slot] for slot in plan.settings.times_per_day[times]] == at
    assert len(doses(plan)) == times


def test_as_many_slots_as_a_plan_can_have() -> None:
    many = [fmk(clock(hour, 15)) for hour in range(24)]
    plan = understood(many).plan
    assert len(plan.slots) == 24
    assert [o.reason for o in plan.outside] == [f"dosage: the plan has no slot for {hour}:15" for hour in range(20, 24)]
    (judged,) = understood(fmk(*[dose("Plain")] * 24)).medicines
    assert judged.reasons == ("dosage: the plan has no slot for 24 times a day",)


@pytest.mark.parametrize(
    ("quantity", "unit", "handout"),
    [
        (1, "tablet", Handout.COMPARTMENT), (Decimal("0.25"), "tabletter", Handout.COMPARTMENT),
        (10, "kapsel", Handout.COMPARTMENT), (11, "tablet", Handout.REMINDED),
        (Decimal("0.3"), "tablet", Handout.REMINDED), (1, "ml", Handout.REMINDED), (1, "brusetablet", Handout.REMINDED),
    ],
)  # fmt: skip
def test_without_a_form_the_unit_decides_whether_it_lies_in_the_box(quantity: Any, unit: str, handout: Handout) -> None:
    assert only(fmk(dose(quantity=quantity), unit=unit)).handout is handout
    fhir = {**FHIR, "doseAndRate": [{"doseQuantity": {"value": quantity, "unit": unit}}]}
    assert only(fhir).handout is handout


def test_of_min_to_max_both_must_fit() -> None:
    between = {"type": "MorningDoseWrapper", "minimalDoseQuantity": 1, "isAccordingToNeed": False}
    assert only(fmk(between | {"maximalDoseQuantity": 2})).handout is Handout.COMPARTMENT
    assert only(fmk(between | {"maximalDoseQuantity": 12})).handout is Handout.REMINDED


# -- what is refused ---------------------------------------------------------------------------------------------------

HUGE = b'"' + b"x" * MAX_FILE_BYTES + b'"'
REFUSED: list[tuple[bytes, str]] = [
    (b"", "$: not readable as JSON"),
    (b"plan", "$: not readable as JSON"),
    (write_json(fmk(dose()))[:-20], "$: not readable as JSON"),
    (b"[]", "$: must be an object"),
    (b"[1, 2]", "$: must be an object"),
    (b'[{"structures": {}}, 7]', "$: must be an object"),
    (b'{"resourceType": "Patient"}', "$.resourceType: 'Patient' is no plan and no medicine"),
    (b'{"resourceType": 5}', "$.resourceType: '5' is no plan"),
    (b'{"format": "fmk/1"}', "$.medicines.citizen: missing"),
    (HUGE, f"$: {len(HUGE)} bytes is more than {MAX_FILE_BYTES}"),
    (b"<" + HUGE, f"$: {len(HUGE) + 1} bytes is more than {MAX_FILE_BYTES}"),
    (b"[" * 100_000, "$: nested too deeply"),
    (DOSAGE_146.encode("utf-16"), "$: "),
    (DOSAGE_146.replace("tablet", "dråbe").encode("latin-1"), "$: is not UTF-8: invalid continuation byte at byte "),
    (b"a.b.c", "$: is no signed plan"),
    (b"e30.W10.e30", "$: must be an object"),
    (b'{"structures": NaN}', "$: not readable as JSON"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_nothing_of_the_kind_is_refused_with_its_place(text: bytes, reason: str) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        read_file(text, hub="MH-0001", day=DAY)
    assert refused.value.reasons[0].startswith(reason), refused.value.reasons


def test_a_plan_may_be_larger_than_bare_medicines() -> None:
    large = SAMPLE.read_bytes() + b" " * 10 + b"\n"
    value = {**sample(), "contacts": [{"role": "x" * (MAX_FILE_BYTES + 1)}]}
    assert opened(value).form is Form.ENVELOPE
    with pytest.raises(PlanUnreadable, match="is more than"):
        opened({**value, "more": "x" * MAX_BYTES})
    assert opened(large).form is Form.ENVELOPE


BAD_DOSAGES: list[tuple[Any, str]] = [
    (fmk(dose(quantity=-1)), "dosage.structures.structures[0].days[0].allDoses[0].doseQuantity"),
    (fmk(dose()) | {"freeText": {"text": "x"}}, "dosage: must be one of"),
    (DOSAGE_146.replace("</Dosage>", ""), "dosage_xml"),
    (DOSAGE_146.replace("2026-03-12", "1999-12-31"), "dosage_xml"),
    ('<!DOCTYPE a [<!ENTITY b "c">]>' + DOSAGE_146.split("?>")[1], "dosage_xml"),
    ({**FHIR, "modifierExtension": []}, "dosage[0].modifierExtension"),
]


@pytest.mark.parametrize(("value", "place"), BAD_DOSAGES, ids=[place for _, place in BAD_DOSAGES])
def test_a_dosage_that_is_not_understood_is_a_medicine_outside_with_its_place(value: Any, place: str) -> None:
    (judged,) = understood(value).medicines
    assert judged.ordination is None
    assert any(place in reason for reason in judged.reasons), judged.reasons


TEXTS = [write_json(v) if not isinstance(v, str) else v.encode() for v, *_ in KINDS]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TEXTS), st.data())
def test_a_damaged_file_is_a_plan_or_refused(text: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.binary(max_size=8)) + text[at + data.draw(st.integers(0, 12)) :]
    assert all(reasons_of(damaged))


def reasons_of(text: bytes) -> tuple[str, ...]:
    """Why it is refused; () where it is a plan."""
    try:
        understand(read_file(text, hub="MH-0001", day=DAY).envelope, "")
    except PlanUnreadable as refused:
        return refused.reasons
    return ()
