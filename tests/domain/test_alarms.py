"""An alarm lives until a named human takes it, escalates on silence, and nothing is told twice while it lives (R9)."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import LEVELS, LOOK_AGAIN, next_look
from hub.domain.intake import Life, most_critical
from hub.domain.plan import Criticality, Handout
from hub.domain.reading import Sensed
from tests.domain.play import DAY, MORNING, NOON, TARE_MG, Play, ordination, plan_of


@pytest.fixture
def missed(day: Play) -> Play:
    """Morning's was missed at nine."""
    return day.at("9.00")


def test_missed_is_told_as_critical_as_its_most_critical_dose(play):
    """R8."""
    play.accept(
        plan_of(
            ordination("a", MORNING, criticality=Criticality.LOW, handout=Handout.REMINDED),
            ordination("b", MORNING, criticality=Criticality.HIGH, handout=Handout.REMINDED),
        )
    )
    play.at("9.00")
    assert play.state.alarms[f"not_taken/{DAY}/morning"].criticality == "high"
    assert most_critical(play.record("morning").intake.doses) is Criticality.HIGH


@pytest.fixture
def mixed(play: Play) -> Play:
    """Something trifling and something critical lie together, the trifling first; it is eight."""
    low, high = (ordination(x, MORNING, criticality=x) for x in (Criticality.LOW, Criticality.HIGH))
    play.accept(plan_of(low, high))
    play.fill("morning", 1, 2)
    return play.at("8.00")


def test_refusing_what_has_something_critical_in_it_is_told(mixed):
    """H41."""
    mixed.do(c.Decline(f"{DAY}/morning", "other"))
    assert mixed.alarms() == {"declined/morning"}


def test_a_forced_lid_is_as_critical_as_what_lies_under_it(mixed):
    """R8, H23."""
    mixed.lid(1, True)
    assert mixed.state.alarms["tamper/1"].criticality == "high"


def test_settling_one_intake_takes_its_own_alarm_and_no_other(missed):
    missed.at("13.00")
    assert missed.alarms() >= {"not_taken/morning", "not_taken/noon"}
    assert missed.resolve("morning", Life.GIVEN_BY_STAFF) == ()
    assert "not_taken/morning" not in missed.alarms()
    assert "not_taken/noon" in missed.alarms()


def test_silence_escalates_to_the_last_level(missed):
    for _ in range(10):
        missed.minutes(15)
    assert [b.level for b in missed.said(e.AlarmEscalated) if "morning" in b.alarm] == [2, 3]
    assert missed.state.alarms[f"not_taken/{DAY}/morning"].level == LEVELS == 3


@pytest.mark.parametrize(("criticality", "minutes"), [("high", 10), ("medium", 30), ("low", 120)])
def test_how_long_silence_is(play, criticality, minutes):
    play.accept(plan_of(ordination("a", MORNING, criticality=Criticality(criticality), handout=Handout.REMINDED)))
    play.at("9.00").minutes(minutes - 1)
    assert play.said(e.AlarmEscalated) == []
    assert len(play.minutes(1).said(e.AlarmEscalated)) == 1


def test_silence_is_counted_while_the_clock_is_doubted_and_after_it_went_back(missed):
    """H5: a stepped wall clock does not silence an alarm."""
    missed.step_wall(timedelta(days=-2), trusted=False)
    missed.minutes(31)
    assert [b.alarm for b in missed.said(e.AlarmEscalated)] != []
    assert f"not_taken/{DAY}/morning" in {b.alarm for b in missed.said(e.AlarmEscalated)}


def test_silence_is_counted_over_a_power_cut(missed):
    missed.now = replace(missed.now, wall=missed.now.wall + timedelta(minutes=40))
    missed.die("boot-2")
    assert missed.said(e.AlarmEscalated)


def test_acknowledged_by_name(missed):
    alarm = f"not_taken/{DAY}/morning"
    assert missed.do(c.Acknowledge(alarm, "Ole")) == ()
    assert missed.said(e.AlarmAcknowledged)[0].by == "Ole"
    assert missed.do(c.Acknowledge(alarm, "Ida")) == ("already",)
    assert missed.do(c.Acknowledge("not_taken/none", "Ida")) == ("no_such",)
    missed.minutes(179)
    assert [b for b in missed.said(e.AlarmEscalated) if b.alarm == alarm] == []
    assert missed.state.alarms[alarm].seen_by == "Ole"


def test_the_same_matter_again_after_it_was_seen_is_a_new_alarm(day):
    alarm = f"not_taken/{DAY}/morning"
    day.at("9.00").do(c.Acknowledge(alarm, "Ole"))
    day.resolve("morning", Life.DUE, "10.00")
    day.at("10.00")
    again = day.state.alarms[alarm]
    assert (again.alive, again.level, again.seen_by) == (True, 1, None)
    assert len([b for b in day.said(e.AlarmRaised) if b.alarm == alarm]) == 2


