"""FHIR's bounds, counts and sequences: the last day exactly, or none."""

from datetime import date, timedelta
from typing import Any

import pytest

from hub.domain.plan import Plan
from tests.plan.build import MORNING, Json, dosage, doses, only_outside, read_one, repeat, statement

FIRST = date(2026, 3, 2)  # a Monday
FROM_MONDAY = {"start": "2026-03-02T00:00:00+00:00"}
EFFECTIVE = {"effectivePeriod": {"start": "2026-03-02"}}


def days_of(plan: Plan, days: int = 60) -> list[int]:
    """On which days, counted from the first, there is something to take."""
    return [n + 1 for n in range(days) if doses(plan, FIRST + timedelta(days=n))]


def why_not(*said: Json, **fields: Any) -> str:
    outside = only_outside(read_one(statement(*said, **fields)))
    assert outside.verdict == "not_understood"
    return outside.reason


def lasting(value: Any, code: str = "d", **quantity: Any) -> Json:
    rep = repeat(when=["MORN"], boundsDuration={"value": value, "code": code, **quantity})
    del rep["boundsPeriod"]
    return rep


UCUM = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("rep", "days"),
    [
        (lasting(5), 5),
        (lasting(1), 1),
        (lasting(2, "wk"), 14),
        (lasting(3, unit="dage", system=UCUM), 3),
        (lasting(1, "wk", unit="week"), 7),
    ],
)
def test_a_length_of_time_is_so_many_days_from_the_statements_start(rep: Json, days: int) -> None:
    assert days_of(read_one(statement(dosage(rep), **EFFECTIVE))) == [*range(1, days + 1)]


DURATIONS = [
    (lasting(0), "0 d is no number of days or weeks"),
    (lasting("5"), "5 d is no number"),
    (lasting(5, "mo"), "5 mo is no number"),
    (lasting(48, "h"), "48 h is no number"),
    (lasting(5, ""), "5 ? is no number"),
    (lasting(5, system="urn:local"), "5 d is no number"),
    (lasting(70_000), "70000 d is no number"),  # past 2199
    (lasting(20_000, "wk"), "20000 wk is no number"),
    (lasting(5, unit="uger"), 'the unit "uger" is not the code "d"'),
    (lasting(5, comparator="<"), "boundsDuration.comparator: not a field"),
    (lasting(5) | {"boundsPeriod": FROM_MONDAY}, "both boundsPeriod and boundsDuration"),
    (repeat(boundsRange={"low": {"value": 5}}), "boundsRange: a shortest and a longest time"),
]  # fmt: skip


@pytest.mark.parametrize(("rep", "reason"), DURATIONS, ids=[reason for _, reason in DURATIONS])
def test_a_length_of_time_that_ends_on_no_day_is_not_understood(rep: Json, reason: str) -> None:
    assert reason in why_not(dosage(rep), **EFFECTIVE)


def test_a_length_of_time_without_a_start_is_not_understood() -> None:
    said = statement(dosage(lasting(5)))
    del said["effectivePeriod"]
    assert "boundsDuration: from a start that is not said" in only_outside(read_one(said)).reason


def test_the_statement_ends_what_the_dosage_does_not() -> None:
    plan = read_one(statement(dosage(lasting(9)), effectivePeriod={"start": "2026-03-02", "end": "2026-03-05"}))
    assert days_of(plan) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("rep", "reason"),
    [
        ({"start": "1999-12-31"}, "boundsPeriod.start: 1999-12-31 is before 2000-01-01"),
        ({"end": "2200-01-01"}, "boundsPeriod.end: 2200-01-01 is after 2199-12-31"),
        ({"end": "9999-12-31T23:00:00Z"}, "boundsPeriod.end: "),
        ({"start": "2026-03-02", "end": "2026-03-01"}, "boundsPeriod: ends before it starts"),
    ],
)
def test_a_date_out_of_our_time_is_named(rep: Json, reason: str) -> None:
    assert reason in why_not(dosage(repeat(boundsPeriod=rep, when=["MORN"])))
    assert reason.replace("boundsPeriod", "effectivePeriod") in why_not(MORNING, effectivePeriod=rep)


# -- count -----------------------------------------------------------------------------------------------------------


def counting(count: int, **fields: Any) -> Json:
    return repeat(boundsPeriod=FROM_MONDAY, count=count, **fields)


