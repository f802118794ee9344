"""The sound itself, measured: the WAV is read back, its pulses found by their envelope, its harmonics by a DFT."""

import io
import math
import wave
from array import array
from itertools import pairwise

import pytest
from msgspec.structs import replace

from drivers.sounder import REMINDER, TONES
from drivers.tones import length_ms, rhythm
from drivers.waves import length_s, wav
from hub.ports import Tone

ALL = [*TONES.values(), REMINDER]
EACH = pytest.mark.parametrize("tone", ALL, ids=lambda tone: tone.name)
STEP_MS = 1
GRID_HZ = range(100, 4001, 4)


class Heard:
    """One WAV file as somebody measures it who knows nothing of how it was made."""

    def __init__(self, file: bytes, hertz: int) -> None:
        with wave.open(io.BytesIO(file), "rb") as sound:
            assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
            self.rate = sound.getframerate()
            self.samples = array("h", sound.readframes(sound.getnframes()))
        half, step = self.rate // hertz // 2 + 1, self.rate * STEP_MS // 1000
        loudest = [  # within a period of the fundamental, each millisecond
            max(map(abs, self.samples[max(0, at - half) : at + half])) for at in range(0, len(self.samples), step)
        ]
        self.peak = max(loudest)
        self.envelope = [loud / self.peak for loud in loudest]

    def above(self, share: float) -> list[tuple[int, int]]:
        """From when until when, in ms, the envelope is at least so much of its greatest."""
        edges = [
            at * STEP_MS
            for at, (before, now) in enumerate(pairwise([0.0, *self.envelope, 0.0]))
            if (before >= share) != (now >= share)
        ]
        return list(zip(edges[::2], edges[1::2], strict=True))

    def spectrum(self, begin_ms: int, end_ms: int) -> dict[int, float]:
        """Strength by frequency, at each of `GRID_HZ`: a DFT (Goertzel's way) of that stretch with a Hann window."""
        begin, end = (ms * self.rate // 1000 for ms in (begin_ms, end_ms))
        cut = self.samples[begin:end]
        faded = [x * (0.5 - 0.5 * math.cos(2 * math.pi * n / len(cut))) for n, x in enumerate(cut)]
        return {hertz: _goertzel(faded, 2 * math.cos(2 * math.pi * hertz / self.rate)) for hertz in GRID_HZ}


def _goertzel(samples: list[float], twice_cos: float) -> float:
    now = before = 0.0
    for x in samples:
        now, before = x + twice_cos * now - before, now
    return math.sqrt(now * now + before * before - twice_cos * now * before)


@EACH
def test_each_pulse_lasts_rises_and_falls_as_the_standard_says(tone: Tone) -> None:
    heard = Heard(wav(tone), tone.hertz)
    loud, audible = heard.above(0.9), heard.above(0.1)
    assert len(loud) == len(audible) == tone.pulses
    shortest, longest = (75, 200) if tone.name == "high" else (125, 250)
    least, most = (50, 125) if tone.name == "high" else (125, 250)
    off_ms = 1000 / tone.hertz + 2 * STEP_MS  # how well an envelope can be known
    for (begin, end), (first, last) in zip(loud, audible, strict=True):
        assert shortest <= end - begin <= longest + off_ms
        assert abs(end - begin - tone.pulse_ms) <= off_ms
        assert 0.1 <= (begin - first) / (end - begin) <= 0.4
        assert 0.1 <= (last - end) / (end - begin) <= 0.4
    spacings = [then[0] - now[1] for now, then in pairwise(loud)]
    assert all(abs(spacing - gap) <= off_ms for spacing, (gap, _) in zip(spacings, rhythm(tone)[1:], strict=True))
    short = [spacing for n, spacing in enumerate(spacings) if n not in (2, 4, 7)]  # 3+2, twice
    assert all(least - off_ms <= spacing <= most + off_ms for spacing in short)
    rise, fall = loud[0][0] - audible[0][0], audible[0][1] - loud[0][1]
    assert all(fall <= spacing - rise for spacing in spacings)


@EACH
def test_four_harmonics_are_as_loud_as_the_standard_asks(tone: Tone) -> None:
    heard = Heard(wav(tone), tone.hertz)
    begin, end = heard.above(0.9)[0]
    strength = heard.spectrum(begin, end)
    loudest = max(strength.values())
    lines = [
        hertz for hertz, here in strength.items()
        if here > loudest * 10 ** (-15 / 20) and here >= max(strength.get(hertz + by, 0) for by in (-8, -4, 4, 8))
    ]  # fmt: skip
    assert 150 <= lines[0] <= 1000
    assert abs(lines[0] - tone.hertz) <= 4
    harmonics = [hertz for hertz in lines[1:] if 300 <= hertz <= 4000]
    assert len(harmonics) >= 4
    assert all(abs(hertz - n * tone.hertz) <= 4 for n, hertz in enumerate(harmonics, start=2))


def test_louder_is_louder_and_nothing_is_clipped() -> None:
    loud, quiet = (Heard(wav(replace(TONES["high"], volume=volume)), 440) for volume in (1.0, 0.25))
    assert loud.peak / quiet.peak == pytest.approx(4, rel=0.01)
    assert max(map(abs, loud.samples)) < 32_767
    assert max(abs(loud.samples[0]), abs(loud.samples[-1])) < 10  # no click


@EACH
def test_it_lasts_as_long_as_its_rhythm_and_a_rise_and_a_fall(tone: Tone) -> None:
    assert 0 < length_s(wav(tone)) * 1000 - length_ms(tone) < tone.pulse_ms / 2
