"""Where it is decided that a dose may be opened: every rule, one small function each, all of them asked every time.

A rule answers None (no objection) or its `Reason`. `may_open` returns every reason there is; only when there is none
does `decide` write the intent. Nothing else in the project energises a lock.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from hub.domain.intake import Dose, Intake, Life, Moment
from hub.domain.reading import Sensed
from hub.domain.schedule import substances
from hub.domain.state import Fill, Record, State


class Reason(StrEnum):
    """Why something was refused; the screen and staff's command line have a sentence for each."""

    NO_SUCH = "no_such"
    NOT_NOW = "not_now"  # the intake is in a state where this cannot be done
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    INTERVAL = "interval"
    CLOCK = "clock"
    LID_OPEN = "lid_open"
    ANOTHER_OPENING = "another_opening"
    SCALE_MISSING = "scale_missing"
    WEIGHT_UNSTABLE = "weight_unstable"
    NOTHING_BOXED = "nothing_boxed"
    NOT_FILLED = "not_filled"
    FILL_DOUBTED = "fill_doubted"
    CONTENTS_CHANGED = "contents_changed"
    HANDED_OUT = "handed_out"
    JOURNAL = "journal"
    OCCUPIED = "occupied"
    LATEST_WRONG = "latest_wrong"
    ALREADY = "already"


class Refusal(Struct, frozen=True):
    """A command was understood and is not carried out; all reasons, never just the first."""

    reasons: tuple[Reason, ...]


class Request(Struct, frozen=True):
    """What the rules look at."""

    state: State
    record: Record
    fill: Fill | None
    moment: Moment
    sensed: Sensed
    early: bool


def may_open(state: State, record: Record, moment: Moment, sensed: Sensed, early: bool = False) -> tuple[Reason, ...]:
    """Every reason why this intake's compartment may not be opened now; empty when it may."""
    request = Request(state, record, state.fill_of(record.intake.id), moment, sensed, early)
    return tuple(dict.fromkeys(reason for rule in RULES if (reason := rule(request)) is not None))


def clock_is_trusted(r: Request) -> Reason | None:
    """R5: no unlocking on a time nobody vouches for."""
    return Reason.CLOCK if r.state.clock_doubted or not r.moment.trusted else None


def intake_is_waiting(r: Request) -> Reason | None:
    """R2: a planned intake is opened once; again only for what is left of itself."""
    if r.record.final:
        return Reason.TOO_LATE
    if r.early and r.record.state is Life.PLANNED:
        return None
    if r.record.state is Life.PLANNED:
        return Reason.TOO_EARLY
    if r.record.state in (Life.TAKEN, Life.HANDED_OUT_EARLY, Life.GIVEN_BY_STAFF, Life.TAKEN_ELSEWHERE):
        return Reason.HANDED_OUT
    return None if r.record.state in (Life.DUE, Life.PARTLY_TAKEN) else Reason.NOT_NOW


def window_is_open(r: Request) -> Reason | None:
    """H17: a missed dose does not stay reachable."""
    if r.moment.wall >= r.record.intake.latest_at:
        return Reason.TOO_LATE
    return Reason.TOO_EARLY if r.moment.wall < r.record.intake.opens_at and not r.early else None


def interval_is_kept(r: Request) -> Reason | None:
    """R2: never closer to another intake of the same ordination or substance than the interval."""
    return Reason.INTERVAL if interval_left(r.state, r.record.intake, r.moment) > timedelta() else None


def lids_are_shut(r: Request) -> Reason | None:
    """R12: every lid sensed shut; a lid nobody can see is not shut."""
    return Reason.LID_OPEN if r.state.open_lids or r.sensed.open_lids != frozenset() else None


def no_other_opening(r: Request) -> Reason | None:
    """R12: one lock at a time."""
    return Reason.ANOTHER_OPENING if r.state.opening else None


def weight_is_stable(r: Request) -> Reason | None:
    """R12, R13: an unstable reading is no reading."""
    if r.sensed.reading is None:
        return Reason.SCALE_MISSING
    return None if r.sensed.reading.stable else Reason.WEIGHT_UNSTABLE


def fill_is_right(r: Request) -> Reason | None:
    """R7, R8: the compartment holds exactly the doses of this intake as the plan now is, and they are vouched for."""
    if not r.record.intake.boxed:
        return Reason.NOTHING_BOXED
    if r.fill is None:
        return Reason.NOT_FILLED
    if r.fill.doubted:
        return Reason.FILL_DOUBTED
    return None if serves(r.fill, r.record.intake) else Reason.CONTENTS_CHANGED


def journal_is_whole(r: Request) -> Reason | None:
    """R11: what may have been forgotten may have been handed out."""
    return Reason.JOURNAL if r.state.journal_doubted else None


RULES: tuple[Callable[[Request], Reason | None], ...] = (
    clock_is_trusted,
    journal_is_whole,
    intake_is_waiting,
    window_is_open,
    interval_is_kept,
    lids_are_shut,
    no_other_opening,
    weight_is_stable,
    fill_is_right,
)


def serves(fill: Fill, intake: Intake) -> bool:
    """Whether the contents are exactly what the intake asks for: same ordinations, packages and quantities."""
    return _contents(fill.doses) == _contents(intake.boxed)


def interval_left(state: State, intake: Intake, now: Moment) -> timedelta:
    """How long until this intake is far enough from every other one of the same substance; zero or less: it is."""
    waits = (_needed(intake, other.intake, shared) - elapsed(other.handed_at, now)
             for other, shared in _others(state, intake) if other.handed_at)  # fmt: skip
    return max(waits, default=timedelta())


def elapsed(then: Moment, now: Moment) -> timedelta:
    """Time that has surely passed (R2): the lesser of wall and monotonic within a boot; across boots, trusted wall."""
    wall = now.wall - then.wall
    if then.boot == now.boot:
        return min(wall, timedelta(seconds=now.monotonic_s - then.monotonic_s))
    return wall if then.trusted and now.trusted else timedelta()


def _others(state: State, intake: Intake) -> Iterator[tuple[Record, list[Dose]]]:
    """Other intakes of a shared ordination or substance, with this intake's doses that share it."""
    for other in state.records.values():
        if other.intake.id != intake.id:
            theirs = frozenset[str]().union(*(substances(d) for d in other.intake.doses))
            shared = [d for d in intake.doses if substances(d) & theirs]
            if shared:
                yield other, shared


def _needed(intake: Intake, other: Intake, shared: Iterable[Dose]) -> timedelta:
    """The plan's interval; where it is silent, half of the planned gap."""
    half_gap = abs(intake.at - other.at) / 2
    return max(half_gap if d.interval_min is None else timedelta(minutes=d.interval_min) for d in shared)


def _contents(doses: Iterable[Dose]) -> list[tuple[str, str, str]]:
    return sorted((d.ordination, d.drug_id, str(d.quantity.normalize())) for d in doses)
