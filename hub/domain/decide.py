"""`decide`: what a command brings about, as event bodies, or a `Refusal` with every reason. Pure; changes nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import singledispatch

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.due import about, alarm, due, over
from hub.domain.intake import Intake, Life, Moment, most_critical
from hub.domain.life import FINAL, TABLE
from hub.domain.may_open import Reason, Refusal, cannot_serve, interval_left, may_open
from hub.domain.plan import Criticality, Plan, Verdict
from hub.domain.reading import Sensed, unmoved
from hub.domain.schedule import intakes_of
from hub.domain.state import Opening, Record, State

Bodies = list[e.AnyBody]
RELEASE_MAX = timedelta(hours=12)  # a named person's "until" lies within this


def decide(state: State, command: c.Command, moment: Moment) -> Bodies | Refusal:
    """The events `command` brings about in `state` at `moment`; an empty list when nothing follows.

    An alarm that is alive already is not raised again.
    """
    try:
        bodies = _decide(command, state, moment)
    except _Refused as refused:
        return refused.refusal
    alive = {a.id for a in state.living_alarms()}
    return [b for b in bodies if not (isinstance(b, e.AlarmRaised) and b.alarm in alive)]


class _Refused(Exception):
    """Left by a rule that says no."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        self.refusal = Refusal(reasons)


def _refuse_if(*objections: tuple[object, Reason]) -> None:
    """Refuse with the reason of each objection that holds."""
    if reasons := tuple(reason for holds, reason in objections if holds):
        raise _Refused(reasons)


def _known(state: State, intake: str) -> Record:
    _refuse_if((intake not in state.records, Reason.NO_SUCH))
    return state.records[intake]


def _in(states: tuple[Life, ...], state: State, intake: str) -> Record:
    record = _known(state, intake)
    _refuse_if((record.final, Reason.TOO_LATE))
    _refuse_if((record.state not in states, Reason.NOT_NOW))
    return record


@singledispatch
def _decide(command: c.Command, state: State, moment: Moment) -> Bodies:
    raise TypeError(f"no rule for {type(command).__name__}")


# -- time and devices ----------------------------------------------------------------------------------------------


@_decide.register
def _tick(command: c.Tick, state: State, moment: Moment) -> Bodies:
    sensed = command.sensed
    lids = state.open_lids if sensed.open_lids is None else sensed.open_lids
    moved = sorted(lids ^ state.open_lids)
    if moved:  # an edge was lost: what is sensed now counts
        return _move_lid(c.MoveLid(moved[0], moved[0] in lids), state, moment)
    if sensed.mains is not None and sensed.mains is not state.mains:
        return _mains(state, sensed.mains)
    return due(state, moment, sensed.reading)


def _mains(state: State, mains: bool) -> Bodies:
    if not mains:
        return [e.MainsLost(), alarm(e.AlarmCode.MAINS_LOST, "hub", Criticality.LOW)]
    return [e.MainsRestored(), *over(state, e.AlarmCode.MAINS_LOST)]


@_decide.register
def _boot(command: c.Boot, state: State, moment: Moment) -> Bodies:
    bodies: Bodies = [e.Booted(release=command.release)]
    opening = state.opening
    if opening is not None:
        bodies += _recover(opening, state, command.sensed)
    lids = state.open_lids if command.sensed.open_lids is None else command.sensed.open_lids
    for lid in sorted(lids - state.open_lids):
        bodies += _lid_without_opening(lid, state, opening)
    return bodies + [e.LidClosed(compartment=lid, intake=None) for lid in sorted(state.open_lids - lids)]


def _recover(opening: Opening, state: State, sensed: Sensed) -> Bodies:
    """R1: the process died inside an opening. No effects are replayed; only what is sensed now decides."""
    record = state.records[opening.intake]
    equal = unmoved(opening.weight_before_mg, opening.expected_mg, sensed.reading)
    if record.state is Life.OPENING and sensed.open_lids == frozenset() and equal:
        return [e.OpeningAbandoned(intake=opening.intake, opening=opening.id)]
    if record.state is Life.OPEN and sensed.open_lids == state.open_lids == frozenset({opening.compartment}):
        return []  # still open
    return _uncertain(record, "restart_during_opening")


def _uncertain(record: Record, reason: str) -> Bodies:
    return [e.IntakeUncertain(intake=record.intake.id, reason=reason), about(record, e.AlarmCode.UNCERTAIN)]


