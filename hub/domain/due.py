"""What should happen now because time has passed, and when to look again. Derived anew each time, never queued (R3).

`due` looks at the whole state and the moment; a restart, a clock step or a plan change needs no repair here. It
returns at most one step for each thing; the loop asks again until there is none.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain import events as e
from hub.domain.apply import PLANNED_AGAIN
from hub.domain.intake import Intake, Life, Moment
from hub.domain.life import FINAL
from hub.domain.may_open import Reason, cannot_serve, contents, interval_left, waited
from hub.domain.plan import Criticality, Plan
from hub.domain.reading import RESOLUTION_MG, Reading, Removed, removed
from hub.domain.schedule import amounts, home_day, intakes_of, to_utc
from hub.domain.state import Opening, Record, State

PULSES = 3  # tries to open a lid before the intake is withheld (R1, H12)
PULSE_WAIT = timedelta(seconds=3)  # a lid that has not moved by then gets another pulse
SETTLE_S = 1.0  # the cell has had this long after the lid shut before a reading counts
WEIGH_WAIT = timedelta(seconds=10)  # a scale not stable by then is unsure (R13)
_SILENCE_MIN = {Criticality.HIGH: 10, Criticality.MEDIUM: 30, Criticality.LOW: 120}
ESCALATE = {c: timedelta(minutes=n) for c, n in _SILENCE_MIN.items()}  # silence this long goes one level up (R9)
LEVELS = 3
CATCH_UP_DAYS = 7  # days without power that are told one by one; `apply.KEEP_DAYS` is longer
LOOK_AGAIN = timedelta(minutes=1)
_LOOK_SOON = timedelta(seconds=1)


def due(state: State, moment: Moment, reading: Reading | None) -> list[e.AnyBody]:
    """The events that this moment brings, in order."""
    if not moment.trusted or state.clock_doubted:  # R5: nothing follows from a time nobody vouches for
        return [*_clock(state, moment), *_opening(state, moment, reading), *_escalations(state, moment)]
    if days := list(_days(state, moment)):  # the intakes' own steps follow from what they make of them
        return days
    return [
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
    return [e.ClockTrusted(), *over(state, e.AlarmCode.CLOCK)] if moment.trusted else []


def over(state: State, code: e.AlarmCode) -> list[e.AnyBody]:
    """The technical cause of an alarm about the hub itself is over, seen or not (R9)."""
    return [e.AlarmEnded(alarm=a.id) for a in state.alarms.values() if a.code is code and not a.ended]


def _days(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """Home days to be planned, or planned again: what each now asks for, and what follows for what is known of it."""
    plan = state.plan
    for day in _days_to_plan(state, plan, moment) if plan else ():
        if plan and state.planned_day and day > state.planned_day + timedelta(days=1):  # R11: never in silence
            yield alarm(e.AlarmCode.NOT_TAKEN, f"{state.planned_day}--{day}", Criticality.HIGH)
        yield from _day(state, plan, day, moment) if plan else ()


def _days_to_plan(state: State, plan: Plan, moment: Moment) -> list[date]:
    """The next home day not yet planned: after days without power each of them is told, not just today. Then what
    waits and was planned by another plan than the one in force, on whichever day (R6, H7)."""
    today, last = home_day(plan, moment.wall), state.planned_day
    if last is not None and last < today:
        return [max(last + timedelta(days=1), today - timedelta(days=CATCH_UP_DAYS))]
    if state.plan_changed:
        before = today - timedelta(days=1)
        new = any(_still_to_come(plan, i, moment) and i.id not in state.records for i in intakes_of(plan, before))
        return [before, today] if new and last is not None else [today]
    waiting = (r for r in state.records.values() if r.state in PLANNED_AGAIN and not r.final)
    return [r.intake.day for r in waiting if r.planned_by != plan.version][:1]


def _day(state: State, plan: Plan, day: date, moment: Moment) -> Iterator[e.AnyBody]:
    today = home_day(plan, moment.wall)
    behind = state.planned_day is not None and day > state.planned_day
    intakes = tuple(i for i in intakes_of(plan, day)
                    if i.id in state.records or behind or (day == today and i.at >= plan.valid_from)
                    or _still_to_come(plan, i, moment))  # fmt: skip
    yield e.DayPlanned(day=day, intakes=intakes)
    planned = {i.id: i for i in intakes}
    for record in state.records.values():
        if record.intake.day == day:
            yield from _planned_again(record, planned.get(record.intake.id), moment)
    beyond = _beyond(state, plan, to_utc(today, time(), ZoneInfo(plan.settings.zone)))
    yield from _taken_off(state, beyond, tuple(i for i in intakes if moment.wall < i.latest_at))


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
        if record.state is not Life.WITHHELD:  # that was told
            yield about(record, e.AlarmCode.WITHDRAWN)
    elif asked is not None and record.state is Life.WITHDRAWN and moment.wall < asked.latest_at:
        yield e.IntakeRestored(intake=intake)


def _beyond(state: State, plan: Plan, begun: datetime) -> Counter[str]:
    """What was possibly handed out since the home day began, beyond what the plan asks for at those same intakes."""
    over = Counter[str]()
    for r in state.records.values():
        if r.handed_at is not None and r.handed_at.wall >= begun:
            asked = (i.doses for i in intakes_of(plan, r.intake.day) if i.id == r.intake.id)
            over += amounts(r.intake.doses) - amounts(next(asked, ()))
    return over


def _taken_off(state: State, over: Counter[str], intakes: tuple[Intake, ...]) -> Iterator[e.AnyBody]:
    """R2 over a change of plan: that much of what still waits is withheld, the earliest first, and staff are told."""
    for intake in intakes:
        record, mine = state.records.get(intake.id), amounts(intake.doses)
        waits = record is None or (record.state in _HELD_BACK and not record.released and record.handed_at is None)
        if waits and any(over[substance] > 0 for substance in mine):
            over.subtract(mine)
            if record is None or record.reason != Reason.HANDED_OUT or record.state is not Life.WITHHELD:
                yield e.IntakeWithheld(intake=intake.id, reason=Reason.HANDED_OUT)
                yield alarm(e.AlarmCode.WITHHELD, intake.id, intake.criticality, intake)


_HELD_BACK = (Life.PLANNED, Life.DUE, Life.WITHHELD, Life.WITHDRAWN)


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
        yield from _pulse_again(opening, record, moment, reading)
    elif opening.shut_at is None:
        yield from _lid_left_open(state, opening, opening.opened_at, moment)
    elif opening.asked_at is None:
        yield from _weigh(opening, opening.shut_at, record, moment, reading)
    elif state.plan and waited(opening.asked_at, moment) >= timedelta(minutes=state.plan.settings.word_min):
        yield e.IntakeNotKnown(intake=record.intake.id)
        yield about(record, e.AlarmCode.NOT_KNOWN)


def _pulse_again(opening: Opening, record: Record, moment: Moment, reading: Reading | None) -> Iterator[e.AnyBody]:
    """Bounded tries, in the process that made the intent, the lid sensed shut throughout (R1). A process that hung
    sensed nothing, and its lids' edges may be on their way: the scale must first say that nothing left meanwhile."""
    if opening.pulsed_at is None or waited(opening.pulsed_at, moment) < PULSE_WAIT:
        return
    said = reading if reading and reading.stable and reading.at_s >= opening.pulsed_at.monotonic_s + SETTLE_S else None
    if said is None and waited(opening.pulsed_at, moment) < WEIGH_WAIT:
        return
    gone_mg = opening.weight_before_mg - said.weight_mg if said else 0
    if abs(gone_mg) > RESOLUTION_MG:  # the scale contradicts the lid
        yield e.IntakeUncertain(intake=opening.intake, reason="lid_did_not_move")
        yield about(record, e.AlarmCode.UNCERTAIN)
    elif said and opening.pulses < PULSES:
        yield e.PulseRequested(
            intake=opening.intake, opening=opening.id, compartment=opening.compartment, number=opening.pulses + 1
        )
    else:
        yield e.OpeningFailed(intake=opening.intake, opening=opening.id, reason="lid_did_not_move")
        yield about(record, e.AlarmCode.OPENING_FAULT)


