"""A bug in one of sync's threads ends the process; what comes in and what goes out hold each other up no more than
they must."""

from pathlib import Path

import pytest
from msgspec import Raw

from hub import protocol as p
from hub.domain import events as e
from hub.lane import Lane
from sync.config import load
from sync.main import Carrier, Signals, beat
from sync.server import Batch, Queued, Server, Unreachable
from tests.sync.bed import Home
from tests.sync.examples import event, item


class Odd:
    """A hub that answers what no hub answers."""

    def call(self, message: p.Message, timeout_s: float = 5.0) -> p.Reply:
        raise ZeroDivisionError


def test_a_heartbeat_that_ends_ends_all(home: Home) -> None:
    config, signals = load(Path(home.settings())), Signals()
    server = Server(config)
    with pytest.raises(ZeroDivisionError):
        beat(config, Odd(), server, signals)
    server.close()
    assert signals.stopping()


class Quiet:
    """A hub with one event to tell of, and that takes what it is offered."""

    def __init__(self) -> None:
        self.offered: list[str] = []
        self.receipted = False

    def call(self, message: p.Message, timeout_s: float = 5.0) -> p.Reply:
        match message:
            case p.EventsAfter(lane=Lane.REST) if not self.receipted:
                return p.Reply(0, answer=p.EventBatch(Lane.REST, (Raw(item(event(1, e.MainsLost()))),), 1, ""))
            case p.EventsAfter(lane=lane):
                return p.Reply(0, answer=p.EventBatch(lane, (), 0, ""))
            case p.Acked():
                self.receipted = True
            case p.OfferStop() | p.OfferPlan() | p.OfferCommand():
                self.offered.append(type(message).__name__)
        return p.Reply(0)


class Halves:
    """A server of which one half is out of order."""

    def __init__(self, *broken: str) -> None:
        self._broken, self.asked = broken, list[str]()

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self._broken:
            raise Unreachable(what)

    def stops(self, anew: bool) -> list[Queued]:
        self._ask("stops")
        return [Queued("stop-1", "signed")]

    def commands(self) -> list[Queued]:
        return [Queued("command-1", "signed")]

    def plan(self, etag: str) -> tuple[str, str] | None:
        return ("signed", '"1"') if not etag else None

    def drop(self, command: str, outcome: str, reason: str = "") -> None:
        self._ask("drop")

    def post(self, batch: Batch) -> str:
        self._ask("post")
        return "receipt"


def once(home: Home, server: Halves) -> tuple[Quiet, float]:
    hub, config = Quiet(), load(Path(home.settings()))
    carrier = Carrier(config, hub, server, Signals())
    return hub, carrier.once()


def test_a_stop_goes_before_all_else(home: Home) -> None:
    server = Halves()
    hub, _ = once(home, server)
    assert hub.offered == ["OfferStop", "OfferPlan", "OfferCommand"]
    assert server.asked.index("stops") < server.asked.index("post")  # not after years of log either
    assert hub.receipted


def test_a_log_that_does_not_get_out_holds_up_no_stop(home: Home) -> None:
    hub, _ = once(home, Halves("post"))
    assert hub.offered == ["OfferStop", "OfferPlan", "OfferCommand"]
    assert not hub.receipted


@pytest.mark.parametrize("broken", ["stops", "drop"])
def test_what_does_not_come_in_holds_up_no_log(home: Home, broken: str) -> None:
    hub, _ = once(home, Halves(broken))
    assert hub.receipted
    assert "OfferCommand" not in hub.offered  # nor is anything done that a stop might forbid