def test_two_alarms_for_one_intake_are_both_taken_with_its_resolution(day):
    change = plan_of(ordination("metformin", MORNING, quantity=2), version=2)
    day.accept(change)
    day.at("9.00")
    assert day.alarms() >= {"cannot_serve/morning"}
    day.resolve("morning", Life.GIVEN_BY_STAFF)
    assert not {a for a in day.alarms() if a.endswith("morning")}


def test_help_is_one_at_a_time(play):
    assert play.do(c.AskForHelp()) == ()
    assert play.do(c.AskForHelp()) == ("already",)
    play.do(c.Acknowledge(next(iter(play.state.alarms)), "Ole"))
    assert play.do(c.AskForHelp()) == ()
    assert len(play.state.alarms) == 2


def test_parked(day):
    """R11."""
    assert day.do(c.Park("clinical", 3, "422")) == ()
    assert day.alarms() == {"parked/3"}
    assert day.do(c.Park("clinical", 0, "422")) == ("no_such",)
    assert day.do(c.Park("clinical", day.state.seq + 1, "422")) == ("no_such",)


# -- clock, mains, plan's age -----------------------------------------------------------------------------------------


def test_clock_doubted_stops_what_follows_from_time_and_tells(day):
    """R5."""
    day.trust(False).minutes(60 * 12)
    assert day.state.clock_doubted
    assert day.life("morning") is Life.PLANNED
    assert day.alarms() == {"clock/hub"}
    day.trust(True)
    assert day.alarms() == {"not_taken/morning", "not_taken/noon"}
    assert day.life("morning") is Life.MISSED
    assert [type(b).__name__ for b in day.log if "Clock" in type(b).__name__] == ["ClockDoubted", "ClockTrusted"]


def test_a_seen_clock_alarm_ends_by_itself_and_comes_again(day):
    day.trust(False).do(c.Acknowledge("clock/hub", "Ole"))
    day.trust(True)
    assert day.state.alarms["clock/hub"].ended
    day.trust(False)
    assert day.alarms() == {"clock/hub"}
    assert day.trust(True).alarms() == set()


def test_mains(day):
    """H21."""
    day.do(c.Tick(Sensed(frozenset(), None, False)))
    assert [type(b).__name__ for b in day.log[-4:]] == ["MainsLost", "AlarmRaised", "MainsRestored", "AlarmEnded"]
    assert day.state.mains


def test_mains_seen_and_unknown(day):
    day._apply([e.MainsLost()])
    assert day.state.mains is False
    day.tick()  # no alarm was raised: none ends
    assert day.state.mains is True
    assert day.said(e.AlarmEnded) == []
    before = day.state
    day.do(c.Tick(Sensed()))
    assert day.state.mains is before.mains


def test_an_old_plan_is_told_once(day):
    """H8."""
    old = day.state.plan.issued + timedelta(days=30)
    day.wait(old - timedelta(seconds=1) - day.now.wall)
    assert "plan_old/1" not in day.state.alarms
    day.seconds(2).seconds(60)
    assert len([b for b in day.said(e.AlarmRaised) if b.code == "plan_old"]) == 1


# -- what the state keeps ---------------------------------------------------------------------------------------------


def reminded(play: Play) -> Play:
    plan = plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED))
    play.accept(replace(plan, limits=replace(plan.limits, plan_age_days=365)))
    return play


def test_what_is_settled_is_let_go_and_what_is_not_is_kept(play):
    """R9, R11: a week on, seen alarms and final intakes leave the memory; nothing unseen or unresolved does."""
    reminded(play)
    days = [DAY + timedelta(days=n) for n in range(3)]
    for n, each in enumerate(days):
        play.at("9.00", each)
        if n != 1:
            play.do(c.Acknowledge(f"not_taken/{each}/morning", "Ole"))
    for n in range(3, 14):
        play.at("9.00", DAY + timedelta(days=n))
    assert f"{days[0]}/morning" not in play.state.records
    assert f"not_taken/{days[0]}/morning" not in play.state.alarms
    assert f"{days[1]}/morning" in play.state.records  # its alarm is unseen
    assert f"not_taken/{days[1]}/morning" in {a.id for a in play.state.living_alarms()}
    assert play.do(c.Resolve(f"{days[1]}/morning", Life.GIVEN_BY_STAFF, "Ole")) == ()


def test_uncertain_is_never_let_go(day):
    day.at("8.00").open("morning")
    day.lid(9, True)
    day.lid(9, False)
    day.do(c.Acknowledge(f"uncertain/{DAY}/morning", "Ole"))
    for n in range(1, 15):
        day.at("9.00", DAY + timedelta(days=n))
    assert day.life("morning") is Life.UNCERTAIN


# -- when to look again -----------------------------------------------------------------------------------------------


