"""The loop: take one command → decide → append (one transaction, fsync) → apply → effects. One inbox, one thread.

Nothing moves before its intent is in the journal (R1); replay runs no effects; what blocks works elsewhere and posts
its result to the inbox.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial
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
from hub.domain.life import NotInTheTable
from hub.domain.may_open import Reason, Refusal
from hub.domain.reading import Sensed
from hub.domain.state import State
from hub.ids import uuid7
from hub.journal import Journal, JournalError
from hub.outputs import outputs
from hub.snapshot import Context, snapshot

TICK_S = 1.0
REST_S = 3.0
READING_OLD_S = 3.0  # a reading older than this is no reading
RELEASE = "0.1.0"
log = logging.getLogger("hub.loop")

Work = Callable[[], None]  # anything to be done by the deciding thread


class Loop:
    """Owns the state. Only the thread in `run` touches it; everybody else posts."""

    def __init__(
        self, journal: Journal, clock: Clock, context: Context, push: Callable[[p.Snapshot], None],
        tick_s: float = TICK_S,
    ) -> None:  # fmt: skip
        self.journal, self.clock, self.context = journal, clock, context
        self.state = State()
        self.tick = 0
        self.snapshot: p.Snapshot | None = None
        self._push, self._tick_s = push, tick_s
        self._moved = False
        self._inbox: SimpleQueue[Work | None] = SimpleQueue()
        self._devices: Devices | None = None

    # -- from any thread ---------------------------------------------------------------------------------------------

    def post(self, command: c.Command) -> None:
        """Put a command in the inbox; a refusal is nobody's news."""
        self._inbox.put(partial(self._execute_quietly, command))

    def submit(self, work: Work) -> None:
        """Have the deciding thread do something with the state."""
        self._inbox.put(work)

    def stop(self) -> None:
        """End `run` after what is already in the inbox."""
        self._inbox.put(None)

    # -- the deciding thread -----------------------------------------------------------------------------------------

    def run(self, devices: Devices, started: Callable[[], None]) -> None:
        """Boot on the journal, let others in by `started`, then decide until stopped.

        The watchdog is petted last, after a whole good tick (R16).
        """
        self._devices = devices
        self._replay()
        devices.start()
        if self.journal.doubt is not None:
            self._carry_out(c.DoubtJournal(self.journal.doubt.state))
        self._carry_out(c.Boot(RELEASE, self._sensed_at_rest()))
        started()
        notify.ready()
        due_at = time.monotonic()
        while True:
            due_at += self._tick_s
            if not self._work_until(due_at):
                return
            self._good_tick()
            notify.watchdog()
            due_at = max(due_at, time.monotonic() - self._tick_s)

    def _execute_quietly(self, command: c.Command) -> None:
        self._carry_out(command)

    def _replay(self) -> None:
        try:
            for event in self.journal.replay():
                self.state = apply(self.state, event)
        except (JournalError, NotInTheTable) as error:
            # R11: written by a later release, or saying what cannot be: nothing is dispensed, and the screen says so.
            log.critical("the journal cannot be followed: %s", error)
            self.context = replace(self.context, journal_ok=False)

    def execute(self, command: c.Command) -> Refusal | None:
        """Carry out a command now, on the deciding thread: its refusal, or None when it is done and in the journal."""
        refusal = self._carry_out(command)
        self._settle()
        return refusal

    def sensed(self) -> Sensed:
        """What the devices say now; an old reading is none."""
        sensed = self._devices.sensed if self._devices else Sensed()
        reading = sensed.reading
        if reading is not None and self.clock.now().monotonic_s - reading.at_s > READING_OLD_S:
            return replace(sensed, reading=None)
        return sensed

    def _sensed_at_rest(self) -> Sensed:
        """What the devices say once the scale is still, or after `REST_S` anyway: a boot decides on a weight (R1)."""
        until = time.monotonic() + REST_S
        while (sensed := self.sensed()).reading is None or not sensed.reading.stable:
            if time.monotonic() >= until:
                break
            time.sleep(0.05)
        return sensed

    def _work_until(self, due_at: float) -> bool:
        """Do what comes into the inbox until the tick is due; False when asked to stop."""
        while True:
            try:
                work = self._inbox.get(timeout=max(0.0, due_at - time.monotonic()))
            except Empty:
                return True
            if work is None:
                return False
            work()
            self._settle()

    def _good_tick(self) -> None:
        self._settle()
        self.tick += 1

    def _settle(self) -> None:
        """Let time do what it does until nothing more is due, then show it."""
        while self._carry_out(c.Tick(self.sensed())) is None and self._moved:
            pass
        self._show()

    def _carry_out(self, command: c.Command) -> Refusal | None:
        moment = self.clock.now()
        result = decide(self.state, command, moment)
        if isinstance(result, Refusal):
            self._moved = False
            return result
        self._moved = bool(result)
        return self._commit(result, moment) if result else None

    def _commit(self, bodies: list[e.AnyBody], moment: Moment) -> Refusal | None:
        """In the journal first; what cannot be written does not happen, and the hub says it cannot write (R1, R11)."""
        events = list(self._stamp(bodies, moment))
        try:
            self.journal.append(events)
        except JournalError as error:
            log.critical("the journal cannot be written: %s", error)
            self._moved = False
            self.context = replace(self.context, journal_ok=False)
            return Refusal((Reason.JOURNAL,))
        for event in events:
            self.state = apply(self.state, event)
            log.info("event %d %s", event.seq, type(event.body).__name__)
        self._effects(events)
        return None

    def _stamp(self, bodies: Iterable[e.AnyBody], moment: Moment) -> Iterable[e.Event]:
        version = self.state.plan.version if self.state.plan else None
        for seq, body in enumerate(bodies, start=self.state.seq + 1):
            yield e.Event(
                seq=seq, id=uuid7(moment.wall, secrets.token_bytes(10)), wall=moment.wall, monotonic_s=moment.monotonic_s,
                trusted=moment.trusted, boot=moment.boot, plan_version=version, body=body,
            )  # fmt: skip

    def _effects(self, events: Iterable[e.Event]) -> None:
        """Only what was committed just now moves anything."""
        for body in (event.body for event in events):
            if isinstance(body, e.PulseRequested) and self._devices is not None:
                self._devices.pulse(Pulse(body.opening, body.compartment, body.number))

    def _show(self) -> None:
        moment = self.clock.now()
        if self._devices is not None:
            self._devices.show(outputs(self.state, moment))
        version = self.snapshot.version if self.snapshot else 0
        now = snapshot(self.state, moment, self.sensed(), self.context, version)
        if self.snapshot is None or now != self.snapshot:
            self.snapshot = replace(now, version=version + 1)
            self._push(self.snapshot)
