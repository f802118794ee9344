"""`apply`: the state after an event. The only place where an intake's state changes, and only by `life.TABLE`.

It decides nothing and refuses nothing but what the table does not know: what is in the journal has happened.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from math import ceil
from typing import Any

from msgspec.structs import replace

from hub.domain import events as e
from hub.domain.intake import AS_NEEDED, Intake, IntakeId, Life, Moment
from hub.domain.leave import LeaveKind
from hub.domain.life import FINAL, TABLE, UNRESOLVED, after
from hub.domain.plan import Plan
from hub.domain.reading import RESOLUTION_MG
from hub.domain.state import Alarm, Fill, Filling, Item, Opening, Promise, Record, State

KEEP_DAYS = 8  # longer than the longest interval a plan can ask for (24 h, `plan.Minutes`) and a weekend's leave


def apply(state: State, event: e.Event) -> State:
    """The next state. NotInTheTable where the journal says what cannot be."""
    moment = Moment(event.wall, event.monotonic_s, event.trusted, event.boot)
    return replace(state, seq=event.seq, **_changes(state, event.body, moment))


def follow(state: State, body: e.AnyBody, moment: Moment) -> State:
    """What would be so if `body` had happened."""
    return replace(state, **_changes(state, body, moment))


Changes = dict[str, Any]  # of a state, or of a record: field by field


def _changes(state: State, body: e.AnyBody, moment: Moment) -> Changes:
    intake: IntakeId | None = getattr(body, "intake", None)
    changes = _live(state, intake, body, moment) if intake is not None and type(body) in _LIFE else {}
    step = _STEPS.get(type(body))
    return {**changes, **step(state, body, moment)} if step else changes


# -- the intake's own life ---------------------------------------------------------------------------------------

_LIFE = frozenset[type[e.Body]]().union(*TABLE.values())
_WAITING = (Life.PLANNED, Life.DUE, Life.PARTLY_TAKEN)
_LEAVES = frozenset({e.OpeningRequested, e.IntakeWithheld, e.IntakeWithdrawn})
# Something may have left the box, with this event at the latest (R2).
_HANDED = frozenset({
    e.PulseRequested, e.LidOpened, e.LidClosed, e.IntakeUncertain, e.IntakeGivenByStaff, e.IntakeTakenElsewhere,
})  # fmt: skip
_SAID = frozenset({e.IntakeTaken, e.IntakePartlyTaken, e.IntakeNotKnown})  # of an opened box the lid knows the time
_NOT_HANDED = frozenset({e.OpeningAbandoned, e.OpeningFailed, e.IntakePutBack, e.IntakeReleased})


def _live(state: State, intake: IntakeId, body: e.Body, moment: Moment) -> Changes:
    record, kind = state.records[intake], type(body)
    target = after(record.state, body, record.before)
    changes: Changes = {"state": target, "handed_at": _handed_at(record, body, moment)}
    if kind in _LEAVES and record.state in _WAITING:
        changes["before"] = record.state
    if kind in _NOTES:
        changes |= _NOTES[kind](record, body)
    if target is record.state:
        return {"records": {**state.records, intake: replace(record, **changes)}}
    moved = replace(record, since=moment, **changes)
    return {"records": {**state.records, intake: moved}, **_closing(state, moved)}


def _handed_at(record: Record, body: e.Body, moment: Moment) -> Moment | None:
    """When something of it was possibly handed out, here or where the citizen was, as this event has it."""
    kind = type(body)
    hospital = isinstance(body, e.IntakeWithheld) and body.reason == LeaveKind.HOSPITAL
    if hospital or (kind is e.IntakeNotKnown and record.state is Life.DUE):  # by others, in its time
        over = max(moment.wall - record.intake.latest_at, timedelta())  # and seen late, after a power cut
        return replace(moment, wall=moment.wall - over, monotonic_s=moment.monotonic_s - over.total_seconds())
    if kind in _SAID and (record.handed_at is None or record.state is Life.HANDED_OUT_EARLY):
        return moment
    if kind in _HANDED:
        return moment
    verified = isinstance(body, e.IntakeMissed) and body.by is not None  # a named person: nothing left after all
    return record.handed_before if kind in _NOT_HANDED or verified else record.handed_at


def _again(record: Record, body: e.IntakeReleased) -> Changes:
    anew = {"released": True, "final": False, "early": False, "remaining_mg": None, "snoozed_until": None}
    return {"intake": replace(record.intake, latest_at=body.latest_at), "promise": None, **anew}


def _why(record: Record, body: Any) -> Changes:
    return {"reason": body.reason}


# What else an event says of its intake. Of what was promised only a named person's word disposes.
_NOTES: dict[type[e.Body], Callable[[Record, Any], Changes]] = {
    e.OpeningRequested: lambda r, b: {"handed_before": r.handed_at},
    e.IntakeSnoozed: lambda r, b: {"snoozed_until": b.until},
    **dict.fromkeys((e.IntakeDeclined, e.IntakeWithheld, e.IntakeWithdrawn, e.OpeningFailed, e.IntakeUncertain), _why),
    e.IntakePartlyTaken: lambda r, b: {"remaining_mg": b.remaining_mg},
    e.IntakeHandedOutEarly: lambda r, b: {"early": True},
    e.IntakePutBack: lambda r, b: {"early": False},
    e.IntakeReleased: _again,
    e.IntakeGivenByStaff: lambda r, b: {"promise": None},
    e.IntakeTaken: lambda r, b: {"promise": None},
}


def _closing(state: State, record: Record) -> Changes:
    """An opening ends with its intake's outcome; what was handed out is no longer in the compartment."""
    changes: Changes = {}
    opening, intake = state.opening, record.intake
    if opening and opening.intake == intake.id and record.state not in (Life.OPENING, Life.OPEN):
        changes["opening"] = None
    if record.state is Life.WITHDRAWN and intake.as_needed:  # not wanted after all: it waits for the next time
        changes["fills"] = _fill_with(state, intake.id, intake=AS_NEEDED + intake.doses[0].ordination)
    elif record.state in (Life.TAKEN, Life.HANDED_OUT_EARLY) and intake.boxed:
        changes["fills"] = {n: f for n, f in state.fills.items() if f.intake != intake.id}
    elif record.state in UNRESOLVED:
        changes["fills"] = _fill_with(state, intake.id, doubted=record.state)
    return changes


