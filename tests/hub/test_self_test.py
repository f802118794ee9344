"""A self-test tries every device but the locks, says what it found, and is in the journal by name."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.domain import events as e
from hub.domain.events import Device
from tests.hub.at_desk import WHO, Hub, at_desk
from tests.hub.box import FILLED, offer, touch_open, two_rounds
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
