"""What each socket message means: turned into a command for the loop, or answered from what the hub knows.

Everything here runs on the deciding thread. PINs are checked here; what is signed, in `hub.from_afar` (R14).
"""

import logging
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

from hub import documents, status
from hub import protocol as p
from hub.at_fill import AtFill, Guiding
from hub.broker import verbs as broker
from hub.clock_model import ON_ANY_TIME, May, may
from hub.domain import commands as c
from hub.domain.events import DeviceTested
from hub.domain.intake import Life
from hub.domain.leave import Leave
from hub.domain.refusal import Reason, Refusal
from hub.enrolment import Trust
from hub.failure import told
from hub.from_afar import FromAfar
from hub.ids import uuid7
from hub.lanes import Lanes
from hub.loop import CoreFailed, Done, Loop
from hub.pins import NotAdmitted, Pins
from hub.self_test import self_test
from hub.signed import Key, sign

SCREEN_SILENT_S = 30.0  # ui says what it shows every few seconds; longer silence is a dead screen (H26)
TOUCH_OLD_S = 2.0  # by then the screen has said that the box does not answer
Answered = p.Answer | p.Error | None
Reply = Callable[[Answered], None]
Later = Callable[[Reply], None]  # what takes its time before it can answer, in a thread of its own
Asking = Callable[[broker.AnyVerb], broker.Done]
log = logging.getLogger("hub.desk")


