"""The devices as the deciding thread sees them: it reads what was last sensed and never waits for a device.

Each device has a thread of its own: one that hangs holds no other up. What is wrong with one is a state that the core
makes an alarm of (`hub.device_states`), and stops no other.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from hub.checks import scanner_check
from hub.device_states import Check, DeviceStates
from hub.domain import commands as c
from hub.domain.events import Device
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed
from hub.failure import told
from hub.looks import Look
from hub.outputs import Outputs
from hub.ports import Backlight, Compartments, DeviceError, Power, Scale, Scanned, Scanner, Sounder, Tone, Voice
from hub.pulses import Pulse, Pulses
from hub.seen_lids import SeenLids
from hub.seen_power import SeenPower
from hub.seen_weight import SeenWeight
from hub.signals import Signals

WEIGH_EVERY_S = 0.1
FIRST_S = 3.0  # for the first answers; a device that is not there holds up no boot
NEEDED = (Device.LIDS, Device.LOCKS, Device.SCALE)  # without any of these nothing is handed out
log = logging.getLogger("hub.devices")


class Devices:
    """Owns the drivers' threads. `post` puts a command in the hub's inbox, `look` has the loop look at what is sensed
    now, `scanned` is told of each code; all may be called from any of them. `checks` are the devices that only have to
    be there.

    `real_s` is the machine's monotonic clock: devices are never as fast as a demo's.
    """

    def __init__(
        self, compartments: Compartments, scale: Scale, sounder: Sounder, power: Power,
        tones: Mapping[Criticality, Tone], post: Callable[[c.Command], None],
        real_s: Callable[[], float] = time.monotonic, look: Callable[[], None] = lambda: None,
        checks: Mapping[Device, Check] | None = None, voice: Voice | None = None, backlight: Backlight | None = None,
        scanner: Scanner | None = None, scanned: Scanned = lambda scan: None,
    ) -> None:  # fmt: skip
        self.numbers = frozenset(compartments.numbers)
        self.states = states = DeviceStates(real_s)
        self._compartments, self._post = compartments, post
        self._others = (scale, sounder, power, *([scanner] if scanner else ()))
        self._stop = threading.Event()
        self._lids = SeenLids(compartments, states, real_s, self._lid_moved)
        self._weight = SeenWeight(scale, self._lids, states, real_s, look)
        self._power = SeenPower(power, states, real_s)
        self.pulses = Pulses(compartments, self._lids, states, post, real_s)
        self.signals = Signals(compartments, sounder, tones, states, voice, backlight)
        self.looks = {
            Device.LIDS: Look(self._lids.look, real_s), Device.SCALE: Look(self._weight.look, real_s, WEIGH_EVERY_S),
            Device.POWER: Look(self._power.look, real_s), Device.LOCKS: Look(self.pulses.look, real_s),
        }  # fmt: skip
        checks = dict(checks or {}) | ({Device.SCANNER: scanner_check(scanner, scanned)} if scanner else {})
        self.looks |= {device: Look(partial(states.check, device, check), real_s) for device, check in checks.items()}
        works: dict[str, Callable[[], None]] = {d: partial(look.keep, self._stop) for d, look in self.looks.items()}
        works |= {"pulse": self.pulses.work} | self.signals.works
        self._threads = [
            threading.Thread(target=partial(_told_if_it_ends, name, work), name=name, daemon=True)
            for name, work in works.items()
        ]

    @property
    def alive(self) -> bool:
        """Whether everything that must happen still happens; a hub where it does not must be started anew (R16).

        That is tried once for a device that hangs: one that has never answered since the start is lost, no more."""
        return all(thread.is_alive() for thread in self._threads) and not any(map(self.states.hung, NEEDED))

    @property
    def sensed(self) -> Sensed:
        """What was last sensed; nothing of a device that hangs (R12: what nobody sees is not shut)."""
        lids = None if self.looks[Device.LIDS].hangs else self._lids.open
        weighs = not self.looks[Device.SCALE].hangs
        reading, moved_mg = (self._weight.reading, self._weight.moved_mg) if weighs else (None, None)
        power = (None, None, None) if self.looks[Device.POWER].hangs else self._power.now
        off = self.pulses.off and not self.looks[Device.LOCKS].hangs
        return Sensed(lids, reading, *power, locks_off=off, moved_mg=moved_mg, devices=self.states.troubles)

    @property
    def edges(self) -> int:
        """How many movements of lids have been posted."""
        return self._lids.edges

    def start(self) -> None:
        """Begin the threads, and wait for their first looks, so that the first decision knows lids and weight."""
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + FIRST_S
        for look in self.looks.values():
            look.looked.wait(max(0.0, until - time.monotonic()))

    def pulse(self, pulse: Pulse) -> None:
        """Give one pulse, soon, elsewhere; `PulseEnded` is posted when it is over, or not to be given any more."""
        self.pulses.ask(pulse)

    def show(self, wanted: Outputs) -> None:
        """Make lamp and sounder so, elsewhere; pulses are for this opening alone."""
        self.pulses.opening = wanted.opening
        self.signals.show(wanted)

    def close(self) -> None:
        """Stop the threads and put everything off; pulses that were not begun are not given. May be called twice."""
        self._stop.set()
        self.pulses.end()
        self.signals.end()
        try:
            self._compartments.close()  # first: it cuts a pulse under way short
        finally:
            until = time.monotonic() + 2
            for thread in self._threads:
                if thread.is_alive():
                    thread.join(timeout=max(0.0, until - time.monotonic()))
            for device in self._others:
                try:
                    device.close()
                except DeviceError as error:
                    log.warning("closing: %s", error)

    def _lid_moved(self, compartment: int, is_open: bool) -> None:
        self._weight.lid_moved(is_open)
        self._post(c.MoveLid(compartment, is_open))


def _told_if_it_ends(name: str, work: Callable[[], None]) -> None:
    """A driver's bug ends its thread, and with that the hub's health."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - told without its text
        log.critical("the %s thread has ended: %s", name, told(error))
