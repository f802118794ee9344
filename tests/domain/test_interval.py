"""R2: two intakes of one ordination or substance are never closer than the interval, whatever happens between."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Life, Moment
from hub.domain.interval import elapsed, interval_left, waited
from hub.domain.plan import Handout
from tests.domain.play import DAY, EVENING, MORNING, NOON, Play, ordination, plan_of

MINUTE = timedelta(minutes=1)


def pinemol(play: Play, *parts, **more) -> Play:
    """Pinemol at morning and noon (or `parts`), filled in 1, 2, …"""
    parts = parts or (MORNING, NOON)
    play.accept(plan_of(ordination("pinemol", *parts, **more)))
    for number, part in enumerate(parts, start=1):
        assert play.fill(part.value, number) == ()
    return play


def left(play: Play, slot: str) -> timedelta:
    return interval_left(play.state, play.record(slot).intake, play.now)


# -- how much time has surely passed ----------------------------------------------------------------------------------


def moment(play: Play, minutes: float, mono: float, trusted: bool = True, boot: str = "boot-1") -> Moment:
    return Moment(play.now.wall + minutes * MINUTE, mono * 60, trusted, boot)


def test_within_a_boot_the_lesser_of_wall_and_monotonic(play):
    then = moment(play, 0, 0)
    assert elapsed(then, moment(play, 30, 20)) == 20 * MINUTE
    assert elapsed(then, moment(play, 10, 20)) == 10 * MINUTE
    assert elapsed(then, moment(play, -60, 20)) == -60 * MINUTE
    assert elapsed(then, moment(play, 10_000, 20, trusted=False)) == 20 * MINUTE


def test_across_boots_trusted_wall_or_what_this_boot_has_lasted(play):
    then = moment(play, 0, 500)
    assert elapsed(then, moment(play, 90, 2, boot="b2")) == 90 * MINUTE
    assert elapsed(then, moment(play, 90, 2, trusted=False, boot="b2")) == 2 * MINUTE
    assert elapsed(replace(then, trusted=False), moment(play, 90, 2, boot="b2")) == 2 * MINUTE


def test_patience_does_not_hang_on_the_wall(play):
    then = moment(play, 0, 0)
    assert waited(then, moment(play, -600, 20)) == 20 * MINUTE
    assert waited(then, moment(play, 600, 20)) == 20 * MINUTE
    assert waited(then, moment(play, 90, 2, boot="b2")) == 90 * MINUTE
    assert waited(then, moment(play, 90, 2, trusted=False, boot="b2")) == 2 * MINUTE


# -- pushing ----------------------------------------------------------------------------------------------------------


def test_a_late_intake_pushes_the_next(play):
    pinemol(play, interval_min=210).at("8.55").open("morning")
    play.take(1, 1)
    assert play.at("12.10").life("noon") is Life.PLANNED  # would be due from 11.30
    assert play.open("noon") == ("too_early", "interval")
    assert play.at("12.26").life("noon") is Life.DUE
    assert play.open("noon") == ()


def test_past_its_latest_time_it_is_withheld_and_told(play):
    pinemol(play, interval_min=250).at("8.55").open("morning")
    play.take(1, 1)
    play.at("11.31")
    assert (play.life("noon"), play.record("noon").reason) == (Life.WITHHELD, "interval")
    assert play.alarms() == {"withheld/noon"}
    assert play.at("13.00").record("noon").final


def test_the_interval_counts_from_the_lid_shut(play):
    pinemol(play, interval_min=210).at("8.00").open("morning")
    play.lid(1, True)
    play.minutes(20)
    play.weight_mg -= 500
    play.lid(1, False)
    play.seconds(3)
    assert play.life("morning") is Life.TAKEN
    assert play.at("11.45").life("noon") is Life.PLANNED
    assert play.at("11.51").life("noon") is Life.DUE


def test_where_the_plan_is_silent_half_the_planned_gap(play):
    pinemol(play)
    play.at("9.00").resolve("morning", Life.DUE, "11.29")
    play.at("11.20").open("morning")
    play.take(1, 1)
    play.at("11.30")  # noon's window opens, and 2 hours from 11.20 are past its latest, 13.00
    assert (play.life("noon"), play.record("noon").reason) == (Life.WITHHELD, "interval")


def test_an_interval_of_nothing_is_said_by_the_plan(play):
    pinemol(play, interval_min=0)
    play.at("9.00").resolve("morning", Life.DUE, "12.00")
    play.at("11.29").open("morning")
    play.take(1, 1)
    assert play.at("11.31").open("noon") == ()


def test_another_ordination_of_the_same_substance_counts(play):
    play.accept(plan_of(ordination("a", MORNING, atc="N02BE01"), ordination("b", NOON, atc="N02BE01")))
    play.fill("morning", 1)
    play.at("8.00").open("morning")
    play.take(1, 1)
    assert left(play.at("9.00"), "noon") > timedelta(minutes=59)


def test_the_others_own_interval_counts_too(play):
    """The one taken says how far away the next of its substance must be, as well as the one to be taken."""
    play.accept(
        plan_of(ordination("a", MORNING, atc="N02BE01", interval_min=600), ordination("b", NOON, atc="N02BE01"))
    )
    play.fill("morning", 1)
    play.fill("noon", 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    assert play.at("11.30").record("noon").reason == "interval"


def test_a_plan_that_shortens_its_own_interval_is_believed(play):
    pinemol(play, interval_min=600).at("8.00").open("morning")
    play.take(1, 1)
    assert play.accept(plan_of(ordination("pinemol", MORNING, NOON, interval_min=180), version=2)) == ()
    assert play.at("11.30").life("noon") is Life.DUE


def test_another_substance_does_not_count(day):
    day.at("8.00").open("morning")
    day.take(1, 1)
    assert left(day, "noon") == timedelta()


@pytest.mark.parametrize("outcome", [Life.TAKEN, Life.GIVEN_BY_STAFF])
def test_a_named_persons_word_counts(play, outcome):
    pinemol(play, interval_min=210).at("8.00").open("morning")
    play.lid(1, True)
    play.die("boot-2", replace(play.sensed(), open_lids=frozenset()))
    assert play.resolve("morning", outcome) == ()
    assert left(play, "noon") == 210 * MINUTE


def test_taken_elsewhere_counts(play):
    pinemol(play, interval_min=210).at("8.30").do(c.SayTakenElsewhere(f"{DAY}/morning"))
    assert play.alarms() == {"taken_elsewhere/morning"}
    assert left(play, "noon") == 210 * MINUTE


def test_unresolved_counts_as_taken(play):
    """R2: uncertain is taken for the interval."""
    pinemol(play, interval_min=250).at("8.50").open("morning")
    play.lid(2, True)  # another lid: nobody knows what came from where
    assert play.life("morning") is Life.UNCERTAIN
    assert left(play, "noon") == 250 * MINUTE


def test_verified_by_name_as_not_taken_does_not_count_and_what_it_held_back_is_freed(play):
    pinemol(play, interval_min=250).at("8.50").open("morning")
    play.lid(1, True)
    play.die("boot-2", replace(play.sensed(), open_lids=frozenset()))
    assert play.life("morning") is Life.UNCERTAIN
    assert play.at("11.30").record("noon").reason == "interval"
    assert play.resolve("morning", Life.MISSED) == ()
    assert left(play, "noon") <= timedelta()
    assert play.life("noon") is Life.DUE


def test_a_due_one_is_withheld_as_soon_as_it_is_certain(play):
    """A missed noon, released and taken late, pushes the evening that is due already."""
    pinemol(play, NOON, EVENING, interval_min=180)
    play.at("13.00").resolve("noon", Life.DUE, "18.00")
    assert play.at("17.10").life("evening") is Life.DUE
    assert play.open("noon") == ()
    play.take(1, 1)
    assert (play.life("evening"), play.record("evening").reason) == (Life.WITHHELD, "interval")
    assert "withheld/evening" in play.alarms()


def test_put_back_does_not_count(play):
    pinemol(play, interval_min=250).at("8.50").open("morning")
    play.take(1, 0)
    assert play.life("morning") is Life.DUE
    assert left(play, "noon") == timedelta()


def test_put_back_at_the_second_opening_still_counts_from_the_first(play):
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, quantity=2, interval_min=210)))
    play.fill("morning", 1, 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    first = play.record("morning").handed_at
    play.at("8.40").open("morning")
    play.take(1, 0)
    assert play.life("morning") is Life.PARTLY_TAKEN
    assert play.record("morning").handed_at == first


def test_a_restart_hides_nothing(play):
    """R2 over a power cut, with the clock trusted and not."""
    pinemol(play, interval_min=210).at("8.50").open("morning")
    play.take(1, 1)
    play.wait(timedelta(hours=2)).die("boot-2")
    assert timedelta(minutes=80) < left(play, "noon") <= timedelta(minutes=90)
    play.trust(False)
    assert left(play, "noon") > timedelta(minutes=209)


def test_a_step_of_the_clock_hurries_nothing(play):
    """H5: three hours forward on the wall are no three hours."""
    pinemol(play, interval_min=210).at("8.30").open("morning")
    play.take(1, 1)
    play.step_wall(timedelta(hours=3))
    assert left(play, "noon") > timedelta(minutes=200)


def test_over_midnight(play):
    slots = tuple(s for s in plan_of().slots)
    night = ordination("pinemol", *(p for p in (MORNING,)), interval_min=1440)
    play.accept(plan_of(night, slots=slots))
    play.fill("morning", 1)
    play.at("8.50").open("morning")
    play.take(1, 1)
    tomorrow = DAY + timedelta(days=1)
    play.fill("morning", 2, day=tomorrow)
    assert play.at("7.00", tomorrow).life("morning", tomorrow) is Life.PLANNED
    assert play.at("8.49", tomorrow).life("morning", tomorrow) is Life.PLANNED
    assert play.at("8.51", tomorrow).life("morning", tomorrow) is Life.DUE


# -- what is only reminded --------------------------------------------------------------------------------------------


def insulin(play: Play, **more) -> Play:
    play.accept(plan_of(ordination("insulin", MORNING, NOON, handout=Handout.REMINDED, **more)))
    return play


def test_reminded_only_is_pushed_too(play):
    insulin(play, interval_min=210).at("8.50").do(c.Say(f"{DAY}/morning", True))
    assert play.life("morning") is Life.TAKEN
    assert play.at("12.00").life("noon") is Life.PLANNED
    assert play.do(c.Say(f"{DAY}/noon", True)) == ("not_now",)
    assert play.at("12.21").do(c.Say(f"{DAY}/noon", True)) == ()


def test_reminded_only_partly_said_counts(play):
    insulin(play, interval_min=210).at("8.50").do(c.Say(f"{DAY}/morning", False))
    assert play.life("morning") is Life.PARTLY_TAKEN
    assert left(play, "noon") == 210 * MINUTE


def test_a_word_too_close_is_refused(play):
    """Released late by a named person, the word of the one keeps the other, due already, apart."""
    insulin(play, interval_min=60)
    play.at("9.00").resolve("morning", Life.DUE, "12.30")
    play.at("11.40").do(c.Say(f"{DAY}/morning", True))
    assert play.do(c.Say(f"{DAY}/noon", True)) == ("interval",)
    assert play.at("12.41").do(c.Say(f"{DAY}/noon", True)) == ()


def test_what_is_boxed_is_not_taken_by_word(day):
    assert day.at("8.00").do(c.Say(f"{DAY}/morning", True)) == ("not_now",)


def test_a_record_of_a_week_ago_still_has_a_say(play):
    """A weekly dose: half its gap is longer than most journals would keep in memory."""
    weekly = ordination("trexan", MORNING)
    period = replace(weekly.dosage.periods[0], start=DAY, repeat_days=7)
    play.accept(plan_of(replace(weekly, dosage=replace(weekly.dosage, periods=(period,)))))
    play.fill("morning", 1)
    play.at("8.00").open("morning")
    play.take(1, 1)
    later = DAY + timedelta(days=7)
    play.at("6.00", later)
    assert play.record("morning").handed_at is not None
    assert left_of(play, later) == timedelta()


def test_what_was_given_long_after_its_time_is_remembered_as_long_as_it_matters(play):
    """Half of the planned gap to a morning given five days late reaches five days on, longer than its day is kept."""
    play.accept(plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED)))
    for n in range(6):
        play.at("9.00", DAY + timedelta(days=n))
        play.do(c.Acknowledge(f"not_taken/{DAY + timedelta(days=n)}/morning", "Ole"))
    play.resolve("morning", Life.GIVEN_BY_STAFF)
    for n in range(6, 10):
        play.at("9.00", DAY + timedelta(days=n))
    assert play.life("morning", DAY + timedelta(days=9)) is Life.WITHHELD
    assert play.at("8.59", DAY + timedelta(days=11)).life("morning", DAY + timedelta(days=11)) is Life.DUE


def left_of(play: Play, day: date) -> timedelta:
    return interval_left(play.state, play.record("morning", day).intake, play.now)


def test_a_correction_to_taken_counts(play):
    pinemol(play, interval_min=240).at("9.00")
    assert play.life("morning") is Life.MISSED
    play.do(c.Correct(f"{DAY}/morning", Life.TAKEN, "Sanne", "found the empty cup"))
    assert left(play, "noon") == 240 * MINUTE
    assert play.resolve("morning", Life.DUE, "10.00") == ("not_now",)
    assert play.resolve("morning", Life.GIVEN_BY_STAFF) == ()


def test_a_correction_to_missed_forgets_nothing(play):
    pinemol(play, interval_min=240).at("8.00").open("morning")
    play.take(1, 1)
    handed = play.record("morning").handed_at
    play.do(c.Correct(f"{DAY}/morning", Life.MISSED, "Sanne", "lay on the floor"))
    assert play.record("morning").handed_at == handed
    assert play.said(e.IntakeCorrected)[0].state == "missed"


def test_of_several_others_the_one_that_asks_for_the_longest_wait_holds(play):
    pinemol(play, MORNING, NOON, EVENING, interval_min=210)
    play.at("8.00").open("morning")
    play.take(1, 1)
    play.at("11.45").open("noon")
    play.take(2, 1)
    play.at("12.00")
    assert left(play, "evening") > 195 * MINUTE  # noon's; of morning's nothing is left
