"""R10, purely: what should have been heard by now and was not. The gateway knows the plan and needs no hub for it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hub.domain.intake import Intake
from hub.domain.plan import Criticality
from hub.domain.schedule import home_day, intakes_of
from sync.gateway.alarms import Found
from sync.gateway.heartbeats import Heard
from sync.gateway.hubs import Held
from sync.gateway.orders import Sent
from sync.gateway.outcomes import DoseOutcome
from sync.gateway.told import Away

GRACE = timedelta(minutes=15)  # after the latest time, for the outcome to get here
DAYS_BACK = 7
PLAN_WAIT = timedelta(minutes=30)  # a plan sent this long ago is running at home, or somebody looks (R6)
STOP_WAIT = timedelta(minutes=5)  # an urgent stop the hub has not carried out by then is for a human to carry there
MISSING_OUTCOME, NO_CONTACT, PLAN_NOT_RUNNING = "missing_outcome", "no_contact", "plan_not_running"
STOP_NOT_DONE = "stop_not_done"
CODES = (MISSING_OUTCOME, NO_CONTACT, PLAN_NOT_RUNNING, STOP_NOT_DONE)


class Now(NamedTuple):
    """The clock of the deadlines, and the machine's own."""

    at: datetime
    real_s: float


class Silence(NamedTuple):
    """How long a hub may be silent: by both clocks, so that a jump of one alone is no silence."""

    limit: timedelta
    real_s: float


def days_to_look(plans: Sequence[Held], now: datetime, standing: frozenset[str]) -> list[date]:
    """The home days whose intakes must be answered for: the last week's, and those of alarms that still stand."""
    if not plans:
        return []
    today = home_day(plans[-1].plan, now)
    first = max(today - timedelta(days=DAYS_BACK), home_day(plans[0].plan, plans[0].put_at) - timedelta(days=1))
    week = {first + timedelta(days=n) for n in range((today - first).days + 1)}
    return sorted(week | {date.fromisoformat(intake.partition("/")[0]) for intake in standing})


def expected(plans: Sequence[Held], day: date) -> Iterator[Intake]:
    """The day's intakes, each under the plan that was in force at its time, and here before its time was over."""
    for held in plans:
        yield from (intake for intake in intakes_of(held.plan, day) if _in_force(plans, intake) is held)


def missing_outcomes(
    plans: Sequence[Held],
    answers: Mapping[str, Sequence[DoseOutcome]],
    days: Sequence[date],
    now: datetime,
    in_hospital: Sequence[Away] = (),
) -> list[Found]:
    """An alarm for each intake whose time is over by `GRACE` and of which some dose has no outcome.

    Not where the citizen was in hospital when its window opened: others gave it, and a box that was switched off
    meanwhile is no news (H33). Any other leave answers for nothing: what nobody gave there must be heard of.
    """
    return [
        Found(f"{MISSING_OUTCOME}/{intake.id}", MISSING_OUTCOME, intake.criticality, intake.id)
        for day in days
        for intake in expected(plans, day)
        if not any(away.covers(intake.opens_at) for away in in_hospital)
        and now >= _latest(intake, answers.get(intake.id, ())) + GRACE
        and not _answered(intake, answers.get(intake.id, ()))
    ]


def no_contact(last: Heard | None, admitted_at: datetime, now: Now, silence: Silence) -> list[Found]:
    """An alarm where the hub has not been heard for too long."""
    quiet = now.at - (last.at if last else admitted_at)
    really_quiet = last is None or now.real_s - last.real_s >= silence.real_s
    if quiet >= silence.limit and really_quiet:
        return [Found(NO_CONTACT, NO_CONTACT, Criticality.HIGH)]
    return []


def plan_not_running(plans: Sequence[Held], last: Heard | None, now: datetime) -> list[Found]:
    """ "Home runs v6, sent v7" (R6), or does not even have it, where its time has not come. A hub that is silent
    altogether has an alarm for that."""
    if not plans or last is None or now < plans[-1].put_at + PLAN_WAIT or last.at < plans[-1].put_at:
        return []
    sent, begins = plans[-1].plan.version, plans[-1].plan.valid_from
    waits = last.body.next_plan_version == sent and (now < begins + PLAN_WAIT or last.at < begins)
    if last.body.plan_version == sent or waits:
        return []
    return [Found(f"{PLAN_NOT_RUNNING}/{sent}", PLAN_NOT_RUNNING, Criticality.HIGH)]


def stops_not_done(stops: Sequence[Sent], plans: Sequence[Held], last: Heard | None, now: datetime) -> list[Found]:
    """An alarm for each urgent stop the hub has not carried out, whatever it said, unless a plan issued later runs."""
    running = next((h.plan for h in plans if last and h.plan.version == last.body.plan_version), None)
    return [
        Found(f"{STOP_NOT_DONE}/{stop.id}", STOP_NOT_DONE, Criticality.HIGH)
        for stop in stops
        if now >= stop.issued + STOP_WAIT and not (running and running.issued > stop.issued)
    ]


def _in_force(plans: Sequence[Held], intake: Intake) -> Held | None:
    for held in reversed(plans):
        if held.plan.valid_from <= intake.at and held.put_at < intake.latest_at:
            return held
    return None


def _latest(intake: Intake, known: Sequence[DoseOutcome]) -> datetime:
    """Its latest time; a named person's where it was released."""
    released = (dose.latest_at for dose in known if dose.latest_at and not dose.answered)
    return max((intake.latest_at, *released))


def _answered(intake: Intake, known: Sequence[DoseOutcome]) -> bool:
    told = {(dose.ordination, dose.ordinal) for dose in known if dose.answered}
    return all((dose.ordination, dose.ordinal) in told for dose in intake.doses)
