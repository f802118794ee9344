"""What differs between two plans and is no ordination's: slots, settings, contacts, limits, whose it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from hub.domain.plan import Plan

_ELSEWHERE = {"version", "issued", "valid_from", "digest", "ordinations", "outside"}


class PlanChange(Struct, frozen=True):
    """What changes in the plan and is no ordination's. `what` is a field of `Plan`, or of its settings or limits
    ("settings.snooze_min"); `key` says which slot or contact, or how many times a day; "" where it is all of it, of a
    list its order. None: not in that plan."""

    what: str
    key: str
    before: Any
    after: Any


def plan_wide(old: Plan, new: Plan) -> Iterator[PlanChange]:
    """Whatever differs but the ordinations and what makes a plan another version."""
    for field in (f for f in Plan.__struct_fields__ if f not in _ELSEWHERE):
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if field == "slots":
            yield from _listed(field, *([(s.id, s) for s in slots] for slots in (before, after)))
        elif field == "contacts":
            yield from _listed(field, *([(f"{c.role} {c.name} {c.phone}", c) for c in cs] for cs in (before, after)))
        elif isinstance(before, Struct):
            yield from _parts(field, asdict(before), asdict(after))
        else:
            yield PlanChange(field, "", before, after)


def _parts(field: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[PlanChange]:
    for name in (n for n in before if before[n] != after[n]):
        was, now = before[name], after[name]
        if isinstance(was, dict):
            yield from _keyed(f"{field}.{name}", was, now)
        else:
            yield PlanChange(f"{field}.{name}", "", was, now)


def _listed(field: str, before: Sequence[tuple[str, Any]], after: Sequence[tuple[str, Any]]) -> Iterator[PlanChange]:
    """Each that differs, and where they come in another order, that: the first of two slots at one time names the
    intake, the first contact is the number on the screen."""
    yield from _keyed(field, dict(before), dict(after))
    was, now = ([k for k, _ in mine if k in dict(other)] for mine, other in ((before, after), (after, before)))
    if was != now:
        yield PlanChange(field, "", tuple(was), tuple(now))


def _keyed(field: str, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[PlanChange]:
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        if was != now:
            yield PlanChange(field, str(key), was, now)
