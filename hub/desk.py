"""What each socket message means: turned into a command for the loop, or answered from what the hub knows.

Everything here runs on the deciding thread. Signed things are checked here, once (R14); PINs too.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import replace

from hub import documents, status
from hub import protocol as p
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Intake, Life
from hub.domain.may_open import Refusal
from hub.enrolment import Trust
from hub.ids import uuid7
from hub.loop import Loop
from hub.plan.envelope import open_plan
from hub.plan.reasons import PlanUnreadable
from hub.signed import Key, Purpose, SignatureRefused, sign, verify

Answered = p.Answer | p.Error | None
_CHANGES = Callable[[Any], c.Command]


class Desk:
    """Answers requests. `random(n)` gives n random bytes, for ids."""

    def __init__(self, loop: Loop, trust: Trust, device_key: Key, random: Callable[[int], bytes]) -> None:
        self._loop, self._trust, self._key, self._random = loop, trust, device_key, random
        self.shown = p.Shown(screen="none", snapshot=0)
        self._shown_at: datetime | None = None
        self._intake_then = lru_cache(maxsize=256)(self._find_intake)

    def on_request(self, role: p.Role, message: Any, reply: Callable[[Answered], None]) -> None:
        """From the server's thread: have the deciding thread answer."""
        self._loop.submit(lambda: reply(self.answer(message)))

    def answer(self, message: Any) -> Answered:
        """Carry out one message of any role; what it answers, or a typed error."""
        if isinstance(message, p.Act):
            person = self._trust.person(message.person, message.pin)
            if person is None:
                return p.Error(p.Problem.REFUSED, ("person",))
            refused = self._loop.execute(self._act(message, person.name))
            if refused is None and isinstance(message, p.ConfirmJournal):
                self._loop.journal.confirm()
            return self._done(refused)
        touch = _TOUCHES.get(type(message))
        if touch is not None:
            return self._done(self._loop.execute(touch(message)))
        return self._other(message)

    def _other(self, message: Any) -> Answered:
        match message:
            case p.Open():
                return self._done(self._loop.execute(self._opening(message.intake, None)))
            case p.Shown():
                self.shown, self._shown_at = message, self._loop.clock.now().wall
                return None
            case p.EventsAfter():
                return self._events(message.lane, message.limit)
            case p.Acked():
                return self._acked(message.receipt)
            case p.Parked():
                refused = self._loop.execute(c.Park(message.lane, message.seq, message.reason))
                if refused is None:
                    self._loop.journal.move_cursor(e.Lane(message.lane), message.seq, f"parked: {message.reason}")
                return self._done(refused)
            case p.OfferPlan():
                return self._done(self._loop.execute(self._plan(message.jws)))
            case p.OfferCommand():
                return self._command(message.jws)
            case p.GetHeartbeat():
                return p.Heartbeat(sign(self._heartbeat(), self._key))
            case p.NetworkSeen():
                self._loop.context = replace(self._loop.context, network_ok=message.up)
                return None
            case p.Status():
                return status.report(self._loop, self.shown)
            case p.ReadJournal():
                return status.journal(self._loop.journal, message.after, message.limit)
        return p.Error(p.Problem.UNKNOWN, (f"no answer to {type(message).__name__}",))

    @staticmethod
    def _done(refusal: Refusal | None) -> Answered:
        return p.Error(p.Problem.REFUSED, tuple(refusal.reasons)) if refusal else None

    def _opening(self, intake: str, early_by: str | None) -> c.Command:
        opening = uuid7(self._loop.clock.now().wall, self._random(10))
        return c.RequestOpening(intake, opening, self._loop.sensed(), early_by)

    # -- a named person's acts -----------------------------------------------------------------------------------------

    def _act(self, message: p.Act, by: str) -> c.Command:
        match message:
            case p.Fill():
                return c.FillCompartment(message.compartment, message.intake, message.contents_mg, by)
            case p.Empty():
                return c.EmptyCompartment(message.compartment, by)
            case p.Resolve():
                return c.Resolve(message.intake, Life(message.outcome), by, message.latest_at)
            case p.Correct():
                return c.Correct(message.intake, Life(message.state), by, message.reason)
            case p.HandOutEarly():
                return self._opening(message.intake, by)
            case p.ConfirmJournal():
                return c.ConfirmJournal(by)
            case p.Acknowledge():
                return c.Acknowledge(message.alarm, by)
        raise TypeError(type(message).__name__)

    # -- sync: events out, signed things in ----------------------------------------------------------------------

    def _events(self, lane: str, limit: int) -> Answered:
        if lane not in set(e.Lane):
            return p.Error(p.Problem.MALFORMED, (f"no lane {lane!r}",))
        journal, name = self._loop.journal, e.Lane(lane)
        rows, head = journal.after_cursor(name, limit, p.BATCH_LIMIT)
        events = tuple(self._logged(canonical) for _, canonical in rows)
        cursor = journal.cursor(name)
        last = rows[-1][0] if rows else cursor
        return p.EventBatch(lane=lane, events=events, last_seq=last, head=head, after=cursor)

    def _logged(self, canonical: bytes) -> msgspec.Raw:
        """The event as it is in the journal, with the intake as it was planned then: the mapping needs its doses."""
        body = _SEQ_AND_INTAKE.decode(canonical)
        intake = self._intake_then(body.body.intake, body.seq) if body.body.intake else None
        return msgspec.Raw(b'{"event":' + canonical + b',"intake":' + msgspec.json.encode(intake) + b"}")

    def _find_intake(self, intake: str, seq: int) -> Intake | None:
        planned = self._loop.journal.day_planned(intake.split("/", 1)[0], seq)
        day = msgspec.json.decode(planned, type=e.Event).body if planned else None
        return next((i for i in day.intakes if i.id == intake), None) if isinstance(day, e.DayPlanned) else None

    def _acked(self, jws: str) -> Answered:
        """R9, R14: only a receipt by the gateway's receipt key, for this very chain, moves a cursor."""
        journal = self._loop.journal
        try:
            receipt = msgspec.json.decode(verify(jws, self._trust.keys, Purpose.RECEIPT), type=documents.Receipt)
        except (SignatureRefused, msgspec.MsgspecError) as error:
            return p.Error(p.Problem.REFUSED, (str(error),))
        if receipt.hub != self._trust.hub or receipt.lane not in set(e.Lane):
            return p.Error(p.Problem.REFUSED, ("the receipt is for another hub or lane",))
        if journal.head_at(receipt.seq) != receipt.head:
            return p.Error(p.Problem.REFUSED, (f"the receipt's chain head at {receipt.seq} is not this journal's",))
        journal.move_cursor(e.Lane(receipt.lane), receipt.seq, jws)
        self._loop.context = replace(self._loop.context, delivered=journal.cursor(e.Lane.ALARMS))
        return None

    def _plan(self, jws: str) -> c.OfferPlan:
        digest = sha256(jws.encode()).hexdigest()
        try:
            plan = open_plan(jws, self._trust.keys, self._trust.hub, self._trust.citizen)
        except PlanUnreadable as error:
            return c.OfferPlan(digest, None, error.reasons)
        return c.OfferPlan(digest, plan)

    def _command(self, jws: str) -> Answered:
        """R14: signed for this hub and citizen, not expired, carried out once."""
        try:
            command = msgspec.json.decode(verify(jws, self._trust.keys, Purpose.COMMAND), type=documents.Command)
        except (SignatureRefused, msgspec.MsgspecError) as error:
            return p.Error(p.Problem.REFUSED, (str(error),))
        now = self._loop.clock.now()
        if (command.hub, command.citizen) != (self._trust.hub, self._trust.citizen):
            return p.Error(p.Problem.REFUSED, ("the command is for another hub or citizen",))
        if not now.trusted or now.wall >= command.expires:
            return p.Error(p.Problem.REFUSED, ("the command has expired, or the clock cannot tell",))
        return self._done(self._loop.execute(c.Acknowledge(command.order.alarm, command.by, command.id)))

    def _heartbeat(self) -> documents.HeartbeatBody:
        now, state = self._loop.clock.now(), self._loop.state
        seq, head = self._loop.journal.head
        alive = self._shown_at is not None and (now.wall - self._shown_at).total_seconds() < SCREEN_SILENT_S
        return documents.HeartbeatBody(
            hub=self._trust.hub, at=now.wall, trusted=now.trusted, tick=self._loop.tick, seq=seq, head=head,
            plan_version=state.plan.version if state.plan else None, screen_alive=alive, mains=state.mains,
        )  # fmt: skip


SCREEN_SILENT_S = 30.0  # ui says what it shows every few seconds; longer silence is a dead screen (H26)
_TOUCHES: dict[type[p.Message], _CHANGES] = {
    p.Snooze: lambda m: c.Snooze(m.intake),
    p.Decline: lambda m: c.Decline(m.intake, m.reason),
    p.ChangeMind: lambda m: c.ChangeMind(m.intake),
    p.Say: lambda m: c.Say(m.intake, m.all_taken),
    p.TakenElsewhere: lambda m: c.SayTakenElsewhere(m.intake),
    p.AskForHelp: lambda m: c.AskForHelp(),
}


class _Body(msgspec.Struct):
    intake: str | None = None


class _SeqAndIntake(msgspec.Struct):
    seq: int
    body: _Body


_SEQ_AND_INTAKE = msgspec.json.Decoder(_SeqAndIntake)
