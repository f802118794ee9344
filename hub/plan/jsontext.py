"""JSON text to values and back without losing a digit: numbers are int or Decimal, never float."""

import json
from decimal import Decimal
from typing import Any

import msgspec

from hub.plan.reasons import PlanUnreadable

MAX_BYTES = 2 * 1024 * 1024  # a plan's limit on every way in (the sockets have the same)
MAX_FILE_BYTES = 1024 * 1024  # of a bare medicine file, in JSON or XML


class _Twice(ValueError):
    """A name said twice in one object."""


def read_json(text: bytes, most: int = MAX_BYTES) -> Any:
    """The value of a JSON text in UTF-8. PlanUnreadable where it is too big, too deep, malformed or ambiguous."""
    if len(text) > most:
        raise PlanUnreadable([f"$: {len(text)} bytes is more than {most}"])
    try:
        value = msgspec.json.Decoder(float_hook=Decimal).decode(text)
        # msgspec takes the last of two equal names in silence; "quantity" said twice must not be a choice of ours.
        json.loads(text, object_pairs_hook=_once, parse_float=str)
    except RecursionError:
        raise PlanUnreadable(["$: nested too deeply"]) from None
    except (ValueError, ArithmeticError) as error:
        raise PlanUnreadable([f"$: not readable as JSON: {error}"]) from None
    return value


def write_json(value: Any) -> bytes:
    """`value` as JSON in UTF-8, each Decimal as a number with the digits it was read with."""
    return msgspec.json.Encoder(decimal_format="number").encode(value)


def _once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise _Twice(f"{max(names, key=names.count)[:40]!r} is said twice in one object")
