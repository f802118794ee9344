"""R10 where nobody is silent by fault: hospital, leave, a promise, an urgent stop. None rings falsely, none hides."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.domain import events as e
from hub.domain.intake import Intake
from hub.domain.leave import Leave, LeaveKind
from sync import fhir
from sync.gateway import orders, watch
from sync.gateway.hubs import find_hub, held_plans
from sync.gateway.inbox import Part, receive
from sync.resources import Source
from tests.plan.build import DAY, sample
from tests.sync import examples as x
from tests.sync.bed import Municipality
from tests.sync.test_watch import HUB, MIDNIGHT, Watched, watched

__all__ = ["watched"]  # the fixture
BEGINS = MIDNIGHT - timedelta(hours=2)


def leave(kind: LeaveKind = LeaveKind.HOSPITAL, **changes: Any) -> Leave:
    return replace(Leave("leave-1", kind, BEGINS, x.BY, None, "Karen"), **changes)


def over(intake: Intake) -> Any:
    return intake.latest_at + watch.GRACE


def tells(watched: Watched, body: e.AnyBody, wall: Any) -> fhir.LoggedEvent:
    """Something that is about no intake, at `wall`."""
    hub = find_hub(watched.gateway, HUB)
    assert hub
    watched.seq += 1
    logged = fhir.read(x.item(x.event(watched.seq, body, wall)))
    part = Part("clinical", watched.seq - 1, watched.seq, "ab" * 32)
    receive(watched.gateway, hub, part, fhir.bundle(fhir.entries(logged, Source(HUB, x.CPR))))
    return logged


def missing(watched: Watched) -> list[str]:
    return [alarm.partition("/")[2] for alarm in watched.alarms() if alarm.startswith(watch.MISSING_OUTCOME)]


def test_in_hospital_a_box_that_is_switched_off_asks_for_no_outcome(watched: Watched) -> None:
    tells(watched, e.LeaveBegun(leave=leave()), BEGINS)
    watched.clock.moves_to(over(watched.intakes()[-1]))
    assert watched.alarms() == [watch.NO_CONTACT]  # that it is off is told all the same


def test_home_again_from_hospital_each_intake_is_asked_for(watched: Watched) -> None:
    second = watched.intakes()[1]
    tells(watched, e.LeaveBegun(leave=leave()), BEGINS)
    watched.clock.moves_to(over(second))
    assert missing(watched) == []
    tells(watched, e.LeaveEnded(leave="leave-1", by=x.BY), second.opens_at)
    assert missing(watched) == [second.id]  # and not the one before it


def test_an_intake_that_could_be_had_before_the_ambulance_came_is_asked_for(
    watched: Watched, quiet_town: Municipality
) -> None:
    quiet_town.plan(HUB, 8, rounds=[{**slot, "early_min": 30} for slot in sample()["rounds"]])
    first = next(iter(watch.expected(held_plans(watched.gateway, HUB), DAY)))
    assert first.opens_at < first.at
    tells(watched, e.LeaveBegun(leave=leave(begins_at=first.opens_at + timedelta(seconds=1))), first.at)
    watched.clock.moves_to(over(first))
    assert missing(watched) == [first.id]


def test_a_hospital_leave_with_an_end_answers_until_then_only(watched: Watched) -> None:
    second = watched.intakes()[1]
    tells(watched, e.LeaveBegun(leave=leave(ends_at=second.opens_at)), BEGINS)
    watched.clock.moves_to(over(second))
    assert missing(watched) == [second.id]


@pytest.mark.parametrize("kind", [LeaveKind.OUTING, LeaveKind.WEEKEND])
def test_no_other_leave_answers_for_anything(watched: Watched, kind: LeaveKind) -> None:
    """Nobody gives it there but the citizen and who is with them: silence is silence (H27)."""
    first = watched.intakes()[0]
    tells(watched, e.LeaveBegun(leave=leave(kind, ends_at=MIDNIGHT + timedelta(days=1))), BEGINS)
    watched.clock.moves_to(over(first))
    assert missing(watched) == [first.id]


@pytest.mark.parametrize("reason", ["hospital", "stopped", "interval", "not_filled"])
def test_what_the_hub_withheld_it_has_answered_for_until_it_is_restored(watched: Watched, reason: str) -> None:
    first = watched.intakes()[0]
    watched.tells(e.IntakeWithheld(intake=first.id, reason=reason), first)
    watched.clock.moves_to(over(first))
    assert missing(watched) == []
    watched.tells(e.IntakeRestored(intake=first.id), first)
    assert missing(watched) == [first.id]


def test_a_promise_is_no_outcome(watched: Watched) -> None:
    """The hub says missed when the window is over, whoever promised; if it says nothing, somebody must look."""
    first = watched.intakes()[0]
    watched.tells(e.IntakePromised(intake=first.id, by=x.BY, give_by=first.latest_at), first)
    watched.clock.moves_to(over(first))
    assert missing(watched) == [first.id]
    watched.tells(e.IntakeMissed(intake=first.id), first)
    assert missing(watched) == []
    watched.tells(e.IntakeGivenByStaff(intake=first.id, by=x.BY), first)
    assert missing(watched) == []


def test_a_leave_told_again_or_in_another_order_is_the_same(watched: Watched) -> None:
    second = watched.intakes()[1]
    begun = tells(watched, e.LeaveBegun(leave=leave()), BEGINS)
    tells(watched, e.LeaveEnded(leave="leave-1", by=x.BY), second.opens_at)
    hub = find_hub(watched.gateway, HUB)
    assert hub
    again = fhir.bundle(fhir.entries(begun, Source(HUB, x.CPR)))
    receive(watched.gateway, hub, Part("clinical", 0, 1, "ab" * 32), again)
    watched.clock.moves_to(over(second))
    assert missing(watched) == [second.id]


def stopped(watched: Watched) -> str:
    hub = find_hub(watched.gateway, HUB)
    assert hub
    orders.stop(watched.gateway, hub, x.COMMAND, ("9100002",), x.BY, "")
    return f"{watch.STOP_NOT_DONE}/{x.COMMAND}"


def test_a_stop_that_is_not_carried_out_is_an_alarm_whatever_sync_says(watched: Watched) -> None:
    alarm = stopped(watched)
    watched.clock.moves_to(MIDNIGHT + watch.STOP_WAIT - timedelta(seconds=1), real_s=1)
    assert alarm not in watched.alarms()
    watched.clock.moves_to(MIDNIGHT + watch.STOP_WAIT, real_s=1)
    assert alarm in watched.alarms()
    orders.settle(watched.gateway, HUB, x.COMMAND, "accepted", "")
    assert alarm in watched.alarms()
    tells(watched, e.CommandCarriedOut(id=x.COMMAND, by=x.BY, expires=MIDNIGHT), MIDNIGHT)
    assert alarm not in watched.alarms()


def test_a_stop_the_hub_refused_stays_an_alarm_until_a_later_plan_runs(
    watched: Watched, quiet_town: Municipality, tmp_path: Path
) -> None:
    alarm = stopped(watched)
    orders.settle(watched.gateway, HUB, x.COMMAND, "refused", "no_such")
    watched.clock.moves_to(MIDNIGHT + timedelta(hours=1))
    watched.beats(plan_version=7)
    assert alarm in watched.alarms()
    issued = (MIDNIGHT + timedelta(minutes=30)).isoformat()
    quiet_town.plan(HUB, 8, issued=issued)
    watched.beats(plan_version=7)
    assert alarm in watched.alarms()  # sent, and not yet running
    watched.beats(plan_version=8)
    assert alarm not in watched.alarms()
