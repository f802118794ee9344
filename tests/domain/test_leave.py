"""Away from the box: an outing, a weekend with somebody, hospital. What nobody answers for is told (H27, H33)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import next_look
from hub.domain.intake import Life
from hub.domain.interval import interval_left
from hub.domain.leave import Leave, LeaveKind
from hub.outputs import Outputs, outputs
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, Play, ordination, plan_of

OUTING, WEEKEND, HOSPITAL = LeaveKind
TOMORROW = DAY + timedelta(days=1)
HOUR = timedelta(hours=1)


def home(clock: str, day: date = DAY) -> datetime:
    """A home wall time in winter."""
    hour, minute = (int(x) for x in clock.split("."))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - HOUR


def leave(play: Play, kind: LeaveKind, until: datetime | None = None, **more: object) -> tuple[str, ...]:
    """Begun now unless said otherwise; a weekend's with Karen."""
    responsible = "Karen" if kind is WEEKEND else ""
    fields = {"begins_at": play.now.wall, "ends_at": until, "by": "Sanne", "responsible": responsible, **more}
    return play.do(c.BeginLeave(Leave(**{"id": f"l{play.state.seq}", "kind": kind, **fields})))


def back(play: Play, named: bool = True) -> tuple[str, ...]:
    return play.do(c.EndLeave("Sanne" if named else "Inge", named))


def all_day(play: Play, kind: LeaveKind, until: datetime | None = None, **more: object) -> Play:
    assert leave(play, kind, until, **more) == ()
    return play


# -- agreed upon ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "longest"), [(OUTING, timedelta(hours=24)), (WEEKEND, timedelta(days=7))])
def test_it_has_an_end_and_that_is_near(day, kind, longest):
    """H27: nobody has to remember to end it."""
    assert leave(day, kind) == ("latest_wrong",)
    assert leave(day, kind, day.now.wall) == ("latest_wrong",)
    assert leave(day, kind, day.now.wall + longest + timedelta(seconds=1)) == ("latest_wrong",)
    assert day.state.leave is None
    assert leave(day, kind, day.now.wall + longest) == ()


def test_an_end_before_its_beginning_is_none(day):
    ahead = {"begins_at": home("18.00", TOMORROW)}
    assert leave(day, OUTING, home("20.00"), **ahead) == ("latest_wrong",)
    assert leave(day, OUTING, home("20.00", TOMORROW), **ahead) == ()


def test_a_weekend_needs_somebody_who_has_said_yes(day):
    """H27."""
    assert leave(day, WEEKEND, home("18.00", TOMORROW), responsible="") == ("staff_only",)
    assert leave(day, OUTING, home("18.00"), responsible="") == ()


def test_nobody_knows_when_a_stay_in_hospital_ends(day):
    """H33: it does not end by itself, so it has no end to begin with."""
    assert leave(day, HOSPITAL, home("18.00", TOMORROW)) == ("latest_wrong",)
    assert leave(day, HOSPITAL) == ()
    assert day.state.leave.ends_at is None


def test_one_at_a_time(day):
    all_day(day, OUTING, home("12.00"))
    assert leave(day, WEEKEND, home("18.00", TOMORROW)) == ("already",)
    assert back(day, named=False) == ()
    assert leave(day, WEEKEND, home("18.00", TOMORROW)) == ()


def test_a_stay_in_hospital_takes_the_place_of_a_weekend(day):
    all_day(day, WEEKEND, home("18.00", TOMORROW))
    begun = day.state.leave.id
    assert leave(day, HOSPITAL) == ()
    assert [(b.leave, b.by) for b in day.said(e.LeaveEnded)] == [(begun, "Sanne")]
    assert day.state.away(day.now.wall) is HOSPITAL
    assert leave(day, HOSPITAL) == ("already",)
    assert leave(day, OUTING, home("18.00")) == ("already",)


def test_there_is_none_to_end(day):
    assert back(day) == ("no_such",)


def test_agreed_ahead_it_counts_from_its_beginning(day):
    all_day(day, OUTING, home("20.00"), begins_at=home("12.10"))
    assert day.at("8.00").open("morning") == ()
    day.take(1, 1)
    assert day.at("12.05").state.away(day.now.wall) is None
    assert next_look(day.state, day.now) == home("12.10")
    assert day.at("12.10").open("noon") == ("on_leave",)


