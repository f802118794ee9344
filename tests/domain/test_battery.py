"""The battery's charge becomes an alarm, and at the end an orderly stop (H21)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.battery import LAST_PCT, LOW_PCT, STOP_PCT, WELL_PCT, battery
from hub.domain.decide import decide
from hub.domain.reading import Sensed
from hub.domain.state import Opening, State
from tests.domain.play import Play

CHARGES = st.none() | st.integers(0, 100)


def looks(day: Play, charge_pct: int | None, mains: bool | None = False) -> list[str]:
    """One look after the other until nothing follows; what followed, by name."""
    before = len(day.log)
    for _ in range(10):
        if not day._apply(decide(day.state, c.Tick(Sensed(mains=mains, charge_pct=charge_pct)), day.now)):
            return [type(body).__name__ for body in day.log[before:]]
    raise AssertionError("it never settles")


def test_low_is_told_once_and_ends_when_it_is_charged(day: Play) -> None:
    looks(day, 100)
    assert looks(day, LOW_PCT + 1) == []
    assert looks(day, LOW_PCT) == ["AlarmRaised"]
    assert day.said(e.AlarmRaised)[-1].alarm == "battery_low/hub"
    day._apply([e.AlarmAcknowledged(alarm="battery_low/hub", by="Sanne")])
    assert looks(day, LOW_PCT - 1) == []  # seen and still so: not told again
    assert looks(day, WELL_PCT - 1, mains=True) == ["MainsRestored", "AlarmEnded"]  # that of the mains
    assert looks(day, WELL_PCT, mains=True) == ["AlarmEnded"]
    assert looks(day, LOW_PCT, mains=True) == ["AlarmRaised"]  # it does not charge: nobody is carried through a cut


def test_the_box_stops_once_a_cut(day: Play) -> None:
    assert looks(day, STOP_PCT + 1)[-1] == "AlarmRaised"
    assert looks(day, STOP_PCT) == ["PoweredOff"]
    assert day.said(e.PoweredOff) == [e.PoweredOff(charge_pct=STOP_PCT)]
    assert looks(day, 0) == []
    assert looks(day, 3, mains=True) == ["MainsRestored", "AlarmEnded"]  # before the power was gone
    assert looks(day, 3) == ["MainsLost", "AlarmRaised", "PoweredOff"]


def test_the_next_boot_may_stop_again(day: Play) -> None:
    looks(day, STOP_PCT)
    day._apply([e.Booted(release="0.1.0")])
    assert looks(day, STOP_PCT) == ["PoweredOff"]


@pytest.mark.parametrize("mains", [True, None])
def test_it_does_not_stop_where_the_mains_are_not_sensed_gone(day: Play, mains: bool | None) -> None:
    looks(day, 50)
    assert "PoweredOff" not in looks(day, 0, mains)


@given(CHARGES, st.none() | st.booleans(), st.booleans(), st.booleans())
@example(STOP_PCT, False, True, False)
@example(LAST_PCT, False, True, False)
def test_a_stop_is_never_without_cause(charge: int | None, mains: bool | None, opening: bool, stopping: bool) -> None:
    under_way = Opening("o1", "2026-03-12/noon", 1, 41_000, 410)
    state = State(opening=under_way if opening else None, stopping=stopping)
    stops = [body for body in battery(state, Sensed(mains=mains, charge_pct=charge)) if isinstance(body, e.PoweredOff)]
    limit = LAST_PCT if opening else STOP_PCT
    due = mains is False and charge is not None and charge <= limit and not stopping
    assert [body.charge_pct for body in stops] == ([charge] if due else [])


@given(st.lists(CHARGES, max_size=30))
def test_whatever_the_gauge_says_the_alarm_is_alive_or_not_and_never_both(charges: list[int | None]) -> None:
    day, low = Play(), False
    for charge in charges:
        looks(day, charge, mains=True)
        if charge is not None:
            low = charge <= LOW_PCT or (low and charge < WELL_PCT)
        assert ("battery_low/hub" in day.alarms()) is low
