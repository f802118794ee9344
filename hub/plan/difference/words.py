"""A difference of two plans in the words a nurse uses: complete sentences, Danish or English."""

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict

from hub.domain.plan import Slot
from hub.domain.served import Lock
from hub.plan.difference.envelope import PlanChange
from hub.plan.difference.medicine import ToldChange, told_change
from hub.plan.difference.plans import Difference
from hub.plan.difference.sentences import Words
from hub.plan.difference.values import Values

Language = Literal["da", "en"]


class Told(Struct, frozen=True):
    """All of a difference, in the order to be read: what to do, what changes, what locks, the rest of the plan."""

    summary: tuple[str, ...]
    changes: tuple[ToldChange, ...]  # as in the difference
    locks: tuple[str, ...]  # as in the difference
    plan_wide: tuple[tuple[str, ...], ...]  # of each plan-wide change, as in the difference


def told(difference: Difference, language: Language = "da") -> Told:
    """The difference in words. Times are the citizen's home time by the new plan; what FMK or a reader says of a
    medicine is in their own words, Danish and English as they come."""
    values = Values(Words(language), difference.old, difference.new)
    today = values.at_home(difference.at).date()
    return Told(
        summary=tuple(_summary(difference, values)),
        changes=tuple(told_change(change, values, today) for change in difference.changes),
        locks=tuple(_lock(lock, values) for lock in difference.locks),
        plan_wide=tuple(tuple(_plan_wide(change, values)) for change in difference.plan_wide),
    )


def _summary(difference: Difference, values: Values) -> Iterator[str]:
    d, say = difference, values.say
    if d.empty:
        yield say("same")
        if not d.fills_known:
            return
    if d.at > d.looked_at:
        yield say("valid", when=values.moment(d.at))
    if d.first_not_served:
        yield say("first", **values.of(d.first_not_served))
    if d.visit_for and d.visit_by:
        sentence = "visit" if d.visit_by > d.looked_at else "visit_now"
        yield say(sentence, by=values.moment(d.visit_by), **values.of(d.visit_for))
    elif d.fills_known:
        yield say("no_visit")
    else:
        yield say("unknown")
        yield _if_filled(difference, values)


def _if_filled(difference: Difference, values: Values) -> str:
    intake = difference.if_filled
    if intake is None:
        return values.say("if_filled_all")
    by = max(intake.opens_at, difference.at)
    return values.say("if_filled", by=values.moment(by), **values.of(intake))


def _lock(lock: Lock, values: Values) -> str:
    when = values.moment(lock.at) if lock.at else values.say("when_needed")
    return values.say(lock.why.value, n=lock.compartment, when=when, names=values.names(lock.ordinations))


def _plan_wide(change: PlanChange, values: Values) -> Iterator[str]:
    what, before, after, say = change.what, change.before, change.after, values.say
    if what in ("hub", "citizen"):
        yield say(what)  # whose is not said: a number of another's would stand there (R15)
    elif what in ("slots", "contacts"):
        yield from _listed(what, change.key, before, after, values)
    elif what == "settings.times_per_day":
        yield say.label(what, change.key, *(say.listed(map(values.slot, slots or ())) for slots in (before, after)))
    elif what == "settings.language":
        yield say.label(what, "", say.values[before], say.values[after])
    elif what == "defaults":
        yield say.label(what, "", *(values.value(" ".join(sentences)) for sentences in (before, after)))
    else:
        yield say.label(what, "", values.value(before), values.value(after))


def _listed(what: str, key: str, before: Any, after: Any, values: Values) -> Iterator[str]:
    """Of a list: its order, or one that is new, gone or changed; a contact never changes, it is another."""
    if not key:
        was, now = (values.say.listed(map(values.slot, mine)) for mine in (before, after))
        yield values.say(f"{what}_order", before=was, after=now)
    elif isinstance(before, Slot) and isinstance(after, Slot):
        new = asdict(after)
        for field, old in ((f, v) for f, v in asdict(before).items() if v != new[f]):
            yield values.say.label(f"slot.{field}", values.slot(key), values.value(old), values.value(new[field]))
    else:
        sentence = f"{what}_new" if before is None else f"{what}_gone"
        yield values.say(sentence, before=values.value(before), after=values.value(after))
