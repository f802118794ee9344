"""FHIR's dates and quantities as Danish FMK-to-FHIR data writes them."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.plan.fhir import Bounds, Quantity
from hub.plan.reasons import NotUnderstood

MOST = 1_000_000  # of any unit in one dose
DIGITS = 9  # FMK's decimals
MIDNIGHT = time(0)
_FHIR_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", re.ASCII)


def local_date(text: str, zone: ZoneInfo, place: str) -> date:
    """The home date a FHIR date or dateTime bound means.

    FMK has dates; on the way to FHIR they become midnights, in UTC whatever the zone ("2021-04-07T00:00:00+00:00" is
    the 7th). A bound in the middle of a day would split that day's doses, and a year or month alone is no date.
    """
    if not _FHIR_DATE.fullmatch(text):
        raise NotUnderstood([f'{place}: "{text[:40]}" is not a whole date'])
    try:
        if len(text) == len("2021-04-07"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        for seen in (moment, moment.astimezone(zone)):
            if seen.time() == MIDNIGHT:
                return seen.date()
    except (ValueError, OverflowError):
        raise NotUnderstood([f'{place}: "{text[:40]}" is not a date']) from None
    raise NotUnderstood([f'{place}: "{text[:40]}" is in the middle of a day'])


def span(bounds: Bounds | None, zone: ZoneInfo, place: str) -> tuple[date | None, date | None]:
    """First and last date of a FHIR Period, None where it is open."""
    if bounds is None:
        return None, None
    start = local_date(bounds.start, zone, f"{place}.start") if bounds.start is not None else None
    end = local_date(bounds.end, zone, f"{place}.end") if bounds.end is not None else None
    if start and end and end < start:
        raise NotUnderstood([f"{place}: ends before it starts"])
    return start, end


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


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent: 1.0 is 1, 1E+2 is 100."""
    return Decimal(f"{value.normalize():f}")


def danish(value: Decimal) -> str:
    """As FMK writes a number: 2,5."""
    return f"{plain(value)}".replace(".", ",")
