"""Too warm is a day's matter, and what only has to be there is told as a figure."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.checks import rtc_check, warmth_check
from hub.device_states import WELL_S, DeviceStates
from hub.domain.events import Device
from hub.ports import DeviceError
from hub.warmth import BEGINS_C, MOST_C, WELL_C, Warmth

HOUR_S = 3600.0
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def kept(warmth: Warmth, celsius: float, hours: float, from_h: float) -> float:
    """At that warmth, a look each minute; the hour at the end."""
    for minute in range(round(hours * 60)):
        warmth.take(Decimal(f"{celsius:.1f}"), (from_h + minute / 60) * HOUR_S)
    return from_h + hours


def test_an_afternoon_is_not_too_warm_and_a_week_is() -> None:
    warmth = Warmth()
    hour = kept(warmth, 21, 48, 0)
    hour = kept(warmth, 32, 6, hour)
    assert not warmth.too_warm
    hour = kept(warmth, 22, 24, hour)
    hour = kept(warmth, 28, 48, hour)
    assert warmth.too_warm
    kept(warmth, 20, 48, hour)
    assert not warmth.too_warm


@pytest.mark.parametrize(("day_c", "night_c", "too_warm"), [(30, 23, True), (26, 21, False)])
def test_days_and_nights_are_taken_together(day_c: float, night_c: float, too_warm: bool) -> None:
    warmth, hour = Warmth(), 0.0
    for _ in range(7):
        hour = kept(warmth, day_c, 12, hour)
        hour = kept(warmth, night_c, 12, hour)
    assert warmth.too_warm is too_warm


def test_at_the_limit_it_is_told_once() -> None:
    warmth = Warmth()
    hour = kept(warmth, 25.2, 240, 0)
    assert warmth.too_warm
    hour = kept(warmth, 24.5, 240, hour)
    assert warmth.too_warm
    kept(warmth, 23, 240, hour)
    assert not warmth.too_warm


@pytest.mark.parametrize(("celsius", "after_h"), [(30, 17), (40, 7)])
def test_a_hub_that_begins_on_a_warm_afternoon_waits_until_it_was_long_enough(celsius: float, after_h: float) -> None:
    warmth = Warmth()
    hour = kept(warmth, celsius, after_h - 1, 0)
    assert not warmth.too_warm
    kept(warmth, celsius, 2, hour)
    assert warmth.too_warm


@given(st.lists(st.tuples(st.decimals("-20", "60", places=1), st.floats(0, 1e6)), min_size=1, max_size=40))
def test_the_mean_is_never_outside_what_was_measured(measured: list[tuple[Decimal, float]]) -> None:
    warmth, at_s = Warmth(), 0.0
    for celsius, later_s in measured:
        at_s += later_s
        warmth.take(celsius, at_s)
        assert math.isfinite(warmth.mean_c)
        assert warmth.mean_c <= MOST_C or warmth.too_warm
        assert warmth.mean_c > WELL_C or not warmth.too_warm
    seen = [BEGINS_C, *(float(celsius) for celsius, _ in measured)]
    assert min(seen) - 1e-9 <= warmth.mean_c <= max(seen) + 1e-9


class Measured:
    """A clock and a thermometer that say what they are told to."""

    def __init__(self) -> None:
        self.celsius_now: Decimal | None = Decimal("27.5")
        self.told = NOON

    def celsius(self) -> Decimal:
        if self.celsius_now is None:
            raise DeviceError("temperature: none at /there")
        return self.celsius_now

    def time(self) -> datetime:
        return self.told

    def close(self) -> None: ...


def test_the_figures_are_for_people() -> None:
    measured = Measured()
    warm = warmth_check(measured, lambda: 0.0)
    assert warm() == "27.5 °C, over a day 20.0 °C"
    measured.celsius_now = None
    with pytest.raises(DeviceError, match="none at"):
        warm()
    assert rtc_check(measured, lambda: NOON + timedelta(seconds=3))() == (
        "2026-07-01 12:00:00 UTC, -3 s to the machine's clock"
    )


def test_too_warm_is_trouble_of_the_thermometer_until_it_is_cool_again() -> None:
    measured, now_s = Measured(), 0.0
    states = DeviceStates(lambda: now_s)
    warm = warmth_check(measured, lambda: now_s)
    told: list[str | None] = []
    for day_c in (22, 29, 29, 29, 18, 18):
        measured.celsius_now = Decimal(day_c)
        for _ in range(24 * 60):
            now_s += 60
            states.check(Device.TEMPERATURE, warm)
        now_s += WELL_S
        states.check(Device.TEMPERATURE, warm)
        told.append(states.troubles.get(Device.TEMPERATURE))
    assert told[0] == told[-1] == ""
    assert str(told[3]).startswith("temperature: too warm for medicine: 29 °C, over a day ")
    assert [bool(text) for text in told] == [*sorted(map(bool, told[:4])), bool(told[4]), False], "once, and it ends"
