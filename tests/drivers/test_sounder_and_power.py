"""Tones after IEC 60601-1-8, the buzzer that plays their rhythm, and mains: twin and gpiozero."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.power import GpioPower, TwinPower
from drivers.sounder import REMINDER, TONES, GpioSounder, TwinSounder
from drivers.tones import length_ms, rhythm
from hub.ports import DeviceError, Power, Tone
from tests.drivers.worlds import RunningWorld, running_world, wait_for

PIN = 6
ALL = [*TONES.values(), REMINDER]
PULSES = {"high": {10}, "medium": {3}, "low": {1, 2}, "reminder": {1, 2}}


# -- the standard's numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tone", ALL, ids=lambda tone: tone.name)
def test_tones_are_within_the_standard(tone: Tone) -> None:
    assert tone.pulses in PULSES[tone.name]
    shortest, longest = (75, 200) if tone.name == "high" else (125, 250)
    assert shortest <= tone.pulse_ms <= longest
    assert 150 <= tone.hertz <= 1000
    harmonics = [tone.hertz * n for n in range(3, 100, 2) if 300 <= tone.hertz * n <= 4000]  # of a square wave
    assert len(harmonics) >= 4
    assert 0 < tone.volume <= 1
    least, most = (50, 125) if tone.name == "high" else (125, 250)
    assert least <= tone.gap_ms <= most


def test_the_high_tone_is_three_and_two_twice() -> None:
    tone = TONES["high"]
    gaps = [gap for gap, _ in rhythm(tone)]
    long = 2 * tone.gap_ms + tone.pulse_ms
    short = tone.gap_ms
    assert gaps == [0, short, short, long, short, gaps[5], short, short, long, short]
    assert 350 <= gaps[5] <= 1300
    assert length_ms(tone) == sum(gaps) + 10 * tone.pulse_ms


def test_the_more_critical_the_more_insistent() -> None:
    louder = [TONES[name].volume for name in ("low", "medium", "high")]
    assert louder == sorted(louder)
    assert REMINDER.volume < louder[0]


# -- the buzzer --------------------------------------------------------------------------------------------------------

QUICK = Tone("medium", pulses=3, pulse_ms=30, gap_ms=30, hertz=400, volume=0.5)
LONG = Tone("low", pulses=1, pulse_ms=60_000, gap_ms=0, hertz=400, volume=0.5)


class Buzzer:
    def __init__(self) -> None:
        self.factory = MockFactory()
        self.sounder = GpioSounder(self.factory, PIN)
        self.pin = self.factory.pin(PIN)
        self.pin.clear_states()

    @property
    def edges(self) -> list[bool]:
        return [state.state for state in self.pin.states[1:]]


@pytest.fixture
def buzzer() -> Iterator[Buzzer]:
    made = Buzzer()
    yield made
    made.sounder.close()


def test_a_tone_is_its_pulses_and_then_silence(buzzer: Buzzer) -> None:
    began = time.monotonic()
    buzzer.sounder.play(QUICK)
    assert time.monotonic() - began < length_ms(QUICK) / 1000  # it does not block
    wait_for("all pulses", lambda: len(buzzer.edges) >= 6)
    assert buzzer.edges == [True, False] * 3
    assert time.monotonic() - began >= length_ms(QUICK) / 1000
    steps = [state.timestamp for state in buzzer.pin.states[2:]]
    assert all(step >= 0.029 for step in steps)


def test_silence_cuts_a_tone_short(buzzer: Buzzer) -> None:
    buzzer.sounder.play(LONG)
    wait_for("the sound", lambda: buzzer.pin.state)
    buzzer.sounder.play(None)
    wait_for("silence", lambda: not buzzer.pin.state)
    assert buzzer.edges == [True, False]


def test_a_new_tone_takes_over(buzzer: Buzzer) -> None:
    buzzer.sounder.play(LONG)
    wait_for("the sound", lambda: buzzer.pin.state)
    buzzer.sounder.play(QUICK)
    wait_for("the other tone", lambda: len(buzzer.edges) >= 8)
    assert all(now != then for then, now in pairwise(buzzer.edges))
    assert buzzer.edges == [True, False] * 4


def test_closing_is_silence_and_may_be_done_twice(buzzer: Buzzer) -> None:
    buzzer.sounder.play(LONG)
    wait_for("the sound", lambda: buzzer.pin.state)
    buzzer.sounder.close()
    assert not buzzer.pin.state
    buzzer.sounder.close()
    with pytest.raises(DeviceError, match="sounder"):
        buzzer.sounder.play(QUICK)


def test_a_line_that_fails_is_said_at_the_next_tone(buzzer: Buzzer) -> None:
    buzzer.sounder._buzzer.close()  # pulled out from under it

    def said() -> bool:
        try:
            buzzer.sounder.play(QUICK)
        except DeviceError as error:
            return str(error).startswith("sounder: ")
        return False

    wait_for("the trouble", said)


def test_the_twin_records_what_was_played(world: RunningWorld) -> None:
    sounder = TwinSounder(world.socket)
    sounder.play(TONES["high"])
    sounder.play(None)
    (played,) = world.client.look().tones
    assert played.tone == TONES["high"]
    assert played.until_s - played.at_s < length_ms(TONES["high"]) / 1000
    world.stop()
    with pytest.raises(DeviceError, match="sounder: the world at"):
        sounder.play(REMINDER)
    sounder.close()


# -- mains -------------------------------------------------------------------------------------------------------------

Mains = tuple[Power, Callable[[bool], object]]


@pytest.fixture(params=["twin", "mock"])
def mains(request: pytest.FixtureRequest) -> Iterator[Mains]:
    with ExitStack() as closing:
        if request.param == "twin":
            world = closing.enter_context(running_world())
            power: Power = TwinPower(world.socket)
            switch: Callable[[bool], object] = world.client.set_mains
        else:
            factory = MockFactory()
            power, pin = GpioPower(factory, PIN), factory.pin(PIN)
            switch = lambda on: pin.drive_high() if on else pin.drive_low()  # noqa: E731
            switch(True)
        closing.callback(power.close)
        yield power, switch


def test_mains_go_and_come_back(mains: Mains) -> None:
    power, switch = mains
    assert power.mains()
    switch(False)
    wait_for("mains lost", lambda: not power.mains())
    switch(True)
    wait_for("mains back", power.mains)


def test_a_closed_power_sensor_says_so(mains: Mains) -> None:
    power, _ = mains
    power.close()
    power.close()
    with pytest.raises(DeviceError, match="power"):
        power.mains()


def test_a_broken_mains_wire_reads_as_lost() -> None:
    power = GpioPower(MockFactory(), PIN)
    assert not power.mains()
    power.close()


def test_power_without_a_world_is_said(world: RunningWorld) -> None:
    world.stop()
    with pytest.raises(DeviceError, match="power: the world at"):
        TwinPower(world.socket)
