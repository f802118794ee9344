"""One dose when the citizen wants it: never closer than its interval, never more than its most (R2, p.n.)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import follow
from hub.domain.decide import decide
from hub.domain.intake import AS_NEEDED, Life
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import AsNeeded, Handout, Ordination
from tests.domain.play import DAY, EVENING, MORNING, NOON, TABLET_MG, Play, codes, ordination, plan_of

MINUTE = timedelta(minutes=1)


def para(*parts, most: int = 4, interval_min: int | None = 240, oid: str = "para", **more: object) -> Ordination:
    """Paracetamol as needed, and at some parts of the day besides."""
    fields = {"as_needed": AsNeeded(Decimal(1), most), "interval_min": interval_min, "atc": "N02BE01", **more}
    return ordination(oid, *parts, **fields)


def ready(play: Play, *ordinations: Ordination, compartments: int = 6) -> Play:
    """So many compartments with one dose each of the first ordination."""
    plan = plan_of(*(ordinations or (para(),)))
    assert play.accept(plan) == ()
    for n in range(1, compartments + 1):
        assert put_in(play, n, plan.ordinations[0].id) == ()
    return play


def put_in(play: Play, compartment: int, oid: str = "para") -> tuple[str, ...]:
    reasons = play.do(c.FillCompartment(compartment, AS_NEEDED + oid, TABLET_MG, "Sanne"))
    play.weight_mg += 0 if reasons else TABLET_MG
    return reasons


def ask(play: Play, oid: str = "para") -> tuple[str, ...]:
    play._openings += 1
    return play.do(c.AskAsNeeded(oid, f"o{play._openings}", play.sensed()))


def number(play: Play) -> int:
    assert play.state.opening is not None
    return play.state.opening.compartment


def had(play: Play, oid: str = "para") -> Play:
    """Asked for, opened, taken."""
    assert ask(play, oid) == ()
    return play.take(number(play), 1)


# -- asked for --------------------------------------------------------------------------------------------------------


def test_asked_and_opened_in_one_commit(play):
    ready(play)
    bodies = decide(play.state, c.AskAsNeeded("para", "o1", play.sensed()), play.now)
    assert follow(play.state, bodies[0], play.now).records[f"{DAY}/as-needed.1"].since == play.now
    assert codes(bodies) == ["AsNeededAsked", "OpeningRequested", "PulseRequested"]
    asked, opening, pulse = bodies
    assert asked.asked.id == opening.intake == pulse.intake == f"{DAY}/as-needed.1"
    assert asked.compartment == opening.compartment == 1
    assert opening.expected_mg == TABLET_MG


@pytest.mark.parametrize("why", ["clock", "journal", "lid_open", "weight_unstable", "on_leave", "stopped"])
def test_or_nothing_at_all(play, why):
    """No intake is left behind by a wish that could not be met."""
    ready(play)
    if why == "clock":
        play.trust(False)
    elif why == "journal":
        play.do(c.DoubtJournal("shortened"))
    elif why == "lid_open":
        play.lid(9, True)
    elif why == "weight_unstable":
        play.stable = False
    elif why == "stopped":
        play.do(c.StopOrdinations(("para",), play.now.wall, "Dr. Holm", ""))
    else:
        play.do(c.BeginLeave(Leave("l1", LeaveKind.OUTING, play.now.wall, "Inge", play.now.wall + 60 * MINUTE)))
    before = play.state
    assert ask(play) == (why,)
    assert play.state is before
    assert not play.said(e.AsNeededAsked)


def test_while_another_compartment_opens_it_waits(play):
    ready(play, para(), ordination("metformin", MORNING))
    play.fill("morning", 9)
    play.at("8.00").open("morning")
    assert ask(play) == ("another_opening",)


def test_taken_it_is_an_intake_like_any_other(play):
    had(ready(play).at("10.00"))
    record = play.record("as-needed.1")
    assert (record.state, record.handed_at.wall >= play.now.wall - MINUTE) == (Life.TAKEN, True)
    assert 1 not in play.state.fills
    assert play.alarms() == set()
    assert play.at("10.30").record("as-needed.1").final


def test_of_two_compartments_of_the_same_one_is_opened(play):
    had(ready(play, compartments=2).at("8.00"))
    assert set(play.state.fills) == {2}
    had(play.at("12.01"))
    assert play.state.fills == {}
    assert ask(play.at("16.10")) == ("not_filled",)


def test_one_that_is_not_vouched_for_is_passed_over(play):
    ready(play, compartments=2)
    play.lid(1, True)
    play.lid(1, False)
    assert play.state.fills[1].doubted == "lid_opened"
    assert ask(play) == ()
    assert number(play) == 2


@pytest.mark.parametrize("oid", ["metformin", "nothing"])
def test_what_is_not_as_needed_is_not_asked_for(play, oid):
    ready(play, para(), ordination("metformin", MORNING))
    assert ask(play, oid) == ("no_such",)


def test_before_any_plan(play):
    assert ask(play) == ("no_such",)
    assert put_in(play, 1) == ("no_such",)


def test_filled_one_to_a_compartment_and_only_what_lies_in_one(play):
    ready(play, para(), para(oid="drops", handout=Handout.REMINDED), compartments=1)
    assert put_in(play, 1) == ("occupied",)
    assert put_in(play, 2, "drops") == ("no_such",)
    assert put_in(play, 2, "metformin") == ("no_such",)
    assert put_in(play, 2) == ()


def test_its_name_is_no_intake(play):
    """The fill's name opens nothing, and nothing can be said of it."""
    ready(play)
    name = AS_NEEDED + "para"
    assert play.do(c.RequestOpening(name, "o1", play.sensed())) == ("no_such",)
    assert play.do(c.Resolve(name, Life.DUE, "Sanne")) == ("no_such",)