@_decide.register
def _move_lid(command: c.MoveLid, state: State, moment: Moment) -> Bodies:
    n, opening = command.compartment, state.opening
    if (n in state.open_lids) is command.is_open:
        return []
    ours = opening is not None and opening.compartment == n
    if not command.is_open:
        return [e.LidClosed(compartment=n, intake=opening.intake if opening and ours else None)]
    if opening and ours:
        return [e.LidOpened(compartment=n, intake=opening.intake)]
    bodies = _lid_without_opening(n, state, opening)
    if opening is not None:  # R12: with two lids open nobody knows what came from where
        bodies += _uncertain(state.records[opening.intake], "another_lid_opened")
    return bodies


def _lid_without_opening(compartment: int, state: State, opening: Opening | None) -> Bodies:
    """A lid nobody was asked to open: staff's key, force or a fault (R7, H23)."""
    bodies: Bodies = [e.LidOpened(compartment=compartment, intake=None)]
    fill = state.fills.get(compartment)
    if fill is not None and not (opening and opening.compartment == compartment):
        record = state.records.get(fill.intake)
        if opening and record and not record.final and e.IntakeUncertain in TABLE[record.state]:  # R12: both
            bodies += _uncertain(record, "another_lid_opened")
        elif not fill.doubted:
            bodies.append(e.FillDoubted(compartment=compartment, reason="lid_opened"))
        bodies.append(alarm(e.AlarmCode.TAMPER, str(compartment), most_critical(fill.doses), compartment=compartment))
    return bodies


@_decide.register
def _pulse_ended(command: c.PulseEnded, state: State, moment: Moment) -> Bodies:
    opening = state.opening
    if command.problem is None or opening is None or opening.id != command.opening or opening.opened_at:
        return []
    return [e.PulseFailed(intake=opening.intake, opening=opening.id, number=command.number, reason=command.problem)]


# -- the plan --------------------------------------------------------------------------------------------------------


@_decide.register
def _offer_plan(command: c.OfferPlan, state: State, moment: Moment) -> Bodies:
    """R6: refused whole, with every reason, and the running one untouched; or accepted and its consequences told."""
    plan, reasons = command.plan, list(command.problems)
    if plan is not None and state.plan is not None:
        if plan.version == state.plan.version and plan.digest == state.plan.digest:
            return []
        if plan.version <= state.plan.version:
            reasons.append(f"version {plan.version} is not newer than {state.plan.version}")
    if plan is not None and plan.valid_from > moment.wall:
        reasons.append(f"valid from {plan.valid_from.isoformat()}, which is not yet")
    if plan is None or reasons:
        version = plan.version if plan else None
        refused = e.PlanRefused(version=version, digest=command.digest, reasons=tuple(reasons))
        return [refused, alarm(e.AlarmCode.PLAN_REFUSED, command.digest[:12], Criticality.MEDIUM)]
    return [e.PlanAccepted(plan=plan), *_not_understood(state, plan), *_not_served(state, plan, moment)]


def _not_understood(state: State, plan: Plan) -> Bodies:
    """R6: outside the box, told by name; as critical as it was if it was inside before."""
    inside = {o.id: o.criticality for o in state.plan.ordinations} if state.plan else {}
    return [
        alarm(e.AlarmCode.NOT_UNDERSTOOD, f"{plan.version}/{o.id}", inside.get(o.id, Criticality.LOW))
        for o in plan.outside
        if o.verdict is Verdict.NOT_UNDERSTOOD
    ]


def _not_served(state: State, plan: Plan, moment: Moment) -> Bodies:
    """R7: the first intake the compartments can no longer serve is an alarm at once, not when it is due."""
    days = {i.intake.day for i in state.records.values()} | {_day_of(f.intake) for f in state.fills.values()}
    for day in sorted(days):
        for intake in intakes_of(plan, day):
            fill, record = state.fill_of(intake.id), state.records.get(intake.id)
            waiting = record is None or record.state in (Life.PLANNED, Life.DUE)
            if fill and waiting and intake.latest_at > moment.wall and cannot_serve(state, intake):
                return [alarm(e.AlarmCode.CANNOT_SERVE, intake.id, intake.criticality, intake)]
    return []


def _day_of(intake: str) -> date:
    return date.fromisoformat(intake.split("/", 1)[0])


# -- the citizen -----------------------------------------------------------------------------------------------------


@_decide.register
def _request_opening(command: c.RequestOpening, state: State, moment: Moment) -> Bodies:
    """R1: intent and first pulse, committed together before anything moves."""
    record = _known(state, command.intake)
    reasons = may_open(state, record, moment, command.sensed, early=command.early_by is not None)
    fill, reading = state.fill_of(command.intake), command.sensed.reading
    if reasons or fill is None or reading is None:
        raise _Refused(reasons)
    partly = record.state is Life.PARTLY_TAKEN
    return [
        e.OpeningRequested(
            intake=command.intake, opening=command.opening, compartment=fill.compartment,
            weight_before_mg=reading.weight_mg,
            expected_mg=record.remaining_mg if partly else fill.contents_mg, early_by=command.early_by,
        ),
        e.PulseRequested(intake=command.intake, opening=command.opening, compartment=fill.compartment, number=1),
    ]  # fmt: skip


