"""What is written names who, why and what for: an event without that is no evidence, whatever state it leads to."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import next_look
from hub.domain.intake import AS_NEEDED, Life
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import AsNeeded, Criticality
from hub.domain.schedule import as_needed_dose
from tests.domain.play import DAY, MORNING, NOON, TABLET_MG, Play, ordination, plan_of

ID = f"{DAY}/morning"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def last(play: Play, kind: type[e.Body]) -> e.AnyBody:
    return play.said(kind)[-1]


# -- by whom ----------------------------------------------------------------------------------------------------------


def test_emptied(day):
    day.do(c.EmptyCompartment(1, "Bo"))
    assert last(day, e.CompartmentEmptied) == e.CompartmentEmptied(compartment=1, by="Bo")


def test_corrected(day):
    day.at("9.00").do(c.Correct(ID, Life.TAKEN, "Bo", "in the cup"))
    assert last(day, e.IntakeCorrected) == e.IntakeCorrected(intake=ID, state="taken", by="Bo", reason="in the cup")


@pytest.mark.parametrize("wrong", [Life.DUE, Life.UNCERTAIN])
def test_corrected_only_to_what_is_final(day, wrong):
    assert day.at("9.00").do(c.Correct(ID, wrong, "Bo", "")) == ("not_now",)


def test_a_correction_keeps_what_was_handed_out_when_it_was(day):
    day.at("8.00").open("morning")
    day.take(1, 1)
    gone = day.record("morning").handed_at
    day.at("9.00").do(c.Correct(ID, Life.MISSED, "Bo", "found in the bin"))
    assert day.record("morning").handed_at == gone


def test_a_correction_to_not_taken_hands_nothing_out(day):
    day.at("9.00").do(c.Correct(ID, Life.DECLINED, "Bo", "did not want it"))
    assert day.record("morning").handed_at is None


def test_promised_and_handed_back(day):
    day.do(c.Promise(ID, day.now.wall + HOUR, "Bo"))
    assert last(day, e.IntakePromised) == e.IntakePromised(intake=ID, by="Bo", give_by=day.now.wall + HOUR)
    assert (day.record("morning").promise.by, day.record("morning").promise.give_by) == ("Bo", day.now.wall + HOUR)
    day.do(c.HandBack(ID, "Bo"))
    assert last(day, e.IntakeHandedBack) == e.IntakeHandedBack(intake=ID, by="Bo")


def test_leave_ended(day):
    day.do(c.BeginLeave(Leave("l7", LeaveKind.OUTING, day.now.wall, "Bo", day.now.wall + HOUR)))
    day.do(c.EndLeave("Inge", False))
    assert last(day, e.LeaveEnded) == e.LeaveEnded(leave="l7", by="Inge")


def test_the_journal_doubted_and_confirmed(day):
    day.do(c.DoubtJournal("shortened"))
    assert last(day, e.JournalDoubted).reason == "shortened"
    day.do(c.ConfirmJournal("Bo"))
    assert last(day, e.JournalConfirmed).by == "Bo"
    assert last(day, e.AlarmAcknowledged).by == "Bo"


# -- why --------------------------------------------------------------------------------------------------------------


def test_the_clock(day):
    day.trust(False)
    assert last(day, e.ClockDoubted).reason == "time not trusted"


def test_two_answers_that_clash(day):
    day.at("10.00").open("noon", early_by="Sanne")
    day.take(2, 1)
    day.at("12.00").do(c.Say(f"{DAY}/noon", True))
    day.do(c.Say(f"{DAY}/noon", False))
    assert day.record("noon").reason == "answers_clash"


def test_said_no_to(day):
    day.at("12.00").do(c.Decline(f"{DAY}/noon", "nausea"))
    assert last(day, e.IntakeDeclined).reason == "nausea"
    assert day.state.alarms[f"declined/{DAY}/noon"].can_open  # the citizen may think again


def test_as_needed_said_no_to(play):
    play.accept(plan_of(ordination("para", as_needed=AsNeeded(as_needed_quantity(), 4))))
    play.do(c.FillCompartment(1, AS_NEEDED + "para", TABLET_MG, "Sanne"))
    play.weight_mg += TABLET_MG
    play.do(c.AskAsNeeded("para", "opening-7", play.sensed()))
    assert last(play, e.OpeningRequested).opening == "opening-7"
    play.take(1, 0)
    play.do(c.Decline(f"{DAY}/as-needed.1", "no_need"))
    assert last(play, e.IntakeWithdrawn) == e.IntakeWithdrawn(intake=f"{DAY}/as-needed.1", reason="no_need")


def as_needed_quantity():
    return ordination("a", MORNING).dosage.periods[0].days[1][0].quantity


def test_a_dose_as_needed_is_the_first_of_its_own_intake():
    """Dose identity: ordination, home date, ordinal that day; each p.n. intake has one."""
    dose = as_needed_dose(ordination("para", as_needed=AsNeeded(as_needed_quantity(), 4)))
    assert (dose.ordinal, dose.most) == (1, 4)


# -- which ------------------------------------------------------------------------------------------------------------


def test_the_opening_that_was_abandoned(day):
    day.at("8.00").open("morning")
    opening = last(day, e.OpeningRequested).opening
    day.die("boot-2")
    assert last(day, e.OpeningAbandoned) == e.OpeningAbandoned(intake=ID, opening=opening)


def test_the_pulse_that_failed(day):
    day.at("8.00").open("morning")
    opening = last(day, e.OpeningRequested).opening
    day.do(c.PulseEnded(opening, 1, "no current"))
    assert last(day, e.PulseFailed) == e.PulseFailed(intake=ID, opening=opening, number=1, reason="no current")


def test_the_event_that_was_parked(day):
    for seq in (1, day.state.seq):
        day.do(c.Park("rest", seq, "422"))
        assert last(day, e.EventParked) == e.EventParked(lane="rest", seq=seq, reason="422")
    assert day.do(c.Park("rest", 0, "422")) == ("no_such",)
    assert day.do(c.Park("rest", day.state.seq + 1, "422")) == ("no_such",)


def test_a_call_for_help_is_named_by_the_event_that_made_it(day):
    day.do(c.AskForHelp())
    (help_,) = (a for a in day.state.alarms.values() if a.code is e.AlarmCode.HELP)
    assert help_.id == f"help/{help_.seq}"
    assert help_.criticality is Criticality.MEDIUM


def test_an_alarm_that_has_ended_ends_once(day):
    day.trust(False)
    day.mains_are(False)
    day.trust(True)
    assert [b.alarm for b in day.said(e.AlarmEnded)] == ["clock/hub"]
    day.trust(False)
    day.trust(True)
    assert [b.alarm for b in day.said(e.AlarmEnded)] == ["clock/hub", "clock/hub"]
    day.mains_are(True)
    assert [b.alarm for b in day.said(e.AlarmEnded)] == ["clock/hub", "clock/hub", "mains_lost/hub"]


def test_put_off_to_the_very_end_is_too_late(day):
    """20 minutes before the window ends, "in 20 minutes" is not there to be had."""
    day.at("8.40")
    assert day.do(c.Snooze(ID)) == ("too_late",)
    day.at("12.39")
    assert day.do(c.Snooze(f"{DAY}/noon")) == ()


def test_reminded_and_said_not_all_is_the_citizens_word(play):
    play.accept(plan_of(ordination("insulin", MORNING, handout="reminded")))
    play.at("8.00").do(c.Say(ID, False))
    assert last(play, e.IntakePartlyTaken).evidence is e.Evidence.SELF


# -- after a restart, and other lids ----------------------------------------------------------------------------------


def test_a_boot_is_written_before_what_it_settles(day):
    day.at("8.00").open("morning")
    before = len(day.log)
    day.die("boot-2")
    assert [type(b) for b in day.log[before : before + 2]] == [e.Booted, e.OpeningAbandoned]
    assert day.log[before].release == "test"


def test_a_lid_found_shut_at_boot_is_named(day):
    day.lid(3, True)
    day.lids = frozenset()
    day.die("boot-2")
    assert last(day, e.LidClosed) == e.LidClosed(compartment=3, intake=None)


def test_another_lid_is_written_before_what_follows_and_makes_both_uncertain_for_that_reason(day):
    day.at("8.00").open("morning")
    before = len(day.log)
    day.lid(2, True)
    assert day.log[before] == e.LidOpened(compartment=2, intake=None)
    assert [day.record(s).reason for s in ("morning", "noon")] == ["another_lid_opened", "another_lid_opened"]
    assert day.state.alarms["tamper/2"].compartment == 2


def test_put_back_and_released_by_name(day):
    day.at("10.00").open("noon", early_by="Sanne")
    day.take(2, 1)
    day.resolve("noon", Life.DUE)
    assert last(day, e.IntakePutBack) == e.IntakePutBack(intake=f"{DAY}/noon", by="Sanne")
    day.resolve("morning", Life.DUE, "11.00")
    assert last(day, e.IntakeReleased).by == "Sanne"


# -- when to look again (R3) ------------------------------------------------------------------------------------------


def test_an_alarm_is_looked_at_when_its_silence_has_lasted(day):
    day.at("13.00")  # noon's, critical, missed: ten minutes
    day.now = day.now.__class__(day.now.wall + 4 * MINUTE, day.now.monotonic_s + 240, True, "boot-1")
    assert next_look(day.state, day.now) == day.now.wall + 6 * MINUTE


def test_at_its_last_level_it_is_not_looked_at_again(day):
    day.trust(False)  # critical; and nothing else is looked for on a doubted clock
    for _ in range(2):
        day.minutes(10)
    (alarm,) = day.state.living_alarms()
    assert alarm.level == 3
    assert next_look(day.state, day.now) == day.now.wall + MINUTE


def test_what_has_come_already_is_no_next_look(day):
    day.trust(False)
    day.now = day.now.__class__(day.now.wall + 10 * MINUTE, day.now.monotonic_s + 600, False, "boot-1")
    assert next_look(day.state, day.now) > day.now.wall


def test_trusted_again_but_not_yet_seen_to_be_is_looked_at_soon(day):
    day.trust(False)
    day.do(c.Acknowledge("clock/hub", "Bo"))
    trusted = day.now.__class__(day.now.wall, day.now.monotonic_s, True, "boot-1")
    assert next_look(day.state, trusted) == day.now.wall + MINUTE


def test_what_is_pushed_is_looked_at_when_its_interval_is_over_from_the_instant_its_window_opens(play):
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, interval_min=210)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    play.at("8.10").open("morning")
    play.take(1, 1)
    gone = play.record("morning").handed_at.wall
    assert next_look(play.at("11.30").state, play.now) == gone + 210 * MINUTE


# -- alarms say what can be done (R9) ---------------------------------------------------------------------------------


def test_what_was_missed_cannot_be_opened_at_home_and_says_so(day):
    day.at("9.00")
    assert [a.can_open for a in day.state.living_alarms()] == [False]


def test_what_is_about_no_intake_cannot_either(day):
    day.lid(1, True)
    day.do(c.AskForHelp())
    assert [(a.code, a.compartment, a.can_open) for a in day.state.living_alarms()] == [
        ("tamper", 1, False), ("help", None, False),
    ]  # fmt: skip


def test_a_fill_keeps_the_plan_it_was_filled_by(day):
    """R7."""
    day.accept(plan_of(*day.state.plan.ordinations, version=2))
    assert day.state.fills[1].plan_version == 1


def test_what_a_plan_takes_off_is_told_by_its_intake(day):
    day.at("8.00").open("morning")
    day.take(1, 1)
    day.accept(plan_of(ordination("metformin", NOON), version=2))
    assert day.state.alarms[f"withheld/{DAY}/noon"].intake == f"{DAY}/noon"


@pytest.mark.parametrize(("days", "left_out"), [(8, False), (9, True)])
def test_the_first_day_without_power_that_is_not_told_by_itself_is_told(day, days, left_out):
    """R11: never in silence."""
    day.at("22.30")
    later = day.now.wall + timedelta(days=days)
    day.now = day.now.__class__(later, 5.0, True, "boot-2")
    day.die()
    assert any("--" in alarm for alarm in day.alarms()) is left_out
    assert (f"{DAY + timedelta(days=1)}/noon" in day.state.records) is not left_out


def test_a_medicine_that_has_ended_hides_no_other(play):
    play.accept(plan_of(ordination("a", MORNING, end=DAY - timedelta(days=1)), ordination("b", MORNING)))
    assert [d.ordination for d in play.record("morning").intake.doses] == ["b"]


def test_an_opening_is_weighed_on_a_doubted_clock_too(day):
    day.at("8.00").open("morning")
    day.trust(False)
    day.take(1, 1)
    assert day.life("morning") is Life.TAKEN


def test_an_old_plan_is_told_by_its_version_at_that_instant(day):
    day.wait(day.state.plan.issued + timedelta(days=30) - day.now.wall)
    assert "plan_old/1" in day.alarms()


def test_a_dose_carries_what_the_screen_says_of_it(play):
    """Purpose, and the most of a range that is handed out as its least."""
    made = ordination("a", MORNING, purpose="mod smerter")
    (line,) = made.dosage.periods[0].days[1]
    ranged = replace(made.dosage.periods[0], days={1: (replace(line, quantity_max=line.quantity * 2),)})
    play.accept(plan_of(replace(made, dosage=replace(made.dosage, periods=(ranged,)))))
    (dose,) = play.record("morning").intake.doses
    assert (dose.purpose, dose.quantity, dose.quantity_max) == ("mod smerter", line.quantity, line.quantity * 2)
