"""One opening from touch to verdict: pulses, lids, the scale, the citizen's word (R1, R12, R13)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.decide import decide
from hub.domain.due import PULSES
from hub.domain.intake import Life
from hub.domain.plan import Handout
from hub.domain.reading import Sensed
from tests.domain.play import DAY, MORNING, TABLET_MG, Play, codes, ordination, plan_of

ID = f"{DAY}/morning"


def two(play: Play, **more) -> Play:
    """Two tablets lie ready and it is time."""
    play.accept(plan_of(ordination("pinemol", MORNING, quantity=2, **more)))
    play.fill("morning", 1, 2)
    return play.at("8.00")


# -- pulses -----------------------------------------------------------------------------------------------------------


def test_intent_and_first_pulse_are_one_commit(day):
    """R1."""
    before = len(day.at("8.00").log)
    day.open("morning")
    assert codes(day.log[before:]) == ["OpeningRequested", "PulseRequested"]
    assert day.record("morning").handed_at is not None


def test_a_lid_that_does_not_move_gets_three_pulses_and_no_more(day):
    """R1, H12."""
    day.at("8.00").open("morning")
    day.seconds(2)
    assert len(day.said(e.PulseRequested)) == 1
    for _ in range(60):
        day.seconds(1)
    assert [p.number for p in day.said(e.PulseRequested)] == [1, 2, 3]
    assert PULSES == 3
    assert (day.life("morning"), day.record("morning").reason) == (Life.WITHHELD, "lid_did_not_move")
    assert day.alarms() == {"opening_fault/morning"}
    assert day.record("morning").handed_at is None
    assert day.open("morning") == ("not_now",)
    assert day.resolve("morning", Life.DUE, "10.00") == ()
    assert day.open("morning") == ()


def test_a_lid_that_does_not_move_while_the_weight_does_is_uncertain(day):
    """The lid's switch is broken: what the scale misses was possibly taken."""
    day.at("8.00").open("morning")
    day.weight_mg -= TABLET_MG
    for _ in range(12):
        day.seconds(1)
    assert day.life("morning") is Life.UNCERTAIN
    assert day.record("morning").handed_at is not None
    assert day.alarms() == {"uncertain/morning"}


def test_without_a_reading_the_lid_is_believed(day):
    day.at("8.00").open("morning")
    day.stable = False
    for _ in range(12):
        day.seconds(1)
    assert day.life("morning") is Life.WITHHELD


def test_no_pulse_follows_a_hang_on_what_was_sensed_before_it(day):
    """R1: the hub hung; meanwhile the lid opened, all was taken, the lid was shut, and its edges are on their way."""
    day.at("8.00").open("morning")
    before = replace(day.sensed().reading, at_s=day.now.monotonic_s + 0.9)
    day.now = replace(day.now, wall=day.now.wall + timedelta(seconds=8), monotonic_s=day.now.monotonic_s + 8)
    for reading in (before, None):
        assert decide(day.state, c.Tick(Sensed(frozenset(), reading)), day.now) == []
    day.weight_mg -= TABLET_MG
    day.do(c.MoveLid(1, True))
    day.do(c.MoveLid(1, False))
    assert day.seconds(2).life("morning") is Life.TAKEN
    assert len(day.said(e.PulseRequested)) == 1


def test_no_pulse_follows_where_something_left_though_the_lid_says_nothing(day):
    """R1, R2: what the scale misses was possibly taken; another pulse might hand out the rest."""
    day.at("8.00").open("morning")
    day.weight_mg -= TABLET_MG
    assert day.seconds(3).life("morning") is Life.UNCERTAIN
    assert len(day.said(e.PulseRequested)) == 1


def test_a_step_of_the_clock_stops_no_pulse(day):
    """H5: an opening ends, whatever the wall clock does."""
    day.at("8.00").open("morning")
    day.step_wall(timedelta(hours=-3), trusted=False)
    for _ in range(12):
        day.seconds(1)
    assert day.life("morning") is Life.WITHHELD