@pytest.mark.parametrize(
    ("rep", "days"),
    [
        (counting(5, when=["MORN"]), [1, 2, 3, 4, 5]),
        (counting(10, when=["MORN", "EVE"], frequency=2), [1, 2, 3, 4, 5]),
        (counting(6, frequency=3), [1, 2]),
        (counting(4, timeOfDay=["08:00:00", "16:00:00"], frequency=2), [1, 2]),
        (counting(3, period=2, when=["MORN"]), [1, 3, 5]),
        (counting(3, periodUnit="wk", dayOfWeek=["mon", "wed"], when=["MORN"], frequency=2), [1, 3, 8]),
        (counting(2, period=2, periodUnit="wk", dayOfWeek=["tue"]), [2, 16]),
        (counting(3, dayOfWeek=["sun"], when=["MORN"]), [7, 14, 21]),
        (counting(2, when=["MORN"], countMax=2), [1, 2]),
        (counting(9, when=["MORN"]) | {"boundsPeriod": FROM_MONDAY | {"end": "2026-03-04"}}, [1, 2, 3]),
        (counting(2, when=["MORN"]) | {"boundsPeriod": FROM_MONDAY | {"end": "2026-03-04"}}, [1, 2]),
        (lasting(9) | {"count": 2}, [1, 2]),
    ],
)
def test_a_count_that_comes_out_at_the_end_of_a_day_says_the_last_one(rep: Json, days: list[int]) -> None:
    assert days_of(read_one(statement(dosage(rep), **EFFECTIVE))) == days


COUNTS = [
    (counting(5, frequency=3), "count: 5 does not end with a day of 3"),
    (counting(0, when=["MORN"]), "count: 0 does not end"),
    (counting(-3, frequency=3), "count: -3 does not end"),
    (counting(10, when=["MORN", "EVE"]), "count: 10, of each moment or of all together"),
    (counting(5, when=["MORN"], countMax=7), "countMax: 5 to 7 is not exact"),
    (counting(10**7, when=["MORN"]), "count: 10000000 goes on after 2199-12-31"),
    ({k: v for k, v in counting(1, countMax=5).items() if k != "count"}, "countMax: ? to 5 is not exact"),
]


@pytest.mark.parametrize(("rep", "reason"), COUNTS, ids=[reason for _, reason in COUNTS])
def test_a_count_that_does_not_is_not_understood(rep: Json, reason: str) -> None:
    assert reason in why_not(dosage(rep), **EFFECTIVE)


def test_a_count_is_not_begun_from_two_different_starts() -> None:
    reason = why_not(dosage(counting(5, when=["MORN"])), effectivePeriod={"start": "2026-03-04"})
    assert "count: 5 from a start that is not said" in reason
    said = statement(dosage(counting(5, when=["MORN"]) | {"boundsPeriod": {}}))
    del said["effectivePeriod"]
    assert "count: 5 from a start that is not said" in only_outside(read_one(said)).reason


# -- sequence --------------------------------------------------------------------------------------------------------


def part(sequence: int | None, first: int, last: int | None, value: int = 1, part_of_day: str = "MORN") -> Json:
    """A part of a taper, from one day in March to another."""
    bounds = {"start": f"2026-03-{first:02}"} | ({"end": f"2026-03-{last:02}"} if last else {})
    said = dosage(repeat(boundsPeriod=bounds, when=[part_of_day]), value)
    return said | ({"sequence": sequence} if sequence is not None else {})


def test_parts_that_follow_each_other_by_their_dates_do_so() -> None:
    """In whatever order they stand in the file."""
    taper = [part(1, 2, 3, 3), part(2, 4, 6, 2), part(3, 8, None, 1)]
    for said in (taper, taper[::-1]):
        plan = read_one(statement(*said))
        quantities = [[q for _, q in doses(plan, FIRST + timedelta(days=n))] for n in range(8)]
        assert quantities == [["3"], ["3"], ["2"], ["2"], ["2"], [], ["1"], ["1"]]


def test_parts_of_one_number_are_at_the_same_time() -> None:
    plan = read_one(statement(part(4, 2, 9), part(4, 2, 9, 2, "EVE")))
    assert doses(plan, FIRST) == [("morning", "1"), ("evening", "2")]


NOT_IN_SEQUENCE = [
    [part(1, 2, 5), part(2, 5, 9, 2, "EVE")],  # both on the 5th
    [part(1, 2, None), part(2, 5, 9, 2, "EVE")],
    [part(2, 2, 3), part(1, 4, 5)],  # the other way round
    [part(1, 2, 3), part(None, 4, 5)],
    [part(1, 2, 3), {**MORNING, "sequence": 2}],  # from the turn of the year
]  # fmt: skip


@pytest.mark.parametrize("said", NOT_IN_SEQUENCE, ids=range(len(NOT_IN_SEQUENCE)))
def test_parts_that_follow_each_other_only_by_number_are_not_understood(said: list[Json]) -> None:
    assert "follow each other in a sequence, and not by their dates" in why_not(*said)


def test_as_needed_may_follow_by_its_dates_too() -> None:
    needed = {**dosage(repeat(boundsPeriod={"start": "2026-03-05"}), asNeededBoolean=True), "sequence": 2}
    both = [{**d, "additionalInstruction": []} for d in (part(1, 2, 4), needed)]
    assert days_of(read_one(statement(*both))) == [1, 2, 3]
    both[1]["timing"] = {}  # nobody knows when it is
    assert "in a sequence" in why_not(*both)
