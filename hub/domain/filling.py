"""Filling a compartment: one at a time, unlocked for it alone; what is put in is scanned, counted, weighed (H10)."""

from datetime import timedelta

from msgspec.structs import replace

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.alarms import alarm
from hub.domain.intake import AS_NEEDED, Dose, Intake, IntakeId, Life, Moment, most_critical
from hub.domain.interval import waited
from hub.domain.life import UNRESOLVED
from hub.domain.may_open import may_unlock
from hub.domain.plan import Handout, OrdinationId, Plan
from hub.domain.reading import RESOLUTION_MG
from hub.domain.refusal import Reason, Refused, refuse_if
from hub.domain.schedule import as_needed_dose, intakes_of
from hub.domain.served import day_of
from hub.domain.state import State

WEIGHT_CHANGED = "weight_changed"
FILLING_MOST = timedelta(minutes=20)  # one that nobody goes on with for so long is over
PULSES = 3  # a filling; more is a lock to be looked at


def begin(command: c.BeginFilling, state: State, moment: Moment) -> e.Bodies:
    """R1, R12: the intent and one pulse, for a person who stands there. Again while its lid has not opened."""
    going, number = state.filling, 1
    if going and going.compartment == command.compartment and going.intake == command.intake and not going.opened:
        number, command = going.pulses + 1, replace(command, filling=going.id)
    fillable(command.compartment, command.intake, state)
    untimely = not moment.trusted or state.clock_doubted
    refuse_if((untimely, Reason.CLOCK), (state.journal_doubted, Reason.JOURNAL))
    reasons = may_unlock(replace(state, filling=None) if number > 1 else state, command.sensed)
    if reasons or number > PULSES or command.sensed.reading is None:
        raise Refused(reasons or (Reason.NOT_NOW,))
    return [
        e.FillingBegun(
            filling=command.filling, compartment=command.compartment, intake=command.intake, number=number,
            weight_before_mg=command.sensed.reading.weight_mg, by=command.by,
        )
    ]  # fmt: skip


def fillable(compartment: int, intake: IntakeId, state: State) -> tuple[Plan, tuple[Dose, ...]]:
    """The plan and the doses that the compartment may be filled with now, or a refusal. R7: one intake a compartment,
    one compartment an intake, and only while the compartment was empty. Doses as needed lie one to a compartment too,
    in as many as there are. Not while an opening is weighed: one scale lies under all of them (R13). Nor before the
    locks were walked through, which wants the box empty (R12)."""
    refuse_if((state.opening, Reason.ANOTHER_OPENING), (not state.commissioned, Reason.NOT_COMMISSIONED))
    if intake.startswith(AS_NEEDED):
        return _fillable_as_needed(compartment, intake.removeprefix(AS_NEEDED), state)
    record = state.records.get(intake)
    plan, planned = _planned(state, intake)
    if plan is None or planned is None:
        raise Refused((Reason.NO_SUCH,))
    refuse_if(
        (compartment in state.fills or state.fill_of(intake), Reason.OCCUPIED),
        (not planned.boxed, Reason.NOTHING_BOXED),
        (record and (record.final or record.state not in (Life.PLANNED, Life.DUE, Life.WITHHELD)), Reason.NOT_NOW),
    )
    return plan, planned.boxed


def _fillable_as_needed(compartment: int, wanted: str, state: State) -> tuple[Plan, tuple[Dose, ...]]:
    if state.plan is None:
        raise Refused((Reason.NO_SUCH,))
    doses = [as_needed_dose(o) for o in state.plan.ordinations if o.id == wanted]
    boxed = tuple(d for d in doses if d is not None and d.handout is Handout.COMPARTMENT)
    refuse_if((not boxed, Reason.NO_SUCH), (compartment in state.fills, Reason.OCCUPIED))
    return state.plan, boxed


def _planned(state: State, intake: str) -> tuple[Plan | None, Intake | None]:
    """The intake, and the plan in force at its time: what is filled ahead is filled for the one that waits (R7)."""
    record, begins = state.records.get(intake), state.next_plan.valid_from if state.next_plan else None
    after = _intake_of(state.next_plan, intake)
    if begins and after and after.at >= begins:
        return state.next_plan, after
    before = record.intake if record else _intake_of(state.plan, intake)
    return (None, None) if before is None or (begins and before.at >= begins) else (state.plan, before)


def _intake_of(plan: Plan | None, intake: str) -> Intake | None:
    try:
        return next((i for i in intakes_of(plan, day_of(intake)) if i.id == intake), None) if plan else None
    except (ValueError, OverflowError):  # no such day, or one at the end of all calendars
        return None


def fill(command: c.FillCompartment, state: State, moment: Moment) -> e.Bodies:
    """A compartment is filled: by word alone, or as the hub that unlocked it has seen it."""
    plan, doses = fillable(command.compartment, command.intake, state)
    if state.filling or command.counted:
        _as_counted(command, doses, state)
    if not command.second or command.second == command.by:
        _alone(command, {d.ordination: d.medicine for d in doses}, plan, state)
    return [e.CompartmentFilled(
        compartment=command.compartment, intake=command.intake, doses=doses, contents_mg=command.contents_mg,
        plan_version=plan.version, by=command.by, counted=command.counted, second=command.second,
    )]  # fmt: skip


