""" "I will give it": the box keeps it locked, and who said so is held to it (R9, H19)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import next_look
from hub.domain.intake import Life
from hub.outputs import Outputs, outputs
from tests.domain.play import DAY, MORNING, NOON, Play, ordination, plan_of

ID = f"{DAY}/morning"


def promise(play: Play, minutes: float, intake: str = ID) -> tuple[str, ...]:
    return play.do(c.Promise(intake, play.now.wall + timedelta(minutes=minutes), "Sanne"))


def hand_back(play: Play, intake: str = ID) -> tuple[str, ...]:
    return play.do(c.HandBack(intake, "Sanne"))


def not_given(play: Play) -> list[e.AnyBody]:
    return [a for a in play.said(e.AlarmRaised) if a.code is e.AlarmCode.NOT_GIVEN]


@pytest.fixture
def promised(day: Play) -> Play:
    """Morning's is due, and Sanne gives it within half an hour."""
    assert promise(day.at("8.00"), 30) == ()
    return day


def test_it_locks_that_intake_and_no_other(promised):
    assert promised.open("morning") == ("promised",)
    promised.at("11.45")
    assert promised.open("noon") == ()


def test_what_is_only_reminded_is_locked_too(play):
    play.accept(plan_of(ordination("insulin", MORNING, handout="reminded")))
    promise(play.at("8.00"), 30)
    assert play.do(c.Say(ID, True)) == ("promised",)


def test_it_does_not_open_early_either(day):
    promise(day, 60)
    assert day.open("morning", early_by="Sanne") == ("promised",)


def test_nothing_calls_the_citizen_to_a_locked_compartment(promised):
    assert outputs(promised.state, promised.now) == Outputs()


def test_past_its_time_it_is_a_new_alarm_that_escalates(promised):
    assert next_look(promised.state, promised.now) <= promised.now.wall + timedelta(minutes=30)
    promised.at("8.29")
    assert promised.alarms() == set()
    promised.at("8.30")
    (raised,) = not_given(promised)
    assert (raised.intake, raised.criticality) == (ID, "medium")
    assert promised.open("morning") == ("promised",)  # who promised may be giving it this moment
    promised.at("9.00")
    assert promised.said(e.AlarmEscalated)[0].alarm == raised.alarm


def test_it_is_told_once_and_again_for_a_new_promise(promised):
    promised.at("8.40")
    assert len(not_given(promised)) == 1
    assert promise(promised, 15) == ()  # and she has seen the alarm, by name
    assert promised.alarms() == set()
    promised.at("8.54")
    assert len(not_given(promised)) == 1
    promised.at("8.55")
    assert len(not_given(promised)) == 2


def test_seen_and_still_not_given_is_not_told_over_and_over(promised):
    promised.at("8.30").do(c.Acknowledge(not_given(promised)[0].alarm, "Bo"))
    promised.at("9.30")
    assert len(not_given(promised)) == 1


def test_missed_meanwhile_is_told_once_when_it_is_not_kept(day):
    assert promise(day.at("8.30"), 60) == ()
    day.at("9.00")
    assert day.life("morning") is Life.MISSED
    assert day.alarms() == set()  # somebody is on the way
    day.at("9.30")
    assert [a.code for a in day.state.living_alarms()] == ["not_given"]


def test_missed_after_its_time_is_told_as_well(promised):
    promised.at("9.00")
    assert {a.code for a in promised.state.living_alarms()} == {"not_given", "not_taken"}


def test_given_by_staff_keeps_it(promised):
    assert promised.resolve("morning", Life.GIVEN_BY_STAFF) == ()
    assert promised.record("morning").promise is None
    promised.at("9.30")
    assert not_given(promised) == []
    assert promised.alarms() == set()


def test_released_ends_it(day):
    promise(day.at("9.00"), 60)
    assert day.resolve("morning", Life.DUE, "10.30") == ()
    assert day.record("morning").promise is None
    assert day.open("morning") == ()


def test_a_named_persons_taken_ends_it(day):
    day.at("8.00").open("morning")
    day.lid(2, True)  # another lid: uncertain
    assert promise(day, 30) == ()
    assert day.resolve("morning", Life.TAKEN) == ()
    day.at("9.00")
    assert not_given(day) == []


