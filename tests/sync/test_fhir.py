"""The mapping: golden pairs for every kind of event, exact to the digit, and what makes sending twice harmless."""

import json
from base64 import b64decode
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import events as e
from hub.domain.events import AlarmCode
from hub.journal_schema import canonical_form
from hub.lane import LANE, Lane
from sync import codes, fhir
from sync.resources import condition
from tests.sync import examples as x
from tests.sync.page import mapping_page

GOLDEN = Path(__file__).parent / "golden"
PAGE = Path(__file__).parents[2] / "docs" / "fhir-mapping.md"


def written(logged: fhir.LoggedEvent) -> list[Any]:
    """The entries as they travel, numbers digit for digit."""
    made = [entry.written() for entry in fhir.entries(logged, x.SOURCE)]
    return list(json.loads(fhir.ENCODER.encode(made), parse_float=str))


PLANS = {e.PlanAccepted, e.PlanAwaited}  # too large for a golden file by hand


@pytest.mark.parametrize("kind", sorted({*get_args(e.AnyBody)} - PLANS, key=str), ids=lambda k: k.__name__)
def test_every_event_becomes_exactly_this(kind: type[e.Body]) -> None:
    text = (GOLDEN / f"{kind.__name__}.json").read_text(encoding="utf-8")
    pair = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    logged = fhir.read(bytes(pair["in"]))
    assert type(logged.event.body) is kind
    # The file is indented; the log's own copy is of the canonical form.
    assert written(fhir.read(x.item(logged.event, logged.intake))) == json.loads(bytes(pair["out"]), parse_float=str)


@pytest.mark.parametrize("kind", sorted(PLANS, key=str), ids=lambda k: k.__name__)
def test_a_plan_is_only_logged(kind: type[e.PlanAccepted] | type[e.PlanAwaited]) -> None:
    assert [m["resource"]["resourceType"] for m in written(x.logged(1, kind(plan=x.plan())))] == ["AuditEvent"]


def test_the_logs_copy_is_the_canonical_form_to_the_byte() -> None:
    canonical = canonical_form(x.event(5, x.BODIES[0]))
    odd = canonical.replace(b'"seq":5', b'"seq": 5')  # not how this release would write it
    audit = next(fhir.entries(fhir.read(b'{"event":' + odd + b',"intake":null}'), x.SOURCE)).resource
    assert b64decode(audit["entity"][0]["detail"][0]["valueBase64Binary"]) == odd


@given(st.decimals(min_value="0.000000001", max_value=1000, places=9))
def test_a_quantity_keeps_every_digit(quantity: Decimal) -> None:
    dose = msgspec.structs.replace(x.HALF, quantity=quantity)
    intake = msgspec.structs.replace(x.INTAKE, doses=(dose,))
    body = e.IntakeTaken(intake=x.NOON, evidence=e.Evidence.REMOVED)
    sent = fhir.bundle(fhir.entries(x.logged(1, body, intake), x.SOURCE))
    for entry in json.loads(sent, parse_float=Decimal)["entry"]:
        if entry["resource"]["resourceType"] == "MedicationDispense":
            assert Decimal(entry["resource"]["quantity"]["value"]) == quantity
            break
    else:
        pytest.fail("nothing was handed out")


def test_a_transaction_touches_each_resource_once_and_says_the_last_word() -> None:
    story = [
        e.IntakeDeclined(intake=x.NOON, reason="later"),
        e.DeclineWithdrawn(intake=x.NOON),
        e.IntakeTaken(intake=x.NOON, evidence=e.Evidence.REMOVED),
    ]
    made = [entry for n, body in enumerate(story, 1) for entry in fhir.entries(x.logged(n, body), x.SOURCE)]
    sent = json.loads(fhir.bundle(made))["entry"]
    addresses = [(s["request"]["url"], s["request"].get("ifNoneExist")) for s in sent]
    assert len(addresses) == len(set(addresses))
    assert len([s for s in sent if s["resource"]["resourceType"] == "AuditEvent"]) == 3
    statuses = {s["resource"]["status"] for s in sent if s["resource"]["resourceType"] == "MedicationAdministration"}
    assert statuses == {"completed"}


