"""A plan comes while things lie ready, wait, are open or are taken: the commonest cause of incidents (R6, R7, H6)."""

from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.plan import Handout, Outside, PartOfDay, Slot, Verdict
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, SLOTS, Play, codes, ordination, plan_of

STOPPED = plan_of(ordination("ramipril", EVENING), version=2)  # metformin, morning's, is stopped


def change(play: Play, *ordinations, **more) -> Play:
    assert play.accept(plan_of(*ordinations, version=(play.state.plan.version + 1), **more)) == ()
    return play


# -- accepted or refused ----------------------------------------------------------------------------------------------


def test_refused_whole_with_every_reason(day):
    running = day.state.plan
    older = plan_of(version=1, issued=datetime(2027, 1, 1, tzinfo=UTC))
    assert day.do(c.OfferPlan("0123456789abcdef", older, ("signed by another",))) == ()
    refused = day.said(e.PlanRefused)[0]
    assert refused.version == 1
    assert refused.reasons == ("signed by another", "version 1 is not newer than 1")
    assert day.alarms() == {"plan_refused/0123456789ab"}
    assert day.state.plan is running


def test_one_that_cannot_be_read(play):
    assert play.do(c.OfferPlan("d", None, ("no signature",))) == ()
    assert play.said(e.PlanRefused)[0].version is None
    assert play.state.plan is None


def test_the_same_again_is_nothing(day):
    assert day.do(c.OfferPlan(day.state.plan.digest, day.state.plan)) == ()
    assert len(day.said(e.PlanAccepted)) == 1
    assert not day.said(e.PlanRefused)


def test_a_forged_twin_of_the_running_version_is_refused(day):
    day.do(c.OfferPlan("other", replace(day.state.plan, digest="other")))
    assert day.said(e.PlanRefused)[0].reasons == ("version 1 is not newer than 1",)


def test_not_understood_is_told_as_critical_as_it_was_inside(day):
    """R6."""
    outside = tuple(Outside(o, o, Verdict.NOT_UNDERSTOOD, "free text") for o in ("levodopa", "salve"))
    on_hold = Outside("ramipril", "Ramipril", Verdict.ON_HOLD, "paused")
    change(day, ordination("metformin", MORNING), outside=(*outside, on_hold))
    found = {a.id: a.criticality for a in day.state.living_alarms() if a.code == "not_understood"}
    assert found == {"not_understood/2/levodopa": "high", "not_understood/2/salve": "low"}


def test_the_first_plan_tells_what_it_does_not_understand(play):
    salve = Outside("salve", "Salve", Verdict.NOT_UNDERSTOOD, "smøres tyndt")
    play.accept(plan_of(ordination("metformin", MORNING), outside=(salve,)))
    assert play.alarms() == {"not_understood/1/salve"}


def test_what_is_before_the_plans_time_is_not_of_it(play):
    plan = plan_of(ordination("a", MORNING, NOON), valid_from=datetime(2026, 3, 12, 9, tzinfo=UTC))
    play.at("10.30")
    play.accept(plan)
    assert {i.split("/")[1] for i in play.state.records} == {"noon"}


# -- what lies ready --------------------------------------------------------------------------------------------------


def test_the_first_intake_that_cannot_be_served_alarms_at_once(day):
    """R7."""
    change(day, ordination("metformin", MORNING), ordination("ramipril", EVENING, quantity=2))
    assert day.alarms() >= {"cannot_serve/evening"}
    assert day.state.alarms[f"cannot_serve/{DAY}/evening"].intake == f"{DAY}/evening"


def test_an_intake_of_another_day_alarms_too(day):
    tomorrow = DAY + timedelta(days=1)
    assert day.fill("morning", 7, day=tomorrow) == ()
    change(day, *day.state.plan.ordinations[1:], ordination("metformin", MORNING, quantity=2))
    assert f"cannot_serve/{DAY}/morning" in day.state.alarms
    day.at("9.00")
    change(day, *day.state.plan.ordinations[1:], ordination("metformin", MORNING, quantity=3))
    assert f"cannot_serve/{tomorrow}/morning" in day.state.alarms


