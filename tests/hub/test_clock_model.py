"""The clock's rules by themselves: every fact there can be, and what each state allows."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from hub.clock_model import FAR, FIRST, LAST, ON_ANY_TIME, RULES, Facts, MarkIs, May, State, beside, may, state_of

HIGH = datetime(2026, 11, 20, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ALL = [
    Facts(*facts)
    for facts in product((False, True), (False, True), MarkIs, (None, False, True), (False, True), (False, True))
]
TRUSTED = Facts(synchronised=True, rtc=False, mark=MarkIs.BEHIND, in_step=True)


def changed(**facts: object) -> Facts:
    return Facts(**{**{f: getattr(TRUSTED, f) for f in TRUSTED.__struct_fields__}, **facts})


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (changed(), State.TRUSTED),
        (changed(synchronised=False, rtc=True), State.TRUSTED),
        (changed(in_step=None, mark=MarkIs.NEW), State.TRUSTED),
        (changed(mark=MarkIs.FAR_BEHIND), State.TRUSTED),  # a box that has been on all that time
        (changed(synchronised=False), State.UNSYNCHRONISED),
        (changed(synchronised=False, mark=MarkIs.AHEAD), State.UNSYNCHRONISED),
        (changed(mark=MarkIs.UNREADABLE), State.MARK_UNREADABLE),
        (changed(mark=MarkIs.LOWERED, in_step=None), State.MARK_LOWERED),
        (changed(mark=MarkIs.AHEAD), State.BEFORE_MARK),
        (changed(mark=MarkIs.AHEAD, in_step=False), State.BEFORE_MARK),
        (changed(in_step=False), State.STEP),
        (changed(mark=MarkIs.FAR_BEHIND, in_step=None), State.FAR_AHEAD),
        (changed(told=True), State.TRUSTED),
        (changed(told=True, mark=MarkIs.LOWERED), State.TRUSTED),
        (changed(told=True, synchronised=False), State.TOLD),
        (changed(told=True, synchronised=False, in_step=False), State.TOLD),
        (changed(told=True, mark=MarkIs.AHEAD), State.TOLD),
        (changed(told=True, synchronised=False, rtc=True, in_step=False), State.TOLD),  # a watch beats the chip
        (changed(told=True, in_step=False), State.CLASH),
        (changed(told=True, in_step=False, agreed=True), State.TOLD),
    ],
    ids=lambda value: str(value) if isinstance(value, State) else "",
)
def test_facts_make_a_state(facts: Facts, state: State) -> None:
    assert state_of(facts) is state


def test_every_state_comes_about_and_has_one_rule() -> None:
    assert {state_of(facts) for facts in ALL} == set(State) == {rule.state for rule in RULES}
    assert len(RULES) == len(State)
    assert all(rule.way_out or rule.state is State.TRUSTED for rule in RULES)


@pytest.mark.parametrize("facts", ALL, ids=str)
def test_nothing_opens_on_a_time_nobody_vouches_for(facts: Facts) -> None:
    """R5 said the other way round, over every combination: somebody vouches, no mark stands against it, no step."""
    if not may(state_of(facts), May.UNLOCK):
        return
    by_staff = facts.told and (facts.agreed or not facts.synchronised or facts.in_step is not False)
    by_machine = (
        (facts.synchronised or facts.rtc)
        and facts.in_step is not False
        and facts.mark not in (MarkIs.AHEAD, MarkIs.UNREADABLE, MarkIs.LOWERED)
        and (facts.in_step is True or facts.mark is not MarkIs.FAR_BEHIND)
    )
    assert by_staff or by_machine


def test_the_mark_moves_only_on_the_machines_own_trusted_clock() -> None:
    assert [state for state in State if may(state, May.MOVE_MARK)] == [State.TRUSTED]


@pytest.mark.parametrize("state", State)
def test_what_is_allowed(state: State) -> None:
    assert all(may(state, act) for act in ON_ANY_TIME)
    opens_nothing = {May.PLAN, May.STOP, May.EMPTY, May.ACKNOWLEDGE, May.SET_TIME, May.LOWER_MARK, May.MACHINE}
    assert opens_nothing == ON_ANY_TIME
    trusted = state in (State.TRUSTED, State.TOLD)
    assert {may(state, act) for act in (May.UNLOCK, May.SIGNED, May.STAFF)} == {trusted}


@pytest.mark.parametrize(
    ("wall", "high", "uptime_s", "is_"),
    [
        (HIGH, HIGH, 0.0, MarkIs.BEHIND),
        (HIGH - SECOND, HIGH, 0.0, MarkIs.AHEAD),
        (HIGH + FAR, HIGH, 0.0, MarkIs.BEHIND),
        (HIGH + FAR + SECOND, HIGH, 0.0, MarkIs.FAR_BEHIND),
        (HIGH + FAR + SECOND, HIGH, 1.0, MarkIs.BEHIND),  # it has been on for that second
        (HIGH + timedelta(days=365 * 30), HIGH, 3600.0, MarkIs.FAR_BEHIND),
        (HIGH - timedelta(days=365 * 30), HIGH, 3600.0, MarkIs.AHEAD),
        (HIGH, MarkIs.NEW, 0.0, MarkIs.NEW),
        (FIRST - SECOND, MarkIs.NEW, 0.0, MarkIs.AHEAD),  # a dead battery: 1970, 2000
        (FIRST - SECOND, MarkIs.LOWERED, 0.0, MarkIs.AHEAD),
        (LAST + SECOND, MarkIs.NEW, 0.0, MarkIs.FAR_BEHIND),
        (LAST, MarkIs.LOWERED, 0.0, MarkIs.LOWERED),
        (HIGH, MarkIs.UNREADABLE, 0.0, MarkIs.UNREADABLE),
    ],
)
def test_where_a_clock_stands_to_the_mark(
    wall: datetime, high: datetime | MarkIs, uptime_s: float, is_: MarkIs
) -> None:
    assert beside(wall, high, uptime_s) is is_