def _lid_left_open(state: State, opening: Opening, opened_at: Moment, moment: Moment) -> Iterator[e.AnyBody]:
    name = f"{e.AlarmCode.LID_LEFT_OPEN}/{opening.id}"
    limit = timedelta(minutes=state.plan.settings.lid_open_min) if state.plan else timedelta()
    if waited(opened_at, moment) >= limit and name not in state.alarms:
        yield alarm(e.AlarmCode.LID_LEFT_OPEN, opening.id, Criticality.LOW, compartment=opening.compartment)


def _weigh(
    opening: Opening, shut_at: Moment, record: Record, moment: Moment, reading: Reading | None
) -> Iterator[e.AnyBody]:
    """The verdict needs one stable reading taken after the lid was shut (R13)."""
    intake = record.intake.id
    if reading is None or not reading.stable or reading.at_s < shut_at.monotonic_s + SETTLE_S:
        if waited(shut_at, moment) >= WEIGH_WAIT:
            yield e.WordAsked(intake=intake, reason="scale_unsure")
        return
    verdict = removed(opening.weight_before_mg, reading.weight_mg, opening.expected_mg)
    gone_mg = opening.weight_before_mg - reading.weight_mg
    if verdict is Removed.NOTHING:
        yield e.IntakePutBack(intake=intake)
    elif verdict is Removed.UNSURE:
        yield e.WordAsked(intake=intake, reason="scale_unsure")
    elif opening.early and verdict is Removed.AS_EXPECTED:
        yield e.IntakeHandedOutEarly(intake=intake, removed_mg=gone_mg)
    elif opening.early:
        yield e.IntakeUncertain(intake=intake, reason="less_handed_out_early")
        yield about(record, e.AlarmCode.UNCERTAIN)
    elif verdict is Removed.LESS:
        left_mg = (opening.expected_mg or 0) - gone_mg
        yield e.IntakePartlyTaken(intake=intake, evidence=e.Evidence.REMOVED, removed_mg=gone_mg, remaining_mg=left_mg)
    elif any(d.ask_word for d in record.intake.doses) or record.intake.boxed != record.intake.doses:
        yield e.WordAsked(intake=intake, reason="plan")
    else:
        yield e.IntakeTaken(intake=intake, evidence=e.Evidence.REMOVED, removed_mg=gone_mg)


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
        case Life.DUE if _too_close(state, intake, moment):
            yield from _too_close_told(record)
        case Life.HANDED_OUT_EARLY if over:
            yield e.IntakeNotKnown(intake=intake.id)
            yield about(record, e.AlarmCode.NOT_KNOWN)
        case Life.PARTLY_TAKEN if over:
            yield e.WindowEnded(intake=intake.id)
            yield about(record, e.AlarmCode.PARTLY_TAKEN)
        case Life.WITHHELD if not over and _cause_ended(state, record, moment):
            yield e.IntakeRestored(intake=intake.id)
        case _ if over and record.state in FINAL:
            yield e.WindowEnded(intake=intake.id)