def test_a_pulse_the_driver_could_not_give(day):
    day.at("8.00").open("morning")
    assert day.do(c.PulseEnded("o1", 1)) == ()
    assert day.do(c.PulseEnded("another", 1, "no such line")) == ()
    assert day.said(e.PulseFailed) == []
    assert day.do(c.PulseEnded("o1", 1, "no such line")) == ()
    assert day.said(e.PulseFailed)[0].reason == "no such line"
    assert day.life("morning") is Life.OPENING
    day.lid(1, True)
    day.do(c.PulseEnded("o1", 1, "late news"))
    assert len(day.said(e.PulseFailed)) == 1
    day.take(1, 1)
    assert day.do(c.PulseEnded("o1", 1, "later news")) == ()


# -- lids -------------------------------------------------------------------------------------------------------------


def test_the_same_edge_twice_is_one(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.do(c.MoveLid(1, True))
    assert len(day.said(e.LidOpened)) == 1


def test_lost_edges_are_made_up_for_by_the_next_look(day):
    day.at("8.00").open("morning")
    day.lids = frozenset({1})
    day.tick()
    assert day.life("morning") is Life.OPEN
    day.weight_mg -= TABLET_MG
    day.lids = frozenset()
    day.tick()
    assert day.said(e.LidClosed)[0].intake == ID
    assert day.seconds(2).life("morning") is Life.TAKEN


def test_a_lid_whose_edge_was_lost_is_seen_by_the_next_look(day):
    """R12: also while nothing is being opened."""
    day.lids = frozenset({1})
    day.tick()
    assert day.state.open_lids == {1}
    assert day.state.fills[1].doubted
    day.lids = frozenset()
    day.tick()
    assert day.state.open_lids == frozenset()


def test_a_look_that_sees_no_lids_changes_none(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    assert day.state.open_lids == {1}
    day.do(c.Tick(Sensed()))
    assert day.state.open_lids == {1}


def test_the_lid_opened_again_before_the_verdict(day):
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.lid(1, False)
    day.lid(1, True)
    assert day.seconds(30).life("morning") is Life.OPEN
    day.weight_mg -= TABLET_MG
    day.lid(1, False)
    assert day.seconds(2).life("morning") is Life.TAKEN


def test_a_lid_left_open_is_told_once_and_stays_open(day):
    """H13."""
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.minutes(4)
    assert day.alarms() == set()
    day.minutes(2)
    assert day.alarms() == {"lid_left_open/o1"}
    day.do(c.Acknowledge("lid_left_open/o1", "Ole"))
    day.minutes(10)
    assert day.life("morning") is Life.OPEN
    assert day.alarms() == set()


def test_another_filled_lid_during_an_opening_makes_both_uncertain(day):
    """R12."""
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.lid(2, True)
    assert (day.life("morning"), day.life("noon")) == (Life.UNCERTAIN, Life.UNCERTAIN)
    assert day.alarms() == {"uncertain/morning", "uncertain/noon", "tamper/2"}
    assert {1: "uncertain", 2: "uncertain"}.items() <= {n: f.doubted for n, f in day.state.fills.items()}.items()
    day.lid(1, False)
    day.lid(2, False)
    assert day.resolve("noon", Life.DUE, "13.00") == ()
    assert day.at("11.30").open("noon") == ()


def test_the_wrong_lid_alone_makes_both_uncertain(day):
    """H34: crossed wires."""
    day.at("8.00").open("morning")
    day.lid(2, True)
    assert (day.life("morning"), day.life("noon")) == (Life.UNCERTAIN, Life.UNCERTAIN)


def test_an_empty_lid_during_an_opening_makes_this_one_uncertain(day):
    day.at("8.00").open("morning")
    day.lid(9, True)
    assert (day.life("morning"), day.life("noon")) == (Life.UNCERTAIN, Life.PLANNED)
    assert day.alarms() == {"uncertain/morning"}


def test_another_lid_of_tomorrows_fill_only_doubts_it(day):
    tomorrow = DAY + timedelta(days=1)
    day.fill("morning", 5, day=tomorrow)
    day.at("8.00").open("morning")
    day.lid(5, True)
    assert day.state.fills[5].doubted == "lid_opened"


def test_a_key_on_a_filled_compartment_is_told_as_its_contents_are_critical(day):
    """R8, H23; also where the intake is another day's."""
    day.do(c.EmptyCompartment(2, "Sanne"))
    day.fill("noon", 2, day=DAY + timedelta(days=1))
    day.lid(2, True)
    assert day.state.alarms["tamper/2"].criticality == "high"
    day.lid(2, False)
    day.lid(2, True)
    assert len(day.said(e.FillDoubted)) == 1
    assert len(day.said(e.AlarmRaised)) == 1


# -- the verdict ------------------------------------------------------------------------------------------------------


def test_put_back_is_due_again(day):
    day.at("8.00").open("morning")
    day.take(1, 0)
    assert day.life("morning") is Life.DUE
    assert day.record("morning").handed_at is None
    assert day.open("morning") == ()


def test_an_early_reading_is_not_waited_on(day):
    """R13: the cell has a second to settle."""
    day.at("8.00").open("morning")
    day.lid(1, True)
    day.weight_mg -= TABLET_MG
    day.lid(1, False)
    assert day.life("morning") is Life.OPEN
    assert day.seconds(0.9).life("morning") is Life.OPEN
    assert day.seconds(0.2).life("morning") is Life.TAKEN


def test_a_scale_that_never_settles_is_unsure_and_the_citizen_is_asked(day):
    day.at("8.00").open("morning")
    day.stable = False
    day.take(1, 1)
    assert day.seconds(5).said(e.WordAsked) == []
    assert day.do(c.Say(ID, True)) == ("not_now",)
    assert day.seconds(5).said(e.WordAsked)[0].reason == "scale_unsure"
    assert day.do(c.Say(ID, True)) == ()
    assert day.said(e.IntakeTaken)[0].evidence == "self"


@pytest.mark.parametrize("gone", [2, -1], ids=["more than was there", "heavier"])
def test_a_weight_that_makes_no_sense_is_asked(day, gone):
    day.at("8.00").open("morning")
    day.take(1, gone)
    assert day.life("morning") is Life.OPEN
    assert day.said(e.WordAsked)


def test_no_word_is_not_known(day):
    """Silence is not 'taken'."""
    day.at("8.00").open("morning")
    day.stable = False
    day.take(1, 1)
    day.seconds(12)
    assert day.minutes(9).life("morning") is Life.OPEN
    assert day.minutes(2).life("morning") is Life.NOT_KNOWN
    assert day.alarms() == {"not_known/morning"}
    assert day.state.opening is None
    assert day.do(c.Say(ID, True)) == ("not_now",)
    assert day.resolve("morning", Life.TAKEN) == ()


def test_not_all_by_word_then_all_by_word(day):
    """What is left has no known weight: the citizen is asked again."""
    day.at("8.00").open("morning")
    day.stable = False
    day.take(1, 0.5)
    day.seconds(12).do(c.Say(ID, False))
    assert (day.life("morning"), day.record("morning").remaining_mg) == (Life.PARTLY_TAKEN, None)
    day.stable = True
    assert day.open("morning") == ()
    assert day.said(e.OpeningRequested)[1].expected_mg is None
    day.take(1, 0.5)
    assert day.do(c.Say(ID, True)) == ()
    assert day.life("morning") is Life.TAKEN


def test_a_light_content_is_always_asked(play):
    """R13: 60 mg are not told from nothing."""
    play.accept(plan_of(ordination("digoxin", MORNING)))
    play.do(c.FillCompartment(1, ID, 60, "Sanne"))
    play.at("8.00").open("morning")
    play.take(1, 0)
    assert play.said(e.WordAsked)[0].reason == "scale_unsure"


@pytest.mark.parametrize(("tablets", "asked"), [(4, True), (2, False)])
def test_tablets_so_light_that_one_left_is_not_seen_are_asked_about(play, tablets, asked):
    """R13: of four that weigh 240 mg together one may lie there still; of two that do, none can."""
    play.accept(plan_of(ordination("digoxin", MORNING, quantity=tablets)))
    play.do(c.FillCompartment(1, ID, 240, "Sanne"))
    play.weight_mg += 240
    play.at("8.00").open("morning")
    play.lid(1, True)
    play.weight_mg -= 240
    play.lid(1, False)
    play.seconds(5)
    assert bool(play.said(e.WordAsked)) is asked
    assert bool(play.said(e.IntakeTaken)) is not asked


def test_the_plan_may_want_a_word(play):
    two(play, ask_word=True).open("morning")
    play.take(1, 2)
    assert play.said(e.WordAsked)[0].reason == "plan"


def test_left_for_good_is_told(play):
    two(play).open("morning")
    play.take(1, 1)
    assert play.at("9.00").record("morning").final
    assert play.alarms() == {"partly_taken/morning"}
    assert play.open("morning")[0] == "too_late"


def test_what_is_left_is_not_taken_by_word(play):
    two(play).open("morning")
    play.take(1, 1)
    assert play.do(c.Say(ID, True)) == ("not_now",)


def test_open_when_its_time_ends(day):
    """A lid is no reason to lose an intake: it finishes, then it is told."""
    day.at("8.58").open("morning")
    day.lid(1, True)
    assert day.at("9.30").life("morning") is Life.OPEN
    day.lid(1, False)
    assert day.seconds(2).life("morning") is Life.MISSED
    assert "not_taken/morning" in day.alarms()


# -- boxed and reminded together --------------------------------------------------------------------------------------


@pytest.fixture
def mixed(play: Play) -> Play:
    play.accept(plan_of(ordination("metformin", MORNING), ordination("insulin", MORNING, handout=Handout.REMINDED)))
    play.fill("morning", 1)
    return play.at("8.00")


def test_what_is_only_reminded_needs_a_word_after_the_box(mixed):
    assert [d.ordination for d in mixed.record("morning").intake.boxed] == ["metformin"]
    assert mixed.do(c.Say(ID, True)) == ("not_now",)
    mixed.open("morning")
    mixed.take(1, 1)
    assert mixed.said(e.WordAsked)[0].reason == "plan"
    mixed.do(c.Say(ID, True))
    assert mixed.life("morning") is Life.TAKEN


def test_only_the_box_of_a_mixed_one(mixed):
    mixed.open("morning")
    mixed.take(1, 1)
    mixed.do(c.Say(ID, False))
    assert mixed.life("morning") is Life.PARTLY_TAKEN
    assert mixed.at("9.00").alarms() == {"partly_taken/morning"}


@pytest.fixture
def insulin(play: Play) -> Play:
    play.accept(plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED)))
    return play.at("8.00")


