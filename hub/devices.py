"""The devices as the deciding thread sees them: it reads what was last sensed and never waits for a device.

One thread gives pulses, one drives lamp and sounder, one looks at lids, scale and mains; each posts what happened.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed
from hub.outputs import Outputs
from hub.ports import Compartments, DeviceError, Power, Scale, Sounder, Tone

LOOK_EVERY_S = 0.1
T = TypeVar("T")
log = logging.getLogger("hub.devices")


class Pulse(Struct, frozen=True):
    """An effect of a `PulseRequested` just committed."""

    opening: str
    compartment: int
    number: int


class Devices:
    """Owns the drivers' threads. `post` puts a command in the hub's inbox and may be called from any of them."""

    def __init__(
        self, compartments: Compartments, scale: Scale, sounder: Sounder, power: Power,
        tones: Mapping[Criticality, Tone], post: Callable[[c.Command], None],
    ) -> None:  # fmt: skip
        self._compartments, self._scale, self._sounder, self._power = compartments, scale, sounder, power
        self._tones, self._post = tones, post
        self.sensed = Sensed()
        self._lock = threading.Lock()
        self._edges = 0
        self._shown = Outputs()
        self._pulses: SimpleQueue[Pulse | None] = SimpleQueue()
        self._outputs: SimpleQueue[Outputs | None] = SimpleQueue()
        self._stop = threading.Event()
        self._troubles: set[str] = set()
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("pulse", self._give_pulses), ("signal", self._signal), ("look", self._look_around))
        ]

    def start(self) -> None:
        """Look once, so that the first decision knows lids and weight, then begin the threads."""
        self._compartments.watch_lids(self._lid_moved)
        self._look()
        for thread in self._threads:
            thread.start()

    def pulse(self, pulse: Pulse) -> None:
        """Give one pulse, soon, elsewhere; `PulseEnded` is posted when it is over."""
        self._pulses.put(pulse)

    def show(self, wanted: Outputs) -> None:
        """Make lamp and sounder so; does nothing when they are."""
        if wanted != self._shown:
            self._shown = wanted
            self._outputs.put(wanted)

    def close(self) -> None:
        """Stop the threads and put everything off."""
        self._stop.set()
        self._pulses.put(None)
        self._outputs.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=2)
        for device in (self._compartments, self._scale, self._sounder, self._power):
            device.close()

    # -- the threads -----------------------------------------------------------------------------------------------

    def _give_pulses(self) -> None:
        while (pulse := self._pulses.get()) is not None:
            problem = None
            try:
                self._compartments.pulse(pulse.compartment)
            except DeviceError as error:
                problem = str(error)
            self._post(c.PulseEnded(pulse.opening, pulse.number, problem))

    def _signal(self) -> None:
        lit: int | None = None
        while (wanted := self._outputs.get()) is not None:
            try:
                if wanted.lamp != lit:
                    if lit is not None:
                        self._compartments.lamp(lit, False)
                    if wanted.lamp is not None:
                        self._compartments.lamp(wanted.lamp, True)
                    lit = wanted.lamp
                self._sounder.play(self._tones[wanted.tone] if wanted.tone else None)
            except DeviceError as error:
                self._tell("signal", error)

    def _look_around(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self._look()

    def _look(self) -> None:
        edges = self._edges
        lids = self._ask("lids", self._open_lids)
        seen = Sensed(lids, self._ask("scale", self._scale.read), self._ask("power", self._power.mains))
        with self._lock:
            # A lid that moved while we looked is newer than what we saw.
            self.sensed = seen if edges == self._edges else replace(seen, open_lids=self.sensed.open_lids)

    def _open_lids(self) -> frozenset[int]:
        return frozenset(n for n in self._compartments.numbers if self._compartments.lid_open(n))

    def _lid_moved(self, compartment: int, is_open: bool) -> None:
        with self._lock:
            self._edges += 1
            lids = self.sensed.open_lids or frozenset()
            moved = lids | {compartment} if is_open else lids - {compartment}
            self.sensed = replace(self.sensed, open_lids=moved)
        self._post(c.MoveLid(compartment, is_open))

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
