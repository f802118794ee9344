"""The log out: alarms before clinical before the rest. Only a signed receipt, carried to the hub, moves a cursor."""

import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from hub import protocol as p
from hub.lane import Lane
from sync import fhir
from sync.resources import Source
from sync.server import Batch, Refused

BATCH = 50
CANNOT_TAKE = frozenset({400, 413, 422})  # something in the batch; any other 4xx is about us, not about it
log = logging.getLogger("sync.upload")


class Hub(Protocol):
    """`hub.client.Client`, as far as sync uses it."""

    def call(self, message: p.Message, timeout_s: float = 5.0) -> p.Reply: ...


class Receiver(Protocol):
    """`sync.server.Server`, as far as the upload uses it."""

    def post(self, batch: Batch) -> str: ...


class _Unreadable(Exception):
    """An event this release cannot read."""


class Upload:
    """Drains the hub's lanes. A batch the server cannot take is halved until the one record is found and set aside."""

    def __init__(self, hub: Hub, server: Receiver, source: Source, stopping: Callable[[], bool]) -> None:
        self._hub, self._server, self._source, self._stopping = hub, server, source, stopping
        self._limits = dict.fromkeys(Lane, BATCH)

    def run(self) -> bool | None:
        """Send all there is. Whether all of it got through (None: there was nothing).

        Unreachable at the first transport failure; a lane whose batch is refused, or whose receipt the hub
        refuses, waits for the next run while the others go on.
        """
        waiting = list(Lane)
        sent = False
        while not self._stopping():
            found = next(((lane, b) for lane in waiting if (b := self._batch(lane)).events), None)
            if found is None:
                break
            sent = True
            if not self._deliver(*found):
                waiting.remove(found[0])
        return len(waiting) == len(Lane) if sent else None

    def _batch(self, lane: Lane) -> p.EventBatch:
        answer = self._hub.call(p.EventsAfter(lane=lane, limit=self._limits[lane])).answer
        return answer if isinstance(answer, p.EventBatch) else p.EventBatch(lane, (), 0, "")

    def _deliver(self, lane: Lane, batch: p.EventBatch) -> bool:
        try:
            return self._send(lane, batch, self._bundle(batch))
        except (Refused, _Unreadable) as error:
            if isinstance(error, Refused) and error.status not in CANNOT_TAKE:
                log.warning("lane %s stops: %s", lane, error)
                if error.receipt:  # of another chain: the hub must know (R11)
                    self._hub.call(p.Acked(receipt=error.receipt))
                return False
            if len(batch.events) > 1:
                self._limits[lane] = len(batch.events) // 2
                return True
            return self._set_aside(lane, batch, str(error))

    def _bundle(self, batch: p.EventBatch) -> bytes:
        try:
            logged = [fhir.read(bytes(item)) for item in batch.events]
        except msgspec.MsgspecError as error:
            raise _Unreadable("this release cannot read the event") from error
        return fhir.bundle(entry for one in logged for entry in fhir.entries(one, self._source))

    def _send(self, lane: Lane, batch: p.EventBatch, body: bytes) -> bool:
        receipt = self._server.post(Batch(lane, batch.after, batch.last_seq, batch.head, body))
        refused = self._hub.call(p.Acked(receipt=receipt)).error
        if refused:
            log.error("lane %s stops: the hub does not accept the receipt", lane)
        return refused is None

    def _set_aside(self, lane: Lane, batch: p.EventBatch, reason: str) -> bool:
        """The poison record: the hub alarms; the server is told that it is missing, where it takes even that."""
        log.error("lane %s: event %d cannot be delivered: %s", lane, batch.last_seq, reason)
        note = fhir.set_aside(fhir.stamp(bytes(batch.events[0])), self._source, lane, reason)
        try:
            self._server.post(Batch(lane, batch.after, batch.last_seq, batch.head, fhir.bundle([note])))
        except Refused as error:
            log.error("lane %s: nor the note in its place: %s", lane, error)
        self._limits[lane] = BATCH
        return self._hub.call(p.Parked(lane=lane, seq=batch.last_seq, reason=reason)).error is None
