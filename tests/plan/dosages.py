"""Dosages for the tests, in few words: period({1: "1 morning, 2 evening"}, repeat=2)."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from hub.domain.plan import DayDose, Dosage, PartOfDay, Period

DAY = date(2026, 3, 12)  # a Thursday


def doses(text: str) -> tuple[DayDose, ...]:
    """Lines with a comma between: "1 morning" · "1-2 x3" (times) · "1 8:30" · "1 pn" (unlimited) · "1 x3 pn"."""
    return tuple(_line(words.split()) for words in text.split(", ") if words)


def _line(words: list[str]) -> DayDose:
    low, _, high = words[0].partition("-")
    dose: dict[str, Any] = {"quantity": Decimal(low), "as_needed": "pn" in words}
    if high:
        dose["quantity_max"] = Decimal(high)
    for word in words[1:]:
        if word.startswith("x"):
            dose["times"] = int(word[1:])
        elif ":" in word:
            dose["at"] = time(*map(int, word.split(":")))
        elif word != "pn":
            dose["part"] = PartOfDay(word)
    return DayDose(**dose)


def period(
    days: dict[int, str] | str, repeat: int = 1, start: date = DAY, end: date | None = None, note: str = ""
) -> Period:
    """A period from Thursday 12 March 2026; doses without a day are of day 1."""
    days = {1: days} if isinstance(days, str) else days
    return Period(start, {number: doses(text) for number, text in days.items()}, end, repeat, note=note)


def dosage(*periods: Period, unit: str = "tablet", units: str = "tabletter") -> Dosage:
    return Dosage(periods, unit, units)
