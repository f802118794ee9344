"""What should happen now because time has passed, and when to look again. Derived anew each time, never queued (R3).

`due` looks at the whole state and the moment; a restart, a clock step or a plan change needs no repair here. It
returns at most one step for each thing; the loop asks again until there is none.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from hub.domain import events as e
from hub.domain.intake import Intake, Life, Moment
from hub.domain.may_open import Reason, elapsed, interval_left, serves
from hub.domain.plan import Criticality, Plan
from hub.domain.reading import Reading, Removed, removed
from hub.domain.schedule import home_day, intakes_of
from hub.domain.state import Opening, Record, State

PULSES = 3  # tries to open a lid before the intake is withheld (R1, H12)
PULSE_WAIT = timedelta(seconds=3)  # a lid that has not moved by then gets another pulse
SETTLE_S = 1.0  # the cell has had this long after the lid shut before a reading counts
WEIGH_WAIT = timedelta(seconds=10)  # a scale not stable by then is unsure (R13)
ESCALATE = {
    Criticality.HIGH: timedelta(minutes=10),
    Criticality.MEDIUM: timedelta(minutes=30),
    Criticality.LOW: timedelta(hours=2),
}  # silence this long goes one level up (R9)
LEVELS = 3
CATCH_UP_DAYS = 7  # days without power that are told one by one; `apply.KEEP_DAYS` is longer
LOOK_AGAIN = timedelta(minutes=1)
_LOOK_SOON = timedelta(seconds=1)


def due(state: State, moment: Moment, reading: Reading | None) -> list[e.AnyBody]:
    """The events that this moment brings, in order."""
    if not moment.trusted or state.clock_doubted:  # R5: nothing follows from a time nobody vouches for
        return [*_clock(state, moment), *_opening(state, moment, reading), *_escalations(state, moment)]
    return [
        *_day(state, moment),
        *_plan_age(state, moment),
        *_opening(state, moment, reading),
        *(b for r in state.records.values() if not r.final for b in _intake(state, r, moment)),
        *_escalations(state, moment),
    ]


def alarm(
    code: e.AlarmCode, subject: str, criticality: Criticality, intake: Intake | None = None, can_open: bool = False,
    compartment: int | None = None,
) -> e.AlarmRaised:  # fmt: skip
    """An alarm about `subject`; the same cause has the same name, so it is raised once."""
    return e.AlarmRaised(
        alarm=f"{code}/{subject}", code=code, criticality=criticality, intake=intake.id if intake else None,
        can_open=can_open, compartment=compartment,
    )  # fmt: skip


def about(record: Record, code: e.AlarmCode, can_open: bool = False) -> e.AlarmRaised:
    """An alarm about an intake, as critical as its most critical dose (R8)."""
    return alarm(code, record.intake.id, record.intake.criticality, record.intake, can_open)


def _clock(state: State, moment: Moment) -> list[e.AnyBody]:
    if not moment.trusted and not state.clock_doubted:
        return [e.ClockDoubted(reason="time not trusted"), alarm(e.AlarmCode.CLOCK, "hub", Criticality.HIGH)]
    if moment.trusted:
        return [e.ClockTrusted(), *([e.AlarmEnded(f"{e.AlarmCode.CLOCK}/hub")] if _lives(state, "clock/hub") else [])]
    return []


def _lives(state: State, alarm_id: str) -> bool:
    known = state.alarms.get(alarm_id)
    return known is not None and known.alive


def _day(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """A new home day, or a plan just accepted: say what is planned; what is no longer planned is withdrawn."""
    if state.plan is None:
        return
    today = home_day(state.plan, moment.wall)
    if state.planned_day is not None and state.planned_day >= today and not state.plan_changed:
        return
    intakes = tuple(i for i in intakes_of(state.plan, today) if i.at >= state.plan.valid_from or i.id in state.records)
    yield e.DayPlanned(day=today, intakes=intakes)
    planned = {i.id: i for i in intakes}
    for record in state.records.values():
        if record.intake.day != today or record.final or record.released:
            continue
        if record.intake.id not in planned and record.state in (Life.PLANNED, Life.DUE):
            yield e.IntakeWithdrawn(intake=record.intake.id, reason="plan_changed")
            yield about(record, e.AlarmCode.WITHDRAWN)  # told to staff like a miss
        if record.intake.id in planned and record.state is Life.WITHDRAWN:
            yield e.IntakeRestored(intake=record.intake.id)


def _day_to_plan(state: State, plan: Plan, moment: Moment) -> date | None:
    """The next home day not yet planned: after days without power each of them is told, not just today."""
    today = home_day(plan, moment.wall)
    if state.planned_day is None or (state.plan_changed and state.planned_day >= today):
        return state.planned_day or today
    if state.planned_day >= today:
        return None
    return max(state.planned_day + timedelta(days=1), today - timedelta(days=CATCH_UP_DAYS))


def _plan_age(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """H8: a plan nobody has spoken of for long."""
    if state.plan and moment.wall >= plan_old_at(state) and f"plan_old/{state.plan.version}" not in state.alarms:
        yield alarm(e.AlarmCode.PLAN_OLD, str(state.plan.version), Criticality.MEDIUM)


def plan_old_at(state: State) -> datetime:
    """When the plan in force is too old to be let stand without a word."""
    assert state.plan is not None
    return state.plan.issued + timedelta(days=state.plan.limits.plan_age_days)


# -- the opening under way -----------------------------------------------------------------------------------------


def _opening(state: State, moment: Moment, reading: Reading | None) -> Iterator[e.AnyBody]:
    opening = state.opening
    if opening is None:
        return
    record = state.records[opening.intake]
    if opening.opened_at is None:
        yield from _pulse_again(opening, record, moment)
    elif opening.shut_at is None:
        yield from _lid_left_open(state, opening, opening.opened_at, moment)
    elif opening.asked_at is None:
        yield from _weigh(opening, opening.shut_at, record, moment, reading)
    elif state.plan and elapsed(opening.asked_at, moment) >= timedelta(minutes=state.plan.settings.word_min):
        yield e.IntakeNotKnown(intake=record.intake.id)
        yield about(record, e.AlarmCode.NOT_KNOWN)


def _pulse_again(opening: Opening, record: Record, moment: Moment) -> Iterator[e.AnyBody]:
    """Bounded tries, in the process that made the intent, the lid sensed shut throughout (R1)."""
    if opening.pulsed_at is None or elapsed(opening.pulsed_at, moment) < PULSE_WAIT:
        return
    if opening.pulses < PULSES:
        yield e.PulseRequested(
            intake=opening.intake, opening=opening.id, compartment=opening.compartment, number=opening.pulses + 1
        )
    else:
        yield e.OpeningFailed(intake=opening.intake, opening=opening.id, reason="lid_did_not_move")
        yield about(record, e.AlarmCode.OPENING_FAULT)


def _lid_left_open(state: State, opening: Opening, opened_at: Moment, moment: Moment) -> Iterator[e.AnyBody]:
    name = f"{e.AlarmCode.LID_LEFT_OPEN}/{opening.id}"
    limit = timedelta(minutes=state.plan.settings.lid_open_min) if state.plan else timedelta()
    if elapsed(opened_at, moment) >= limit and name not in state.alarms:
        yield alarm(e.AlarmCode.LID_LEFT_OPEN, opening.id, Criticality.LOW, compartment=opening.compartment)


def _weigh(
    opening: Opening, shut_at: Moment, record: Record, moment: Moment, reading: Reading | None
) -> Iterator[e.AnyBody]:
    """The verdict needs one stable reading taken after the lid was shut (R13)."""
    intake = record.intake.id
    if reading is None or not reading.stable or reading.at_s < shut_at.monotonic_s + SETTLE_S:
        if elapsed(shut_at, moment) >= WEIGH_WAIT:
            yield e.WordAsked(intake=intake, reason="scale_unsure")
        return
    verdict = removed(opening.weight_before_mg, reading.weight_mg, opening.expected_mg)
    gone_mg = opening.weight_before_mg - reading.weight_mg
    if verdict is Removed.NOTHING:
        yield e.IntakePutBack(intake=intake)
    elif verdict is Removed.UNSURE:
        yield e.WordAsked(intake=intake, reason="scale_unsure")
    elif opening.early:
        yield from _early_verdict(record, verdict, gone_mg)
    elif verdict is Removed.LESS:
        left_mg = (opening.expected_mg or 0) - gone_mg
        yield e.IntakePartlyTaken(intake=intake, evidence=e.Evidence.REMOVED, removed_mg=gone_mg, remaining_mg=left_mg)
    elif any(d.ask_word for d in record.intake.doses) or record.intake.boxed != record.intake.doses:
        yield e.WordAsked(intake=intake, reason="plan")
    else:
        yield e.IntakeTaken(intake=intake, evidence=e.Evidence.REMOVED, removed_mg=gone_mg)


def _early_verdict(record: Record, verdict: Removed, gone_mg: int) -> Iterator[e.AnyBody]:
    if verdict is Removed.AS_EXPECTED:
        yield e.IntakeHandedOutEarly(intake=record.intake.id, removed_mg=gone_mg)
    else:
        yield e.IntakeUncertain(intake=record.intake.id, reason="less_handed_out_early")
        yield about(record, e.AlarmCode.UNCERTAIN)


# -- each intake's window ------------------------------------------------------------------------------------------


def _intake(state: State, record: Record, moment: Moment) -> Iterator[e.AnyBody]:
    intake = record.intake
    over = moment.wall >= intake.latest_at
    match record.state:
        case Life.PLANNED if moment.wall >= intake.opens_at:
            yield from _begin(state, record, moment)
        case Life.DUE if over:
            yield e.IntakeMissed(intake=intake.id)
            yield about(record, e.AlarmCode.NOT_TAKEN)
        case Life.HANDED_OUT_EARLY if over:
            yield e.IntakeNotKnown(intake=intake.id)
            yield about(record, e.AlarmCode.NOT_KNOWN)
        case Life.PARTLY_TAKEN if over:
            yield e.WindowEnded(intake=intake.id)
            yield about(record, e.AlarmCode.PARTLY_TAKEN)
        case Life.WITHHELD if not over and _cause_ended(state, record):
            yield e.IntakeRestored(intake=intake.id)
        case Life.PLANNED | Life.DUE | Life.OPENING | Life.OPEN | Life.UNCERTAIN | Life.NOT_KNOWN:
            return
        case Life.HANDED_OUT_EARLY:
            return
        case _ if over:
            yield e.WindowEnded(intake=intake.id)


def _begin(state: State, record: Record, moment: Moment) -> Iterator[e.AnyBody]:
    """The window opens: due, unless it cannot be handed out (R2, R7); then withheld, and staff know at once."""
    intake = record.intake
    wait = interval_left(state, intake, moment)
    if moment.wall + wait >= intake.latest_at and wait > timedelta():
        yield e.IntakeWithheld(intake=intake.id, reason=Reason.INTERVAL)
        yield about(record, e.AlarmCode.WITHHELD)
    elif (reason := cannot_serve(state, intake)) is not None:
        yield e.IntakeWithheld(intake=intake.id, reason=reason)
        yield about(record, e.AlarmCode.CANNOT_SERVE)
    elif wait <= timedelta():  # a late intake before it pushes this one
        yield e.IntakeDue(intake=intake.id)


def cannot_serve(state: State, intake: Intake) -> Reason | None:
    """Why the compartments as they are filled cannot serve the intake (R7); None when they can."""
    if not intake.boxed:
        return None
    fill = state.fill_of(intake.id)
    if fill is None:
        return Reason.NOT_FILLED
    if fill.doubted:
        return Reason.FILL_DOUBTED
    return None if serves(fill, intake) else Reason.CONTENTS_CHANGED


_FILL_REASONS = (Reason.NOT_FILLED, Reason.FILL_DOUBTED, Reason.CONTENTS_CHANGED)


def _cause_ended(state: State, record: Record) -> bool:
    return record.reason in _FILL_REASONS and cannot_serve(state, record.intake) is None


# -- alarms, and when to look again ---------------------------------------------------------------------------------


def _escalations(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    for a in state.living_alarms():
        if a.level < LEVELS and elapsed(a.moved_at, moment) >= ESCALATE[a.criticality]:
            yield e.AlarmEscalated(alarm=a.id, level=a.level + 1)


def next_look(state: State, moment: Moment) -> datetime:
    """Nothing is due before this instant, unless something is touched or moves."""
    if state.opening or state.open_lids:
        return moment.wall + _LOOK_SOON
    if state.plan is None:
        return moment.wall + LOOK_AGAIN
    today = home_day(state.plan, moment.wall)
    times = [i.at for i in intakes_of(state.plan, today + timedelta(days=1))[:1]]
    times += [i.opens_at for i in intakes_of(state.plan, today) if i.id not in state.records]
    times += [t for r in state.records.values() if not r.final for t in _times(r)]
    times += [
        moment.wall + interval_left(state, r.intake, moment)
        for r in state.records.values()
        if r.state in (Life.PLANNED, Life.DUE)
    ]
    times += [a.moved_at.wall + ESCALATE[a.criticality] for a in state.living_alarms() if a.level < LEVELS]
    return min((t for t in times if t > moment.wall), default=moment.wall + LOOK_AGAIN)


def _times(record: Record) -> list[datetime]:
    intake = record.intake
    return [intake.opens_at, intake.at, intake.latest_at] + ([record.snoozed_until] if record.snoozed_until else [])
