"""The whole way of an order: a form at the gateway's page, sync's process, a real hub's desk, and its word back."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from hub import protocol as p
from hub.client import Client
from hub.domain import events as e
from hub.domain.intake import Life
from sync.config import load
from sync.download import Download
from sync.gateway import alarms, rounds
from sync.gateway.hubs import put_plan
from sync.server import Server
from tests.hub.box import HandClock
from tests.sync import examples as x
from tests.sync.bed import Home, Municipality, signed_plan, until
from tests.sync.forms import Desk
from tests.sync.real import COMPARTMENT, RealHub, real_hub
from tests.sync.test_through import syncing

MORNING = "2026-03-12/morning"
HUB = "hub-through"


class Whole:
    """Everything between Sanne's browser and Aase's finger."""

    def __init__(self, town: Municipality, home: Home, hub: RealHub, desk: Desk, clock: HandClock) -> None:
        self.town, self.home, self.hub, self.desk, self.clock = town, home, hub, desk, clock

    def state_of(self, intake: str = MORNING) -> Life:
        return self.hub.loop.state.records[intake].state

    def carried_out(self, kind: str) -> None:
        until(lambda: self.desk.states().get(kind) == "carried_out")

    def missing(self) -> list[str]:
        with self.town.gateway(clock=lambda: self.clock.moment.wall) as gateway:
            rounds.look(gateway)
            return [a.alarm for a in alarms.list_alarms(gateway, HUB) if a.own and a.code == "missing_outcome"]


@pytest.fixture
def whole(quiet_town: Municipality, tmp_path: Path) -> Iterator[Whole]:
    """8.00 at home: the morning's dose is due, its compartment filled, nothing is ordered yet."""
    clock = HandClock()
    home = quiet_town.enrolled(tmp_path / "home", HUB)
    quiet_town.user()
    with ExitStack() as stack:
        stack.enter_context(quiet_town.serving(lambda: clock.moment.wall))
        browser = stack.enter_context(quiet_town.browser())
        hub = stack.enter_context(real_hub(home, clock))
        with quiet_town.gateway(clock=lambda: clock.moment.wall) as gateway:
            put_plan(gateway, HUB, signed_plan(quiet_town.ring.plan, HUB))
        stack.enter_context(syncing(home))
        hub.fills(MORNING)
        made = Whole(quiet_town, home, hub, Desk(quiet_town, browser, HUB), clock)
        until(lambda: made.state_of() is Life.DUE)
        yield made


def bodies(whole: Whole, *kinds: type[Any]) -> list[Any]:
    return [event.body for event in whole.hub.loop.journal.replay() if isinstance(event.body, kinds)]


def test_without_an_order_the_finger_opens_it(whole: Whole) -> None:
    """What the others are measured against."""
    assert whole.hub.touch(MORNING) == ()
    until(lambda: whole.hub.box.pulses == [COMPARTMENT])


def test_an_urgent_stop_from_the_page_locks_the_compartment(whole: Whole) -> None:
    boxed = whole.hub.loop.state.records[MORNING].intake.boxed
    whole.desk.stops(boxed[0].ordination, reason="ny allergi")
    whole.carried_out("UrgentStop")
    assert set(whole.hub.touch(MORNING)) & {"stopped", "not_now"}  # not_now: it is withheld already
    until(lambda: whole.state_of() is Life.WITHHELD)
    assert whole.hub.touch(MORNING) != ()
    assert whole.hub.box.pulses == []
    [stop] = bodies(whole, e.OrdinationsStopped)  # a double click, offered until answered: once
    assert (stop.by, stop.ordinations) == (x.BY, (boxed[0].ordination,))


def test_i_will_give_it_from_the_page_locks_it_until_handed_back(whole: Whole) -> None:
    whole.desk.orders("give", MORNING, give_by="2026-03-12T08:45")
    whole.carried_out("GiveIntake")
    assert whole.hub.touch(MORNING) == ("promised",)
    until(lambda: "Sanne Holm giver den senest 12.03. kl. 08.45" in whole.desk.intake(MORNING))
    whole.desk.orders("hand-back", MORNING)
    whole.carried_out("HandBackIntake")
    assert whole.hub.touch(MORNING) == ()
    assert [type(b).__name__ for b in bodies(whole, e.IntakePromised, e.IntakeHandedBack)] == [
        "IntakePromised", "IntakeHandedBack",
    ]  # fmt: skip


