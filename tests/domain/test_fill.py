"""What lies in a compartment: one intake's doses, put there by a named person, vouched for or not (R7, H10)."""

from datetime import timedelta

import pytest

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.plan import Handout
from hub.domain.state import State
from tests.domain.play import DAY, MORNING, NOON, TABLET_MG, Play, ordination, plan_of


def test_a_fill_lists_what_it_serves_and_its_plan(day):
    fill = day.said(e.CompartmentFilled)[0]
    assert (fill.compartment, fill.intake, fill.plan_version, fill.by) == (1, f"{DAY}/morning", 1, "Sanne")
    assert [d.ordination for d in fill.doses] == ["metformin"]
    assert day.state.fills[1].contents_mg == TABLET_MG


def test_one_intake_a_compartment_and_one_compartment_an_intake(day):
    assert day.fill("morning", 1) == ("occupied",)
    assert day.fill("morning", 9) == ("occupied",)
    tomorrow = DAY + timedelta(days=1)
    assert day.fill("morning", 1, day=tomorrow) == ("occupied",)
    assert day.fill("morning", 9, day=tomorrow) == ()


@pytest.mark.parametrize(
    "intake", ["breakfast", f"{DAY}/breakfast", "2026-02-30/morning", "9999-12-31/morning", "0001-01-01/morning", "/"]
)
def test_no_such_intake(day, intake):
    """Bad input is refused, also at the end of all calendars."""
    assert day.do(c.FillCompartment(9, intake, 500, "Sanne")) == ("no_such",)


def test_nothing_to_fill_without_a_plan(play):
    assert play.fill("morning", 1) == ("no_such",)


def test_what_is_only_reminded_is_not_filled(play):
    play.accept(plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED), ordination("a", NOON)))
    assert play.fill("morning", 1) == ("nothing_boxed",)


def test_what_was_handed_out_is_not_filled_again(day):
    """R2."""
    day.at("8.00").open("morning")
    day.take(1, 1)
    assert day.fill("morning", 1) == ("not_now",)
    day.at("9.00")
    assert day.fill("morning", 1) == ("not_now",)


@pytest.mark.parametrize("state", ["missed", "declined", "uncertain"])
def test_what_does_not_wait_is_not_filled(day, state):
    day.at("8.00")
    if state == "declined":
        day.do(c.Decline(f"{DAY}/morning", "other"))
    elif state == "uncertain":
        day.open("morning")
        day.lid(9, True)
        day.lid(9, False)
    else:
        day.at("9.00")
    day.empty(1, 1)
    assert day.fill("morning", 1) == ("not_now",)


def test_a_late_fill_brings_it_back(play):
    """Withheld until its cause ends, before its latest time."""
    play.accept(plan_of(ordination("a", MORNING)))
    assert play.at("8.00").life("morning") is Life.WITHHELD
    assert play.fill("morning", 1) == ()
    assert play.life("morning") is Life.DUE
    assert play.said(e.IntakeRestored)


def test_a_fill_too_late_does_not(play):
    play.accept(plan_of(ordination("a", MORNING)))
    assert play.at("9.00").life("morning") is Life.WITHHELD
    assert play.fill("morning", 1) == ("not_now",)


def test_doubted_emptied_and_filled_anew(day):
    day.lid(1, True)
    day.lid(1, False)
    assert day.at("7.00").record("morning").reason == "fill_doubted"
    assert day.empty(1, 1) == ()
    assert day.fill("morning", 1) == ()
    assert day.life("morning") is Life.DUE
    assert day.open("morning") == ()


def test_doubted_and_verified_by_a_release(day):
    day.lid(1, True)
    day.lid(1, False)
    day.at("7.00").resolve("morning", Life.DUE, "9.30")
    assert day.open("morning") == ()


def test_emptying(day):
    assert day.empty(9) == ("no_such",)
    day.at("8.00").open("morning")
    assert day.empty(1) == ("another_opening",)
    assert day.empty(2) == ("another_opening",)
    day.take(1, 1)
    assert day.empty(2, 1) == ()
    assert 2 not in day.state.fills


def test_nothing_is_put_in_while_an_opening_is_weighed(day):
    """R13: a tablet put in beside the one that is taken out would read as "nothing left"; it would be had again."""
    day.empty(2, 1)
    day.at("8.00").open("morning")
    assert day.fill("noon", 2) == ("another_opening",)
    day.take(1, 1)
    assert day.life("morning") is Life.TAKEN
    assert day.fill("noon", 2) == ()


def test_the_box_is_not_started_anew_while_an_opening_is_under_way(day):
    """R1: it would leave a dose uncertain."""
    reboot = c.AskMachine("Reboot", "Sanne")
    day.at("8.00").open("morning")
    assert day.do(reboot) == ("another_opening",)
    day.take(1, 1)
    assert day.do(reboot) == ()


def test_staff_gave_their_own_and_the_box_stays_shut(day):
    assert day.at("8.00").resolve("morning", Life.GIVEN_BY_STAFF) == ()
    assert 1 in day.state.fills
    assert day.open("morning") == ("handed_out",)


def test_a_mixed_intakes_box_holds_the_boxed_doses(play: Play):
    play.accept(plan_of(ordination("a", MORNING), ordination("insulin", MORNING, handout=Handout.REMINDED)))
    assert play.fill("morning", 1) == ()
    assert [d.ordination for d in play.state.fills[1].doses] == ["a"]


def test_an_empty_state_serves_nothing():
    assert State().fill_of(f"{DAY}/morning") is None
