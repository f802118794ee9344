"""Orders that are out of all bounds, or carried out on a clock that is wrong, do no harm (R5, R14, H20)."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain.leave import Leave, LeaveKind
from tests.domain.play import MORNING, Play, ordination, plan_of

NEVER = datetime(9999, 12, 31, 23, tzinfo=UTC)


@pytest.fixture
def home() -> Play:
    play = Play()
    play.accept(plan_of(ordination("a", MORNING)))
    return play


def leave(play: Play, kind: LeaveKind, begins_in: timedelta, lasts: timedelta | None) -> c.BeginLeave:
    begins = play.now.wall + begins_in
    return c.BeginLeave(Leave("l1", kind, begins, "Sanne", begins + lasts if lasts else None, "Karen"))


@pytest.mark.parametrize("kind", list(LeaveKind))
def test_a_leave_at_the_end_of_all_calendars_is_refused(home, kind):
    ends = None if kind is LeaveKind.HOSPITAL else NEVER
    assert home.do(c.BeginLeave(Leave("l1", kind, NEVER, "Sanne", ends, "Karen"))) == ("latest_wrong",)


def test_a_leave_is_agreed_upon_a_year_ahead_and_no_longer(home):
    assert home.do(leave(home, LeaveKind.WEEKEND, timedelta(days=367), timedelta(days=2))) == ("latest_wrong",)
    assert home.do(leave(home, LeaveKind.WEEKEND, timedelta(days=366), timedelta(days=2))) == ()


def test_a_touch_takes_no_leave_back_that_is_only_agreed_upon(home):
    home.do(leave(home, LeaveKind.WEEKEND, timedelta(days=2), timedelta(days=2)))
    assert home.do(c.EndLeave("citizen", named=False)) == ("not_now",)
    assert home.state.leave is not None
    home.wait(timedelta(days=2, minutes=1))
    assert home.do(c.EndLeave("citizen", named=False)) == ()
    assert home.state.leave is None


def test_a_clock_gone_ahead_forgets_no_command(home):
    """A stop is carried out on any clock; one in 2076 must not let an old command be carried out again."""
    home.mains_are(False)
    expires = home.now.wall + timedelta(hours=72)
    first = c.Signed("command-1", "Sanne", expires, c.Acknowledge("mains_lost/hub", "Sanne"))
    assert home.do(first) == ()
    right = home.now
    home.step_wall(timedelta(days=365 * 50), trusted=False)
    stop = c.StopOrdinations(("a",), right.wall, "Sanne", "")
    assert home.do(c.Signed("stop-1", "Sanne", expires + timedelta(days=366), stop)) == ()
    home.now = replace(right, monotonic_s=home.now.monotonic_s)
    home.tick()
    home.mains_are(True).mains_are(False)
    assert home.do(first) == ("already",)


def test_a_stop_from_a_time_that_has_not_come_counts_from_now(home):
    """Else no plan could ever lift it."""
    assert home.do(c.StopOrdinations(("a",), NEVER, "Sanne", "")) == ()
    assert home.state.stops == {"a": home.now.wall}
    home.minutes(1)
    assert home.accept(plan_of(ordination("a", MORNING), version=2, issued=home.now.wall)) == ()
    assert home.state.stops == {}