def _begin(state: State, record: Record, moment: Moment) -> Iterator[e.AnyBody]:
    """The window opens: due, unless it cannot be handed out (R2, R7); then withheld, and staff know at once."""
    intake = record.intake
    if _too_close(state, intake, moment):
        yield from _too_close_told(record)
    elif (reason := cannot_serve(state, intake)) is not None:
        yield e.IntakeWithheld(intake=intake.id, reason=reason)
        yield about(record, e.AlarmCode.CANNOT_SERVE)
    elif interval_left(state, intake, moment) <= timedelta():  # a late intake before it pushes this one
        yield e.IntakeDue(intake=intake.id)


def _too_close(state: State, intake: Intake, moment: Moment) -> bool:
    """R2: another intake pushes this one past its latest time."""
    wait = interval_left(state, intake, moment)
    return wait > timedelta() and moment.wall + wait >= intake.latest_at


def _too_close_told(record: Record) -> Iterator[e.AnyBody]:
    yield e.IntakeWithheld(intake=record.intake.id, reason=Reason.INTERVAL)
    yield about(record, e.AlarmCode.WITHHELD)


def _cause_ended(state: State, record: Record, moment: Moment) -> bool:
    if record.reason == Reason.INTERVAL:  # the other one was not taken after all
        return not _too_close(state, record.intake, moment)
    filled_wrong = record.reason in (Reason.NOT_FILLED, Reason.FILL_DOUBTED, Reason.CONTENTS_CHANGED)
    return filled_wrong and cannot_serve(state, record.intake) is None


# -- alarms, and when to look again ---------------------------------------------------------------------------------


def _escalations(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    for a in state.living_alarms():
        if a.level < LEVELS and waited(a.moved_at, moment) >= ESCALATE[a.criticality]:
            yield e.AlarmEscalated(alarm=a.id, level=a.level + 1)


def next_look(state: State, moment: Moment) -> datetime:
    """Nothing is due before this instant, unless something is touched or moves."""
    if state.opening or state.open_lids:
        return moment.wall + _LOOK_SOON
    times = [moment.wall + ESCALATE[a.criticality] - waited(a.moved_at, moment)
             for a in state.living_alarms() if a.level < LEVELS]  # fmt: skip
    if state.plan is None or state.clock_doubted or not moment.trusted:
        return min((t for t in times if t > moment.wall), default=moment.wall + LOOK_AGAIN)
    tomorrow = home_day(state.plan, moment.wall) + timedelta(days=1)
    times += [to_utc(tomorrow, time(), ZoneInfo(state.plan.settings.zone)), plan_old_at(state)]
    for record in (r for r in state.records.values() if not r.final):
        intake = record.intake
        times += [intake.opens_at, intake.at, intake.latest_at, record.snoozed_until or intake.at]
        if record.state in (Life.PLANNED, Life.DUE):
            times.append(moment.wall + interval_left(state, intake, moment))
    return min(t for t in times if t > moment.wall)
