"""From a signed order to what the core is asked to do (R14). Who signed it is whoever the command names."""

from hub import documents as d
from hub.domain import commands as c
from hub.domain.intake import Life
from hub.domain.leave import Leave, LeaveKind


def command_of(signed: d.Command) -> c.Signed:
    """The core's command; ValueError where the order speaks of a state there is none of."""
    return c.Signed(signed.id, signed.by, signed.expires, _order(signed))


def _order(signed: d.Command) -> c.Command:
    by = signed.by
    match signed.order:
        case d.AcknowledgeAlarm() as o:
            return c.Acknowledge(o.alarm, by)
        case d.ResolveIntake() as o:
            return c.Resolve(o.intake, Life(o.outcome), by, o.latest_at)
        case d.CorrectIntake() as o:
            return c.Correct(o.intake, Life(o.state), by, o.reason)
        case d.GiveIntake() as o:
            return c.Promise(o.intake, o.give_by, by)
        case d.HandBackIntake() as o:
            return c.HandBack(o.intake, by)
        case d.BeginLeave() as o:
            leave = Leave(signed.id, LeaveKind(o.kind), o.begins_at, by, o.ends_at, o.responsible)
            return c.BeginLeave(leave)
        case d.EndLeave():
            return c.EndLeave(by, named=True)
