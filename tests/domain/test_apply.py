"""`apply` is the only changer, obeys the table, decides nothing, and gives the same state every time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import events as e
from hub.domain.apply import KEEP_DAYS, apply
from hub.domain.days import CATCH_UP_DAYS
from hub.domain.intake import Life
from hub.domain.life import FINAL, TABLE, UNRESOLVED, NotInTheTable, after
from hub.domain.plan import Minutes
from hub.domain.state import State
from tests.domain.play import DAY, Play
from tests.domain.samples import filled

BODIES = sorted({body for row in TABLE.values() for body in row}, key=lambda b: b.__name__)


def event(play: Play, body: e.AnyBody) -> e.Event:
    return e.Event(
        seq=play.state.seq + 1, id="x", wall=play.now.wall, monotonic_s=play.now.monotonic_s, trusted=True,
        boot="boot-1", plan_version=1, body=body,
    )  # fmt: skip


def test_what_the_table_does_not_know_is_not_applied(day):
    with pytest.raises(NotInTheTable):
        apply(day.state, event(day, e.IntakeMissed(intake=f"{DAY}/morning")))


def test_the_state_given_is_left_alone(day):
    before = day.state
    apply(before, event(day, e.MainsLost()))
    assert (before.mains, day.state is before) == (True, True)


def test_an_event_that_only_tells_moves_the_number_alone(day):
    after_it = apply(day.state, event(day, e.Booted(release="1")))
    assert after_it.seq == day.state.seq + 1
    assert after_it.records is day.state.records


def test_replayed_from_empty_it_is_the_same_state(day):
    day.at("8.00").open("morning")
    day.take(1, 1)
    day.at("13.00").die("boot-2")
    state = State()
    for each in day.events:
        state = apply(state, each)
    assert state == day.state


@given(st.sampled_from(list(Life)), st.sampled_from(BODIES), st.sampled_from(list(Life)))
def test_the_table_is_the_only_way(state, kind, before):
    body = filled(kind)
    if kind in TABLE[state]:
        assert after(state, body, before) in Life
    else:
        with pytest.raises(NotInTheTable):
            after(state, body, before)


def test_nothing_that_may_have_left_the_box_is_opened_again_by_time_alone():
    """R2: out of what is final or unresolved, only a named person's or the citizen's word leads back to `due`."""
    back = {
        (state, body.__name__)
        for state in (FINAL | UNRESOLVED) - {Life.PARTLY_TAKEN, Life.WITHHELD, Life.WITHDRAWN}
        for body, target in TABLE[state].items()
        if target not in FINAL | UNRESOLVED
    }
    assert back == {
        (Life.MISSED, "IntakeReleased"), (Life.UNCERTAIN, "IntakeReleased"), (Life.NOT_KNOWN, "IntakeReleased"),
        (Life.DECLINED, "DeclineWithdrawn"), (Life.HANDED_OUT_EARLY, "IntakePutBack"),
    }  # fmt: skip


def test_what_is_told_late_is_still_remembered():
    """A day told after a long power cut is not let go in the same breath; an interval never outlives its record."""
    assert KEEP_DAYS > CATCH_UP_DAYS
    longest_min = next(m.le for m in Minutes.__metadata__)
    assert longest_min <= KEEP_DAYS * 24 * 60


def test_an_alarm_ends_where_its_cause_does(day):
    day.trust(False)
    day.trust(True)
    assert day.state.alarms["clock/hub"].ended
    assert not day.state.alarms["clock/hub"].alive
