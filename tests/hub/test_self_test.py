"""A self-test tries every device and moves no lock, says what it found, and is in the journal by name."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.domain import events as e
from hub.domain.events import Device
from hub.outputs import Outputs
from hub.self_test import GAVE_WAY, IN_THE_WAY, self_test
from tests.hub.at_desk import WHO, Hub, at_desk
from tests.hub.box import FILLED, Box, HandClock, offer, touch_open, two_rounds
from tests.hub.made import wait_for

TEST = p.SelfTest(**WHO)


@pytest.fixture
def hub(path: Path) -> Iterator[Hub]:
    with at_desk(path) as made:
        yield made


def problems(report: p.SelfTestReport) -> dict[str, str]:
    return {result.device: result.problem for result in report.results}


def test_every_device_is_tried_and_no_lock_moved(hub: Hub) -> None:
    report = hub.say(TEST)
    assert problems(report) == dict.fromkeys(
        (Device.LAMPS, Device.LIDS, Device.LOCKS, Device.POWER, Device.SCALE, Device.SOUNDER), ""
    )
    assert all(result.figure and result.limit for result in report.results)
    assert hub.box.lamps == [(1, True), (1, False), (2, True), (2, False), (3, True), (3, False)]
    assert hub.box.tones == ["low"]
    assert hub.box.pulses == []


def test_the_report_is_in_the_journal_by_name(hub: Hub) -> None:
    report = hub.say(TEST)
    assert hub.bodies(e.SelfTested) == [e.SelfTested(by="Sanne Holm", results=report.results)]


def test_the_wrong_pin_tests_nothing(hub: Hub) -> None:
    assert isinstance(hub.say(replace(TEST, pin="0000")), p.Error)
    assert hub.box.lamps == []


@pytest.mark.parametrize(("wrong", "device", "said"), [
    ("scale", Device.SCALE, "scale: does not answer"), ("lids", Device.LIDS, "lids: does not answer"),
    ("lamp", Device.LAMPS, "lamp: does not answer"), ("sounder", Device.SOUNDER, "sounder: does not answer"),
    ("power", Device.POWER, "power: does not answer"),
])  # fmt: skip
def test_what_is_wrong_is_said_of_that_device_alone(
    hub: Hub, wrong: str, device: Device, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.self_test.REST_S", 0.5)
    hub.box.broken.add(wrong)
    wait_for(lambda: device in (Device.LAMPS, Device.SOUNDER) or problem(hub, device) == said)
    found = problems(hub.say(TEST))
    assert found.pop(device) == said
    assert set(found.values()) == {""}


def problem(hub: Hub, device: Device) -> str:
    return next(r.problem for r in hub.devices.states.reports() if r.device is device)


def test_what_answers_and_is_not_as_it_should_be_fails(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.self_test.REST_S", 0.1)
    hub.box.stable, hub.box.mains = False, False
    hub.box.move_lid(2, True)
    hub.ask(hub.devices.looks[Device.POWER].once)
    wait_for(lambda: not hub.devices.sensed.reading.stable)
    found = problems(hub.say(TEST))
    assert (found[Device.LIDS], found[Device.POWER]) == ("open: 2", "on battery")
    assert found[Device.SCALE].startswith("not at rest")


def test_not_in_an_opening(hub: Hub) -> None:
    hub.do(offer(two_rounds()), *FILLED)
    hub.ask(lambda: touch_open(hub.loop))
    assert hub.loop.state.opening is not None
    assert hub.say(TEST) == p.Error(p.Problem.REFUSED, ("another_opening",))


def test_one_at_a_time_and_the_hub_goes_on_meanwhile(hub: Hub) -> None:
    answers: list[object] = []
    trying, let_go = threading.Event(), threading.Event()
    play = hub.devices.signals._sounder.play
    hub.devices.signals._sounder.play = lambda tone: (trying.set(), let_go.wait(5), play(tone))[-1]
    hub.ask(lambda: hub.desk.on_request(p.Role.STAFF, TEST, answers.append))
    assert trying.wait(5)
    assert isinstance(hub.say(p.Status()), p.StatusReport)
    assert hub.say(TEST) == p.Error(p.Problem.REFUSED, ("another_opening",))
    let_go.set()
    wait_for(lambda: len(answers) == 1)
    assert isinstance(answers[0], p.SelfTestReport)
    assert isinstance(hub.say(TEST), p.SelfTestReport)


def test_status_tells_how_each_device_is(hub: Hub) -> None:
    hub.box.broken.add("scale")
    wait_for(lambda: problem(hub, Device.SCALE) != "")
    devices = {d.device: d for d in hub.say(p.Status()).devices}
    assert devices["scale"].problem == "scale: does not answer"
    assert devices["lids"].figure == "3 of 3 shut"
    assert devices["power"].figure == "mains on"


# -- it gives way ------------------------------------------------------------------------------------------------------


class Trial:
    """A self-test that has just lit lamp 2 and is held there until `let_go`."""

    def __init__(self, box: Box) -> None:
        self.box, self.devices = box, box.devices(lambda command: None)
        self.lit, self.let_go = threading.Event(), threading.Event()
        self.results: list[tuple[e.DeviceTested, ...]] = []
        self._lamp = self.devices.signals._compartments.lamp
        self.devices.signals._compartments.lamp = self._held
        self.devices.start()
        self.thread = threading.Thread(target=lambda: self.results.append(self_test(self.devices)))
        self.thread.start()
        assert self.lit.wait(5)

    def _held(self, number: int, on: bool) -> None:
        self._lamp(number, on)
        if number == 2 and not self.lit.is_set():
            self.lit.set()
            assert self.let_go.wait(5)

    def burning(self) -> set[int]:
        return {number for number, on in dict(self.box.lamps).items() if on}

    def ends(self) -> dict[str, str]:
        """What it says of each device."""
        self.let_go.set()
        self.thread.join(10)
        return {result.device: result.problem for result in self.results[0]}


@pytest.fixture
def trial() -> Iterator[Trial]:
    made = Trial(Box(HandClock()))
    yield made
    made.devices.close()


@pytest.mark.parametrize("lamp", [1, 2, 3])
def test_an_opening_has_its_lamp_and_the_test_says_that_it_gave_way(trial: Trial, lamp: int) -> None:
    trial.devices.show(Outputs(opening="o1", lamp=lamp))
    found = trial.ends()
    wait_for(lambda: trial.burning() == {lamp})
    assert trial.box.tones == []
    assert lamp == 3 or (3, True) not in trial.box.lamps
    assert {device for device, problem in found.items() if problem == GAVE_WAY} == set(IN_THE_WAY) - {Device.SOUNDER}
    assert found[Device.POWER] == ""


def test_an_opening_that_takes_the_lamp_over_in_its_blink_keeps_it(trial: Trial) -> None:
    """The worst order of the two threads, made certain."""
    signals, opens = trial.devices.signals, trial.devices.signals._opens

    class Late(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            opens.wait(5)
            wait_for(lambda: signals._lit == 2)
            return True

    signals._opens = Late()
    signals._opens.set = opens.set
    trial.let_go.set()
    trial.devices.show(Outputs(opening="o1", lamp=2))
    trial.ends()
    assert trial.burning() == {2}


def test_an_opening_that_is_over_before_the_test_looks_again_has_been_in_its_way(trial: Trial) -> None:
    trial.devices.show(Outputs(opening="o1", lamp=2))
    trial.devices.show(Outputs())
    assert trial.ends()[Device.SCALE] == GAVE_WAY
    wait_for(lambda: trial.burning() == set())


def test_in_whatever_order_the_threads_come_the_lamp_burns() -> None:
    for _ in range(8):
        trial = Trial(Box(HandClock()))
        showing = threading.Thread(target=trial.devices.show, args=(Outputs(opening="o1", lamp=2),))
        showing.start()
        trial.ends()
        showing.join(5)
        wait_for(lambda trial=trial: trial.burning() == {2} and trial.devices.signals._lit == 2)
        trial.devices.close()
