"""Handed out before its time by a named person's leave: one intake, out of the box, with its answer to come (H28)."""

from datetime import timedelta

import pytest

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.interval import interval_left
from tests.domain.play import DAY, EVENING, MORNING, NIGHT, NOON, TABLET_MG, Play, ordination, plan_of

NOON_ID = f"{DAY}/noon"


@pytest.fixture
def early(day: Play) -> Play:
    """Noon's tablet is taken along at ten."""
    assert day.at("10.00").open("noon", early_by="Sanne") == ()
    day.take(2, 1)
    assert day.life("noon") is Life.HANDED_OUT_EARLY
    return day


def test_handed_out_early(early):
    assert early.said(e.OpeningRequested)[0].early_by == "Sanne"
    assert early.said(e.IntakeHandedOutEarly)[0].removed_mg == TABLET_MG
    assert 2 not in early.state.fills
    assert early.open("noon") == ("handed_out", "too_early", "not_filled")
    assert early.open("noon", early_by="Sanne") == ("handed_out", "not_filled")


def test_its_time_comes_and_nothing_is_due(early):
    early.at("12.00")
    assert early.life("noon") is Life.HANDED_OUT_EARLY
    assert early.open("noon")[0] == "handed_out"


def test_taken(early):
    assert early.at("12.10").do(c.Say(NOON_ID, True)) == ()
    assert early.life("noon") is Life.TAKEN
    assert early.do(c.Say(NOON_ID, True)) == ("already",)
    assert early.at("13.00").record("noon").final


def test_not_taken_is_told(early):
    assert early.at("12.10").do(c.Say(NOON_ID, False)) == ()
    assert early.life("noon") is Life.MISSED
    assert "not_taken/noon" in early.alarms()
    assert early.record("noon").handed_at is not None  # it is out of the box


@pytest.mark.parametrize("first", [True, False])
def test_two_answers_that_clash_are_uncertain(early, first):
    early.at("12.10").do(c.Say(NOON_ID, first))
    assert early.do(c.Say(NOON_ID, not first)) == ()
    assert early.life("noon") is Life.UNCERTAIN
    assert "uncertain/noon" in early.alarms()
    assert early.resolve("noon", Life.TAKEN) == ()


def test_silence_is_not_known(early):
    early.at("13.00")
    assert early.life("noon") is Life.NOT_KNOWN
    assert "not_known/noon" in early.alarms()


def test_put_back_and_verified_is_planned_again(early):
    assert early.resolve("noon", Life.DUE) == ()
    assert early.life("noon") is Life.PLANNED
    assert early.record("noon").handed_at is None
    assert early.at("11.30").record("noon").reason == "not_filled"
    assert early.fill("noon", 2) == ()
    assert early.life("noon") is Life.DUE
    assert early.open("noon") == ()


def test_after_put_back_an_ordinary_day_has_no_clash(early):
    early.resolve("noon", Life.DUE)
    early.fill("noon", 2)
    early.at("12.00").open("noon")
    early.take(2, 1)
    assert early.do(c.Say(NOON_ID, False)) == ("already",)
    assert early.life("noon") is Life.TAKEN


def test_after_a_release_an_ordinary_day_has_no_clash(early):
    early.at("13.00").resolve("noon", Life.DUE, "14.00")
    early.fill("noon", 2)
    early.open("noon")
    early.take(2, 1)
    assert early.do(c.Say(NOON_ID, False)) == ("already",)


@pytest.mark.parametrize(("outcome", "state"), [(Life.TAKEN, Life.TAKEN), (Life.MISSED, Life.MISSED)])
def test_a_named_person_says(early, outcome, state):
    assert early.resolve("noon", outcome) == ()
    assert early.life("noon") is state


def test_less_is_uncertain(play):
    play.accept(plan_of(ordination("pinemol", NOON, quantity=2)))
    play.fill("noon", 1, 2)
    play.at("10.00").open("noon", early_by="Sanne")
    play.take(1, 1)
    assert (play.life("noon"), play.record("noon").reason) == (Life.UNCERTAIN, "less_handed_out_early")
    assert play.alarms() == {"uncertain/noon"}


def test_nothing_taken_is_planned_again(day):
    day.at("10.00").open("noon", early_by="Sanne")
    day.take(2, 0)
    assert day.life("noon") is Life.PLANNED
    assert day.open("noon") == ("too_early",)


def test_early_keeps_the_interval(play):
    """R2: an early hand-out gets around nothing."""
    play.accept(plan_of(ordination("pinemol", MORNING, NOON)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    assert play.at("9.00").open("noon", early_by="Sanne") == ("interval",)


def three(play: Play) -> Play:
    play.accept(plan_of(ordination("pinemol", NOON, EVENING, NIGHT, interval_min=240)))
    for number, slot in enumerate(("noon", "evening", "night"), start=1):
        play.fill(slot, number)
    return play


def test_what_was_taken_along_may_be_taken_this_very_moment(play):
    """R2: until there is an answer, nothing of the same substance is opened; then it counts from the answer."""
    three(play).at("15.00").open("evening", early_by="Sanne")
    play.take(2, 1)
    evening = play.record("evening").intake
    assert play.life("evening") is Life.HANDED_OUT_EARLY
    for clock in ("15.10", "18.00"):
        assert interval_left(play.at(clock).state, play.record("night").intake, play.now) == timedelta(hours=4)
    play.at("18.50").do(c.Say(evening.id, True))
    assert play.at("22.40").life("night") is Life.PLANNED
    assert play.at("22.51").life("night") is Life.DUE


def test_taken_along_and_silent_counts_until_its_time_was_over(play):
    three(play).at("15.00").open("evening", early_by="Sanne")
    play.take(2, 1)
    play.at("19.00")
    assert play.life("evening") is Life.NOT_KNOWN
    assert play.at("22.30").life("night") is Life.WITHHELD  # four hours from 19.00 are past 23.00 exactly
    assert play.record("night").reason == "interval"
