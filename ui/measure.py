"""How wide a text is, without a graphics library: an upper bound, so that what fits here is never cut on the glass.

Widths are in capital heights, rounded up, and hold for Inter and for Roboto alike (tests/ui compares them with the
real faces). Lines are broken here and nowhere else.
"""

from functools import cache

BODY = {
    0.32: "'’‘", 0.36: "ijlïîí", 0.40: " !,.:;I·", 0.48: "|", 0.52: "()[]frt{}", 0.56: '"“”„', 0.60: "/\\²³",
    0.64: "-_°", 0.68: "^", 0.72: "*?`", 0.76: "ksxz«»", 0.80: "17JLacuvyåüäçáú", 0.84: "25EFeghnopqøéÉöèêëñóß",
    0.88: "#$&03689RSZbdµ§™", 0.92: "+4<=>BKPTXY×±≥≤", 0.96: "AV~ÅÄÁ–", 1.00: "CD", 1.04: "GHNUÜ", 1.08: "OQØÖ",
    1.12: "%w®", 1.16: "…", 1.24: "Mm¼", 1.28: "æ½", 1.32: "@W¾→", 1.40: "Æ—",
}  # fmt: skip
DISPLAY = {
    0.24: "'", 0.36: " ,’‘", 0.40: "!:;ijl|ïîí", 0.44: ".I]·", 0.48: "[t", 0.52: '"()fr{}', 0.56: "/`²",
    0.60: "-\\“”„°³", 0.64: "^", 0.68: "*_", 0.72: "?z", 0.76: "acksvxyåäçá", 0.80: "EFJLbdehnopquøéÉüöèêëñóú«»",
    0.84: "+12356789<=>g×±≥≤", 0.88: "#$04STZµ", 0.92: "BKPRX~ß–§™", 0.96: "&DUYÜ", 1.00: "ACHNVÅÄÁ", 1.04: "GOQØÖ",
    1.08: "…", 1.12: "%w®", 1.20: "½¼→", 1.24: "Mmæ", 1.32: "¾", 1.36: "@Æ", 1.40: "W—",
}  # fmt: skip
WIDEST = 1.5  # for a character in neither table
FACES = {
    name: {char: width for width, chars in table.items() for char in chars}
    for name, table in {"body": BODY, "display": DISPLAY}.items()
}
LINE = 1.70  # a line's height in capital heights: Inter Display 1.683, Inter 1.664, Roboto 1.65


@cache
def width(text: str, face: str) -> float:
    """In capital heights."""
    table = FACES[face]
    return sum(table.get(char, WIDEST) for char in text)


def wrap(text: str, face: str, room: float) -> tuple[str, ...]:
    """The text in lines no wider than `room` (capital heights); a word wider than a line is parted with a hyphen."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer, face) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _part(word, face, room)
        lines += full
    return (*lines, line) if line else tuple(lines)


def _part(word: str, face: str, room: float) -> list[str]:
    """A word in pieces that fit; all of it is kept (names are never cut)."""
    pieces = []
    while width(word, face) > room and len(word) > 2:
        end = max((n for n in range(2, len(word)) if width(word[:n] + "-", face) <= room), default=2)
        pieces.append(word[:end] + "-")
        word = word[end:]
    return [*pieces, word]