def test_handed_back_in_time_the_box_gives_it(promised):
    assert hand_back(promised.at("8.20")) == ()
    assert promised.alarms() == set()
    assert promised.open("morning") == ()


def test_handed_back_too_late_is_an_alarm_at_once(day):
    """It can no longer be opened at home: somebody must go, and know it now."""
    promise(day.at("8.30"), 120)
    day.at("9.10")
    assert hand_back(day) == ()
    assert day.alarms() == {"not_given/morning"}
    day.at("10.30")
    assert len(not_given(day)) == 1


def test_what_is_withheld_and_handed_back_is_told(day):
    day.empty(1, 1)
    day.at("7.30").do(c.Promise(ID, day.now.wall + timedelta(hours=1), "Sanne"))
    assert day.alarms() == set()  # she has seen it
    hand_back(day)
    assert day.alarms() == {"not_given/morning"}


def test_only_what_is_promised_is_handed_back(day):
    assert hand_back(day) == ("not_now",)
    assert day.do(c.HandBack(f"{DAY}/brunch", "Sanne")) == ("no_such",)


@pytest.mark.parametrize("minutes", [0, -5, 12 * 60 + 1])
def test_by_when_lies_ahead_and_near(day, minutes):
    assert promise(day, minutes) == ("latest_wrong",)
    assert day.record("morning").promise is None


def test_the_last_minute_that_may_be_promised(day):
    assert promise(day, 12 * 60) == ()


def test_what_is_open_or_taken_is_not_for_others_to_give(day):
    day.at("8.00").open("morning")
    assert promise(day, 30) == ("not_now",)
    day.take(1, 1)
    assert promise(day, 30) == ("not_now",)


def test_what_was_missed_is(day):
    assert promise(day.at("9.30"), 60) == ()
    assert day.alarms() == set()  # "I will give it" is a name to the alarm
    assert day.said(e.AlarmAcknowledged)[0].by == "Sanne"


def test_it_outlives_a_restart(promised):
    promised.die("boot-2")
    assert promised.open("morning") == ("promised",)
    promised.at("8.30")
    assert len(not_given(promised)) == 1


def test_it_outlives_a_day_without_power(promised):
    promised.now = promised.now.__class__(promised.now.wall + timedelta(days=1), 5.0, True, "boot-2")
    promised.die()
    assert len(not_given(promised)) == 1


def test_a_doubted_clock_does_not_break_it(promised):
    """R5: its time may not have come; trusted again, it is told."""
    promised.trust(False).step_wall(timedelta(hours=2), trusted=False)
    assert not_given(promised) == []
    assert "promised" in promised.open("morning")
    promised.trust(True)
    assert len(not_given(promised)) == 1


def test_withdrawn_meanwhile_stays_locked_and_is_told(promised):
    """R6: a new plan does not want it; whoever is on the way with it must hear so."""
    running = promised.state.plan.ordinations
    promised.accept(plan_of(*running[1:], version=2))
    assert promised.life("morning") is Life.WITHDRAWN
    assert promised.alarms() == {"withdrawn/morning"}
    promised.accept(plan_of(*running, version=3))
    assert promised.life("morning") is Life.DUE
    assert promised.open("morning") == ("promised",)


def test_taken_elsewhere_does_not_make_it_silent(promised):
    """The citizen's word is not the word of who promised."""
    promised.do(c.SayTakenElsewhere(ID))
    promised.at("8.30")
    assert {a.code for a in promised.state.living_alarms()} == {"not_given", "taken_elsewhere"}


def test_given_counts_for_the_next(play):
    """R2."""
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, interval_min=240)))
    play.fill("noon", 1)
    promise(play.at("8.00"), 60)
    play.at("8.50").resolve("morning", Life.GIVEN_BY_STAFF)
    play.at("12.00")
    assert "interval" in play.open("noon")
    assert play.at("12.50").open("noon") == ()


def test_a_promise_is_not_forgotten_with_its_day(day):
    """Missed, and not told since somebody would give it; then the hub is off for longer than days are kept."""
    assert promise(day.at("8.00"), 720) == ()
    day.at("10.00")
    assert day.record("morning").final
    day.now = replace(day.now, wall=day.now.wall + timedelta(days=11))
    day.die("boot-2")
    assert [a.intake for a in not_given(day)] == [ID]
