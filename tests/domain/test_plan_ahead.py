"""A plan whose time has not come waits at home and comes into force by itself: "from a date" (R6, R7, H6, H11)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import next_look
from hub.domain.intake import Life
from hub.domain.plan import Handout, Plan
from hub.domain.refusal import Reason
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, Play, ordination, plan_of

MIDNIGHT = datetime(2026, 3, 12, 23, tzinfo=UTC)  # of the 13th, at home
TOMORROW = DAY + timedelta(days=1)


def ahead(*ordinations, version=2, valid_from=MIDNIGHT, **more) -> Plan:
    return plan_of(*ordinations, version=version, valid_from=valid_from, **more)


def offer(play: Play, plan: Plan) -> None:
    assert play.do(c.OfferPlan(plan.digest, plan)) == ()


@pytest.fixture
def play() -> Play:
    play = Play().at("6.00")
    play.accept(plan_of(ordination("metformin", MORNING, EVENING)))
    return play


def served(play: Play, compartment: int, *doses: str) -> bool:
    return [d.ordination for d in play.state.fills[compartment].doses] == list(doses)


def test_it_waits_and_then_is_in_force_by_itself(play):
    offer(play, ahead(ordination("ramipril", MORNING)))
    assert (play.state.plan.version, play.state.next_plan.version) == (1, 2)
    assert not play.said(e.PlanRefused)
    assert not play.alarms()
    play.at("23.59")
    assert play.state.plan.version == 1
    play.at("0.00", TOMORROW)
    assert (play.state.plan.version, play.state.next_plan) == (2, None)
    assert {i for i in play.state.records if i.startswith(str(TOMORROW))} == {f"{TOMORROW}/morning"}


def test_the_hub_looks_when_its_time_comes(play):
    begins = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)
    offer(play, ahead(ordination("ramipril", NIGHT), valid_from=begins))
    play.at("11.29")
    assert next_look(play.state, play.now) == begins


def test_in_the_middle_of_a_day_what_is_earlier_stays_the_old_plans(play):
    play.fill("morning", 1)
    offer(play, ahead(ordination("ramipril", NIGHT), valid_from=datetime(2026, 3, 12, 12, tzinfo=UTC)))
    play.at("8.10")
    assert play.life("morning") is Life.DUE
    play.at("13.00")
    assert (play.life("evening"), play.life("night")) == (Life.WITHDRAWN, Life.PLANNED)


def test_the_same_again_is_nothing_and_an_older_one_is_refused(play):
    waiting = ahead(ordination("ramipril", MORNING), version=3)
    offer(play, waiting)
    said = len(play.log)
    offer(play, waiting)
    assert len(play.log) == said
    offer(play, plan_of(ordination("a", NOON), version=2))
    assert play.said(e.PlanRefused)[0].reasons == ("version 2 is not newer than 3",)
    assert (play.state.plan.version, play.state.next_plan.version) == (1, 3)


def test_a_newer_one_takes_the_place_of_one_that_waits(play):
    offer(play, ahead(ordination("ramipril", MORNING)))
    offer(play, ahead(ordination("statin", MORNING), version=3))
    assert play.state.next_plan.version == 3
    offer(play, plan_of(ordination("pinemol", NOON), version=4))
    assert (play.state.plan.version, play.state.next_plan) == (4, None)
    play.at("0.30", TOMORROW)
    assert play.state.plan.version == 4


def test_a_first_plan_may_wait_too():
    play = Play().at("6.00")
    offer(play, ahead(ordination("ramipril", MORNING), version=1))
    assert (play.state.plan, play.state.next_plan.version) == (None, 1)
    assert next_look(play.state, play.now) <= MIDNIGHT
    assert play.at("0.00", TOMORROW).state.plan.version == 1


def test_nothing_comes_into_force_on_a_time_nobody_vouches_for(play):
    """R5."""
    offer(play, ahead(ordination("ramipril", MORNING)))
    play.trust(False)
    play.at("0.30", TOMORROW)
    assert play.state.plan.version == 1
    play.trust(True)
    assert play.state.plan.version == 2


def test_what_it_will_lock_is_told_at_once_and_once(play):
    """R7: a visit can be made before, not after."""
    play.fill("morning", 1, day=TOMORROW)
    offer(play, ahead(ordination("metformin", MORNING, quantity="2")))
    assert play.alarms() == {f"cannot_serve/{TOMORROW}/morning"}
    assert play.do(c.Acknowledge(f"cannot_serve/{TOMORROW}/morning", "Sanne")) == ()
    play.at("0.30", TOMORROW)
    assert play.state.plan.version == 2
    told = [a.intake for a in play.said(e.AlarmRaised) if a.code is e.AlarmCode.CANNOT_SERVE]
    assert told.count(f"{TOMORROW}/morning") == 1
    play.at("7.05", TOMORROW)
    assert Reason.CONTENTS_CHANGED in play.open("morning", day=TOMORROW)


def test_what_it_leaves_alone_is_not_told(play):
    play.fill("morning", 1, day=TOMORROW)
    offer(play, ahead(ordination("metformin", MORNING, EVENING), ordination("statin", NIGHT)))
    assert not play.alarms()


def test_what_is_filled_ahead_is_filled_for_the_plan_of_its_time(play):
    """R7: today's compartments by today's plan, tomorrow's by the one that will be in force."""
    offer(play, ahead(ordination("ramipril", MORNING)))
    assert play.fill("evening", 1) == ()
    assert play.fill("morning", 2, day=TOMORROW) == ()
    assert play.fill("evening", 3, day=TOMORROW) == (Reason.NO_SUCH,)
    assert served(play, 1, "metformin")
    assert served(play, 2, "ramipril")
    assert [play.state.fills[n].plan_version for n in (1, 2)] == [1, 2]
    play.at("8.05", TOMORROW)
    assert play.open("morning", day=TOMORROW) == ()