def test_from_its_first_instant_until_its_last():
    agreed = Leave("l1", OUTING, home("8.00"), "Inge", home("9.00"))
    before = timedelta.resolution
    around = (home("8.00") - before, home("8.00"), home("9.00") - before, home("9.00"))
    assert [agreed.covers(t) for t in around] == [False, True, True, False]


# -- while away -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LeaveKind)
def test_the_box_stays_shut(day, kind):
    """H27: while somebody else has the medicine, the box does not give it as well."""
    all_day(day.at("8.00"), kind, None if kind is HOSPITAL else home("20.00"))
    assert "on_leave" in day.open("morning")
    assert "on_leave" in day.open("noon", early_by="Sanne")
    assert not day.said(e.PulseRequested)


@pytest.mark.parametrize("kind", [OUTING, WEEKEND])
def test_nothing_calls_in_an_empty_home(day, kind):
    day.at("8.00")
    assert outputs(day.state, day.now) != Outputs()
    all_day(day, kind, home("8.30"))
    assert day.life("morning") is Life.DUE
    assert outputs(day.state, day.now) == Outputs()
    day.at("8.30")
    assert outputs(day.state, day.now).tone is not None


def test_it_ends_by_itself(day):
    all_day(day, OUTING, home("8.30"))
    day.at("8.29")
    assert "on_leave" in day.open("morning")
    assert next_look(day.state, day.now) == home("8.30")
    day.at("8.30")
    assert day.state.leave is None
    assert day.said(e.LeaveEnded)[0].by is None
    assert day.open("morning") == ()


@pytest.mark.parametrize("kind", [OUTING, WEEKEND])
def test_the_citizen_who_is_home_again_ends_it(day, kind):
    all_day(day, kind, home("20.00"))
    assert back(day.at("8.00"), named=False) == ()
    assert day.said(e.LeaveEnded)[0].by == "Inge"
    assert not day.said(e.FillDoubted)
    assert day.open("morning") == ()


# -- an outing --------------------------------------------------------------------------------------------------------


def test_what_an_outing_leaves_in_the_box_is_missed_and_told(day):
    all_day(day, OUTING, home("20.00")).at("9.00")
    assert day.life("morning") is Life.MISSED
    assert day.alarms() == {"not_taken/morning"}


def test_what_was_taken_along_has_its_answer_to_come(day):
    """H28: one intake, out of the box; silence is not known."""
    assert day.at("8.00").open("noon", early_by="Sanne") == ()
    day.take(2, 1)
    all_day(day, OUTING, home("20.00")).at("13.00")
    assert day.life("noon") is Life.NOT_KNOWN
    assert {"not_known/noon"} <= day.alarms()


# -- a weekend --------------------------------------------------------------------------------------------------------


def test_what_nobody_answers_for_on_a_weekend_is_not_known_and_told(day):
    """H27: somebody may have given it; it counts as taken for R2 and as not taken for alarms."""
    all_day(day, WEEKEND, home("18.00", TOMORROW)).at("9.00")
    assert day.life("morning") is Life.NOT_KNOWN
    assert day.record("morning").handed_at.wall == home("9.00")
    assert day.alarms() == {"not_known/morning"}
    assert day.state.fills[1].doubted == "not_known"
    assert day.resolve("morning", Life.TAKEN) == ()


def test_handed_out_early_for_the_weekend_and_silent_is_not_known(day):
    day.at("10.00").open("noon", early_by="Sanne")
    day.take(2, 1)
    all_day(day, WEEKEND, home("18.00", TOMORROW)).at("13.00")
    assert day.life("noon") is Life.NOT_KNOWN


def test_what_was_emptied_for_the_weekend_may_be_given_there(day):
    """R2: the compartment is empty because Karen has the tablet; "not filled" would let the box give it again."""
    day.empty(1, 1)
    all_day(day, WEEKEND, home("18.00", TOMORROW)).at("9.00")
    assert day.life("morning") is Life.NOT_KNOWN
    assert day.record("morning").handed_at is not None