def _as_counted(command: c.FillCompartment, doses: tuple[Dose, ...], state: State) -> None:
    """What was counted is this intake, in the compartment that was unlocked for it, and that is shut again."""
    going = state.filling
    here = going and going.compartment == command.compartment and going.intake == command.intake
    counted = sorted((n.ordination, n.quantity) for n in command.counted)
    refuse_if((going is None, Reason.NOT_NOW), (going and not here, Reason.ANOTHER_OPENING))
    refuse_if(
        (state.open_lids, Reason.LID_OPEN),
        (e.Device.LIDS in state.lost, Reason.LIDS_UNSEEN),
        (counted != sorted((d.ordination, d.quantity) for d in doses), Reason.NOT_COUNTED),
        (going and not going.opened, Reason.NOT_COUNTED),  # nothing can have been put in
        (any(n.weight_mg is not None and n.weight_mg < -RESOLUTION_MG for n in command.counted), Reason.WEIGHT_DIFFERS),
    )


def _alone(command: c.FillCompartment, medicines: dict[OrdinationId, str], plan: Plan, state: State) -> None:
    """H10: what one person may not do alone. Two may: a medicine is substituted, a tablet made anew, a first count
    was wrong."""
    counted = command.counted
    known = [(state.items[n.item], n) for n in counted if n.item in state.items]
    items = {(n.item, medicines[n.ordination]) for n in counted if n.item}
    wrong = any(item.medicine != medicines[n.ordination] for item, n in known) or len(items) > len(dict(items))
    right = ((item, n) for item, n in known if item.medicine == medicines[n.ordination])
    differs = not all(item.weighs(n.quantity, n.weight_mg) for item, n in right) or _something_else(command)
    unseen = not counted or any(not n.item or n.weight_mg is None for n in counted)
    refuse_if(
        (wrong, Reason.WRONG_PACKAGE), (differs, Reason.WEIGHT_DIFFERS),
        (unseen and plan.settings.second_person, Reason.SECOND_PERSON),
    )  # fmt: skip


def _something_else(command: c.FillCompartment) -> bool:
    """Whether more lies in it than what was counted, or less: with its lid shut it weighs something else."""
    weights = [n.weight_mg for n in command.counted if n.weight_mg is not None]
    weighed = command.contents_mg is not None and weights and len(weights) == len(command.counted)
    return bool(weighed) and abs((command.contents_mg or 0) - sum(weights)) > RESOLUTION_MG


def empty(command: c.EmptyCompartment, state: State, moment: Moment) -> e.Bodies:
    refuse_if((command.compartment not in state.fills, Reason.NO_SUCH), (state.opening, Reason.ANOTHER_OPENING))
    emptied = e.CompartmentEmptied(compartment=command.compartment, by=command.by)
    return [emptied, *_looked_at(state, command.compartment, command.by)]


def verify(command: c.VerifyFill, state: State, moment: Moment) -> e.Bodies:
    """Of an intake that may have been taken from it, more must be said (`named.resolve`)."""
    found = state.fills.get(command.compartment)
    record = state.records.get(found.intake) if found else None
    refuse_if((found is None, Reason.NO_SUCH), (found and not found.doubted, Reason.ALREADY))
    unknown = (found and not found.doses) or (record and record.state in UNRESOLVED)
    refuse_if((state.opening, Reason.ANOTHER_OPENING), (unknown, Reason.NOT_NOW))
    verified = e.FillVerified(compartment=command.compartment, by=command.by)
    return [verified, *_looked_at(state, command.compartment, command.by)]


def _looked_at(state: State, compartment: int, by: str) -> e.Bodies:
    """Who sees to a compartment has its alarm of tampering; who sees to the last one, the scale's too: the next one is
    told anew (R9)."""
    moved = any(f.doubted == WEIGHT_CHANGED for n, f in state.fills.items() if n != compartment)
    seen = {f"{e.AlarmCode.TAMPER}/{compartment}"} | (set() if moved else {f"{e.AlarmCode.TAMPER}/scale"})
    return [e.AlarmAcknowledged(alarm=a.id, by=by) for a in state.living_alarms() if a.id in seen]


def weight_moved(state: State) -> e.Bodies:
    """R7, H23: something was taken out or put in past the lids, and nobody knows from where."""
    sound = {n: f for n, f in state.fills.items() if not f.doubted}
    if not sound or (state.opening and state.opening.asked_at is None):  # the opening's own, until it was weighed
        return []
    criticality = most_critical(d for f in sound.values() for d in f.doses)
    doubts = [e.FillDoubted(compartment=n, reason=WEIGHT_CHANGED) for n in sound]
    return [*doubts, alarm(e.AlarmCode.TAMPER, "scale", criticality)]


# -- when it comes to nothing ----------------------------------------------------------------------------------------


def end(command: c.EndFilling, state: State, moment: Moment) -> e.Bodies:
    refuse_if((state.filling is None, Reason.NO_SUCH))
    return ended(state, "given_up")


def ended(state: State, reason: str, lids_known: bool = True) -> e.Bodies:
    """The filling under way, if there is one, has come to nothing."""
    going = state.filling
    if going is None:
        return []
    shut = lids_known and not going.opened
    return [e.FillingEnded(filling=going.id, compartment=going.compartment, reason=reason, empty=shut)]


def forgotten(state: State, moment: Moment) -> e.Bodies:
    """Whoever began it went away, and the box waits."""
    over = state.filling and waited(state.filling.begun_at, moment) >= FILLING_MOST
    return ended(state, "forgotten") if over else []