def home(day: Play, clock: str) -> datetime:
    hour, minute = map(int, clock.split("."))
    return datetime(2026, 3, 12, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def look(play: Play) -> datetime:
    return next_look(play.state, play.now)


def test_next_look_with_nothing_known():
    play = Play()
    assert look(play) == play.now.wall + LOOK_AGAIN
    play.do(c.AskForHelp())
    assert look(play) == play.now.wall + timedelta(minutes=30)


def test_next_look_through_a_day(day):
    seen = []
    while (at := look(day)) < home(day, "9.30"):
        seen.append(at)
        day.wait(at - day.now.wall)
    assert seen == [home(day, t) for t in ("7.00", "8.00", "9.00", "9.30")[:3]]


def test_next_look_after_a_snooze(day):
    day.at("8.05").do(c.Snooze(f"{DAY}/morning"))
    assert look(day) == home(day, "8.25")


def test_next_look_after_a_refusal_is_when_it_is_for_good(day):
    day.at("8.05").do(c.Decline(f"{DAY}/morning", "other"))
    assert look(day) == home(day, "9.00")


def test_next_look_while_something_moves(day):
    day.at("8.00").open("morning")
    assert look(day) == day.now.wall + timedelta(seconds=1)
    day.take(1, 1)
    day.lid(9, True)
    assert look(day) == day.now.wall + timedelta(seconds=1)


def test_next_look_is_midnight_when_the_day_is_over(day):
    day.at("23.30")
    for alarm in list(day.state.living_alarms()):
        day.do(c.Acknowledge(alarm.id, "Ole"))
    assert look(day) == home(day, "0.00") + timedelta(days=1)


def test_next_look_while_the_clock_is_doubted(day):
    day.trust(False)
    assert look(day) == day.now.wall + timedelta(minutes=10)  # the clock's alarm escalates


def test_next_look_is_when_a_pushed_one_becomes_due(play):
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, interval_min=210)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    play.at("8.40").open("morning")
    play.take(1, 1)
    play.at("11.50")
    play.wait(look(play) - play.now.wall)
    assert play.life("noon") in (Life.DUE, Life.PLANNED)
    while play.life("noon") is Life.PLANNED:
        play.wait(look(play) - play.now.wall)
    assert home(play, "12.10") <= play.now.wall <= home(play, "12.11")


def test_looking_only_when_told_to_gives_the_same_day(day):
    """Nothing is due before the next look: a day lived by looks alone is the day lived by the second."""

    def live(play: Play, by_looks: bool) -> list[tuple[str, datetime]]:
        told: list[tuple[str, datetime]] = []
        end = home(play, "23.59")
        while play.now.wall < end:
            before = len(play.log)
            play.wait((look(play) - play.now.wall) if by_looks else timedelta(minutes=1))
            told += [(repr(b), play.now.wall) for b in play.log[before:]]
        return [(what, when) for what, when in told if when <= end]

    plan = day.state.plan
    other = Play()
    other.accept(plan)
    for number, slot in enumerate(("morning", "noon", "evening", "night"), start=1):
        other.fill(slot, number)
    assert live(day, True) == live(other, False)


def test_the_scale_is_not_needed_for_time_to_pass(day):
    day.now = replace(day.now, wall=home(day, "8.00"))
    day.do(c.Tick(Sensed(frozenset(), None, None)))
    assert day.life("morning") is Life.DUE
    assert day.weight_mg > TARE_MG


def signed(id: str, order: c.Command, play: Play, hours: int = 72) -> c.Signed:
    return c.Signed(id, "Sanne", play.now.wall + timedelta(hours=hours), order)


def test_a_command_repeated_takes_no_later_alarm_of_the_same_name(play):
    """R14, H20: mains lost, taken from afar, back, lost again: the old command does not take the new alarm."""
    play.accept(plan_of(ordination("a", MORNING)))
    play.mains_are(False)
    first = signed("command-1", c.Acknowledge("mains_lost/hub", "Sanne"), play)
    assert play.do(first) == ()
    play.mains_are(True).mains_are(False)
    assert "mains_lost/hub" in play.alarms()
    assert play.do(first) == ("already",)
    assert play.do(replace(first, id="command-2")) == ()


def test_a_command_is_remembered_for_as_long_as_it_can_live(play):
    """H20: forgotten no sooner than it has expired, and then with the next."""
    play.accept(plan_of(ordination("a", MORNING)))
    play.mains_are(False).do(signed("command-1", c.Acknowledge("mains_lost/hub", "Sanne"), play, 24 * 30))
    play.wait(timedelta(days=29))
    play.mains_are(True).mains_are(False).do(signed("command-2", c.Acknowledge("mains_lost/hub", "Sanne"), play, 24))
    assert set(play.state.commands) == {"command-1", "command-2"}
    play.wait(timedelta(days=2))
    play.mains_are(True).mains_are(False).do(signed("command-3", c.Acknowledge("mains_lost/hub", "Sanne"), play))
    assert set(play.state.commands) == {"command-3"}


@pytest.mark.parametrize("order", [c.EmptyCompartment(1, "Sanne"), c.Snooze("x"), c.Tick()])
def test_nothing_but_what_is_meant_for_it_comes_from_afar(play, order):
    assert play.do(signed("command-1", order, play)) == ("staff_only",)


def test_the_last_event_of_all_can_be_set_aside(play):
    play.mains_are(False)
    last = play.state.seq
    assert play.do(c.Park("alarms", last + 1, "400")) == ("no_such",)
    assert play.do(c.Park("alarms", last, "400")) == ()
