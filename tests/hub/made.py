"""Events of every kind, made from their types."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import msgspec.inspect as mi
from hypothesis import strategies as st

from hub.domain import events as e
from hub.ids import uuid7

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PAIRING = "hub-7/2512489996"


def event(seq: int, body: Any = None) -> e.Event:
    """The `seq`th event; by default the lanes take turns."""
    bodies = (e.IntakeDue(intake=f"2026-11-20/{seq}"), e.MainsLost(), e.AlarmEnded(alarm=f"mains_lost/{seq}"))
    return e.Event(
        seq=seq, id=uuid7(START + timedelta(seconds=seq), seq.to_bytes(10)), wall=START + timedelta(seconds=seq),
        monotonic_s=float(seq), trusted=True, boot="boot-1", plan_version=3, body=body or bodies[seq % 3],
    )  # fmt: skip


def events(first: int, last: int) -> list[e.Event]:
    return [event(seq) for seq in range(first, last + 1)]


def values(kind: mi.Type) -> st.SearchStrategy[Any]:
    """Anything a type of ours allows, within its bounds."""
    match kind:
        case mi.Metadata():
            return values(kind.type)
        case mi.StrType():
            if kind.pattern:
                return st.from_regex(kind.pattern, fullmatch=True).filter(lambda s: len(s) <= (kind.max_length or 99))
            return st.text(min_size=kind.min_length or 0, max_size=min(kind.max_length or 20, 20))
        case mi.IntType():
            return st.integers(-(2**40) if kind.ge is None else kind.ge, 2**40 if kind.le is None else kind.le)
        case mi.StructType():
            return st.builds(kind.cls, **{f.name: values(f.type) for f in kind.fields})
        case mi.UnionType():
            return st.one_of([values(t) for t in kind.types])
        case mi.VarTupleType():
            return st.lists(values(kind.item_type), max_size=2).map(tuple)
        case mi.DictType():
            return st.dictionaries(values(kind.key_type), values(kind.value_type), max_size=2)
        case mi.EnumType():
            return st.sampled_from(list(kind.cls))
        case mi.LiteralType():
            return st.sampled_from(kind.values)
    return _PLAIN[type(kind)]


_PLAIN: dict[type[mi.Type], st.SearchStrategy[Any]] = {
    mi.NoneType: st.none(),
    mi.BoolType: st.booleans(),
    mi.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    mi.DecimalType: st.decimals(min_value=0, max_value=999, places=3),
    mi.DateType: st.dates(),
    mi.TimeType: st.times(),
    mi.DateTimeType: st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis wants naive bounds
}


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Until `condition` holds; a failure if it never does."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until, "it never came"
        sleep(0.002)
