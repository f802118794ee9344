"""What the citizen's touches bring about: opening, putting off, saying no, saying what was taken."""

from datetime import timedelta

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.alarms import about, alarm, uncertain
from hub.domain.apply import follow
from hub.domain.intake import AS_NEEDED, Intake, IntakeId, Life, Moment
from hub.domain.interval import interval_left
from hub.domain.may_open import contents, may_open
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed
from hub.domain.refusal import Reason, Refused, known, refuse_if
from hub.domain.schedule import as_needed_dose, as_needed_on, home_day
from hub.domain.state import Record, State

AS_NEEDED_WINDOW = timedelta(minutes=30)  # what was asked for and put back may be had this long without asking again


def request_opening(command: c.RequestOpening, state: State, moment: Moment) -> e.Bodies:
    """R1: intent and first pulse, committed together before anything moves."""
    early = command.early_by is not None
    reasons = may_open(state, known(state, command.intake), moment, command.sensed, early)
    if reasons:
        raise Refused(reasons)
    return _opening(state, command.intake, command.opening, command.sensed, command.early_by)


def _opening(state: State, intake: IntakeId, opening: str, sensed: Sensed, early_by: str | None) -> e.Bodies:
    """What `may_open` has found nothing against."""
    record, fill, reading = state.records[intake], state.fill_of(intake), sensed.reading
    assert fill is not None
    assert reading is not None
    expected_mg = record.remaining_mg if record.state is Life.PARTLY_TAKEN else fill.contents_mg
    return [
        e.OpeningRequested(
            intake=intake, opening=opening, compartment=fill.compartment, weight_before_mg=reading.weight_mg,
            expected_mg=expected_mg, early_by=early_by,
        ),
        e.PulseRequested(intake=intake, opening=opening, compartment=fill.compartment, number=1),
    ]  # fmt: skip


def ask_as_needed(command: c.AskAsNeeded, state: State, moment: Moment) -> e.Bodies:
    """One dose as needed: asked, and opened by the same rules as any other, in one commit or not at all."""
    asked = _asked(state, command.ordination, moment)
    refuse_if((asked is None, Reason.NO_SUCH))
    assert asked is not None
    fills = (f for f in state.fills.values() if f.intake == AS_NEEDED + command.ordination and not f.doubted)
    fill = next((f for f in fills if contents(f.doses) == contents(asked.boxed)), None)
    refuse_if((fill is None, Reason.NOT_FILLED))
    assert fill is not None
    body = e.AsNeededAsked(asked=asked, compartment=fill.compartment)
    then = follow(state, body, moment)
    reasons = may_open(then, then.records[asked.id], moment, command.sensed)
    if reasons:
        raise Refused(reasons)
    return [body, *_opening(then, asked.id, command.opening, command.sensed, None)]


def _asked(state: State, ordination: str, moment: Moment) -> Intake | None:
    """An intake of its own, from now; numbered within its home day."""
    found = next((o for o in state.plan.ordinations if o.id == ordination), None) if state.plan else None
    dose = as_needed_dose(found) if found else None
    day = home_day(state.plan, moment.wall) if state.plan else moment.wall.date()
    if found is None or dose is None or not as_needed_on(found, day):
        return None
    number = 1 + sum(r.intake.as_needed and r.intake.day == day for r in state.records.values())
    slot = f"as-needed.{number}"  # no slot of a plan has a full stop
    return Intake(f"{day}/{slot}", day, slot, moment.wall, moment.wall, moment.wall + AS_NEEDED_WINDOW, (dose,))


def snooze(command: c.Snooze, state: State, moment: Moment) -> e.Bodies:
    record = _in((Life.DUE,), state, command.intake)
    assert state.plan is not None
    until = moment.wall + timedelta(minutes=state.plan.settings.snooze_min)
    refuse_if((until >= record.intake.latest_at, Reason.TOO_LATE))
    return [e.IntakeSnoozed(intake=command.intake, until=until)]


def decline(command: c.Decline, state: State, moment: Moment) -> e.Bodies:
    record = _in((Life.DUE,), state, command.intake)
    if record.intake.as_needed:  # it was nobody's plan, and may be asked for again
        return [e.IntakeWithdrawn(intake=command.intake, reason=command.reason)]
    declined: e.Bodies = [e.IntakeDeclined(intake=command.intake, reason=command.reason)]
    if record.intake.criticality is Criticality.HIGH:  # H41
        declined.append(about(record, e.AlarmCode.DECLINED, can_open=True))
    return declined


def change_mind(command: c.ChangeMind, state: State, moment: Moment) -> e.Bodies:
    _in((Life.DECLINED,), state, command.intake)
    return [e.DeclineWithdrawn(intake=command.intake)]


def say(command: c.Say, state: State, moment: Moment) -> e.Bodies:
    """The citizen's word: when asked after an opening, for what is only reminded, or for one handed out early."""
    record = _in(_WORD_IN, state, command.intake)
    if record.state in (Life.TAKEN, Life.MISSED):
        refuse_if((not record.early or command.all_taken is (record.state is Life.TAKEN), Reason.ALREADY))
        return uncertain(record, "answers_clash")
    if record.state in _BY_WORD:  # boxed is not taken by word alone; only reminded keeps to its interval too (R2)
        refuse_if((record.intake.boxed, Reason.NOT_NOW), (record.promise, Reason.PROMISED))
        refuse_if((interval_left(state, record.intake, moment) > timedelta(), Reason.INTERVAL))
    asked = state.opening is not None and state.opening.asked_at is not None
    refuse_if((record.state is Life.PARTLY_TAKEN and not command.all_taken, Reason.ALREADY))
    refuse_if((record.state is Life.OPEN and not asked, Reason.NOT_NOW))
    if command.all_taken:
        return [e.IntakeTaken(intake=command.intake, evidence=e.Evidence.SELF)]
    if record.state is Life.HANDED_OUT_EARLY:
        return [e.IntakeMissed(intake=command.intake), about(record, e.AlarmCode.NOT_TAKEN)]
    return [e.IntakePartlyTaken(intake=command.intake, evidence=e.Evidence.SELF)]


_BY_WORD = (Life.DUE, Life.PARTLY_TAKEN)
_WORD_IN = (*_BY_WORD, Life.OPEN, Life.HANDED_OUT_EARLY, Life.TAKEN, Life.MISSED)


def say_taken_elsewhere(command: c.SayTakenElsewhere, state: State, moment: Moment) -> e.Bodies:
    record = _in((Life.PLANNED, Life.DUE), state, command.intake)
    return [e.IntakeTakenElsewhere(intake=command.intake), about(record, e.AlarmCode.TAKEN_ELSEWHERE)]


def ask_for_help(command: c.AskForHelp, state: State, moment: Moment) -> e.Bodies:
    refuse_if((any(a.code is e.AlarmCode.HELP for a in state.living_alarms()), Reason.ALREADY))
    return [alarm(e.AlarmCode.HELP, str(state.seq + 1), Criticality.MEDIUM)]


def _in(states: tuple[Life, ...], state: State, intake: str) -> Record:
    record = known(state, intake)
    refuse_if((record.final, Reason.TOO_LATE))
    refuse_if((record.state not in states, Reason.NOT_NOW))
    return record