def test_reminded_only_is_taken_by_word(insulin):
    assert insulin.do(c.Say(ID, True)) == ()
    assert insulin.life("morning") is Life.TAKEN
    assert insulin.do(c.Say(ID, True)) == ("already",)


def test_reminded_only_partly_then_the_rest(insulin):
    assert insulin.do(c.Say(ID, False)) == ()
    assert insulin.life("morning") is Life.PARTLY_TAKEN
    assert insulin.do(c.Say(ID, False)) == ("already",)
    assert insulin.do(c.Say(ID, True)) == ()
    assert insulin.life("morning") is Life.TAKEN


def test_reminded_only_missed_alarms_like_the_rest(insulin):
    assert insulin.at("9.00").alarms() == {"not_taken/morning"}
    assert insulin.do(c.Say(ID, True)) == ("too_late",)


@pytest.mark.parametrize("command", [c.Snooze, c.ChangeMind, c.SayTakenElsewhere])
def test_a_touch_on_nothing(play, command):
    assert play.do(command("2026-03-12/breakfast")) == ("no_such",)


def test_every_touch_on_nothing_known(play):
    assert play.do(c.Say("x", True)) == play.do(c.Decline("x", "other")) == ("no_such",)


def test_a_touch_in_the_wrong_state(day):
    assert day.do(c.Snooze(ID)) == day.do(c.Decline(ID, "other")) == ("not_now",)
    assert day.at("9.00").do(c.SayTakenElsewhere(ID)) == ("too_late",)


def test_a_command_nobody_has_a_rule_for(day):
    with pytest.raises(TypeError, match="no rule for Command"):
        day.do(c.Command())