def test_a_lid_opened_by_key_doubts_it_as_any_other(play):
    ready(play, compartments=1)
    play.lid(1, True)
    play.lid(1, False)
    assert play.alarms() == {"tamper/1"}
    assert ask(play) == ("not_filled",)


# -- how close, and how many ------------------------------------------------------------------------------------------


def test_never_closer_than_its_interval(play):
    had(ready(play).at("8.00"))
    taken_s = 5  # the lid shut
    assert ask(play.at("12.00")) == ("interval",)
    assert ask(play.seconds(taken_s)) == ()


def test_where_the_plan_is_silent_an_even_share_of_the_day(play):
    had(ready(play, para(most=3, interval_min=None)).at("8.00"))
    assert ask(play.at("15.59")) == ("interval",)
    assert ask(play.at("16.01")) == ()


def test_no_interval_is_said_by_the_plan_and_then_the_most_holds(play):
    ready(play, para(most=3, interval_min=0)).at("8.00")
    for _ in range(3):
        had(play)
    assert ask(play) == ("most_taken",)


def test_the_most_in_rolling_24_hours(play):
    """Not four before midnight and four after."""
    ready(play, compartments=6).at("10.00")
    for clock in ("10.00", "14.10", "18.20", "22.30"):
        had(play.at(clock))
    tomorrow = DAY + timedelta(days=1)
    assert ask(play.at("2.40", tomorrow)) == ("most_taken",)
    assert ask(play.at("10.00", tomorrow)) == ("most_taken",)
    assert ask(play.at("10.01", tomorrow)) == ()


def test_the_most_on_the_home_day_of_25_hours(play):
    """25 October: from 00.30 in summer time to 23.45 in winter time is 24 h 15 min, and one home day."""
    sunday = date(2026, 10, 25)
    play.now = play.now.__class__(datetime(2026, 10, 24, 20, tzinfo=UTC), 1000.0, True, "boot-1")
    ready(play, para(most=2, interval_min=60))
    first = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 00.30 on the Sunday
    had(play.wait(first - play.now.wall))
    had(play.wait(timedelta(hours=2)))
    play.wait(first + timedelta(hours=24, minutes=15) - play.now.wall)
    assert {r.intake.day for r in play.state.records.values() if r.handed_at} == {sunday}
    assert ask(play) == ("most_taken",)
    play.minutes(16)  # past midnight; the second was 22 hours ago
    assert ask(play) == ()


def test_a_clock_set_forward_brings_none(play):
    """R2: elapsed is the lesser of wall and monotonic."""
    had(ready(play, para(most=1, interval_min=0)).at("10.00"))
    play.step_wall(timedelta(hours=30))
    assert ask(play) == ("most_taken",)


def test_another_ordination_of_the_substance_counts(play):
    """Two p.n. ordinations of paracetamol are one paracetamol."""
    ready(play, para(most=2, interval_min=60), para(oid="panodil", most=2, interval_min=60), compartments=2)
    put_in(play, 5, "panodil")
    had(had(play.at("8.00")).at("9.10"))
    assert ask(play.at("10.20"), "panodil") == ("most_taken",)


