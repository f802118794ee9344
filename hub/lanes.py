"""The log out, as sync asks for it: a lane's events in batches, and what moves its cursor (R9, R11, R14)."""

import logging
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from hub import documents
from hub import protocol as p
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Intake
from hub.domain.refusal import Refusal
from hub.enrolment import Trust
from hub.from_afar import keys_now
from hub.journal_files import JournalState
from hub.lane import Lane
from hub.loop import Loop
from hub.plan.jsontext import read_json
from hub.plan.reasons import PlanUnreadable
from hub.signed import Purpose, SignatureRefused, verify

FRAME = p.KiB  # of a batch, around its events
FRESH_S = 120.0  # from a batch first read to its receipt; less than two clocks may differ by (R5)
MOST_PARKED = 10  # set aside and looked at by nobody; a server that takes nothing must not empty the lane
log = logging.getLogger("hub.lanes")


class Lanes:
    """On the deciding thread."""

    def __init__(self, loop: Loop, trust: Trust) -> None:
        self._loop, self._trust, self._journal = loop, trust, loop.journal
        self._begun = self._journal.head[0]
        self._read: dict[Lane, tuple[int, float]] = {}  # the furthest event read of a lane, and when it first was

    def after(self, message: p.EventsAfter) -> p.EventBatch | p.Error:
        """The lane's first events that nobody has receipted; a batch is cut before `BATCH_LIMIT`, but one event is
        always there: a plan's must get out as well."""
        lane = _lane(message.lane)
        if lane is None:
            return _no_lane(message.lane)
        rows, _ = self._journal.after_cursor(lane, message.limit, p.BATCH_LIMIT)
        last = cursor = self._journal.cursor(lane)
        events: list[msgspec.Raw] = []
        size = FRAME
        for seq, canonical in rows:
            logged = self._logged(canonical)
            size += len(bytes(logged)) + 1
            if events and size > p.BATCH_LIMIT:
                break
            events.append(logged)
            last = seq
        if last > self._read.get(lane, (self._begun, 0.0))[0]:
            self._read[lane] = (last, self._loop.clock.now().monotonic_s)
        return p.EventBatch(
            lane=lane, events=tuple(events), last_seq=last, head=self._journal.head_at(last), after=cursor
        )

    def acked(self, message: p.Acked) -> p.Error | None:
        """Only a receipt by the gateway's receipt key, for this very chain, moves a cursor. One that tells of another
        chain says that this journal is not what was written: nothing is unlocked from now on."""
        try:
            signed = verify(message.receipt, keys_now(self._loop, self._trust), Purpose.RECEIPT)
            receipt = msgspec.convert(read_json(signed), documents.Receipt)
        except (SignatureRefused, PlanUnreadable, msgspec.ValidationError) as error:
            return _refused(str(error))
        lane = _lane(receipt.lane)
        if receipt.hub != self._trust.hub or lane is None:
            return _refused("the receipt is for another hub or lane")
        if self._journal.head_at(receipt.seq) != receipt.head:
            if not self._journal.answered_for(receipt.seq):
                self._loop.execute(c.DoubtJournal(JournalState.SHORTENED))  # at once, and over restarts:
                self._journal.witness(receipt.seq, receipt.head)
            return _refused(f"the receipt's chain head at {receipt.seq} is not this journal's")
        self._journal.move_cursor(lane, receipt.seq, message.receipt)
        self._tell_delivered()
        if self._is_fresh(lane, receipt.seq) and not self._loop.clock.agree(receipt.issued):
            log.warning("the gateway's signed time is not this hub's")
        return None

    def _is_fresh(self, lane: Lane, seq: int) -> bool:
        """Whether a receipt for `seq` can only have been signed just now, and its time is a second source (R5).

        Nobody signs for an event nobody has read. So it must be one of this process's own, the furthest that was read
        of its lane, and read for the first time a moment ago: a receipt kept from earlier, or for the same event read
        again, vouches for nothing.
        """
        if lane not in self._read:
            return False
        furthest, at_s = self._read[lane]
        return seq == furthest and self._loop.clock.now().monotonic_s - at_s <= FRESH_S

    def park(self, message: p.Parked) -> p.Error | None:
        """Set aside what the server cannot take: only the very next event of the lane, and not without end."""
        lane = _lane(message.lane)
        if lane is None:
            return _no_lane(message.lane)
        rows, _ = self._journal.after_cursor(lane, 1, 0)
        if [seq for seq, _ in rows] != [message.seq]:
            return _refused(f"event {message.seq} is not the next of lane {lane}")
        waiting = sum(a.code is e.AlarmCode.PARKED for a in self._loop.state.living_alarms())
        if waiting >= MOST_PARKED:
            return _refused(f"{waiting} events are set aside and nobody has looked at them")
        result = self._loop.execute(c.Park(lane, message.seq, message.reason))
        if isinstance(result, Refusal):
            return p.Error(p.Problem.REFUSED, result.reasons)
        self._journal.move_cursor(lane, message.seq, f"parked: {message.reason}")
        self._tell_delivered()
        return None

    def _tell_delivered(self) -> None:
        delivered = self._journal.cursor(Lane.ALARMS)
        self._loop.context = replace(self._loop.context, delivered=delivered)

    def _logged(self, canonical: bytes) -> msgspec.Raw:
        """The event as it is in the journal, with the intake as it was planned then: the mapping needs its doses."""
        known = _SEQ_AND_INTAKE.decode(canonical)
        intake = self._intake_then(known.body.intake, known.seq) if known.body.intake else None
        return msgspec.Raw(b'{"event":' + canonical + b',"intake":' + msgspec.json.encode(intake) + b"}")

    def _intake_then(self, intake: str, seq: int) -> Intake | None:
        planned = self._journal.day_planned(intake.split("/", 1)[0], seq)
        found = _intakes(planned).get(intake) if planned else None
        if found is None and (asked := self._journal.as_needed_asked(intake, seq)) is not None:
            found = _asked(asked)
        return found


def _asked(as_needed_asked: bytes) -> Intake | None:
    body = msgspec.json.decode(as_needed_asked, type=e.Event).body
    return body.asked if isinstance(body, e.AsNeededAsked) else None


@lru_cache(maxsize=4)
def _intakes(day_planned: bytes) -> dict[str, Intake]:
    body = msgspec.json.decode(day_planned, type=e.Event).body
    return {intake.id: intake for intake in body.intakes} if isinstance(body, e.DayPlanned) else {}


def _lane(name: str) -> Lane | None:
    return next((lane for lane in Lane if lane == name), None)


def _no_lane(name: str) -> p.Error:
    return p.Error(p.Problem.MALFORMED, (f"no lane {name!r}",))


def _refused(why: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, (why,))


class _Body(msgspec.Struct):
    intake: str | None = None


class _SeqAndIntake(msgspec.Struct):
    seq: int
    body: _Body


_SEQ_AND_INTAKE = msgspec.json.Decoder(_SeqAndIntake)
