"""What lamp, sounder, voice and the screen's light should be doing now: derived from state and moment, so a restart
takes it up again (R3)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.domain.intake import Life, Moment
from hub.domain.plan import Criticality
from hub.domain.state import Record, State

REMIND_EVERY = timedelta(minutes=5)
SENTENCES = {"da": "Det er tid til din medicin."}  # no medicine's name: whoever is in the room hears it (R15)
NIGHT_FROM_H, NIGHT_TO_H = 22, 6  # as the screen has its night
DAY_PCT, NIGHT_PCT = 100, 25  # of the screen's light; in a dark room the night's colours are read at a quarter of it
_RANK = list(Criticality).index


class Outputs(Struct, frozen=True):
    """`opening`: the one under way, or the filling, "" for none. `lamp`: the compartment to light. `tone`: which
    reminder to sound; `beat` names it, so it sounds once. `say`: the sentence after it, "" for none. `light_pct`: the
    screen's."""

    opening: str = ""
    lamp: int | None = None
    tone: Criticality | None = None
    beat: str = ""
    say: str = ""
    light_pct: int = DAY_PCT


def outputs(state: State, moment: Moment) -> Outputs:
    """The lamp of the opening or filling under way, or the reminder of the most critical that is due and not put off.
    Nobody is called in an empty home, nor to what a named person is on the way with, nor to what they may want or not.
    The first call of each is spoken too. At night the screen is dim unless it calls."""
    if state.opening is not None:
        return Outputs(opening=state.opening.id, lamp=state.opening.compartment)
    if state.filling is not None:
        return Outputs(opening=state.filling.id, lamp=state.filling.compartment)
    calling = [r for r in state.records.values() if _calls(r) and moment.wall >= _since(r)]
    if not calling or state.away(moment.wall):
        return Outputs(light_pct=NIGHT_PCT if _is_night(state, moment) else DAY_PCT)
    record = max(calling, key=lambda r: _RANK(r.intake.criticality))
    beat = (moment.wall - _since(record)) // REMIND_EVERY
    return Outputs(
        tone=record.intake.criticality, beat=f"{record.intake.id}/{_since(record).isoformat()}/{beat}",
        say=_sentence(state) if beat == 0 else "",
    )  # fmt: skip


def _calls(record: Record) -> bool:
    return record.state is Life.DUE and record.promise is None and not record.intake.as_needed


def _sentence(state: State) -> str:
    return SENTENCES.get(state.plan.settings.language, "") if state.plan else ""


def _is_night(state: State, moment: Moment) -> bool:
    if state.plan is None or not moment.trusted:
        return False
    hour = moment.wall.astimezone(ZoneInfo(state.plan.settings.zone)).hour
    return hour >= NIGHT_FROM_H or hour < NIGHT_TO_H


def _since(record: Record) -> datetime:
    """When its reminder begins: at its time, or when it was put off to."""
    return max(record.intake.at, record.snoozed_until or record.intake.at)
