"""Stock arithmetic: what days need, and for how many a stock is enough."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.plan import Dosage, Handout, Medicine, Ordination, Period
from hub.domain.schedule import doses_of_day
from hub.plan.daily_dose import Amount, daily_dose, rounded
from hub.plan.supply import average, days_of_supply, needs, runs_out
from tests.plan.dosages import DAY, dosage, period

THREE_A_DAY = dosage(period("1 morning, 2 evening"))
WEEKLY = dosage(period({1: "2 x1", 5: "1-3 8:00"}, 7))


def exactly(number: str) -> Amount:
    return Amount(Decimal(number), Decimal(number))


def days_after(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("said", "first", "days", "need"),
    [
        (THREE_A_DAY, 0, 14, exactly("42")),
        (THREE_A_DAY, 0, 0, exactly("0")),
        (THREE_A_DAY, -7, 14, exactly("21")),  # before it begins
        (dosage(period("0.5 x3", end=days_after(2))), 0, 14, exactly("4.5")),  # after it has ended
        (WEEKLY, 0, 7, Amount(Decimal(3), Decimal(5))),
        (WEEKLY, 4, 4, Amount(Decimal(3), Decimal(5))),
        (dosage(period("1 x1"), period("1 x4 pn")), 0, 10, exactly("10")),  # as needed is in no plan
        (dosage(period({}, end=days_after(6)), period("1 x1", start=days_after(7))), 0, 14, exactly("7")),
        (dosage(period({1: "1 x1", 3: "1 x1"}, 0)), 0, 365, exactly("2")),
        (Dosage((), "", "", free_text="efter aftale"), 0, 14, exactly("0")),
    ],
)
def test_what_some_days_need(said: Dosage, first: int, days: int, need: Amount) -> None:
    assert needs(said, days_after(first), days) == need


def test_an_ordinations_own_time_counts_as_well() -> None:
    ordination = Ordination("1", Medicine("Provemol"), THREE_A_DAY, Handout.COMPARTMENT, DAY, days_after(3))
    assert needs(ordination, days_after(-3), 30) == exactly("12")
    assert runs_out(ordination, Decimal(12), DAY) is None
    assert runs_out(ordination, Decimal(11), DAY) == days_after(3)


def test_the_average() -> None:
    assert average(THREE_A_DAY, DAY, 14) == exactly("3")
    assert average(WEEKLY, DAY, 7) == Amount(Decimal("0.428571429"), Decimal("0.714285714"))


@pytest.mark.parametrize(
    ("said", "stock", "days"),
    [
        (THREE_A_DAY, "42", 14),
        (THREE_A_DAY, "41.75", 13),
        (THREE_A_DAY, "2", 0),
        (WEEKLY, "5", 7),  # a range counts as its most
        (WEEKLY, "4", 4),
        (WEEKLY, "1", 0),
        (dosage(period("1 x1", end=days_after(2))), "3", None),
        (dosage(period("1 x3 pn")), "0", None),
    ],
)
def test_how_long_a_stock_lasts(said: Dosage, stock: str, days: int | None) -> None:
    assert days_of_supply(said, Decimal(stock), DAY) == days
    assert runs_out(said, Decimal(stock), DAY) == (None if days is None else days_after(days))


def test_no_further_than_is_asked() -> None:
    assert runs_out(THREE_A_DAY, Decimal(42), DAY, within=14) is None
    assert runs_out(THREE_A_DAY, Decimal(42), DAY, within=15) == days_after(14)


lines = st.sampled_from(["1 x1", "0.5 morning, 1 evening", "1-2 x3", "0.333333333 8:00", "2 x2, 1 x1 pn", ""])


@st.composite
def periods(draw: st.DrawFn) -> Period:
    repeat = draw(st.sampled_from([0, 1, 2, 3, 7, 10]))
    days = draw(st.dictionaries(st.integers(0, repeat or 10), lines, max_size=3))
    start = days_after(draw(st.integers(-20, 20)))
    end = draw(st.none() | st.integers(0, 40).map(lambda n: start + timedelta(days=n)))
    return period(days, repeat, start, end)


dosages = st.lists(periods(), min_size=1, max_size=3).map(lambda found: dosage(*found))
counts = st.integers(0, 60)


@given(dosages, counts, counts)
def test_in_pieces_it_is_the_whole(said: Dosage, days: int, more: int) -> None:
    first, second = needs(said, DAY, days), needs(said, days_after(days), more)
    assert needs(said, DAY, days + more) == Amount(first.low + second.low, first.high + second.high)


@given(dosages, counts)
def test_it_is_the_sum_of_the_doses(said: Dosage, days: int) -> None:
    doses = [d for i in range(days) for d in doses_of_day(said, days_after(i)) for _ in range(d.times or 1)]
    low = sum((d.quantity for d in doses), Decimal(0))
    high = sum((d.quantity_max or d.quantity for d in doses), Decimal(0))
    assert needs(said, DAY, days) == Amount(low, high)


@given(dosages, st.decimals(0, 200, places=2))
def test_a_stock_is_enough_for_its_days_and_for_no_day_more(said: Dosage, stock: Decimal) -> None:
    days = days_of_supply(said, stock, DAY, within=200)
    assert needs(said, DAY, 200 if days is None else days).high <= stock
    if days is not None:
        assert needs(said, DAY, days + 1).high > stock
        assert runs_out(said, stock, DAY, within=200) == days_after(days)


@given(st.sampled_from([1, 2, 3, 7, 10]), st.data(), st.integers(1, 4))
def test_whole_intervals_need_the_daily_dose(repeat: int, data: st.DataObject, times: int) -> None:
    days = data.draw(
        st.dictionaries(st.integers(1, repeat), st.sampled_from(["1 x1", "0.5-1 noon", "2 8:00"]), min_size=1)
    )
    said = dosage(period(days, repeat))
    need = needs(said, DAY, repeat * times)
    assert Amount(rounded(need.low / repeat / times), rounded(need.high / repeat / times)) == daily_dose(said)
