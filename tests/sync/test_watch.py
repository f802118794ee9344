"""R10: what should have been heard and was not, with a clock of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.domain import events as e
from hub.domain.intake import Intake
from hub.domain.schedule import intakes_of
from hub.signed import Purpose
from sync import fhir
from sync.gateway import alarms, orders, rounds, watch
from sync.gateway.gateway import Gateway
from sync.gateway.heartbeats import hear
from sync.gateway.hubs import find_hub, held_plans
from sync.gateway.inbox import Part, receive
from sync.resources import Source
from tests.plan.build import DAY, sample
from tests.sync import examples as x
from tests.sync.bed import Home, Municipality, ScriptedHub

HUB = "hub-watched"
MIDNIGHT = datetime(2026, 3, 11, 23, 0, tzinfo=UTC)


class Clock:
    """Both clocks of the gateway, moved by hand."""

    def __init__(self) -> None:
        self.at, self.s = MIDNIGHT, 1000.0

    def __call__(self) -> datetime:
        return self.at

    def real_s(self) -> float:
        return self.s

    def moves_to(self, at: datetime, real_s: float = 600.0) -> None:
        self.at, self.s = at, self.s + real_s


class Watched:
    """A hub, its plan from the samples, and what the gateway alarms about it."""

    def __init__(self, gateway: Gateway, clock: Clock, hub: ScriptedHub, home: Home) -> None:
        self.gateway, self.clock, self.scripted, self.home = gateway, clock, hub, home
        self.seq = 0

    def intakes(self) -> tuple[Intake, ...]:
        return intakes_of(held_plans(self.gateway, HUB)[0].plan, DAY)

    def beats(self, **changes: Any) -> None:
        hub = find_hub(self.gateway, HUB)
        assert hub
        hear(self.gateway, hub, self.scripted.heartbeat(**changes))

    def tells(self, body: e.AnyBody, intake: Intake) -> None:
        hub = find_hub(self.gateway, HUB)
        assert hub
        self.seq += 1
        entries = fhir.entries(x.logged(self.seq, body, intake), Source(HUB, x.CPR))
        receive(self.gateway, hub, Part("clinical", self.seq - 1, self.seq, "ab" * 32), fhir.bundle(entries))

    def alarms(self) -> list[str]:
        rounds.look(self.gateway)
        return [a.alarm for a in alarms.list_alarms(self.gateway, HUB) if a.alive]


@pytest.fixture
def watched(quiet_town: Municipality, tmp_path: Path) -> Iterator[Watched]:
    clock = Clock()
    home = Home(tmp_path / "home", HUB)
    with quiet_town.gateway(clock=clock, real_s=clock.real_s) as gateway:
        quiet_town.gateway = _always(gateway)
        home = quiet_town.enrolled(tmp_path / "home", HUB)
        quiet_town.plan(HUB)
        yield Watched(gateway, clock, ScriptedHub(home), home)


def _always(gateway: Gateway) -> Callable[..., Any]:
    return lambda **_: nullcontext(gateway)


def taken(intake: Intake) -> e.AnyBody:
    return e.IntakeTaken(intake=intake.id, evidence=e.Evidence.REMOVED)


def test_a_missing_outcome_is_alarmed_after_its_grace_and_ends_when_it_comes(watched: Watched) -> None:
    first = watched.intakes()[0]
    watched.clock.moves_to(first.latest_at + watch.GRACE - timedelta(seconds=1))
    watched.beats()
    assert watched.alarms() == []
    watched.clock.moves_to(first.latest_at + watch.GRACE, real_s=1)
    assert watched.alarms() == [f"missing_outcome/{first.id}"]
    assert watched.alarms() == [f"missing_outcome/{first.id}"]  # once
    [alarm] = alarms.list_alarms(watched.gateway, HUB)
    assert (alarm.criticality, alarm.intake) == (first.criticality, first.id)
    watched.tells(taken(first), first)
    assert watched.alarms() == []


def test_handed_out_is_no_outcome_and_a_miss_is(watched: Watched) -> None:
    first, second = watched.intakes()[:2]
    watched.tells(e.IntakeHandedOutEarly(intake=first.id), first)
    watched.tells(e.IntakeMissed(intake=second.id), second)
    watched.clock.moves_to(second.latest_at + watch.GRACE)
    watched.beats()
    assert watched.alarms() == [f"missing_outcome/{first.id}"]


def test_one_dose_untold_is_an_intake_untold(watched: Watched) -> None:
    first = next(i for i in watched.intakes() if len(i.doses) > 1)
    for other in watched.intakes():
        if other.latest_at < first.latest_at:
            watched.tells(taken(other), other)
    watched.tells(taken(first), _without_one(first))
    watched.clock.moves_to(first.latest_at + watch.GRACE)
    watched.beats()
    assert watched.alarms() == [f"missing_outcome/{first.id}"]


def _without_one(intake: Intake) -> Intake:
    return replace(intake, doses=intake.doses[1:])


def test_taken_back_is_no_outcome_and_a_release_gives_time(watched: Watched) -> None:
    first = watched.intakes()[0]
    until = first.latest_at + timedelta(hours=1)
    watched.tells(e.IntakeMissed(intake=first.id), first)
    watched.tells(e.IntakeReleased(intake=first.id, by=x.BY, latest_at=until), first)
    watched.clock.moves_to(until + watch.GRACE - timedelta(seconds=1))
    watched.beats()
    assert watched.alarms() == []
    watched.clock.moves_to(until + watch.GRACE, real_s=1)
    assert watched.alarms() == [f"missing_outcome/{first.id}"]


def test_no_contact_is_alarmed_by_both_clocks_and_ends_with_a_beat(watched: Watched) -> None:
    watched.beats()
    watched.clock.moves_to(MIDNIGHT + timedelta(minutes=15), real_s=1)  # one clock jumped: nobody was silent
    assert watched.alarms() == []
    watched.clock.moves_to(MIDNIGHT + timedelta(minutes=16), real_s=300)
    assert watched.alarms() == ["no_contact"]
    watched.beats()
    assert watched.alarms() == []


def test_a_hub_never_heard_is_no_contact(watched: Watched) -> None:
    watched.clock.moves_to(MIDNIGHT + timedelta(minutes=15))
    assert watched.alarms() == ["no_contact"]


def test_home_runs_v6_sent_v7(watched: Watched) -> None:
    watched.beats(plan_version=6)
    watched.clock.moves_to(MIDNIGHT + watch.PLAN_WAIT)
    watched.beats(plan_version=6)
    assert watched.alarms() == ["plan_not_running/7"]
    watched.beats(plan_version=7)
    assert watched.alarms() == []


def test_a_plan_whose_time_has_not_come_waits_at_home(watched: Watched, quiet_town: Municipality) -> None:
    begins = MIDNIGHT + timedelta(hours=4)
    quiet_town.plan(HUB, 8, valid_from=begins.isoformat(), issued=MIDNIGHT.isoformat())
    for wait, heard, alarm in (
        (timedelta(hours=1), {"plan_version": 7}, ["plan_not_running/8"]),  # sent, and not even there
        (timedelta(hours=2), {"plan_version": 7, "next_plan_version": 8}, []),
        (timedelta(hours=4, minutes=29), {"plan_version": 7, "next_plan_version": 8}, []),
        (timedelta(hours=4, minutes=31), {"plan_version": 7, "next_plan_version": 8}, ["plan_not_running/8"]),
        (timedelta(hours=4, minutes=32), {"plan_version": 8}, []),
    ):
        watched.clock.moves_to(MIDNIGHT + wait)
        watched.beats(**heard)
        assert watched.alarms() == alarm, wait


def test_its_own_alarm_is_taken_here_by_name_and_not_raised_again(watched: Watched) -> None:
    watched.clock.moves_to(MIDNIGHT + timedelta(minutes=15))
    assert watched.alarms() == ["no_contact"]
    [alarm] = alarms.list_alarms(watched.gateway, HUB)
    orders.acknowledge(watched.gateway, alarm, x.BY)
    assert watched.alarms() == []
    assert [a.seen_by for a in alarms.list_alarms(watched.gateway, HUB)] == [x.BY]
    assert orders.waiting(watched.gateway, HUB, Purpose.COMMAND) == []
    watched.beats()
    assert watched.alarms() == []
    watched.clock.moves_to(MIDNIGHT + timedelta(hours=1))
    assert watched.alarms() == ["no_contact"]  # a new silence is a new alarm


def test_an_alarm_that_stands_does_not_end_by_growing_old(watched: Watched) -> None:
    first = watched.intakes()[0]
    watched.clock.moves_to(first.latest_at + watch.GRACE)
    assert f"missing_outcome/{first.id}" in watched.alarms()
    watched.clock.moves_to(first.latest_at + timedelta(days=watch.DAYS_BACK + 2))
    assert f"missing_outcome/{first.id}" in watched.alarms()


def test_each_intake_is_asked_of_the_plan_in_force_at_its_time(watched: Watched, quiet_town: Municipality) -> None:
    noon = next(i for i in watched.intakes() if i.slot == "noon")
    watched.clock.moves_to(noon.at - timedelta(hours=1))
    quiet_town.plan(HUB, 8, valid_from=noon.at.isoformat(), issued=noon.at.isoformat())
    days = [DAY]
    found = watch.missing_outcomes(held_plans(watched.gateway, HUB), {}, days, noon.at + timedelta(days=2))
    assert sorted(f.intake or "" for f in found) == sorted(i.id for i in watched.intakes())


def test_a_plan_that_comes_late_asks_for_nothing_that_was_over(watched: Watched, quiet_town: Municipality) -> None:
    noon = next(i for i in watched.intakes() if i.slot == "noon")
    empty = {**sample()["medicines"], "entry": [e for e in sample()["medicines"]["entry"] if _is_patient(e)]}
    watched.clock.moves_to(noon.latest_at)
    quiet_town.plan(HUB, 8, medicines=empty)
    asked = list(watch.expected(held_plans(watched.gateway, HUB), DAY))
    assert [i.id for i in asked] == [i.id for i in watched.intakes() if i.latest_at <= noon.latest_at]


def _is_patient(entry: Any) -> bool:
    return bool(entry["resource"]["resourceType"] == "Patient")


def test_a_command_not_fetched_in_time_is_void(watched: Watched) -> None:
    raised = e.AlarmRaised(alarm="help/1", code=e.AlarmCode.HELP, criticality="high")
    hub = find_hub(watched.gateway, HUB)
    assert hub
    entries = fhir.entries(x.logged(1, raised), Source(HUB, x.CPR))
    receive(watched.gateway, hub, Part("alarms", 0, 1, "ab" * 32), fhir.bundle(entries))
    [alarm] = alarms.list_alarms(watched.gateway, HUB)
    orders.acknowledge(watched.gateway, alarm, x.BY)
    assert len(orders.waiting(watched.gateway, HUB, Purpose.COMMAND)) == 1
    watched.clock.moves_to(MIDNIGHT + timedelta(hours=watched.gateway.config.command_h))
    assert orders.waiting(watched.gateway, HUB, Purpose.COMMAND) == []
    [alarm] = alarms.list_alarms(watched.gateway, HUB)
    assert (alarm.alive, alarm.refused) == (True, "expired")
