"""The tones, after IEC 60601-1-8 (table 3 and 4), and when their pulses sound.

| priority | pulses      | pulse      | between pulses | fundamental   |
| high     | 3+2, twice  | 75-200 ms  | 50-125 ms      | 150-1000 Hz   |
| medium   | 3           | 125-250 ms | 125-250 ms     | 150-1000 Hz   |
| low      | 1 or 2      | 125-250 ms | 125-250 ms     | 150-1000 Hz   |

At least four harmonics must lie in 300-4000 Hz. A square wave has the odd ones, so a fundamental up to 444 Hz
brings the third to the ninth with it; all tones here are below that, which old ears hear better too.
"""

from hub.ports import Tone

HIGH = Tone("high", pulses=10, pulse_ms=150, gap_ms=100, hertz=440, volume=1.0)
MEDIUM = Tone("medium", pulses=3, pulse_ms=200, gap_ms=200, hertz=392, volume=0.8)
LOW = Tone("low", pulses=2, pulse_ms=200, gap_ms=200, hertz=330, volume=0.6)
REMINDER = Tone("reminder", pulses=1, pulse_ms=250, gap_ms=200, hertz=262, volume=0.4)  # gentle; low priority

TONES: dict[str, Tone] = {tone.name: tone for tone in (HIGH, MEDIUM, LOW)}  # by criticality

_BURST = 10  # pulses of a high priority signal: 3+2 twice
_BETWEEN_HALVES_MS = 500  # 350-1300 ms after the fifth pulse


def rhythm(tone: Tone) -> tuple[tuple[int, int], ...]:
    """Each pulse as (silence before it, its length), in ms."""
    gaps = [0] + [tone.gap_ms] * (tone.pulses - 1)
    if tone.pulses == _BURST:
        gaps[3] = gaps[8] = 2 * tone.gap_ms + tone.pulse_ms
        gaps[5] = _BETWEEN_HALVES_MS
    return tuple((gap, tone.pulse_ms) for gap in gaps)


def length_ms(tone: Tone) -> int:
    """From the first pulse's start to the last one's end."""
    return sum(gap + pulse for gap, pulse in rhythm(tone))
