"""An urgent stop: nothing with it in leaves the box until a plan issued later says so (R6, R8)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import AS_NEEDED, Life
from hub.domain.plan import AsNeeded, Criticality, Handout
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, TABLET_MG, Play, ordination, plan_of

MINUTE = timedelta(minutes=1)


def stop(play: Play, *ordinations: str, issued: datetime | None = None) -> tuple[str, ...]:
    return play.do(c.StopOrdinations(ordinations, issued or play.now.wall, "Dr. Holm", "INR 8"))


def issued_later(play: Play, *ordinations, minutes: float = 1, **more) -> Play:
    """Time passes, and a plan comes that was issued so long after now."""
    play.minutes(2)
    issued = play.now.wall + (minutes - 2) * MINUTE
    plan = plan_of(*ordinations, version=play.state.plan.version + 1, issued=issued, **more)
    assert play.accept(plan) == ()
    return play


# -- what waits -------------------------------------------------------------------------------------------------------


def test_what_is_due_is_locked_at_once_and_told(day):
    day.at("8.00")
    assert stop(day, "metformin") == ()
    assert (day.life("morning"), day.record("morning").reason) == (Life.WITHHELD, "stopped")
    assert day.alarms() == {"cannot_serve/morning"}
    assert day.open("morning") == ("not_now", "stopped")


def test_the_first_that_cannot_be_served_is_told_at_once(day):
    """R7: not when it is due, hours later."""
    stop(day, "levodopa", "ramipril")
    assert day.alarms() == {"cannot_serve/noon"}
    assert day.state.alarms[f"cannot_serve/{DAY}/noon"].criticality is Criticality.HIGH
    assert day.life("noon") is Life.PLANNED


def test_another_that_could_not_be_served_already_hides_nothing(day):
    """The stop's own first one is told, whatever else is wrong with the box."""
    day.lid(1, True)
    day.lid(1, False)
    day.at("7.00")
    day.do(c.Acknowledge(f"cannot_serve/{DAY}/morning", "Sanne"))
    running = day.state.plan.ordinations
    day.accept(plan_of(running[0], running[1], ordination("ramipril", EVENING, quantity=2), running[3], version=2))
    assert "cannot_serve/evening" in day.alarms()
    stop(day, "statin")
    assert "cannot_serve/night" in day.alarms()
    assert len([a for a in day.said(e.AlarmRaised) if a.intake == f"{DAY}/evening"]) == 1


def test_what_is_planned_is_withheld_when_its_window_opens(day):
    stop(day, "levodopa")
    day.do(c.Acknowledge(f"cannot_serve/{DAY}/noon", "Sanne"))
    assert day.at("11.29").life("noon") is Life.PLANNED
    day.at("11.30")
    assert (day.life("noon"), day.record("noon").reason) == (Life.WITHHELD, "stopped")
    assert "cannot_serve/noon" in day.alarms()  # seen this morning; now it is a dose that is not given


def test_it_does_not_open_early(day):
    stop(day, "metformin")
    assert day.open("morning", early_by="Sanne") == ("stopped",)


def test_the_rest_of_the_compartment_is_locked_too(play):
    """R8: never "all but the white one"; as critical as the most critical inside."""
    play.accept(plan_of(ordination("a", MORNING, criticality=Criticality.LOW), ordination("b", MORNING), version=1))
    play.fill("morning", 1, 2)
    play.at("8.00")
    stop(play, "a")
    assert play.open("morning") == ("not_now", "stopped")
    assert [a.criticality for a in play.state.living_alarms()] == [Criticality.MEDIUM]


def test_other_compartments_are_as_they_were(day):
    stop(day, "levodopa")
    assert day.at("8.00").open("morning") == ()


def test_what_is_only_reminded_is_withheld_and_told(play):
    play.accept(plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED)))
    stop(play, "insulin")
    play.at("7.00")
    assert (play.life("morning"), play.record("morning").reason) == (Life.WITHHELD, "stopped")
    assert play.alarms() == {"cannot_serve/morning"}
    assert play.do(c.Say(f"{DAY}/morning", True)) == ("not_now",)


def test_as_needed_too(play):
    play.accept(plan_of(ordination("para", as_needed=AsNeeded(Decimal(1), 4))))
    play.do(c.FillCompartment(1, AS_NEEDED + "para", TABLET_MG, "Sanne"))
    stop(play, "para")
    assert play.do(c.AskAsNeeded("para", "o1", play.sensed())) == ("stopped",)


def test_a_later_days_fill_is_told_of_too(day):
    """What lies ready for tomorrow and is stopped tonight."""
    tomorrow = DAY + timedelta(days=1)
    day.at("22.00").open("night")
    day.take(4, 1)
    assert day.fill("morning", 7, day=tomorrow) == ()
    stop(day, "metformin")
    assert f"cannot_serve/{tomorrow}/morning" in day.alarms()


def test_without_a_plan_it_is_kept_for_the_first(play):
    assert stop(play, "a") == ()
    play.accept(plan_of(ordination("a", MORNING)))  # issued yesterday
    assert play.at("8.00").record("morning").reason == "stopped"


# -- on any clock -----------------------------------------------------------------------------------------------------


def test_on_a_time_nobody_vouches_for_too(day):
    day.at("8.00").trust(False)
    assert stop(day, "metformin") == ()
    assert {"cannot_serve/morning"} <= day.alarms()
    assert {"stopped", "clock"} <= set(day.open("morning"))
    day.trust(True)
    assert day.record("morning").reason == "stopped"


