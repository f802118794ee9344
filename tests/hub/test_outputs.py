"""Lamp and reminder follow from state and moment alone (R3)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain.leave import Leave, LeaveKind
from hub.domain.plan import Criticality
from hub.outputs import DAY_PCT, NIGHT_FROM_H, NIGHT_PCT, NIGHT_TO_H, REMIND_EVERY, SENTENCES, Outputs, outputs
from tests.domain.play import DAY, MORNING, NIGHT, NOON, Play, ordination, plan_of
from ui import tokens


@pytest.fixture
def play() -> Play:
    """A low round at 8 with three hours to take it, a high one at 10, both filled."""
    made = Play()
    plan = plan_of(
        ordination("statin", MORNING, criticality=Criticality.LOW),
        ordination("levodopa", NOON, criticality=Criticality.HIGH),
        ordination("drops", NIGHT),
    )
    slots = [replace(s, window_min=300) if s.id == "morning" else s for s in plan.slots]
    made.accept(replace(plan, slots=tuple(slots)))
    for number, slot in enumerate(("morning", "noon", "night"), start=1):
        made.fill(slot, number)
    return made


def now(play: Play) -> Outputs:
    return outputs(play.state, play.now)


def test_before_its_time_it_is_due_in_silence(play: Play) -> None:
    assert now(play.at("7.30")) == Outputs()
    assert now(play.at("8.00")).tone is Criticality.LOW


def test_a_reminder_sounds_once_every_so_often(play: Play) -> None:
    play.at("8.00")
    beats = []
    for _ in range(11):
        beats.append(now(play).beat)
        play.minutes(1)
    assert len(set(beats)) == 3
    assert beats[0] == beats[4] != beats[5]
    assert timedelta(minutes=5) == REMIND_EVERY


def test_put_off_it_is_silent_and_then_begins_anew(play: Play) -> None:
    first = now(play.at("8.00")).beat
    play.do(c.Snooze(f"{DAY}/morning"))
    assert now(play) == Outputs()
    play.minutes(20)
    assert now(play).tone is Criticality.LOW
    assert now(play).beat != first


def test_the_most_critical_that_calls_is_heard(play: Play) -> None:
    assert now(play.at("12.00")).tone is Criticality.HIGH


def test_while_an_opening_is_under_way_its_lamp_shines_and_nothing_sounds(play: Play) -> None:
    play.at("8.00").open("morning")
    assert now(play) == Outputs(opening="o1", lamp=1)
    play.lid(1, True)
    assert now(play) == Outputs(opening="o1", lamp=1)
    play.weight_mg -= 500
    play.lid(1, False)
    play.seconds(2)
    assert now(play) == Outputs()


def test_a_restart_takes_the_reminder_up_where_it_was(play: Play) -> None:
    before = now(play.at("8.02"))
    assert now(play.die("boot-2")) == before


def test_what_somebody_else_gives_does_not_call(play: Play) -> None:
    """R9: it is locked until that word is kept or taken back."""
    play.at("8.00").do(c.Promise(f"{DAY}/morning", play.now.wall + timedelta(hours=1), "Sanne"))
    assert now(play) == Outputs()
    play.do(c.HandBack(f"{DAY}/morning", "Sanne"))
    assert now(play).tone is Criticality.LOW


def test_nobody_is_called_in_an_empty_home(play: Play) -> None:
    """H27: it calls again when the leave is over and the window is not."""
    leave = Leave("l1", LeaveKind.OUTING, play.now.wall, "Inge", play.now.wall + timedelta(hours=4))
    play.do(c.BeginLeave(leave))
    assert now(play.at("9.00")) == Outputs()
    assert now(play.at("10.00")).tone is not None


def test_the_first_call_is_spoken_and_names_nothing(play: Play) -> None:
    first = now(play.at("8.00"))
    assert first.say == SENTENCES["da"] == "Det er tid til din medicin."
    play.minutes(5)
    assert now(play).tone is not None
    assert now(play).say == ""
    play.do(c.Snooze(f"{DAY}/morning"))
    play.minutes(20)
    assert now(play).say == SENTENCES["da"]


def test_a_language_nobody_speaks_here_is_not_spoken(play: Play) -> None:
    plan = play.state.plan
    assert plan is not None
    play.state = replace(play.state, plan=replace(plan, settings=replace(plan.settings, language="en")))
    called = now(play.at("8.00"))
    assert called.tone is not None
    assert called.say == ""


def test_at_night_the_screen_is_dim_unless_it_calls(play: Play) -> None:
    assert [now(play.at(clock)).light_pct for clock in ("7.30", "8.00", "21.59")] == [DAY_PCT] * 3
    night = now(play.at("22.00"))
    assert (night.tone, night.light_pct) == (Criticality.MEDIUM, DAY_PCT)
    play.do(c.Snooze(f"{DAY}/night"))
    assert now(play) == Outputs(light_pct=NIGHT_PCT)
    assert now(play.trust(False)) == Outputs()  # on a time nobody vouches for it is day
    assert (NIGHT_FROM_H, NIGHT_TO_H) == (tokens.NIGHT_FROM_H, tokens.NIGHT_TO_H)


def test_a_hub_without_a_plan_knows_no_night() -> None:
    assert now(Play()) == Outputs()
    assert now(Play().at("3.00")) == Outputs()
