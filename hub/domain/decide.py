"""`decide`: what a command brings about, as event bodies, or a `Refusal` with every reason. Pure; changes nothing."""

from collections.abc import Callable
from typing import Any

from hub.domain import commands as c
from hub.domain import events as e
from hub.domain import filling, named, offers, touches
from hub.domain.alarms import DEVICE_CRITICALITY, alarm, over, uncertain
from hub.domain.battery import battery
from hub.domain.due import due
from hub.domain.intake import Life, Moment, most_critical
from hub.domain.life import TABLE
from hub.domain.plan import Criticality
from hub.domain.reading import Sensed, unmoved
from hub.domain.refusal import Reason, Refusal, Refused, refuse_if
from hub.domain.state import Opening, State


def decide(state: State, command: c.Command, moment: Moment) -> e.Bodies | Refusal:
    """The events `command` brings about in `state` at `moment`; an empty list when nothing follows.

    An alarm that is alive already is not raised again. TypeError where no rule is for such a command.
    """
    try:
        bodies = _brought_about(command, state, moment)
    except Refused as refused:
        return refused.refusal
    alive = {a.id for a in state.living_alarms()}
    return [b for b in bodies if not (isinstance(b, e.AlarmRaised) and b.alarm in alive)]


def _brought_about(command: c.Command, state: State, moment: Moment) -> e.Bodies:
    rule = _RULES.get(type(command))
    if rule is None:
        raise TypeError(f"no rule for {type(command).__name__}")
    return rule(command, state, moment)


# -- time and devices ----------------------------------------------------------------------------------------------


def _tick(command: c.Tick, state: State, moment: Moment) -> e.Bodies:
    sensed = command.sensed
    lids = state.open_lids if sensed.open_lids is None else sensed.open_lids
    moved = sorted(lids ^ state.open_lids)
    if moved:  # an edge was lost: what is sensed now counts
        return _move_lid(c.MoveLid(moved[0], moved[0] in lids), state, moment)
    if sensed.mains is not None and sensed.mains is not state.mains:
        return _mains(state, sensed.mains)
    if bodies := battery(state, sensed):
        return bodies
    if sensed.moved_mg is not None and (bodies := filling.weight_moved(state)):
        return bodies
    if turned := [d for d, text in sensed.devices.items() if bool(text) is not (d in state.lost)]:
        return [body for d in turned for body in _device(state, d, sensed.devices[d])]
    return due(state, moment, None if sensed.open_lids is None else sensed.reading)  # R12: unseen, a lid may be up


def _mains(state: State, mains: bool) -> e.Bodies:
    if not mains:
        return [e.MainsLost(), alarm(e.AlarmCode.MAINS_LOST, "hub", Criticality.LOW)]
    return [e.MainsRestored(), *over(state, e.AlarmCode.MAINS_LOST)]


def _device(state: State, device: e.Device, text: str) -> e.Bodies:
    """Each has one alarm, as critical as what it stops, which ends by itself (R9)."""
    if not text:
        return [e.DeviceBack(device=device), *over(state, e.AlarmCode.DEVICE, device)]
    raised, opening = alarm(e.AlarmCode.DEVICE, device, DEVICE_CRITICALITY[device]), state.opening
    bodies: e.Bodies = [e.DeviceLost(device=device, text=text), raised]
    if device is e.Device.LIDS and opening and opening.shut_at is None:  # R12: it may be open, and another one, too
        bodies += uncertain(state.records[opening.intake], "lids_unseen")
    return bodies + filling.ended(state, "lids_unseen", False) if device is e.Device.LIDS else bodies


def _boot(command: c.Boot, state: State, moment: Moment) -> e.Bodies:
    bodies: e.Bodies = [e.Booted(release=command.release, commissioned=command.commissioned)]
    unwalked = e.AlarmCode.NOT_COMMISSIONED
    bodies += over(state, unwalked) if command.commissioned else [alarm(unwalked, "hub", Criticality.HIGH)]
    opening = state.opening
    if opening is not None:
        bodies += _recover(opening, state, command.sensed if command.commissioned else Sensed())  # whose lid is that?
    lids = state.open_lids if command.sensed.open_lids is None else command.sensed.open_lids
    for lid in sorted(lids - state.open_lids):
        bodies += _lid_without_opening(lid, state, opening)
    bodies += [e.LidClosed(compartment=lid, intake=None) for lid in sorted(state.open_lids - lids)]
    return bodies + filling.ended(state, "restart", False)


def _recover(opening: Opening, state: State, sensed: Sensed) -> e.Bodies:
    """R1: the process died inside an opening. No effects are replayed; only what is sensed now decides."""
    record = state.records[opening.intake]
    equal = unmoved(opening.weight_before_mg, opening.expected_mg, opening.pieces, sensed.reading)
    if record.state is Life.OPENING and sensed.open_lids == frozenset() and equal:
        return [e.OpeningAbandoned(intake=opening.intake, opening=opening.id)]
    if record.state is Life.OPEN and sensed.open_lids == state.open_lids == frozenset({opening.compartment}):
        return []  # still open
    return uncertain(record, "restart_during_opening")