def test_of_one_day_the_intakes_after_it_begins_are_filled_for_it(play):
    """Those of today are planned already, by the plan that will no longer be in force then."""
    begins = datetime(2026, 3, 12, 12, tzinfo=UTC)
    offer(play, ahead(ordination("metformin", MORNING, EVENING, quantity="2"), valid_from=begins))
    assert play.fill("morning", 1) == ()
    assert play.fill("evening", 2, tablets=2) == ()
    assert [play.state.fills[n].doses[0].quantity for n in (1, 2)] == [1, 2]
    assert not play.alarms()


def test_an_urgent_stop_stands_over_it_when_it_was_issued_before(play):
    """R6."""
    offer(play, ahead(ordination("metformin", MORNING, EVENING)))
    stop = c.StopOrdinations(("metformin",), play.now.wall, "Sanne", "bleeding")
    assert play.do(stop) == ()
    play.at("0.30", TOMORROW)
    assert play.state.plan.version == 2
    assert set(play.state.stops) == {"metformin"}


def test_it_is_not_forgotten_over_a_power_cut_of_days(play):
    offer(play, ahead(ordination("ramipril", MORNING)))
    play.wait(timedelta(days=3))
    assert play.state.plan.version == 2
    assert all(i.endswith("/morning") for i in play.state.records if i >= str(TOMORROW))


def test_the_days_without_power_are_told_under_the_plan_of_their_time():
    """Off from the 12th to the 15th, over the hour at which the plan changed: each miss is of its own plan's doses."""
    reminded = {"handout": Handout.REMINDED}
    play = Play().at("6.00")
    play.accept(plan_of(ordination("insulin", MORNING, EVENING, **reminded)))
    offer(play, ahead(ordination("drops", MORNING, **reminded), valid_from=MIDNIGHT + timedelta(days=1)))
    play.wait(timedelta(days=3))
    assert play.life("evening", date(2026, 3, 13)) is Life.MISSED
    assert {f"not_taken/2026-03-{n}/morning" for n in (13, 14)} <= play.alarms()
    assert f"{date(2026, 3, 14)}/evening" not in play.state.records
    assert [d.ordination for n in (13, 14) for d in play.record("morning", date(2026, 3, n)).intake.doses] == [
        "insulin", "drops",
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["off for days", "off for hours", "without the time"])
def test_a_first_plan_that_waited_is_ours_from_its_time_on(how):
    """The box was off, or did not know the time, when it began: each dose until then is told (R11, H2)."""
    play, back = Play().at("6.00"), datetime(2026, 3, 16 if how == "off for days" else 14, 0, 30, tzinfo=UTC)
    offer(play, plan_of(ordination("metformin", MORNING, EVENING), valid_from=MIDNIGHT))
    play.at("20.00")
    if how == "without the time":
        play.trust(False).wait(back - play.now.wall)
        play.trust(True)
    else:
        play.now = replace(play.now, wall=back)
        play.die("boot-2")
    days = [TOMORROW + timedelta(days=n) for n in range((back.date() - TOMORROW).days)]
    told = {f"cannot_serve/{day}/{slot}" for day in days for slot in ("morning", "evening")}
    assert told <= play.alarms()
    assert not [a for a in play.alarms() if str(DAY) in a]


def test_a_first_plan_whose_time_came_unseen_is_not_lost_with_the_next_one():
    """The clock was doubted when it began, and another one came before the time was known again."""
    play = Play().at("6.00")
    offer(play, plan_of(ordination("metformin", MORNING, EVENING), valid_from=MIDNIGHT))
    play.at("20.00").trust(False).wait(timedelta(hours=16))  # noon of the next day
    now = play.now.wall
    play.accept(plan_of(ordination("metformin", MORNING, EVENING), version=2, issued=now, valid_from=now))
    play.trust(True)
    assert f"cannot_serve/{TOMORROW}/morning" in play.alarms()
    assert f"cannot_serve/{DAY}/evening" not in play.alarms()