def test_on_a_weekend_the_box_does_not_say_when_the_next_is_given(play):
    """R2: Karen knows nothing of an interval counted here; each may have been given, and the last one counts."""
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, EVENING, interval_min=360)))
    all_day(play, WEEKEND, home("17.30")).at("9.00")
    assert play.at("11.30").life("noon") is Life.DUE  # six hours from 9.00 would be past its latest
    play.at("17.30")
    assert [play.life(s) for s in ("morning", "noon")] == [Life.NOT_KNOWN, Life.NOT_KNOWN]
    assert interval_left(play.state, play.record("evening").intake, play.now) > HOUR
    play.at("18.00")
    assert play.life("evening") is not Life.DUE


def test_a_stopped_medicine_is_told_on_a_weekend_too(day):
    all_day(day, WEEKEND, home("18.00", TOMORROW))
    day.do(c.StopOrdinations(("metformin",), day.now.wall, "Dr. Holm", "INR"))
    assert day.at("7.00").record("morning").reason == "stopped"
    assert "cannot_serve/morning" in day.alarms()


@pytest.mark.parametrize("sleeps", [False, True])
def test_a_window_that_ends_with_the_weekend_is_of_the_weekend(day, sleeps):
    """The hub looks at once, or after hours without power: the intake becomes the same."""
    all_day(day, WEEKEND, home("9.00"))
    if sleeps:
        day.now = replace(day.now, wall=home("11.00"), monotonic_s=5.0, boot="boot-2")
        day.die()
    else:
        day.at("9.00")
    assert day.life("morning") is Life.NOT_KNOWN
    assert day.state.leave is None
    assert day.record("noon").state is Life.PLANNED


def test_a_weekend_without_power_is_settled_before_it_ends(day):
    """R2, R3: what Karen may have given is not "missed" because the hub was not there to see it."""
    all_day(day, WEEKEND, home("18.30", TOMORROW)).at("9.00")
    day.now = replace(day.now, wall=home("20.00", TOMORROW), monotonic_s=5.0, boot="boot-2")
    day.die()
    during = [day.life(s) for s in ("noon", "evening", "night")] + [day.life(s, TOMORROW) for s in ("morning", "noon")]
    assert during == [Life.NOT_KNOWN] * 5
    assert day.life("evening", TOMORROW) is not Life.NOT_KNOWN  # 19.00, and home since 18.30
    assert day.state.leave is None
    assert f"not_known/{TOMORROW}/noon" in day.state.alarms


# -- in hospital ------------------------------------------------------------------------------------------------------


def test_in_hospital_each_is_withheld_without_an_alarm(day):
    """H33: others give it, and staff know."""
    all_day(day, HOSPITAL).at("22.00")
    assert {s: (day.life(s), day.record(s).reason) for s in ("morning", "noon", "evening", "night")} == {
        s: (Life.WITHHELD, "hospital") for s in ("morning", "noon", "evening", "night")
    }
    assert day.alarms() == set()


def test_what_is_due_already_is_withheld_when_the_stay_begins(day):
    all_day(day.at("8.10"), HOSPITAL)
    assert (day.life("morning"), day.record("morning").reason) == (Life.WITHHELD, "hospital")
    assert day.at("9.00").record("morning").final


def test_what_is_not_filled_does_not_alarm_during_the_stay(play):
    play.accept(plan_of(ordination("a", MORNING)))
    all_day(play, HOSPITAL).at("9.00")
    assert play.alarms() == set()


def test_what_was_given_there_keeps_the_next_one_away(play):
    """R2: counted as taken, at its window's beginning."""
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, interval_min=300)))
    play.fill("noon", 1)
    all_day(play, HOSPITAL).at("7.10")
    assert play.record("morning").handed_at.wall == home("7.10")
    back(play.at("11.00"))
    assert interval_left(play.state, play.record("noon").intake, play.now) == home("12.10") - play.now.wall


def test_only_staff_say_that_the_citizen_is_home_from_hospital(day):
    all_day(day, HOSPITAL)
    assert back(day.at("11.00"), named=False) == ("staff_only",)
    assert day.state.away(day.now.wall) is HOSPITAL
    assert back(day) == ()


