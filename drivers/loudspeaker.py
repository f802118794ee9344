"""A loudspeaker: tones as waves and Danish speech by ALSA; where that fails, a tone sounds on the buzzer (H21, H26)."""

import logging
import threading
from collections import deque
from collections.abc import Callable

from drivers.aplay import Aplay
from drivers.speech import Speech
from drivers.waves import wav
from hub.ports import DeviceError, Sounder, Tone

log = logging.getLogger("drivers.loudspeaker")
Sound = Tone | str  # a sentence is text


class Loudspeaker:
    """`hub.ports.Sounder` and `hub.ports.Voice` on ALSA, with `buzzer` behind it, which is closed with it.

    Each sound is tried on ALSA anew, so a loudspeaker that comes back is heard again. What fails and what is back is
    told once. A loudspeaker whose wire is off fails without a word: nobody can sense that, a self-test is heard.
    """

    def __init__(self, aplay: Aplay, buzzer: Sounder, speech: Speech) -> None:
        self._aplay, self._buzzer, self._speech = aplay, buzzer, speech
        self._news = threading.Condition()
        self._waiting: deque[Sound] = deque()
        self._cuts = 0  # counts calls of `play`; a sound goes on while it is its own
        self._closed = self._buzzing = False
        self._trouble: DeviceError | None = None  # of the buzzer
        self._told: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="loudspeaker", daemon=True)
        self._thread.start()

    def play(self, tone: Tone | None) -> None:
        """Also raises what went wrong with the buzzer before, which was the last resort."""
        with self._news:
            self._open()
            trouble, self._trouble = self._trouble, None
            self._cut()
            if tone is not None:
                self._waiting.append(tone)
            self._news.notify()
        self._aplay.stop()
        if trouble is not None:
            raise trouble

    def say(self, text: str) -> None:
        with self._news:
            self._open()
            self._waiting.append(text)
            self._news.notify()

    def close(self) -> None:
        with self._news:
            if self._closed:
                return
            self._closed = True
            self._cut()
            self._news.notify()
        self._aplay.stop()
        self._thread.join()
        self._buzzer.close()

    def _open(self) -> None:
        if self._closed:
            raise DeviceError("sounder: it is closed")

    def _cut(self) -> None:
        """What sounds and what waits, on the buzzer too. The lock is held."""
        self._cuts += 1
        self._waiting.clear()
        if self._buzzing:
            self._buzzing = False
            self._buzz(None)

    def _work(self) -> None:
        while (asked := self._next()) is not None:
            self._sound(*asked)

    def _next(self) -> tuple[Sound, int] | None:
        """Wait for a sound; with it, the cut that it is after. None when closed."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else (self._waiting.popleft(), self._cuts)

    def _sound(self, sound: Sound, cut: int) -> None:
        def wanted() -> bool:
            return self._cuts == cut

        if isinstance(sound, str):
            self._try("speech", lambda: self._aplay.play(self._speech.wav(sound), wanted))
        elif not self._try("loudspeaker", lambda: self._aplay.play(wav(sound), wanted)):
            with self._news:
                if wanted():
                    self._buzzing = True
                    self._buzz(sound)

    def _buzz(self, tone: Tone | None) -> None:
        try:
            self._buzzer.play(tone)
        except DeviceError as error:
            self._trouble = error

    def _try(self, what: str, work: Callable[[], bool]) -> bool:
        """False where it failed; a sound that was cut has not failed, nor has it shown that anything works again."""
        try:
            whole = work()
        except DeviceError as error:
            if what not in self._told:
                self._told.add(what)
                log.warning("%s does not work; %s", what, error)
            return False
        if whole and what in self._told:
            self._told.discard(what)
            log.info("%s works again", what)
        return True
