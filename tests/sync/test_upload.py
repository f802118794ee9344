"""What becomes of a batch the server will not have: about the event, or about us (H32)."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import Raw

from hub import protocol as p
from hub.domain import events as e
from hub.lane import Lane
from sync.server import Batch, Refused
from sync.upload import Upload
from tests.sync.examples import SOURCE, event, item


class Lanes:
    """A hub with two alarms to tell of, and nothing else."""

    def __init__(self) -> None:
        self.waiting = {seq: Raw(item(event(seq, e.MainsLost()))) for seq in (1, 2)}
        self.parked: list[int] = []
        self.asked: list[str] = []
        self.receipts: list[str] = []

    def call(self, message: Any, timeout_s: float = 5.0) -> p.Reply:
        if isinstance(message, p.EventsAfter):
            self.asked.append(message.lane)
        match message:
            case p.EventsAfter(lane=Lane.ALARMS, limit=limit):
                seqs = sorted(self.waiting)[:limit]
                found = tuple(self.waiting[seq] for seq in seqs)
                return p.Reply(0, answer=p.EventBatch(Lane.ALARMS, found, max(seqs, default=0), ""))
            case p.EventsAfter(lane=lane):
                return p.Reply(0, answer=p.EventBatch(lane, (), 0, ""))
            case p.Acked(receipt=receipt):
                self.receipts.append(receipt)
            case p.Parked(seq=seq):
                self.parked.append(seq)
                del self.waiting[seq]
        return p.Reply(0)


class Refuses:
    def __init__(self, status: int, going_on: Callable[[], None]) -> None:
        self._status, self._going_on = status, going_on

    def post(self, batch: Batch) -> str:
        self._going_on()
        raise Refused(self._status, "log")


def refused_with(status: int) -> tuple[bool | None, list[int]]:
    """What a run said, and what was set aside."""
    hub, posts = Lanes(), list[None]()
    upload = Upload(hub, Refuses(status, lambda: posts.append(None)), SOURCE, lambda: len(posts) > 20)
    return upload.run(), hub.parked


def test_what_the_server_has_instead_is_brought_to_the_hub() -> None:
    """R11, H35: a hub whose journal was restored with all beside it has nobody else to learn it from."""
    hub = Lanes()

    class Holds:
        def post(self, batch: Batch) -> str:
            raise Refused(409, "log", "signed: another chain")

    assert Upload(hub, Holds(), SOURCE, lambda: False).run() is False
    assert hub.receipts == ["signed: another chain"]


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429])
def test_what_is_about_us_stops_the_lane_and_sets_nothing_aside(status: int) -> None:
    assert refused_with(status) == (False, [])


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_about_the_event_is_halved_down_to_it_and_set_aside(status: int) -> None:
    assert refused_with(status) == (True, [1, 2])


def test_alarms_go_first_and_what_is_at_rest_last() -> None:
    hub = Lanes()
    hub.waiting.clear()
    assert Upload(hub, Refuses(500, lambda: None), SOURCE, lambda: False).run() is None
    assert hub.asked == ["alarms", "clinical", "rest"]


class WithMore(Lanes):
    """There is also something clinical, until it is receipted."""

    receipted = False

    def call(self, message: Any, timeout_s: float = 5.0) -> p.Reply:
        match message:
            case p.EventsAfter(lane=Lane.CLINICAL) if not self.receipted:
                return p.Reply(0, answer=p.EventBatch(Lane.CLINICAL, (Raw(item(event(3, e.MainsLost()))),), 3, ""))
            case p.Acked():
                self.receipted = True
        return super().call(message, timeout_s)


class RefusesAlarms:
    def post(self, batch: Batch) -> str:
        if batch.lane is Lane.ALARMS:
            raise Refused(403, "log")
        return "receipt"


def test_a_lane_that_is_refused_holds_up_no_other() -> None:
    hub = WithMore()
    assert Upload(hub, RefusesAlarms(), SOURCE, lambda: len(hub.asked) > 50).run() is False
    assert hub.receipted
