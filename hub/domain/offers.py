"""What comes signed for this hub and changes what is to be taken: a plan, or an urgent stop (R6)."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.alarms import about, alarm
from hub.domain.apply import follow
from hub.domain.intake import AS_NEEDED, Life, Moment
from hub.domain.may_open import cannot_serve
from hub.domain.plan import Criticality, Plan, Verdict
from hub.domain.refusal import Reason, refuse_if
from hub.domain.schedule import intakes_of
from hub.domain.state import State


def offer_plan(command: c.OfferPlan, state: State, moment: Moment) -> e.Bodies:
    """R6: refused whole, with every reason, and the running one untouched; or accepted and its consequences told."""
    plan, reasons = command.plan, list(command.problems)
    if plan is not None and state.plan is not None:
        if plan.version == state.plan.version and plan.digest == state.plan.digest:
            return []
        if plan.version <= state.plan.version:
            reasons.append(f"version {plan.version} is not newer than {state.plan.version}")
    by = moment.wall if moment.trusted or plan is None else plan.issued  # R5: a plan was surely issued before now
    if plan is not None and plan.valid_from > by:
        reasons.append(f"valid from {plan.valid_from.isoformat()}, which is not yet")
    if plan is None or reasons:
        version = plan.version if plan else None
        refused = e.PlanRefused(version=version, digest=command.digest, reasons=tuple(reasons))
        return [refused, alarm(e.AlarmCode.PLAN_REFUSED, command.digest[:12], Criticality.MEDIUM)]
    accepted = e.PlanAccepted(plan=plan)
    not_served = _not_served(follow(state, accepted, moment), plan, moment)
    return [accepted, *_not_understood(state, plan), *islice(not_served, 1)]


def _not_understood(state: State, plan: Plan) -> e.Bodies:
    """R6: outside the box, told by name; as critical as it was if it was inside before."""
    inside = {o.id: o.criticality for o in state.plan.ordinations} if state.plan else {}
    return [
        alarm(e.AlarmCode.NOT_UNDERSTOOD, f"{plan.version}/{o.id}", inside.get(o.id, Criticality.LOW))
        for o in plan.outside
        if o.verdict is Verdict.NOT_UNDERSTOOD
    ]


def _not_served(state: State, plan: Plan, moment: Moment, of: frozenset[str] = frozenset()) -> Iterator[e.AlarmRaised]:
    """R7: what the compartments can no longer serve, the first intake first; of some ordinations, or of any. The first
    is an alarm at once, not when it is due."""
    filled = {day_of(f.intake) for f in state.fills.values() if not f.intake.startswith(AS_NEEDED)}
    days = {i.intake.day for i in state.records.values()} | filled
    for day in sorted(days):
        for intake in intakes_of(plan, day):
            fill, record = state.fill_of(intake.id), state.records.get(intake.id)
            waiting = record is None or record.state in (Life.PLANNED, Life.DUE)
            asked = not of or any(d.ordination in of for d in intake.doses)
            if fill and waiting and asked and intake.latest_at > moment.wall and cannot_serve(state, intake):
                yield alarm(e.AlarmCode.CANNOT_SERVE, intake.id, intake.criticality, intake)


def day_of(intake: str) -> date:
    return date.fromisoformat(intake.split("/", 1)[0])


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
    not_served = _not_served(then, state.plan, moment, frozenset(command.ordinations)) if state.plan else ()
    return [stopped, *out, *islice(not_served, 1)]


_OUT = (Life.OPENING, Life.OPEN, Life.HANDED_OUT_EARLY)
