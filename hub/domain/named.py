"""What named persons do: fill, resolve, promise, correct, acknowledge, agree on leave. Who they are, the desk knows."""

from collections.abc import Callable
from datetime import timedelta

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.alarms import about, alarm
from hub.domain.intake import IntakeId, Life, Moment
from hub.domain.leave import LeaveKind
from hub.domain.life import FINAL, TABLE
from hub.domain.plan import Criticality
from hub.domain.refusal import Reason, known, refuse_if
from hub.domain.state import Record, State

RELEASE_MAX = timedelta(hours=12)  # a named person's "until" lies within this


def resolve(command: c.Resolve, state: State, moment: Moment) -> e.Bodies:
    record = known(state, command.intake)
    refuse_if((command.outcome not in _RESOLUTIONS, Reason.NO_SUCH))
    body = _RESOLUTIONS[command.outcome](command, record)
    theirs = record.state in _CITIZENS and command.outcome is not Life.GIVEN_BY_STAFF
    again = record.corrected is not None and command.outcome is Life.DUE  # what reads "taken" is not given time
    refuse_if((type(body) not in TABLE[record.state] or theirs or again, Reason.NOT_NOW))
    if isinstance(body, e.IntakeReleased):
        refuse_if((not moment.wall < body.latest_at <= moment.wall + RELEASE_MAX, Reason.LATEST_WRONG))
    return [body, *_seen(state, command.intake, command.by)]


def _seen(state: State, intake: IntakeId, by: str) -> e.Bodies:
    """Who sees to an intake has its alarms."""
    return [e.AlarmAcknowledged(alarm=a.id, by=by) for a in state.living_alarms() if a.intake == intake]


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


def correct(command: c.Correct, state: State, moment: Moment) -> e.Bodies:
    """An overlay on what is final; the journal keeps both."""
    refuse_if((not {known(state, command.intake).state, command.state} <= FINAL, Reason.NOT_NOW))
    return [e.IntakeCorrected(intake=command.intake, state=command.state, by=command.by, reason=command.reason)]


def promise(command: c.Promise, state: State, moment: Moment) -> e.Bodies:
    """ "I will give it" (R9): the box keeps it locked until then, and longer, until a word comes."""
    record = known(state, command.intake)
    refuse_if(
        (e.IntakeGivenByStaff not in TABLE[record.state], Reason.NOT_NOW),
        (not moment.wall < command.give_by <= moment.wall + RELEASE_MAX, Reason.LATEST_WRONG),
    )
    promised = e.IntakePromised(intake=command.intake, by=command.by, give_by=command.give_by)
    return [promised, *_seen(state, command.intake, command.by)]


def hand_back(command: c.HandBack, state: State, moment: Moment) -> e.Bodies:
    """Not given after all. What can no longer be opened at home is somebody else's to see to, at once."""
    record = known(state, command.intake)
    refuse_if((record.promise is None, Reason.NOT_NOW))
    back: e.Bodies = [e.IntakeHandedBack(intake=command.intake, by=command.by)]
    waits = record.state in (Life.PLANNED, Life.DUE) and not record.final
    return back if waits else [*back, about(record, e.AlarmCode.NOT_GIVEN)]


def begin_leave(command: c.BeginLeave, state: State, moment: Moment) -> e.Bodies:
    """H27: with an end, and for a weekend with somebody who has said yes. Hospital comes before any other, and when it
    ends nobody knows (H33)."""
    leave, hospital = command.leave, command.leave.kind is LeaveKind.HOSPITAL
    other = state.leave and (not hospital or state.leave.kind is LeaveKind.HOSPITAL)
    begins = max(leave.begins_at, moment.wall)
    longest = LEAVE_MAX.get(leave.kind, timedelta())
    lasts = leave.ends_at and begins < leave.ends_at and leave.ends_at - leave.begins_at <= longest
    refuse_if(
        (other, Reason.ALREADY),
        (begins - moment.wall > AHEAD_MAX or (leave.ends_at if hospital else not lasts), Reason.LATEST_WRONG),
        (leave.kind is LeaveKind.WEEKEND and not leave.responsible, Reason.STAFF_ONLY),
    )
    ended = [e.LeaveEnded(leave=state.leave.id, by=leave.by)] if state.leave else []
    return [*ended, e.LeaveBegun(leave=leave)]


AHEAD_MAX = timedelta(days=366)
LEAVE_MAX = {LeaveKind.OUTING: timedelta(hours=24), LeaveKind.WEEKEND: timedelta(days=7)}


def end_leave(command: c.EndLeave, state: State, moment: Moment) -> e.Bodies:
    """Home again. After hospital only staff say so, no fill is vouched for until it was looked at, and what was
    withheld and could still be had is a named person's to decide on: it may have been given there (H33, R2)."""
    refuse_if((state.leave is None, Reason.NO_SUCH))
    assert state.leave is not None
    hospital = state.leave.kind is LeaveKind.HOSPITAL
    begun = state.away(moment.wall) is not None  # a touch on an old screen takes no leave back that is agreed upon
    refuse_if((hospital and not command.named, Reason.STAFF_ONLY), (not command.named and not begun, Reason.NOT_NOW))
    fills = [n for n, f in state.fills.items() if hospital and not f.doubted]
    doubts = [e.FillDoubted(compartment=n, reason=LeaveKind.HOSPITAL) for n in fills]
    held = (r for r in state.records.values() if r.reason == LeaveKind.HOSPITAL and r.state is Life.WITHHELD)
    told = [about(r, e.AlarmCode.WITHHELD) for r in held if moment.wall < r.intake.latest_at]
    return [e.LeaveEnded(leave=state.leave.id, by=command.by), *doubts, *told]


def acknowledge(command: c.Acknowledge, state: State, moment: Moment) -> e.Bodies:
    found = state.alarms.get(command.alarm)
    refuse_if((found is None, Reason.NO_SUCH), (found and found.seen_by is not None, Reason.ALREADY))
    return [e.AlarmAcknowledged(alarm=command.alarm, by=command.by)]


def doubt_journal(command: c.DoubtJournal, state: State, moment: Moment) -> e.Bodies:
    if state.journal_doubted:
        return []
    raised = alarm(e.AlarmCode.JOURNAL, "hub", Criticality.HIGH)
    return [e.JournalDoubted(reason=command.reason), raised]


def confirm_journal(command: c.ConfirmJournal, state: State, moment: Moment) -> e.Bodies:
    refuse_if((not state.journal_doubted, Reason.NOT_NOW))
    living = [a.id for a in state.living_alarms() if a.code is e.AlarmCode.JOURNAL]
    return [e.JournalConfirmed(by=command.by), *(e.AlarmAcknowledged(alarm=a, by=command.by) for a in living)]


def park(command: c.Park, state: State, moment: Moment) -> e.Bodies:
    refuse_if((not 1 <= command.seq <= state.seq, Reason.NO_SUCH))
    parked = e.EventParked(lane=command.lane, seq=command.seq, reason=command.reason)
    return [parked, alarm(e.AlarmCode.PARKED, str(command.seq), Criticality.LOW)]


def ask_machine(command: c.AskMachine, state: State, moment: Moment) -> e.Bodies:
    """Not while an opening is under way, or a filling: a reboot in it would leave a dose uncertain (R1, R7)."""
    refuse_if((state.opening or state.filling, Reason.ANOTHER_OPENING))
    return [e.MachineAsked(verb=command.verb, by=command.by)]
