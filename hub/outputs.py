"""What lamp and sounder should be doing now: derived from state and moment, so a restart takes it up again (R3)."""

from datetime import timedelta

from msgspec import Struct

from hub.domain.intake import Life, Moment
from hub.domain.plan import Criticality
from hub.domain.state import State

REMIND_EVERY = timedelta(minutes=5)


class Outputs(Struct, frozen=True):
    """`lamp`: the compartment to light. `tone`: which reminder to sound; `beat` names it, so it sounds once."""

    lamp: int | None = None
    tone: Criticality | None = None
    beat: str = ""


def outputs(state: State, moment: Moment) -> Outputs:
    """The lamp of the opening under way, and the reminder of what is due and not put off."""
    if state.opening is not None:
        return Outputs(lamp=state.opening.compartment)
    for record in state.records.values():
        since = max(record.intake.at, record.snoozed_until or record.intake.at)
        if record.state is Life.DUE and moment.wall >= since:
            beat = (moment.wall - since) // REMIND_EVERY
            return Outputs(tone=record.intake.criticality, beat=f"{record.intake.id}/{since.isoformat()}/{beat}")
    return Outputs()
