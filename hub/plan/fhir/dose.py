"""How much at a time, and at most on a day, by a FHIR dosage element."""

from decimal import Decimal

from msgspec import Struct

from hub.plan.fhir.elements import DosageElement, DoseAndRate, Quantity, Ratio
from hub.plan.fhir.values import UCUM, amount, spoken, unit_of, whole
from hub.plan.reasons import NotUnderstood

_DAY = {("d", 1), ("h", 24)}  # the denominators that are a day


class Amount(Struct, frozen=True):
    """`most` of a range, else None; `daily_max` at most so much on a day, None where nothing says."""

    quantity: Decimal
    most: Decimal | None
    unit: tuple[str, str]  # for one and for more
    daily_max: Decimal | None


def amount_of(element: DosageElement, place: str) -> Amount:
    """The dose, all in one unit; NotUnderstood where it is not one exact quantity or range, or has another limit."""
    quantity, most, unit = _dose(element.dose_and_rate, f"{place}.doseAndRate")
    if element.max_dose_per_lifetime is not None:
        raise NotUnderstood([f"{place}.maxDosePerLifetime: what was had before is not known here"])
    once = element.max_dose_per_administration
    if once is not None and _in(unit, once, f"{place}.maxDosePerAdministration") < (most or quantity):
        raise NotUnderstood([f"{place}.maxDosePerAdministration: is less than the dose"])
    return Amount(quantity, most, unit, _daily_max(element.max_dose_per_period, unit, f"{place}.maxDosePerPeriod"))


def _dose(rates: tuple[DoseAndRate, ...], place: str) -> tuple[Decimal, Decimal | None, tuple[str, str]]:
    if len(rates) != 1:
        raise NotUnderstood([f"{place}: {len(rates) or 'no'} doses"])
    (rate,) = rates
    if any(r is not None for r in (rate.rate_quantity, rate.rate_range, rate.rate_ratio)):
        raise NotUnderstood([f"{place}: has a rate, and nothing here runs"])
    if (rate.dose_quantity is None) == (rate.dose_range is None):
        raise NotUnderstood([f"{place}: must have a doseQuantity or a doseRange"])
    if rate.dose_quantity:
        return amount(rate.dose_quantity, place), None, unit_of(rate.dose_quantity, place)
    assert rate.dose_range is not None
    low, high = rate.dose_range.low, rate.dose_range.high
    quantity, most, unit = amount(low, place), amount(high, place), unit_of(low, place)
    if most < quantity or unit_of(high, place) != unit:
        raise NotUnderstood([f"{place}.doseRange: low and high do not fit"])
    return quantity, most, unit


def _daily_max(ratio: Ratio | None, unit: tuple[str, str], place: str) -> Decimal | None:
    if ratio is None:
        return None
    per = ratio.denominator
    if (per.code, whole(per.value, 24)) not in _DAY or per.system not in UCUM:
        raise NotUnderstood([f"{place}: per {spoken(per.value)} {per.code[:20] or '?'}, not per 1 d or 24 h"])
    return _in(unit, ratio.numerator, place)


def _in(unit: tuple[str, str], quantity: Quantity, place: str) -> Decimal:
    number = amount(quantity, place)
    if unit_of(quantity, place) != unit:
        raise NotUnderstood([f"{place}: is not counted in {unit[0]}"])
    return number