class Desk:
    """Answers requests. `random(n)` gives n random bytes, for ids."""

    def __init__(
        self, loop: Loop, trust: Trust, device_key: Key, random: Callable[[int], bytes],
        real_s: Callable[[], float] = time.monotonic, ask_broker: Asking = broker.ask,
    ) -> None:  # fmt: skip
        self._loop, self._trust, self._key, self._random, self._real_s = loop, trust, device_key, random, real_s
        self._lanes = Lanes(loop, trust)
        self.at_fill = AtFill(loop, self._new_id, real_s)
        self._from_afar = FromAfar(loop, trust, self._clock_allows)
        self._pins = Pins(trust, lambda: loop.clock.now().monotonic_s)
        self._ask_broker = ask_broker
        self._testing = False
        self.shown = p.Shown(screen="none", snapshot=0)
        self._shown_at_s: float | None = None

    def on_request(self, role: p.Role, message: Any, reply: Reply) -> None:
        """From the server's thread: have the deciding thread answer, whatever comes of it."""
        asked_s = self._real_s()

        def work() -> None:
            if role is p.Role.SYNC:
                self._loop.carrier.heard()
            self._reply(reply, self._answer_in_time(message, asked_s))

        self._loop.submit(work)

    def _reply(self, reply: Reply, answer: Answered | Later) -> None:
        """At once; or by a thread of its own: nobody here waits for a Wi-Fi or a lamp."""
        if callable(answer):
            Thread(target=answer, args=(reply,), name="later", daemon=True).start()
        else:
            reply(answer)

    def _ask_then_reply(self, verb: Any) -> Later:
        return lambda reply: reply(self._asked_of_broker(verb))

    def _asked_of_broker(self, verb: Any) -> Answered:
        done = self._ask_broker(verb)
        if done.refused:
            log.warning("the broker did not do %s: %s", type(verb).__name__, done.refused)
        return _refused(f"the machine did not do it: {done.refused}") if done.refused else None

    def _answer_in_time(self, message: Any, asked_s: float) -> Answered | Later:
        """A touch on Åbn, or a filling, that waited for a slow disk opens nothing: the person may have gone (R1, H13).
        A time that waited is no longer the time (R5)."""
        if isinstance(message, _OF_THIS_MOMENT) and self._real_s() - asked_s > TOUCH_OLD_S:
            return _refused(Reason.NOT_NOW)
        return self._answer_safely(message)

    def _answer_safely(self, message: Any) -> Answered | Later:
        """A bug in answering costs the answer; one in the core costs the process (CoreFailed goes on)."""
        try:
            return self.answer(message)
        except CoreFailed:
            raise
        except Exception as error:  # noqa: BLE001 - told without its text (R15)
            log.error("%s could not be answered: %s", type(message).__name__, told(error))
            return p.Error(p.Problem.REFUSED, ("the hub could not answer",))

    def answer(self, message: Any) -> Answered | Later:
        """Carry out one message of any role; what it answers, or a typed error, or what is left to do before that."""
        if not self._loop.follows and not isinstance(message, _WITHOUT_JOURNAL):
            return _refused(Reason.JOURNAL)
        if isinstance(message, p.Act):
            return self._acted(message)
        touch = _TOUCHES.get(type(message))
        if touch is not None:
            return _answer_of(self._loop.execute(touch(message)))
        return self._other(message)

    def _other(self, message: Any) -> Answered:
        match message:
            case p.Open():
                return _answer_of(self._loop.execute(self._opening(message.intake, None)))
            case p.AskAsNeeded():
                asked = c.AskAsNeeded(message.ordination, self._new_id(), self._loop.sensed())
                return _answer_of(self._loop.execute(asked))
            case p.Shown():
                self.shown, self._shown_at_s = message, self._loop.clock.now().monotonic_s
                return None
            case p.EventsAfter():
                return self._lanes.after(message)
            case p.Acked():
                return self._lanes.acked(message)
            case p.Parked():
                return self._lanes.park(message)
            case p.OfferPlan():
                return self._from_afar.plan(message.jws)
            case p.OfferStop():
                return self._from_afar.stop(message.jws)
            case p.OfferCommand():
                return self._from_afar.command(message.jws)
            case p.OfferKey():
                return self._from_afar.key(message.jws)
            case p.GetHeartbeat():
                return self._heartbeat()
            case p.NetworkSeen():
                self._loop.carrier.told(message.up)
                return None
            case p.Status():
                return status.report(self._loop, self.shown, self.at_fill.report())
            case p.ReadJournal():
                return status.journal(self._loop.journal, message.after, message.limit)
        return p.Error(p.Problem.UNKNOWN, (f"no answer to {type(message).__name__}",))

    def _opening(self, intake: str, early_by: str | None) -> c.Command:
        return c.RequestOpening(intake, self._new_id(), self._loop.sensed(), early_by)

    def _new_id(self) -> str:
        return uuid7(self._loop.clock.now().wall, self._random(10))

    # -- a named person's acts -----------------------------------------------------------------------------------------

    def _acted(self, message: p.Act) -> Answered | Later:
        try:
            person = self._pins.admit(message.person, message.pin)
            if isinstance(message, p.SetJournalAside):  # whatever the clock: it opens nothing
                return self._set_journal_aside(person.name)
            if not self._clock_allows(_WHATEVER_THE_CLOCK.get(type(message), May.STAFF)):
                return _refused(Reason.CLOCK)
            if isinstance(message, p.SelfTest):
                return self._self_test(person.name)
            if isinstance(message, p.Fill) and message.second_person == message.person:
                return _refused("same_person")
            if isinstance(message, Guiding):
                return self.at_fill.answer(message, person.name, self._second(message))
            command = self._act(message, person.name)
        except NotAdmitted as refused:
            return _refused(refused.reason)
        if isinstance(command, p.Error):
            return command
        result = self._loop.execute(command)
        if isinstance(result, Refusal):
            return _answer_of(result)
        if isinstance(command, c.ConfirmJournal):
            self._loop.journal.confirm()
        elif isinstance(command, c.SetTime):  # for TLS and logs; whether it can be is no matter of this answer
            Thread(target=self._asked_of_broker, args=(broker.SetClock(command.wall),), daemon=True).start()
        verb = _verb(message)
        return self._ask_then_reply(verb) if verb else None

    def _self_test(self, by: str) -> Answered | Later:
        """Not in an opening nor a filling: its lamp is somebody's, and its weight is being judged. One at a time."""
        devices, state = self._loop.devices, self._loop.state
        if devices is None or state.opening or state.filling or self._testing:
            return _refused(Reason.ANOTHER_OPENING)
        self._testing = True

        def test(reply: Reply) -> None:
            try:
                results = self_test(devices)
            finally:
                self._testing = False
            self._loop.submit(lambda: reply(self._tested(by, results)))

        return test

    def _tested(self, by: str, results: tuple[DeviceTested, ...]) -> Answered:
        refused = _answer_of(self._loop.execute(c.RecordSelfTest(by, results)))
        return refused or p.SelfTestReport(results)

    def _clock_allows(self, act: May) -> bool:
        """R5, as `hub.clock_model` has it; a doubt that is in the journal lasts until the end of it is as well."""
        self._loop.clock.now()  # looks anew
        doubted = self._loop.state.clock_doubted and act not in ON_ANY_TIME
        return may(self._loop.clock.state, act) and not doubted

    def _set_journal_aside(self, by: str) -> Answered:
        """R11: nothing is appended to it any more, so who it was is in the new one's first event."""
        if self._loop.follows:
            return _refused(Reason.NOT_NOW)
        self._loop.begin_anew()
        try:
            self._loop.journal.put_aside(by)
        except OSError as error:
            return _refused(f"the journal could not be set aside: {error.strerror}")
        return None

    def _second(self, message: Guiding) -> str:
        """Who looks as well, with a PIN of their own; "" for nobody."""
        if not isinstance(message, p.Fill) or message.second_person is None:
            return ""
        return self._pins.admit(message.second_person, message.second_pin or "").name

    def _act(self, message: p.Act, by: str) -> c.Command | p.Error:
        match message:
            case p.EndFilling():
                return c.EndFilling(by)
            case p.Verify():
                return c.VerifyFill(message.compartment, by)
            case p.Empty():
                return c.EmptyCompartment(message.compartment, by)
            case p.Resolve():
                return c.Resolve(message.intake, Life(message.outcome), by, message.latest_at)
            case p.Correct() if message.state not in set(Life):
                return p.Error(p.Problem.MALFORMED, (f"no state {message.state!r}",))
            case p.Correct():
                return c.Correct(message.intake, Life(message.state), by, message.reason)
            case p.HandOutEarly():
                return self._opening(message.intake, by)
            case p.Promise():
                return c.Promise(message.intake, message.give_by, by)
            case p.HandBack():
                return c.HandBack(message.intake, by)
            case p.BeginLeave():
                at, until = message.begins_at, message.ends_at
                return c.BeginLeave(Leave(self._new_id(), message.kind, at, by, until, message.responsible))
            case p.EndLeave():
                return c.EndLeave(by, named=True)
            case p.ConfirmJournal():
                return c.ConfirmJournal(by)
            case p.Acknowledge():
                return c.Acknowledge(message.alarm, by)
            case p.SetTime() if objection := self._loop.clock.objection(message.wall):
                return _refused(objection)
            case p.SetTime():
                return c.SetTime(message.wall, by)
            case p.JoinWifi() | p.RestartScreen() | p.Reboot():
                return c.AskMachine(type(message).__name__, by)
            case p.LowerMark() if message.second_person == message.person:
                return _refused("same_person")
            case p.LowerMark():
                return c.LowerMark(by, self._pins.admit(message.second_person, message.second_pin).name)
        raise TypeError(type(message).__name__)

    def _heartbeat(self) -> Answered:
        """R10: made by a good tick; a hub that cannot write its journal has none, and the gateway alarms."""
        if not self._loop.good:
            return _refused(Reason.JOURNAL)
        now, state = self._loop.clock.now(), self._loop.state
        seq, head = self._loop.journal.head
        alive = self._shown_at_s is not None and now.monotonic_s - self._shown_at_s < SCREEN_SILENT_S
        body = documents.HeartbeatBody(
            hub=self._trust.hub, at=now.wall, trusted=now.trusted, tick=self._loop.tick, seq=seq, head=head,
            plan_version=state.plan.version if state.plan else None, screen_alive=alive, mains=state.mains,
            next_plan_version=state.next_plan.version if state.next_plan else None,
        )  # fmt: skip
        return p.Heartbeat(sign(body, self._key))


