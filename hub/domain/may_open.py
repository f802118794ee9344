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
from hub.domain.schedule import amounts, substances
from hub.domain.state import Record, State


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
    moment: Moment
    sensed: Sensed
    early: bool


def may_open(state: State, record: Record, moment: Moment, sensed: Sensed, early: bool = False) -> tuple[Reason, ...]:
    """Every reason why this intake's compartment may not be opened now; empty when it may."""
    request = Request(state, record, moment, sensed, early)
    return tuple(dict.fromkeys(reason for rule in RULES if (reason := rule(request)) is not None))


def clock_is_trusted(r: Request) -> Reason | None:
    """R5: no unlocking on a time nobody vouches for."""
    return Reason.CLOCK if r.state.clock_doubted or not r.moment.trusted else None


def intake_is_waiting(r: Request) -> Reason | None:
    """R2: a planned intake is opened once; again only for what is left of itself, and not over a correction."""
    if r.record.final:
        return Reason.TOO_LATE
    if r.record.corrected is not None:
        return Reason.NOT_NOW
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
    return cannot_serve(r.state, r.record.intake) if r.record.intake.boxed else Reason.NOTHING_BOXED


def journal_is_whole(r: Request) -> Reason | None:
    """R11: what may have been forgotten may have been handed out."""
    return Reason.JOURNAL if r.state.journal_doubted else None


RULES: tuple[Callable[[Request], Reason | None], ...] = (
    clock_is_trusted, journal_is_whole, intake_is_waiting, window_is_open, interval_is_kept,
    lids_are_shut, no_other_opening, weight_is_stable, fill_is_right,
)  # fmt: skip


def cannot_serve(state: State, intake: Intake) -> Reason | None:
    """Why the compartments as they are filled cannot serve the intake (R7); None when they can, or need not."""
    if not intake.boxed:
        return None
    fill = state.fill_of(intake.id)
    if fill is None:
        return Reason.NOT_FILLED
    if fill.doubted:
        return Reason.FILL_DOUBTED
    return None if contents(fill.doses) == contents(intake.boxed) else Reason.CONTENTS_CHANGED


def interval_left(state: State, intake: Intake, now: Moment) -> timedelta:
    """How long until this intake is far enough from every other one of the same substance; zero or less: it is."""
    waits = (_needed(intake, other.intake, shared) - since
             for other, shared, since in _others(state, intake, now))  # fmt: skip
    return max(waits, default=timedelta())


def waited(then: Moment, now: Moment) -> timedelta:
    """Time as patience counts it (tries, questions, silence): a stepped or doubted clock neither stops nor feeds it."""
    if then.boot == now.boot:
        return timedelta(seconds=now.monotonic_s - then.monotonic_s)
    return now.wall - then.wall if then.trusted and now.trusted else timedelta(seconds=now.monotonic_s)


def elapsed(then: Moment, now: Moment) -> timedelta:
    """Time that has surely passed (R2): the lesser of wall and monotonic within a boot; across boots, trusted wall,
    or what this boot has lasted."""
    return min(now.wall - then.wall, waited(then, now)) if then.boot == now.boot else waited(then, now)


def _others(state: State, intake: Intake, now: Moment) -> Iterator[tuple[Record, list[Dose], timedelta]]:
    """Other intakes possibly handed out of a shared ordination or substance, the doses that have a say in how far
    away they must be, and how long ago it was. What was handed out early may be taken this very moment."""
    mine, ours = amounts(intake.doses).keys(), {d.ordination for d in intake.doses}
    for other in state.records.values():
        if other.intake.id != intake.id and other.handed_at is not None:
            common = mine & amounts(other.intake.doses).keys()
            theirs = (d for d in other.intake.doses if d.ordination not in ours)
            if shared := [d for d in (*intake.doses, *theirs) if substances(d) & common]:
                early = other.state is Life.HANDED_OUT_EARLY
                yield other, shared, timedelta() if early else elapsed(other.handed_at, now)


def _needed(intake: Intake, other: Intake, shared: Iterable[Dose]) -> timedelta:
    """The plan's interval; where it is silent, half of the planned gap."""
    half_gap = abs(intake.at - other.at) / 2
    return max(half_gap if d.interval_min is None else timedelta(minutes=d.interval_min) for d in shared)


def contents(doses: Iterable[Dose]) -> list[tuple[str, str, str]]:
    """Ordinations, packages and quantities, comparable."""
    return sorted((d.ordination, d.drug_id, str(d.quantity.normalize())) for d in doses)