def _fill_with(state: State, served: IntakeId, /, **changes: str) -> dict[int, Fill]:
    fill = state.fill_of(served)
    return {**state.fills, fill.compartment: replace(fill, **changes)} if fill else state.fills


# -- everything else -----------------------------------------------------------------------------------------------


def _carried_out(state: State, body: e.CommandCarriedOut, moment: Moment) -> Changes:
    """R14: its id is kept as long as it could be carried out again, by a time somebody vouches for."""
    remembered = {i: expires for i, expires in state.commands.items() if expires > moment.wall or not moment.trusted}
    return dict(commands={**remembered, body.id: body.expires})


def _plan_accepted(state: State, body: e.PlanAccepted, moment: Moment) -> Changes:
    """An urgent stop stands until a plan that was issued after it. The newest: none waits behind it."""
    stops = {o: issued for o, issued in state.stops.items() if issued >= body.plan.issued}
    return dict(plan=body.plan, plan_changed=_ours_since(state, body.plan, moment), stops=stops, next_plan=None)


def _ours_since(state: State, plan: Plan, moment: Moment) -> Moment:
    """From when the plan is ours to serve: one that waited, from its time on; of one that comes while nobody knows the
    time no more is known than when it was issued. Until a day was planned the first of them counts (R11)."""
    if state.planned_day is None and state.plan_changed is not None:
        return state.plan_changed
    begins, before = max(plan.valid_from, plan.issued), state.next_plan
    if not moment.trusted and before and before.valid_from < plan.issued:  # that one's time had come, and nobody knew
        return replace(moment, wall=before.valid_from, boot="")
    if not moment.trusted:
        return replace(moment, wall=begins)
    waited = before is not None and before.version == plan.version
    late = max(moment.wall - begins, timedelta()) if waited else timedelta()
    return replace(moment, wall=moment.wall - late, monotonic_s=moment.monotonic_s - late.total_seconds())


def _as_needed_asked(state: State, body: e.AsNeededAsked, moment: Moment) -> Changes:
    assert state.plan is not None
    asked, fill = body.asked, replace(state.fills[body.compartment], intake=body.asked.id)
    record = Record(asked, Life.DUE, moment, before=Life.DUE, planned_by=state.plan.version)
    return dict(records={**state.records, asked.id: record}, fills={**state.fills, body.compartment: fill})


def _day_planned(state: State, body: e.DayPlanned, moment: Moment) -> Changes:
    assert state.plan is not None
    last = max(body.day, state.planned_day or body.day)
    oldest = last - timedelta(days=KEEP_DAYS)
    alarms = {a: alarm for a, alarm in state.alarms.items() if alarm.alive or alarm.raised_at.wall.date() > oldest}
    alive = {alarm.intake for alarm in alarms.values() if alarm.alive}
    listed, version = {i.id: i for i in body.intakes}, state.plan.version
    records = {i: Record(intake, Life.PLANNED, moment, planned_by=version) for i, intake in listed.items()}
    for i, record in state.records.items():
        if record.intake.day == body.day and record.state in PLANNED_AGAIN:
            records[i] = _planned_again(record, listed.get(i), version, moment)
        elif record.intake.day > oldest or i in listed or i in alive or _matters_until(record) > oldest:
            records[i] = record
    return dict(records=records, alarms=alarms, planned_day=last, plan_changed=None)


