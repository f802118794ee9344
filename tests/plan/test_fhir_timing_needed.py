"""FHIR's dosages as needed: the most, the least time between two, and what is said of neither."""

from datetime import date, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.domain.plan import AsNeeded, DayDose, PartOfDay, Period, Plan
from hub.plan.fhir.dosage import Reading, read_dosage
from tests.plan.build import Json, bundle, dosage, doses, envelope, read, repeat, statement

ZONE = ZoneInfo("Europe/Copenhagen")
NEW_YEAR = date(2026, 1, 1)
ONE = DayDose(Decimal(1), as_needed=True)


def needed(rep: Json | None, **fields: Any) -> Json:
    return dosage(rep, kind="EFTER_BEHOV", asNeededBoolean=True, **fields)


def a_day(value: Any, per: Any = 1, code: str = "d", unit: str = "tabletter") -> Json:
    return {"numerator": {"value": value, "unit": unit}, "denominator": {"value": per, "code": code}}


def reading(*said: Json) -> Reading:
    return read_dosage(said, NEW_YEAR, ZONE)


def only_period(*said: Json) -> Period:
    found = reading(*said)
    assert found.unread == ()
    (period,) = found.dosage.periods
    return period


LINES = [
    (repeat(frequency=3), DayDose(Decimal(1), times=3, as_needed=True)),
    (repeat(frequency=1, frequencyMax=4), DayDose(Decimal(1), times=4, as_needed=True)),
    (repeat(when=["NIGHT"]), DayDose(Decimal(1), part=PartOfDay.NIGHT, as_needed=True)),
    ({"timeOfDay": ["08:00:00"]}, DayDose(Decimal(1), at=time(8), as_needed=True)),
]


@pytest.mark.parametrize(("rep", "line"), LINES)
def test_how_often_is_the_most(rep: Json, line: DayDose) -> None:
    assert only_period(needed(rep)).days == {1: (line,)}


@pytest.mark.parametrize(
    ("rep", "minutes"),
    [
        (repeat(period=4, periodUnit="h"), 240),
        (repeat(period=4, periodMax=6, periodUnit="h"), 240),
        (repeat(period=24, periodUnit="h"), 1440),
        (repeat(period=90, periodUnit="min"), 90),
        ({"period": 6, "periodUnit": "h"}, 360),
    ],
)
def test_a_period_of_hours_is_the_least_time_between_two(rep: Json, minutes: int) -> None:
    period = only_period(needed(rep))
    assert (period.days, period.interval_min, period.daily_max) == ({1: (ONE,)}, minutes, None)


@pytest.mark.parametrize("said", [needed(None), needed({"boundsPeriod": {"start": "2026-01-01"}})])
def test_with_a_most_a_day_it_is_had_as_often_as_the_citizen_wants(said: Json) -> None:
    for most in (a_day(8), a_day(8, 24, "h"), a_day(Decimal("8.0"), unit="tablet")):
        period = only_period({**said, "maxDosePerPeriod": most})
        assert (period.start, period.days, period.daily_max) == (NEW_YEAR, {1: (ONE,)}, 8)


UNREAD = [
    (needed(None), "free text without a timing"),
    (needed({"boundsPeriod": {"start": "2026-01-01"}}), "every ? ?, without saying on which days"),
    (needed(repeat(count=10)), "count: how many are left is not known as needed"),
    (needed(repeat(period=2)), "every 2 d, as needed: on which days is not said"),
    (needed(repeat(period=1, periodMax=2)), "every 1 d, as needed: on which days"),
    (needed(repeat(periodUnit="wk")), "every 1 wk, without saying"),
    (needed(repeat(frequency=3, frequencyMax=2)), "frequencyMax: 2 does not fit"),
    (needed(repeat(when=["MORN"], frequencyMax=2)), "frequencyMax: 2 does not fit"),
    (needed(repeat(period=4, periodUnit="h", frequency=2)), "every 4 h, as needed: says no least time between two"),
    (needed(repeat(period=25, periodUnit="h")), "every 25 h, as needed: says no least"),
    (needed(repeat(period=6, periodMax=4, periodUnit="h")), "every 6 h, as needed: says no least"),
    (needed(repeat(period=4, periodMax="6", periodUnit="h")), "every 4 h, as needed: says no least"),
    (needed(repeat(period=4, periodUnit="h", when=["MORN"])), "every 4 h, as needed: says no least"),
    (needed(repeat(period=30, periodUnit="s")), "every 30 s, from a moment"),
    (needed(repeat(frequency=3), maxDosePerPeriod=a_day(8, 2)), "maxDosePerPeriod: per 2 d, not per 1 d or 24 h"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "reason"), UNREAD, ids=[reason for _, reason in UNREAD])
def test_what_does_not_say_how_often_at_most_is_left_to_its_words(said: Json, reason: str) -> None:
    found = reading(said)
    assert found.dosage.periods == ()
    assert reason in "; ".join(found.unread)


def in_box(*said: Json, interval_min: int | None = None) -> Plan:
    value = envelope(bundle(statement(*said)))
    if interval_min is not None:
        value["settings"]["per_medicine"]["1"]["interval_min"] = interval_min
    return read(value)


def test_a_card_that_says_how_far_apart_and_how_much_a_day_needs_no_envelope_for_it() -> None:
    plan = in_box(needed(repeat(period=4, periodMax=6, periodUnit="h"), value=2, maxDosePerPeriod=a_day(8)))
    (ordination,) = plan.ordinations
    assert (ordination.as_needed, ordination.interval_min) == (AsNeeded(Decimal(2), 4, NEW_YEAR), 240)


def test_of_two_mosts_the_lesser_holds() -> None:
    for most, times in ((3, 3), (9, 5)):
        plan = in_box(needed(repeat(frequency=5), maxDosePerPeriod=a_day(most)), interval_min=60)
        assert [o.as_needed and o.as_needed.most for o in plan.ordinations] == [times]


def test_a_most_beside_a_fixed_part_may_be_of_both() -> None:
    """Whether the fixed dose counts in it is not said: as needed stays outside, and the fixed one stands."""
    fixed = dosage(repeat(when=["MORN"]), kind="KOMBINERET")
    more = {**needed(repeat(frequency=3), maxDosePerPeriod=a_day(4)), "additionalInstruction": []}
    plan = in_box(fixed, more, interval_min=60)
    assert doses(plan) == [("morning", "1")]
    assert [(o.id, o.verdict) for o in plan.outside] == [("1/pn", "as_needed")]


def test_needed_for_something_is_as_needed_and_says_for_what() -> None:
    said = {**dosage(repeat(frequency=2), asNeededCodeableConcept={"text": "ved smerter"}), "additionalInstruction": []}
    (ordination,) = in_box(said, interval_min=60).ordinations
    assert (ordination.as_needed and ordination.as_needed.most, ordination.note) == (2, "ved smerter")


def test_both_spellings_of_as_needed_at_once_are_not_understood() -> None:
    said = {**dosage(repeat(), asNeededBoolean=False, asNeededCodeableConcept={"text": "smerter"})}
    assert reading({**said, "additionalInstruction": []}).unread == (
        "dosage[0]: both asNeededBoolean and asNeededCodeableConcept",
    )
