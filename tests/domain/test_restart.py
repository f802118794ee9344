"""The process dies inside an opening, or the days go by without power: what the next one makes of it (R1, R3, H1)."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.days import CATCH_UP_DAYS
from hub.domain.intake import Life
from hub.domain.plan import Handout, Limits
from hub.domain.reading import Sensed
from tests.domain.play import DAY, MORNING, TABLET_MG, Play, ordination, plan_of

ID = f"{DAY}/morning"


@pytest.fixture
def opening(day: Play) -> Play:
    """The intent is committed; nobody has seen the lid move."""
    assert day.at("8.00").open("morning") == ()
    return day


@pytest.fixture
def opened(opening: Play) -> Play:
    """The lid is open."""
    opening.lid(1, True)
    return opening


def test_died_before_the_lid_moved(opening):
    """R1: lid shut, weight equal: the state before, and only a new touch opens."""
    opening.die()
    assert opening.life("morning") is Life.DUE
    assert opening.state.opening is None
    assert opening.record("morning").handed_at is None
    assert len(opening.said(e.PulseRequested)) == 1  # replay gives no pulse
    opening.seconds(60)
    assert len(opening.said(e.PulseRequested)) == 1
    assert opening.open("morning") == ()


def test_died_before_the_lid_moved_in_a_second_opening(play):
    play.accept(plan_of(ordination("pinemol", MORNING, quantity=2)))
    play.fill("morning", 1, 2)
    play.at("8.00").open("morning")
    play.take(1, 1)
    play.open("morning")
    play.die()
    assert play.life("morning") is Life.PARTLY_TAKEN


@pytest.mark.parametrize(
    "sensed",
    [
        lambda p: replace(p.sensed(), open_lids=frozenset({1})),
        lambda p: replace(p.sensed(), open_lids=frozenset({3})),
        lambda p: replace(p.sensed(), open_lids=None),
        lambda p: replace(p.sensed(), reading=None),
        lambda p: replace(p.sensed(), reading=replace(p.sensed().reading, stable=False)),
        lambda p: replace(p.sensed(), reading=replace(p.sensed().reading, weight_mg=p.weight_mg - TABLET_MG)),
        lambda p: replace(p.sensed(), reading=replace(p.sensed().reading, weight_mg=p.weight_mg + TABLET_MG)),
    ],
    ids=["lid open", "another lid open", "lids unknown", "no scale", "unstable", "lighter", "heavier"],
)
def test_died_before_the_lid_moved_and_something_is_not_as_it_was(opening, sensed):
    opening.die(sensed=sensed(opening))
    assert opening.life("morning") is Life.UNCERTAIN
    assert opening.record("morning").reason == "restart_during_opening"
    assert "uncertain/morning" in opening.alarms()
    assert opening.record("morning").handed_at is not None


@pytest.mark.parametrize("contents_mg", [60, 100, None])
def test_contents_the_scale_cannot_miss_prove_nothing(play, contents_mg):
    """A small tablet may have been taken between intent and restart, and the weight would be 'equal'."""
    play.accept(plan_of(ordination("digoxin", MORNING)))
    play.do(c.FillCompartment(1, ID, contents_mg, "Sanne"))
    play.at("8.00").open("morning")
    play.die()
    assert play.life("morning") is Life.UNCERTAIN


def test_died_with_the_lid_open_and_it_still_is(opened):
    opened.die()
    assert opened.life("morning") is Life.OPEN
    opened.seconds(5)
    opened.weight_mg -= TABLET_MG
    opened.lid(1, False)
    opened.seconds(2)
    assert opened.life("morning") is Life.TAKEN


def test_died_with_the_lid_open_and_it_is_shut_now(opened):
    opened.lids = frozenset()
    opened.die()
    assert opened.life("morning") is Life.UNCERTAIN
    assert opened.state.open_lids == frozenset()
    assert opened.state.fills[1].doubted == "uncertain"
    assert opened.open("morning") == ("not_now", "fill_doubted")


def test_died_with_the_lid_open_and_another_is_open_too(opened):
    """R12: both are uncertain."""
    opened.lids = frozenset({1, 2})
    opened.die()
    assert (opened.life("morning"), opened.life("noon")) == (Life.UNCERTAIN, Life.UNCERTAIN)


def test_died_while_the_citizen_was_asked(day):
    day.at("8.00").open("morning")
    day.stable = False
    day.take(1, 1)
    day.seconds(12)
    assert day.said(e.WordAsked)
    day.die()
    assert day.life("morning") is Life.UNCERTAIN


def test_died_shut_and_opened_again_meanwhile(opened):
    """Shut when it died, open now: that is not 'still open', and the scale is not asked with the lid open."""
    opened.stable = False
    opened.lid(1, False)
    opened.lids, opened.stable = frozenset({1}), True
    opened.die()
    assert opened.life("morning") is Life.UNCERTAIN


def test_nothing_known_of_the_lids_keeps_what_was(opened):
    opened.die(sensed=Sensed())
    assert opened.life("morning") is Life.UNCERTAIN
    assert opened.said(e.LidClosed) == []  # the next look says


def test_a_filled_lid_found_open_at_boot(day):
    """H23: by key or by force, while nobody looked."""
    day.lids = frozenset({2})
    day.die()
    assert day.state.fills[2].doubted == "lid_opened"
    assert day.alarms() == {"tamper/2"}
    day.lids = frozenset()
    day.die()
    assert day.state.open_lids == frozenset()


def test_boot_tells_itself(day):
    day.die()
    assert day.said(e.Booted)[0].release == "test"


# -- uncertain, resolved by name --------------------------------------------------------------------------------------


@pytest.fixture
def uncertain(opened: Play) -> Play:
    opened.lids = frozenset()
    opened.die("boot-2")
    return opened


def test_verified_and_released(uncertain):
    assert uncertain.resolve("morning", Life.DUE, "10.00") == ()
    assert uncertain.life("morning") is Life.DUE
    assert uncertain.state.fills[1].doubted == ""
    assert uncertain.alarms() == set()
    assert uncertain.at("9.30").open("morning") == ()
    uncertain.take(1, 1)
    assert uncertain.life("morning") is Life.TAKEN


def test_released_and_missed_again_is_told_again(uncertain):
    uncertain.resolve("morning", Life.DUE, "10.00")
    uncertain.at("10.00")
    assert uncertain.life("morning") is Life.MISSED
    assert uncertain.alarms() == {"not_taken/morning"}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Life.TAKEN, Life.TAKEN), (Life.MISSED, Life.MISSED), (Life.GIVEN_BY_STAFF, Life.GIVEN_BY_STAFF)],
)
def test_resolved(uncertain, outcome, state):
    assert uncertain.resolve("morning", outcome) == ()
    assert uncertain.life("morning") is state
    assert uncertain.alarms() == set()
    assert uncertain.open("morning") != ()


@pytest.mark.parametrize("until", ["7.30", "8.00", "20.01"])
def test_a_release_needs_a_time_that_is_near(uncertain, until):
    assert uncertain.resolve("morning", Life.DUE, until) == ("latest_wrong",)


def test_a_release_without_a_time_keeps_the_intakes_own(uncertain):
    assert uncertain.resolve("morning", Life.DUE) == ()
    assert uncertain.at("9.00").life("morning") is Life.MISSED


def test_uncertain_stays_until_a_named_person_says(uncertain):
    uncertain.wait(timedelta(days=20))
    assert uncertain.life("morning") is Life.UNCERTAIN
    assert "uncertain/morning" in uncertain.alarms()


def test_what_nobody_knows_cannot_be_resolved(uncertain):
    assert uncertain.resolve("breakfast", Life.TAKEN) == ("no_such",)
    assert uncertain.resolve("morning", Life.WITHDRAWN) == ("no_such",)
    assert uncertain.resolve("noon", Life.TAKEN) == ("not_now",)  # planned: not staff's to say


@pytest.mark.parametrize("outcome", [Life.TAKEN, Life.MISSED])
def test_what_is_due_is_the_citizens_to_say(day, outcome):
    assert day.at("8.00").resolve("morning", outcome) == ("not_now",)
    assert day.resolve("morning", Life.GIVEN_BY_STAFF) == ()


# -- days without power -----------------------------------------------------------------------------------------------


def reminded(play: Play) -> Play:
    plan = plan_of(ordination("insulin", MORNING, handout=Handout.REMINDED))
    play.accept(replace(plan, limits=replace(plan.limits, plan_age_days=365)))
    return play


def test_each_missed_day_is_told(play):
    """H2."""
    reminded(play).now = replace(play.now, wall=play.now.wall + timedelta(days=4))
    play.die("boot-2")
    days = [DAY + timedelta(days=n) for n in range(5)]
    assert [play.life("morning", d) for d in days] == [Life.MISSED] * 4 + [Life.PLANNED]
    assert play.state.planned_day == days[-1]
    assert len(play.alarms()) == 4


def test_more_days_than_that_are_told_in_one(play):
    reminded(play).now = replace(play.now, wall=play.now.wall + timedelta(days=30))
    play.die("boot-2")
    assert len([r for r in play.state.records.values() if r.state is Life.MISSED]) == CATCH_UP_DAYS + 1
    gap = [a for a in play.state.living_alarms() if "--" in a.id]
    assert [(a.id, a.criticality) for a in gap] == [("not_taken/2026-03-12--2026-04-04", "high")]


def test_a_plan_that_came_while_behind_loses_no_day(play):
    """The clock was doubted for days; the plan that came meanwhile is valid from later than what was missed."""
    reminded(play).at("10.00").trust(False)
    play.now = replace(play.now, wall=play.now.wall + timedelta(days=3))
    later = datetime(2026, 3, 15, 8, tzinfo=UTC)
    insulin = ordination("insulin", MORNING, handout=Handout.REMINDED)
    plan = plan_of(insulin, version=2, valid_from=later, issued=later)
    assert play.accept(plan) == ()
    play.trust(True)
    assert {str(i.day): r.state for r in play.state.records.values() for i in [r.intake]} == {
        "2026-03-12": Life.MISSED, "2026-03-13": Life.MISSED, "2026-03-14": Life.MISSED, "2026-03-15": Life.MISSED,
    }  # fmt: skip


def of_no_time(play: Play, valid_from: datetime) -> Play:
    """A hub's first plan reaches it before it knows what time it is."""
    play.now = replace(play.now, wall=datetime(1970, 1, 1, tzinfo=UTC))
    play.trust(False)
    insulin = ordination("insulin", MORNING, handout=Handout.REMINDED)
    plan = plan_of(insulin, valid_from=valid_from, issued=valid_from, limits=Limits(plan_age_days=365))
    assert play.accept(plan) == ()
    return play


