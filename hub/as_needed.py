"""What the screen is told of a medicine as needed: whether one dose can be had now, else from when. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain.decide import decide
from hub.domain.intake import Dose, Intake, Moment
from hub.domain.interval import DAY, interval_left, most_taken
from hub.domain.plan import OrdinationId
from hub.domain.reading import Sensed
from hub.domain.refusal import Reason, Refusal
from hub.domain.schedule import home_day, to_utc
from hub.domain.state import State

MINUTE = timedelta(minutes=1)
AHEAD = timedelta(days=2)  # what is possible only later than this is not told
STEPS = 100  # each goes to the next time at which something ends; a clock nobody vouches for may never get there


def refusals(state: State, ordination: OrdinationId, moment: Moment, sensed: Sensed) -> tuple[Reason, ...]:
    """Every reason why a touch would be refused now; the core itself is asked."""
    result = decide(state, c.AskAsNeeded(ordination, "", sensed), moment)
    return result.reasons if isinstance(result, Refusal) else ()


def possible_at(state: State, dose: Dose, moment: Moment) -> datetime | None:
    """When interval and most let one more be had, in UTC, a whole minute; None: not within `AHEAD`."""
    then, last = moment, moment.wall + AHEAD
    for _ in range(STEPS):
        if then.wall > last:
            return None
        asked = Intake("", then.wall.date(), "", then.wall, then.wall, then.wall, (dose,))
        wait = interval_left(state, asked, then)
        if wait <= timedelta() and not most_taken(state, asked, then):
            return _whole_minute(then.wall)
        then = _after(then, wait if wait > timedelta() else _next_end(state, dose, then) - then.wall)
    return None


def _next_end(state: State, dose: Dose, then: Moment) -> datetime:
    """A day is over, at home or since one of its substance was handed out."""
    assert state.plan is not None
    tomorrow = to_utc(home_day(state.plan, then.wall) + timedelta(days=1), time(), ZoneInfo(state.plan.settings.zone))
    records = state.records.values()
    ends = (r.handed_at.wall + DAY for r in records if r.handed_at and r.intake.substances & dose.substances)
    return min(end for end in (tomorrow, *ends) if end > then.wall)


def _after(then: Moment, wait: timedelta) -> Moment:
    return replace(then, wall=then.wall + wait, monotonic_s=then.monotonic_s + wait.total_seconds())


def _whole_minute(at: datetime) -> datetime:
    """Never too early, and the same from one second to the next."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + MINUTE
