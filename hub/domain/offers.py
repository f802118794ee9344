"""What comes signed for this hub and changes what is to be taken: a plan, or an urgent stop (R6)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.alarms import about, alarm
from hub.domain.apply import follow
from hub.domain.intake import Life, Moment
from hub.domain.plan import Criticality, Plan, Verdict
from hub.domain.refusal import Reason, refuse_if
from hub.domain.served import filled, not_served
from hub.domain.state import State


def offer_plan(command: c.OfferPlan, state: State, moment: Moment) -> e.Bodies:
    """R6: refused whole, with every reason, and the running one untouched; else accepted, or kept until its time."""
    plan, reasons = command.plan, list(command.problems)
    known = [p for p in (state.plan, state.next_plan) if p is not None]
    if plan is not None and any((p.version, p.digest) == (plan.version, plan.digest) for p in known):
        return []
    if plan is not None and (newest := max((p.version for p in known), default=0)) >= plan.version:
        reasons.append(f"version {plan.version} is not newer than {newest}")
    if plan is None or reasons:
        version = plan.version if plan else None
        refused = e.PlanRefused(version=version, digest=command.digest, reasons=tuple(reasons))
        return [refused, alarm(e.AlarmCode.PLAN_REFUSED, command.digest[:12], Criticality.MEDIUM)]
    if plan.valid_from > (moment.wall if moment.trusted else plan.issued):  # R5: it was surely issued before now
        return [e.PlanAwaited(plan=plan), *islice(_not_served(_under(state, plan, moment), plan, plan.valid_from), 1)]
    return come_into_force(state, plan, moment)


def come_into_force(state: State, plan: Plan, moment: Moment) -> e.Bodies:
    """The plan is the one in force, and its consequences are told; what was told while it waited is not told again."""
    not_served = _not_served(_under(state, plan, moment), plan, moment.wall)
    new = (a for a in not_served if plan is not state.next_plan or a.alarm not in state.alarms)
    return [e.PlanAccepted(plan=plan), *_not_understood(state, plan), *islice(new, 1)]


def _under(state: State, plan: Plan, moment: Moment) -> State:
    return follow(state, e.PlanAccepted(plan=plan), moment)


def _not_understood(state: State, plan: Plan) -> e.Bodies:
    """R6: outside the box, told by name; as critical as it was if it was inside before."""
    inside = {o.id: o.criticality for o in state.plan.ordinations} if state.plan else {}
    return [
        alarm(e.AlarmCode.NOT_UNDERSTOOD, f"{plan.version}/{o.id}", inside.get(o.id, Criticality.LOW))
        for o in plan.outside
        if o.verdict is Verdict.NOT_UNDERSTOOD
    ]


def _not_served(state: State, plan: Plan, since: datetime, of: frozenset[str] = frozenset()) -> Iterator[e.AlarmRaised]:
    """R7: what the compartments can no longer serve from then on, the first intake first; of some ordinations, or of
    any. The first is an alarm at once, not when it is due."""
    for intake in not_served(state, filled(state, plan), since):
        if not of or any(d.ordination in of for d in intake.doses):
            yield alarm(e.AlarmCode.CANNOT_SERVE, intake.id, intake.criticality, intake)


def stop_ordinations(command: c.StopOrdinations, state: State, moment: Moment) -> e.Bodies:
    """R6, R8: everything with one of these in it is locked at once, on any clock, until a plan that was issued later.

    Told of at once: the first intake that can no longer be served, and whatever is out of the box already.
    """
    refuse_if((state.plan is not None and state.plan.issued > command.issued, Reason.TOO_LATE))
    issued = min(command.issued, moment.wall) if moment.trusted else command.issued  # no plan would come after it else
    new = tuple(o for o in command.ordinations if state.stops.get(o, issued) <= issued)
    stopped = e.OrdinationsStopped(ordinations=new, issued=issued, by=command.by, reason=command.reason)
    then = follow(state, stopped, moment)
    out = [
        about(r, e.AlarmCode.STOPPED)
        for r in state.records.values()
        if r.state in _OUT and any(d.ordination in command.ordinations for d in r.intake.doses)
    ]
    not_served = _not_served(then, state.plan, moment.wall, frozenset(command.ordinations)) if state.plan else ()
    return [stopped, *out, *islice(not_served, 1)]


_OUT = (Life.OPENING, Life.OPEN, Life.HANDED_OUT_EARLY)
