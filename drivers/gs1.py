"""What a scanner says a code holds, read: GS1 element strings, plain GTINs and our own QR codes. Pure, no clock.

A code is believed whole or refused whole, and a refusal names where it failed but never what was there (R15). The
rules are the GS1 General Specifications'; docs/scanner.md says which, and from where each number comes.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from hub.ports import Package, Scan, ScanRefused, Symbology, Unread

SEPARATOR = "\x1d"  # GS: how a scanner sends the FNC1 that ends an element of variable length
OURS = "MEDHUB:"  # our own QR codes begin so; capitals, which a QR code packs densely
OURS_MOST = 1024  # characters of one; about what fits a QR code that a phone's screen can still show

_PRINTABLE = re.compile(r"[ -~]*")
_SET_82 = r"[!\"%-?A-Z_a-z]"  # the characters of a batch or serial number
_DIGITS = r"[0-9]"

# An identifier's first two digits say how many it has; two where they are not here.
_IDENTIFIER_DIGITS = dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3) | dict.fromkeys(
    ("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4
)

_NORDIC = "0704626"  # a GTIN-14 of the Nordic Number Centre: then the six digits of an item number, and a check digit
_ITEM_NUMBERS = (range(1, 200_000), range(370_000, 600_000))
# GS1 takes YY 49 years back to 50 ahead of the current year. Counted from 2025 and not from the hub's clock, which
# may be wrong (R5): an expiry of 1999 never reads as 2099.
_FIRST_YEAR = 1976


class _Field(NamedTuple):
    """An element's content. `length` None: variable, so a separator ends it."""

    form: re.Pattern[str]
    length: int | None = None


def _fixed(length: int) -> _Field:
    return _Field(re.compile(f"{_DIGITS}{{{length}}}"), length)


def _variable(characters: str, most: int) -> _Field:
    return _Field(re.compile(f"{characters}{{1,{most}}}"))


_DATES = ("11", "15", "17")  # made, best before, expiry
_FIELDS = {
    "01": _fixed(14),
    "10": _variable(_SET_82, 20),
    **{date_: _fixed(6) for date_ in _DATES},
    "21": _variable(_SET_82, 20),
    "30": _variable(_DIGITS, 8),
    "240": _variable(_SET_82, 30),
    # Reimbursement numbers: Germany, France, Spain, Brazil, Portugal, USA. Denmark has none: its packages carry a GTIN.
    **{country: _variable(_SET_82, 20) for country in ("710", "711", "712", "713", "714", "715")},
}


class _NotRead(Exception):
    def __init__(self, why: Unread, about: str) -> None:
        super().__init__(why, about)
        self.why, self.about = why, about


def read(frame: bytes, at_s: float) -> Scan | ScanRefused:
    """One frame as a scanner sends it, without its end: symbology identifier, then the code's content."""
    identifier, content = frame[:3].decode("latin-1"), frame[3:].decode("latin-1")
    try:
        reader = _READERS.get(identifier)
        if reader is None:
            raise _NotRead(Unread.SYMBOLOGY, identifier if _PRINTABLE.fullmatch(identifier) else "")
        return Scan(at_s, Symbology(identifier), reader(content))
    except _NotRead as no:
        return ScanRefused(at_s, no.why, no.about)


def check_digit_is_right(digits: str) -> bool:
    """GS1's modulo 10: weights 1 and 3 in turn from the right, the check digit itself included."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


# -- the kinds of code -----------------------------------------------------------------------------------------------


def _element_strings(content: str) -> Package:
    found = _elements(content)
    for ai in _DATES:
        if ai in found:
            _date(ai, found[ai])
    if "01" not in found:
        raise _NotRead(Unread.NO_GTIN, "")
    gtin = _gtin("01", found["01"])
    expiry = _date("17", found["17"]) if "17" in found else None
    return Package(gtin, _item_number(gtin), found.get("10"), expiry, found.get("21"))


def _plain(identifier: str, *lengths: int) -> Callable[[str], Package]:
    """A code that holds a GTIN of one of these lengths and nothing else."""
    form = re.compile("|".join(f"{_DIGITS}{{{length}}}" for length in lengths))

    def read_plain(content: str) -> Package:
        if not form.fullmatch(content):
            raise _NotRead(Unread.CONTENT, identifier)
        gtin = _gtin(identifier, content)
        return Package(gtin, _item_number(gtin))

    return read_plain


def _own_text(content: str) -> str:
    if not content.startswith(OURS):
        raise _NotRead(Unread.NOT_OURS, Symbology.QR)
    if len(content) > OURS_MOST or not _PRINTABLE.fullmatch(content):
        raise _NotRead(Unread.CONTENT, Symbology.QR)
    return content


_READERS: dict[str, Callable[[str], Package | str]] = {
    Symbology.GS1_DATAMATRIX: _element_strings,
    Symbology.GS1_128: _element_strings,
    Symbology.GS1_DATABAR: _element_strings,
    Symbology.GS1_QR: _element_strings,
    Symbology.EAN_13: _plain(Symbology.EAN_13, 13),
    Symbology.EAN_8: _plain(Symbology.EAN_8, 8),
    Symbology.CODE_128: _plain(Symbology.CODE_128, 13, 14),
    Symbology.QR: _own_text,
}


# -- element strings ---------------------------------------------------------------------------------------------------


def _elements(content: str) -> dict[str, str]:
    """Identifier → content, each once. One separator after an element of fixed length, or at the end, does no harm."""
    found: dict[str, str] = {}
    at = 0
    while at < len(content):
        ai = _identifier(content, at)
        at += len(ai)
        field = _FIELDS.get(ai)
        if field is None:
            raise _NotRead(Unread.IDENTIFIER, ai)
        end = at + field.length if field.length else (content + SEPARATOR).index(SEPARATOR, at)
        if not field.form.fullmatch(content[at:end]):
            raise _NotRead(Unread.CONTENT, ai)
        if ai in found:
            raise _NotRead(Unread.TWICE, ai)
        found[ai] = content[at:end]
        at = end + (content[end : end + 1] == SEPARATOR)
    return found


def _identifier(content: str, at: int) -> str:
    digits = content[at : at + _IDENTIFIER_DIGITS.get(content[at : at + 2], 2)]
    if not re.fullmatch(f"{_DIGITS}{{2,4}}", digits):
        raise _NotRead(Unread.CONTENT, "")
    return digits


def _gtin(about: str, digits: str) -> str:
    """As 14 digits: zeros in front change no check digit. A GTIN of zeros is nobody's."""
    if not check_digit_is_right(digits):
        raise _NotRead(Unread.CHECK_DIGIT, about)
    if not digits.strip("0"):
        raise _NotRead(Unread.CONTENT, about)
    return digits.zfill(14)


def _item_number(gtin: str) -> str | None:
    """The Nordic item number inside; None where the GTIN is its maker's own, and only a list tells. It has no check
    digit of its own that we know of: the GTIN's guards it."""
    number = gtin[7:13]
    nordic = gtin.startswith(_NORDIC) and any(int(number) in numbers for numbers in _ITEM_NUMBERS)
    return number if nordic else None


def _date(ai: str, yymmdd: str) -> date:
    """Day 00 is the month's last."""
    year, month, day = int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:])
    year += 1900 if 1900 + year >= _FIRST_YEAR else 2000
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:  # calendar's error for a month is one, too
        raise _NotRead(Unread.DATE, ai) from None
