"""What lamp and sounder should be doing now: derived from state and moment, so a restart takes it up again (R3)."""

from datetime import datetime, timedelta

from msgspec import Struct

from hub.domain.intake import Life, Moment
from hub.domain.plan import Criticality
from hub.domain.state import Record, State

REMIND_EVERY = timedelta(minutes=5)
_RANK = list(Criticality).index


class Outputs(Struct, frozen=True):
    """`opening`: the one under way, "" for none. `lamp`: the compartment to light. `tone`: which reminder to sound;
    `beat` names it, so it sounds once."""

    opening: str = ""
    lamp: int | None = None
    tone: Criticality | None = None
    beat: str = ""


def outputs(state: State, moment: Moment) -> Outputs:
    """The lamp of the opening under way, or the reminder of the most critical that is due and not put off. Nobody is
    called in an empty home, nor to what a named person is on the way with, nor to what they may want or not."""
    if state.opening is not None:
        return Outputs(opening=state.opening.id, lamp=state.opening.compartment)
    calling = [r for r in state.records.values() if _calls(r) and moment.wall >= _since(r)]
    if not calling or state.away(moment.wall):
        return Outputs()
    record = max(calling, key=lambda r: _RANK(r.intake.criticality))
    beat = (moment.wall - _since(record)) // REMIND_EVERY
    return Outputs(tone=record.intake.criticality, beat=f"{record.intake.id}/{_since(record).isoformat()}/{beat}")


def _calls(record: Record) -> bool:
    return record.state is Life.DUE and record.promise is None and not record.intake.as_needed


def _since(record: Record) -> datetime:
    """When its reminder begins: at its time, or when it was put off to."""
    return max(record.intake.at, record.snoozed_until or record.intake.at)
