"""What only the broker may do, wanted by a named person: in the journal first, and no secret in it (R1, R14, R15)."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import protocol as p
from hub.broker import verbs as broker
from hub.broker.verbs import Done, JoinWifi, Reboot, RestartScreen, SetClock
from hub.domain.events import MachineAsked
from tests.hub.at_desk import NOW, WHO, Hub, at_desk
from tests.hub.made import wait_for


class Broker:
    """Answers when it is let; knows what was asked of it, and what had been journalled by then."""

    def __init__(self, hub: Hub) -> None:
        self.asked: list[tuple[broker.AnyVerb, int]] = []
        self.answer, self.may_answer = Done(), threading.Event()
        self.may_answer.set()
        self._hub = hub

    def __call__(self, verb: broker.AnyVerb) -> Done:
        self.asked.append((verb, len(written(self._hub))))
        assert self.may_answer.wait(10)
        return self.answer


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with at_desk(tmp_path / "journal.db") as made:
        yield made


@pytest.fixture
def machine(hub: Hub) -> Broker:
    hub.desk._ask_broker = Broker(hub)
    return hub.desk._ask_broker


def say(hub: Hub, message: Any) -> list[Any]:
    """Its answers, as they come."""
    answers: list[Any] = []
    hub.ask(lambda: hub.desk.on_request(p.Role.STAFF, message, answers.append))
    hub.ask(lambda: None)
    return answers


def written(hub: Hub) -> list[MachineAsked]:
    return [event.body for event in hub.loop.journal.replay() if isinstance(event.body, MachineAsked)]


@pytest.mark.parametrize(
    ("message", "verb"),
    [
        (p.RestartScreen(**WHO), RestartScreen()),
        (p.Reboot(**WHO), Reboot()),
        (p.JoinWifi(**WHO, ssid="hjem", passphrase="hemmelig nok"), JoinWifi("hjem", "hemmelig nok")),
    ],
    ids=lambda each: type(each).__name__,
)
def test_it_is_in_the_journal_by_name_before_it_is_asked_and_no_secret_is(
    hub: Hub, machine: Broker, message: p.Act, verb: broker.AnyVerb
) -> None:
    answers = say(hub, message)
    wait_for(lambda: bool(answers))
    assert answers == [None]
    assert machine.asked == [(verb, 1)]
    assert written(hub) == [MachineAsked(verb=type(verb).__name__, by="Sanne Holm")]
    assert b"hemmelig" not in b"".join(msgspec.json.encode(event) for event in hub.loop.journal.replay())


def test_nobody_waits_while_the_broker_does_it(hub: Hub, machine: Broker) -> None:
    machine.may_answer.clear()
    answers = say(hub, p.JoinWifi(**WHO, ssid="hjem", passphrase="hemmelig nok"))
    assert isinstance(say(hub, p.Status())[0], p.StatusReport)
    assert answers == []
    machine.may_answer.set()
    wait_for(lambda: bool(answers))


def test_what_the_machine_did_not_do_is_said(hub: Hub, machine: Broker) -> None:
    machine.answer = Done("too many reboots")
    answers = say(hub, p.Reboot(**WHO))
    wait_for(lambda: bool(answers))
    assert answers[0].reasons == ("the machine did not do it: too many reboots",)


def test_without_the_pin_nothing_is_asked(hub: Hub, machine: Broker) -> None:
    (answer,) = say(hub, p.Reboot(person="sanne", pin="0000"))
    assert answer.reasons == ("person",)
    assert (machine.asked, written(hub)) == ([], [])


def test_whatever_the_clock_says_for_it_may_be_the_network_that_is_missing(hub: Hub, machine: Broker) -> None:
    hub.vouched_for(False)
    answers = say(hub, p.JoinWifi(**WHO, ssid="hjem", passphrase="hemmelig nok"))
    wait_for(lambda: bool(answers))
    assert answers == [None]


def test_the_time_staff_tell_is_the_machines_as_well_and_nobody_waits_for_that(hub: Hub, machine: Broker) -> None:
    machine.answer = Done("the network has set the clock")
    assert say(hub, p.SetTime(**WHO, wall=NOW)) == [None]
    wait_for(lambda: bool(machine.asked))
    assert machine.asked == [(SetClock(NOW), 0)]


def test_only_staff_may_ask() -> None:
    for role, union in p.ALLOWED.items():
        assert ({p.JoinWifi, p.RestartScreen, p.Reboot} <= set(union.__args__)) is (role is p.Role.STAFF)
