"""Giving the locks their pulses: one after the other, in a thread of their own, none that was decided too long ago; and
seeing that they are off otherwise."""

from collections.abc import Callable
from queue import SimpleQueue

from msgspec import Struct

from hub.device_states import DeviceStates
from hub.domain import commands as c
from hub.domain.events import Device
from hub.ports import Compartments, DeviceError
from hub.seen_lids import SeenLids

NOT_GIVEN = "not given: "  # begins why a pulse was not even tried, which says nothing of its lock
BEFORE = -1  # a part of the locks that is none of them: the look before a pulse
PULSE_OLD_S = 1.0  # a pulse that could not be given within this is not given: the core asks again after 3 s


class Pulse(Struct, frozen=True):
    """An effect of a `PulseRequested` or a `FillingBegun` just committed. `opening`: its id, or the filling's."""

    opening: str
    compartment: int
    number: int


class Pulses:
    """`opening` is the one that pulses may be given for; `off`, whether all locks were when last looked at. `post` is
    told how each pulse has ended."""

    def __init__(
        self, compartments: Compartments, lids: SeenLids, states: DeviceStates, post: Callable[[c.Command], None],
        real_s: Callable[[], float],
    ) -> None:  # fmt: skip
        self._compartments, self._lids, self._states, self._post = compartments, lids, states, post
        self._real_s = real_s
        self._asked: SimpleQueue[tuple[Pulse, float] | None] = SimpleQueue()
        self._over, self.off = False, False
        self.opening = ""

    def ask(self, pulse: Pulse) -> None:
        """Give it, soon, by the thread in `work`."""
        self.opening = pulse.opening
        self._asked.put((pulse, self._real_s()))

    def end(self) -> None:
        """Give no other; `work` returns. May be called twice."""
        self._over = True
        self._asked.put(None)

    def work(self) -> None:
        while (asked := self._asked.get()) is not None:
            pulse, since_s = asked
            with self._states.asking(Device.LOCKS, BEFORE):  # to hang here is to give no pulse any more (R16)
                refused = self._not_to_be_given(pulse, since_s)
            self._post(c.PulseEnded(pulse.opening, pulse.number, refused or self._given(pulse), given=not refused))

    def look(self) -> None:
        """Whether every lock is off while nothing is pulsed (R12, H13)."""
        self.off = self._states.attempt(Device.LOCKS, self._compartments.check_locks)
        if self.off:
            self._states.say(Device.LOCKS, "{0} of {0} off".format(len(self._compartments.numbers)))

    def _not_to_be_given(self, pulse: Pulse, since_s: float) -> str | None:
        """Why a pulse must not be given any more: it was decided on what was so a moment ago (R1, R12)."""
        if self._over or pulse.opening != self.opening:
            return NOT_GIVEN + "the opening has ended"
        if self._real_s() - since_s > PULSE_OLD_S:
            return NOT_GIVEN + "the lock was busy for too long"
        if not self._lids.all_shut():
            return NOT_GIVEN + "not every lid is sensed shut"
        try:
            self._compartments.check_locks()
        except DeviceError as error:
            return f"{NOT_GIVEN}{error}"
        return None

    def _given(self, pulse: Pulse) -> str | None:
        try:
            with self._states.asking(Device.LOCKS, pulse.compartment):
                self._compartments.pulse(pulse.compartment)
        except DeviceError as error:
            return str(error)
        return None