def test_what_can_be_served_is_no_alarm(day):
    change(day, *day.state.plan.ordinations)
    assert day.alarms() == set()


def test_not_filled_alarms_when_its_window_opens(play):
    play.accept(plan_of(ordination("a", MORNING)))
    assert play.alarms() == set()
    play.at("7.00")
    assert (play.life("morning"), play.record("morning").reason) == (Life.WITHHELD, "not_filled")
    assert play.alarms() == {"cannot_serve/morning"}
    assert play.at("9.00").record("morning").final


# -- what waits -------------------------------------------------------------------------------------------------------


def test_a_planned_one_moved_is_the_same_intake(day):
    moved = tuple(replace(s, time=time(20)) if s.id == "evening" else s for s in SLOTS)
    change(day, *day.state.plan.ordinations, slots=moved)
    assert day.at("18.30").life("evening") is Life.PLANNED
    assert day.at("20.00").open("evening") == ()


def test_a_planned_one_no_longer_planned_is_withdrawn_and_told(day):
    day.accept(STOPPED)
    assert day.life("morning") is Life.WITHDRAWN
    assert day.alarms() == {"withdrawn/morning", "withdrawn/noon", "withdrawn/night"}
    assert day.at("9.00").record("morning").final
    assert day.resolve("morning", Life.GIVEN_BY_STAFF) == ()


def test_a_due_one_no_longer_planned_is_withdrawn(day):
    day.at("8.00").accept(STOPPED)
    assert day.life("morning") is Life.WITHDRAWN
    assert day.open("morning") == ("not_now",)


def test_plan_and_window_at_one_moment(day):
    """Withdrawn and due in one breath would be a journal nobody can read."""
    day.now = replace(day.now, wall=day.now.wall + timedelta(hours=1), monotonic_s=day.now.monotonic_s + 3600)
    day.accept(STOPPED)
    assert day.life("morning") is Life.WITHDRAWN


def test_withdrawn_then_planned_again(day):
    running = day.state.plan.ordinations
    day.at("8.00").accept(STOPPED)
    change(day, *running)
    assert day.life("morning") is Life.DUE
    assert day.life("noon") is Life.PLANNED
    assert day.open("morning") == ()


def test_withdrawn_for_good_does_not_come_back_too_late(day):
    running = day.state.plan.ordinations
    day.accept(STOPPED)
    day.at("9.30")
    change(day, *running)
    assert (day.life("morning"), day.record("morning").final) == (Life.WITHDRAWN, True)
    assert day.life("noon") is Life.PLANNED


def test_withdrawn_for_good_and_planned_again_for_later_comes_back(day):
    """Its time had been over; the plan gives it a new one."""
    running = day.state.plan.ordinations
    day.accept(STOPPED)
    day.at("9.30")
    change(day, *running, slots=tuple(replace(s, time=time(11)) if s.id == "morning" else s for s in SLOTS))
    assert not day.record("morning").final
    assert day.at("11.00").open("morning") == ()


def test_contents_changed_while_due_is_told_refused_and_refilled(day):
    day.at("8.00")
    change(day, ordination("metformin", MORNING, quantity=2), *day.state.plan.ordinations[1:])
    assert day.alarms() == {"cannot_serve/morning"}
    assert day.open("morning") == ("contents_changed",)
    assert day.empty(1, 1) == ()
    assert day.fill("morning", 1, 2) == ()
    assert day.open("morning") == ()


def test_withheld_and_no_longer_planned_is_not_brought_back_by_a_fill(day):
    """A stopped medicine must not come due because somebody fills its compartment."""
    day.empty(1, 1)
    day.at("7.30")
    assert day.life("morning") is Life.WITHHELD
    day.accept(STOPPED)
    assert day.life("morning") is Life.WITHDRAWN
    assert day.fill("morning", 1) == ("not_now",)
    assert len([a for a in day.said(e.AlarmRaised) if a.intake == f"{DAY}/morning"]) == 1  # told once