# -- out of the box already -------------------------------------------------------------------------------------------


def stopped_alarms(play: Play) -> list[str]:
    return [a.intake.split("/")[1] for a in play.said(e.AlarmRaised) if a.code is e.AlarmCode.STOPPED]


def test_while_its_compartment_opens(day):
    day.at("8.00").open("morning")
    stop(day, "metformin")
    assert stopped_alarms(day) == ["morning"]
    assert day.life("morning") is Life.OPENING  # the lock has moved; nobody can call it back


def test_while_it_is_open_and_put_back_it_stays_in(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    stop(day, "metformin")
    assert stopped_alarms(day) == ["morning"]
    day.lid(1, False)
    day.seconds(2)
    assert (day.life("morning"), day.record("morning").reason) == (Life.WITHHELD, "stopped")


def test_while_it_is_open_no_lid_movement_gives_no_further_pulse_than_the_bounded_ones(day):
    day.at("8.00").open("morning")
    stop(day, "metformin")
    for _ in range(30):
        day.seconds(1)
    assert day.life("morning") is Life.WITHHELD
    assert day.open("morning")[-1] == "stopped"


def test_taken_along(day):
    day.at("10.00").open("noon", early_by="Sanne")
    day.take(2, 1)
    stop(day, "levodopa")
    assert stopped_alarms(day) == ["noon"]


def test_partly_taken_the_rest_stays_in(play):
    play.accept(plan_of(ordination("a", MORNING, quantity=2)))
    play.fill("morning", 1, 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    stop(play, "a")
    assert play.open("morning") == ("stopped",)
    assert play.at("9.00").alarms() == {"partly_taken/morning"}


def test_what_was_taken_is_taken(day):
    day.at("8.00").open("morning")
    day.take(1, 1)
    stop(day, "metformin")
    assert day.alarms() == set()
    assert day.life("morning") is Life.TAKEN


# -- how long it stands -----------------------------------------------------------------------------------------------


def test_a_plan_issued_later_lifts_it(day):
    running = day.state.plan.ordinations
    stop(day.at("8.00"), "metformin", "levodopa")
    issued_later(day, *running)
    assert day.state.stops == {}
    assert day.life("morning") is Life.DUE
    assert day.open("morning") == ()


def test_a_plan_issued_before_it_and_late_on_its_way_does_not(day):
    running = day.state.plan.ordinations
    stop(day.at("8.00"), "metformin")
    issued_later(day, *running, minutes=-1)
    assert "metformin" in day.state.stops
    assert day.open("morning") == ("not_now", "stopped")


def test_nor_one_of_the_same_instant(day):
    running = day.state.plan.ordinations
    stop(day.at("8.00"), "metformin")
    issued_later(day, *running, minutes=0)
    assert "metformin" in day.state.stops


def test_nothing_else_lifts_it(day):
    """Neither a fill, nor a release, nor a night, nor a restart."""
    stop(day.at("8.00"), "metformin")
    day.empty(1, 1)
    assert day.fill("morning", 1) == ()
    assert "stopped" in day.open("morning")
    day.resolve("morning", Life.DUE, "9.00")
    assert "stopped" in day.open("morning")
    day.die("boot-2")
    day.at("8.00", DAY + timedelta(days=1))
    assert day.record("morning", DAY + timedelta(days=1)).reason == "stopped"


def test_one_from_before_the_plan_is_too_late(day):
    """The plan in force was issued after it, and knows."""
    assert stop(day, "metformin", issued=day.state.plan.issued - MINUTE) == ("too_late",)
    assert day.state.stops == {}


def test_of_two_stops_the_later_counts_in_whichever_order_they_come(day):
    running, at = day.state.plan.ordinations, day.at("8.00").now.wall
    assert stop(day, "metformin", issued=at) == ()
    assert stop(day, "metformin", "levodopa", issued=at - 30 * MINUTE) == ()
    assert day.state.stops == {"metformin": at, "levodopa": at - 30 * MINUTE}
    issued_later(day, *running, minutes=-10)
    assert day.state.stops == {"metformin": at}


def test_repeated_it_tells_nothing_twice(day):
    day.at("8.00")
    for _ in range(3):
        assert stop(day, "metformin") == ()
    assert len([a for a in day.said(e.AlarmRaised) if a.intake == f"{DAY}/morning"]) == 1


def test_one_issued_in_the_future_stands_from_now(day):
    """A sender's clock gone wrong would outlast every plan."""
    running = day.state.plan.ordinations
    stop(day.at("8.00"), "metformin", issued=day.now.wall + timedelta(days=9))
    assert day.state.stops == {"metformin": day.now.wall}
    issued_later(day, *running)
    assert day.open("morning") == ()


def test_a_plan_without_it_withdraws_what_was_withheld(day):
    """Told once: that was the stop."""
    running = day.state.plan.ordinations
    stop(day.at("8.00"), "metformin")
    issued_later(day, *running[1:])
    assert day.life("morning") is Life.WITHDRAWN
    assert len([a for a in day.said(e.AlarmRaised) if a.intake == f"{DAY}/morning"]) == 1


@pytest.mark.parametrize("part", [NOON, NIGHT])
def test_a_round_that_a_plan_adds_is_stopped_too(day, part):
    running = day.state.plan.ordinations
    stop(day, "metformin")
    issued_later(day, ordination("metformin", MORNING, part), *running[1:], minutes=-1)
    day.at("11.30" if part is NOON else "22.00")
    assert day.record(part.value).reason == "stopped"
