"""Why something cannot be read: every reason, each with its place (R6)."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo, fields

MOST_REASONS = 50  # a reason is an event's text and a person's reading; the rest is counted
MOST_FAULTS = 5 * MOST_REASONS  # looked for in one value: a list of a hundred thousand wrong items is wrong soon


class PlanError(ValueError):
    """Root of what the readers raise; `reasons` has one sentence each, with the place first."""

    def __init__(self, reasons: Iterable[str]) -> None:
        every = tuple(reasons)
        more = len(every) - MOST_REASONS
        self.reasons = (*every[:MOST_REASONS], f"and {more} more") if more > 0 else every
        super().__init__("; ".join(self.reasons))


class PlanUnreadable(PlanError):
    """The whole plan is refused (R6)."""


class NotUnderstood(PlanError):
    """One medicine is not understood; it goes outside the box and the rest of the plan stands (R6)."""


def faults(value: Any, kind: Any, place: str) -> Iterator[str]:
    """Every way in which decoded JSON `value` is not a `kind`. msgspec alone stops at the first.

    `kind` is a Struct, a tuple of any length, a dict, an optional or a leaf msgspec can convert to.
    """
    if get_origin(kind) is Annotated and not _leaf(get_args(kind)[0]):
        inside = faults(value, get_args(kind)[0], place)
        first = next(inside, None)
        if first is None:
            yield from _leaf_faults(value, kind, place)  # how many there may be
        else:
            yield first
            yield from inside
    elif get_origin(kind) in (Union, UnionType):
        if value is not None or NoneType not in get_args(kind):
            yield from faults(value, next(k for k in get_args(kind) if k is not NoneType), place)
    elif _leaf(kind):
        yield from _leaf_faults(value, kind, place)
    elif get_origin(kind) is tuple:
        yield from (
            _each(enumerate(value), get_args(kind)[0], place)
            if isinstance(value, list)
            else [f"{place}: must be a list"]
        )
    elif not isinstance(value, Mapping):
        yield f"{place}: must be an object"
    elif get_origin(kind) is dict:
        of_key, of_value = get_args(kind)
        for key in value:  # an integer key is text in JSON
            yield from _leaf_faults(key, of_key, f"{place}, key {_short(key)}", strict=of_key is not int)
        yield from _each(value.items(), of_value, place)
    else:
        yield from _struct_faults(value, _known(kind), place)


def converted(value: Any, kind: type[Struct], place: str, refusal: type[PlanError] = NotUnderstood) -> Any:
    """`value` as `kind`; `refusal` with every fault."""
    found = list(islice(faults(value, kind, place), MOST_FAULTS))
    if found:
        raise refusal(found)
    return msgspec.convert(value, kind, str_keys=True)


@cache  # of the few kinds there are: msgspec works a kind's fields out anew each time it is asked
def _known(kind: type[Struct]) -> dict[str, FieldInfo]:
    return {f.encode_name: f for f in fields(kind)}


def _leaf(kind: Any) -> bool:
    if get_origin(kind) in (Union, UnionType):
        return all(k is NoneType or (isinstance(k, type) and not issubclass(k, Struct)) for k in get_args(kind))
    return get_origin(kind) not in (tuple, dict) and not (isinstance(kind, type) and issubclass(kind, Struct))


def _leaf_faults(value: Any, kind: Any, place: str, strict: bool = True) -> Iterator[str]:
    try:
        msgspec.convert(value, kind, strict=strict)
    except (msgspec.ValidationError, OverflowError) as error:
        yield f"{place}: {_lower(str(error).split(' - at `')[0])}, is {_short(value)}"


def _each(items: Iterable[tuple[Any, Any]], kind: Any, place: str) -> Iterator[str]:
    for key, value in items:
        yield from faults(value, kind, f"{place}[{_short(key)}]")


def _struct_faults(value: Mapping[str, Any], known: dict[str, FieldInfo], place: str) -> Iterator[str]:
    for name in value:
        if name not in known:
            yield f"{place}.{_short(name).strip(chr(34))}: not a field this hub knows"
    for name, field in known.items():
        if name in value:
            yield from faults(value[name], field.type, f"{place}.{name}")
        elif field.required:
            yield f"{place}.{name}: missing"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _short(value: Any) -> str:
    """A value as the reader of a reason can recognise it, never longer than a line."""
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else str(value)[:40]
