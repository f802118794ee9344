"""Planning home days: what each asks for, and what a change of plan makes of what is known already (R2, R6, H7)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain import events as e
from hub.domain.alarms import about, alarm
from hub.domain.apply import PLANNED_AGAIN
from hub.domain.intake import Intake, Life, Moment
from hub.domain.interval import beyond, taken_off, waited
from hub.domain.may_open import contents
from hub.domain.plan import Criticality, Plan
from hub.domain.refusal import Reason
from hub.domain.schedule import home_day, intakes_of, to_utc
from hub.domain.state import Record, State

CATCH_UP_DAYS = 7  # days without power that are told one by one; `apply.KEEP_DAYS` is longer


def days(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """Home days to be planned, or planned again: what each now asks for, and what follows for what is known of it."""
    plan = state.plan
    if plan is None:
        return
    last = _last_planned(state, plan, moment)
    for day in _days_to_plan(state, plan, last, moment):
        if last and day > last + timedelta(days=1):  # R11: never in silence
            yield alarm(e.AlarmCode.NOT_TAKEN, f"{last}--{day}", Criticality.HIGH)
        yield from _day(state, plan, day, moment)


def _last_planned(state: State, plan: Plan, moment: Moment) -> date | None:
    """The last home day that was planned; or, for a first plan, the one before it was ours to serve."""
    if state.planned_day or state.plan_changed is None:
        return state.planned_day
    return home_day(plan, _began(state.plan_changed, moment)) - timedelta(days=1)


def _began(told: Moment, moment: Moment) -> datetime:
    """Within a boot the time that has passed is known, and with it when that was; else what is told of it."""
    return max(told.wall, moment.wall - waited(told, moment)) if told.boot == moment.boot else told.wall


def _days_to_plan(state: State, plan: Plan, last: date | None, moment: Moment) -> list[date]:
    """The next home day not yet planned: after days without power, or without the time, each of them is told, not just
    today. Then what waits and was planned by another plan than the one in force, on whichever day (R6, H7)."""
    today = home_day(plan, moment.wall)
    if last is not None and last < today:
        return [max(last + timedelta(days=1), today - timedelta(days=CATCH_UP_DAYS))]
    if state.plan_changed:
        before = today - timedelta(days=1)
        new = any(_still_to_come(plan, i, moment) and i.id not in state.records for i in intakes_of(plan, before))
        return [before, today] if new and state.planned_day else [today]
    waiting = (r for r in state.records.values() if r.state in PLANNED_AGAIN and not r.final)
    return [r.intake.day for r in waiting if r.planned_by != plan.version][:1]


def _day(state: State, plan: Plan, day: date, moment: Moment) -> Iterator[e.AnyBody]:
    today = home_day(plan, moment.wall)
    behind = state.planned_day is not None and day > state.planned_day
    since = min(plan.valid_from, _began(state.plan_changed, moment)) if state.plan_changed else plan.valid_from
    first = day == today or state.planned_day is None
    intakes = tuple(i for i in intakes_of(plan, day)
                    if i.id in state.records or behind or (first and i.at >= since)
                    or _still_to_come(plan, i, moment))  # fmt: skip
    yield e.DayPlanned(day=day, intakes=intakes)
    planned = {i.id: i for i in intakes}
    for record in state.records.values():
        if record.intake.day == day:
            yield from _planned_again(record, planned.get(record.intake.id), moment)
    over = beyond(state, plan, to_utc(today, time(), ZoneInfo(plan.settings.zone)))
    for intake, known in taken_off(state, over, (i for i in intakes if moment.wall < i.latest_at)):
        if known is None or known.reason != Reason.HANDED_OUT or known.state is not Life.WITHHELD:
            yield e.IntakeWithheld(intake=intake.id, reason=Reason.HANDED_OUT)
            yield alarm(e.AlarmCode.WITHHELD, intake.id, intake.criticality, intake)


def _still_to_come(plan: Plan, intake: Intake, moment: Moment) -> bool:
    """A slot of last night's that a new plan brings after midnight."""
    return intake.at >= plan.valid_from and intake.latest_at > moment.wall


def _planned_again(record: Record, asked: Intake | None, moment: Moment) -> Iterator[e.AnyBody]:
    """What is no longer planned is withdrawn and told like a miss; what is left of a changed one stays where it is."""
    intake, waits = record.intake.id, not record.final
    if record.state is Life.PARTLY_TAKEN and waits:
        if asked is None or contents(asked.doses) != contents(record.intake.doses):
            yield e.WindowEnded(intake=intake)
            yield about(record, e.AlarmCode.PARTLY_TAKEN)
    elif asked is None and record.state in PLANNED_AGAIN and record.state is not Life.WITHDRAWN and waits:
        yield e.IntakeWithdrawn(intake=intake, reason="plan_changed")
        if record.state is not Life.WITHHELD and not record.intake.as_needed:  # that was told, this is nobody's plan
            yield about(record, e.AlarmCode.WITHDRAWN)
    elif asked and record.state is Life.WITHDRAWN and moment.wall < asked.latest_at and record.handed_at is None:
        yield e.IntakeRestored(intake=intake)  # but for what was given in hospital, for all we know
