"""Lamps, sounder, voice and the screen's light: made as the core wants them, each in a thread of its own."""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial

from hub.device_states import DeviceStates
from hub.domain.events import Device
from hub.domain.plan import Criticality
from hub.outputs import Outputs
from hub.ports import Backlight, Compartments, DeviceError, Sounder, Tone, Voice

BLINK_S = 0.2  # a lamp that is tried
log = logging.getLogger("hub.devices")


class Signals:
    """`works` are the threads' own, by name; each returns after `end`."""

    def __init__(
        self, compartments: Compartments, sounder: Sounder, tones: Mapping[Criticality, Tone], states: DeviceStates,
        voice: Voice | None = None, backlight: Backlight | None = None,
    ) -> None:  # fmt: skip
        self._compartments, self._sounder, self._tones, self._states = compartments, sounder, tones, states
        self._voice, self._backlight = voice, backlight
        self._wanted = Outputs()
        self._over = threading.Event()
        self._opens = threading.Event()  # an opening is under way, or all is over
        self.openings = 0  # how many have been shown
        self._one = threading.Lock()  # of those who light lamps
        self._lit: int | None = None
        self._beat = ""
        self._light_pct, self._light_wrong = 0, ""
        makes = {"lamp": self.make_lamp, "sound": self.make_sound}
        if backlight is not None:
            makes["light"] = partial(self._make_light, backlight)
        self._news = {name: threading.Event() for name in makes}
        self.works: dict[str, Callable[[], None]] = {
            name: partial(self._keep, self._news[name], make) for name, make in makes.items()
        }

    def show(self, wanted: Outputs) -> None:
        """Make them so; does nothing when they are, and tries again what failed."""
        self.openings += bool(wanted.opening) and wanted.opening != self._wanted.opening
        self._wanted = wanted
        if wanted.opening:
            self._opens.set()
        elif not self._over.is_set():
            self._opens.clear()
        self._tell()

    def end(self) -> None:
        """`works` return. May be called twice."""
        self._over.set()
        self._opens.set()
        self._tell()

    def _tell(self) -> None:
        for news in self._news.values():
            news.set()

    def _keep(self, news: threading.Event, make: Callable[[Outputs], None]) -> None:
        while True:
            news.wait()
            news.clear()
            if self._over.is_set():
                return
            make(self._wanted)

    # -- one of each -------------------------------------------------------------------------------------------------

    def make_lamp(self, wanted: Outputs) -> None:
        """The one before goes out first: two lit lamps would show two lids."""
        with self._one:
            if self._lit is not None and wanted.lamp != self._lit and self._lamp(self._lit, False):
                self._lit = None
            if wanted.lamp is not None and self._lit is None and self._lamp(wanted.lamp, True):
                self._lit = wanted.lamp

    def _lamp(self, number: int, on: bool) -> bool:
        return self._states.attempt(Device.LAMPS, partial(self._compartments.lamp, number, on), number)

    def make_sound(self, wanted: Outputs) -> None:
        """Each beat once."""
        if wanted.beat != self._beat and self._states.attempt(Device.SOUNDER, partial(self._sound, wanted)):
            self._beat = wanted.beat

    def _sound(self, wanted: Outputs) -> None:
        self._sounder.play(self._tones[wanted.tone] if wanted.tone else None)
        if self._voice is not None and wanted.say:
            self._voice.say(wanted.say)

    def _make_light(self, backlight: Backlight, wanted: Outputs) -> None:
        """Tried again each second; a screen that stays as it is, is told once and no alarm."""
        try:
            if wanted.light_pct != self._light_pct:
                backlight.light(wanted.light_pct)
            self._light_pct, self._light_wrong = wanted.light_pct, ""
        except DeviceError as error:
            if not self._light_wrong:
                log.warning("the screen's light: %s", error)
            self._light_wrong = str(error)

    # -- tried ---------------------------------------------------------------------------------------------------------

    def try_each(self) -> bool:
        """Light each lamp in turn and sound one tone, for a person to see and hear; takes a while. Whether to the end:
        it gives way to an opening, whose lamp is somebody's."""
        if not all(self._try_lamp(number) for number in sorted(self._compartments.numbers)) or self._opens.is_set():
            return False
        tone = self._tones[Criticality.LOW]
        self._states.say(Device.LAMPS, f"{len(self._compartments.numbers)} lit, one after the other")
        if self._states.attempt(Device.SOUNDER, partial(self._sounder.play, tone)):
            self._states.say(Device.SOUNDER, f"the {tone.name} tone played")
        return True

    def _try_lamp(self, number: int) -> bool:
        with self._one:
            if self._opens.is_set():
                return False
            lit = self._lamp(number, True)
        if lit:
            self._opens.wait(BLINK_S)
            with self._one:
                if number != self._lit:  # else it has become the opening's
                    self._lamp(number, False)
        return True
