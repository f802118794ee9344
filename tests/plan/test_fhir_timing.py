"""FHIR's days and moments: what of each is read, as what, and why the rest is not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.plan import Plan
from tests.plan.build import Json, bundle, dosage, doses, envelope, only_outside, read, read_one, repeat, statement

MARCH = [date(2026, 3, day) for day in range(1, 32)]  # the 1st is a Sunday
ABBREVIATION = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"


def from_the(day: int, **fields: Any) -> Json:
    """A Timing.repeat from a day in March."""
    return repeat(boundsPeriod={"start": f"2026-03-{day:02}T00:00:00+00:00"}, **fields)


def of(rep: Json, **fields: Any) -> Plan:
    return read_one(statement(dosage(rep), **fields))


def in_march(plan: Plan) -> list[int]:
    return [day.day for day in MARCH if doses(plan, day)]


def why_not(said: Json, **fields: Any) -> str:
    outside = only_outside(read_one(statement(said, **fields)))
    assert outside.verdict == "not_understood"
    return outside.reason


# -- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "days"), [(2, [6, 8, 10]), (3, [6, 9, 12]), (Decimal("7.0"), [6, 13, 20]), (28, [6])]
)
def test_every_few_days_are_counted_from_the_start_date(period: Any, days: list[int]) -> None:
    found = in_march(of(from_the(6, period=period, when=["MORN"])))
    assert found[: len(days)] == days
    assert len(found) == len(range(6, 32, int(period)))


def test_the_moments_of_every_few_days_are_all_on_the_same_day() -> None:
    plan = of(from_the(6, period=3, when=["MORN", "EVE"]))
    assert [doses(plan, date(2026, 3, day)) for day in (6, 7, 9)] == [[("morning", "1"), ("evening", "1")], [], [
        ("morning", "1"), ("evening", "1")]]  # fmt: skip
    once = of(from_the(6, period=3))
    assert doses(once, date(2026, 3, 9)) == [("morning", "1")]  # by the table of once a day


def test_without_a_start_of_its_own_it_is_the_statements() -> None:
    plan = of(repeat(boundsPeriod={}, period=4, when=["MORN"]), effectivePeriod={"start": "2026-03-03"})
    assert in_march(plan) == [3, 7, 11, 15, 19, 23, 27, 31]


def test_its_own_start_counts_the_days_also_where_the_statement_begins_later() -> None:
    """FMK renews an ordination under a later date; the dosage's day 1 stays."""
    plan = of(from_the(6, period=2, when=["MORN"]), effectivePeriod={"start": "2026-03-09"})
    assert in_march(plan)[:3] == [10, 12, 14]


def test_without_any_start_nobody_knows_which_days() -> None:
    said = statement(dosage(repeat(boundsPeriod={"end": "2026-03-31"}, period=2, when=["MORN"])))
    del said["effectivePeriod"]
    assert "every 2 d, without saying on which days" in only_outside(read_one(said)).reason


@pytest.mark.parametrize(
    ("start", "weekday", "weeks", "days"),
    [(6, "fri", 2, [6, 20]), (6, "sun", 2, [8, 22]), (2, "thu", 3, [5, 26]), (2, "mon", 4, [2, 30])],
)
def test_every_few_weeks_begin_with_the_week_of_the_start_date(
    start: int, weekday: str, weeks: int, days: list[int]
) -> None:
    """Where both readings agree: seven days from the start, and the calendar's week from Monday to Sunday."""
    assert in_march(of(from_the(start, period=weeks, periodUnit="wk", dayOfWeek=[weekday]))) == days


@pytest.mark.parametrize(
    ("rep", "days"),
    [
        ({"timeOfDay": ["08:00:00"]}, [day.day for day in MARCH]),
        ({"timeOfDay": ["08:00:00"], "dayOfWeek": ["mon"]}, [2, 9, 16, 23, 30]),
        ({"when": ["MORN"], "dayOfWeek": ["mon", "tue"]}, [2, 3, 9, 10, 16, 17, 23, 24, 30, 31]),
    ],
)
def test_a_clock_time_comes_every_day_and_a_weekday_every_week(rep: Json, days: list[int]) -> None:
    """As HL7 has it: frequency and period are not said beside them."""
    assert in_march(of(rep)) == days


