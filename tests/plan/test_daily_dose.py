"""The average daily dose, where FMK has one, and the dosage type."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.plan import Dosage, Period
from hub.plan.daily_dose import Amount, DosageType, daily_dose, dosage_type
from tests.plan.dosages import DAY, dosage, period

LATER = DAY + timedelta(days=10)


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        (period("1 x3"), "3", "3"),
        (period("1 morning, 0.5 evening"), "1.5", "1.5"),
        (period("1-2 x2"), "2", "4"),
        (period("1 morning, 1-3 evening"), "2", "4"),
        (period("1 x1", 3), "0.333333333", "0.333333333"),
        (period("2 x1", 3), "0.666666667", "0.666666667"),  # half and more upwards
        (period("0.000000001 x1", 2), "0.000000001", "0.000000001"),  # and a half itself
        (period({1: "2 x1", 4: "1 8:00"}, 7), "0.428571429", "0.428571429"),
        (period({1: "1 x1", 2: "1 x1"}, 0), "1", "1"),  # two days, two tablets
        (period({3: "1 x1"}, 0), "0.333333333", "0.333333333"),  # three days, one tablet
        (period("1 x1", 14, end=LATER), "1", "1"),  # over before it repeats
        (period("1 x1", 11, end=LATER), "0.090909091", "0.090909091"),  # not so
        (period("0 x1"), "0", "0"),
        (period({1: "1 x1", 2: ""}, 2), "0.5", "0.5"),
    ],
)
def test_the_average_a_day(said: Period, low: str, high: str) -> None:
    assert daily_dose(dosage(said)) == Amount(Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    "said",
    [
        dosage(period("1 x1 pn")),
        dosage(period("1 morning, 1 evening pn")),
        dosage(period({0: "1 x1"})),
        dosage(period({1: "1 x1", 2: "2 x1"}, 0)),  # it is no average of days that never come again
        dosage(period({1: "1 morning", 2: "1 evening"}, 0)),
        dosage(period({1: "1 x1", 2: "2 x1"}, 14, end=LATER)),
        dosage(period({})),
        dosage(period("1 x1", end=LATER), period("1 x1", start=LATER + timedelta(days=1))),
        dosage(),
        Dosage((), "", "", free_text="efter aftale"),
        Dosage((), "", "", by_schema=True),
    ],
)
def test_there_is_none(said: Dosage) -> None:
    assert daily_dose(said) is None


def test_it_is_written_without_trailing_zeros() -> None:
    amount = daily_dose(dosage(period("10.50 x2")))
    assert amount
    assert str(amount.low) == "21"


amounts = st.decimals(min_value=0, max_value=1000, places=9)


@given(st.lists(st.lists(amounts, min_size=1, max_size=4), min_size=1, max_size=5), st.integers(0, 9))
def test_the_sum_over_the_interval(days: list[list[Decimal]], more: int) -> None:
    interval = len(days) + more
    lines = {n: ", ".join(f"{q:f} x1" for q in day) for n, day in enumerate(days, start=1)}
    amount = daily_dose(dosage(period(lines, interval)))
    assert amount
    assert amount.low == amount.high
    assert abs(amount.low * interval - sum(q for day in days for q in day)) <= Decimal("0.0000000005") * interval


FIXED, NEEDED = "1 x1", "1 x1 pn"


def from_day(text: str, first: int, last: int | None) -> Period:
    """A period from one day to another, counted from the first; no doses are an empty period."""
    end = None if last is None else DAY + timedelta(days=last)
    return period(text if text else {}, 1, DAY + timedelta(days=first), end)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ([(FIXED, 0, None)], DosageType.FIXED),
        ([(NEEDED, 0, None)], DosageType.ACCORDING_TO_NEED),
        ([("1 x1, 1 x1 pn", 0, None)], DosageType.COMBINED),
        ([(FIXED, 0, None), (NEEDED, 0, None)], DosageType.COMBINED),
        ([(FIXED, 0, 9), (FIXED, 10, None)], DosageType.FIXED),
        ([("", 0, None)], DosageType.FIXED),
        ([("0 x1", 0, None)], DosageType.FIXED),
        ([], DosageType.ACCORDING_TO_NEED),
        # an empty period fills a gap, or comes before or after: of the kind it joins on to
        ([(FIXED, 0, 9), ("", 10, 19), (FIXED, 20, None)], DosageType.FIXED),
        ([(NEEDED, 0, 9), ("", 10, 19), (NEEDED, 20, None)], DosageType.ACCORDING_TO_NEED),
        ([(FIXED, 0, 9), ("0 x1", 10, 19), (FIXED, 20, None)], DosageType.FIXED),
        ([("", 0, 9), (FIXED, 10, 19)], DosageType.FIXED),
        ([(FIXED, 10, 19), ("", 20, 29), ("", 30, None)], DosageType.FIXED),
        # joined on to nothing it must be of the other kind
        ([(FIXED, 0, 9), ("", 10, 18), (FIXED, 20, None)], DosageType.COMBINED),  # it fills not the whole gap
        ([(FIXED, 0, 9), ("", 11, 19), (FIXED, 20, 29)], DosageType.COMBINED),
        ([(FIXED, 10, 19), ("", 25, None)], DosageType.COMBINED),
        ([(NEEDED, 10, None), ("", 10, None)], DosageType.COMBINED),
        ([("", 0, 3), ("", 4, 9), (FIXED, 10, 19)], DosageType.COMBINED),  # FMK looks at one at a time
    ],
)
def test_the_dosage_type(said: list[tuple[str, int, int | None]], kind: DosageType) -> None:
    periods = [from_day(*each) for each in said]
    assert {dosage_type(dosage(*periods)), dosage_type(dosage(*reversed(periods)))} == {kind}


def test_the_type_of_what_is_not_structured() -> None:
    assert dosage_type(Dosage((), "", "", free_text="efter aftale")) is DosageType.UNSPECIFIED
    assert dosage_type(Dosage((), "", "", by_schema=True)) is DosageType.UNSPECIFIED
