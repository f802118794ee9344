"""What is said after a tone, how bright the screen is, what the battery's looks come to: by the devices' threads."""

import logging
from collections.abc import Iterator

import pytest

from hub.battery import LEAST_LOOKS
from hub.devices import Devices
from hub.domain.plan import Criticality
from hub.looks import LOOK_EVERY_S
from hub.outputs import NIGHT_PCT, SENTENCES, Outputs
from hub.ports import DeviceError
from tests.hub.box import Box, HandClock
from tests.hub.made import wait_for

SENTENCE = SENTENCES["da"]


class Room:
    """A box with a voice, heard among its tones, and a screen whose light can break."""

    def __init__(self) -> None:
        self.box, self.real_s = Box(HandClock()), 50.0
        self.lights: list[int] = []
        self.broken = False
        self.devices = Devices(
            *self.box.parts(), post=lambda command: None, real_s=lambda: self.real_s, voice=self, backlight=self
        )

    def say(self, text: str) -> None:
        self.box.tones.append(text)

    def light(self, pct: int) -> None:
        if self.broken:
            raise DeviceError("backlight: no panel")
        self.lights.append(pct)

    def close(self) -> None: ...


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    made.devices.start()
    yield made
    made.devices.close()


def test_the_sentence_comes_after_its_tone_and_once(room: Room) -> None:
    first = Outputs(tone=Criticality.HIGH, beat="first", say=SENTENCE)
    for _ in range(3):
        room.devices.show(first)
    wait_for(lambda: room.box.tones == ["high", SENTENCE])
    room.devices.show(Outputs(tone=Criticality.HIGH, beat="second"))
    wait_for(lambda: room.box.tones == ["high", SENTENCE, "high"])


def test_the_screen_is_lit_as_wanted_and_only_when_that_changes(room: Room) -> None:
    for pct, lights in ((100, [100]), (100, [100]), (NIGHT_PCT, [100, NIGHT_PCT])):
        room.devices.show(Outputs(light_pct=pct))
        wait_for(lambda lights=lights: room.lights == lights)


def test_a_light_that_fails_is_told_once_and_tried_again(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.broken = True

    def told() -> list[str]:
        return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]

    room.devices.show(Outputs(tone=Criticality.LOW, beat="first"))
    wait_for(lambda: told() == ["the screen's light: backlight: no panel"])
    room.devices.show(Outputs(tone=Criticality.LOW, beat="second"))
    wait_for(lambda: room.box.tones == ["low", "low"])
    room.broken = False
    room.devices.show(Outputs(light_pct=100))
    wait_for(lambda: room.lights == [100])
    assert len(told()) == 1


def test_the_looks_at_the_battery_are_settled_before_anybody_decides_on_them(room: Room) -> None:
    room.box.mains, room.box.charge_pct = False, 60

    def look(number: int = 1) -> int | None:
        for _ in range(number):
            asked = len(looks)
            room.real_s += LOOK_EVERY_S
            wait_for(lambda asked=asked: len(looks) > asked)
        return room.devices.sensed.charge_pct

    looks: list[float] = []
    settle = room.devices._power._battery.look
    room.devices._power._battery.look = lambda *seen: (settle(*seen), looks.append(seen[-1]))
    assert look() is None
    assert look(LEAST_LOOKS) == 60
    room.box.charge_pct = 0
    assert look() == 60, "one wrong look"
    room.box.broken.add("battery")
    assert look() == 60
    assert room.devices.sensed.mains is False
