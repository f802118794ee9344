"""A card of FMK's: each medication in use, or outside and why, and none touches another."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.plan import DayDose, Dosage, Medicine, PartOfDay, Verdict
from hub.domain.schedule import doses_of_day
from hub.plan.fmk.card import open_card, read_card
from hub.plan.fmk.pause import without
from hub.plan.ordination import Said
from hub.plan.reasons import PlanUnreadable
from tests.plan.build import CPR
from tests.plan.fmk_write import Json, each, json_of, structured, tag
from tests.plan.test_bad_input import junk, spots
from tests.plan.test_fmk_json import day, dose, period, structures
from tests.plan.test_fmk_xml import DAY as DOSES
from tests.plan.test_fmk_xml import FIXED, fixed, new, structure

TODAY = date(2026, 3, 12)
DAY = timedelta(days=1)
DAILY = structures(period(day(1, dose())))
DRUG = {"name": "Provemol", "strength": "500 mg", "form": {"code": "TAB", "text": "tabletter"}, "atc": "N02BE01",
        "id": "28100000001"}  # fmt: skip


def medication(id: str = "1", **fields: Any) -> Json:
    said = {"id": id, "status": "active", "drug": DRUG, "start": "2026-01-01", "dosage": DAILY, **fields}
    return {name: value for name, value in said.items() if value is not None}


def card(*medications: Any) -> Json:
    return {"format": "fmk/1", "citizen": {"id": CPR, "name": "Aase Lindgaard"}, "medications": list(medications)}


def read(*medications: Any) -> list[Said]:
    return list(read_card(open_card(card(*medications)), TODAY))


def one(**fields: Any) -> Said:
    (found,) = read(medication(**fields))
    return found


def said(**fields: Any) -> Said:
    """One that is in use and understood."""
    found = one(**fields)
    assert (found.rest, found.unread) == (None, ())
    return found


def dosage_of(found: Said) -> Dosage:
    assert found.dosage is not None
    return found.dosage


def unread(**fields: Any) -> str:
    """Why one is not understood."""
    found = one(**fields)
    assert (found.dosage, found.rest) == (None, None)
    return "; ".join(found.unread)


def test_a_medication_in_use() -> None:
    found = said(end="2026-12-31", text="1 tablet hver morgen", note="mod smerter")
    assert found.product.medicine == Medicine("Provemol", "500 mg", "TAB", "N02BE01", "28100000001")
    assert (found.product.form_name, found.text, found.note) == ("tabletter", "1 tablet hver morgen", "mod smerter")
    assert (found.id, found.start, found.end) == ("1", date(2026, 1, 1), date(2026, 12, 31))
    assert dosage_of(found).periods[0].days[1] == (DayDose(Decimal(1), part=PartOfDay.MORNING),)


def test_a_dosage_is_json_or_xml() -> None:
    found = said(dosage=None, dosage_xml=new(FIXED).decode())
    assert dosage_of(found).periods[0].days[1][0].times == 2
    assert "must be dosage or dosage_xml" in unread(dosage=None)
    assert "must be dosage or dosage_xml" in unread(dosage_xml=new(FIXED).decode())


def test_a_treatments_dates_and_the_ordinations_both_count() -> None:
    bounded = structures(period(day(1, dose())), startDate="2026-02-01", endDate="2026-04-01")
    found = said(dosage=bounded, end="2026-12-31")
    assert (found.start, found.end) == (date(2026, 2, 1), date(2026, 4, 1))
    found = said(dosage=bounded, start="2026-03-01", end="2026-03-31")
    assert (found.start, found.end) == (date(2026, 3, 1), date(2026, 3, 31))


def test_fmks_own_words_are_shown_where_the_card_gives_them() -> None:
    answer = fixed(structure(DOSES, tag("DosageTranslation", each("LongText", "1 ml hver dag")))).decode()
    assert said(dosage=None, dosage_xml=answer).text == "1 ml hver dag"
    assert said(dosage=None, dosage_xml=answer, text="1 ml").text == "1 ml"
    free = {"freeText": {"text": "efter aftale"}}
    assert said(dosage=free).text == "efter aftale"
    sick: Json = {"dosage": None, "dosage_xml": answer.replace("<Quantity>1", "<Quantity>-1")}
    assert (one(**sick).text, one(**sick).product.medicine.name) == ("1 ml hver dag", "Provemol")
    assert "dosage_xml.StructuresFixed.Structure[0].Day[0].Dose[0].Quantity" in unread(**sick)
    assert one(dosage={**free, "structures": 1}).text == "efter aftale"


def rest(**fields: Any) -> Verdict | None:
    found = one(**fields).rest
    return found[0] if found else None


def test_what_is_at_rest() -> None:
    assert rest(status="withdrawn") is Verdict.STOPPED
    assert rest(status="ended") is Verdict.ENDED
    assert rest(status="paused") is Verdict.ON_HOLD
    assert rest(status="paused", pause={"from": "2026-03-12"}) is Verdict.ON_HOLD
    assert rest(status="withdrawn", dosage=None) is Verdict.STOPPED, "whatever it says is to be taken"
    assert rest(status="paused", pause={"from": "2026-03-10", "to": "2026-03-20"}) is None, "it comes back by itself"
    assert "entered" in unread(status="entered-in-error")


def doses(found: Said, on: date) -> list[DayDose]:
    return list(doses_of_day(dosage_of(found), on))


def test_a_pause_with_an_end_leaves_the_days_after_it() -> None:
    found = said(status="paused", pause={"from": "2026-03-10", "to": "2026-03-20"})
    assert [n for n in range(8, 24) if doses(found, date(2026, 3, n))] == [8, 9, 21, 22, 23]
    planned = said(pause={"from": "2026-03-20"})
    assert [n for n in range(18, 24) if doses(planned, date(2026, 3, n))] == [18, 19]
    never = structures(period(day(2, dose()), start="2026-03-20", endDate="2026-03-20"))  # day 2 of each day
    assert not doses(said(dosage=never, pause={"from": "2026-03-13", "to": "2026-03-19"}), date(2026, 3, 20))
    longer = structures(period(day(4, dose()), every=2, start="2026-03-20", endDate="2026-03-21"))
    assert not doses(said(dosage=longer, pause={"from": "2026-03-20", "to": "2026-03-20"}), date(2026, 3, 21))
    asked = structures(period(day(0, dose("Plain", needed=True))))
    split = dosage_of(said(dosage=asked, pause={"from": "2026-03-20", "to": "2026-03-21"})).periods
    assert [(p.start.day, p.end and p.end.day, [*p.days]) for p in split] == [(2, 19, [0]), (22, None, [0])]
    over = said(pause={"from": "2026-02-01", "to": "2026-02-10"})
    assert len(dosage_of(over).periods) == 1


@pytest.mark.parametrize(
    ("status", "pause"),
    [("active", {"from": "2026-03-12", "to": "2026-03-12"}), ("active", {"from": "2026-03-01"}),
     ("paused", {"from": "2026-03-13"}), ("paused", {"from": "2026-03-01", "to": "2026-03-11"}),
     ("active", {"from": "2026-03-20", "to": "2026-03-19"}), ("active", {"from": "20-03-2026"}), ("active", {})],
)  # fmt: skip
def test_a_pause_and_a_status_that_do_not_agree_are_not_understood(status: str, pause: Json) -> None:
    assert "pause" in unread(status=status, pause=pause)


@given(structured(), st.integers(-5, 60), st.none() | st.integers(0, 30))
def test_a_pause_takes_its_days_and_no_other(dosage: Dosage, later: int, days: int | None) -> None:
    first = dosage.periods[0].start + later * DAY
    last = first + days * DAY if days is not None else None
    paused = without(dosage, first, last)
    for n in range(-2, 120):
        on = dosage.periods[0].start + n * DAY
        within = first <= on and (last is None or on <= last)
        assert list(doses_of_day(paused, on)) == ([] if within else list(doses_of_day(dosage, on)))


def test_two_of_one_id_are_neither_believed() -> None:
    found = read(medication("1"), medication("1", drug={"name": "Andet"}), medication("2"))
    assert [(f.id, f.product.medicine.name, bool(f.unread)) for f in found] == [
        ("1", "Provemol", True), ("1#2", "Andet", True), ("2", "Provemol", False),
    ]  # fmt: skip


def test_something_that_is_no_medication_is_shown_by_its_place() -> None:
    found = read("noget", medication("2"), {"drug": {"name": 1}, "text": "1 tablet"})
    assert [(f.id, f.text, f.dosage is None, bool(f.unread)) for f in found] == [
        ("$.medicines.medications[0]", "", True, True),
        ("2", "", False, False),
        ("$.medicines.medications[2]", "1 tablet", True, True),
    ]


@pytest.mark.parametrize(
    "change",
    [{"format": "fmk/2"}, {"citizen": {"id": "251248-9996", "name": "Aase"}}, {"citizen": {"id": CPR, "name": " "}},
     {"medications": {}}, {"more": 1}, {"medications": [medication()] * 201}],
)  # fmt: skip
def test_a_card_that_is_not_whole_is_refused_whole(change: Json) -> None:
    with pytest.raises(PlanUnreadable) as refusal:
        open_card({**card(), **change})
    assert all(reason.startswith("$.medicines") for reason in refusal.value.reasons)


def values(medications: list[Json]) -> Iterator[tuple[Any, Any]]:
    """Every place inside the medications but their ids."""
    return ((holder, key) for m in medications for holder, key in spots(m) if not (holder is m and key == "id"))


@settings(max_examples=100, deadline=None)
@given(structured(), st.lists(st.tuples(st.integers(0, 500), junk), min_size=1, max_size=2))
def test_no_medication_is_lost_whatever_is_wrong_with_it(dosage: Dosage, changes: list[tuple[int, Any]]) -> None:
    xml = medication("2", dosage=None, dosage_xml=new(FIXED).decode())
    sick = deepcopy([medication("1", dosage=json_of(dosage)), xml])
    for number, value in changes:
        found = list(values(sick))
        holder, key = found[number % len(found)]
        holder[key] = deepcopy(value)
    found = read(*sick, medication("3"))
    assert [f.id for f in found] == ["1", "2", "3"]
    assert all(f.dosage is not None or f.unread for f in found)
    assert found[2] == said(id="3")
