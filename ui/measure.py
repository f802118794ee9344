"""How wide a text is, without a graphics library: an upper bound, so that what fits here is never cut on the glass.

Lines are broken here and nowhere else.
"""

from functools import lru_cache
from math import ceil

from ui import widths
from ui.face import FACES, family

WIDEST = 1.5  # for a character not measured
MEASURED = {
    "inter": {"body": widths.INTER, "display": widths.INTER_DISPLAY},
    "roboto": {"body": widths.ROBOTO, "display": widths.ROBOTO_BOLD},
}
WIDTHS = {
    name: {char: percent / 100 for percent, chars in table.items() for char in chars}
    for name, table in MEASURED[family()].items()
}
INSTALLED = FACES[family()]
HINTING_PX = 2  # what a line's characters gain together when each is set on whole pixels
NBSP = "\u00a0"  # keeps "kl. 18" and "1000 mg" together


@lru_cache(maxsize=4096)
def _width(text: str, face: str) -> float:
    """In capital heights."""
    table = WIDTHS[face]
    return sum(table.get(char, WIDEST) for char in text)


def width(text: str, face: str, caps_px: int) -> int:
    """In pixels, at most."""
    used = INSTALLED[face]
    return ceil(_width(text, face) * used.size_px(caps_px) * used.capitals) + HINTING_PX


def line_height(face: str, caps_px: int) -> int:
    """In pixels."""
    return ceil(INSTALLED[face].size_px(caps_px) * INSTALLED[face].line)


@lru_cache(maxsize=2048)
def wrap(text: str, face: str, caps_px: int, room_px: int) -> tuple[str, ...]:
    """The text in lines no wider than the room; a word wider than a line is parted with a hyphen."""
    lines: list[str] = []
    line = ""
    for word in _words(text, face, caps_px, room_px):
        longer = f"{line} {word}" if line else word
        if width(longer, face, caps_px) <= room_px:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _part(word, face, caps_px, room_px)
        lines += full
    return (*lines, line) if line else tuple(lines)


@lru_cache(maxsize=2048)
def balanced(text: str, face: str, caps_px: int, room_px: int) -> tuple[str, ...]:
    """No more lines than need be, and as even as they come."""
    lines = wrap(text, face, caps_px, room_px)
    while len(lines) > 1:
        room_px = int(room_px * 0.96)
        evener = wrap(text, face, caps_px, room_px)
        if len(evener) > len(lines) or any(line.endswith("-") for line in evener):
            break
        lines = evener
    return lines


def _words(text: str, face: str, caps_px: int, room_px: int) -> list[str]:
    """Parted at spaces; at a space that holds together only where the whole would not fit."""
    words = [word for word in text.split(" ") if word]
    return [part for w in words for part in (w.split(NBSP) if width(w, face, caps_px) > room_px else [w])]


def _part(word: str, face: str, caps_px: int, room_px: int) -> list[str]:
    """A word in pieces that fit; all of it is kept (names are never cut)."""
    pieces = []
    while width(word, face, caps_px) > room_px and len(word) > 2:
        end = max((n for n in range(2, len(word)) if width(word[:n] + "-", face, caps_px) <= room_px), default=2)
        pieces.append(word[:end] + "-")
        word = word[end:]
    return [*pieces, word]