def known_again(play: Play, wall: datetime) -> list[str]:
    """The days that are told as missed once the time is known."""
    play.now = replace(play.now, wall=wall, trusted=True)
    play.tick()
    return sorted(str(r.intake.day) for r in play.state.records.values() if r.state is Life.MISSED)


def test_a_first_plan_without_the_time_and_days_without_power_lose_no_day(play):
    """How long ago that boot was nobody knows, so it is told from the plan's first day on."""
    of_no_time(play, datetime(2026, 3, 12, 4, tzinfo=UTC)).die("boot-2")
    missed = known_again(play, datetime(2026, 3, 14, 12, tzinfo=UTC))
    assert missed == ["2026-03-12", "2026-03-13", "2026-03-14"]
    assert len(play.alarms()) == len(missed)


def test_more_of_them_than_a_week_are_told_in_one(play):
    of_no_time(play, datetime(2026, 2, 1, 4, tzinfo=UTC)).die("boot-2")
    assert len(known_again(play, datetime(2026, 3, 14, 12, tzinfo=UTC))) == CATCH_UP_DAYS + 1
    assert [a.id for a in play.state.living_alarms() if "--" in a.id] == ["not_taken/2026-01-31--2026-03-07"]


def test_a_first_plan_is_ours_from_when_it_came(play):
    """By the clock that counts on within a boot: days of the plan before that are nobody's misses here."""
    of_no_time(play, datetime(2026, 2, 1, 4, tzinfo=UTC))
    play.now = replace(play.now, monotonic_s=play.now.monotonic_s + timedelta(days=2).total_seconds())
    missed = known_again(play, datetime(2026, 3, 14, 12, tzinfo=UTC))
    assert missed == ["2026-03-12", "2026-03-13", "2026-03-14"]
    assert len(play.alarms()) == len(missed)