def test_scheduled_doses_of_another_ordination_count(play):
    fixed = ordination("panodil", MORNING, atc="N02BE01", interval_min=60)
    ready(play, para(most=1, interval_min=60), fixed)
    play.fill("morning", 9)
    play.at("8.00").open("morning")
    play.take(9, 1)
    assert ask(play.at("10.00")) == ("most_taken",)


def test_fixed_doses_of_its_own_ordination_do_not(play):
    """They were prescribed beside each other; the interval holds all the same."""
    ready(play, para(MORNING, most=1))
    play.fill("morning", 9)
    play.at("8.00").open("morning")
    play.take(9, 1)
    assert ask(play.at("10.00")) == ("interval",)
    assert ask(play.at("12.10")) == ()


def test_another_medicine_does_not_count(play):
    ready(play, para(most=1), ordination("metformin", MORNING, atc="A10BA02"))
    play.fill("morning", 9)
    play.at("8.00").open("morning")
    play.take(9, 1)
    assert ask(play) == ()


@pytest.mark.parametrize("how", ["uncertain", "not_known"])
def test_what_nobody_can_say_of_counts_as_taken(play, how):
    ready(play, para(most=1, interval_min=0, ask_word=True)).at("8.00")
    ask(play)
    play.lid(1, True)
    if how == "uncertain":
        play.lid(5, True)
        play.lid(5, False)
        play.lid(1, False)
    else:
        play.weight_mg -= TABLET_MG
        play.lid(1, False)
        play.seconds(2)
        play.minutes(11)
    assert play.life("as-needed.1") == how
    assert f"{how}/as-needed.1" in play.alarms()
    assert ask(play) == ("most_taken",)


def test_a_scheduled_one_of_the_substance_is_pushed(play):
    """R2: by what was had in between."""
    fixed = ordination("panodil", NOON, atc="N02BE01", interval_min=240)
    ready(play, para(), fixed)
    play.fill("noon", 9)
    had(play.at("8.30"))
    assert play.at("12.20").life("noon") is Life.PLANNED
    assert play.open("noon") == ("too_early", "interval")
    assert play.at("12.31").open("noon") == ()


def test_or_withheld_and_told(play):
    fixed = ordination("panodil", NOON, atc="N02BE01", interval_min=240)
    had(ready(play, para(), fixed).at("11.00"))
    play.fill("noon", 9)
    assert play.at("11.30").record("noon").reason == "interval"
    assert play.alarms() == {"withheld/noon"}


# -- put back, said no to, died in ------------------------------------------------------------------------------------


def put_back(play: Play) -> Play:
    assert ask(play) == ()
    return play.take(number(play), 0)


def test_put_back_it_may_be_had_for_a_while_without_asking_again(play):
    put_back(ready(play).at("10.00"))
    assert play.life("as-needed.1") is Life.DUE
    assert play.at("10.29").open("as-needed.1") == ()
    play.take(1, 1)
    assert play.life("as-needed.1") is Life.TAKEN


def test_put_back_and_left_it_is_withdrawn_in_silence_and_there_for_the_next_time(play):
    put_back(ready(play, compartments=1).at("10.00"))
    play.at("10.30")
    assert (play.life("as-needed.1"), play.record("as-needed.1").reason) == (Life.WITHDRAWN, "not_wanted")
    assert play.alarms() == set()
    assert play.record("as-needed.1").handed_at is None
    assert ask(play) == ()
    assert play.state.opening.intake == f"{DAY}/as-needed.2"


def test_said_no_to_it_is_there_for_the_next_time(play):
    """Nobody's plan is refused: no alarm, and no compartment lost."""
    put_back(ready(play, compartments=1).at("10.00"))
    assert play.do(c.Decline(f"{DAY}/as-needed.1", "changed my mind")) == ()
    assert (play.life("as-needed.1"), play.alarms()) == (Life.WITHDRAWN, set())
    assert ask(play) == ()


def test_put_back_while_another_of_the_substance_is_taken_it_is_withdrawn_in_silence(play):
    fixed = ordination("panodil", MORNING, atc="N02BE01", interval_min=240)
    ready(play, para(), fixed, compartments=1)
    play.fill("morning", 9)
    put_back(play.at("8.00")).open("morning")
    play.take(9, 1)
    assert play.life("as-needed.1") is Life.WITHDRAWN
    assert play.alarms() == set()
    assert ask(play.at("12.10")) == ()


def test_a_plan_between_withdraws_what_was_put_back_and_it_is_asked_for_anew(play):
    put_back(ready(play, compartments=1).at("10.00"))
    assert play.accept(plan_of(para(), version=2)) == ()
    assert play.life("as-needed.1") is Life.WITHDRAWN
    assert play.alarms() == set()
    assert ask(play) == ()