def test_at_its_end_every_fill_is_doubted_and_must_be_looked_at(day):
    """H33: who knows what was done with the box meanwhile."""
    day.lid(4, True)
    day.lid(4, False)
    all_day(day.at("10.00"), HOSPITAL)
    back(day.at("11.00"))
    assert {n: f.doubted for n, f in day.state.fills.items()} == {
        1: "hospital", 2: "hospital", 3: "hospital", 4: "lid_opened",
    }  # fmt: skip
    assert day.at("11.31").record("noon").reason == "fill_doubted"
    assert "cannot_serve/noon" in day.alarms()
    assert "fill_doubted" in day.open("noon")
    day.empty(2, 1)
    assert day.fill("noon", 2) == ()
    assert day.open("noon") == ()


def test_nothing_comes_back_by_itself(day):
    """What hospital may have given is not due again because its window is still open."""
    all_day(day, HOSPITAL).at("8.00")
    back(day.at("8.10"))
    assert day.alarms() == {"withheld/morning"}  # staff decide, and know that they must
    day.empty(1, 1)
    assert day.fill("morning", 1) == ()
    day.minutes(5)
    assert day.life("morning") is Life.WITHHELD
    assert day.open("morning") == ("not_now",)
    assert day.resolve("morning", Life.DUE, "9.00") == ()  # a named person knows that it was not given there
    assert day.open("morning") == ()


def test_home_again_only_what_hospital_kept_back_is_told(day):
    day.empty(2, 1)
    day.at("11.31")
    assert day.record("noon").reason == "not_filled"
    all_day(day, HOSPITAL).at("11.35")
    back(day.at("11.40"))
    assert "withheld/noon" not in day.alarms()


def test_nor_by_plans_that_come_and_go(day):
    """R2: withdrawn by one plan and asked for by the next, it is still what hospital may have given."""
    running = day.state.plan.ordinations
    all_day(day, HOSPITAL).at("7.30")
    day.accept(plan_of(*running[1:], version=2))
    assert day.life("morning") is Life.WITHDRAWN
    back(day.at("8.00"))
    day.accept(plan_of(*running, version=3))
    day.empty(1, 1)
    day.minutes(1)
    assert day.life("morning") is Life.WITHDRAWN
    assert day.open("morning") == ("not_now", "not_filled")


def test_home_meets_a_changed_plan(day):
    """H33, R2: the morning's was given in hospital; the new plan asks for it at noon, and it is not given twice."""
    all_day(day, HOSPITAL).at("10.00")
    day.accept(plan_of(ordination("metformin", NOON), ordination("ramipril", EVENING, quantity=2), version=2))
    back(day)
    assert (day.life("noon"), day.record("noon").reason) == (Life.WITHHELD, "handed_out")
    assert day.at("17.00").record("evening").reason in ("fill_doubted", "contents_changed")
    day.empty(3, 1)
    assert day.fill("evening", 3, 2) == ()
    assert day.open("evening") == ()


def test_a_stay_agreed_ahead_ends_a_weekend_only_by_taking_its_place(day):
    all_day(day, HOSPITAL, begins_at=home("10.00", TOMORROW))
    assert day.at("8.00").open("morning") == ()
    day.take(1, 1)
    day.at("7.00", TOMORROW)
    assert day.life("morning", TOMORROW) is Life.WITHHELD  # not filled, and told: still at home
    assert day.at("11.30", TOMORROW).record("noon", TOMORROW).reason == "hospital"


def test_longer_than_anything_is_kept(day):
    """Three weeks: nothing grows, nothing alarms, and home is an ordinary day."""
    all_day(day, HOSPITAL)
    for n in range(1, 22):
        day.at("23.30", DAY + timedelta(days=n))
    assert day.alarms() == set()
    assert len(day.state.records) < 50
    back(day)
    last = DAY + timedelta(days=22)
    day.at("1.00", last)
    day.empty(1, 1)
    assert day.fill("morning", 1, day=last) == ()
    assert day.at("7.30", last).open("morning", last) == ()  # 8.30, in April


def test_a_stay_without_power_is_no_burst_of_alarms(day):
    """H33: the plug was pulled meanwhile; each day's intakes are withheld as if the hub had looked."""
    all_day(day, HOSPITAL).at("22.30")
    day.now = replace(day.now, wall=home("10.00", DAY + timedelta(days=4)), monotonic_s=5.0, boot="boot-2")
    day.die()
    assert day.alarms() == set()
    lives = {(r.state, r.reason) for r in day.state.records.values() if r.intake.opens_at <= day.now.wall}
    assert lives == {(Life.WITHHELD, "hospital")}


