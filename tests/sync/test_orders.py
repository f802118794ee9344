"""What a named person may order at the page, and that each is one signed command whose fate is seen (R9, R14)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from hub import documents as d
from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.leave import LeaveKind
from hub.domain.refusal import Reason
from hub.signed import Purpose, SignatureRefused, verify
from sync.config import load
from sync.gateway import orders, words
from sync.gateway.hubs import find_hub, put_plan
from sync.server import Batch, Queued, Server
from tests.sync import examples as x
from tests.sync.bed import Home, Municipality, signed_plan
from tests.sync.forms import Desk
from tests.sync.test_gateway import batch

NOW = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)  # 8.00 at home
MORNING = "2026-03-12/morning"
NUMBERS = count(1)


class Time:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class Ordering:
    """Sanne at the pages of a hub with the everyday citizen's plan, and what waits there for its sync."""

    def __init__(self, town: Municipality, home: Home, desk: Desk, server: Server, time: Time) -> None:
        self.town, self.home, self.desk, self.server, self.time = town, home, desk, server, time

    def command(self) -> d.Command:
        """The one that waits, as the hub reads it."""
        [queued] = self.server.commands()
        return msgspec.json.decode(verify(queued.jws, self.town.ring.public, Purpose.COMMAND), type=d.Command)

    def tells(self, seq: int, *bodies: e.AnyBody, lane: str = "rest", after: int = 0) -> Batch:
        """The hub's log, sent; it may be sent again."""
        made = batch(self.home, *(x.event(seq + n, body) for n, body in enumerate(bodies)), lane=lane, after=after)
        self.server.post(made)
        return made


@pytest.fixture(scope="module")
def time() -> Time:
    return Time()


@pytest.fixture(scope="module")
def office(time: Time, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Municipality, requests.Session]]:
    """A municipality by that clock, and Sanne logged in."""
    town = Municipality(tmp_path_factory.mktemp("office"))
    town.user()
    with town.serving(time), town.browser() as browser:
        yield town, browser


@pytest.fixture
def ordering(office: tuple[Municipality, requests.Session], time: Time, tmp_path: Path) -> Iterator[Ordering]:
    town, browser = office
    time.at = NOW
    home = town.enrolled(tmp_path / "home", f"hub-{next(NUMBERS)}-ordered")
    with town.gateway(clock=time) as gateway:
        put_plan(gateway, home.hub, signed_plan(town.ring.plan, home.hub))
    with closing(Server(load(home.settings()))) as server:
        yield Ordering(town, home, Desk(town, browser, home.hub), server, time)


HOME = {"begins_at": "2026-03-13T10:00", "ends_at": "2026-03-13T15:30"}