NO_DAYS = [
    ({"when": ["MORN"]}, "every ? ?, without saying on which days"),
    ({"dayOfWeek": ["mon"]}, "every ? ?, without"),
    ({"timeOfDay": ["08:00:00"], "frequency": 1}, "every ? ?, without"),
    ({"timeOfDay": ["08:00:00"], "periodUnit": "d"}, "every ? d, without"),
    (repeat(period=0, when=["MORN"]), "every 0 d, without"),
    (repeat(period=-2, when=["MORN"]), "every -2 d, without"),
    (repeat(period=Decimal("0.5"), when=["MORN"]), "every 0.5 d, without"),
    (repeat(period=366, when=["MORN"]), "every 366 d, without"),
    (repeat(period=Decimal("1E+999999999"), when=["MORN"]), "every 1E+999999999 d, without"),
    (repeat(period="1", when=["MORN"]), "every 1 d, without"),
    (repeat(period=[1], when=["MORN"]), "every ? d, without"),
    (repeat(period=2, dayOfWeek=["mon"], when=["MORN"]), "every 2 d, without"),
    (repeat(periodUnit="", when=["MORN"]), "every 1 ?, without"),
    (repeat(periodUnit="dage", when=["MORN"]), "every 1 dage, without"),
    (repeat(periodUnit="wk", when=["MORN"]), "every 1 wk, without saying on which days"),
    (repeat(period=2, periodUnit="wk", when=["MORN"]), "every 2 wk, without saying on which days"),
    (from_the(6, period=2, periodUnit="wk", dayOfWeek=["thu"]), "every 2 wk, without saying in which weeks"),
    (from_the(6, period=2, periodUnit="wk", dayOfWeek=["sat", "sun"]), "every 2 wk, without saying in which weeks"),
    (from_the(6, period=53, periodUnit="wk", dayOfWeek=["sat"]), "every 53 wk, without"),
    (repeat(periodUnit="mo", when=["MORN"]), "every 1 mo, which is not always as long"),
    (repeat(periodUnit="a", when=["MORN"]), "every 1 a, which is not always as long"),
    (repeat(periodUnit="h", period=8), "every 8 h, from a moment that is not said"),
    (repeat(periodUnit="h", period=24), "every 24 h, from a moment that is not said"),
    (repeat(periodUnit="min", period=90), "every 90 min, from a moment"),
    (repeat(periodUnit="s", period=1), "every 1 s, from a moment"),
    (repeat(dayOfWeek=["mon", "mon"], when=["MORN"]), "dayOfWeek: says a day more than once"),
    (repeat(periodMax=2, when=["MORN"]), "periodMax: 1 to 2 is not exact"),
]  # fmt: skip


@pytest.mark.parametrize(("rep", "reason"), NO_DAYS, ids=[reason for _, reason in NO_DAYS])
def test_days_that_are_not_said_exactly_are_named(rep: Json, reason: str) -> None:
    assert reason in why_not(dosage(rep))


# -- moments ---------------------------------------------------------------------------------------------------------

EVENTS = [  # R4's value set event-timing, but for the four rounds
    "MORN.early", "MORN.late", "AFT", "AFT.early", "AFT.late", "EVE.early", "EVE.late", "PHS", "HS", "WAKE",
    "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV",
]  # fmt: skip


@pytest.mark.parametrize("code", EVENTS)
def test_what_is_no_round_of_fmks_is_told_with_the_reason(code: str) -> None:
    reason = why_not(dosage(repeat(when=[code])))
    assert f'when: "{code}", ' in reason
    assert "rounds do not have" in reason or "no clock time" in reason


def test_a_code_that_is_none_is_told_so() -> None:
    assert 'when: "morn", which FHIR does not have' in why_not(dosage(repeat(when=["MORN", "morn"])))


def test_a_clock_time_may_have_a_fraction_that_is_nothing() -> None:
    assert in_march(of(from_the(30, timeOfDay=["08:00:00.000"]))) == [30, 31]
    assert "whole minutes" in why_not(dosage(repeat(timeOfDay=["08:00:00.5"])))


FITS = [
    (repeat(when=["MORN", "EVE"]), 2),  # Danish practice: each of them once
    (repeat(when=["MORN", "EVE"], frequency=2), 2),
    (repeat(periodUnit="wk", dayOfWeek=["sun"], when=["MORN", "EVE"]), 2),
    (repeat(periodUnit="wk", dayOfWeek=["sun", "mon"], when=["MORN", "EVE"], frequency=4), 2),
    (repeat(periodUnit="wk", dayOfWeek=["sun", "mon"], when=["MORN"], frequency=2), 1),
    (repeat(periodUnit="wk", dayOfWeek=["sun", "mon"], frequency=6), 3),
    (repeat(periodUnit="wk", dayOfWeek=["sun"]), 1),
    ({k: v for k, v in repeat(when=["MORN"]).items() if k != "frequency"}, 1),  # HL7: once where it is not said
    (repeat(frequency=3, frequencyMax=3), 3),
]


@pytest.mark.parametrize(("rep", "count"), FITS)
def test_a_frequency_that_says_what_the_moments_say_is_read(rep: Json, count: int) -> None:
    assert len(doses(of(rep), date(2026, 3, 1))) == count