def test_what_was_promised_and_not_given_rings_and_what_was_given_is_told(whole: Whole) -> None:
    whole.desk.orders("give", MORNING, give_by="2026-03-12T08:45")
    whole.carried_out("GiveIntake")
    whole.hub.moves_on(45 * 60)
    until(lambda: "ikke meldt givet" in whole.desk.alarms())
    whole.desk.orders("resolve", MORNING, outcome="given_by_staff")
    until(lambda: whole.state_of() is Life.GIVEN_BY_STAFF)
    until(lambda: "givet af personale" in whole.desk.read())
    until(lambda: "Sanne Holm har den" in whole.desk.alarms())
    assert whole.hub.touch(MORNING) != ()
    assert whole.hub.box.pulses == []


def test_hospital_from_the_page_locks_the_box_and_nobody_is_rung_for_what_others_gave(whole: Whole) -> None:
    whole.desk.orders("begin-leave", kind="hospital", ends_at="")
    whole.carried_out("BeginLeave")
    until(lambda: whole.state_of() is Life.WITHHELD)
    assert whole.hub.touch(MORNING) != ()
    until(lambda: "<b>Indlagt på sygehus</b>" in whole.desk.read())
    whole.hub.moves_on(3 * 3600)
    until(lambda: "holdt tilbage" in whole.desk.intake(MORNING))
    assert whole.missing() == []
    whole.desk.orders("end-leave")
    whole.carried_out("EndLeave")
    assert whole.hub.loop.state.leave is None
    until(lambda: "Borgeren er hjemme igen" not in whole.desk.read())


def test_what_the_hub_refuses_is_offered_once_and_its_sender_reads_why(whole: Whole) -> None:
    whole.desk.orders("hand-back", MORNING)  # nobody has promised it
    until(lambda: whole.desk.states() == {"HandBackIntake": "refused"})
    assert "det passer ikke med, hvordan det står til nu" in whole.desk.alarms()


def test_orders_again_and_in_another_order_change_nothing(whole: Whole) -> None:
    """What was carried out is refused when it comes again, by whatever way and after whatever else (R14)."""
    whole.desk.orders("give", MORNING, give_by="2026-03-12T08:45")
    whole.carried_out("GiveIntake")
    whole.desk.orders("hand-back", MORNING)
    whole.carried_out("HandBackIntake")
    before = [event.id for event in whole.hub.loop.journal.replay()]
    with whole.town.gateway() as gateway, gateway.reads.connect() as connection:
        kept = [row[0] for row in connection.exec_driver_sql("SELECT jws FROM commands ORDER BY issued DESC")]
    for jws in (*kept, *reversed(kept)):
        error = whole.hub.says(p.OfferCommand(jws=jws))
        assert isinstance(error, p.Error)
        assert error.reasons == ("already",)
    assert [event.id for event in whole.hub.loop.journal.replay()] == before
    assert whole.desk.states() == {"GiveIntake": "carried_out", "HandBackIntake": "carried_out"}
    assert whole.hub.touch(MORNING) == ()


def test_a_hub_with_a_new_journal_gets_the_stop_before_its_plan(whole: Whole) -> None:
    """Nobody there remembers either; what was stopped stays stopped (R6, R11)."""
    ordination = whole.hub.loop.state.records[MORNING].intake.boxed[0].ordination
    whole.desk.stops(ordination)
    whole.carried_out("UrgentStop")
    other = Home(whole.home.home / "anew", HUB)
    other.state.mkdir(parents=True)
    for name in ("trust.json", "device-key.json"):
        (other.state / name).write_bytes((whole.home.state / name).read_bytes())
    with closing(Server(load(whole.home.settings()))) as server, real_hub(other, whole.clock) as anew:
        client = Client(other.socket)
        Download(client, server).run()
        client.close()
        kinds = [type(event.body) for event in anew.loop.journal.replay()]
        assert kinds.index(e.OrdinationsStopped) < kinds.index(e.PlanAccepted)
        assert list(anew.loop.state.stops) == [ordination]