@pytest.mark.parametrize(
    ("form", "intake", "filled", "order"),
    [
        ("resolve", MORNING, {"outcome": "given_by_staff"}, d.ResolveIntake(MORNING, "given_by_staff")),
        ("resolve", MORNING, {"outcome": "taken"}, d.ResolveIntake(MORNING, "taken")),
        ("resolve", MORNING, {"outcome": "missed"}, d.ResolveIntake(MORNING, "missed")),
        ("resolve", MORNING, {"outcome": "due", "latest_at": "2026-03-12T09:15"},
         d.ResolveIntake(MORNING, "due", NOW + timedelta(minutes=75))),
        ("give", MORNING, {"give_by": "2026-03-12T09:30"}, d.GiveIntake(MORNING, NOW + timedelta(minutes=90))),
        ("hand-back", MORNING, {}, d.HandBackIntake(MORNING)),
        ("correct", MORNING, {"state": "missed", "reason": "lå i skuffen"},
         d.CorrectIntake(MORNING, "missed", "lå i skuffen")),
        ("begin-leave", "", {"kind": "outing", **HOME},
         d.BeginLeave("outing", datetime(2026, 3, 13, 9, tzinfo=UTC), datetime(2026, 3, 13, 14, 30, tzinfo=UTC))),
        ("begin-leave", "", {"kind": "hospital", "ends_at": ""}, d.BeginLeave("hospital", NOW)),
        ("begin-leave", "", {"kind": "weekend", **HOME, "responsible": "Karen"},
         d.BeginLeave("weekend", datetime(2026, 3, 13, 9, tzinfo=UTC), datetime(2026, 3, 13, 14, 30, tzinfo=UTC),
                      "Karen")),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)  # fmt: skip
def test_a_form_is_one_command_by_the_one_who_logged_in(
    ordering: Ordering, form: str, intake: str, filled: dict[str, str], order: d.Orders
) -> None:
    assert ordering.desk.orders(form, intake, **filled).status_code == 200  # sent twice, and led back to the page
    command = ordering.command()
    assert (command.order, command.by, command.hub, command.citizen) == (order, x.BY, ordering.home.hub, x.CPR)
    assert NOW == command.issued < command.expires <= NOW + timedelta(hours=72)
    limits = (getattr(order, name, None) for name in ("latest_at", "give_by", "ends_at"))
    assert all(command.expires <= limit for limit in limits if limit)  # later it would only be refused


def test_to_end_a_leave_one_must_be_agreed(ordering: Ordering) -> None:
    leave = msgspec.structs.replace(x.WEEKEND, begins_at=NOW, ends_at=NOW + timedelta(days=2))
    assert "hjemme igen" not in ordering.desk.read()
    ordering.tells(5, e.LeaveBegun(leave=leave), lane="clinical")
    assert "Weekend hos andre" in ordering.desk.read()
    assert "Karen Lindgaard" in ordering.desk.read()
    ordering.desk.orders("end-leave")
    assert ordering.command().order == d.EndLeave()
    ordering.tells(9, e.LeaveEnded(leave=leave.id, by=x.BY), lane="clinical", after=5)
    assert "hjemme igen" not in ordering.desk.read()


@pytest.mark.parametrize(
    ("form", "intake", "filled"),
    [
        ("give", MORNING, {"give_by": ""}),
        ("give", MORNING, {"give_by": "2026-03-12T08:00"}),  # now
        ("give", MORNING, {"give_by": "2026-03-12T20:01"}),  # more than the hub takes
        ("give", MORNING, {"give_by": "2026-03-12T09:30+00:00"}),
        ("give", MORNING, {"give_by": "i morgen"}),
        ("give", MORNING, {"give_by": "9999-12-31T23:59"}),
        ("resolve", MORNING, {}),
        ("resolve", MORNING, {"outcome": "opened"}),
        ("resolve", MORNING, {"outcome": "due"}),
        ("correct", MORNING, {"state": "planned", "reason": "x"}),
        ("correct", MORNING, {"state": "missed", "reason": ""}),
        ("correct", MORNING, {"state": "missed", "reason": "x" * 201}),
        ("begin-leave", "", {"kind": "outing", "ends_at": ""}),
        ("begin-leave", "", {"kind": "weekend", **HOME}),  # nobody has said yes to it (H27)
        ("begin-leave", "", {"kind": "outing", **HOME, "ends_at": "2026-03-15T10:00"}),
        ("begin-leave", "", {"kind": "journey", **HOME}),
        ("hand-back", MORNING, {"once": "not an id"}),
    ],
)
def test_a_form_that_cannot_be_sent_says_why_and_sends_nothing(
    ordering: Ordering, form: str, intake: str, filled: dict[str, str]
) -> None:
    answer = ordering.desk.orders(form, intake, **filled)
    assert answer.status_code == 400
    assert "Intet er sendt" in answer.text
    assert ordering.server.commands() == []


def test_a_form_from_elsewhere_orders_nothing(ordering: Ordering) -> None:
    fields = ordering.desk.fields(ordering.desk.intake(MORNING), "hand-back")
    stop = ordering.desk.fields(ordering.desk.read(f"{ordering.desk.hub}/stop"), "") | {"stop-9100002": "1"}
    for csrf in ("", "x" * 43):
        assert ordering.desk.send(fields | {"csrf": csrf}).status_code == 403
        assert ordering.desk.send(stop | {"csrf": csrf}, "stop").status_code == 403
    assert ordering.desk.send(fields | {"order": "open"}).status_code == 400
    assert ordering.desk.sent() == []


def test_commands_wait_in_the_order_they_were_ordered(ordering: Ordering) -> None:
    """A hand-back that overtook its promise would leave the intake promised."""
    ordering.desk.orders("give", MORNING, give_by="2026-03-12T19:00")
    ordering.time.at += timedelta(minutes=1)
    ordering.desk.orders("hand-back", MORNING)
    ordering.time.at += timedelta(minutes=1)
    ordering.desk.orders("give", MORNING, give_by="2026-03-12T09:00")  # expires first
    kinds = [order["kind"] for order in reversed(ordering.desk.sent())]
    assert kinds == ["GiveIntake", "HandBackIntake", "GiveIntake"]
    issued = [_issued(ordering, queued) for queued in ordering.server.commands()]
    assert issued == sorted(issued)


def _issued(ordering: Ordering, queued: Queued) -> datetime:
    signed = verify(queued.jws, ordering.town.ring.public, Purpose.COMMAND)
    return msgspec.json.decode(signed, type=d.Command).issued


def test_only_the_hubs_own_event_says_that_it_was_carried_out(ordering: Ordering) -> None:
    ordering.desk.orders("hand-back", MORNING)
    command = ordering.command()
    assert ordering.desk.states() == {"HandBackIntake": "queued"}
    assert "venter på boksen" in ordering.desk.intake(MORNING)
    ordering.server.drop(command.id, "accepted")
    assert ordering.desk.states() == {"HandBackIntake": "accepted"}
    ordering.tells(7, e.CommandCarriedOut(id=command.id, by=x.BY, expires=command.expires))
    assert ordering.desk.states() == {"HandBackIntake": "carried_out"}
    assert "udført" in ordering.desk.read()


def test_what_came_before_or_again_or_too_late_changes_nothing(ordering: Ordering) -> None:
    """The hub's word before sync's, and sync's lost: offered again, the hub had done it already."""
    ordering.desk.orders("hand-back", MORNING)
    command = ordering.command()
    told = ordering.tells(7, e.CommandCarriedOut(id=command.id, by=x.BY, expires=command.expires))
    assert ordering.server.commands() == []
    for outcome in ("refused", "accepted"):
        ordering.server.drop(command.id, outcome, "already")
    ordering.server.post(told)
    ordering.time.at += timedelta(hours=30)
    assert ordering.desk.states() == {"HandBackIntake": "carried_out"}


def test_another_hubs_event_carries_out_nothing_here(ordering: Ordering, tmp_path: Any) -> None:
    ordering.desk.orders("hand-back", MORNING)
    command = ordering.command()
    other = ordering.town.enrolled(tmp_path / "other", "hub-other")
    said = e.CommandCarriedOut(id=command.id, by=x.BY, expires=command.expires)
    with closing(Server(load(other.settings()))) as server:
        server.post(batch(other, x.event(1, said), lane="rest"))
    assert ordering.desk.states() == {"HandBackIntake": "queued"}


def test_what_the_hub_refuses_is_not_offered_again_and_the_sender_sees_why(ordering: Ordering) -> None:
    ordering.desk.orders("give", MORNING, give_by="2026-03-12T09:30")
    [queued] = ordering.server.commands()
    ordering.server.drop(queued.id, "refused", "not_now")
    assert ordering.server.commands() == []
    for page in (ordering.desk.alarms(), ordering.desk.intake(MORNING), ordering.desk.read()):
        assert "afvist af boksen" in page
        assert words.refusal("not_now") in page


def test_what_was_not_fetched_in_time_is_seen_too(ordering: Ordering) -> None:
    ordering.desk.orders("give", MORNING, give_by="2026-03-12T09:30")
    ordering.time.at += timedelta(minutes=90)
    assert ordering.server.commands() == []
    assert ordering.desk.states() == {"GiveIntake": "expired"}
    assert "nåede ikke frem i tide" in ordering.desk.alarms()


def test_a_stop_has_a_key_of_its_own_and_waits_for_ever(ordering: Ordering) -> None:
    ordering.desk.stops("9100002", "9100005", reason="ny allergi")
    ordering.time.at += timedelta(days=40)
    [queued] = ordering.server.stops(anew=False)
    assert ordering.server.commands() == []
    stop = msgspec.json.decode(verify(queued.jws, ordering.town.ring.public, Purpose.STOP), type=d.UrgentStop)
    assert stop == d.UrgentStop(queued.id, ordering.home.hub, x.CPR, NOW, x.BY, ("9100002", "9100005"), "ny allergi")
    with pytest.raises(SignatureRefused):
        verify(queued.jws, ordering.town.ring.public, Purpose.COMMAND)
    ordering.server.drop(queued.id, "accepted")
    assert ordering.server.stops(anew=False) == []
    assert "boksen har fået den" in ordering.desk.read()  # after all that time, not yet carried out
    ordering.tells(7, e.CommandCarriedOut(id=queued.id, by=x.BY, expires=NOW + timedelta(days=366)))
    with ordering.town.gateway(clock=ordering.time) as gateway:
        assert orders.standing_stops(gateway, ordering.home.hub) == []


def test_a_stop_is_told_anew_until_a_later_plan_overrules_it(ordering: Ordering) -> None:
    """A hub whose journal began anew knows of no stop, and gets its plan again (R11)."""
    ordering.desk.stops("9100002")
    [queued] = ordering.server.stops(anew=False)
    ordering.server.drop(queued.id, "accepted")
    ordering.tells(7, e.CommandCarriedOut(id=queued.id, by=x.BY, expires=NOW + timedelta(days=366)))
    assert ordering.server.stops(anew=False) == []
    assert ordering.server.stops(anew=True) == [queued]
    ordering.server.drop(queued.id, "refused", "already")  # as a hub says that knows it
    assert ordering.desk.states() == {"UrgentStop": "carried_out"}
    for version, issued, told in ((8, NOW - timedelta(seconds=1), [queued]), (9, NOW + timedelta(seconds=1), [])):
        jws = signed_plan(ordering.town.ring.plan, ordering.home.hub, version, issued=issued.isoformat())
        with ordering.town.gateway(clock=ordering.time) as gateway:
            put_plan(gateway, ordering.home.hub, jws)
        assert ordering.server.stops(anew=True) == told


def test_only_what_is_in_the_plan_can_be_stopped(ordering: Ordering) -> None:
    page = ordering.desk.read(f"{ordering.desk.hub}/stop")
    assert "(9100002)" in page
    assert ordering.desk.stops().status_code == 400
    assert ordering.desk.stops("4711").status_code == 400
    assert ordering.server.stops(anew=False) == []


def test_the_page_shows_the_day_and_who_gives_what(ordering: Ordering) -> None:
    text = ordering.desk.read()
    assert "12.03. morgen" in text
    assert "0,5 tablet Carbidopa/Levodopa" in text
    assert "ikke meldt endnu" in text
    promised = e.IntakePromised(intake=MORNING, by=x.BY, give_by=NOW + timedelta(hours=1))
    sent = ordering.tells(5, promised, lane="clinical")
    assert "Sanne Holm giver den senest 12.03. kl. 09.00" in ordering.desk.read()
    ordering.tells(6, e.IntakeHandedBack(intake=MORNING, by=x.BY), lane="clinical", after=5)
    ordering.server.post(sent)  # again, and late
    assert "giver den senest" not in ordering.desk.read()


def test_a_dose_nobody_has_heard_of_has_a_page(ordering: Ordering) -> None:
    """An alarm may be about an intake of a plan that is gone."""
    assert "ikke meldt endnu" in ordering.desk.intake("2019-01-01/noon")
    assert "ikke meldt endnu" in ordering.desk.intake("odd")


@pytest.mark.parametrize("path", ["", "/intake?id=2026-03-12/noon", "/stop"])
def test_the_pages_are_for_those_who_logged_in(town: Municipality, home: Home, path: str) -> None:
    answer = requests.get(f"{town.url}/hubs/{home.hub}{path}", verify=str(town.ca), timeout=10)
    assert answer.url == f"{town.url}/login"
    posted = requests.post(
        f"{town.url}/hubs/{home.hub}/order", data={"order": "hand-back"}, verify=str(town.ca), timeout=10
    )
    assert posted.url == f"{town.url}/login"
    with town.gateway() as gateway:
        assert find_hub(gateway, home.hub)
        assert orders.sent(gateway, home.hub) == []


@pytest.mark.parametrize("code", [*Reason, "expired"])
def test_every_refusal_has_words(code: str) -> None:
    assert words.refusal(code) in words.REFUSALS.values()
    assert "(unheard of)" in words.refusal("unheard of")


@pytest.mark.parametrize("kind", [*msgspec.inspect.type_info(d.Orders).types], ids=lambda kind: kind.cls.__name__)
def test_every_order_has_words(kind: Any) -> None:
    assert words.order(kind.cls.__name__) != kind.cls.__name__


def test_every_state_and_leave_has_words() -> None:
    assert {str(life) for life in Life} <= words.LIVES.keys()
    assert {str(kind) for kind in LeaveKind} == words.LEAVES.keys()
    assert words.dose(x.ASKED.id) == "20.11. efter behov, nr. 1"
