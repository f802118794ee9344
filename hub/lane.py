"""How urgently the municipality must have each kind of event."""

from enum import StrEnum
from typing import get_args

from hub.domain import events as e


class Lane(StrEnum):
    """The order in which the municipality gets things."""

    ALARMS = "alarms"
    CLINICAL = "clinical"
    REST = "rest"


_ALARMS = (e.AlarmRaised, e.AlarmEscalated, e.AlarmAcknowledged, e.AlarmEnded)
_REST = (
    e.Booted, e.ClockDoubted, e.ClockTrusted, e.TimeSet, e.MarkLowered, e.MachineAsked, e.KeyAccepted,
    e.CommandCarriedOut, e.JournalDoubted, e.JournalConfirmed, e.MainsLost, e.MainsRestored, e.DeviceLost,
    e.DeviceBack, e.SelfTested, e.EventParked, e.DayPlanned, e.PlanAccepted, e.PlanAwaited, e.PlanRefused, e.PoweredOff,
)  # fmt: skip
LANE: dict[type[e.Body], Lane] = {
    body: Lane.ALARMS if body in _ALARMS else Lane.REST if body in _REST else Lane.CLINICAL
    for body in get_args(e.AnyBody)
}
