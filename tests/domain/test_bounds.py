"""The last instant, the first milligram, who said it: where a rule's bound lies exactly. Most by mutation."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.decide import decide
from hub.domain.intake import Life, Moment
from hub.domain.interval import elapsed, interval_left
from hub.domain.plan import AsNeeded, DayDose, PartOfDay, Slot
from hub.domain.reading import RESOLUTION_MG, Removed, removed
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, SLOTS, TABLET_MG, Play, ordination, plan_of

MINUTE = timedelta(minutes=1)


def take(play: Play, slot: str, compartment: int, tablets: float = 1) -> Play:
    assert play.open(slot) == ()
    return play.take(compartment, tablets)


# -- how close (R2) ---------------------------------------------------------------------------------------------------


def test_across_boots_a_clock_set_back_takes_nothing_off_what_this_boot_has_lasted(play):
    then = Moment(play.now.wall, 500.0, True, "boot-1")
    assert elapsed(then, Moment(play.now.wall - 90 * MINUTE, 120.0, False, "boot-2")) == 2 * MINUTE


def test_only_what_two_share_says_how_far_apart_they_must_be(play):
    """The other medicine in the same cup has an interval of its own, with others."""
    play.accept(plan_of(
        ordination("pinemol", MORNING, NOON, interval_min=60), ordination("methotrexat", NOON, interval_min=600),
    ))  # fmt: skip
    play.fill("morning", 1)
    take(play.at("8.00"), "morning", 1)
    gone = play.record("morning").handed_at
    assert interval_left(play.state, play.record("noon").intake, play.now) == 60 * MINUTE - (play.now.wall - gone.wall)


def test_24_hours_to_the_second(play):
    """As needed: at 24 hours the first of them is a day ago."""
    para = ordination("para", as_needed=AsNeeded(Decimal(1), 1), interval_min=0)
    play.accept(plan_of(para))
    for n in (1, 2):
        play.do(c.FillCompartment(n, "as-needed/para", TABLET_MG, "Sanne"))
        play.weight_mg += TABLET_MG
    play.at("10.00").do(c.AskAsNeeded("para", "o1", play.sensed()))
    play.take(1, 1)
    gone = play.record("as-needed.1").handed_at.wall
    play.wait(gone + timedelta(hours=24) - timedelta(seconds=1) - play.now.wall)
    assert play.do(c.AskAsNeeded("para", "o2", play.sensed())) == ("most_taken",)
    assert play.seconds(1).do(c.AskAsNeeded("para", "o3", play.sensed())) == ()


# -- a plan over what was handed out (R2, R6) -------------------------------------------------------------------------


def test_all_that_was_handed_out_today_is_taken_off_not_only_the_last(play):
    play.accept(plan_of(ordination("a", MORNING), ordination("b", NOON)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    take(play.at("8.00"), "morning", 1)
    take(play.at("12.00"), "noon", 2)
    play.accept(plan_of(ordination("a", EVENING), ordination("b", NIGHT), version=2))
    assert [play.record(s).reason for s in ("evening", "night")] == ["handed_out", "handed_out"]


def test_what_a_named_person_released_is_not_taken_off(play):
    """She knows what was handed out, and has said that this one is to be had."""
    play.accept(plan_of(ordination("a", MORNING, NOON)))
    play.fill("morning", 1)
    take(play.at("8.00"), "morning", 1)
    play.at("13.00").resolve("noon", Life.DUE, "20.00")
    play.accept(plan_of(ordination("a", NOON, EVENING), version=2))
    assert play.life("noon") is Life.DUE
    assert play.record("evening").reason == "handed_out"


def test_what_left_the_box_at_midnight_is_todays(play):
    """The home day begins at 0.00, and so does what is taken off."""
    tomorrow = DAY + timedelta(days=1)
    play.accept(plan_of(ordination("a", NIGHT)))
    play.fill("night", 1)
    play.at("22.58").open("night")
    play.now = replace(play.now, wall=datetime(2026, 3, 12, 23, tzinfo=UTC), monotonic_s=play.now.monotonic_s + 120)
    play.do(c.MoveLid(1, True))
    play.do(c.MoveLid(1, False))
    assert play.record("night").handed_at.wall == datetime(2026, 3, 12, 23, tzinfo=UTC)
    play.accept(plan_of(ordination("a", MORNING), version=2))
    assert play.record("morning", tomorrow).reason == "handed_out"


# -- offered and stopped (R6) -----------------------------------------------------------------------------------------


def test_valid_from_this_instant_is_valid(play):
    assert play.accept(plan_of(ordination("a", MORNING), valid_from=play.now.wall)) == ()
    assert play.state.plan is not None


def test_a_refusal_says_which_document(day):
    day.do(c.OfferPlan("0123456789abcdef", None, ("no signature",)))
    assert day.said(e.PlanRefused)[0].digest == "0123456789abcdef"


def test_a_plan_that_cannot_be_served_tells_of_the_first_alone(day):
    parts = zip(day.state.plan.ordinations, (MORNING, NOON, EVENING, NIGHT), strict=True)
    changed = [ordination(o.id, part, quantity=2) for o, part in parts]
    bodies = decide(day.state, c.OfferPlan("d", plan_of(*changed, version=2)), day.now)
    assert [b.intake for b in bodies if isinstance(b, e.AlarmRaised)] == [f"{DAY}/morning"]


def test_a_plan_that_lifts_a_stop_is_judged_without_it(day):
    """What it says itself counts, before it is in force: no alarm for what it frees."""
    day.do(c.StopOrdinations(("levodopa",), day.now.wall, "Dr. Holm", ""))
    day.do(c.Acknowledge(f"cannot_serve/{DAY}/noon", "Sanne"))
    day.minutes(2)
    day.accept(plan_of(*day.state.plan.ordinations, version=2, issued=day.now.wall))
    assert day.alarms() == set()


def test_an_intake_over_this_instant_is_no_longer_told_of(day):
    running = day.state.plan.ordinations
    day.now = replace(day.now, wall=day.record("morning").intake.latest_at)
    changed = plan_of(ordination("metformin", MORNING, quantity=2), *running[1:], version=2)
    bodies = decide(day.state, c.OfferPlan("d", changed), day.now)
    assert not [b for b in bodies if isinstance(b, e.AlarmRaised)]


def test_a_stop_of_the_plans_own_instant_counts(day):
    issued = day.state.plan.issued
    assert day.do(c.StopOrdinations(("levodopa",), issued, "Dr. Holm", "INR 8")) == ()
    (stopped,) = day.said(e.OrdinationsStopped)
    assert (stopped.ordinations, stopped.issued, stopped.by, stopped.reason) == (
        ("levodopa",), issued, "Dr. Holm", "INR 8",
    )  # fmt: skip


def test_on_a_time_nobody_vouches_for_a_stop_keeps_its_own(day):
    """A clock gone back would date it before the plan, and the next plan would lift it."""
    at = day.now.wall
    day.step_wall(timedelta(days=-400), trusted=False)
    day.do(c.StopOrdinations(("levodopa",), at, "Dr. Holm", ""))
    assert day.state.stops == {"levodopa": at}


def test_a_stop_before_any_plan_is_written_whole(play):
    bodies = decide(play.state, c.StopOrdinations(("a",), play.now.wall, "Dr. Holm", ""), play.now)
    assert [type(b) for b in bodies] == [e.OrdinationsStopped]


# -- weight (R13) -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gone_mg", "verdict"), [
    (RESOLUTION_MG, Removed.NOTHING), (RESOLUTION_MG + 1, Removed.LESS), (-RESOLUTION_MG, Removed.NOTHING),
    (-RESOLUTION_MG - 1, Removed.UNSURE), (500 + RESOLUTION_MG, Removed.AS_EXPECTED),
    (500 + RESOLUTION_MG + 1, Removed.UNSURE), (500 - RESOLUTION_MG, Removed.AS_EXPECTED),
    (500 - RESOLUTION_MG - 1, Removed.UNSURE), (500 - 2 * RESOLUTION_MG, Removed.UNSURE),
    (500 - 2 * RESOLUTION_MG - 1, Removed.LESS),
])  # fmt: skip
def test_to_the_milligram(gone_mg, verdict):
    assert removed(20_000, 20_000 - gone_mg, 500, 1) is verdict


# -- windows and waits ------------------------------------------------------------------------------------------------


def offered_at_its_last_instant(day: Play) -> Play:
    """Withdrawn this morning; a plan that has it again comes exactly when its time is over."""
    running = day.state.plan.ordinations
    day.accept(plan_of(*running[1:], version=2))
    assert day.said(e.IntakeWithdrawn)[0].reason == "plan_changed"
    day.at("8.59")
    day.now = replace(day.now, wall=day.now.wall + MINUTE, monotonic_s=day.now.monotonic_s + 60)
    day.accept(plan_of(*running, version=3))
    return day


def test_over_is_over_when_a_plan_comes_at_that_instant(day):
    offered_at_its_last_instant(day)
    assert (day.life("morning"), day.record("morning").final) == (Life.WITHDRAWN, True)
    assert not day.said(e.IntakeRestored)


def test_what_is_over_stays_over_and_what_is_not_does_not(day):
    day.accept(plan_of(*day.state.plan.ordinations[1:], version=2))
    day.at("9.00")
    day.accept(plan_of(*day.state.plan.ordinations, version=3))
    assert (day.record("morning").final, day.record("noon").final) == (True, False)


def test_a_reading_exactly_a_second_after_the_lid_counts(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.weight_mg -= TABLET_MG
    day.lid(1, False)
    assert day.seconds(0.9).life("morning") is Life.OPEN
    shut = day.state.opening.shut_at.monotonic_s
    day.now = replace(day.now, monotonic_s=shut + 1.0)
    day.tick()
    assert day.life("morning") is Life.TAKEN


def test_after_exactly_ten_seconds_the_citizen_is_asked(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.stable = False
    day.lid(1, False)
    assert not day.seconds(9.9).said(e.WordAsked)
    day.now = replace(day.now, monotonic_s=day.state.opening.shut_at.monotonic_s + 10.0)
    day.tick()
    assert day.said(e.WordAsked)[0] == e.WordAsked(intake=f"{DAY}/morning", reason="scale_unsure")


def test_released_for_twelve_hours_and_no_longer(day):
    day.at("9.00")
    until = day.now.wall + timedelta(hours=12)
    assert day.do(c.Resolve(f"{DAY}/morning", Life.DUE, "Sanne", until + MINUTE)) == ("latest_wrong",)
    assert day.do(c.Resolve(f"{DAY}/morning", Life.DUE, "Sanne", until)) == ()


def test_a_lid_left_open_is_told_when_its_minutes_are_over_and_which(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    opened = day.state.opening.opened_at.monotonic_s
    day.now = replace(day.now, monotonic_s=opened + 299.9)
    day.tick()
    assert day.alarms() == set()
    day.now = replace(day.now, monotonic_s=opened + 300.0)
    day.tick()
    (told,) = day.state.living_alarms()
    assert (told.code, told.compartment) == (e.AlarmCode.LID_LEFT_OPEN, 1)


def test_what_left_and_what_is_left_are_written(play):
    play.accept(plan_of(ordination("a", MORNING, quantity=2)))
    play.fill("morning", 1, 2)
    take(play.at("8.00"), "morning", 1, 1.25)
    assert play.said(e.IntakePartlyTaken) == [e.IntakePartlyTaken(
        intake=f"{DAY}/morning", evidence=e.Evidence.REMOVED, removed_mg=625, remaining_mg=375,
    )]  # fmt: skip


def test_promised_for_the_windows_very_end_both_are_told_then(day):
    day.at("8.30").do(c.Promise(f"{DAY}/morning", day.record("morning").intake.latest_at, "Sanne"))
    day.at("9.00")
    assert {a.code for a in day.state.living_alarms()} == {"not_given", "not_taken"}


# -- a lid that does not move (R1, R13) -------------------------------------------------------------------------------


def since_the_pulse(day: Play, seconds: float) -> Play:
    """So long after the latest pulse, to the float."""
    pulsed = day.state.opening.pulsed_at
    day.now = replace(day.now, monotonic_s=pulsed.monotonic_s + seconds, wall=pulsed.wall + timedelta(seconds=seconds))
    day.tick()
    return day


def test_three_seconds_and_then_the_next_pulse(day):
    day.at("8.00").open("morning")
    assert len(since_the_pulse(day, 2.9).said(e.PulseRequested)) == 1
    opening = day.state.opening.id
    since_the_pulse(day, 3.0)
    assert day.said(e.PulseRequested)[1] == e.PulseRequested(
        intake=f"{DAY}/morning", opening=opening, compartment=1, number=2,
    )  # fmt: skip


def test_a_reading_a_second_after_the_pulse_will_do_and_an_earlier_one_will_not(day):
    day.at("8.00").open("morning")
    pulsed = day.state.opening.pulsed_at.monotonic_s
    day.now = replace(day.now, monotonic_s=pulsed + 4)
    for at_s, pulses in ((pulsed + 0.9, 0), (pulsed + 1.0, 1)):
        sensed = replace(day.sensed(), reading=replace(day.sensed().reading, at_s=at_s))
        bodies = decide(day.state, c.Tick(sensed), day.now)
        assert len([b for b in bodies if isinstance(b, e.PulseRequested)]) == pulses


def test_after_exactly_ten_seconds_without_a_reading_it_is_a_fault(day):
    day.at("8.00").open("morning")
    day.stable = False
    assert since_the_pulse(day, 9.9).life("morning") is Life.OPENING
    assert since_the_pulse(day, 10.0).life("morning") is Life.WITHHELD


@pytest.mark.parametrize(("gone_mg", "state"), [(RESOLUTION_MG, Life.OPENING), (RESOLUTION_MG + 1, Life.UNCERTAIN)])
def test_the_scale_contradicts_the_lid_beyond_its_resolution(day, gone_mg, state):
    day.at("8.00").open("morning")
    day.weight_mg -= gone_mg
    since_the_pulse(day, 3.0)
    assert day.life("morning") is state
    if state is Life.UNCERTAIN:
        assert day.record("morning").reason == "lid_did_not_move"


def test_opened_once_more_the_question_is_asked_anew(play):
    """Whoever was asked and opens again has not answered: what is weighed after that counts."""
    play.accept(plan_of(ordination("a", MORNING)))
    play.do(c.FillCompartment(1, f"{DAY}/morning", None, "Sanne"))
    play.weight_mg += TABLET_MG
    play.at("8.00").open("morning")
    play.take(1, 0)
    assert len(play.said(e.WordAsked)) == 1
    play.lid(1, True)
    assert play.state.opening.asked_at is None
    play.lid(1, False)
    play.seconds(2)
    assert len(play.said(e.WordAsked)) == 2


# -- since when -------------------------------------------------------------------------------------------------------


def test_since_when_it_is_what_it_is(day):
    """Of a change of state, not of whatever was said meanwhile."""
    day.at("11.30")
    due = day.record("noon").since
    assert due == day.now
    day.at("11.40").do(c.Snooze(f"{DAY}/noon"))
    assert day.record("noon").since == due
    day.at("13.00")
    assert (day.life("noon"), day.record("noon").since) == (Life.MISSED, day.now)


def test_before_is_where_it_waited_not_what_came_between(day):
    """Put back, it is due again as it was; that it was put off says nothing of that."""
    day.do(c.RequestOpening(f"{DAY}/noon", "o1", day.sensed(), "Sanne"))
    assert day.record("noon").before is Life.PLANNED
    day.take(2, 0)
    assert day.life("noon") is Life.PLANNED
    day.at("12.00")
    assert day.record("noon").before is Life.PLANNED  # that it fell due is no leaving


def test_a_plan_counts_from_the_instant_it_is_valid(play):
    """A slot of last night's, at exactly that instant, after midnight."""
    slots = (*SLOTS[:4], Slot(id="nat", time=time(0, 30), part=PartOfDay.NIGHT, window_min=120, next_day=True))
    play.accept(plan_of(ordination("a", MORNING), slots=slots))
    tomorrow = DAY + timedelta(days=1)
    play.at("0.30", tomorrow)
    late = {"slots": slots, "valid_from": play.now.wall}
    play.accept(plan_of(ordination("a", MORNING), ordination("statin", NIGHT), version=2, **late))
    assert f"{DAY}/nat" in play.state.records


