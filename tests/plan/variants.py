"""A plan with something of everything, and each plan that differs from it in one single thing."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.plan import (
    AsNeeded,
    Contact,
    DayDose,
    Dosage,
    Limits,
    Outside,
    Period,
    Plan,
    Settings,
    Slot,
    Verdict,
)  # fmt: skip
from tests.domain.play import DAY, EVENING, MORNING, NOON, SLOTS, ordination, plan_of

OTHER = {"zone": "Europe/London", "language": "en"}  # a word alone would not do
LISTED = ("ordinations", "outside")  # in which order says nothing

_PERIOD = Period(
    start=DAY, end=DAY + timedelta(days=10), repeat_days=1, note="n", postfix="p", interval_min=240,
    daily_max=Decimal(4),
    days={1: (DayDose(Decimal(1), Decimal(2), part=MORNING), DayDose(Decimal(1), at=time(16)))},
)  # fmt: skip
_TIMES = Period(start=DAY, days={1: (DayDose(Decimal(1), times=2),)})
_FULL = replace(
    ordination("full", MORNING, atc="N02BE01"), dosage=Dosage((_PERIOD,), "tablet", "tabletter"), start=DAY,
    end=DAY + timedelta(days=9), text="t", note="n", purpose="p", interval_min=240,
    as_needed=AsNeeded(Decimal(1), 3, DAY, DAY + timedelta(days=5)),
)  # fmt: skip
PLAN = plan_of(
    _FULL,
    replace(ordination("times", EVENING), dosage=Dosage((_TIMES,), "kapsel", "kapsler")),
    ordination("noon", NOON),
    slots=(*SLOTS, Slot(id="spare", time=time(17), window_min=30), Slot(id="nat", time=time(1), next_day=True)),
    settings=Settings(times_per_day={2: ("t1600", "evening"), 3: ("morning", "noon", "evening")}),
    contacts=(Contact("home_care", "Hjemmeplejen", "12 34 56 78"), Contact("relative", "Karen", "23 45 67 89")),
    outside=(Outside("a", "Salve", Verdict.NOT_UNDERSTOOD, "free text", "smøres på", "2 %"),
             Outside("b", "Diprol", Verdict.ON_HOLD, "paused")),
    limits=Limits(), defaults=("Morgen er kl. 8.",),
)  # fmt: skip


def variants(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """The place of the one thing, and the plan in which it is otherwise."""
    for field in (f for f in plan.__struct_fields__ if f not in ("version", "issued", "valid_from", "digest")):
        for place, value in _of(getattr(plan, field), get_type_hints(Plan)[field], field):
            yield place, replace(plan, **{field: value})


def _of(value: Any, kind: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Struct):
        hints = get_type_hints(type(value), include_extras=False)
        for field in value.__struct_fields__:
            for place, other in _of(getattr(value, field), hints[field], field):
                yield f"{name}.{place}", replace(value, **{field: other})
    elif isinstance(value, tuple):
        yield from _of_list(value, name)
    elif isinstance(value, dict):
        for key in value:
            yield f"{name} without {key}", {k: v for k, v in value.items() if k != key}
            for place, other in _of(value[key], None, str(key)):
                yield f"{name}.{place}", {**value, key: other}
    else:
        yield name, OTHER.get(name) or _other(value, kind)
        if value is not None and NoneType in get_args(kind):
            yield f"no {name}", None


def _of_list(value: tuple[Any, ...], name: str) -> Iterator[tuple[str, Any]]:
    for i, item in enumerate(value):
        yield f"{name} without {i}", (*value[:i], *value[i + 1 :])
        for place, other in _of(item, type(item), str(i)):
            yield f"{name}.{place}", (*value[:i], other, *value[i + 1 :])
    if len(value) > 1 and name not in LISTED:
        yield f"{name} reversed", value[::-1]
    if value and name not in LISTED:
        yield f"{name} twice", (*value, value[0])


def _other(value: Any, kind: Any) -> Any:
    match value:
        case None:
            return _some(kind)
        case Enum():
            return next(member for member in type(value) if member is not value)
        case bool():
            return not value
        case str():
            return f"{value}x"
        case datetime() | date():
            return value + timedelta(days=1)
        case time():
            return value.replace(hour=value.hour + 1)
    return value + 1


def _some(kind: Any) -> Any:
    """A value of an optional field."""
    kind = next(k for k in get_args(kind) if k is not NoneType)
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if issubclass(kind, Enum):
        return next(iter(kind))
    some = {int: 60, Decimal: Decimal(5), date: DAY, time: time(17), AsNeeded: AsNeeded(Decimal(2), 2)}
    return some[kind]