@_decide.register
def _snooze(command: c.Snooze, state: State, moment: Moment) -> Bodies:
    record = _in((Life.DUE,), state, command.intake)
    assert state.plan is not None
    until = moment.wall + timedelta(minutes=state.plan.settings.snooze_min)
    _refuse_if((until >= record.intake.latest_at, Reason.TOO_LATE))
    return [e.IntakeSnoozed(intake=command.intake, until=until)]


@_decide.register
def _decline(command: c.Decline, state: State, moment: Moment) -> Bodies:
    record = _in((Life.DUE,), state, command.intake)
    declined: Bodies = [e.IntakeDeclined(intake=command.intake, reason=command.reason)]
    if record.intake.criticality is Criticality.HIGH:  # H41
        declined.append(about(record, e.AlarmCode.DECLINED, can_open=True))
    return declined


@_decide.register
def _change_mind(command: c.ChangeMind, state: State, moment: Moment) -> Bodies:
    _in((Life.DECLINED,), state, command.intake)
    return [e.DeclineWithdrawn(intake=command.intake)]


@_decide.register
def _say(command: c.Say, state: State, moment: Moment) -> Bodies:
    """The citizen's word: when asked after an opening, for what is only reminded, or for one handed out early."""
    record = _in(_WORD_IN, state, command.intake)
    if record.state in (Life.TAKEN, Life.MISSED):
        _refuse_if((not record.early or command.all_taken is (record.state is Life.TAKEN), Reason.ALREADY))
        return _uncertain(record, "answers_clash")
    if record.state in _BY_WORD:  # boxed is not taken by word alone; only reminded keeps to its interval too (R2)
        _refuse_if((record.intake.boxed, Reason.NOT_NOW))
        _refuse_if((interval_left(state, record.intake, moment) > timedelta(), Reason.INTERVAL))
    asked = state.opening is not None and state.opening.asked_at is not None
    _refuse_if((record.state is Life.PARTLY_TAKEN and not command.all_taken, Reason.ALREADY))
    _refuse_if((record.state is Life.OPEN and not asked, Reason.NOT_NOW))
    if command.all_taken:
        return [e.IntakeTaken(intake=command.intake, evidence=e.Evidence.SELF)]
    if record.state is Life.HANDED_OUT_EARLY:
        return [e.IntakeMissed(intake=command.intake), about(record, e.AlarmCode.NOT_TAKEN)]
    return [e.IntakePartlyTaken(intake=command.intake, evidence=e.Evidence.SELF)]


_BY_WORD = (Life.DUE, Life.PARTLY_TAKEN)
_WORD_IN = (*_BY_WORD, Life.OPEN, Life.HANDED_OUT_EARLY, Life.TAKEN, Life.MISSED)


@_decide.register
def _say_taken_elsewhere(command: c.SayTakenElsewhere, state: State, moment: Moment) -> Bodies:
    record = _in((Life.PLANNED, Life.DUE), state, command.intake)
    return [e.IntakeTakenElsewhere(intake=command.intake), about(record, e.AlarmCode.TAKEN_ELSEWHERE)]


@_decide.register
def _ask_for_help(command: c.AskForHelp, state: State, moment: Moment) -> Bodies:
    _refuse_if((any(a.code is e.AlarmCode.HELP for a in state.living_alarms()), Reason.ALREADY))
    return [alarm(e.AlarmCode.HELP, str(state.seq + 1), Criticality.MEDIUM)]


# -- staff, by name --------------------------------------------------------------------------------------------------


@_decide.register
def _fill(command: c.FillCompartment, state: State, moment: Moment) -> Bodies:
    """R7: one intake a compartment, one compartment an intake, and only while the compartment was empty."""
    record = state.records.get(command.intake)
    planned = record.intake if record else _planned(state, command.intake)
    if planned is None or state.plan is None:
        raise _Refused((Reason.NO_SUCH,))
    _refuse_if(
        (command.compartment in state.fills or state.fill_of(command.intake), Reason.OCCUPIED),
        (not planned.boxed, Reason.NOTHING_BOXED),
        (record and (record.final or record.state not in (Life.PLANNED, Life.DUE, Life.WITHHELD)), Reason.NOT_NOW),
    )
    return [
        e.CompartmentFilled(
            compartment=command.compartment, intake=command.intake, doses=planned.boxed,
            contents_mg=command.contents_mg, plan_version=state.plan.version, by=command.by,
        )
    ]  # fmt: skip


