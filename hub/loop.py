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

from msgspec.structs import replace

from hub import notify
from hub import protocol as p
from hub.clock import Clock
from hub.devices import Devices, Pulse
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.apply import apply
from hub.domain.decide import decide
from hub.domain.intake import Moment
from hub.domain.reading import Sensed
from hub.domain.refusal import Reason, Refusal
from hub.domain.state import State
from hub.failure import told
from hub.ids import uuid7
from hub.journal import Journal, JournalError
from hub.outputs import outputs
from hub.snapshot import Context, snapshot

TICK_S = 1.0
REST_S = 3.0
READING_OLD_S = 3.0  # a reading older than this is no reading
STEPS = 500  # what one moment can bring comes in fewer; more is a core that never comes to rest
RELEASE = "0.1.0"
NOT_WRITTEN = Refusal((Reason.JOURNAL,))
log = logging.getLogger("hub.loop")

Work = Callable[[], object]  # anything to be done by the deciding thread
Done = tuple[e.AnyBody, ...]  # what a command has brought about, in the journal


class CoreFailed(Exception):
    """decide, append or apply did what must not be. Not to be caught by whoever asked: the process ends."""


class Loop:
    """Owns the state. Only the thread in `run` touches it; everybody else posts.

    `healthy` says whether the threads live that the hub is nothing without (R16).
    """

    def __init__(
        self, journal: Journal, clock: Clock, context: Context, push: Callable[[p.Snapshot], None],
        healthy: Callable[[], bool] = lambda: True, tick_s: float = TICK_S,
    ) -> None:  # fmt: skip
        self.journal, self.clock, self.context = journal, clock, context
        self.state = State()
        self.tick = 0  # whole good ones
        self.good = True  # the last tick was
        self.follows = True  # the journal could be read from end to end
        self.snapshot: p.Snapshot | None = None
        self._push, self._healthy, self._tick_s = push, healthy, tick_s
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

    def stop(self) -> None:
        """End `run` after what is already in the inbox."""
        self._inbox.put(None)

    # -- the deciding thread -----------------------------------------------------------------------------------------

    def run(self, devices: Devices, started: Callable[[], None]) -> None:
        """Boot on the journal, let others in by `started`, then decide until stopped. Raises CoreFailed.

        The watchdog is petted last, after a whole good tick (R16). A journal that cannot be followed makes no tick
        good, but another start would not mend it: the hub stays, refuses, and says why.
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

    # -- boot ------------------------------------------------------------------------------------------------------

    def _replay(self) -> None:
        """R11: a journal written by a later release, or that says what cannot be, is not gone on with in part."""
        try:
            for event in self.journal.replay():
                self.state = apply(self.state, event)
                self._note(event.body)
            self.context = replace(self.context, delivered=self.journal.cursor(e.Lane.ALARMS))
        except Exception as error:  # noqa: BLE001 - whatever stops it: nothing is handed out, and the screen says so
            log.critical("the journal cannot be followed: %s", told(error))
            self.state = State(plan=self.state.plan)  # whom to call stands in it
            self.follows = False
            self.context = replace(self.context, journal_ok=False)

    def _boot(self) -> None:
        if self.journal.doubt is not None:
            self._carry_out(c.DoubtJournal(self.journal.doubt.state))
        sensed = self._sensed_at_rest() if self.state.opening else self.sensed()
        self._carry_out(c.Boot(RELEASE, sensed))
        self.good = self._settle()

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
        self.good = self._settle()
        if self.good:
            self.tick += 1

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
        except JournalError as error:
            self._journal_is(False, str(error))
            return NOT_WRITTEN
        self._journal_is(True)
        self.state = state
        for event in events:
            self._note(event.body)
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

    def _journal_is(self, written: bool, why: str = "") -> None:
        """The screen says which, and the log once each time it turns."""
        if written is not self.context.journal_ok:
            log.log(logging.INFO if written else logging.CRITICAL, "the journal is written to: %s %s", written, why)
            self.context = replace(self.context, journal_ok=written)

    def _note(self, body: e.AnyBody) -> None:
        """What is remembered and decides nothing about medicine."""
        if isinstance(body, e.EventParked) and body.lane == e.Lane.ALARMS:
            self.context = replace(self.context, parked=self.context.parked | {body.seq})

    def _effects(self, bodies: Iterable[e.AnyBody]) -> None:
        """Only what was committed just now moves anything."""
        for body in bodies:
            if isinstance(body, e.PulseRequested) and self._devices is not None:
                self._devices.pulse(Pulse(body.opening, body.compartment, body.number))
            elif isinstance(body, e.TimeSet):
                self.clock.tell(body.wall)
            elif isinstance(body, e.MarkLowered):
                self.clock.lower_mark()

    def _show(self) -> None:
        moment = self.clock.now()
        if self._devices is not None:
            self._devices.show(outputs(self.state, moment))
        version = self.snapshot.version if self.snapshot else 0
        now = snapshot(self.state, moment, self.sensed(), self.context, version)
        if self.snapshot is None or now != self.snapshot:
            self.snapshot = replace(now, version=version + 1)
            self._push(self.snapshot)