def _verb(message: p.Act) -> broker.AnyVerb | None:
    """What is left to be asked of the broker, once it is in the journal that it was wanted, and by whom."""
    match message:
        case p.JoinWifi():
            return broker.JoinWifi(message.ssid, message.passphrase)
        case p.RestartScreen():
            return broker.RestartScreen()
        case p.Reboot():
            return broker.Reboot()
    return None


def _answer_of(result: Done | Refusal) -> p.Error | None:
    return p.Error(p.Problem.REFUSED, result.reasons) if isinstance(result, Refusal) else None


def _refused(reason: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, (reason,))


_OF_THIS_MOMENT = (p.Open, p.AskAsNeeded, p.HandOutEarly, p.BeginFilling, p.SetTime)
# A journal that cannot be followed answers nothing else.
_WITHOUT_JOURNAL = (p.Status, p.Shown, p.NetworkSeen, p.SetJournalAside)
_WHATEVER_THE_CLOCK: dict[type[p.Message], May] = {
    p.Empty: May.EMPTY, p.EndFilling: May.EMPTY, p.Acknowledge: May.ACKNOWLEDGE, p.SetTime: May.SET_TIME,
    p.LowerMark: May.LOWER_MARK, p.JoinWifi: May.MACHINE, p.RestartScreen: May.MACHINE, p.Reboot: May.MACHINE,
    p.SelfTest: May.MACHINE,
}  # fmt: skip
_TOUCHES: dict[type[p.Message], Callable[[Any], c.Command]] = {
    p.Snooze: lambda m: c.Snooze(m.intake),
    p.Decline: lambda m: c.Decline(m.intake, m.reason),
    p.ChangeMind: lambda m: c.ChangeMind(m.intake),
    p.Say: lambda m: c.Say(m.intake, m.all_taken),
    p.TakenElsewhere: lambda m: c.SayTakenElsewhere(m.intake),
    p.AskForHelp: lambda m: c.AskForHelp(),
    p.HomeAgain: lambda m: c.EndLeave("citizen", named=False),
}