def _planned(state: State, intake: str) -> Intake | None:
    if state.plan is None:
        return None
    try:
        return next((i for i in intakes_of(state.plan, _day_of(intake)) if i.id == intake), None)
    except (ValueError, OverflowError):  # no such day, or one at the end of all calendars
        return None


@_decide.register
def _empty(command: c.EmptyCompartment, state: State, moment: Moment) -> Bodies:
    n, opening = command.compartment, state.opening
    _refuse_if((n not in state.fills, Reason.NO_SUCH), (opening and opening.compartment == n, Reason.ANOTHER_OPENING))
    return [e.CompartmentEmptied(compartment=n, by=command.by)]


@_decide.register
def _resolve(command: c.Resolve, state: State, moment: Moment) -> Bodies:
    record = _known(state, command.intake)
    _refuse_if((command.outcome not in _RESOLUTIONS, Reason.NO_SUCH))
    body = _RESOLUTIONS[command.outcome](command, record)
    theirs = record.state in _CITIZENS and command.outcome is not Life.GIVEN_BY_STAFF
    again = record.corrected is not None and command.outcome is Life.DUE  # what reads "taken" is not given time
    _refuse_if((type(body) not in TABLE[record.state] or theirs or again, Reason.NOT_NOW))
    if isinstance(body, e.IntakeReleased):
        _refuse_if((not moment.wall < body.latest_at <= moment.wall + RELEASE_MAX, Reason.LATEST_WRONG))
    seen = [e.AlarmAcknowledged(alarm=a.id, by=command.by) for a in state.living_alarms() if a.intake == command.intake]
    return [body, *seen]


def _due_again(command: c.Resolve, record: Record) -> e.AnyBody:
    if record.state is Life.HANDED_OUT_EARLY:
        return e.IntakePutBack(intake=command.intake, by=command.by)
    latest = command.latest_at or record.intake.latest_at
    return e.IntakeReleased(intake=command.intake, by=command.by, latest_at=latest)


_RESOLUTIONS: dict[Life, Callable[[c.Resolve, Record], e.AnyBody]] = {
    Life.DUE: _due_again,
    Life.TAKEN: lambda r, _: e.IntakeTaken(intake=r.intake, evidence=e.Evidence.STAFF, by=r.by),
    Life.MISSED: lambda r, _: e.IntakeMissed(intake=r.intake, by=r.by),
    Life.GIVEN_BY_STAFF: lambda r, _: e.IntakeGivenByStaff(intake=r.intake, by=r.by),
}
_CITIZENS = (Life.PLANNED, Life.DUE, Life.OPENING, Life.OPEN, Life.PARTLY_TAKEN)  # not staff's to say taken or missed


@_decide.register
def _correct(command: c.Correct, state: State, moment: Moment) -> Bodies:
    """An overlay on what is final; the journal keeps both."""
    _refuse_if((not {_known(state, command.intake).state, command.state} <= FINAL, Reason.NOT_NOW))
    return [e.IntakeCorrected(intake=command.intake, state=command.state, by=command.by, reason=command.reason)]


@_decide.register
def _acknowledge(command: c.Acknowledge, state: State, moment: Moment) -> Bodies:
    known = state.alarms.get(command.alarm)
    again = command.command in state.commands or (known and known.seen_by is not None)
    _refuse_if((known is None, Reason.NO_SUCH), (again, Reason.ALREADY))
    return [e.AlarmAcknowledged(alarm=command.alarm, by=command.by, command=command.command)]


@_decide.register
def _doubt_journal(command: c.DoubtJournal, state: State, moment: Moment) -> Bodies:
    if state.journal_doubted:
        return []
    raised = alarm(e.AlarmCode.JOURNAL, "hub", Criticality.HIGH)
    return [e.JournalDoubted(reason=command.reason), raised]


@_decide.register
def _confirm_journal(command: c.ConfirmJournal, state: State, moment: Moment) -> Bodies:
    _refuse_if((not state.journal_doubted, Reason.NOT_NOW))
    living = [a.id for a in state.living_alarms() if a.code is e.AlarmCode.JOURNAL]
    return [e.JournalConfirmed(by=command.by), *(e.AlarmAcknowledged(alarm=a, by=command.by) for a in living)]


@_decide.register
def _park(command: c.Park, state: State, moment: Moment) -> Bodies:
    _refuse_if((not 1 <= command.seq <= state.seq, Reason.NO_SUCH))
    parked = e.EventParked(lane=command.lane, seq=command.seq, reason=command.reason)
    return [parked, alarm(e.AlarmCode.PARKED, str(command.seq), Criticality.LOW)]