def test_a_slot_after_midnight_belongs_to_yesterday_and_changes_too(play):
    """H7: the plan changes at ten past twelve, and the night's intake of the day before still waits."""
    slots = (*SLOTS[:4], Slot(id="nat", time=time(0, 30), part=PartOfDay.NIGHT, window_min=120, next_day=True))
    play.accept(plan_of(ordination("statin", NIGHT), ordination("a", MORNING), slots=slots))
    play.fill("nat", 1)
    tomorrow = DAY + timedelta(days=1)
    play.at("0.10", tomorrow)
    change(play, ordination("a", MORNING), slots=slots)
    assert play.life("nat") is Life.WITHDRAWN
    assert play.at("0.40", tomorrow).open("nat") == ("not_now",)
    assert play.state.planned_day == tomorrow


def test_a_new_slot_of_last_night_is_not_lost(play):
    slots = (*SLOTS[:4], Slot(id="nat", time=time(0, 30), part=PartOfDay.NIGHT, window_min=120, next_day=True))
    play.accept(plan_of(ordination("a", MORNING), slots=slots))
    tomorrow = DAY + timedelta(days=1)
    play.at("0.10", tomorrow)
    change(play, ordination("a", MORNING), ordination("statin", NIGHT), slots=slots)
    assert play.life("nat") is Life.PLANNED
    assert play.at("2.30", tomorrow).record("nat").final


# -- what is open, left, declined, missed -----------------------------------------------------------------------------


def test_an_open_one_finishes_under_its_plan(day):
    """R6."""
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.accept(STOPPED)
    assert day.life("morning") is Life.OPEN
    day.weight_mg -= 500
    day.lid(1, False)
    assert day.seconds(2).life("morning") is Life.TAKEN


def test_an_open_one_put_back_is_then_withdrawn(day):
    """H6: the next touch is under the plan in force."""
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.accept(STOPPED)
    day.lid(1, False)
    day.seconds(2)
    assert day.life("morning") is Life.WITHDRAWN
    assert "withdrawn/morning" in day.alarms()


def test_an_opening_that_died_is_then_withdrawn(day):
    day.at("8.00").open("morning")
    day.accept(STOPPED)
    day.die()
    assert day.life("morning") is Life.WITHDRAWN


