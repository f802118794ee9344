"""What a frame says, read a second way: one expression over the whole, its own check digits, nothing of the parser's.

It imports nothing of ours, by test. `None`: it must be refused.
"""

import re
from datetime import date, timedelta

from msgspec import Struct

X = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
ELEMENT = re.compile(
    rf"""(01) ([0-9]{{14}}) \x1d?
      | (11|15|17) ([0-9]{{6}}) \x1d?
      | (10|21|71[0-5]) ({X}{{1,20}}) (?:\x1d|\Z)
      | (30) ([0-9]{{1,8}}) (?:\x1d|\Z)
      | (240) ({X}{{1,30}}) (?:\x1d|\Z)""",
    re.VERBOSE,
)
# Where the digit d stands at an odd place from the right it counts d, at an even one the last digit of 3d.
TRIPLED = dict(zip("0123456789", (0, 3, 6, 9, 2, 5, 8, 1, 4, 7), strict=True))


class Meant(Struct, frozen=True):
    """What the parser must have made of it."""

    gtin: str | None = None
    item_number: str | None = None
    batch: str | None = None
    expiry: date | None = None
    serial: str | None = None
    text: str | None = None


def mod_10(number: str) -> bool:
    return (sum(map(int, number[::-2])) + sum(TRIPLED[digit] for digit in number[-2::-2])) % 10 == 0


def meant(frame: bytes) -> Meant | None:
    kind, body = frame[:3], frame[3:].decode("latin-1")
    if kind in (b"]d2", b"]C1", b"]e0", b"]Q3"):
        return _elements(body)
    lengths = {b"]E0": {13}, b"]E4": {8}, b"]C0": {13, 14}}.get(kind, set())
    if len(body) in lengths and re.fullmatch("[0-9]+", body):
        return _of_gtin(body)
    if kind == b"]Q1" and body[:7] == "MEDHUB:" and len(body) <= 1024 and all(32 <= ord(c) < 127 for c in body):
        return Meant(text=body)
    return None


def _elements(body: str) -> Meant | None:
    seen: dict[str, str] = {}
    while body:
        match = ELEMENT.match(body)
        if match is None:
            return None
        ai, content = (found for found in match.groups() if found is not None)
        if ai in seen or (ai in ("11", "15", "17") and _day(content) is None):
            return None
        seen[ai] = content
        body = body[match.end() :]
    if "01" not in seen or (of_gtin := _of_gtin(seen["01"])) is None:
        return None
    expiry = _day(seen["17"]) if "17" in seen else None
    return Meant(of_gtin.gtin, of_gtin.item_number, seen.get("10"), expiry, seen.get("21"))


def _of_gtin(number: str) -> Meant | None:
    if not mod_10(number) or set(number) == {"0"}:
        return None
    gtin = "0" * (14 - len(number)) + number
    nordic = re.fullmatch(r"0704626((?:0(?!00000)|1|3[7-9]|[45])[0-9]+)[0-9]", gtin)
    return Meant(gtin, nordic[1] if nordic else None)


def _day(yymmdd: str) -> date | None:
    year, month, day = (int(yymmdd[at : at + 2]) for at in (0, 2, 4))
    century = 19 if year > 75 else 20
    if not 1 <= month <= 12:
        return None
    first = date(century * 100 + year, month, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    last = (after - timedelta(days=1)).day
    return first.replace(day=day or last) if day <= last else None