def test_put_back_by_the_citizen_leaves_what_was_handed_out_before() -> None:
    assert len(written(x.logged(1, e.IntakePutBack(intake=x.NOON)))) == 1
    assert len(written(x.logged(1, e.IntakePutBack(intake=x.NOON, by=x.BY)))) == 2


def test_only_boxed_doses_are_dispensed() -> None:
    made = written(x.logged(1, e.IntakeTaken(intake=x.NOON, evidence=e.Evidence.REMOVED)))
    dispensed = [m["resource"] for m in made if m["resource"]["resourceType"] == "MedicationDispense"]
    assert [d["medicationCodeableConcept"]["text"] for d in dispensed] == ["Provodopa 100/25 mg"]


def test_a_dose_as_needed_is_told_like_any_other() -> None:
    taken = e.IntakeTaken(intake=x.ASKED.id, evidence=e.Evidence.REMOVED, removed_mg=405)
    made = {m["resource"]["resourceType"]: m["resource"] for m in written(x.logged(2, taken, x.ASKED))}
    for kind in ("MedicationAdministration", "MedicationDispense"):
        assert made[kind]["status"] == "completed"
        assert made[kind]["identifier"][0]["value"] == f"{x.HUB}/{x.ASKED.id}/9100002/1"
        assert {"url": f"{codes.EXTENSION}as-needed", "valueBoolean": True} in made[kind]["extension"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (e.MarkLowered(by=x.BY, second="Ole Juul"), [x.BY, "Ole Juul"]),
        (e.LeaveBegun(leave=x.WEEKEND), [x.BY]),
        (e.LeaveEnded(leave=x.WEEKEND.id, by=None), [None]),
    ],
)
def test_the_log_names_everybody_whose_act_it_was(body: e.AnyBody, names: list[str | None]) -> None:
    [audit] = written(x.logged(1, body))
    agents = audit["resource"]["agent"]
    assert [agent["who"].get("display") for agent in agents] == names
    assert [agent["requestor"] for agent in agents] == [name is not None for name in names]


def test_an_event_that_is_set_aside_says_nothing_of_what_it_held() -> None:
    secret = x.event(9, e.IntakeDeclined(intake=x.NOON, reason="feels_ill"))
    unknown = x.item(secret).replace(b"IntakeDeclined", b"IntakeNeverHeardOf")
    with pytest.raises(msgspec.ValidationError):
        fhir.read(unknown)
    note = fhir.bundle([fhir.set_aside(fhir.stamp(unknown), x.SOURCE, "clinical", "422")])
    assert b"feels_ill" not in note
    assert b"9100002" not in note
    assert secret.id.encode() in note


def test_a_condition_survives_what_an_id_may_hold() -> None:
    assert condition("urn:a", "b|c,d&e=f/æ") == "identifier=urn:a|b%5C%7Cc%5C%2Cd%26e%3Df/%C3%A6"


@pytest.mark.parametrize("code", AlarmCode)
def test_every_alarm_has_its_place_in_others_codes(code: AlarmCode) -> None:
    assert code in codes.OTHERS


def test_the_page_shows_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == mapping_page()


def test_every_outcome_of_an_intakes_life_is_mapped() -> None:
    """A body that ends or reopens an intake and is not in the table would be silence at the municipality (R10)."""
    life = {body for body, lane in LANE.items() if lane is Lane.CLINICAL and "intake" in body.__struct_fields__}
    only_logged = {
        e.CompartmentFilled, e.FillingBegun, e.LidOpened, e.LidClosed, e.OpeningRequested, e.PulseRequested,
        e.PulseFailed, e.OpeningAbandoned, e.IntakeDue, e.IntakeSnoozed, e.WordAsked, e.WindowEnded, e.IntakePromised,
        e.IntakeHandedBack,
    }  # fmt: skip
    assert life == set(fhir.DOSES) | only_logged | {e.IntakeCorrected}
