"""FMK's JSON shape, in the spellings that are in use."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period
from hub.domain.schedule import doses_of_day
from hub.plan.fmk.dosage_json import read_fmk_json
from hub.plan.fmk.values import in_parallel
from hub.plan.jsontext import read_json, write_json
from hub.plan.reasons import NotUnderstood
from tests.plan.fmk_write import Json, json_of, structured, worded

START = date(2026, 3, 2)  # a Monday


def dose(kind: str = "Morning", quantity: Any = 1, needed: bool = False, **fields: Any) -> Json:
    amount = {} if quantity is None else {"doseQuantity": quantity}
    return {"type": f"{kind}DoseWrapper", **amount, "isAccordingToNeed": needed, **fields}


def period(*days: Json, every: int = 1, start: str = "2026-03-02", **fields: Any) -> Json:
    return {"iterationInterval": every, "startDate": start, "days": list(days), **fields}


def day(number: int, *doses: Json, **fields: Any) -> Json:
    return {"dayNumber": number, "allDoses": list(doses), **fields}


def structures(*periods: Json, **fields: Any) -> Json:
    unit = {"unitSingular": "tablet", "unitPlural": "tabletter"}
    return {"structures": {"unitOrUnits": unit, "structures": list(periods), **fields}}


def read(value: Any) -> Dosage:
    return read_fmk_json(read_json(write_json(value)))


def lines(*doses: Json) -> tuple[DayDose, ...]:
    return read(structures(period(day(1, *doses)))).periods[0].days[1]


def refused(value: Any) -> str:
    with pytest.raises(NotUnderstood) as refusal:
        read(value)
    return "; ".join(refusal.value.reasons)


@given(structured() | worded)
def test_what_is_written_is_read(dosage: Dosage) -> None:
    assert read(json_of(dosage)) == dosage


@given(structured(), st.integers(-3, 200))
def test_what_is_taken_on_a_day_is_what_the_file_says_of_it(dosage: Dosage, later: int) -> None:
    """Against the file itself, by FMK's words: day 1 is the start, an interval begins anew, both ends belong."""
    today = dosage.periods[0].start + timedelta(days=later)
    wanted: list[tuple[str, bool]] = []
    for said in json_of(dosage)["structures"]["structures"]:
        elapsed = (today - date.fromisoformat(said["startDate"])).days
        if elapsed < 0 or today > date.fromisoformat(said.get("endDate", "9999-12-31")):
            continue
        number = elapsed % said["iterationInterval"] + 1 if said["iterationInterval"] else elapsed + 1
        for one in (d for said_day in said["days"] if said_day["dayNumber"] == number for d in said_day["allDoses"]):
            wanted += [] if one["isAccordingToNeed"] else [(one["type"], one.get("doseQuantity"))]
    found = [line for line in doses_of_day(read(json_of(dosage)), today) for _ in range(line.times or 1)]
    assert [(_wrapper(line), None if line.quantity_max else line.quantity) for line in found] == wanted


def _wrapper(line: DayDose) -> str:
    return f"{line.part.title() if line.part else 'Timed' if line.at else 'Plain'}DoseWrapper"


def test_doses_without_a_moment_are_so_many_times_a_day() -> None:
    plain = dose("Plain")
    assert lines(plain, plain, plain) == (DayDose(Decimal(1), times=3),)
    assert lines(plain, dose("Plain", 2), plain) == (DayDose(Decimal(1), times=2), DayDose(Decimal(2), times=1))
    assert lines(plain, dose("Plain", needed=True)) == (
        DayDose(Decimal(1), times=1),
        DayDose(Decimal(1), times=1, as_needed=True),
    )
    assert lines(dose(), dose(), plain)[:2] == (DayDose(Decimal(1), part=PartOfDay.MORNING),) * 2, (
        "not one of them is lost"
    )


def test_each_kind_of_dose() -> None:
    clock = {"hour": 8, "minute": 5, "second": 30}
    assert lines(
        dose("Night", 0.5), dose("Timed", 2, time=clock), dose("Timed", 1, time={"hour": 21, "minute": 0})
    ) == (
        DayDose(Decimal("0.5"), part=PartOfDay.NIGHT),
        DayDose(Decimal(2), at=time(8, 5, 30)),
        DayDose(Decimal(1), at=time(21, 0)),
    )
    between = dose(quantity=None, minimalDoseQuantity=1, maximalDoseQuantity=2)
    assert lines(between) == (DayDose(Decimal(1), Decimal(2), part=PartOfDay.MORNING),)


@pytest.mark.parametrize(
    ("written", "quantity"),
    [("1.000000000", "1"), ("0.028", "0.028"), ("0.000000001", "1E-9"), ("1e2", "100"), ("0", "0"), ("-0.0", "0"),
     ("999999999.999999999", "999999999.999999999")],
)  # fmt: skip
def test_quantities_are_exact(written: str, quantity: str) -> None:
    (line,) = lines(dose(quantity=Decimal(written)))
    assert str(line.quantity) == quantity


