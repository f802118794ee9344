"""How alarms are made: one cause, one name, so that it is raised once while it lives (R9)."""

from hub.domain import events as e
from hub.domain.intake import Intake
from hub.domain.plan import Criticality
from hub.domain.state import Record, State


def alarm(
    code: e.AlarmCode, subject: str, criticality: Criticality, intake: Intake | None = None, can_open: bool = False,
    compartment: int | None = None,
) -> e.AlarmRaised:  # fmt: skip
    """An alarm about `subject`; the same cause has the same name, so it is raised once."""
    return e.AlarmRaised(
        alarm=f"{code}/{subject}", code=code, criticality=criticality, intake=intake.id if intake else None,
        can_open=can_open, compartment=compartment,
    )  # fmt: skip


def about(record: Record, code: e.AlarmCode, can_open: bool = False) -> e.AlarmRaised:
    """An alarm about an intake, as critical as its most critical dose (R8)."""
    return alarm(code, record.intake.id, record.intake.criticality, record.intake, can_open)


def over(state: State, code: e.AlarmCode) -> list[e.AnyBody]:
    """The technical cause of an alarm about the hub itself is over, seen or not (R9)."""
    return [e.AlarmEnded(alarm=a.id) for a in state.alarms.values() if a.code is code and not a.ended]


def uncertain(record: Record, reason: str) -> list[e.AnyBody]:
    """Nobody can say what became of it; staff must look."""
    return [e.IntakeUncertain(intake=record.intake.id, reason=reason), about(record, e.AlarmCode.UNCERTAIN)]
