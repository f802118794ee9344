"""What should happen now because time has passed, and when to look again. Derived anew each time, never queued (R3).

`due` looks at the whole state and the moment; a restart, a clock step or a plan change needs no repair here. It
returns at most one step for each thing; the loop asks again until there is none.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from hub.domain import events as e
from hub.domain import filling
from hub.domain.alarms import about, alarm, over, uncertain
from hub.domain.days import days
from hub.domain.intake import Life, Moment
from hub.domain.interval import interval_left, too_close, waited
from hub.domain.leave import LeaveKind
from hub.domain.life import FINAL
from hub.domain.may_open import cannot_serve
from hub.domain.offers import come_into_force
from hub.domain.plan import Criticality
from hub.domain.reading import RESOLUTION_MG, Reading, Removed, removed
from hub.domain.refusal import Reason
from hub.domain.schedule import home_day, to_utc
from hub.domain.state import Opening, Promise, Record, State

PULSES = 3  # tries to open a lid before the intake is withheld (R1, H12)
PULSE_WAIT = timedelta(seconds=3)  # a lid that has not moved by then gets another pulse
SETTLE_S = 1.0  # the cell has had this long after the lid shut before a reading counts
WEIGH_WAIT = timedelta(seconds=10)  # a scale not stable by then is unsure (R13)
_SILENCE_MIN = {Criticality.HIGH: 10, Criticality.MEDIUM: 30, Criticality.LOW: 120}
ESCALATE = {c: timedelta(minutes=n) for c, n in _SILENCE_MIN.items()}  # silence this long goes one level up (R9)
LEVELS = 3
LOOK_AGAIN = timedelta(minutes=1)
_LOOK_SOON = timedelta(seconds=1)
_INSTANT = timedelta.resolution


def due(state: State, moment: Moment, reading: Reading | None) -> list[e.AnyBody]:
    """The events that this moment brings, in order."""
    if not moment.trusted or state.clock_doubted:  # R5: nothing follows from a time nobody vouches for
        apart = (*_lids_left_open(state, moment), *filling.forgotten(state, moment))
        return [*_clock(state, moment), *apart, *_opening(state, moment, reading), *_escalations(state, moment)]
    if state.next_plan and moment.wall >= state.next_plan.valid_from:
        before = replace(state, next_plan=None)  # after a power cut, what the plan until then asked for comes first
        return due(before, _just_before(state.next_plan.valid_from, moment), None) or come_into_force(
            state, state.next_plan, moment
        )
    if planned := list(days(state, moment)):  # the intakes' own steps follow from what they make of them
        return planned
    return [
        *_leave(state, moment),
        *_plan_age(state, moment),
        *_lids_left_open(state, moment),
        *filling.forgotten(state, moment),
        *_opening(state, moment, reading),
        *(b for r in state.records.values() if r.promise for b in _not_given(state, r, r.promise, moment)),
        *(b for r in state.records.values() if not r.final for b in _intake(state, r, moment)),
        *_escalations(state, moment),
    ]


def _just_before(wall: datetime, moment: Moment) -> Moment:
    ago = moment.wall - wall + _INSTANT
    return replace(moment, wall=moment.wall - ago, monotonic_s=moment.monotonic_s - ago.total_seconds())


def _clock(state: State, moment: Moment) -> list[e.AnyBody]:
    if not moment.trusted and not state.clock_doubted:
        return [e.ClockDoubted(reason="time not trusted"), alarm(e.AlarmCode.CLOCK, "hub", Criticality.HIGH)]
    return [e.ClockTrusted(), *over(state, e.AlarmCode.CLOCK)] if moment.trusted else []


def _leave(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """H27: its end comes by itself, once what passed during it is settled (after a power cut that may be much)."""
    ends_at = state.leave.ends_at if state.leave else None
    waiting = (r for r in state.records.values() if r.state in (Life.PLANNED, Life.DUE) and not r.final)
    if state.leave and ends_at and moment.wall >= ends_at and all(r.intake.latest_at > ends_at for r in waiting):
        yield e.LeaveEnded(leave=state.leave.id, by=None)


def _not_given(state: State, record: Record, promise: Promise, moment: Moment) -> Iterator[e.AnyBody]:
    """R9: who said "I will give it" has not said that it was given."""
    subject = f"{record.intake.id}/{promise.give_by.isoformat()}"
    if moment.wall >= promise.give_by and f"{e.AlarmCode.NOT_GIVEN}/{subject}" not in state.alarms:
        yield alarm(e.AlarmCode.NOT_GIVEN, subject, record.intake.criticality, record.intake)


def _plan_age(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """H8: a plan nobody has spoken of for long."""
    if state.plan and moment.wall >= plan_old_at(state) and f"plan_old/{state.plan.version}" not in state.alarms:
        yield alarm(e.AlarmCode.PLAN_OLD, str(state.plan.version), Criticality.MEDIUM)


def plan_old_at(state: State) -> datetime:
    """When the plan in force is too old to be let stand without a word."""
    assert state.plan is not None
    return state.plan.issued + timedelta(days=state.plan.limits.plan_age_days)


def _lids_left_open(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    """H13: nothing opens meanwhile. Whoever fills the box has it open for long, lid after lid."""
    since, told = state.lids_open_since, over(state, e.AlarmCode.LID_LEFT_OPEN, "lids")
    if since is None:
        yield from told
    elif state.opening is None and not told and waited(since, moment) >= filling.FILLING_MOST:
        yield alarm(e.AlarmCode.LID_LEFT_OPEN, "lids", Criticality.MEDIUM)


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
        yield from uncertain(record, "lid_did_not_move")
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
    verdict = removed(opening.weight_before_mg, reading.weight_mg, opening.expected_mg, opening.pieces)
    gone_mg = opening.weight_before_mg - reading.weight_mg
    if verdict is Removed.NOTHING:
        yield e.IntakePutBack(intake=intake)
    elif verdict is Removed.UNSURE:
        yield e.WordAsked(intake=intake, reason="scale_unsure")
    elif opening.early and verdict is Removed.AS_EXPECTED:
        yield e.IntakeHandedOutEarly(intake=intake, removed_mg=gone_mg)
    elif opening.early:
        yield from uncertain(record, "less_handed_out_early")
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
    over, away = moment.wall >= intake.latest_at, state.away(min(moment.wall, intake.latest_at - _INSTANT))
    match record.state:
        case Life.PLANNED if moment.wall >= intake.opens_at:
            yield from _begin(state, record, away, moment)
        case Life.DUE if intake.as_needed:
            if over or any(_held_back(state, record, away, moment)):
                yield e.IntakeWithdrawn(intake=intake.id, reason="not_wanted")
        case Life.DUE if over:
            yield from _let_pass(record, away, moment)
        case Life.DUE:
            yield from _held_back(state, record, away, moment)
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


def _begin(state: State, record: Record, away: LeaveKind | None, moment: Moment) -> Iterator[e.AnyBody]:
    """The window opens: due, unless it cannot be handed out (R2, R7); then withheld, and staff know at once. On a
    weekend somebody else hands it out, whatever is in the box."""
    held_back = list(_held_back(state, record, away, moment))
    reason = cannot_serve(state, record.intake)
    if held_back:
        yield from held_back
    elif away is LeaveKind.WEEKEND:
        yield e.IntakeDue(intake=record.intake.id)
    elif reason is not None:
        yield e.IntakeWithheld(intake=record.intake.id, reason=reason)
        yield about(record, e.AlarmCode.CANNOT_SERVE)
    elif interval_left(state, record.intake, moment) <= timedelta():  # a late intake before it pushes this one
        yield e.IntakeDue(intake=record.intake.id)


def _held_back(state: State, record: Record, away: LeaveKind | None, moment: Moment) -> Iterator[e.AnyBody]:
    """What keeps an intake from being handed out, due already or not. In hospital others give it, and staff know."""
    intake = record.intake
    if away is LeaveKind.HOSPITAL:
        yield e.IntakeWithheld(intake=intake.id, reason=LeaveKind.HOSPITAL)
    elif cannot_serve(state, intake) is Reason.STOPPED:
        yield e.IntakeWithheld(intake=intake.id, reason=Reason.STOPPED)
        yield about(record, e.AlarmCode.CANNOT_SERVE)
    elif state.opening and moment.wall < intake.latest_at:
        return  # one lock at a time; what is in the hand may be put back
    elif away is not LeaveKind.WEEKEND and too_close(state, intake, moment):
        yield e.IntakeWithheld(intake=intake.id, reason=Reason.INTERVAL)
        yield about(record, e.AlarmCode.WITHHELD)


def _let_pass(record: Record, away: LeaveKind | None, moment: Moment) -> Iterator[e.AnyBody]:
    """Nobody took it in its window. Away for the weekend somebody else may have given it."""
    if away is LeaveKind.WEEKEND:
        yield e.IntakeNotKnown(intake=record.intake.id)
        yield about(record, e.AlarmCode.NOT_KNOWN)
    else:
        yield e.IntakeMissed(intake=record.intake.id)
        if record.promise is None or moment.wall >= record.promise.give_by:  # else it is told if that is not kept
            yield about(record, e.AlarmCode.NOT_TAKEN)


def _cause_ended(state: State, record: Record, moment: Moment) -> bool:
    if record.reason == Reason.INTERVAL:  # the other one was not taken after all
        return not too_close(state, record.intake, moment)
    return record.reason in _UNSERVED and cannot_serve(state, record.intake) is None


_UNSERVED = (Reason.NOT_FILLED, Reason.FILL_DOUBTED, Reason.CONTENTS_CHANGED, Reason.STOPPED)


# -- alarms, and when to look again ---------------------------------------------------------------------------------


def _escalations(state: State, moment: Moment) -> Iterator[e.AnyBody]:
    for a in state.living_alarms():
        if a.level < LEVELS and waited(a.moved_at, moment) >= ESCALATE[a.criticality]:
            yield e.AlarmEscalated(alarm=a.id, level=a.level + 1)


def next_look(state: State, moment: Moment) -> datetime:
    """Nothing is due before this instant, unless something is touched or moves."""
    if state.opening or state.open_lids or state.filling:
        return moment.wall + _LOOK_SOON
    times = [moment.wall + ESCALATE[a.criticality] - waited(a.moved_at, moment)
             for a in state.living_alarms() if a.level < LEVELS]  # fmt: skip
    if state.next_plan and moment.trusted and not state.clock_doubted:
        times.append(state.next_plan.valid_from)
    if state.plan is None or state.clock_doubted or not moment.trusted:
        return min((t for t in times if t > moment.wall), default=moment.wall + LOOK_AGAIN)
    tomorrow = home_day(state.plan, moment.wall) + timedelta(days=1)
    times += [to_utc(tomorrow, time(), ZoneInfo(state.plan.settings.zone)), plan_old_at(state)]
    times += [t for t in (state.leave.begins_at, state.leave.ends_at) if t] if state.leave else []
    times += [r.promise.give_by for r in state.records.values() if r.promise]
    for record in (r for r in state.records.values() if not r.final):
        intake = record.intake
        times += [intake.opens_at, intake.at, intake.latest_at, record.snoozed_until or intake.at]
        if record.state in (Life.PLANNED, Life.DUE) and intake.opens_at <= moment.wall:
            times.append(moment.wall + interval_left(state, intake, moment))
    return min(t for t in times if t > moment.wall)