def _move_lid(command: c.MoveLid, state: State, moment: Moment) -> e.Bodies:
    n, opening = command.compartment, state.opening
    if (n in state.open_lids) is command.is_open:
        return []
    ours = opening is not None and opening.compartment == n
    if not command.is_open:
        return [e.LidClosed(compartment=n, intake=opening.intake if opening and ours else None)]
    if opening and ours:
        return [e.LidOpened(compartment=n, intake=opening.intake)]
    bodies = _lid_without_opening(n, state, opening)
    if opening is not None:  # R12: with two lids open nobody knows what came from where
        bodies += uncertain(state.records[opening.intake], "another_lid_opened")
    elif state.filling and state.filling.compartment != n:
        bodies += filling.ended(state, "another_lid_opened")
    return bodies


def _lid_without_opening(compartment: int, state: State, opening: Opening | None) -> e.Bodies:
    """A lid nobody was asked to open: staff's key, force or a fault (R7, H23)."""
    bodies: e.Bodies = [e.LidOpened(compartment=compartment, intake=None)]
    fill = state.fills.get(compartment)
    if fill is not None and not (opening and opening.compartment == compartment):
        record = state.records.get(fill.intake)
        if opening and record and not record.final and e.IntakeUncertain in TABLE[record.state]:  # R12: both
            bodies += uncertain(record, "another_lid_opened")
        elif not fill.doubted:
            bodies.append(e.FillDoubted(compartment=compartment, reason="lid_opened"))
        bodies.append(alarm(e.AlarmCode.TAMPER, str(compartment), most_critical(fill.doses), compartment=compartment))
    return bodies


def _pulse_ended(command: c.PulseEnded, state: State, moment: Moment) -> e.Bodies:
    opening = state.opening
    if command.problem and state.filling and state.filling.id == command.opening and not state.filling.opened:
        return filling.ended(state, command.problem, not command.given and state.filling.pulses == 1)
    if command.problem is None or opening is None or opening.id != command.opening or opening.opened_at:
        return []
    return [e.PulseFailed(intake=opening.intake, opening=opening.id, number=command.number, reason=command.problem)]


# -- from afar ---------------------------------------------------------------------------------------------------------


def _signed(command: c.Signed, state: State, moment: Moment) -> e.Bodies:
    """R14: each once. Nothing ordered from afar opens a lock: it only allows or forbids a touch at home."""
    refuse_if((type(command.order) not in REMOTE, Reason.STAFF_ONLY), (command.id in state.commands, Reason.ALREADY))
    done = e.CommandCarriedOut(id=command.id, by=command.by, expires=command.expires)
    return [done, *_brought_about(command.order, state, moment)]


REMOTE = frozenset({
    c.Acknowledge, c.Resolve, c.Correct, c.Promise, c.HandBack, c.BeginLeave, c.EndLeave, c.StopOrdinations, c.AcceptKey
})  # fmt: skip

_RULES: dict[type[c.Command], Callable[[Any, State, Moment], e.Bodies]] = {
    c.Tick: _tick,
    c.Boot: _boot,
    c.MoveLid: _move_lid,
    c.PulseEnded: _pulse_ended,
    c.Signed: _signed,
    c.OfferPlan: offers.offer_plan,
    c.StopOrdinations: offers.stop_ordinations,
    c.RequestOpening: touches.request_opening,
    c.AskAsNeeded: touches.ask_as_needed,
    c.Snooze: touches.snooze,
    c.Decline: touches.decline,
    c.ChangeMind: touches.change_mind,
    c.Say: touches.say,
    c.SayTakenElsewhere: touches.say_taken_elsewhere,
    c.AskForHelp: touches.ask_for_help,
    c.BeginFilling: filling.begin,
    c.EndFilling: filling.end,
    c.FillCompartment: filling.fill,
    c.EmptyCompartment: filling.empty,
    c.VerifyFill: filling.verify,
    c.Resolve: named.resolve,
    c.Correct: named.correct,
    c.Promise: named.promise,
    c.HandBack: named.hand_back,
    c.BeginLeave: named.begin_leave,
    c.EndLeave: named.end_leave,
    c.Acknowledge: named.acknowledge,
    c.DoubtJournal: named.doubt_journal,
    c.ConfirmJournal: named.confirm_journal,
    c.RecordSelfTest: lambda o, s, m: [e.SelfTested(by=o.by, results=o.results)],
    c.SetTime: lambda o, s, m: [e.TimeSet(wall=o.wall, by=o.by)],
    c.LowerMark: lambda o, s, m: [e.MarkLowered(by=o.by, second=o.second)],
    c.AskMachine: named.ask_machine,
    c.AcceptKey: lambda o, s, m: [o.key],
    c.Park: named.park,
}
