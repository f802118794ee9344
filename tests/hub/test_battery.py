"""A charge that one wrong look does not move, and an estimate that is never far off (H21)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.battery import LEAST_LOOKS, LOOKS, Battery, seconds_per_pct, settled
from hub.broker.verbs import Done, PowerOff
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.battery import STOP_PCT
from hub.domain.reading import Sensed
from hub.snapshot import Context, snapshot
from tests.domain.play import Play
from tests.hub.box import running
from tests.hub.made import wait_for


def drained(battery: Battery, hours: float, runs_h: float, from_pct: float = 100.0, wild: int = 0) -> float:
    """Looks each second on a battery that lasts `runs_h`; every `wild`th look is nonsense. The time at the end."""
    seconds = round(hours * 3600)
    for s in range(seconds + 1):
        charge = int(max(0.0, from_pct - 100 * s / (runs_h * 3600)))
        battery.look(0 if wild and s % wild == 1 else charge, False, float(s))
    return float(seconds)


def test_too_few_looks_are_none() -> None:
    battery = Battery()
    for n in range(LEAST_LOOKS - 1):
        battery.look(50, True, float(n))
    assert battery.charge_pct is None
    battery.look(50, True, 9.0)
    assert battery.charge_pct == 50


@given(st.lists(st.none() | st.integers(0, 100), max_size=(LOOKS - 1) // 2))
def test_fewer_than_half_wrong_looks_move_it_nowhere(wrong: list[int | None]) -> None:
    right: list[int | None] = [50] * (LOOKS - len(wrong))
    assert settled([*right, *wrong]) == 50
    assert settled([*wrong, *right]) == 50


def test_a_gauge_that_is_gone_tells_nothing() -> None:
    battery = Battery()
    drained(battery, 0.1, 3)
    for n in range(LOOKS):
        battery.look(None, False, 1000.0 + n)
    assert battery.charge_pct is None


@pytest.mark.parametrize("runs_h", [0.5, 3.0, 12.0])
@pytest.mark.parametrize("wild", [0, 7])
def test_after_a_tenth_of_its_time_it_knows_how_long_it_lasts(runs_h: float, wild: int) -> None:
    battery = Battery()
    now_s = drained(battery, runs_h / 10, runs_h, wild=wild)
    left_s = battery.left_s(now_s)
    assert left_s is not None
    assert left_s == pytest.approx((1 - STOP_PCT / 100) * runs_h * 3600 - now_s, rel=0.05)


def test_a_load_that_doubles_is_seen() -> None:
    battery = Battery()
    until_s = drained(battery, 1.0, 4.0)
    for s in range(3600):
        charge = int(75 - 100 * s / (2 * 3600))
        battery.look(charge, False, until_s + s)
    assert battery.left_s(until_s + 3600) == pytest.approx((25 - STOP_PCT) * 72, rel=0.1)


def test_it_goes_down_with_the_time_and_never_below_nothing() -> None:
    battery = Battery()
    now_s = drained(battery, 0.5, 3)
    first, later = battery.left_s(now_s), battery.left_s(now_s + 60)
    assert first is not None
    assert later == pytest.approx(first - 60)
    assert battery.left_s(now_s + 1e6) == 0


def test_the_mains_end_it_and_the_next_cut_begins_anew() -> None:
    battery = Battery()
    now_s = drained(battery, 0.5, 3)
    battery.look(83, True, now_s + 1)
    assert battery.left_s(now_s + 1) is None
    battery.look(83, False, now_s + 2)
    assert battery.left_s(now_s + 2) is None


def test_a_charge_that_does_not_fall_lasts_for_a_time_nobody_knows() -> None:
    assert seconds_per_pct([(float(s), 50) for s in range(10)]) is None
    assert seconds_per_pct([(float(s), 50 + s) for s in range(10)]) is None
    assert seconds_per_pct([(0.0, 50)]) is None
    assert seconds_per_pct([(60.0 * s, 90 - s) for s in range(10)]) == pytest.approx(60)


# -- through the hub ---------------------------------------------------------------------------------------------------


EMPTY = Sensed(mains=False, charge_pct=STOP_PCT)


@pytest.mark.parametrize("refused", ["", "systemctl failed"])
def test_the_stop_is_in_the_journal_and_asked_of_the_broker_once(tmp_path: Path, refused: str) -> None:
    asked: list[object] = []

    def broker(verb: object) -> Done:
        asked.append((verb, len(hub.bodies(e.PoweredOff))))
        return Done(refused)

    with running(tmp_path / "journal.db") as hub:
        hub.loop._ask_broker = broker
        hub.box.mains = False
        wait_for(lambda: not hub.loop.state.mains)
        hub.do(c.Tick(EMPTY), c.Tick(EMPTY), c.Tick(EMPTY))
        wait_for(lambda: bool(asked))
        assert asked == [(PowerOff(), 1)]
        assert hub.bodies(e.PoweredOff) == [e.PoweredOff(charge_pct=STOP_PCT)]
        hub.ticks()  # it goes on until the system stops it


def test_the_screen_is_told_about_when_the_box_stops_in_home_time() -> None:
    play = Play().at("17.02")

    def until(left_s: float | None) -> str | None:
        shown = snapshot(play.state, play.now, Sensed(mains=False, left_s=left_s), Context(hub="H1"), 1).battery_until
        return None if shown is None else f"{shown:%H.%M}"

    assert until(None) is None
    assert until(3 * 3600) == "20.00"
    assert until(4 * 3600 - 121) == "20.45"
    assert until(4 * 3600 - 120) == "21.00"
