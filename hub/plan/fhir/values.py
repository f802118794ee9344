"""FHIR's dates, numbers, units and lengths of time as Danish FMK-to-FHIR data writes them, and as others do."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.plan.fhir.elements import Bounds, Quantity
from hub.plan.numbers import DIGITS, plain
from hub.plan.reasons import NotUnderstood
from hub.plan.units import unit_words

MOST = 1_000_000  # of any unit in one dose
MIDNIGHT = time(0)
FMK_START = date(2000, 1, 1)  # FMK has no earlier date
LAST = date(2199, 12, 31)  # a later one is a slip of the pen
UNIT_LENGTH = 50  # characters; FMK's bound
UCUM = ("", "http://unitsofmeasure.org")  # a code without a system is held to be UCUM's
_FHIR_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", re.ASCII)
_ANNOTATION = re.compile(r"1|\{[^{}]*\}")  # UCUM: something counted, whatever it is
_UCUM_WORDS = {"ug": {"mikrogram", "µg"}, "[iU]": {"IE", "enhed"}, "[drp]": {"dråbe"}}  # as Danes write them

DAYS = {"d": 1, "wk": 7}  # the lengths of time that are whole days; months and years are not always as long
_DAY_WORDS = {"d": {"", "d", "day", "days", "dag", "dage"}, "wk": {"", "wk", "week", "weeks", "uge", "uger"}}


def local_date(text: str, zone: ZoneInfo, place: str) -> date:
    """The home date a FHIR date or dateTime bound means.

    FMK has dates; on the way to FHIR they become midnights, in UTC whatever the zone ("2021-04-07T00:00:00+00:00" is
    the 7th). A bound in the middle of a day would split that day's doses, and a year or month alone is no date.
    """
    if not _FHIR_DATE.fullmatch(text):
        raise NotUnderstood([f'{place}: "{text[:40]}" is not a whole date'])
    try:
        day = _date_of(text, zone)
    except (ValueError, OverflowError):
        raise NotUnderstood([f'{place}: "{text[:40]}" is not a date']) from None
    if day is None:
        raise NotUnderstood([f'{place}: "{text[:40]}" is in the middle of a day'])
    if not FMK_START <= day <= LAST:
        raise NotUnderstood([f"{place}: {day} is {f'before {FMK_START}' if day < FMK_START else f'after {LAST}'}"])
    return day


def _date_of(text: str, zone: ZoneInfo) -> date | None:
    if len(text) == len("2021-04-07"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return next((seen.date() for seen in (moment, moment.astimezone(zone)) if seen.time() == MIDNIGHT), None)


def span(bounds: Bounds | None, zone: ZoneInfo, place: str) -> tuple[date | None, date | None]:
    """First and last date of a FHIR Period, None where it is open."""
    if bounds is None:
        return None, None
    start = local_date(bounds.start, zone, f"{place}.start") if bounds.start is not None else None
    end = local_date(bounds.end, zone, f"{place}.end") if bounds.end is not None else None
    if start and end and end < start:
        raise NotUnderstood([f"{place}: ends before it starts"])
    return start, end


def days_in(duration: Quantity, most: int, place: str) -> int:
    """How many days a FHIR Duration of days or weeks lasts, at most `most`."""
    number, code = whole(duration.value, most), duration.code
    if number is None or code not in DAYS or duration.system not in UCUM or number * DAYS[code] > most:
        raise NotUnderstood([f"{place}: {spoken(duration.value)} {code[:20] or '?'} is no number of days or weeks"])
    if duration.unit.strip().lower() not in _DAY_WORDS[code]:
        raise NotUnderstood([f'{place}: the unit "{duration.unit[:20]}" is not the code "{code}"'])
    return number * DAYS[code]


def amount(quantity: Quantity, place: str) -> Decimal:
    """The number in a dose, exactly as written, without trailing zeros or exponent."""
    value = quantity.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotUnderstood([f"{place}.value: is not a number"])
    value = Decimal(value)
    if not (value.is_finite() and 0 < value <= MOST):
        raise NotUnderstood([f"{place}.value: must be above 0 and at most {MOST}"])
    if value.adjusted() < -DIGITS or value != round(value, DIGITS):
        raise NotUnderstood([f"{place}.value: has more than {DIGITS} decimals"])
    return plain(value)


def unit_of(quantity: Quantity, place: str) -> tuple[str, str]:
    """The unit for one and for more, by the word that is given; a code is not translated, only held against it."""
    words = unit_words(quantity.unit)
    code = quantity.code if quantity.system in UCUM else ""
    if not words[0]:
        raise NotUnderstood([f"{place}: has no unit"])
    if len(words[0]) > UNIT_LENGTH or "{" in words[0]:
        raise NotUnderstood([f'{place}.unit: "{words[0][:UNIT_LENGTH]}" is no word for a unit'])
    same = not code or _ANNOTATION.fullmatch(code) or code.lower() == words[0].lower()
    if not same and words[0] not in _UCUM_WORDS.get(code, ()):
        raise NotUnderstood([f'{place}: the unit "{words[0]}" is not the code "{code[:20]}"'])
    return words


def whole(value: object, most: int) -> int | None:
    """A whole number from 1 to `most`; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)  # in bounds before it is an int: 1E+999999999 would be as long as it says
    return int(number) if number.is_finite() and 1 <= number <= most and number == round(number) else None


def spoken(value: object) -> str:
    """A number in a reason, however long it is."""
    return f"{value}"[:20] if isinstance(value, int | Decimal | str) else "?"
