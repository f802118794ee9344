"""The journal followed from its first event: what the hub knows when it begins."""

import logging
from collections.abc import Iterable

from hub.domain import events as e
from hub.domain.apply import apply
from hub.domain.state import State
from hub.doubted_locks import DoubtedLocks
from hub.failure import told
from hub.lane import Lane

log = logging.getLogger("hub.replay")


class Replay:
    """`state` after every event taken. `lost` says what stopped it, "" for nothing: then nothing is gone on with in
    part (R11), and only the plan is still known, for whom to call stands in it. Runs no effects."""

    def __init__(self) -> None:
        self.begin()

    @classmethod
    def of(cls, events: Iterable[e.Event]) -> "Replay":
        replay = cls()
        for event in events:
            replay.take(event)
        return replay

    def begin(self) -> None:
        """From the first event on."""
        self.state, self.lost, self.parked = State(), "", frozenset[int]()
        self.locks = DoubtedLocks()

    def take(self, event: e.Event) -> None:
        """The next event."""
        if self.lost:
            return
        try:
            self.state = apply(self.state, event)
        except Exception as error:  # noqa: BLE001 - whatever stops it: nothing is handed out, and the screen says so
            log.critical("the journal cannot be followed at event %d: %s", event.seq, told(error))
            self.lost = f"event {event.seq}, {type(event.body).__name__}, tells of what cannot be"
            self.state = State(plan=self.state.plan)
        self.locks.take(event.body)
        if type(event.body) is e.EventParked:
            self.parked |= parked(event.body)


def parked(body: e.AnyBody) -> frozenset[int]:
    """The alarm that the municipality's server could not take, where the event tells of one."""
    return frozenset({body.seq} if isinstance(body, e.EventParked) and body.lane == Lane.ALARMS else ())
