"""A bundle is read whole or refused whole; no statement in it is lost (R6)."""

from collections import Counter
from typing import Any

import pytest

from tests.plan.build import (
    CPR,
    MORNING,
    PATIENT,
    Json,
    bundle,
    envelope,
    medication,
    only_outside,
    read,
    reasons_of,
    sample,
    statement,
)  # fmt: skip


def test_every_statement_of_the_sample_ends_somewhere() -> None:
    value = sample()
    said = [e["resource"] for e in value["medicines"]["entry"]]
    idents = {r["identifier"][0]["value"] for r in said if r["resourceType"] == "MedicationStatement"}
    plan = read(value)
    found = Counter([o.id for o in plan.ordinations] + [o.id for o in plan.outside])
    assert found == Counter([*idents, "9100010/pn"])


REFUSED: list[tuple[Json, str]] = [
    ({"resourceType": "Bundle"}, "$.medicines.entry: must be a list"),
    ({"resourceType": "Bundle", "entry": [{}]}, "$.medicines.entry[0]: has no resource"),
    ({"resourceType": "Bundle", "entry": []}, "must have one Patient, has 0"),
    (bundle(PATIENT), "must have one Patient, has 2"),
    ({**bundle(), "link": [{"relation": "next", "url": "x"}]}, "one page of several"),
    (bundle(patient={**PATIENT, "identifier": []}), "the Patient has no CPR number"),
    (bundle(patient={**PATIENT, "identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": "0201609995"}]}),
     "are not those of the plan's citizen"),
    (bundle(patient={**PATIENT, "name": []}), "the Patient has no name"),
]  # fmt: skip


@pytest.mark.parametrize(("medicines", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_what_is_no_whole_bundle_about_the_citizen_is_refused(medicines: Json, reason: str) -> None:
    value = {**envelope(bundle()), "medicines": medicines}
    assert any(reason in said for said in reasons_of(value)), reasons_of(value)


def test_a_replacement_cpr_is_a_citizen_too() -> None:
    other = {**PATIENT, "identifier": [{"system": "urn:oid:1.2.208.176.1.6.1.1", "value": "250160XAB1"}]}
    value = {**envelope(bundle(statement(MORNING), patient=other)), "citizen": "250160XAB1"}
    assert read(value).citizen == "250160XAB1"


def test_the_official_name_is_the_one_shown() -> None:
    names = [{"use": "nickname", "text": "Mor"}, {"use": "official", "given": ["Aase", "Marie"], "family": "Lindgaard"}]
    assert read(envelope(bundle(patient={**PATIENT, "name": names}))).name == "Aase Marie Lindgaard"
    assert read(envelope(bundle(patient={**PATIENT, "name": names[:1]}))).name == "Mor"


def test_two_statements_under_one_id_are_both_outside() -> None:
    plan = read(
        envelope(bundle(statement(MORNING), statement(MORNING, status="stopped"), statement(MORNING, ident="2")))
    )
    assert [o.id for o in plan.ordinations] == ["2"]
    assert [(o.id, o.verdict) for o in plan.outside] == [("1", "not_understood"), ("1#2", "not_understood")]
    assert plan.outside[0].text == "1 tablet hver morgen"


def test_without_fmks_id_the_resources_own_or_its_place_is_used() -> None:
    own = statement(MORNING)
    del own["identifier"]
    none = {**own, "id": None}
    plan = read(envelope(bundle(own, none)))
    assert [o.id for o in plan.outside] == ["statement-1", "$.medicines.entry[3]"]


def test_another_kind_of_resource_may_be_a_medicine_and_is_shown() -> None:
    outside = only_outside(read(envelope(bundle({"resourceType": "MedicationRequest", "id": "r1"}))))
    assert (outside.id, outside.name, outside.verdict) == ("r1", "MedicationRequest", "not_understood")


def test_resources_that_carry_no_medicine_are_let_be() -> None:
    plan = read(envelope(bundle({"resourceType": "Organization", "id": "o1"}, statement(MORNING))))
    assert (len(plan.ordinations), plan.outside) == (1, ())


def test_two_medications_under_one_name_are_no_medicine() -> None:
    other = medication("BRUTAB", "brusetabletter")
    assert "is not one Medication" in only_outside(read(envelope(bundle(other, statement(MORNING))))).reason
    same = read(envelope(bundle(medication(), statement(MORNING))))
    assert len(same.ordinations) == 1


@pytest.mark.parametrize("name", ["Medication/drug", "drug", "https://fmk.example/fhir/Medication/drug"])
def test_a_reference_may_use_any_of_a_resources_names(name: str) -> None:
    value = envelope(bundle(statement(MORNING, medicationReference={"reference": name})))
    value["medicines"]["entry"][1]["fullUrl"] = "https://fmk.example/fhir/Medication/drug"
    assert len(read(value).ordinations) == 1


@pytest.mark.parametrize("odd", [None, 7, "x", [], [None], [{"value": 3}], {}])
def test_odd_identifiers_and_names_are_no_crash(odd: Any) -> None:
    assert reasons_of(envelope(bundle(patient={**PATIENT, "identifier": odd})))
    assert reasons_of(envelope(bundle(patient={**PATIENT, "name": odd})))
    value = envelope(bundle(statement(MORNING)))
    value["medicines"]["entry"][2]["resource"]["identifier"] = odd
    assert [o.id for o in read(value).outside] == ["statement-1"]
    assert value["citizen"] == CPR
