"""What the journal holds is forever: every body goes to JSON and back, under a name that never changes (R11)."""

from typing import Any, get_args

import msgspec
import pytest

from hub.domain import events as e
from hub.domain.life import TABLE
from hub.lane import LANE, Lane
from tests.domain.play import DAY, Play
from tests.domain.samples import INTAKE, WHEN, filled

BODIES = get_args(e.AnyBody)
NAMES = [
    "AlarmAcknowledged", "AlarmEnded", "AlarmEscalated", "AlarmRaised", "AsNeededAsked", "Booted", "ClockDoubted",
    "ClockTrusted", "CommandCarriedOut", "CompartmentEmptied", "CompartmentFilled", "DayPlanned",
    "DeclineWithdrawn", "DeviceBack", "DeviceLost", "EventParked", "FillDoubted", "FillVerified", "FillingBegun",
    "FillingEnded", "IntakeCorrected", "IntakeDeclined",
    "IntakeDue", "IntakeGivenByStaff", "IntakeHandedBack", "IntakeHandedOutEarly", "IntakeMissed", "IntakeNotKnown",
    "IntakePartlyTaken", "IntakePromised", "IntakePutBack", "IntakeReleased", "IntakeRestored", "IntakeSnoozed",
    "IntakeTaken", "IntakeTakenElsewhere", "IntakeUncertain", "IntakeWithdrawn", "IntakeWithheld",
    "JournalConfirmed", "JournalDoubted", "KeyAccepted", "LeaveBegun", "LeaveEnded", "LidClosed", "LidOpened",
    "MachineAsked", "MainsLost", "MainsRestored", "MarkLowered", "OpeningAbandoned", "OpeningFailed",
    "OpeningRequested", "OrdinationsStopped", "PlanAccepted", "PlanAwaited", "PlanRefused", "PoweredOff", "PulseFailed",
    "PulseRequested", "SelfTested", "TimeSet", "WindowEnded", "WordAsked",
]  # fmt: skip


def envelope(body: Any) -> e.Event:
    return e.Event(
        seq=1, id="01930000-0000-7000-8000-000000000000", wall=WHEN, monotonic_s=1.25, trusted=True, boot="b",
        plan_version=3, body=body,
    )  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.__name__)
def test_every_body_goes_to_json_and_back(body):
    event = envelope(filled(body))
    raw = msgspec.json.encode(event)
    assert msgspec.json.decode(raw, type=e.Event) == event
    assert msgspec.json.decode(raw)["body"]["type"] == body.__name__


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.__name__)
def test_a_field_nobody_knows_is_refused(body):
    """R11: a newer release's event stops an older one; it is not half read."""
    raw = msgspec.to_builtins(envelope(filled(body)))
    raw["body"]["more"] = 1
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, e.Event)


def test_an_event_nobody_knows_is_refused():
    raw = msgspec.to_builtins(envelope(e.MainsLost()))
    raw["body"] = {"type": "Teleported"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, e.Event)


def test_names_are_forever():
    assert sorted(body.__name__ for body in BODIES) == NAMES


def test_alarm_codes_are_forever():
    assert sorted(e.AlarmCode) == [
        "battery_low", "cannot_serve", "clock", "declined", "device", "help", "journal", "lid_left_open", "mains_lost",
        "not_commissioned", "not_given", "not_known", "not_taken", "not_understood", "opening_fault", "parked",
        "partly_taken", "plan_old", "plan_refused", "stopped", "taken_elsewhere", "tamper", "uncertain", "withdrawn",
        "withheld",
    ]  # fmt: skip


def test_every_body_has_a_lane_and_alarms_go_first():
    assert set(LANE) == set(BODIES)
    assert {b.__name__ for b, lane in LANE.items() if lane is Lane.ALARMS} == {
        "AlarmRaised", "AlarmEscalated", "AlarmAcknowledged", "AlarmEnded",
    }  # fmt: skip


def test_what_moves_an_intake_is_clinical():
    assert {LANE[body] for row in TABLE.values() for body in row} == {Lane.CLINICAL}


def test_a_quantity_is_text_and_exact():
    raw = msgspec.json.encode(envelope(e.DayPlanned(day=DAY, intakes=(INTAKE,))))
    assert b'"quantity":"0.5"' in raw


def test_a_whole_day_goes_through_json(day: Play):
    day.at("8.00").open("morning")
    day.take(1, 1)
    day.at("23.00").die("boot-2")
    raw = msgspec.json.encode(day.events)
    assert msgspec.json.decode(raw, type=list[e.Event]) == day.events
