"""The loop: take one command → decide → append (one transaction, fsync) → apply → effects. One inbox, one thread.

Nothing moves before its intent is in the journal (R1); replay runs no effects; what blocks works elsewhere and posts
its result to the inbox. What goes wrong in the core ends the process: locks fail locked, and the next one begins from
the journal.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial, reduce
from queue import Empty, SimpleQueue
from threading import Thread

from msgspec.structs import replace

from hub import notify
from hub import protocol as p
from hub.broker import verbs as broker
from hub.carrier import Carrier, Network
from hub.clock import Clock
from hub.contact import ContactFile, contact_of
from hub.devices import Devices
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import apply
from hub.domain.decide import decide
from hub.domain.intake import Moment
from hub.domain.reading import Sensed
from hub.domain.refusal import Reason, Refusal
from hub.domain.state import State
from hub.ids import uuid7
from hub.journal import Journal, NotJournalled
from hub.journal_errors import JournalState
from hub.lane import Lane
from hub.outputs import outputs
from hub.pulses import Pulse
from hub.replay import Replay, parked
from hub.snapshot import Context, snapshot

TICK_S = 1.0
REST_S = 3.0
MEND_S = 30.0  # so often a journal that cannot be written is tried again
READING_OLD_S = 3.0  # a reading older than this is no reading
STEPS = 500  # what one moment can bring comes in fewer; more is a core that never comes to rest
RELEASE = "0.1.0"
NOT_WRITTEN = Refusal((Reason.JOURNAL,))
log = logging.getLogger("hub.loop")

Work = Callable[[], object]  # anything to be done by the deciding thread
Done = tuple[e.AnyBody, ...]  # what a command has brought about, in the journal


def _nothing() -> None:
    """What follows after any work is all that is wanted."""


class CoreFailed(Exception):
    """decide, append or apply did what must not be. Not to be caught by whoever asked: the process ends."""


class Loop:
    """Owns the state. Only the thread in `run` touches it; everybody else posts.

    `healthy` says whether the threads live that the hub is nothing without (R16); `replay`, where there is one, has
    followed the journal already; `commissioned` whether the board was walked through (R12).
    """

    def __init__(
        self, journal: Journal, clock: Clock, context: Context, push: Callable[[p.Snapshot], None],
        healthy: Callable[[], bool] = lambda: True, tick_s: float = TICK_S, replay: Replay | None = None,
        mend_s: float = MEND_S, ask_broker: Callable[[broker.AnyVerb], broker.Done] = broker.ask,
        commissioned: bool = True,
    ) -> None:  # fmt: skip
        self.journal, self.clock = journal, clock
        self._contacts = ContactFile(journal.path.with_suffix(".contact"))
        self.context = replace(context, contact=self._contacts.read())
        self._replayed, self._mend_s, self._mend_at = replay, mend_s, 0.0
        self.again = False  # `run` has ended so that another may begin
        self.carrier = Carrier()
        self.state = State()
        self.tick = 0  # whole good ones
        self.good = True  # the last tick was
        self.follows = True  # the journal could be read from end to end, and written to
        self.snapshot: p.Snapshot | None = None
        self._push, self._healthy, self._tick_s = push, healthy, tick_s
        self._ask_broker, self._commissioned = ask_broker, commissioned
        self._edges = 0  # lid movements taken from the inbox
        self._inbox: SimpleQueue[Work | None] = SimpleQueue()
        self._devices: Devices | None = None

    # -- from any thread ---------------------------------------------------------------------------------------------

    def post(self, command: c.Command) -> None:
        """Put a command in the inbox; a refusal is nobody's news."""
        self._inbox.put(partial(self._carry_out, command))

    def submit(self, work: Work) -> None:
        """Have the deciding thread do something with the state. An exception out of it ends the hub."""
        self._inbox.put(work)

    def look(self) -> None:
        """Have the deciding thread look at what is sensed now, and not only at the next tick."""
        self._inbox.put(_nothing)

    def stop(self) -> None:
        """End `run` after what is already in the inbox."""
        self._inbox.put(None)

    def begin_anew(self) -> None:
        """The same, so that the hub begins anew from the journal as it is now."""
        self.again = True
        self.stop()

    # -- the deciding thread -----------------------------------------------------------------------------------------

    def run(self, devices: Devices, started: Callable[[], None]) -> None:
        """Boot on the journal, let others in by `started`, then decide until stopped. Raises CoreFailed.

        The watchdog is petted last, after a whole good tick (R16). A journal that cannot be followed, or could not be
        written to at boot, makes no tick good, but another start would not mend it: the hub stays, refuses, says why
        on its screen, and begins anew once it is mended.
        """
        self._devices = devices
        self._replay()
        devices.start()
        self._boot()
        started()
        notify.ready()
        due_at = time.monotonic()
        while True:
            due_at += self._tick_s
            if not self._work_until(due_at):
                return
            self._look_at_time()
            if (self.good or not self.follows) and self._healthy():
                notify.watchdog()
            due_at = max(due_at, time.monotonic() - self._tick_s)

    def execute(self, command: c.Command) -> Done | Refusal:
        """Carry out a command now, on the deciding thread, and what follows from it at once."""
        result = self._carry_out(command)
        self._settle()
        return result

    def sensed(self) -> Sensed:
        """What the devices say now. An old reading is none; nor are the lids known while a movement of theirs waits
        in the inbox: it would be told twice, and a lid that was shut again would be opened once more."""
        if self._devices is None:
            return Sensed()
        sensed, told = self._devices.sensed, self._devices.edges
        if self._edges < told:
            sensed = replace(sensed, open_lids=None)
        reading = sensed.reading
        if reading is not None and self.clock.now().monotonic_s - reading.at_s > READING_OLD_S:
            return replace(sensed, reading=None)
        return sensed

    def has_compartment(self, number: int) -> bool:
        """Whether the box has one of this number."""
        return self._devices is not None and number in self._devices.numbers

    @property
    def devices(self) -> Devices | None:
        """None until `run`."""
        return self._devices

    def device_reports(self) -> tuple[p.DeviceReport, ...]:
        """How each device is now, for staff."""
        return self._devices.states.reports() if self._devices else ()

    # -- boot ------------------------------------------------------------------------------------------------------

    def _replay(self) -> None:
        """R11: a journal written by a later release, or that says what cannot be, is not gone on with in part."""
        journal = self.journal
        replay = self._replayed or Replay.of(() if journal.barred else journal.replay())
        if replay.lost:
            journal.bar(JournalState.NOT_FOLLOWED, replay.lost)
        self.state = State(plan=replay.state.plan) if journal.barred else replay.state
        self.context = replace(self.context, parked=replay.parked, delivered=journal.cursor(Lane.ALARMS))
        if self._devices is not None:
            self._devices.states.doubt(e.Device.LOCKS, replay.locks.why)
        if journal.barred:
            self._not_followed()

    def _boot(self) -> None:
        self._keep_contact()
        if self.journal.doubt is not None:
            doubt = self.journal.doubt
            self._carry_out(c.DoubtJournal(f"{doubt.state}, set aside by {doubt.by}" if doubt.by else doubt.state))
        sensed = self._sensed_at_rest() if self.state.opening else self.sensed()
        begun = self._carry_out(c.Boot(RELEASE, sensed, self._commissioned))
        if self.follows and isinstance(begun, Refusal):
            self.journal.bar(self.context.journal or JournalState.UNREACHABLE, "a boot could not be written down")
            self._not_followed()
        self.good = self._settle() and self.follows

    def _not_followed(self) -> None:
        self.follows = False
        self._journal_is(self.journal.barred, self.journal.finding)

    def _keep_contact(self) -> None:
        if self.state.plan is not None:
            self._contacts.keep(contact_of(self.state.plan))

    def _sensed_at_rest(self) -> Sensed:
        """What the devices say once the scale is still, or after `REST_S` anyway: an opening that was under way is
        settled by a weight (R1)."""
        until = time.monotonic() + REST_S
        while (sensed := self.sensed()).reading is None or not sensed.reading.stable:
            if time.monotonic() >= until:
                break
            time.sleep(0.05)
        return sensed

    # -- one thing after the other -----------------------------------------------------------------------------------

    def _work_until(self, due_at: float) -> bool:
        """Do what comes into the inbox until the tick is due, which no flood puts off; False when asked to stop."""
        while True:
            try:
                work = self._inbox.get(timeout=max(0.0, due_at - time.monotonic()))
            except Empty:
                return True
            if work is None:
                return False
            work()
            self._settle()
            if time.monotonic() >= due_at:
                return True

    def _look_at_time(self) -> None:
        self.good = self._settle() and self.context.journal is None
        if self.good:
            self.tick += 1
        elif self.context.journal is not None and time.monotonic() >= self._mend_at:
            self._mend()

    def _mend(self) -> None:
        """Nothing may be due for hours: whether the journal can be written to again is asked of itself (R10, R11)."""
        self._mend_at = time.monotonic() + self._mend_s
        if self.follows and self.journal.writable():
            self._journal_is(None)
        elif not self.follows and self.journal.mended():
            log.info("the journal can be written to again; the hub begins anew")
            self.begin_anew()

    def _settle(self) -> bool:
        """Let time do what it does until nothing more is due, then show it; whether all of it could be written."""
        for _ in range(STEPS):
            result = self._carry_out(c.Tick(self.sensed()))
            if not result or isinstance(result, Refusal):
                break
        else:
            raise CoreFailed("time never comes to rest")
        self._show()
        return not isinstance(result, Refusal)

    def _carry_out(self, command: c.Command) -> Done | Refusal:
        if not self.follows:
            return NOT_WRITTEN
        self._edges += isinstance(command, c.MoveLid)
        try:
            moment = self.clock.now()
            result = decide(self.state, command, moment)
            if isinstance(result, Refusal):
                return result
            return self._commit(result, moment) if result else ()
        except Exception as error:
            raise CoreFailed(type(command).__name__) from error

    def _commit(self, bodies: list[e.AnyBody], moment: Moment) -> Done | Refusal:
        """In the journal first; what cannot be written does not happen, and the hub says it cannot write (R1, R11).

        The next state is made before that: an event nobody can follow would stop every boot to come.
        """
        events = tuple(self._stamp(bodies, moment))
        state = reduce(apply, events, self.state)
        try:
            self.journal.append(events)
        except NotJournalled as error:
            self._journal_is(error.state, str(error))
            return NOT_WRITTEN
        self._journal_is(None)
        self.state = state
        for event in events:
            self.context = replace(self.context, parked=self.context.parked | parked(event.body))
            if isinstance(event.body, e.PlanAccepted):
                self._keep_contact()
            log.info("event %d %s", event.seq, type(event.body).__name__)
        self._effects(bodies)
        return tuple(bodies)

    def _stamp(self, bodies: Iterable[e.AnyBody], moment: Moment) -> Iterable[e.Event]:
        version = self.state.plan.version if self.state.plan else None
        for seq, body in enumerate(bodies, start=self.state.seq + 1):
            yield e.Event(
                seq=seq, id=uuid7(moment.wall, secrets.token_bytes(10)),
                wall=moment.wall, monotonic_s=moment.monotonic_s, trusted=moment.trusted, boot=moment.boot,
                plan_version=version, body=body,
            )  # fmt: skip

    def _journal_is(self, trouble: JournalState | None, why: str = "") -> None:
        """None: it is written to. The screen says which, and the log once each time it turns."""
        if trouble != self.context.journal:
            log.log(logging.CRITICAL if trouble else logging.INFO, "the journal: %s %s", trouble or "written to", why)
            self.context = replace(self.context, journal=trouble)
            self._mend_at = time.monotonic() + self._mend_s

    def _effects(self, bodies: Iterable[e.AnyBody]) -> None:
        """Only what was committed just now moves anything."""
        for body in bodies:
            if isinstance(body, e.PulseRequested) and self._devices is not None:
                self._devices.pulse(Pulse(body.opening, body.compartment, body.number))
            elif isinstance(body, e.FillingBegun) and self._devices is not None:
                self._devices.pulse(Pulse(body.filling, body.compartment, body.number))
            elif isinstance(body, e.TimeSet):
                self.clock.tell(body.wall)
            elif isinstance(body, e.MarkLowered):
                self.clock.lower_mark()
            elif isinstance(body, e.PoweredOff):
                Thread(target=self._power_off, name="power off", daemon=True).start()

    def _power_off(self) -> None:
        """By a thread of its own: nobody waits for the broker. Refused, the box runs on until the battery is empty."""
        done = self._ask_broker(broker.PowerOff())
        if done.refused:
            log.error("the box is not put off: %s", done.refused)

    def _show(self) -> None:
        moment = self.clock.now()
        if self._devices is not None:
            self._devices.show(outputs(self.state, moment))
        self.context = replace(self.context, network_ok=self.carrier.look() is Network.UP)
        version = self.snapshot.version if self.snapshot else 0
        now = snapshot(self.state, moment, self.sensed(), self.context, version)
        if self.snapshot is None or now != self.snapshot:
            self.snapshot = replace(now, version=version + 1)
            self._push(self.snapshot)