def _matters_until(record: Record) -> date:
    """Past its day: given late, as long as half of a planned gap reaches from then (R2); unsettled, for ever."""
    if record.promise is not None or not record.final or record.state not in FINAL:
        return date.max
    given = record.handed_at.wall if record.handed_at else record.intake.at
    return (given + (given - record.intake.at)).date()


PLANNED_AGAIN = (Life.PLANNED, Life.DUE, Life.WITHHELD, Life.WITHDRAWN, Life.PARTLY_TAKEN)


def _planned_again(record: Record, intake: Intake | None, version: int, moment: Moment) -> Record:
    """As the plan now has it; partly taken stays what it is, and a latest time a named person gave stays."""
    if intake is None or record.state is Life.PARTLY_TAKEN:
        return replace(record, planned_by=version)
    if record.released:
        intake = replace(record.intake, doses=intake.doses)
    return replace(record, intake=intake, planned_by=version, final=record.final and intake.latest_at <= moment.wall)


def _filled(state: State, body: e.CompartmentFilled, moment: Moment) -> Changes:
    fill = Fill(body.compartment, body.intake, body.doses, body.contents_mg, body.plan_version)
    items = {**state.items, **dict(_learnt(state, body))}
    return dict(fills={**state.fills, body.compartment: fill}, filling=None, items=items)


def _learnt(state: State, body: e.CompartmentFilled) -> Iterator[tuple[str, Item]]:
    """Only what was scanned, counted and weighed teaches a weight; what two persons say otherwise, begins anew."""
    medicines = {d.ordination: d.medicine for d in body.doses}
    for n in body.counted:
        if n.item:
            new = Item(medicines[n.ordination])
            known = state.items.get(n.item, new)
            if known.medicine != new.medicine or not known.weighs(n.quantity, n.weight_mg):
                known = new
            if n.weight_mg is not None and n.weight_mg > RESOLUTION_MG:  # less may be nothing at all
                known = replace(known, quantity=known.quantity + n.quantity, weight_mg=known.weight_mg + n.weight_mg)
            yield n.item, known


def _filling_begun(state: State, body: e.FillingBegun, moment: Moment) -> Changes:
    going = state.filling
    if going and going.id == body.filling:
        return dict(filling=replace(going, pulses=body.number))
    return dict(filling=Filling(body.filling, body.compartment, body.intake, body.weight_before_mg, moment))


def _filling_ended(state: State, body: e.FillingEnded, moment: Moment) -> Changes:
    going = state.filling
    if going is None or body.empty:
        return dict(filling=None)
    left = Fill(going.compartment, going.intake, (), None, 0, doubted=body.reason)
    return dict(filling=None, fills={**state.fills, going.compartment: left})


def _fill_doubted(state: State, body: e.FillDoubted | e.FillVerified, moment: Moment) -> Changes:
    doubted = body.reason if isinstance(body, e.FillDoubted) else ""
    fill = replace(state.fills[body.compartment], doubted=doubted)
    return dict(fills={**state.fills, body.compartment: fill})


def _lid_opened(state: State, body: e.LidOpened, moment: Moment) -> Changes:
    during = _during(state, opened_at=moment, shut_at=None, asked_at=None) if body.intake is not None else {}
    going = state.filling
    if going and going.compartment == body.compartment:
        during["filling"] = replace(going, opened=True)
    since = state.lids_open_since or moment
    return {"open_lids": state.open_lids | {body.compartment}, "lids_open_since": since, **during}


def _lid_closed(state: State, body: e.LidClosed, moment: Moment) -> Changes:
    during = _during(state, shut_at=moment) if body.intake is not None else {}
    lids = state.open_lids - {body.compartment}
    return {"open_lids": lids, "lids_open_since": state.lids_open_since if lids else None, **during}


def _opening_requested(state: State, body: e.OpeningRequested, moment: Moment) -> Changes:
    fill = state.fill_of(body.intake)
    opening = Opening(
        body.opening, body.intake, body.compartment, body.weight_before_mg, body.expected_mg,
        pieces=sum(ceil(d.quantity) for d in fill.doses) if fill else 1, early=bool(body.early_by),
    )  # fmt: skip
    return dict(opening=opening)


def _during(state: State, **changes: Any) -> Changes:
    return dict(opening=state.opening and replace(state.opening, **changes))