def test_two_plans_before_the_time_is_known_lose_nothing_of_the_first(play):
    of_no_time(play, datetime(2026, 3, 12, 4, tzinfo=UTC)).die("boot-2")
    insulin, now = ordination("insulin", MORNING, handout=Handout.REMINDED), datetime(2026, 3, 14, 9, tzinfo=UTC)
    assert play.accept(plan_of(insulin, version=2, valid_from=now, issued=now)) == ()
    assert known_again(play, now + timedelta(hours=3)) == ["2026-03-12", "2026-03-13", "2026-03-14"]


def test_days_before_a_first_plan_was_issued_are_nobodys(play):
    """H29: valid from New Year, issued today."""
    play.now = replace(play.now, wall=datetime(1970, 1, 1, tzinfo=UTC))
    play.trust(False)
    insulin, issued = ordination("insulin", MORNING, handout=Handout.REMINDED), datetime(2026, 3, 13, 9, tzinfo=UTC)
    assert play.accept(plan_of(insulin, issued=issued, valid_from=datetime(2026, 1, 1, tzinfo=UTC))) == ()
    play.die("boot-2")
    assert known_again(play, datetime(2026, 3, 14, 12, tzinfo=UTC)) == ["2026-03-13", "2026-03-14"]
    assert not [a for a in play.alarms() if "--" in a]


def test_a_past_moment_is_missed_not_opened(day):
    """H5, H17: hours pass at once; nothing bursts open."""
    day.now = replace(day.now, wall=day.now.wall + timedelta(hours=12), monotonic_s=day.now.monotonic_s + 43200)
    day.die("boot-2")
    assert [day.life(s) for s in ("morning", "noon", "evening", "night")] == [
        Life.MISSED, Life.MISSED, Life.DUE, Life.PLANNED,
    ]  # fmt: skip
    assert day.said(e.OpeningRequested) == []
