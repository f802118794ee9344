"""What the screen is told while somebody else has the medicine, and of what is taken as needed (R2, R9, H27)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from hub import protocol as p
from hub.domain import commands as c
from hub.domain.intake import AS_NEEDED, Life
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import AsNeeded, Handout, Ordination
from hub.outputs import outputs
from hub.snapshot import Context, snapshot
from tests.domain.play import DAY, EVENING, MORNING, NOON, TABLET_MG, Play, ordination, plan_of

NEXT = DAY + timedelta(days=1)


def shown(play: Play) -> p.Snapshot:
    return snapshot(play.state, play.now, play.sensed(), Context(hub="H1"), version=7)


def hours(play: Play, number: float) -> datetime:
    return play.now.wall + timedelta(hours=number)


@pytest.fixture
def play() -> Play:
    made = Play()
    assert not made.accept(plan_of(*(ordination(f"o-{part}", part) for part in (MORNING, NOON, EVENING))))
    for number, slot in enumerate(("morning", "noon", "evening"), start=1):
        assert not made.fill(slot, number)
    return made


# -- away -------------------------------------------------------------------------------------------------------------


def leave(play: Play, kind: LeaveKind, begins_h: float, ends_h: float | None, responsible: str = "") -> None:
    ends = None if ends_h is None else hours(play, ends_h)
    assert not play.do(c.BeginLeave(Leave("l1", kind, hours(play, begins_h), "Sanne", ends, responsible)))


def test_a_weekend_is_shown_from_its_beginning_to_its_end_with_who_has_the_medicine(play: Play) -> None:
    leave(play, LeaveKind.WEEKEND, 1, 3, "Karen")
    assert shown(play).leave is None, "agreed, not begun"
    play.at("7.30")
    told = shown(play).leave
    assert told is not None
    assert (told.kind, told.responsible, told.until and told.until.isoformat()) == (
        "weekend", "Karen", "2026-03-12T09:00:00+01:00",
    )  # fmt: skip
    assert shown(play.at("9.00")).leave is None


def test_only_staff_end_a_hospital_stay_so_it_has_no_end_to_show(play: Play) -> None:
    leave(play, LeaveKind.HOSPITAL, 0, None)
    assert shown(play).leave == p.LeaveView("hospital", None)


# -- somebody else gives it -------------------------------------------------------------------------------------------


def test_who_comes_with_it_and_by_when(play: Play) -> None:
    play.at("8.00").do(c.Promise(f"{DAY}/morning", hours(play, 1), "Sanne"))
    now = shown(play).current
    assert now is not None
    assert (now.promised_by, now.give_by and now.give_by.isoformat()) == ("Sanne", "2026-03-12T09:00:00+01:00")
    assert "promised" in now.refusals
    play.do(c.HandBack(f"{DAY}/morning", "Sanne"))
    now = shown(play).current
    assert now is not None
    assert (now.promised_by, now.give_by, now.refusals) == ("", None, ())


def test_what_somebody_brings_comes_after_what_the_citizen_takes(play: Play) -> None:
    """Two are due: the one that can be opened is the one thing that is now."""
    play.at("11.55")
    assert play.life("morning") is Life.MISSED
    play.do(c.Resolve(f"{DAY}/morning", Life.DUE, "Sanne", hours(play, 2)))
    play.at("12.00").do(c.Promise(f"{DAY}/noon", hours(play, 1), "Sanne"))
    now = shown(play).current
    assert now is not None
    assert now.id == f"{DAY}/morning"


def test_that_somebody_comes_is_told_until_then_also_past_the_window(play: Play) -> None:
    play.at("8.30").do(c.Promise(f"{DAY}/morning", hours(play, 2), "Sanne"))
    play.at("9.45")
    assert play.life("morning") is Life.MISSED
    now = shown(play).current
    assert now is not None
    assert (now.id, now.promised_by) == (f"{DAY}/morning", "Sanne")


def test_a_stopped_one_says_why_it_is_held_back(play: Play) -> None:
    stop = c.StopOrdinations(("o-morning",), play.now.wall, "Sanne", "")
    play.do(stop)
    now = shown(play.at("8.00")).current
    assert now is not None
    assert (now.state, now.reason) == ("withheld", "stopped")


# -- as needed --------------------------------------------------------------------------------------------------------


def para(most: int = 3, interval_min: int | None = 240, **more: object) -> Ordination:
    given = {"as_needed": AsNeeded(Decimal(2), most), "interval_min": interval_min, **more}
    return ordination("para", **given)


def ready(*ordinations: Ordination, compartments: int = 5) -> Play:
    play = Play()
    assert not play.accept(plan_of(*ordinations))
    for number in range(1, compartments + 1):
        assert not play.do(c.FillCompartment(number, f"{AS_NEEDED}para", 2 * TABLET_MG, "Sanne"))
        play.weight_mg += 2 * TABLET_MG
    return play


def had(play: Play) -> Play:
    assert not play.do(c.AskAsNeeded("para", f"o{len(play.log)}", play.sensed()))
    assert play.state.opening is not None
    return play.take(play.state.opening.compartment, 2)


def offered(play: Play) -> p.AsNeededView:
    found = shown(play).medicines[0].as_needed
    assert found is not None
    return found


def possible(play: Play) -> str | None:
    at = offered(play).possible_at
    return at.strftime("%d %H.%M") if at else None


def test_what_can_be_had_now_is_offered_with_its_dose() -> None:
    told = offered(ready(para()).at("8.00"))
    assert (told.ordination, told.most, told.refusals, told.possible_at) == ("para", 3, (), None)
    assert (told.dose.quantity, told.dose.unit, told.dose.name) == ("2", "tabletter", "Para")


def test_after_one_the_next_is_offered_when_its_interval_is_over_and_can_be_had_then() -> None:
    play = had(ready(para()).at("8.00"))
    assert offered(play).refusals == ("interval",)
    assert possible(play) == "12 12.01", "the whole minute after: never told too early"
    assert offered(play.at("12.00")).refusals == ("interval",)
    assert offered(play.at("12.01")).refusals == ()


def test_where_the_plan_gives_no_interval_it_is_an_even_share_of_the_day() -> None:
    assert possible(had(ready(para(interval_min=None)).at("8.00"))) == "12 16.01"


def test_after_the_most_it_is_offered_when_a_day_is_over_both_ways() -> None:
    play = ready(para(interval_min=60))
    for clock in ("8.00", "10.00", "12.00"):
        had(play.at(clock))
    play.at("14.00")
    assert offered(play).refusals == ("most_taken",)
    assert possible(play) == "13 08.01", "24 hours after the first"
    assert offered(play.at("8.01", NEXT)).refusals == ()


def test_what_is_told_can_be_had_then_whatever_was_taken_before() -> None:
    """Also beside fixed doses of the same substance, whose gap grows with the time asked about."""
    fixed = ordination("fixed", MORNING, NOON, atc="N02BE01")
    play = Play()
    assert not play.accept(plan_of(para(atc="N02BE01"), fixed))
    assert not play.do(c.FillCompartment(1, f"{AS_NEEDED}para", 2 * TABLET_MG, "Sanne"))
    assert not play.fill("morning", 2)
    play.weight_mg += 2 * TABLET_MG
    assert not play.at("8.00").open("morning")
    play.take(2, 1)
    at = offered(play).possible_at
    assert at is not None
    play.wait(at - play.now.wall - timedelta(minutes=1))
    assert "interval" in offered(play).refusals
    assert "interval" not in offered(play.minutes(1)).refusals


def test_where_more_than_time_is_in_the_way_no_time_is_told() -> None:
    play = had(ready(para()).at("8.00"))
    leave(play, LeaveKind.OUTING, 0, 5)
    assert (set(offered(play).refusals), offered(play).possible_at) == ({"interval", "on_leave"}, None)


def test_what_is_not_in_the_box_is_not_put_off_to_a_time() -> None:
    play = had(ready(para(), compartments=1).at("8.00"))
    assert (offered(play).refusals, offered(play).possible_at) == (("not_filled",), None)


def test_on_a_doubted_clock_nothing_is_offered() -> None:
    assert "clock" in offered(ready(para()).at("8.00").trust(False)).refusals


def test_only_what_lies_in_the_box_is_offered() -> None:
    play = Play()
    assert not play.accept(plan_of(para(handout=Handout.REMINDED), ordination("o", MORNING)))
    assert [m.as_needed for m in shown(play).medicines] == [None, None]


def test_nobody_is_called_to_what_they_may_want_or_not() -> None:
    """Put back, it may be had again for a while; then it waits until it is wanted."""
    play = ready(para()).at("8.00")
    assert not play.do(c.AskAsNeeded("para", "o1", play.sensed()))
    assert play.state.opening is not None
    play.take(play.state.opening.compartment, 0)
    assert play.state.opening is None
    assert outputs(play.minutes(6).state, play.now).tone is None
    now = shown(play).current
    assert now is not None
    assert (now.as_needed, now.state, now.refusals) == (True, Life.DUE, ())
    assert shown(play.minutes(30)).current is None
    assert offered(play).refusals == ()