def _released(state: State, body: e.IntakeReleased, moment: Moment) -> Changes:
    """A named person verified the contents with it."""
    return dict(fills=_fill_with(state, body.intake, doubted=""))


def _window_ended(state: State, body: e.WindowEnded, moment: Moment) -> Changes:
    return dict(records={**state.records, body.intake: replace(state.records[body.intake], final=True)})


def _corrected(state: State, body: e.IntakeCorrected, moment: Moment) -> Changes:
    record = state.records[body.intake]
    handed = record.handed_at or (moment if body.state in _GONE else None)  # R2: a named person says it was taken
    record = replace(record, corrected=body.state, handed_at=handed)
    return dict(records={**state.records, body.intake: record})


def _promised(state: State, body: e.IntakePromised | e.IntakeHandedBack, moment: Moment) -> Changes:
    promise = Promise(body.by, body.give_by) if isinstance(body, e.IntakePromised) else None
    record = replace(state.records[body.intake], promise=promise)
    return dict(records={**state.records, body.intake: record})


_GONE = (Life.TAKEN, Life.PARTLY_TAKEN, Life.GIVEN_BY_STAFF, Life.TAKEN_ELSEWHERE)


def _alarm_raised(state: State, body: e.AlarmRaised, moment: Moment) -> Changes:
    alarm = Alarm(
        id=body.alarm, code=body.code, criticality=body.criticality, raised_at=moment, moved_at=moment,
        seq=state.seq + 1, intake=body.intake, compartment=body.compartment, can_open=body.can_open,
    )  # fmt: skip
    return dict(alarms={**state.alarms, body.alarm: alarm})


def _alarm(state: State, alarm: str, **changes: Any) -> Changes:
    return dict(alarms={**state.alarms, alarm: replace(state.alarms[alarm], **changes)})


_STEPS: dict[type[e.Body], Callable[[State, Any, Moment], Changes]] = {
    e.CommandCarriedOut: _carried_out,
    e.KeyAccepted: lambda s, b, m: dict(keys=(*s.keys, b)),
    e.PlanAccepted: _plan_accepted,
    e.PlanAwaited: lambda s, b, m: dict(next_plan=b.plan),
    e.OrdinationsStopped: lambda s, b, m: dict(stops={**s.stops, **dict.fromkeys(b.ordinations, b.issued)}),
    e.LeaveBegun: lambda s, b, m: dict(leave=b.leave),
    e.LeaveEnded: lambda s, b, m: dict(leave=None),
    e.AsNeededAsked: _as_needed_asked,
    e.DayPlanned: _day_planned,
    e.CompartmentFilled: _filled,
    e.CompartmentEmptied: lambda s, b, m: dict(fills={n: f for n, f in s.fills.items() if n != b.compartment}),
    e.FillingBegun: _filling_begun,
    e.FillingEnded: _filling_ended,
    e.FillDoubted: _fill_doubted,
    e.FillVerified: _fill_doubted,
    e.LidOpened: _lid_opened,
    e.LidClosed: _lid_closed,
    e.OpeningRequested: _opening_requested,
    e.PulseRequested: lambda s, b, m: _during(s, pulses=b.number, pulsed_at=m),
    e.WordAsked: lambda s, b, m: _during(s, asked_at=m),
    e.IntakeReleased: _released,
    e.WindowEnded: _window_ended,
    e.IntakePromised: _promised,
    e.IntakeHandedBack: _promised,
    e.IntakeCorrected: _corrected,
    e.AlarmRaised: _alarm_raised,
    e.AlarmEscalated: lambda s, b, m: _alarm(s, b.alarm, level=b.level, moved_at=m),
    e.AlarmAcknowledged: lambda s, b, m: _alarm(s, b.alarm, seen_by=b.by),
    e.AlarmEnded: lambda s, b, m: _alarm(s, b.alarm, ended=True),
    e.ClockDoubted: lambda s, b, m: dict(clock_doubted=True),
    e.ClockTrusted: lambda s, b, m: dict(clock_doubted=False),
    e.JournalDoubted: lambda s, b, m: dict(journal_doubted=True),
    e.JournalConfirmed: lambda s, b, m: dict(journal_doubted=False),
    e.MainsLost: lambda s, b, m: dict(mains=False),
    e.MainsRestored: lambda s, b, m: dict(mains=True, stopping=False),
    e.PoweredOff: lambda s, b, m: dict(stopping=True),
    e.Booted: lambda s, b, m: dict(stopping=False, commissioned=b.commissioned),
    e.DeviceLost: lambda s, b, m: dict(lost=s.lost | {b.device}),
    e.DeviceBack: lambda s, b, m: dict(lost=s.lost - {b.device}),
}