def test_what_was_given_without_power_counts_from_its_own_time(play):
    """R2: not from when the hub woke up, or the first dose at home would wait for one given days ago."""
    play.accept(plan_of(ordination("pinemol", MORNING, EVENING, interval_min=480)))
    all_day(play, HOSPITAL)
    play.now = replace(play.now, wall=home("16.30", TOMORROW), monotonic_s=5.0, boot="boot-2")
    play.die()
    assert play.record("morning", TOMORROW).handed_at.wall == home("9.00", TOMORROW)
    assert interval_left(play.state, play.record("evening", TOMORROW).intake, play.now) == HOUR / 2


def test_longer_without_power_than_is_told_day_by_day_is_told_in_one(day):
    """R11: a box that was dead for eleven days says so, whoever was in hospital."""
    all_day(day, HOSPITAL).at("22.30")
    day.now = replace(day.now, wall=home("10.00", DAY + timedelta(days=12)), monotonic_s=5.0, boot="boot-2")
    day.die()
    assert [a.split("/")[0] for a in day.alarms()] == ["not_taken"]


# -- what else may happen meanwhile -----------------------------------------------------------------------------------


def test_it_outlives_a_restart(day):
    all_day(day, WEEKEND, home("18.00", TOMORROW))
    day.die("boot-2")
    assert "on_leave" in day.at("8.00").open("morning")
    assert day.at("9.00").life("morning") is Life.NOT_KNOWN


def test_a_doubted_clock_neither_ends_nor_uses_it(day):
    """R5: nothing follows from a time nobody vouches for; vouched for again, it has ended."""
    all_day(day, OUTING, home("8.30"))
    day.step_wall(timedelta(hours=20), trusted=False)
    assert day.state.leave is not None
    day.step_wall(timedelta(hours=-20))
    assert day.state.leave is not None
    assert day.at("8.30").state.leave is None


def test_the_night_of_summer_time(play):
    """R4: 29 March has 23 hours; leave is said in instants, the intakes in home time."""
    sunday = date(2026, 3, 29)
    play.accept(plan_of(ordination("a", MORNING, NIGHT)))
    play.at("20.00", sunday - timedelta(days=1))
    all_day(play, WEEKEND, datetime(2026, 3, 29, 6, 30, tzinfo=UTC))  # 8.30 in summer time
    play.wait(datetime(2026, 3, 29, 6, 29, tzinfo=UTC) - play.now.wall)
    assert play.life("night", sunday - timedelta(days=1)) is Life.NOT_KNOWN
    assert play.record("morning", sunday).intake.latest_at == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert play.state.away(play.now.wall) is WEEKEND
    play.minutes(1)
    assert play.state.leave is None
    play.fill("morning", 1, day=sunday)
    assert play.life("morning", sunday) is Life.DUE
    assert play.open("morning", sunday) == ()


def test_an_opening_under_way_is_finished(day):
    day.at("8.00").open("morning")
    all_day(day, HOSPITAL)
    day.take(1, 1)
    assert day.life("morning") is Life.TAKEN


def test_partly_taken_keeps_what_is_left_for_the_staff(play):
    play.accept(plan_of(ordination("a", MORNING, quantity=2)))
    play.fill("morning", 1, 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    all_day(play, HOSPITAL)
    assert play.open("morning") == ("on_leave",)
    assert play.at("9.00").alarms() == {"partly_taken/morning"}


def test_a_year_ahead_is_the_furthest(day):
    far = day.now.wall + timedelta(days=366)
    assert leave(day, OUTING, far + 2 * HOUR, begins_at=far + timedelta(seconds=1)) == ("latest_wrong",)
    assert leave(day, OUTING, far + 2 * HOUR, begins_at=far) == ()


def test_a_touch_on_an_old_screen_takes_back_nothing_that_is_agreed(day):
    """The citizen is home again only from what has begun; staff may take back any."""
    all_day(day, OUTING, home("20.00"), begins_at=home("12.00"))
    assert back(day, named=False) == ("not_now",)
    assert back(day) == ()
