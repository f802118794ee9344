"""What the compartments, as they are filled, serve under a plan: which intakes cannot be had, what locks (R7, R8)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from hub.domain.intake import AS_NEEDED, Intake, IntakeId, Life
from hub.domain.may_open import cannot_serve, contents
from hub.domain.plan import OrdinationId, Plan
from hub.domain.refusal import Reason
from hub.domain.schedule import as_needed_dose, as_needed_on, home_day, intakes_of
from hub.domain.state import Fill, State
from hub.domain.touches import AS_NEEDED_WINDOW


class Lock(Struct, frozen=True):
    """A compartment that would serve what it was filled for under one plan, and under another does not."""

    compartment: int
    intake: IntakeId  # what it was filled for; one dose as needed: "as-needed/" and its ordination
    at: datetime | None  # when that is to be taken, or was by the plan before; None as needed
    why: Reason  # contents_changed, no_such (no longer asked for), nothing_boxed or too_late
    ordinations: tuple[OrdinationId, ...]  # on whose account


def filled(state: State, plan: Plan) -> Iterator[Intake]:
    """The plan's intakes for which a compartment is filled, the first first."""
    days = {day_of(f.intake) for f in state.fills.values() if not f.intake.startswith(AS_NEEDED)}
    return (i for day in sorted(days) for i in intakes_of(plan, day) if state.fill_of(i.id))


def not_served(state: State, intakes: Iterable[Intake], wall: datetime) -> Iterator[Intake]:
    """Which of these intakes wait and cannot be had: the compartments as they are filled do not serve them."""
    for intake in intakes:
        record = state.records.get(intake.id)
        waits = record is None or record.state in (Life.PLANNED, Life.DUE)
        if waits and intake.latest_at > wall and cannot_serve(state, intake):
            yield intake


def locks(before: State, after: State, wall: datetime) -> Iterator[Lock]:
    """The compartments that serve what they hold under `before`'s plan and not under `after`'s, as of `wall`. Whatever
    is in the way under both (not vouched for, over) locks nothing anew; an open one finishes under its plan (R6)."""
    opening = before.opening.compartment if before.opening else None
    for number, fill in sorted(before.fills.items()):
        was, asked = _asked(before, fill, wall), _asked(after, fill, wall)
        why = _objection(after, asked, fill, wall)
        if number != opening and why and _objection(before, was, fill, wall) is None:
            at = asked or was
            assert at is not None
            planned = not at.as_needed
            yield Lock(number, at.id, at.at if planned else None, why, _on_account_of(fill, asked))


def _asked(state: State, fill: Fill, wall: datetime) -> Intake | None:
    """What the plan asks of the compartment: the intake it was filled for, or a dose as needed, as if asked for now."""
    plan = state.plan
    assert plan is not None
    if not fill.doses:  # nobody knows what lies there
        return None
    if all(d.most is None for d in fill.doses):
        return next((i for i in intakes_of(plan, day_of(fill.intake)) if i.id == fill.intake), None)
    wanted, day = fill.doses[0].ordination, home_day(plan, wall)
    found = next((o for o in plan.ordinations if o.id == wanted and as_needed_on(o, day)), None)
    dose = as_needed_dose(found) if found else None
    return Intake(AS_NEEDED + wanted, day, "", wall, wall, wall + AS_NEEDED_WINDOW, (dose,)) if dose else None


def _objection(state: State, asked: Intake | None, fill: Fill, wall: datetime) -> Reason | None:
    """Why the compartment cannot be had for what it holds: `cannot_serve`, of it alone, and that it is asked for."""
    if asked is None:
        return Reason.NO_SUCH
    record = state.records.get(asked.id)
    if (record.intake if record and record.released else asked).latest_at <= wall:
        return Reason.TOO_LATE
    alone = replace(state, fills={fill.compartment: replace(fill, intake=asked.id)})
    return cannot_serve(alone, asked) if asked.boxed else Reason.NOTHING_BOXED


def _on_account_of(fill: Fill, asked: Intake | None) -> tuple[OrdinationId, ...]:
    """Whose part is another than what the compartment holds; of all in it, where none is."""
    held, wanted = Counter(contents(fill.doses)), Counter(contents(asked.boxed if asked else ()))
    other = {ordination for ordination, _, _ in (held - wanted) + (wanted - held)}
    return tuple(sorted(other or {d.ordination for d in fill.doses}))


def day_of(intake: IntakeId) -> date:
    return date.fromisoformat(intake.split("/", 1)[0])
