"""How alarms are made: one cause, one name, so that it is raised once while it lives (R9)."""

from hub.domain import events as e
from hub.domain.intake import Intake
from hub.domain.plan import Criticality
from hub.domain.state import Record, State

# By what it stops. Without lids, locks or scale nothing can be handed out (R12, R13); a reminder nobody hears is a dose
# missed, and mains nobody watches a box that goes off without a word.
DEVICE_CRITICALITY = dict.fromkeys(e.Device, Criticality.LOW)
DEVICE_CRITICALITY |= dict.fromkeys((e.Device.LIDS, e.Device.LOCKS, e.Device.SCALE), Criticality.HIGH)
DEVICE_CRITICALITY |= dict.fromkeys((e.Device.SOUNDER, e.Device.POWER), Criticality.MEDIUM)


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


def over(state: State, code: e.AlarmCode, subject: str = "hub") -> list[e.AnyBody]:
    """The technical cause of an alarm about the hub itself, or a part of it, is over, seen or not (R9)."""
    found = state.alarms.get(f"{code}/{subject}")
    return [e.AlarmEnded(alarm=found.id)] if found and not found.ended else []


def uncertain(record: Record, reason: str) -> list[e.AnyBody]:
    """Nobody can say what became of it; staff must look."""
    return [e.IntakeUncertain(intake=record.intake.id, reason=reason), about(record, e.AlarmCode.UNCERTAIN)]
