"""The difference of two plans: of each ordination what changes and when it counts, of the box what locks and when
somebody must come. A pure function for the hub, the command line and the sender's preview before signing (R7)."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from hub.domain.intake import Intake
from hub.domain.plan import Criticality, Dosage, Ordination, OrdinationId, Outside, Plan, Verdict
from hub.domain.served import Lock, filled, locks, not_served
from hub.domain.state import Fill, State
from hub.plan.difference.envelope import PlanChange, plan_wide
from hub.plan.difference.facts import DAYS, Effect, Entry, Facts, Share, effect_of, facts_of, moved


class Kind(StrEnum):
    """What has become of an ordination; in the order a reader needs them."""

    NOT_UNDERSTOOD = "not_understood"  # it stands in the plan and gives nothing: staff's, by name (R6)
    STOPPED = "stopped"  # seponeret, ended, or gone from the plan
    PAUSED = "paused"
    NEW = "new"
    RESTARTED = "restarted"  # was outside, or urgently stopped, and is scheduled
    CHANGED = "changed"
    MOVED = "moved"  # the same doses on the same home days, in other slots or at other clock times


class Change(Struct, frozen=True):
    """What changes for one ordination. `before` and `after` are None where it is not in that plan.

    `effect` says when it counts (`hub.plan.difference.facts.effect_of`), `from_date` from which home day where it is
    FROM_DATE. `day` is the first home day on which what it gives differs, None where that is none within reach;
    `doses_before` and `doses_after` are all it gives on that day. `fields` are what differs within the ordination, by
    the names of `Ordination`, `Medicine` and `Outside`; of the dosage "unit", "dosage.note" and what else a period has
    beside its doses; "urgent_stop" is one that ends (R6).
    """

    ordination: OrdinationId
    kind: Kind
    criticality: Criticality  # the higher of before and after; low where it was and is outside, as the hub's alarm
    effect: Effect
    from_date: date | None
    day: date | None
    before: Entry | None
    after: Entry | None
    fields: tuple[str, ...]
    doses_before: tuple[Share, ...] = ()
    doses_after: tuple[Share, ...] = ()

    @property
    def name(self) -> str:
        """What the medicine is called now."""
        entry = self.after or self.before
        return entry.medicine.name if isinstance(entry, Ordination) else entry.name if entry else ""


class Difference(Struct, frozen=True):
    """How `new` differs from `old` for one who has `old`, from `at` on: now, or when `new` is valid if that lies ahead.

    What nobody can tell, because the box's fills are not known, is None and `fills_known` is false; then `if_filled` is
    the first intake that a box filled whole by `old` could not serve.
    """

    old: Plan
    new: Plan
    looked_at: datetime
    at: datetime
    changes: tuple[Change, ...]  # by kind, then as the plan lists them
    plan_wide: tuple[PlanChange, ...]
    fills_known: bool
    locks: tuple[Lock, ...] = ()  # compartments that lock by this change, by number
    first_not_served: Intake | None = None  # of the filled: what the hub's CANNOT_SERVE names when it accepts `new`
    visit_for: Intake | None = None  # the first that asks for somebody to come before the next fill
    visit_by: datetime | None = None  # when that can be opened, or `at`; None: nobody need come before the next fill
    if_filled: Intake | None = None

    @property
    def empty(self) -> bool:
        """The plans say the same. The order in which they list medicines says nothing."""
        return not self.changes and not self.plan_wide


def difference(old: Plan, new: Plan, now: datetime, box: State | None = None, days: int = DAYS) -> Difference:
    """What changes when the hub that has `old` accepts `new`.

    `now` is aware. `box` is what is known of the box: fills, and of records, stops and the opening what there is; None
    where nothing is known of it. Home days are compared from yesterday's (a night's intake may still wait) over `days`,
    and all that are filled.
    """
    facts = facts_of(old, new, now, box, days)
    changes = sorted(_changes(facts), key=lambda c: list(Kind).index(c.kind))
    return Difference(
        old=old, new=new, looked_at=now, at=facts.at, changes=tuple(changes), plan_wide=tuple(plan_wide(old, new)),
        fills_known=box is not None, **_of_the_box(facts),
    )  # fmt: skip


# -- ordinations ---------------------------------------------------------------------------------------------------


def _changes(facts: Facts) -> Iterator[Change]:
    old, new = _entries(facts.old), _entries(facts.new)
    for ordination in {**new, **old}:
        before, after = old.get(ordination), new.get(ordination)
        fields = tuple(_fields(before, after))
        if isinstance(after, Ordination) and ordination in facts.lifted:
            fields = (*fields, "urgent_stop")
        if before is None or after is None or fields or facts.touched(ordination):
            yield _change(facts, ordination, before, after, fields)


def _entries(plan: Plan) -> dict[OrdinationId, Entry]:
    return {**{o.id: o for o in plan.outside}, **{o.id: o for o in plan.ordinations}}


def _change(
    facts: Facts, ordination: OrdinationId, before: Entry | None, after: Entry | None, fields: tuple[str, ...]
) -> Change:
    effect, day = effect_of(facts, ordination, before, after)
    was, now = ((side.on(ordination, day) if day else ()) for side in (facts.was, facts.will))
    scheduled = [e.criticality for e in (before, after) if isinstance(e, Ordination)]
    return Change(
        ordination=ordination, kind=_kind(facts, ordination, before, after, fields),
        criticality=max(scheduled, default=Criticality.LOW, key=list(Criticality).index),
        effect=effect, from_date=facts.counts_from(day) if effect is Effect.FROM_DATE else None, day=day,
        before=before, after=after, fields=fields, doses_before=was, doses_after=now,
    )  # fmt: skip


_AT_REST = {
    Verdict.ON_HOLD: Kind.PAUSED, Verdict.STOPPED: Kind.STOPPED, Verdict.ENDED: Kind.STOPPED,
    Verdict.NOT_UNDERSTOOD: Kind.NOT_UNDERSTOOD, Verdict.AS_NEEDED: Kind.CHANGED,
}  # fmt: skip


def _kind(
    facts: Facts, ordination: OrdinationId, before: Entry | None, after: Entry | None, fields: tuple[str, ...]
) -> Kind:
    if after is None:
        return Kind.STOPPED
    if isinstance(after, Outside):
        known = before is None and after.verdict is not Verdict.NOT_UNDERSTOOD
        same = isinstance(before, Outside) and before.verdict is after.verdict
        return Kind.NEW if known else Kind.CHANGED if same else _AT_REST[after.verdict]
    if before is None:
        return Kind.NEW
    if isinstance(before, Outside) or "urgent_stop" in fields:
        return Kind.RESTARTED
    elsewhere = set(fields) <= {"dosage", "text"} and moved(facts, ordination, before, after)
    return Kind.MOVED if elsewhere else Kind.CHANGED


def _fields(before: Entry | None, after: Entry | None) -> Iterator[str]:
    """What differs within an ordination that is in both plans."""
    if type(before) is not type(after) or before is None or after is None:
        return
    was, now = asdict(before), asdict(after)
    if isinstance(before, Ordination) and isinstance(after, Ordination):
        was, now = was | _of_dosage(before.dosage), now | _of_dosage(after.dosage)
        was, now = was | asdict(was.pop("medicine")), now | asdict(now.pop("medicine"))
    yield from (name for name in was if was[name] != now[name])


_BESIDE = ("note", "postfix", "interval_min", "daily_max")  # of a period: beside its doses


def _of_dosage(dosage: Dosage) -> dict[str, Any]:
    """What is said apart of a dosage, and the rest of it."""
    plain = tuple(replace(p, note="", postfix="", interval_min=None, daily_max=None) for p in dosage.periods)
    beside = {
        f"dosage.{name}": {n: v for n, p in enumerate(dosage.periods) if (v := getattr(p, name)) not in (None, "")}
        for name in _BESIDE
    }
    return {"unit": (dosage.unit, dosage.units), **beside, "dosage": replace(dosage, periods=plain, unit="", units="")}


# -- the box -------------------------------------------------------------------------------------------------------


def _of_the_box(facts: Facts) -> dict[str, Any]:
    after, at = facts.after, facts.at
    if not facts.box_known:
        whole = dict(enumerate(i for i in facts.was.waiting if i.boxed))
        fills = {n: Fill(n, i.id, i.boxed, None, facts.old.version) for n, i in whole.items()}
        return {"if_filled": next(not_served(replace(after, fills=fills), facts.will.waiting, at), None)}
    first = next(not_served(after, filled(after, facts.new), at), None)
    usual = next(not_served(facts.before, facts.was.waiting, at), None)
    unserved = next(not_served(after, facts.will.waiting, at), None)
    if first is None and unserved and usual and usual.opens_at <= unserved.opens_at:
        unserved = None  # somebody comes by then to fill, whichever plan it is
    visit_by = max(unserved.opens_at, at) if unserved else None
    return {
        "locks": tuple(locks(facts.before, after, at)), "first_not_served": first,
        "visit_for": unserved, "visit_by": visit_by,
    }  # fmt: skip
