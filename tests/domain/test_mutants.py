"""Each safety rule has a mutant: taken away, a scenario that keeps it must fail. A rule nobody misses is no rule."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from hub.domain import apply as apply_module
from hub.domain import commands as c
from hub.domain import days as days_module
from hub.domain import decide as decide_module
from hub.domain import due as due_module
from hub.domain import events as e
from hub.domain import interval, reading, touches
from hub.domain import may_open as rules
from hub.domain.intake import Life
from tests.domain.play import DAY, EVENING, MORNING, NOON, TABLET_MG, Play, ordination, plan_of

Scenario = Callable[[], None]
Mutation = Callable[[pytest.MonkeyPatch], None]
ID = f"{DAY}/morning"


def morning(**more: object) -> Play:
    """One tablet at morning and at noon lie ready; it is eight."""
    play = Play()
    play.accept(plan_of(ordination("pinemol", MORNING, NOON, **more)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    return play.at("8.00")


# -- what must be so --------------------------------------------------------------------------------------------------


def too_close_is_not_opened() -> None:
    play = morning(interval_min=210).at("8.50")
    play.open("morning")
    play.take(1, 1)
    play.at("11.40").open("noon")
    assert len(play.said(e.OpeningRequested)) == 1


def an_uncertain_one_counts_for_the_next() -> None:
    play = morning(interval_min=210).at("8.50")
    play.open("morning")
    play.lid(1, True)
    play.die("boot-2", sensed=play.sensed().__class__())
    play.lid(1, False)
    play.at("11.40").open("noon")
    assert len(play.said(e.OpeningRequested)) == 1


def what_may_have_left_is_not_abandoned() -> None:
    play = morning()
    play.open("morning")
    play.weight_mg -= TABLET_MG
    play.die("boot-2")
    assert play.life("morning") is Life.UNCERTAIN


def light_contents_prove_nothing() -> None:
    play = Play()
    play.accept(plan_of(ordination("digoxin", MORNING)))
    play.do(c.FillCompartment(1, ID, 60, "Sanne"))
    play.at("8.00").open("morning")
    play.die("boot-2")
    assert play.life("morning") is Life.UNCERTAIN


def outside_its_window_it_stays_shut() -> None:
    play = morning()
    late = play.now.__class__(play.now.wall + timedelta(hours=3), play.now.monotonic_s + 10800, True, "boot-1")
    play.now = late  # a touch comes before the tick
    assert play.open("morning") != ()


def what_is_doubted_stays_shut() -> None:
    play = morning()
    play.lid(1, True)
    play.lid(1, False)
    assert play.open("morning") != ()


def pulses_end() -> None:
    play = morning()
    play.open("morning")
    for _ in range(40):
        play.seconds(1)
    assert len(play.said(e.PulseRequested)) <= 3
    assert play.alarms() == {"opening_fault/morning"}


def nothing_opens_on_a_doubted_clock() -> None:
    play = morning().trust(False)
    assert play.open("morning") != ()


def nothing_opens_on_a_doubted_journal() -> None:
    play = morning()
    play.do(c.DoubtJournal("shortened"))
    assert play.open("morning") != ()


def a_second_lid_makes_it_uncertain() -> None:
    play = morning()
    play.open("morning")
    play.lid(1, True)
    play.lid(2, True)
    assert (play.life("morning"), play.life("noon")) == (Life.UNCERTAIN, Life.UNCERTAIN)


def with_a_lid_open_nothing_opens() -> None:
    play = morning()
    play.lid(7, True)
    assert play.open("morning") != ()


def a_renamed_round_is_not_given_twice() -> None:
    play = morning()
    play.open("morning")
    play.take(1, 1)
    play.accept(plan_of(ordination("pinemol", EVENING), version=2))
    play.fill("evening", 5)
    play.at("18.00").open("evening")
    assert len(play.said(e.OpeningRequested)) == 1


def a_stopped_medicine_put_back_stays_in() -> None:
    play = morning()
    play.open("morning")
    play.lid(1, True)
    play.accept(plan_of(ordination("other", NOON), version=2))
    play.lid(1, False)
    play.seconds(2).open("morning")
    assert len(play.said(e.OpeningRequested)) == 1


def an_unstable_reading_is_no_reading() -> None:
    play = morning()
    play.stable = False
    assert play.open("morning") != ()


def what_was_taken_by_name_stays_shut() -> None:
    play = Play()
    play.accept(plan_of(ordination("pinemol", MORNING, quantity=2)))
    play.fill("morning", 1, 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    play.do(c.Correct(ID, Life.TAKEN, "Sanne", "found the other in the cup"))
    assert play.open("morning") != ()


def one_lock_at_a_time() -> None:
    play = Play()
    play.accept(plan_of(ordination("a", MORNING), ordination("b", NOON)))
    play.fill("morning", 1)
    play.fill("noon", 2)
    play.at("9.00").resolve("morning", Life.DUE, "12.00")
    play.at("11.45").open("morning")
    play.open("noon")
    assert len(play.said(e.OpeningRequested)) == 1


def missed_is_told() -> None:
    play = morning().at("9.00")
    assert "not_taken/morning" in play.alarms()
    play.minutes(31)
    assert play.said(e.AlarmEscalated)


def a_day_without_power_is_told() -> None:
    play = morning()
    play.now = play.now.__class__(play.now.wall + timedelta(days=2), 5.0, True, "boot-2")
    play.die()
    assert f"{DAY + timedelta(days=1)}/noon" in {b.intake for b in play.said(e.AlarmRaised)}


# -- what is taken away -----------------------------------------------------------------------------------------------


class Mutant(NamedTuple):
    name: str
    breaks: Scenario
    mutate: Mutation


def without(rule: Callable[[rules.Request], rules.Reason | None]) -> Mutation:
    return lambda patch: patch.setattr(rules, "RULES", tuple(r for r in rules.RULES if r is not rule))


def no_interval(patch: pytest.MonkeyPatch) -> None:
    for module in (rules, due_module, touches, interval):
        patch.setattr(module, "interval_left", lambda *_: timedelta())


def always_abandoned(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide_module, "unmoved", lambda *_: True)


def uncertain_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apply_module, "_HANDED", tuple(b for b in apply_module._HANDED if b is not e.IntakeUncertain))
    patch.setattr(apply_module, "_NOT_HANDED", (*apply_module._NOT_HANDED, e.IntakeUncertain))


def stale_plans_stay(patch: pytest.MonkeyPatch) -> None:
    now = days_module._days_to_plan
    patch.setattr(days_module, "_days_to_plan", lambda s, *of: now(s, *of) if s.plan_changed or not s.records else [])


def only_today(patch: pytest.MonkeyPatch) -> None:
    def today(state, plan, last, moment):
        day = days_module.home_day(plan, moment.wall)
        return [day] if state.planned_day is None or state.planned_day < day else []

    patch.setattr(days_module, "_days_to_plan", today)


def alarm_filter_eats_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(due_module, "about", lambda record, *_: e.WordAsked(intake=record.intake.id, reason="mutant"))
    patch.setattr(apply_module, "_LIFE", apply_module._LIFE - {e.WordAsked})


MUTANTS = (
    Mutant("R2 without the interval check", too_close_is_not_opened, no_interval),
    Mutant("R2 forgets what is uncertain", an_uncertain_one_counts_for_the_next, uncertain_is_forgotten),
    Mutant("R2 forgets a change of plan", a_renamed_round_is_not_given_twice,
           lambda p: p.setattr(days_module, "beyond", lambda *_: Counter())),
    Mutant("R2 opens whatever its state", what_was_taken_by_name_stays_shut,
           without(rules.intake_is_waiting)),
    Mutant("R1 recovery always abandons", what_may_have_left_is_not_abandoned, always_abandoned),
    Mutant("R1 recovery trusts a scale that cannot tell", light_contents_prove_nothing,
           lambda p: p.setattr(reading, "RESOLUTION_MG", 10)),
    Mutant("R1 pulses unbounded", pulses_end, lambda p: p.setattr(due_module, "PULSES", 10**6)),
    Mutant("R3 tells today only", a_day_without_power_is_told, only_today),
    Mutant("R5 without the clock", nothing_opens_on_a_doubted_clock, without(rules.clock_is_trusted)),
    Mutant("R6 leaves what waits under the old plan", a_stopped_medicine_put_back_stays_in, stale_plans_stay),
    Mutant("R7 without the fill", what_is_doubted_stays_shut, without(rules.fill_is_right)),
    Mutant("R9 tells nobody", missed_is_told, alarm_filter_eats_all),
    Mutant("R11 without the journal", nothing_opens_on_a_doubted_journal, without(rules.journal_is_whole)),
    Mutant("R12 without the lids", with_a_lid_open_nothing_opens, without(rules.lids_are_shut)),
    Mutant("R12 lets another lid pass", a_second_lid_makes_it_uncertain,
           lambda p: p.setattr(decide_module, "uncertain", lambda *_: [])),
    Mutant("R12 without one lock at a time", one_lock_at_a_time, without(rules.no_other_opening)),
    Mutant("R13 takes any reading", an_unstable_reading_is_no_reading, without(rules.weight_is_stable)),
    Mutant("H17 without the window", outside_its_window_it_stays_shut, without(rules.window_is_open)),
)  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_rule_is_kept_and_its_mutant_is_killed(mutant, monkeypatch):
    mutant.breaks()
    mutant.mutate(monkeypatch)
    with pytest.raises(AssertionError):
        mutant.breaks()
