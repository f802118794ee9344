"""Where it is decided that a dose may be opened: every rule, one small function each, all of them asked every time.

A rule answers None (no objection) or its `Reason`. `may_open` returns every reason there is; only when there is none
does `decide` write the intent. Nothing else in the project energises a lock.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from msgspec import Struct

from hub.domain import events as e
from hub.domain.intake import Dose, Intake, Life, Moment
from hub.domain.interval import interval_left, most_taken
from hub.domain.reading import Sensed
from hub.domain.refusal import Reason
from hub.domain.state import Record, State


class Box(Struct, frozen=True, kw_only=True):
    """What the rules about any lock look at."""

    state: State
    sensed: Sensed


class Request(Box, frozen=True, kw_only=True):
    """What the rules about an intake's lock look at."""

    record: Record
    moment: Moment
    early: bool


def may_open(state: State, record: Record, moment: Moment, sensed: Sensed, early: bool = False) -> tuple[Reason, ...]:
    """Every reason why this intake's compartment may not be opened now; empty when it may."""
    request = Request(state=state, record=record, moment=moment, sensed=sensed, early=early)
    return tuple(dict.fromkeys(reason for rule in RULES if (reason := rule(request)) is not None))


def may_unlock(state: State, sensed: Sensed) -> tuple[Reason, ...]:
    """R12: every reason why no lock at all may be given a pulse now."""
    box = Box(state=state, sensed=sensed)
    return tuple(reason for rule in LOCKS if (reason := rule(box)) is not None)


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


def most_is_not_taken(r: Request) -> Reason | None:
    """R2: as needed is not without end."""
    return Reason.MOST_TAKEN if most_taken(r.state, r.record.intake, r.moment) else None


def citizen_is_at_home(r: Request) -> Reason | None:
    """H27, H33: while somebody else has the medicine, the box does not give it as well."""
    return Reason.ON_LEAVE if r.state.away(r.moment.wall) else None


def nobody_else_gives_it(r: Request) -> Reason | None:
    """R9: a named person is on the way with it."""
    return Reason.PROMISED if r.record.promise else None


def lids_are_shut(r: Box) -> Reason | None:
    """R12: every lid sensed shut; a lid nobody can see is not shut."""
    if e.Device.LIDS in r.state.lost:  # back a moment ago is not back: a loose plug comes and goes
        return Reason.LIDS_UNSEEN
    return Reason.LID_OPEN if r.state.open_lids or r.sensed.open_lids != frozenset() else None


def locks_are_off(r: Box) -> Reason | None:
    """R12, H13: while one may be on by itself no other one is put on."""
    return None if r.sensed.locks_off else Reason.LOCK_NOT_OFF


def no_other_opening(r: Box) -> Reason | None:
    """R12: one lock at a time; and none when the box is about to put itself off (H21)."""
    busy = r.state.opening or r.state.filling or r.state.stopping
    return Reason.ANOTHER_OPENING if busy else None


def board_is_commissioned(r: Box) -> Reason | None:
    """R12, H34: a lock that nobody has seen open its own lid may open another one's."""
    return None if r.state.commissioned else Reason.NOT_COMMISSIONED


def weight_is_stable(r: Box) -> Reason | None:
    """R12, R13: an unstable reading is no reading."""
    if r.sensed.reading is None or e.Device.SCALE in r.state.lost:
        return Reason.SCALE_MISSING
    return None if r.sensed.reading.stable else Reason.WEIGHT_UNSTABLE


def fill_is_right(r: Request) -> Reason | None:
    """R7, R8: the compartment holds exactly the doses of this intake as the plan now is, and they are vouched for."""
    return cannot_serve(r.state, r.record.intake) or (None if r.record.intake.boxed else Reason.NOTHING_BOXED)


def journal_is_whole(r: Request) -> Reason | None:
    """R11: what may have been forgotten may have been handed out."""
    return Reason.JOURNAL if r.state.journal_doubted else None


LOCKS: tuple[Callable[[Box], Reason | None], ...] = (
    board_is_commissioned, lids_are_shut, locks_are_off, no_other_opening, weight_is_stable,
)  # fmt: skip
RULES: tuple[Callable[[Request], Reason | None], ...] = (
    clock_is_trusted, journal_is_whole, intake_is_waiting, window_is_open, interval_is_kept,
    most_is_not_taken, citizen_is_at_home, nobody_else_gives_it, *LOCKS, fill_is_right,
)  # fmt: skip


def cannot_serve(state: State, intake: Intake) -> Reason | None:
    """Why the intake cannot be had: one dose of it is stopped (R8), or the compartments as they are filled do not
    serve it (R7). None when they can, or need not."""
    if any(d.ordination in state.stops for d in intake.doses):
        return Reason.STOPPED
    if not intake.boxed:
        return None
    fill = state.fill_of(intake.id)
    if fill is None:
        return Reason.NOT_FILLED
    if fill.doubted:
        return Reason.FILL_DOUBTED
    return None if contents(fill.doses) == contents(intake.boxed) else Reason.CONTENTS_CHANGED


def contents(doses: Iterable[Dose]) -> list[tuple[str, str, str]]:
    """Ordinations, packages and quantities, comparable."""
    return sorted((d.ordination, d.drug_id, str(d.quantity.normalize())) for d in doses)
