"""R2, all of it that counts time or amounts: never closer to another intake of the same ordination or substance than
the interval, never more as needed than the most, and never again what a change of plan asks for a second time.

That one intake is handed out once is its state (`life`, `may_open.intake_is_waiting`). What was possibly handed out,
and when, is `Record.handed_at`, which only `apply` sets.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.domain.intake import Dose, Intake, Life, Moment
from hub.domain.plan import Plan
from hub.domain.schedule import amounts, intakes_of
from hub.domain.state import Record, State

DAY = timedelta(hours=24)


def waited(then: Moment, now: Moment) -> timedelta:
    """Time as patience counts it (tries, questions, silence): a stepped or doubted clock neither stops nor feeds it."""
    if then.boot == now.boot:
        return timedelta(seconds=now.monotonic_s - then.monotonic_s)
    return now.wall - then.wall if then.trusted and now.trusted else timedelta(seconds=now.monotonic_s)


def elapsed(then: Moment, now: Moment) -> timedelta:
    """Time that has surely passed: the lesser of wall and monotonic within a boot; across boots, trusted wall, or what
    this boot has lasted."""
    return min(now.wall - then.wall, waited(then, now)) if then.boot == now.boot else waited(then, now)


def interval_left(state: State, intake: Intake, now: Moment) -> timedelta:
    """How long until this intake is far enough from every other one of the same substance; zero: it is."""
    return max((needed - since for needed, since in _others(state, intake, now)), default=timedelta())


def too_close(state: State, intake: Intake, now: Moment) -> bool:
    """Another intake pushes this one past its latest time."""
    wait = interval_left(state, intake, now)
    return wait > timedelta() and now.wall + wait >= intake.latest_at


def _others(state: State, intake: Intake, now: Moment) -> Iterator[tuple[timedelta, timedelta]]:
    """Of each other intake possibly handed out of a shared ordination or substance, how far away it must be, and how
    long ago it was. What was handed out early may be taken this very moment."""
    mine = intake.substances
    for other in state.records.values():
        if other.handed_at is None or mine.isdisjoint(other.intake.substances) or other.intake.id == intake.id:
            continue
        since = timedelta() if other.state is Life.HANDED_OUT_EARLY else elapsed(other.handed_at, now)
        if since < max(DAY, abs(intake.at - other.intake.at) / 2):  # longer is no interval, nor half a gap
            yield _needed(intake, other.intake), since


def _needed(intake: Intake, other: Intake) -> timedelta:
    """The longest interval of those the two share; where the plan is silent, an even share of the day for p.n., else
    half of the planned gap."""
    half_gap, common = abs(intake.at - other.at) / 2, intake.substances & other.substances
    ours = {d.ordination for d in intake.doses}
    theirs = (d for d in other.doses if d.ordination not in ours or d.most is not None)
    return max(
        timedelta(minutes=d.interval_min) if d.interval_min is not None else DAY / d.most if d.most else half_gap
        for d in (*intake.doses, *theirs)
        if d.substances & common
    )


def most_taken(state: State, intake: Intake, now: Moment) -> bool:
    """Whether a dose as needed is past its most: in the last 24 hours, or on this home day (25 hours in October).

    Everything of its substance that was possibly handed out counts, but for the fixed doses of its own ordination:
    beside those it was prescribed.
    """
    return any(dose.most is not None and _times(state, intake, dose, now) >= dose.most for dose in intake.doses)


def _times(state: State, intake: Intake, dose: Dose, now: Moment) -> int:
    zone = ZoneInfo(state.plan.settings.zone if state.plan else "UTC")
    today = now.wall.astimezone(zone).date()
    return sum(
        any(d.substances & dose.substances and (d.most is not None or d.ordination != dose.ordination)
            for d in other.intake.doses)
        for other in state.records.values()
        if other.handed_at is not None and other.intake.id != intake.id
        and (elapsed(other.handed_at, now) < DAY or other.handed_at.wall.astimezone(zone).date() == today)
    )  # fmt: skip


def beyond(state: State, plan: Plan, begun: datetime) -> Counter[str]:
    """What was possibly handed out since the home day began, beyond what the plan asks for at those same intakes.
    What was taken as needed is beside the plan, whichever it is."""
    over = Counter[str]()
    for r in state.records.values():
        if r.handed_at is not None and r.handed_at.wall >= begun and not r.intake.as_needed:
            asked = (i.doses for i in intakes_of(plan, r.intake.day) if i.id == r.intake.id)
            over += amounts(r.intake.doses) - amounts(next(asked, ()))
    return over


def taken_off(state: State, over: Counter[str], intakes: Iterable[Intake]) -> Iterator[tuple[Intake, Record | None]]:
    """Over a change of plan: which of the intakes still wait and ask again for what is `over`, the earliest first."""
    for intake in intakes:
        record, mine = state.records.get(intake.id), amounts(intake.doses)
        waits = record is None or (record.state in _HELD_BACK and not record.released and record.handed_at is None)
        if waits and any(over[substance] > 0 for substance in mine):
            over.subtract(mine)
            yield intake, record


_HELD_BACK = (Life.PLANNED, Life.DUE, Life.WITHHELD, Life.WITHDRAWN)
