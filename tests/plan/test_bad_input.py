"""Whatever the bytes: a plan, or PlanUnreadable with reasons, and nothing else ever."""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.plan import Plan
from hub.domain.schedule import intakes_of
from hub.plan.envelope import PlanUnreadable, open_plan, read_plan
from hub.plan.jsontext import write_json
from hub.signed import Purpose, new_key
from tests.plan.build import (
    CPR,
    DAY,
    MORNING,
    SAMPLE,
    Json,
    bundle,
    dosage,
    envelope,
    only_outside,
    read,
    repeat,
    sample,
    statement,
)  # fmt: skip

KEY = new_key("k", Purpose.PLAN)
UCUM = "http://unitsofmeasure.org"
EVERYTHING = {  # every element of FHIR's that the reader knows, so that each of them is mangled
    **dosage(None, timing={
        "code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]},
        "repeat": {
            "boundsDuration": {"value": 10, "unit": "dage", "system": UCUM, "code": "d"}, "count": 6, "countMax": 6,
            "frequency": 2, "frequencyMax": 2, "period": 1, "periodMax": 1, "periodUnit": "d", "when": ["MORN", "EVE"],
        },
    }),
    "sequence": 1,
    "maxDosePerPeriod": {"numerator": {"value": 2, "unit": "tablet"}, "denominator": {"value": 24, "code": "h"}},
    "maxDosePerAdministration": {"value": 1, "unit": "tablet", "system": UCUM, "code": "{tablet}"},
}  # fmt: skip


def with_everything() -> Json:
    """The everyday citizen, and one more medicine whose dosage is read from all that FHIR can say."""
    value = sample()
    known = next(e["resource"] for e in value["medicines"]["entry"] if "dosage" in e["resource"])
    more = {**statement(EVERYTHING, ident="9109999"), "subject": known["subject"]}
    more["medicationReference"] = known["medicationReference"]
    value["medicines"]["entry"].append({"resource": deepcopy(more)})
    value["settings"]["per_medicine"]["9109999"] = {"handout": "compartment", "criticality": "low"}
    return value


BASE = with_everything()

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(
        [Decimal("1E+400"), Decimal("-0.0"), Decimal("0.028"), Decimal("1E-400"), 10**400, 0, -1, 2**53 + 1]
    ),
    st.text(max_size=8),
    st.sampled_from(
        ["", "noon", "2512489996", "24:00:00", "2026-03-12", "9999-12-31T23:59:59-23:59", "0001-01-01", "\x00"]
    ),
    st.just([]),
    st.just({}),
    st.recursive(
        st.integers(), lambda x: st.lists(x, max_size=2) | st.dictionaries(st.text(max_size=3), x, max_size=2)
    ),
)


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value that can be changed."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield value, key
        yield from spots(item)


SPOTS = len(list(spots(BASE)))


def test_everything_is_read_before_it_is_mangled() -> None:
    assert "9109999" in {o.id for o in read(BASE).ordinations}


def judged(payload: bytes) -> None:
    """What is read can be scheduled and journalled; what is not has reasons."""
    try:
        plan = read_plan(payload, "")
    except PlanUnreadable as error:
        refused = error
    else:
        return can_be_lived(plan)
    assert refused.reasons
    assert all(isinstance(reason, str) and reason for reason in refused.reasons)


