"""How wide a text is, without a graphics library: an upper bound, so that what fits here is never cut on the glass.

Widths are in hundredths of the capital height, rounded up, and hold for Inter and for Roboto alike (tests/ui compares
them with the real faces). Lines are broken here and nowhere else.
"""

from functools import cache
from math import ceil

BODY = {
    29: "’‘", 31: "'", 34: "j", 35: "ilïîí", 38: ".:·", 39: "!,;I\u00a0 ", 45: "|", 50: "()[]ft{}", 52: "r",
    53: "“”„", 56: "\"", 58: "/\\²", 60: "³", 63: "°", 64: "-_", 65: "^", 69: "*`", 70: "?", 73: "s", 75: "kxz«»",
    77: "cvyç", 78: "JLaåäá", 79: "17", 80: "uüú", 81: "Fenéèêëñ", 82: "hoøöó", 83: "EÉ", 84: "25gpqß", 85: "8",
    86: "069Zbdµ", 87: "#§", 88: "$&3RS™", 89: "4PTX", 90: "BK", 91: "+<=>×±≥≤", 92: "Y", 93: "AVÅÄÁ–", 96: "~",
    99: "D", 100: "C", 102: "HUÜ", 103: "G", 104: "N", 105: "OQØÖ", 111: "®", 112: "%w", 113: "…", 122: "¼", 123: "M",
    124: "m", 128: "æ½", 129: "@", 131: "W¾", 132: "→", 137: "Æ", 138: "—",
}  # fmt: skip
DISPLAY = {
    24: "'", 33: "’‘", 35: ",\u00a0 ", 37: ";j|", 38: "il", 39: "!ïîí", 40: ":", 41: ".I", 43: "]·", 48: "[t",
    50: "()}", 51: "f", 52: "\"r{", 53: "/", 54: "`", 55: "²", 57: "-„°³", 58: "“”", 60: "\\", 63: "^", 65: "_",
    68: "*", 71: "?", 72: "z", 73: "s", 74: "cç", 75: "x", 76: "aekvyåéäèêëá", 77: "L", 78: "F", 79: "Jhnuüñú«»",
    80: "EbdopqøÉöó", 81: "1257g", 83: "<=>±≥≤", 84: "+3689×", 85: "0", 86: "Z", 87: "$4STµ", 88: "#", 89: "ß–§™",
    90: "BKR", 91: "PX", 92: "~", 93: "&", 94: "UÜ", 95: "DY", 97: "AVÅÄÁ", 98: "C", 100: "HN", 101: "GOÖ", 102: "QØ",
    104: "…", 110: "%w", 111: "®", 118: "½", 119: "¼", 120: "→", 122: "mæ", 124: "M", 130: "¾", 133: "@", 136: "Æ",
    137: "W", 138: "—",
}  # fmt: skip
WIDEST = 1.5  # for a character in neither table
FACES = {
    name: {char: percent / 100 for percent, chars in table.items() for char in chars}
    for name, table in {"body": BODY, "display": DISPLAY}.items()
}
NBSP = "\u00a0"  # keeps "kl. 18" and "1000 mg" together
LINE = 1.70  # a line's height in capital heights: Inter Display 1.683, Inter 1.664, Roboto 1.65


@cache
def _width(text: str, face: str) -> float:
    """In capital heights."""
    table = FACES[face]
    return sum(table.get(char, WIDEST) for char in text)


def width(text: str, face: str, caps_px: int) -> int:
    """In pixels, at most: a font size is rounded up to whole pixels (0.75 px of capital), and hinting rounds too."""
    return ceil(_width(text, face) * (caps_px + 0.75)) + 2


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