def test_two_doses_of_a_substance_in_one_intake_are_two(play):
    """Taken off by amount: one of the two that left the box still keeps one of the evening's away."""
    play.accept(plan_of(ordination("a", MORNING, atc="N02BE01"), ordination("b", MORNING, atc="N02BE01")))
    play.fill("morning", 1, 2)
    take(play.at("8.00"), "morning", 1, 2)
    play.accept(plan_of(
        ordination("c", NOON, atc="N02BE01"), ordination("d", EVENING, atc="N02BE01"), version=2,
    ))  # fmt: skip
    assert [play.record(s).reason for s in ("noon", "evening")] == ["handed_out", "handed_out"]


def test_a_day_is_planned_once_and_since_then(day):
    assert len(day.said(e.DayPlanned)) == 1
    assert {r.planned_by for r in day.state.records.values()} == {1}
    assert all(r.since.wall <= day.now.wall for r in day.state.records.values())
    day.at("12.00")
    assert len(day.said(e.DayPlanned)) == 1


# -- which days, and what of them (R3, R6, H7) ------------------------------------------------------------------------


@pytest.mark.parametrize(("clock", "morning"), [("7.59", True), ("8.00", True), ("8.01", False)])
def test_the_first_plan_comes_late_and_what_is_over_since_it_was_valid_is_told(play, clock, morning):
    """Nobody was given this morning's: that it came late is no reason to say nothing."""
    hour, minute = map(int, clock.split("."))
    play.at("10.30")
    play.accept(plan_of(ordination("a", MORNING, NOON), valid_from=datetime(2026, 3, 12, hour - 1, minute, tzinfo=UTC)))
    assert (f"{DAY}/morning" in play.state.records) is morning
    assert ("cannot_serve/morning" in play.alarms()) is morning


def test_a_plan_in_the_day_plans_that_day_and_no_other(day):
    day.at("10.00").accept(plan_of(*day.state.plan.ordinations, version=2))
    assert [b.day for b in day.said(e.DayPlanned)] == [DAY, DAY]


def test_a_plan_in_the_day_does_not_bring_what_was_over_before_it(day):
    now = day.at("10.30").now.wall
    slots = (Slot(id="early", time=time(6, 30)), *SLOTS)
    days = {1: (DayDose(quantity=Decimal(1), at=time(6, 30)),)}
    noons = ordination("b", NOON)
    period = replace(noons.dosage.periods[0], days=days)
    added = replace(noons, dosage=replace(noons.dosage, periods=(period,)))
    plan = plan_of(*day.state.plan.ordinations, added, version=2, slots=slots, valid_from=now)
    assert day.accept(plan) == ()
    assert f"{DAY}/early" not in day.state.records