def test_what_is_not_said_twice_over_is_ordinary() -> None:
    assert read(structures(period(every=0))).periods == (Period(START, {}, None, 0),), "nothing to be taken"
    assert read(structures(period(start="2000-01-01"))).periods[0].start == date(2000, 1, 1), "FMK's first day"
    (one,) = read(structures(period(day(1), day(2, dose()), every=0, endDate="2026-03-04", supplText=""))).periods
    assert one == Period(START, {1: (), 2: (DayDose(Decimal(1), part=PartOfDay.MORNING),)}, date(2026, 3, 4), 0)
    assert read(structures(period(day(0, dose("Plain", needed=True))))).periods[0].days[0][0].as_needed
    noted = read(structures(period(supplText="mod smerter", dosagePeriodPostfix="ved behov")))
    assert (noted.periods[0].note, noted.periods[0].postfix) == ("mod smerter", "ved behov")


def test_a_unit_is_one_word_or_two() -> None:
    said = structures(period())
    assert (read(said).unit, read(said).units) == ("tablet", "tabletter")
    said["structures"]["unitOrUnits"] = {"unit": "stk", "unitSingular": None, "unitPlural": ""}
    assert (read(said).unit, read(said).units) == ("stk", "stk")


def test_the_treatments_own_dates_are_kept_beside_the_periods() -> None:
    dosage = read(structures(period(), startDate="2026-03-01", endDate="2026-04-01", isPartOfMultiPeriodDosage=True))
    assert (dosage.start, dosage.end, dosage.periods[0].start) == (date(2026, 3, 1), date(2026, 4, 1), START)


@pytest.mark.parametrize(
    "value",
    [{"date": "2026-03-02"}, {"date": 1772406000000}, {"date": "2026-03-01T23:00:00.000Z"},
     {"dateTime": "2026-03-02T00:00:00+01:00"}, {"date": 1772409600000}, {"date": None, "dateTime": 1772406000000}],
)  # fmt: skip
def test_older_spellings_of_a_date(value: Json) -> None:
    """A midnight in Denmark (1772406000) or in UTC (an hour later in winter) is the same day."""
    old = structures({"iterationInterval": 1, "startDateOrDateTime": value, "endDateOrDateTime": value, "days": []})
    assert read(old).periods[0] == Period(START, {}, START)


def test_what_older_files_say_once_more_must_agree() -> None:
    one, pn = (
        dose(quantity=Decimal("1.0"), doseQuantityString="1"),
        dose("Plain", Decimal("0.5"), True, doseQuantityString="0,5"),
    )
    again = {"plainDoses": [pn], "accordingToNeedDoses": [pn], "morningDose": one, "numberOfDoses": 2,
             "numberOfPlainDoses": 1, "numberOfAccordingToNeedDoses": 1}  # fmt: skip
    said = structures(period(day(1, one, pn, **again), refToSource={"anything": [1]}))
    assert len(read({**said, "structured": True}).periods[0].days[1]) == 2
    for name, wrong in (("numberOfDoses", 1), ("numberOfPlainDoses", 0), ("numberOfAccordingToNeedDoses", 2),
                        ("morningDose", dose(quantity=2)), ("plainDoses", [dose("Plain")])):  # fmt: skip
        assert "$.structures.structures[0].days[0]" in refused(
            structures(period(day(1, one, pn, **{**again, name: wrong})))
        )
    assert "doseQuantityString" in refused(structures(period(day(1, dose(doseQuantityString="1,5")))))
    for words in ("1 tablet", "sNaN", "1E999"):
        assert lines(dose(doseQuantityString=words)), "words are no number"
    assert refused({**said, "structured": False}).startswith("$.structured")


def test_a_day_after_the_end_is_like_one_of_a_truncated_week() -> None:
    """FMK leaves a week's days standing when an end is moved to before them."""
    short = structures(period(day(2, dose()), day(6, dose()), every=7, endDate="2026-03-05"))
    assert [n for n in range(10) if [*doses_of_day(read(short), START + timedelta(days=n))]] == [1]
    assert read(structures(period(day(2, dose()), every=1, endDate="2026-03-02"))).periods[0].days.keys() == {2}
    assert "day 2 is beyond the interval of 1" in refused(structures(period(day(2, dose()), endDate="2026-03-03")))


def fixed(**fields: Any) -> Json:
    return period(day(1, dose()), **fields)


def needed(**fields: Any) -> Json:
    return period(day(0, dose("Plain", needed=True)), **fields)


def against(*periods: Json) -> str:
    return "; ".join(in_parallel(read(structures(*periods))))


def test_at_most_two_periods_at_a_time_one_fixed_and_one_as_needed() -> None:
    early, late = {"endDate": "2026-03-08"}, {"start": "2026-03-09"}
    empty = period(every=0, start="2026-03-05", endDate="2026-03-06")
    assert len(read(structures(fixed(**late), needed(), fixed(**early))).periods) == 3, "in any order"
    assert len(read(structures(fixed(), needed(**early), period(**late))).periods) == 3, (
        "nothing as needed from then on"
    )
    assert len(read(structures(empty, empty)).periods) == 2
    assert "period 2 is fixed, and so is period 1" in against(fixed(), fixed(**late))
    assert "period 2 is fixed" in against(fixed(**late), fixed())
    assert "is as needed" in against(needed(**early), needed(start="2026-03-08"))
    both = period(day(1, dose(), dose("Plain", needed=True)))
    assert "is as needed" in against(both, needed(**late))
    assert "the other to take nothing" in against(fixed(), empty)
    assert "the other to take nothing" in against(both, empty)
    assert "the other to take nothing" in against(fixed(), period(day(1, dose(quantity=0)))), "0 is nothing"
    assert "more than two periods" in against(fixed(), needed(), empty)
