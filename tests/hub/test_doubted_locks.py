"""What was wrong with a lock is so after a restart, until that lock itself has done well (R9, R11, H12)."""

from pathlib import Path

import pytest

from hub.device_states import LOST_S, WELL_S
from hub.domain import events as e
from hub.domain.events import Device
from hub.doubted_locks import DoubtedLocks
from hub.pulses import NOT_GIVEN
from tests.hub.box import INTAKE, Box, HandClock, RunningLoop, running, touch_open
from tests.hub.made import wait_for

STUCK = "lock 1: its line stays low"


def pulse(compartment: int, intake: str = INTAKE) -> e.PulseRequested:
    return e.PulseRequested(intake=intake, opening="o1", compartment=compartment, number=1)


def failed(reason: str = STUCK) -> e.PulseFailed:
    return e.PulseFailed(intake=INTAKE, opening="o1", number=1, reason=reason)


def opened(compartment: int, intake: str | None = INTAKE) -> e.LidOpened:
    return e.LidOpened(compartment=compartment, intake=intake)


FILLING = e.FillingBegun(filling="f1", compartment=1, intake=INTAKE, number=1, weight_before_mg=0, by="Sanne")
FILLING_ENDS = e.FillingEnded(filling="f1", compartment=1, reason="given_up", empty=True)
LOST, BACK = e.DeviceLost(device=Device.LOCKS, text=STUCK), e.DeviceBack(device=Device.LOCKS)


@pytest.mark.parametrize(("bodies", "doubted"), [
    ((), {}),
    ((pulse(1), failed()), {}),  # a second try may have done
    ((pulse(1), failed(), LOST), {1: STUCK}),
    ((pulse(1), LOST), {1: STUCK}),  # it hung
    ((pulse(1), failed(), LOST, BACK), {}),
    ((pulse(1), failed(), LOST, pulse(2), opened(2)), {1: STUCK}),
    ((pulse(1), failed(), LOST, pulse(1), opened(1)), {}),
    ((pulse(1), failed(), LOST, opened(1, None)), {1: STUCK}),  # by key
    ((pulse(1), failed(), LOST, FILLING, opened(1, None)), {}),
    ((pulse(1), failed(), LOST, FILLING, FILLING_ENDS, opened(1, None)), {1: STUCK}),
    ((FILLING, LOST), {1: STUCK}),
    ((pulse(1), failed(NOT_GIVEN + "a lid is open"), pulse(2), failed("lock 2: no"), LOST), {2: "lock 2: no"}),
    ((pulse(2), opened(2), LOST), {}),  # a line that was high: seen anew at once
    ((e.DeviceLost(device=Device.LAMPS, text="lamp 1: no"), pulse(1), failed()), {}),
])  # fmt: skip
def test_what_the_journal_says_of_the_locks(bodies: tuple[e.AnyBody, ...], doubted: dict[int, str]) -> None:
    locks = DoubtedLocks()
    for body in bodies:
        locks.take(body)
    assert locks.why == doubted


class Home:
    """One box and its journal, under one hub after the other; the devices' seconds are in the test's hand."""

    def __init__(self, path: Path) -> None:
        self.path, self.box, self.real_s = path, Box(HandClock()), 50.0
        make = self.box.devices
        self.box.devices = lambda post, **more: make(post, lambda: self.real_s, **more)

    def hub(self) -> "running":
        return running(self.path, self.box)

    def wait(self, hub: RunningLoop, seconds: float) -> None:
        self.real_s += seconds
        wait_for(lambda: all(look.said_s == self.real_s for look in hub.devices.looks.values()))
        hub.ticks()


def test_after_a_restart_another_locks_good_pulse_does_not_end_the_alarm(path: Path) -> None:
    home = Home(path)
    with home.hub() as hub:
        home.box.broken.add("lock")
        hub.ask(lambda: touch_open(hub.loop))
        wait_for(lambda: bool(hub.bodies(e.PulseFailed)))
        home.wait(hub, LOST_S)
        wait_for(lambda: Device.LOCKS in hub.loop.state.lost)
    home.box.broken.clear()
    with home.hub() as hub:
        home.wait(hub, WELL_S + 1)
        assert Device.LOCKS in hub.loop.state.lost, "that its line is low says nothing of its pulse"
        hub.devices.states.attempt(Device.LOCKS, lambda: None, 2)
        home.wait(hub, WELL_S + 1)
        assert Device.LOCKS in hub.loop.state.lost
        hub.devices.states.attempt(Device.LOCKS, lambda: None, 1)
        home.wait(hub, WELL_S + 1)
        wait_for(lambda: Device.LOCKS not in hub.loop.state.lost)
        assert hub.bodies(e.AlarmEnded) == [e.AlarmEnded(alarm="device/locks")]


def test_a_line_that_was_high_before_the_restart_is_seen_anew(path: Path) -> None:
    home = Home(path)
    with home.hub() as hub:
        home.box.broken.add("lines")
        home.wait(hub, 1)
        home.wait(hub, LOST_S)
        wait_for(lambda: Device.LOCKS in hub.loop.state.lost)
    home.box.broken.clear()
    with home.hub() as hub:
        wait_for(lambda: Device.LOCKS not in hub.loop.state.lost)