def partly(play: Play) -> Play:
    play.accept(plan_of(ordination("pinemol", MORNING, quantity=2), ordination("b", NIGHT)))
    play.fill("morning", 1, 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    assert play.life("morning") is Life.PARTLY_TAKEN
    return play


@pytest.mark.parametrize("changed", [(), (ordination("pinemol", MORNING, quantity=1),)], ids=["stopped", "less"])
def test_what_is_left_of_a_changed_one_stays_where_it_is(play, changed):
    """The life table: once more, if not stopped or held meanwhile."""
    change(partly(play), *changed, ordination("b", NIGHT))
    assert (play.life("morning"), play.record("morning").final) == (Life.PARTLY_TAKEN, True)
    assert "partly_taken/morning" in play.alarms()
    assert play.open("morning")[0] == "too_late"


def test_what_is_left_of_an_unchanged_one_is_opened_once_more(play):
    change(partly(play), ordination("pinemol", MORNING, quantity=2), ordination("b", NIGHT, quantity=3))
    assert play.open("morning") == ()


def test_declined_stopped_and_mind_changed(day):
    day.at("8.00").do(c.Decline(f"{DAY}/morning", "other"))
    day.accept(STOPPED)
    assert day.life("morning") is Life.DECLINED
    day.do(c.ChangeMind(f"{DAY}/morning"))
    assert day.life("morning") is Life.WITHDRAWN


def test_missed_stopped_and_released(day):
    """A release gives time, not a stopped medicine."""
    day.at("9.00").accept(STOPPED)
    assert day.life("morning") is Life.MISSED
    day.resolve("morning", Life.DUE, "11.00")
    assert day.life("morning") is Life.WITHDRAWN


def test_released_and_then_stopped(day):
    day.at("9.00").resolve("morning", Life.DUE, "11.00")
    day.accept(STOPPED)
    assert day.life("morning") is Life.WITHDRAWN


def test_a_released_one_keeps_its_time_and_gets_its_contents(day):
    day.at("9.00").resolve("morning", Life.DUE, "11.00")
    change(day, ordination("metformin", MORNING, quantity=2), *day.state.plan.ordinations[1:])
    assert day.at("10.30").open("morning") == ("contents_changed",)
    day.empty(1, 1)
    day.fill("morning", 1, 2)
    assert day.open("morning") == ()


# -- what was handed out (R2) -----------------------------------------------------------------------------------------


def taken_in_the_morning(play: Play, *parts: PartOfDay, **more) -> Play:
    play.accept(plan_of(ordination("pinemol", *(parts or (MORNING,)), **more)))
    play.fill("morning", 1, int(more.get("quantity", 1)))
    play.at("8.00").open("morning")
    return play.take(1, int(more.get("quantity", 1)))


def test_a_slot_renamed_hands_nothing_out_again(play):
    """H6, R2: v2 calls eight o'clock by another name; what was taken was that."""
    taken_in_the_morning(play)
    renamed = tuple(replace(s, id="m2") if s.id == "morning" else s for s in SLOTS)
    change(play, ordination("pinemol", MORNING), slots=renamed)
    assert (play.life("m2"), play.record("m2").reason) == (Life.WITHHELD, "handed_out")
    assert play.alarms() == {"withheld/m2"}
    assert play.fill("m2", 5) == ()
    assert play.life("m2") is Life.WITHHELD  # a fill does not end that
    assert play.open("m2") == ("not_now",)
    assert play.resolve("m2", Life.DUE, "9.30") == ()  # a named person may


def test_a_dose_moved_to_another_round_is_not_handed_out_again(play):
    change(taken_in_the_morning(play), ordination("pinemol", EVENING))
    assert play.record("evening").reason == "handed_out"


def test_what_may_have_been_handed_out_counts_over_a_change_too(play):
    """R2: uncertain counts as taken."""
    play.accept(plan_of(ordination("pinemol", MORNING)))
    play.fill("morning", 1)
    play.at("8.00").open("morning")
    play.lid(1, True)
    play.lid(2, True)
    assert play.life("morning") is Life.UNCERTAIN
    change(play, ordination("pinemol", EVENING))
    assert play.record("evening").reason == "handed_out"


def test_only_as_much_as_was_handed_out_is_taken_off(play):
    change(taken_in_the_morning(play), ordination("pinemol", EVENING, NIGHT))
    assert (play.life("evening"), play.life("night")) == (Life.WITHHELD, Life.PLANNED)


def test_more_than_the_plan_now_asks_for_is_taken_off_the_next(play):
    change(
        taken_in_the_morning(play, MORNING, EVENING, quantity=2), ordination("pinemol", MORNING, EVENING, quantity=1)
    )
    assert (play.life("morning"), play.life("evening")) == (Life.TAKEN, Life.WITHHELD)


def test_the_same_substance_under_another_ordination_is_taken_off(play):
    taken_in_the_morning(play, atc="N02BE01")
    change(play, ordination("panodil", NOON, atc="N02BE01"))
    assert play.record("noon").reason == "handed_out"


def test_an_ordination_replaced_at_the_same_intake_is_one_to_one(play):
    taken_in_the_morning(play, atc="N02BE01")
    change(play, ordination("panodil", MORNING, EVENING, atc="N02BE01"))
    assert play.life("evening") is Life.PLANNED


def test_an_unchanged_plan_takes_nothing_off(play):
    change(taken_in_the_morning(play, MORNING, EVENING), ordination("pinemol", MORNING, EVENING), ordination("b", NOON))
    assert play.life("evening") is Life.PLANNED


def test_yesterdays_are_not_todays(play):
    taken_in_the_morning(play)
    play.at("6.00", DAY + timedelta(days=1))
    change(play, ordination("pinemol", NOON))
    assert play.life("noon", DAY + timedelta(days=1)) is Life.PLANNED


def test_withheld_for_its_fill_and_then_for_what_was_handed_out(play):
    """The second reason stands when the first has ended."""
    taken_in_the_morning(play, MORNING, NOON)
    assert play.at("11.45").record("noon").reason == "not_filled"
    change(play, ordination("pinemol", NOON))
    assert play.record("noon").reason == "handed_out"
    assert play.fill("noon", 2) == ()
    assert play.life("noon") is Life.WITHHELD
    before = len(play.log)
    change(play, ordination("pinemol", NOON))
    assert "IntakeWithheld" not in codes(play.log[before:])


def test_withdrawn_and_back_but_handed_out_meanwhile(play):
    taken_in_the_morning(play, MORNING, NOON)
    change(play, ordination("pinemol", MORNING))
    assert play.life("noon") is Life.WITHDRAWN
    change(play, ordination("pinemol", NOON))
    assert (play.life("noon"), play.record("noon").reason) == (Life.WITHHELD, "handed_out")


def test_a_withdrawn_one_whose_time_is_over_is_left(play):
    taken_in_the_morning(play, MORNING, NOON)
    change(play, ordination("pinemol", MORNING))
    play.at("13.30")
    change(play, ordination("pinemol", NOON, EVENING))
    assert (play.life("noon"), play.life("evening")) == (Life.WITHDRAWN, Life.WITHHELD)


def test_what_is_only_reminded_is_counted_too(play):
    play.accept(plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED)))
    play.at("8.00").do(c.Say(f"{DAY}/morning", True))
    change(play, ordination("insulin", NOON, handout=Handout.REMINDED))
    assert play.record("noon").reason == "handed_out"


