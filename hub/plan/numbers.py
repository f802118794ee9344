"""Quantities as FMK has them: up to nine decimals, each digit as it was written."""

from decimal import Decimal

DIGITS = 9  # FMK's decimals


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent: 1.0 is 1, 1E+2 is 100."""
    return Decimal(f"{value.normalize():f}")


def danish(value: Decimal) -> str:
    """As FMK writes a number: 2,5."""
    return f"{plain(value)}".replace(".", ",")
