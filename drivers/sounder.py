"""The sounder: a buzzer on a GPIO line, and the twin in the world. A loudspeaker: `drivers.loudspeaker`."""

import threading
from pathlib import Path
from typing import Any

from gpiozero import OutputDevice

from drivers.gpio import gpio
from drivers.tones import REMINDER as REMINDER
from drivers.tones import TONES as TONES
from drivers.tones import rhythm
from drivers.world_client import WorldClient
from drivers.world_line import device
from hub.ports import DeviceError, Tone


class GpioSounder:
    """`hub.ports.Sounder` on a line that sounds while high. A buzzer with an oscillator of its own has one pitch and
    one loudness, so of a tone it plays the rhythm, which is what tells the priorities apart.

    `factory` is a gpiozero pin factory, always given, and closed by whoever made it.
    """

    def __init__(self, factory: Any, pin: int | str) -> None:
        with gpio("sounder"):
            self._buzzer = OutputDevice(pin, initial_value=False, pin_factory=factory)
        self._news = threading.Condition()
        self._tone: Tone | None = None
        self._asked = 0  # counts calls of `play`; a pattern goes on while it is its own
        self._closed = False
        self._trouble: DeviceError | None = None
        self._thread = threading.Thread(target=self._sound, name="sounder", daemon=True)
        self._thread.start()

    def play(self, tone: Tone | None) -> None:
        """Also raises what went wrong with the tone before, which sounded in the thread."""
        with self._news:
            if self._closed:
                raise DeviceError("sounder: it is closed")
            trouble, self._trouble = self._trouble, None
            self._ask(tone)
        if trouble is not None:
            raise trouble

    def close(self) -> None:
        with self._news:
            if self._closed:
                return
            self._closed = True
            self._ask(None)
        self._thread.join()
        with gpio("sounder"):
            self._buzzer.close()

    def _ask(self, tone: Tone | None) -> None:
        self._tone = tone
        self._asked += 1
        self._news.notify()

    def _sound(self) -> None:
        done = 0
        while (asked := self._next(done)) is not None:
            done, tone = asked
            try:
                if tone is not None:
                    self._pattern(tone, done)
            except DeviceError as error:
                with self._news:
                    self._trouble = error

    def _next(self, done: int) -> tuple[int, Tone | None] | None:
        """Wait for what is asked after `done`; None when closed."""
        with self._news:
            self._news.wait_for(lambda: self._asked != done)
            return None if self._closed else (self._asked, self._tone)

    def _pattern(self, tone: Tone, mine: int) -> None:
        """Pulse by pulse, until the end or until something else is asked for."""
        with gpio("sounder"):
            try:
                for gap_ms, pulse_ms in rhythm(tone):
                    self._buzzer.off()
                    if self._interrupted(mine, gap_ms):
                        return
                    self._buzzer.on()
                    if self._interrupted(mine, pulse_ms):
                        return
            finally:
                self._buzzer.off()

    def _interrupted(self, mine: int, wait_ms: int) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self._asked != mine, timeout=wait_ms / 1000)


class TwinSounder:
    """`hub.ports.Sounder` and `hub.ports.Voice` in the world at `path`."""

    def __init__(self, path: Path) -> None:
        self._world = WorldClient(path)

    def play(self, tone: Tone | None) -> None:
        with device("sounder"):
            self._world.play(tone)

    def say(self, text: str) -> None:
        with device("sounder"):
            self._world.say(text)

    def close(self) -> None:
        self._world.close()
