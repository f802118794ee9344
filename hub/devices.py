"""The devices as the deciding thread sees them: it reads what was last sensed and never waits for a device.

One thread gives pulses, one drives lamp and sounder, one looks at lids, scale and mains; each posts what happened.
Trouble with one device is told in the log and stops no other.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed
from hub.failure import told
from hub.outputs import Outputs
from hub.ports import Compartments, DeviceError, Power, Scale, Sounder, Tone

WEIGH_EVERY_S = 0.1
LOOK_EVERY_S = 1.0  # lids and mains; a lid's movement is told at once by its edge
LOOK_OLD_S = 5.0  # a look that takes longer hangs: nothing is known, and the hub is not healthy
PULSE_OLD_S = 1.0  # a pulse that could not be given within this is not given: the core asks again after 3 s
T = TypeVar("T")
log = logging.getLogger("hub.devices")


class Pulse(Struct, frozen=True):
    """An effect of a `PulseRequested` just committed."""

    opening: str
    compartment: int
    number: int


class Devices:
    """Owns the drivers' threads. `post` puts a command in the hub's inbox and may be called from any of them.

    `real_s` is the machine's monotonic clock: devices are never as fast as a demo's.
    """

    def __init__(
        self, compartments: Compartments, scale: Scale, sounder: Sounder, power: Power,
        tones: Mapping[Criticality, Tone], post: Callable[[c.Command], None],
        real_s: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.numbers = frozenset(compartments.numbers)
        self._compartments, self._scale, self._sounder, self._power = compartments, scale, sounder, power
        self._tones, self._post, self._real_s = tones, post, real_s
        self._sensed = Sensed()
        self._looked_s = self._lids_s = real_s()
        self._lock = threading.Lock()
        self._edges = 0
        self._opening = ""  # the one that pulses may be given for
        self._wanted = Outputs()
        self._news = threading.Event()
        self._pulses: SimpleQueue[tuple[Pulse, float] | None] = SimpleQueue()
        self._stop = threading.Event()
        self._troubles: set[str] = set()
        self._threads = [
            threading.Thread(target=partial(_told_if_it_ends, name, work), name=name, daemon=True)
            for name, work in (("pulse", self._give_pulses), ("signal", self._signal), ("look", self._look_around))
        ]

    @property
    def alive(self) -> bool:
        """Whether pulses, signals and looks all still happen; a hub whose do not must be started anew (R16)."""
        return all(thread.is_alive() for thread in self._threads) and not self._looks_hang

    @property
    def sensed(self) -> Sensed:
        """What was last sensed; nothing where the last look is too long ago (R12: what nobody sees is not shut)."""
        return Sensed() if self._looks_hang else self._sensed

    @property
    def _looks_hang(self) -> bool:
        return self._real_s() - self._looked_s > LOOK_OLD_S

    def start(self) -> None:
        """Look once, so that the first decision knows lids and weight, then begin the threads."""
        self._compartments.watch_lids(self._lid_moved)
        self._look()
        for thread in self._threads:
            thread.start()

    def pulse(self, pulse: Pulse) -> None:
        """Give one pulse, soon, elsewhere; `PulseEnded` is posted when it is over, or not to be given any more."""
        self._opening = pulse.opening
        self._pulses.put((pulse, self._real_s()))

    def show(self, wanted: Outputs) -> None:
        """Make lamp and sounder so; does nothing when they are, and tries again what failed."""
        self._opening = wanted.opening
        self._wanted = wanted
        self._news.set()

    def close(self) -> None:
        """Stop the threads and put everything off; pulses that were not begun are not given. May be called twice."""
        self._stop.set()
        self._pulses.put(None)
        self._news.set()
        try:
            self._compartments.close()  # first: it cuts a pulse under way short
        finally:
            for thread in self._threads:
                if thread.is_alive():
                    thread.join(timeout=2)
            for device in (self._scale, self._sounder, self._power):
                self._try("closing", device.close)

    # -- pulses ------------------------------------------------------------------------------------------------------

    def _give_pulses(self) -> None:
        while (asked := self._pulses.get()) is not None:
            pulse, since_s = asked
            problem = self._too_late(pulse, since_s)
            if problem is None:
                try:
                    self._compartments.pulse(pulse.compartment)
                except DeviceError as error:
                    problem = str(error)
            self._post(c.PulseEnded(pulse.opening, pulse.number, problem))

    def _too_late(self, pulse: Pulse, since_s: float) -> str | None:
        """Why a pulse must not be given any more: it was decided on what was so a moment ago (R1, R12)."""
        if self._stop.is_set() or pulse.opening != self._opening:
            return "not given: the opening has ended"
        if self._real_s() - since_s > PULSE_OLD_S:
            return "not given: the lock was busy for too long"
        lids = self._ask("lids", self._open_lids)
        return None if lids == frozenset() else "not given: not every lid is sensed shut"

    # -- lamp and sounder --------------------------------------------------------------------------------------------

    def _signal(self) -> None:
        lit: int | None = None
        beat = ""
        while not self._stop.is_set():
            self._news.wait()
            self._news.clear()
            wanted = self._wanted
            if wanted.lamp != lit and self._try("lamp", partial(self._light, lit, wanted.lamp)):
                lit = wanted.lamp
            if wanted.beat != beat and self._try("sounder", partial(self._sound, wanted.tone)):
                beat = wanted.beat

    def _light(self, old: int | None, new: int | None) -> None:
        if old is not None:
            self._compartments.lamp(old, False)
        if new is not None:
            self._compartments.lamp(new, True)

    def _sound(self, tone: Criticality | None) -> None:
        self._sounder.play(self._tones[tone] if tone else None)

    # -- looking -----------------------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        while not self._stop.wait(WEIGH_EVERY_S):
            if self._real_s() - self._lids_s >= LOOK_EVERY_S:
                self._look()
            else:
                self._weigh()

    def _look(self) -> None:
        edges = self._edges
        lids, mains = self._ask("lids", self._open_lids), self._ask("power", self._power.mains)
        self._lids_s = self._real_s()
        with self._lock:
            # A lid that moved while we looked is newer than what we saw.
            lids = lids if edges == self._edges else self._sensed.open_lids
            self._sensed = replace(self._sensed, open_lids=lids, mains=mains)
        self._weigh()

    def _weigh(self) -> None:
        reading = self._ask("scale", self._scale.read)
        with self._lock:
            self._sensed = replace(self._sensed, reading=reading)
        self._looked_s = self._real_s()

    def _open_lids(self) -> frozenset[int]:
        return frozenset(n for n in self._compartments.numbers if self._compartments.lid_open(n))

    @property
    def edges(self) -> int:
        """How many movements of lids have been posted."""
        return self._edges

    def _lid_moved(self, compartment: int, is_open: bool) -> None:
        """One lid's edge; it says nothing about lids that could not be seen."""
        with self._lock:
            self._edges += 1
            lids = self._sensed.open_lids
            if lids is not None:
                moved = lids | {compartment} if is_open else lids - {compartment}
                self._sensed = replace(self._sensed, open_lids=moved)
        self._post(c.MoveLid(compartment, is_open))

    # -- trouble -----------------------------------------------------------------------------------------------------

    def _try(self, what: str, work: Callable[[], None]) -> bool:
        try:
            work()
        except DeviceError as error:
            self._tell(what, error)
            return False
        self._troubles.discard(what)
        return True

    def _ask(self, what: str, question: Callable[[], T]) -> T | None:
        try:
            answer = question()
        except DeviceError as error:
            self._tell(what, error)
            return None
        self._troubles.discard(what)
        return answer

    def _tell(self, what: str, error: DeviceError) -> None:
        """Once for each trouble, not ten times a second (R15: a device's name, no more)."""
        if what not in self._troubles:
            self._troubles.add(what)
            log.warning("device trouble: %s: %s", what, error)


def _told_if_it_ends(name: str, work: Callable[[], None]) -> None:
    """A driver's bug ends its thread, and with that the hub's health."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - told without its text
        log.critical("the %s thread has ended: %s", name, told(error))
