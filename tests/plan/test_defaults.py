"""A bare medicine file is wrapped in defaults that are stated, and only there (R6)."""

from datetime import date

import pytest

from hub.domain.plan import Handout
from hub.plan.defaults import STATED
from hub.plan.envelope import PlanUnreadable, open_plan, sign_plan
from hub.plan.jsontext import write_json
from hub.signed import Purpose, new_key
from medhub.plan_files import read_file
from tests.plan.build import (
    CPR,
    DAY,
    MORNING,
    SAMPLE,
    Json,
    bundle,
    dosage,
    doses,
    medication,
    read,
    repeat,
    sample,
    statement,
)  # fmt: skip


def wrapped(medicines: Json, language: str = "da") -> Json:
    return read_file(write_json(medicines), hub="MH-0001", day=DAY, language=language).envelope


@pytest.mark.parametrize("language", ["da", "en"])
def test_what_was_assumed_is_said(language: str) -> None:
    plan = read(wrapped(bundle(statement(MORNING)), language))
    assert plan.defaults == STATED[language]
    assert len(STATED["da"]) == len(STATED["en"])
    assert read(sample()).defaults == ()


def test_the_defaults_are_what_is_stated() -> None:
    plan = read(wrapped(bundle(statement(dosage(repeat(frequency=4))))))
    assert [(f"{s.time:%H:%M}", s.window_min, s.early_min) for s in plan.slots] == [
        ("08:00", 60, 0), ("12:00", 60, 0), ("18:00", 60, 0), ("22:00", 60, 0),
    ]  # fmt: skip
    assert doses(plan) == [("morning", "1"), ("noon", "1"), ("evening", "1"), ("night", "1")]
    assert {o.criticality for o in plan.ordinations} == {"medium"}
    assert (plan.citizen, plan.hub, plan.version, plan.contacts) == (CPR, "MH-0001", 1, ())
    assert plan.valid_from.isoformat() == "2026-03-12T00:00:00+01:00"


@pytest.mark.parametrize(
    ("form", "name", "handout"),
    [
        ("TAB", "tabletter", Handout.COMPARTMENT),
        ("TABFILM", "", Handout.COMPARTMENT),
        ("NYKODE", "depotkapsler, hårde", Handout.COMPARTMENT),
        ("BRUTAB", "brusetabletter", Handout.REMINDED),
        ("ORALDRB", "orale dråber", Handout.REMINDED),
        ("INJVOP", "injektionsvæske, opløsning i fyldt pen", Handout.REMINDED),
        ("INHPUL", "inhalationspulver", Handout.REMINDED),
    ],
)
def test_the_form_decides_whether_it_lies_in_the_box(form: str, name: str, handout: Handout) -> None:
    said = statement(dosage(repeat(when=["MORN"]), 1, "stk"))
    (ordination,) = read(wrapped(bundle(said, drug=medication(form, name)))).ordinations
    assert ordination.handout is handout


def test_an_unreadable_form_is_reminded_of_until_the_reader_says_why_not() -> None:
    value = wrapped(bundle(statement(MORNING), drug=medication() | {"form": "TAB"}))
    assert value["settings"]["per_medicine"]["1"]["handout"] == "reminded"
    assert "medication.form: must be an object" in read(value).outside[0].reason


def test_an_envelope_stands_as_it_is() -> None:
    assert read_file(SAMPLE.read_bytes(), hub="another", day=date(2020, 1, 1)).envelope == sample()


def test_a_wrapped_file_is_signed_and_opened_like_any_plan() -> None:
    key = new_key("by-hand", Purpose.PLAN)
    jws = sign_plan(wrapped(bundle(statement(MORNING))), key)
    assert doses(open_plan(jws, (key.public,), "MH-0001", CPR)) == [("morning", "1")]


@pytest.mark.parametrize("text", [b"[]", b"{", b'{"resourceType": "Patient"}', b'{"resourceType": "Bundle"}'])
def test_what_is_neither_is_refused(text: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_file(text, hub="MH-0001", day=DAY)