FITS_NOT = [
    (repeat(when=["MORN", "NOON", "EVE"], frequency=2), "frequency: 2 does not fit the moments"),
    (repeat(periodUnit="wk", dayOfWeek=["sun", "mon"], when=["MORN", "EVE"], frequency=2), "does not fit the moments"),
    (repeat(periodUnit="wk", dayOfWeek=["sun", "mon"]), "frequency: 1 does not fit"),
    (repeat(period=2, frequency=2), "frequency: 2 does not fit"),
    (from_the(6, period=2, frequency=2, when=["MORN", "EVE"]), "frequency: 2 does not fit the moments"),
    (from_the(6, period=2, periodUnit="wk", dayOfWeek=["fri"], frequency=2), "frequency: 2 does not fit"),
    (repeat(frequency=-1), "frequency: -1 does not fit"),
    (repeat(frequency=3, frequencyMax=4), "frequencyMax: 3 to 4 is not exact"),
    (repeat(frequency=3, frequencyMax=2), "frequencyMax: 3 to 2 is not exact"),
    (repeat(when=["MORN"], offset=0), "offset: minutes from a moment that has no clock time"),
    (repeat(when=["MORN"], duration=5, durationUnit="min"), "durationUnit: how long it takes each time"),
]  # fmt: skip


@pytest.mark.parametrize(("rep", "reason"), FITS_NOT, ids=[reason for _, reason in FITS_NOT])
def test_a_frequency_that_does_not_is_named(rep: Json, reason: str) -> None:
    assert reason in why_not(dosage(rep))


# -- Timing.code and Timing.event ------------------------------------------------------------------------------------


def coded(code: str, text: str = "", **timing: Any) -> Json:
    concept = {"coding": [{"system": ABBREVIATION, "code": code, "display": code}]} | ({"text": text} if text else {})
    return dosage(None, timing={"code": concept, **timing})


def read_coded(said: Json) -> Plan:
    value = envelope(bundle(statement(said)))
    value["settings"]["times_per_day"] |= {"2": ["morning", "evening"], "4": ["morning", "noon", "evening", "night"]}
    return read(value)


@pytest.mark.parametrize(
    ("code", "slots"),
    [
        ("QD", ["morning"]),
        ("AM", ["morning"]),
        ("BID", ["morning", "evening"]),
        ("TID", ["morning", "noon", "evening"]),
        ("QID", ["morning", "noon", "evening", "night"]),
    ],
)
def test_a_code_that_hl7_defines_as_so_often_a_day_goes_by_the_plans_own_table(code: str, slots: list[str]) -> None:
    for said in (coded(code), coded(code, text=code.lower())):
        assert [slot for slot, _ in doses(read_coded(said))] == slots


def test_the_bounds_of_a_code_stand_in_its_repeat() -> None:
    said = coded("QD", repeat={"boundsPeriod": {"start": "2026-03-29", "end": "2026-03-30"}})
    assert in_march(read_coded(said)) == [29, 30]


def test_a_repeat_may_say_the_moments_of_its_code() -> None:
    said = coded("BID", repeat=repeat(frequency=2, when=["NOON", "NIGHT"]))
    assert [slot for slot, _ in doses(read_coded(said))] == ["noon", "night"]


@pytest.mark.parametrize("code", ["QOD", "Q8H", "PM", "BED", "WK", "MO", "bid", ""])
def test_any_other_code_is_not_understood(code: str) -> None:
    assert "is not QD, BID, TID, QID, AM and no more" in why_not(coded(code))


ONE_THING = {"system": ABBREVIATION, "code": "BID"}


@pytest.mark.parametrize(
    "concept",
    [
        {"text": "BID"},
        {"coding": [{"code": "BID"}]},
        {"coding": [{"system": "urn:local", "code": "BID"}]},
        {"coding": [ONE_THING, {"system": "urn:local", "code": "2xd"}]},
        {"coding": [ONE_THING], "text": "2 gange dagligt, dog ikke om søndagen"},
        {"coding": [{**ONE_THING, "display": "3 gange dagligt"}]},
    ],
)
def test_a_code_that_may_say_more_is_not_understood(concept: Json) -> None:
    assert "timing.code" in why_not(dosage(None, timing={"code": concept, "repeat": repeat(frequency=2)}))


@pytest.mark.parametrize(
    "rep",
    [
        repeat(frequency=3),
        repeat(frequency=2, period=2),
        repeat(frequency=2, when=["MORN"]),
        repeat(frequency=2, dayOfWeek=["mon"]),
        repeat(frequency=2, frequencyMax=3),
        {"timeOfDay": ["08:00:00", "16:00:00"]},
    ],
)
def test_a_code_and_a_repeat_that_say_different_things_are_not_understood(rep: Json) -> None:
    assert "timing.code: BID, and the repeat beside it says something else" in why_not(coded("BID", repeat=rep))


def test_a_morning_code_beside_an_evening_is_not_understood() -> None:
    assert "timing.code: AM, and the repeat" in why_not(coded("AM", repeat=repeat(when=["EVE"])))


def test_single_moments_are_no_schedule() -> None:
    said = dosage(None, timing={"event": ["2026-03-12T08:00:00+01:00"], "repeat": repeat()})
    assert "timing.event: single moments are no schedule" in why_not(said)