def test_a_released_one_is_a_named_persons_word(play):
    taken_in_the_morning(play, MORNING, NOON)
    play.fill("noon", 2)
    play.at("13.00").resolve("noon", Life.DUE, "15.00")
    change(play, ordination("pinemol", NOON, EVENING))
    assert play.life("noon") is Life.DUE


def test_a_plan_after_the_clock_went_back_a_day(play):
    """A day planned ahead of the calendar is no endless replanning."""
    taken_in_the_morning(play)
    play.at("6.00", DAY + timedelta(days=1))
    play.step_wall(timedelta(days=-1))
    change(play, ordination("pinemol", NIGHT))
    assert play.state.planned_day == DAY + timedelta(days=1)
    assert play.life("night") is Life.WITHHELD


@pytest.mark.parametrize(("valid_in_h", "waits"), [(0, False), (-5, False), (1, True)])
def test_on_a_doubted_clock_a_plan_is_valid_that_was_when_it_was_issued(day, valid_in_h, waits):
    """R5, R6: a hub that woke up in 1970 must not keep back what is long valid, nor begin what may not be yet."""
    day.step_wall(timedelta(days=-365 * 50), trusted=False)
    issued = datetime(2026, 3, 12, 6, tzinfo=UTC)
    plan = plan_of(ordination("b", MORNING), version=2, issued=issued, valid_from=issued + timedelta(hours=valid_in_h))
    day.do(c.OfferPlan(plan.digest, plan))
    assert day.state.plan.version == (1 if waits else 2)
    assert bool(day.state.next_plan) is waits
    day.minutes(1)
    assert day.state.plan.version == (1 if waits else 2)
    day.step_wall(timedelta(days=365 * 50), trusted=True)
    assert day.state.plan.version == 2 or day.now.wall < plan.valid_from


def test_withheld_withdrawn_and_asked_for_again_it_waits_for_its_fill(play):
    """The state before is the one it waited in, whatever kept it back on the way."""
    change_to = [plan_of(ordination("a", NOON), version=1), plan_of(ordination("b", EVENING), version=2),
                 plan_of(ordination("a", NOON), version=3)]  # fmt: skip
    play.accept(change_to[0])
    assert (play.at("11.35").life("noon"), play.record("noon").reason) == (Life.WITHHELD, "not_filled")
    play.accept(change_to[1])
    assert play.life("noon") is Life.WITHDRAWN
    play.accept(change_to[2])
    play.fill("noon", 1)
    assert play.minutes(1).life("noon") is Life.DUE
