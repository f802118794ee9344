"""Colours, by day and by night, and sizes of type. Contrast ≥ 7 for every pair and the capital heights are tested."""

from datetime import datetime

from msgspec import Struct

Hex = str


class Ink(Struct, frozen=True):
    """A ground and the ink on it."""

    ground: Hex
    ink: Hex


class Palette(Struct, frozen=True):
    plain: Ink
    quiet: Hex  # less important ink, on the plain ground
    main: Ink  # the main action
    attention: Ink  # it is time
    done: Ink
    alarm: Ink  # someone must act; the only red
    sunk: Hex  # an empty place in a drawing, on the plain ground

    def tone(self, name: str) -> Ink:
        tones = {"attention": self.attention, "done": self.done, "alarm": self.alarm, "main": self.main}
        return tones.get(name, self.plain)


DAY = Palette(
    plain=Ink("#FAF7F2", "#1B1B1B"),
    quiet="#4A433B",
    main=Ink("#00504A", "#FFFFFF"),
    attention=Ink("#FFE3A3", "#3A2600"),
    done=Ink("#1E5B2E", "#FFFFFF"),
    alarm=Ink("#8B0000", "#FFFFFF"),
    sunk="#EAE3D7",
)
NIGHT = Palette(
    plain=Ink("#0E1216", "#E8E2D6"),
    quiet="#C9C2B4",
    main=Ink("#7FD1C4", "#0E1216"),
    attention=Ink("#FFD27A", "#0E1216"),
    done=Ink("#9BD3A5", "#0E1216"),
    alarm=Ink("#FFB3AB", "#0E1216"),
    sunk="#232A31",
)
NIGHT_FROM_H, NIGHT_TO_H = 22, 6


def is_night(now: datetime) -> bool:
    """From 22 to 6, home wall time."""
    return now.hour >= NIGHT_FROM_H or now.hour < NIGHT_TO_H


def palette(night: bool) -> Palette:
    return NIGHT if night else DAY


# Capital heights in mm. 0.7 degrees at 70 cm is 8.6 mm (EN 301 549 5.1.4).
CLOCK = 12.0
CLOCK_LARGE = 20.0  # on a panel with room
HEADING = 8.6
MEDICINE = 8.6
MEDICINE_LONG = 7.0  # long names on a 7" panel
LEAST = 4.5
BODY_SIZES = (7.0, 6.2, 5.4, LEAST)
BUTTON_SIZES = (8.6, 7.0, 6.2, 5.4, LEAST)
TARGET = 20.0  # the least side of anything to touch


def contrast(a: Hex, b: Hex) -> float:
    """WCAG 2's ratio, 1-21."""
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Hex) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
