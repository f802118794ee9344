"""Each row of the life table, lived."""

from datetime import UTC, datetime

import pytest

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.life import BEFORE, FINAL, TABLE, NotInTheTable, after
from tests.domain.play import MORNING, ordination, plan_of


def test_nothing_leaves_a_last_word_but_clashing_answers():
    assert TABLE[Life.GIVEN_BY_STAFF] == {} == TABLE[Life.TAKEN_ELSEWHERE]
    assert set(TABLE) == set(Life)
    assert set(Life) > FINAL


def test_what_the_table_does_not_know_is_refused():
    with pytest.raises(NotInTheTable, match="IntakeDue cannot happen to an intake that is taken"):
        after(Life.TAKEN, e.IntakeDue(intake="x"), Life.DUE)


def test_before_is_where_it_came_from():
    assert TABLE[Life.OPENING][e.OpeningAbandoned] is BEFORE
    assert after(Life.OPENING, e.OpeningAbandoned(intake="x", opening="o"), Life.PARTLY_TAKEN) is Life.PARTLY_TAKEN


def test_taken_on_time(day):
    day.at("7.00")
    assert day.life("morning") is Life.DUE
    assert day.open("morning") == ()
    assert day.life("morning") is Life.OPENING
    day.take(1, 1)
    assert day.life("morning") is Life.TAKEN
    assert day.state.opening is None
    assert 1 not in day.state.fills
    assert day.said(e.IntakeTaken)[0].removed_mg == 500
    day.at("9.00")
    assert day.record("morning").final
    assert day.alarms() == set()
    assert day.open("morning") == ("too_late", "not_filled")


def test_snoozed_then_taken(day):
    day.at("8.00")
    assert day.do(c.Snooze("2026-03-12/morning")) == ()
    assert day.record("morning").snoozed_until == datetime(2026, 3, 12, 7, 20, tzinfo=UTC)
    day.at("8.50")
    assert day.do(c.Snooze("2026-03-12/morning")) == ("too_late",)
    assert day.open("morning") == ()


def test_declined_then_mind_changed(day):
    day.at("8.00")
    assert day.do(c.Decline("2026-03-12/morning", "nausea")) == ()
    assert (day.life("morning"), day.record("morning").reason) == (Life.DECLINED, "nausea")
    assert day.open("morning") == ("not_now",)
    assert day.do(c.ChangeMind("2026-03-12/morning")) == ()
    assert day.life("morning") is Life.DUE
    assert day.do(c.ChangeMind("2026-03-12/morning")) == ("not_now",)


def test_declined_for_good(day):
    day.at("8.00").do(c.Decline("2026-03-12/morning", "other"))
    assert day.alarms() == set()
    day.at("9.00")
    assert day.record("morning").final
    assert day.do(c.ChangeMind("2026-03-12/morning")) == ("too_late",)


def test_refusing_a_critical_medicine_alarms_at_once(day):
    """H41."""
    day.at("12.00").do(c.Decline("2026-03-12/noon", "other"))
    assert day.alarms() >= {"declined/noon"}


def test_something_left_taken_at_the_second_opening(play):
    play.accept(plan_of(ordination("pinemol", MORNING, quantity=2)))
    play.fill("morning", 1, tablets=2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    assert (play.life("morning"), play.record("morning").remaining_mg) == (Life.PARTLY_TAKEN, 500)
    assert play.open("morning") == ()
    assert play.said(e.OpeningRequested)[1].expected_mg == 500
    play.take(1, 1)
    assert play.life("morning") is Life.TAKEN


def test_a_correction_is_an_overlay(day):
    """What was written stays written; only a last word is corrected, into a last word."""
    day.at("8.00")
    assert day.do(c.Correct("2026-03-12/morning", Life.TAKEN, "Sanne", "seen")) == ("not_now",)
    assert day.do(c.Correct("2026-03-12/breakfast", Life.TAKEN, "Sanne", "seen")) == ("no_such",)
    day.at("9.00")
    assert day.do(c.Correct("2026-03-12/morning", Life.DUE, "Sanne", "seen")) == ("not_now",)
    assert day.do(c.Correct("2026-03-12/morning", Life.TAKEN_ELSEWHERE, "Sanne", "seen")) == ()
    assert (day.life("morning"), day.record("morning").corrected) == (Life.MISSED, Life.TAKEN_ELSEWHERE)


def test_taken_elsewhere_always_tells_staff(day):
    assert day.do(c.SayTakenElsewhere("2026-03-12/evening")) == ()
    assert day.life("evening") is Life.TAKEN_ELSEWHERE
    assert day.alarms() == {"taken_elsewhere/evening"}