def test_a_plan_between_that_has_it_no_more(play):
    put_back(ready(play).at("10.00"))
    play.accept(plan_of(ordination("metformin", MORNING), version=2))
    assert play.life("as-needed.1") is Life.WITHDRAWN
    assert ask(play) == ("no_such",)


def test_a_plan_that_changes_it_serves_no_old_contents(play):
    """R7."""
    ready(play)
    play.accept(plan_of(para(as_needed=AsNeeded(Decimal(2), 4)), version=2))
    assert ask(play) == ("not_filled",)


def test_a_restart_in_the_opening_with_the_lid_shut(play):
    """R1: nothing left; it may be had for the rest of its half hour."""
    ready(play, compartments=1).at("10.00")
    ask(play)
    play.die("boot-2")
    assert play.life("as-needed.1") is Life.DUE
    assert len(play.said(e.PulseRequested)) == 1
    assert play.open("as-needed.1") == ()


def test_a_restart_in_the_opening_with_weight_gone(play):
    ready(play, para(most=1, interval_min=0)).at("10.00")
    ask(play)
    play.weight_mg -= TABLET_MG
    play.die("boot-2")
    assert play.life("as-needed.1") is Life.UNCERTAIN
    assert play.alarms() == {"uncertain/as-needed.1"}
    assert ask(play) == ("most_taken",)


def test_a_lid_that_does_not_move_is_a_fault_that_is_told(play):
    ready(play).at("10.00")
    ask(play)
    for _ in range(30):
        play.seconds(1)
    assert play.life("as-needed.1") is Life.WITHHELD
    assert play.alarms() == {"opening_fault/as-needed.1"}
    assert len(play.said(e.PulseRequested)) == 3


def test_a_stay_in_hospital_begun_in_its_half_hour(play):
    """H33: it was put back, so it was not had here; the box stays shut."""
    put_back(ready(play).at("10.00"))
    play.do(c.BeginLeave(Leave("l1", LeaveKind.HOSPITAL, play.now.wall, "Sanne")))
    assert play.life("as-needed.1") is Life.WITHDRAWN
    assert ask(play) == ("on_leave",)


# -- days and plans ---------------------------------------------------------------------------------------------------


def test_two_a_day_have_names_of_their_own(play):
    had(had(ready(play).at("8.00")).at("12.10"))
    assert {r.intake.slot for r in play.state.records.values()} == {"as-needed.1", "as-needed.2"}


def test_over_midnight_each_belongs_to_its_own_day(play):
    ready(play, para(interval_min=10))
    put_back(play.at("23.50"))
    tomorrow = DAY + timedelta(days=1)
    play.at("0.10", tomorrow)
    assert play.life("as-needed.1") is Life.DUE  # its half hour is not over
    assert ask(play) == ()
    assert play.state.opening.intake == f"{tomorrow}/as-needed.1"
    play.take(number(play), 1)
    assert play.at("0.20", tomorrow).life("as-needed.1") is Life.WITHDRAWN


def test_planning_the_day_anew_keeps_what_was_had(play):
    """The numbers go on, the interval too."""
    had(ready(play).at("10.00"))
    play.accept(plan_of(para(), ordination("metformin", EVENING), version=2))
    assert play.life("as-needed.1") is Life.TAKEN
    assert ask(play) == ("interval",)
    assert ask(play.at("14.10")) == ()
    assert play.state.opening.intake == f"{DAY}/as-needed.2"


def test_a_new_plan_does_not_take_off_what_was_had_as_needed(play):
    """Beside the plan, whichever it is: the evening's fixed one is not withheld for it, only kept at its interval."""
    had(ready(play).at("8.00"))
    play.accept(plan_of(para(EVENING), version=2))
    assert play.life("evening") is Life.PLANNED
    assert play.alarms() == set()


def test_old_ones_are_let_go(play):
    had(ready(play).at("10.00"))
    for n in range(1, 11):
        play.at("10.00", DAY + timedelta(days=n))
    assert f"{DAY}/as-needed.1" not in play.state.records
    assert ask(play) == ()


@pytest.mark.parametrize(
    ("start", "end", "had"),
    [(DAY, DAY, True), (DAY + timedelta(days=1), None, False), (None, DAY - timedelta(days=1), False)],
)
def test_only_while_it_is_ordered(play, start, end, had):
    """The statement's own effective period counts for a dose as needed as for any other."""
    ready(play, para(start=start, end=end))
    assert ask(play.at("12.00")) == (() if had else ("no_such",))
