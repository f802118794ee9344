"""A tone as sound: the WAV a loudspeaker plays, after IEC 60601-1-8 (table 3; its pulses and silences are in `tones`).

The standard measures a pulse from where its amplitude has risen to 90 % to where it falls below; so rise and fall (10
to 90 %) lie in the silence around it. The rise is 10-40 % of the pulse, the fall at most the silence less the rise. At
least four harmonics are in 300-4000 Hz and within 15 dB of the fundamental.
"""

import io
import math
import wave
from array import array
from functools import cache

from drivers.tones import rhythm
from hub.ports import Tone

RATE = 24_000  # samples a second
PARTIALS_DB = (0, -2, -4, -6, -8, -10)  # the fundamental, then its harmonics
PEAK = 0.9 * 32_767  # of a tone at full volume
RAMP = 0.25  # of the pulse, from nothing to all; 10 to 90 % is 0.2 of it


@cache
def wav(tone: Tone) -> bytes:
    """The whole of `tone` as a WAV file, 16 bits, mono."""
    pulse, sound, until_ms = _pulse(tone), array("h"), 0
    for gap_ms, pulse_ms in rhythm(tone):
        begin = (until_ms + gap_ms) * RATE // 1000  # the first sample is that far before 90 %
        sound.extend(array("h", bytes(2 * (begin - len(sound)))))
        sound.extend(pulse)
        until_ms += gap_ms + pulse_ms
    return as_wav(sound.tobytes(), RATE)


def as_wav(samples: bytes, rate: int) -> bytes:
    """Little-endian samples of 16 bits as a WAV file, mono."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()


def length_s(file: bytes) -> float:
    """How long a WAV file sounds. Raises wave.Error or EOFError where it is none."""
    with wave.open(io.BytesIO(file), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def _pulse(tone: Tone) -> "array[int]":
    """One pulse with its rise and fall; 90 % to 90 % is `pulse_ms`."""
    ramp = RAMP * tone.pulse_ms * RATE / 1000
    total = round(tone.pulse_ms * RATE / 1000 + 1.8 * ramp)
    loud = [_partials(2 * math.pi * tone.hertz * n / RATE) for n in range(total)]
    scale = tone.volume * PEAK / max(map(abs, loud))
    return array("h", (round(scale * x * min(1.0, n / ramp, (total - n) / ramp)) for n, x in enumerate(loud)))


def _partials(angle: float) -> float:
    """All of them at one moment of the fundamental."""
    return sum(10 ** (db / 20) * math.sin(n * angle) for n, db in enumerate(PARTIALS_DB, start=1))
