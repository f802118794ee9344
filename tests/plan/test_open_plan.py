"""A signed plan is opened only for this hub and citizen, by a key trusted for plans (R6, R14)."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from hub.plan.envelope import MAX_BYTES, PlanUnreadable, digest, open_plan, sign_plan
from hub.signed import Key, Purpose, new_key, sign, sign_bytes
from tests.plan.build import CPR, bundle, dosage, envelope, repeat, sample, statement

KEY = new_key("plan-2026", Purpose.PLAN)
TRUST = (KEY.public,)


def reasons(jws: str, hub: str = "MH-0001", citizen: str = CPR, trust: tuple[Key, ...] = TRUST) -> tuple[str, ...]:
    with pytest.raises(PlanUnreadable) as refused:
        open_plan(jws, trust, hub, citizen)
    return refused.value.reasons


def test_a_signed_plan_is_opened_and_known_by_its_digest() -> None:
    jws = sign_plan(sample(), KEY)
    plan = open_plan(jws, TRUST, "MH-0001", CPR)
    assert plan.digest == digest(jws)
    assert len(plan.ordinations) == 10


def test_numbers_are_signed_digit_for_digit() -> None:
    exact = "0.028000001"
    medicines = bundle(statement(dosage(repeat(when=["MORN"]), Decimal(exact), "ml")))
    jws = sign_plan(envelope(medicines, "reminded"), KEY)
    payload = base64.urlsafe_b64decode(jws.split(".")[1] + "==")
    assert f'"value":{exact}'.encode() in payload
    (ordination,) = open_plan(jws, TRUST, "MH-0001", CPR).ordinations
    assert ordination.dosage.periods[0].days[1][0].quantity == Decimal(exact)


def test_a_plan_the_hub_would_refuse_is_never_signed() -> None:
    with pytest.raises(PlanUnreadable, match="rounds"):
        sign_plan({**sample(), "rounds": []}, KEY)


def test_a_plan_for_another_hub_and_citizen_says_both_and_names_neither() -> None:
    said = reasons(sign_plan(sample(), KEY), hub="MH-0002", citizen="0201609995")
    assert said == ("$.hub: is for another hub", "$.citizen: is for another citizen")


def test_all_that_is_wrong_inside_is_said_beside_whom_it_is_for() -> None:
    said = reasons(sign({**sample(), "hub": "MH-0002", "version": 0, "medicines": {}}, KEY))
    assert said[0] == "$.hub: is for another hub"
    assert any(reason.startswith("$.version") for reason in said)


def test_nothing_is_said_about_contents_nobody_trusted_signed() -> None:
    (reason,) = reasons(sign_plan({**sample(), "hub": "MH-0002"}, new_key("plan-2026", Purpose.PLAN)))
    assert reason.startswith("signature: not a valid signature")


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (new_key("another", Purpose.PLAN), "is not trusted for medhub-plan"),
        (new_key("plan-2026", Purpose.COMMAND), "is not medhub-plan"),
    ],
)
def test_a_key_of_another_name_or_purpose_signs_no_plan(key: Key, reason: str) -> None:
    assert reason in reasons(sign(sample(), key))[0]


@pytest.mark.parametrize("jws", ["", "a.b.c", "æ", "..", "x" * (2 * MAX_BYTES)])
def test_what_is_no_signed_document_is_refused(jws: str) -> None:
    assert reasons(jws)


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"1"])
def test_a_signed_document_that_is_no_plan_is_refused(body: bytes) -> None:
    assert reasons(sign_bytes(body, KEY))


def test_a_changed_payload_breaks_the_signature() -> None:
    head, payload, tail = sign_plan(sample(), KEY).split(".")
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    value["version"] = 2
    forged = base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    assert "not a valid signature" in reasons(f"{head}.{forged}.{tail}")[0]