def can_be_lived(plan: Plan) -> None:
    msgspec.json.decode(msgspec.json.encode(plan), type=type(plan))
    intakes_of(plan, DAY)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, SPOTS - 1), st.sampled_from(["drop", "replace", "twice", "swap"]), junk),
        min_size=1,
        max_size=4,
    )
)
def test_a_mangled_plan_is_read_or_refused(changes: list[tuple[int, str, Any]]) -> None:
    value = deepcopy(BASE)
    for number, how, new in changes:
        found = list(spots(value))
        if not found:
            break
        holder, key = found[number % len(found)]
        other, other_key = found[(number * 7 + 3) % len(found)]
        if how == "drop":
            del holder[key]
        elif how == "replace":
            holder[key] = new
        elif how == "swap":
            holder[key] = deepcopy(other[other_key])
        elif isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        else:
            holder[f"{key}_"] = holder[key]
    judged(write_json(value))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SAMPLE.read_bytes()) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_a_damaged_file_is_read_or_refused(at: int, new: bytes, gone: int) -> None:
    text = SAMPLE.read_bytes()
    judged(text[:at] + new + text[at + gone :])


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_refused(text: bytes) -> None:
    judged(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_no_signed_plan(text: str) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        open_plan(text, (KEY.public,), "MH-0001", CPR)
    assert refused.value.reasons


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, SPOTS - 1), junk), min_size=1, max_size=2))
def test_no_statement_is_lost_whatever_is_wrong_with_it(changes: list[tuple[int, Any]]) -> None:
    value = deepcopy(BASE)
    statements = [e["resource"] for e in value["medicines"]["entry"] if "dosage" in e["resource"]]
    found = [s for s in spots(statements) if s[0] is not statements and s[1] not in ("resourceType", "identifier")]
    for number, new in changes:
        holder, key = found[number % len(found)]
        if key in holder if isinstance(holder, dict) else key < len(holder):
            holder[key] = new
    plan = read_plan(write_json(value), "")
    ids = {o.id for o in plan.ordinations} | {o.id.removesuffix("/pn") for o in plan.outside}
    assert len(ids) == len(statements)


@pytest.mark.parametrize("cut", range(0, len(SAMPLE.read_bytes()) - 2, 997))
def test_a_truncated_file_is_refused_whole(cut: int) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        read_plan(SAMPLE.read_bytes()[:cut], "")
    assert refused.value.reasons[0].startswith("$: not readable as JSON")


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900])
def test_what_is_nested_too_deeply_is_refused_and_what_is_nested_inside_is_read_past(nested: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_plan(nested, "")
    inside: Json = {}
    for _ in range(200):
        inside = {"extension": [inside]}
    judged(write_json(envelope(bundle(statement({**MORNING, "route": inside})))))
    inside["modifierExtension"] = []
    outside = only_outside(read(envelope(bundle(statement({**MORNING, "route": inside})))))
    assert "dosage[0].route.modifierExtension" in outside.reason


BAD: list[tuple[Json, str]] = [
    (dosage(repeat(when=["MORN"]), -1), "dosage[0].doseAndRate.value: must be above 0"),
    (dosage(repeat(when=["MORN"]), Decimal("1E-10")), "dosage[0].doseAndRate.value: has more than 9 decimals"),
    (dosage(repeat(when=["MORN"]), "NaN"), "dosage[0].doseAndRate.value: is not a number"),
    (dosage(repeat(boundsPeriod={"start": "1999-12-31"})), "dosage[0].timing.repeat.boundsPeriod.start: 1999-12-31 is"),
    (dosage(repeat(boundsPeriod={"start": "2026-02-30"})), "dosage[0].timing.repeat.boundsPeriod.start: "),
    (dosage(repeat(boundsPeriod={"start": "2026-03-02", "end": "2026-03-01"})), "boundsPeriod: ends before it starts"),
    (dosage(repeat(when=[["MORN"]])), "dosage[0].timing.repeat.when[0]: expected `str`"),
    (dosage(repeat(period={"value": 1})), "dosage[0].timing.repeat: every ? d"),
    ({**MORNING, "doseAndRate": {}}, "dosage[0].doseAndRate: must be a list"),
    ({**MORNING, "timing": []}, "dosage[0].timing: must be an object"),
]


@pytest.mark.parametrize(("said", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_what_is_wrong_in_a_dosage_is_named_with_its_place(said: Json, reason: str) -> None:
    assert reason in only_outside(read(envelope(bundle(statement(said))))).reason


def test_not_a_number_is_no_json() -> None:
    text = write_json(envelope(bundle(statement(dosage(repeat(when=["MORN"]), 77)))))
    for number in (b"NaN", b"Infinity", b"-Infinity"):
        with pytest.raises(PlanUnreadable) as refused:
            read_plan(text.replace(b'"value":77', b'"value":' + number), "")
        assert "$: not readable as JSON" in refused.value.reasons[0]
