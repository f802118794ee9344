"""A plan is refused whole for its envelope, with every reason and its place (R6)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.plan import Criticality, Handout, PartOfDay
from hub.plan.envelope import MAX_BYTES, PlanUnreadable, read_plan
from tests.plan.build import CPR, MORNING, SAMPLE, Json, bundle, envelope, reasons_of, sample, statement


def test_the_sample_says_what_the_hub_needs() -> None:
    plan = read_plan(SAMPLE.read_bytes(), "abc")
    assert (plan.hub, plan.citizen, plan.name, plan.version, plan.digest) == (
        "MH-0001",
        CPR,
        "Aase Lindgaard",
        1,
        "abc",
    )
    assert [s.id for s in plan.slots] == ["morning", "noon", "t1600", "evening", "night"]
    assert [s.part for s in plan.slots][1:3] == [PartOfDay.NOON, None]
    assert plan.settings.times_per_day[3] == ("morning", "t1600", "night")
    assert plan.contacts[0].phone == "12 34 56 78"
    levodopa = next(o for o in plan.ordinations if o.id == "9100002")
    assert levodopa.criticality is Criticality.HIGH
    assert levodopa.handout is Handout.COMPARTMENT
    assert levodopa.interval_min == 180
    assert levodopa.purpose == "mod Parkinsons sygdom"
    assert levodopa.note == "Tages med et glas vand"


Change = Callable[[Json], Any]

WRONG: list[tuple[Change, str]] = [
    (lambda e: e.pop("hub"), "$.hub: missing"),
    (lambda e: e.update(extra=1), "$.extra: not a field this hub knows"),
    (lambda e: e.update(format="medhub-plan/2"), "$.format: invalid enum value"),
    (lambda e: e.update(version=0), "$.version: expected `int` >= 1, is 0"),
    (lambda e: e.update(version=Decimal("1.5")), "$.version: expected `int`"),
    (lambda e: e.update(version=True), "$.version: expected `int`"),
    (lambda e: e.update(version="1"), "$.version: expected `int`"),
    (lambda e: e.update(citizen="251248-9996"), "$.citizen: "),
    (lambda e: e.update(issued="2026-03-01T09:00:00"), "$.issued: "),
    (lambda e: e.update(valid_from="next week"), "$.valid_from: "),
    (lambda e: e.update(issued="1999-12-31T23:59:59+01:00"), "$.issued: must be in the years 2000 to 2199"),
    (lambda e: e.update(valid_from="9999-12-31T23:59:59-23:59"), "$.valid_from: must be in the years"),
    (lambda e: e.update(rounds=[]), "$.rounds: expected `array` of length >= 1, is a list"),
    (lambda e: e["rounds"][2].update(time="16"), '$.rounds[2].time: invalid RFC3339 encoded time, is "16"'),
    (lambda e: e["rounds"][2].update(time="16:00:00+01:00"), "$.rounds[2].time: must be home wall time"),
    (lambda e: e["rounds"][2].update(time="16:00:30"), "$.rounds[2].time: must be whole minutes"),
    (lambda e: e["rounds"][2].update(id="Kl 16"), "$.rounds[2].id: "),
    (lambda e: e["rounds"][2].update(id="noon"), '$.rounds[2].id: "noon" is already another slot\'s'),
    (lambda e: e["rounds"][2].update(part="noon"), '$.rounds[2].part: "noon" is already another slot\'s'),
    (lambda e: e["rounds"][2].update(part="tea"), "$.rounds[2].part: invalid enum value"),
    (lambda e: e["rounds"][0].update(window_min=4), "$.rounds[0].window_min: expected `int` >= 5"),
    (lambda e: e["rounds"][0].update(early_min=1000, window_min=720), "$.rounds[0]: early_min and window_min together"),
    (lambda e: e["rounds"][4].update(next_day=True), "$.rounds[4].next_day: 16:00 is not before"),
    (lambda e: e["rounds"][0].update(time="13:00:00"), "$.rounds: morning comes after noon"),
    (lambda e: e["settings"].update(snooze=20), "$.settings.snooze: not a field"),
    (lambda e: e["settings"].update(snooze_min=61), "$.settings.snooze_min: expected `int` <= 60"),
    (lambda e: e["settings"].update(zone="Mars/Olympus"), '$.settings.zone: "Mars/Olympus" is not a time zone'),
    (lambda e: e["settings"].update(zone="../../etc"), "$.settings.zone: "),
    (lambda e: e["settings"].update(language="fr"), "$.settings.language: must be one of da, en"),
    (lambda e: e["settings"]["times_per_day"].update({"2": ["morning", "tea"]}), '"tea" is no slot of this plan'),
    (lambda e: e["settings"]["times_per_day"].update({"2": ["morning"]}), "times_per_day[2]: must name 2 different"),
    (lambda e: e["settings"]["times_per_day"].update({"2": ["noon", "noon"]}), "must name 2 different slots, names 1"),
    (lambda e: e["settings"]["times_per_day"].update(two=["noon"]), '$.settings.times_per_day, key "two"'),
    (lambda e: e["settings"]["per_medicine"]["1"].update(handout="pouch"), '$.settings.per_medicine["1"].handout: '),
    (
        lambda e: e["settings"]["per_medicine"]["1"].pop("criticality"),
        '$.settings.per_medicine["1"].criticality: missing',
    ),
    (lambda e: e["settings"]["per_medicine"]["1"].update(interval_min=-1), "interval_min: expected `int` >= 0"),
    (lambda e: e["contacts"].append({"role": "relative", "name": "Karen", "phone": "call me"}), "$.contacts[0].phone"),
    (lambda e: e["contacts"].append({"role": "", "name": "", "phone": "112"}), "$.contacts[0]: name must be"),
    (lambda e: e["limits"].update(plan_age_days=0), "$.limits.plan_age_days: expected `int` >= 1"),
    (lambda e: e.update(limits=[]), "$.limits: must be an object"),
    (lambda e: e.update(rounds={}), "$.rounds: must be a list"),
    (lambda e: e.update(medicines=[]), "$.medicines: must be an object"),
    (lambda e: e.update(medicines={"structures": []}), "$.medicines.resourceType: must be Bundle"),
]


@pytest.mark.parametrize(("change", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_a_wrong_envelope_is_refused_with_its_place(change: Change, reason: str) -> None:
    value = envelope(bundle(statement(MORNING)))
    assert reasons_of(value) == ()
    change(value)
    assert any(reason in said for said in reasons_of(value)), reasons_of(value)


def test_every_reason_is_given_at_once() -> None:
    value = sample()
    value["version"] = 0
    value["rounds"][1]["time"] = "noon"
    value["settings"]["snooze_min"] = "20"
    del value["contacts"]
    assert sorted(r.split(": ")[0] for r in reasons_of(value)) == [
        "$.contacts", "$.rounds[1].time", "$.settings.snooze_min", "$.version",
    ]  # fmt: skip


def test_every_rule_across_fields_speaks_at_once() -> None:
    value = sample()
    value["rounds"][1]["id"] = "morning"
    value["settings"]["zone"] = "Nowhere"
    value["settings"]["language"] = "fr"
    assert {r.split(": ")[0] for r in reasons_of(value)} >= {"$.rounds[1].id", "$.settings.zone", "$.settings.language"}


def test_a_slot_after_midnight_belongs_to_the_day_before() -> None:
    value = envelope(bundle(statement(MORNING)))
    value["rounds"][3].update(time="00:30:00", next_day=True)
    assert reasons_of(value) == ()


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\xff\xfe", b"NaN", b'{"version": NaN}', b'{"a": 1e9999999999999999999999}', b'{"a": 1', b"[]", b'"plan"',
        b"null", b'{"a": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"a": "\\ud800"}',
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_plan_at_all_is_refused(text: bytes) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        read_plan(text, "")
    assert all(reason.startswith("$") for reason in refused.value.reasons)


def test_a_name_said_twice_is_refused_not_chosen() -> None:
    text = SAMPLE.read_bytes().replace(b'"version": 1,', b'"version": 1, "version": 2,')
    with pytest.raises(PlanUnreadable, match="'version' is said twice"):
        read_plan(text, "")


def test_more_than_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(PlanUnreadable, match="bytes is more than"):
        read_plan(SAMPLE.read_bytes() + b" " * MAX_BYTES, "")


def test_more_reasons_than_anyone_reads_are_counted() -> None:
    said = reasons_of({**sample(), "rounds": [{}] * 100})
    assert (len(said), said[-1]) == (51, "and 150 more")
