"""The devices as the deciding thread sees them: it reads what was last sensed and never waits for a device.

Each device has a thread of its own: one that hangs holds no other up. What is wrong with one is a state that the core
makes an alarm of (`hub.device_states`), and stops no other.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from msgspec import Struct

from hub.battery import Battery
from hub.checks import scanner_check
from hub.device_states import HANG_S, Check, DeviceStates
from hub.domain import commands as c
from hub.domain.due import SETTLE_S
from hub.domain.events import Device
from hub.domain.plan import Criticality
from hub.domain.reading import Reading, Sensed
from hub.failure import told
from hub.outputs import Outputs
from hub.ports import Backlight, Compartments, DeviceError, Power, Scale, Scanner, Sounder, Tone, Voice

WEIGH_EVERY_S = 0.1
LOOK_EVERY_S = 1.0  # lids, mains and the rest; a lid's movement is told at once by its edge
FIRST_S = 3.0  # for the first answers; a device that is not there holds up no boot
PULSE_OLD_S = 1.0  # a pulse that could not be given within this is not given: the core asks again after 3 s
BLINK_S = 0.2  # a lamp that is tried
UNREST_S = 180.0  # a scale that does not come to rest for so long will not by itself
VERDICT_S = 10.0  # so long after a lid shut a weight at rest is told at once
NEEDED = (Device.LIDS, Device.LOCKS, Device.SCALE)  # without any of these nothing is handed out
T = TypeVar("T")
log = logging.getLogger("hub.devices")


class Pulse(Struct, frozen=True):
    """An effect of a `PulseRequested` just committed."""

    opening: str
    compartment: int
    number: int


class Devices:
    """Owns the drivers' threads. `post` puts a command in the hub's inbox, `look` has the loop look at what is sensed
    now; both may be called from any of them. `checks` are the devices that only have to be there.

    `real_s` is the machine's monotonic clock: devices are never as fast as a demo's.
    """

    def __init__(
        self, compartments: Compartments, scale: Scale, sounder: Sounder, power: Power,
        tones: Mapping[Criticality, Tone], post: Callable[[c.Command], None],
        real_s: Callable[[], float] = time.monotonic, look: Callable[[], None] = lambda: None,
        checks: Mapping[Device, Check] | None = None, voice: Voice | None = None, backlight: Backlight | None = None,
        scanner: Scanner | None = None,
    ) -> None:  # fmt: skip
        self.numbers = frozenset(compartments.numbers)
        self.states = DeviceStates(real_s)
        self._compartments, self._scale, self._sounder, self._power = compartments, scale, sounder, power
        self._tones, self._post, self._real_s, self._look = tones, post, real_s, look
        self._voice = voice
        self._lids: frozenset[int] | None = None
        self._reading: Reading | None = None
        self._mains: bool | None = None
        self._battery = Battery()
        self._said_s: dict[Device, float] = {}
        self._shut_s = float("-inf")  # when a lid last shut, and no weight at rest has been told since
        self._watched = False
        self._rested_s = real_s()
        self._lock = threading.Lock()
        self._edges = 0
        self._opening = ""  # the one that pulses may be given for
        self._wanted = Outputs()
        self._news = (threading.Event(), threading.Event(), threading.Event())  # for lamp, sounder and screen's light
        self._pulses: SimpleQueue[tuple[Pulse, float] | None] = SimpleQueue()
        self._stop = threading.Event()
        looks: dict[Device, tuple[float, Callable[[], None]]] = {
            Device.LIDS: (LOOK_EVERY_S, self._look_at_lids), Device.SCALE: (WEIGH_EVERY_S, self._weigh),
            Device.POWER: (LOOK_EVERY_S, self._look_at_power),
        }  # fmt: skip
        self._scanner = scanner
        if scanner is not None:
            checks = {**(checks or {}), Device.SCANNER: scanner_check(scanner)}
        for device, check in (checks or {}).items():
            looks[device] = LOOK_EVERY_S, partial(self._check, device, check)
        self._looked = {name: threading.Event() for name in looks}
        works: dict[str, Callable[[], None]] = {
            name: partial(self._keep_looking, self._looked[name], *how) for name, how in looks.items()
        }
        works |= {"pulse": self._give_pulses, "lamp": self._light_lamps, "sound": self._sound_tones}
        if backlight is not None:
            works["light"] = partial(self._light_screen, backlight)
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
        with self._lock:
            lids = None if self._hangs(Device.LIDS) else self._lids
            reading = None if self._hangs(Device.SCALE) else self._reading
            mains, charge_pct, left_s = self._mains, self._battery.charge_pct, self._battery.left_s(self._real_s())
        if self._hangs(Device.POWER):
            mains = charge_pct = left_s = None
        return Sensed(lids, reading, mains, charge_pct, left_s, self.states.troubles)

    def _hangs(self, device: Device) -> bool:
        return self._real_s() - self._said_s.get(device, float("-inf")) > HANG_S

    def start(self) -> None:
        """Begin the threads, and wait for their first looks, so that the first decision knows lids and weight."""
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + FIRST_S
        for looked in self._looked.values():
            looked.wait(max(0.0, until - time.monotonic()))

    def pulse(self, pulse: Pulse) -> None:
        """Give one pulse, soon, elsewhere; `PulseEnded` is posted when it is over, or not to be given any more."""
        self._opening = pulse.opening
        self._pulses.put((pulse, self._real_s()))

    def show(self, wanted: Outputs) -> None:
        """Make lamp and sounder so; does nothing when they are, and tries again what failed."""
        self._opening = wanted.opening
        self._wanted = wanted
        self._tell_signals()

    def _tell_signals(self) -> None:
        for news in self._news:
            news.set()

    def try_signals(self) -> None:
        """Light each lamp in turn and sound one tone, for a person to see and hear; takes a while."""
        for number in sorted(self.numbers):
            if self._lamp(number, True):
                self._stop.wait(BLINK_S)
                self._lamp(number, False)
        self.states.say(Device.LAMPS, f"{len(self.numbers)} lit, one after the other")
        if self._try(Device.SOUNDER, partial(self._sounder.play, self._tones[Criticality.LOW])):
            self.states.say(Device.SOUNDER, f"the {self._tones[Criticality.LOW].name} tone played")

    def close(self) -> None:
        """Stop the threads and put everything off; pulses that were not begun are not given. May be called twice."""
        self._stop.set()
        self._pulses.put(None)
        self._tell_signals()
        try:
            self._compartments.close()  # first: it cuts a pulse under way short
        finally:
            until = time.monotonic() + 2
            for thread in self._threads:
                if thread.is_alive():
                    thread.join(timeout=max(0.0, until - time.monotonic()))
            for device in (self._scale, self._sounder, self._power, *([self._scanner] if self._scanner else ())):
                try:
                    device.close()
                except DeviceError as error:
                    log.warning("closing: %s", error)

    # -- pulses ------------------------------------------------------------------------------------------------------

    def _give_pulses(self) -> None:
        while (asked := self._pulses.get()) is not None:
            pulse, since_s = asked
            problem = self._too_late(pulse, since_s)
            if problem is None:
                try:
                    with self.states.asking(Device.LOCKS, pulse.compartment):
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
        lids = self._ask(Device.LIDS, self._open_lids, 1)
        return None if lids == frozenset() else "not given: not every lid is sensed shut"

    # -- lamp and sounder --------------------------------------------------------------------------------------------

    def _light_lamps(self) -> None:
        lit: int | None = None
        for wanted in self._wants(self._news[0]):
            if lit is not None and wanted.lamp != lit and self._lamp(lit, False):
                lit = None
            if wanted.lamp is not None and lit is None and self._lamp(wanted.lamp, True):
                lit = wanted.lamp

    def _lamp(self, number: int, on: bool) -> bool:
        return self._try(Device.LAMPS, partial(self._compartments.lamp, number, on), number)

    def _sound_tones(self) -> None:
        beat = ""
        for wanted in self._wants(self._news[1]):
            if wanted.beat != beat and self._try(Device.SOUNDER, partial(self._sound, wanted)):
                beat = wanted.beat

    def _sound(self, wanted: Outputs) -> None:
        self._sounder.play(self._tones[wanted.tone] if wanted.tone else None)
        if self._voice is not None and wanted.say:
            self._voice.say(wanted.say)

    def _light_screen(self, backlight: Backlight) -> None:
        """Tried again each second; a screen that stays as it is, is told once and no alarm."""
        lit, told_of = 0, ""
        for wanted in self._wants(self._news[2]):
            try:
                if wanted.light_pct != lit:
                    backlight.light(wanted.light_pct)
                lit, told_of = wanted.light_pct, ""
            except DeviceError as error:
                if not told_of:
                    told_of = str(error)
                    log.warning("the screen's light: %s", told_of)

    def _wants(self, news: threading.Event) -> Iterator[Outputs]:
        while not self._stop.is_set():
            news.wait()
            news.clear()
            yield self._wanted

    # -- looking -----------------------------------------------------------------------------------------------------

    def _keep_looking(self, looked: threading.Event, every_s: float, work: Callable[[], None]) -> None:
        asked_s = self._real_s()
        work()
        looked.set()
        while not self._stop.wait(WEIGH_EVERY_S):
            if self._real_s() - asked_s >= every_s or every_s <= WEIGH_EVERY_S:
                asked_s = self._real_s()
                work()

    def _look_at_lids(self) -> None:
        if not self._watched:
            self._watched = self._try(Device.LIDS, partial(self._compartments.watch_lids, self._lid_moved), 2)
        edges = self._edges
        lids = self._ask(Device.LIDS, self._open_lids)
        with self._lock:
            # A lid that moved while we looked is newer than what we saw.
            self._lids = lids if edges == self._edges else self._lids
            self._said_s[Device.LIDS] = self._real_s()
        if lids is not None:
            self.states.say(Device.LIDS, f"{len(self.numbers - lids)} of {len(self.numbers)} shut")

    def _look_at_power(self) -> None:
        mains = self._ask(Device.POWER, self._power.mains)
        charge_pct = self._ask(Device.POWER, self._power.charge_pct, 1)
        with self._lock:
            self._mains = mains
            self._battery.look(charge_pct, mains, self._real_s())
            self._said_s[Device.POWER] = self._real_s()
        battery = "" if charge_pct is None else f", battery {charge_pct} %"
        if mains is not None:
            self.states.say(Device.POWER, f"mains {'on' if mains else 'off'}{battery}")

    def _weigh(self) -> None:
        reading = self._ask(Device.SCALE, self._read_scale)
        now_s = self._real_s()
        with self._lock:
            self._reading = reading
            self._said_s[Device.SCALE] = now_s
            rests = reading is not None and reading.stable and now_s - self._shut_s <= VERDICT_S
            if rests and now_s - self._shut_s > 2 * SETTLE_S:
                self._shut_s = float("-inf")  # told; the next lid that shuts is waited for
        if reading is not None:
            still = "at rest" if reading.stable else "not at rest"
            self.states.say(Device.SCALE, f"{reading.weight_mg} mg, {still}, spread {reading.spread_mg} mg")
        if rests:
            self._look()

    def _read_scale(self) -> Reading:
        """Never at rest with every lid shut, it keeps the box shut as one that is gone; and somebody must know."""
        reading = self._scale.read()
        if reading.stable or self._lids != frozenset():
            self._rested_s = self._real_s()
        if self._real_s() - self._rested_s > UNREST_S:
            raise DeviceError(f"scale: not at rest for {UNREST_S / 60:.0f} min")
        return reading

    def _check(self, device: Device, check: Check) -> None:
        figure = self._ask(device, check)
        if figure is not None:
            self.states.say(device, figure)

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
            if self._lids is not None:
                self._lids = self._lids | {compartment} if is_open else self._lids - {compartment}
            self._shut_s = float("-inf") if is_open else self._real_s()
        self._post(c.MoveLid(compartment, is_open))

    # -- trouble -----------------------------------------------------------------------------------------------------

    def _try(self, device: Device, work: Callable[[], None], part: int = 0) -> bool:
        try:
            with self.states.asking(device, part):
                work()
        except DeviceError:
            return False
        return True

    def _ask(self, device: Device, question: Callable[[], T], part: int = 0) -> T | None:
        try:
            with self.states.asking(device, part):
                return question()
        except DeviceError:
            return None


def _told_if_it_ends(name: str, work: Callable[[], None]) -> None:
    """A driver's bug ends its thread, and with that the hub's health."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - told without its text
        log.critical("the %s thread has ended: %s", name, told(error))
