"""What comes from outside changes something only where it is signed for this hub, in time, once (R9, R14); PINs too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub import protocol as p
from hub.desk import Desk
from hub.documents import AcknowledgeAlarm, Command, Receipt
from hub.domain.events import Lane
from hub.domain.intake import Moment
from hub.enrolment import Person, Trust, hash_pin
from hub.journal import Journal
from hub.loop import Loop
from hub.signed import Purpose, new_key, sign, verify
from hub.snapshot import Context

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HUB, CITIZEN = "hub-7", "2512489996"
KEYS = {purpose: new_key(f"gw-{purpose}", purpose) for purpose in (Purpose.COMMAND, Purpose.RECEIPT)}
DEVICE = new_key("hub-7-1", Purpose.HEARTBEAT)
SANNE = Person("sanne", "Sanne Holm", hash_pin("4711"))
TRUST = Trust(HUB, CITIZEN, tuple(key.public for key in KEYS.values()), (SANNE,))


class StoppedClock:
    """Stands until moved."""

    def __init__(self) -> None:
        self.moment = Moment(NOW, 100.0, True, "boot-1")

    def now(self) -> Moment:
        return self.moment


class Hub:
    """A desk on a real journal, without devices; `ask` is what a socket would."""

    def __init__(self, journal: Journal) -> None:
        self.clock = StoppedClock()
        self.shown: list[p.Snapshot] = []
        self.loop = Loop(journal, self.clock, Context(hub=HUB), push=self.shown.append)
        self.desk = Desk(self.loop, TRUST, DEVICE, lambda n: bytes(n))
        assert self.ask(p.AskForHelp()) is None
        self.alarm = next(iter(self.loop.state.alarms))

    def ask(self, message: Any) -> Any:
        answer = self.desk.answer(message)
        self.loop._settle()  # as the loop does after each piece of work
        return answer

    def receipt(self, **changes: Any) -> p.Acked:
        seq, head = self.loop.journal.head
        receipt = replace(Receipt(HUB, Lane.ALARMS, seq, head, NOW), **changes)
        return p.Acked(sign(receipt, KEYS[Purpose.RECEIPT]))

    def command(self, purpose: Purpose = Purpose.COMMAND, **changes: Any) -> p.OfferCommand:
        order = AcknowledgeAlarm(self.alarm)
        command = Command("command-1", HUB, CITIZEN, NOW, NOW + timedelta(hours=1), "Ole Juul", order)
        return p.OfferCommand(sign(replace(command, **changes), KEYS[purpose]))

    @property
    def help(self) -> tuple[p.Help, str]:
        """What the screen was last told of the help that was asked for."""
        return self.shown[-1].asked_for_help, self.shown[-1].asked_help_seen_by


@pytest.fixture
def hub(open_journal: Callable[..., Journal]) -> Iterator[Hub]:
    return Hub(open_journal())


def test_the_screen_promises_only_what_has_answered(hub: Hub) -> None:
    assert hub.help == (p.Help.TRYING, "")
    hub.ask(p.NetworkSeen(up=True))
    hub.ask(p.EventsAfter(lane="alarms"))
    assert hub.help == (p.Help.TRYING, ""), "sync's word alone says nothing about help"
    assert hub.ask(hub.receipt()) is None
    assert hub.help == (p.Help.DELIVERED, "")
    assert hub.ask(hub.command()) is None
    assert hub.help == (p.Help.SEEN, "Ole Juul")


@pytest.mark.parametrize(
    "changes", [{"hub": "hub-8"}, {"lane": "gossip"}, {"head": "0" * 64}, {"seq": 99}], ids=lambda c: next(iter(c))
)
def test_a_receipt_for_something_else_moves_nothing(hub: Hub, changes: dict[str, Any]) -> None:
    assert isinstance(hub.ask(hub.receipt(**changes)), p.Error)
    assert hub.help == (p.Help.TRYING, "")
    assert hub.loop.journal.cursor(Lane.ALARMS) == 0


@pytest.mark.parametrize(
    "changes",
    [{"hub": "hub-8"}, {"citizen": "0201609995"}, {"expires": NOW}, {"purpose": Purpose.RECEIPT}],
    ids=lambda c: next(iter(c)),
)
def test_a_command_for_someone_else_too_late_or_by_another_key_is_refused(hub: Hub, changes: dict[str, Any]) -> None:
    before = hub.loop.state.seq
    answer = hub.ask(hub.command(**changes))
    assert isinstance(answer, p.Error)
    assert answer.problem is p.Problem.REFUSED
    assert answer.reasons
    assert hub.loop.state.seq == before


def test_a_command_is_not_carried_out_on_a_time_nobody_vouches_for(hub: Hub) -> None:
    hub.clock.moment = replace(hub.clock.moment, trusted=False)
    assert isinstance(hub.ask(hub.command()), p.Error)
    assert hub.loop.state.alarms[hub.alarm].seen_by is None


def test_a_command_repeated_is_one(hub: Hub) -> None:
    command = hub.command()
    assert hub.ask(command) is None
    after = hub.loop.state.seq
    assert hub.ask(command) == p.Error(p.Problem.REFUSED, ("already",))
    assert hub.loop.state.seq == after


def test_a_tampered_command_is_refused(hub: Hub) -> None:
    head, payload, signature = hub.command().jws.split(".")
    other = hub.command(by="Somebody Else").jws.split(".")[1]
    assert payload != other
    assert isinstance(hub.ask(p.OfferCommand(".".join((head, other, signature)))), p.Error)
    assert hub.loop.state.alarms[hub.alarm].seen_by is None


@pytest.mark.parametrize(("person", "pin"), [("sanne", "4712"), ("nobody", "4711"), ("sanne", "00:00")])
def test_an_act_needs_its_persons_pin(hub: Hub, person: str, pin: str) -> None:
    refused = hub.ask(p.Acknowledge(person=person, pin=pin, alarm=hub.alarm))
    assert refused == p.Error(p.Problem.REFUSED, ("person",))
    assert hub.loop.state.alarms[hub.alarm].seen_by is None


def test_an_act_is_done_in_its_persons_name(hub: Hub) -> None:
    assert hub.ask(p.Acknowledge(person="sanne", pin="4711", alarm=hub.alarm)) is None
    assert hub.help == (p.Help.SEEN, "Sanne Holm")


def test_the_pin_is_nowhere_on_disk(hub: Hub, path: Path) -> None:
    hub.ask(p.Acknowledge(person="sanne", pin="4711", alarm=hub.alarm))
    assert "4711" not in SANNE.pin
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert b"Sanne Holm" in stored
    assert b'"pin"' not in stored


def test_a_screen_that_says_nothing_is_not_alive(hub: Hub) -> None:
    def alive() -> bool:
        heartbeat = hub.ask(p.GetHeartbeat())
        return b'"screen_alive":true' in _payload(heartbeat.jws)

    assert not alive()
    hub.ask(p.Shown(screen="home", snapshot=1))
    assert alive()
    hub.clock.moment = replace(hub.clock.moment, wall=NOW + timedelta(seconds=31), monotonic_s=131.0)
    assert not alive()


def _payload(jws: str) -> bytes:
    return verify(jws, (DEVICE.public,), Purpose.HEARTBEAT)
