"""Promises, leave and doses as needed through the sockets: by whom, and on which time (R5, R9, H27, H33)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import from_afar
from hub import protocol as p
from hub.desk import Desk
from hub.documents import CorrectIntake, EndLeave
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import AS_NEEDED
from hub.domain.leave import LeaveKind
from hub.domain.refusal import Reason
from hub.plan.envelope import sign_plan
from hub.signed import Purpose
from tests.domain.test_as_needed import para
from tests.hub.at_desk import DEVICE, HUB, KEYS, NOW, TRUST, WHO, Hub, at_desk
from tests.hub.box import FILLED, INTAKE, MORNING, NOON, TABLET_MG, offer, ordination, plan_of
from tests.hub.made import wait_for
from tests.plan.build import bundle, dosage, envelope, repeat, statement

HOUR = timedelta(hours=1)


@pytest.fixture
def hub(path: Path) -> Iterator[Hub]:
    """A morning's tablet that is due, noon's, and a dose as needed in compartment 3."""
    with at_desk(path) as made:
        plan = plan_of(ordination("pinemol", MORNING), ordination("ramipril", NOON), para())
        made.do(offer(plan), *FILLED, c.FillCompartment(3, f"{AS_NEEDED}para", TABLET_MG, "Sanne"))
        assert made.loop.state.records[INTAKE].state == "due"
        yield made


def refused(*reasons: str) -> p.Error:
    return p.Error(p.Problem.REFUSED, reasons)


def test_who_promises_is_named_and_the_box_stays_shut_until_it_is_handed_back(hub: Hub) -> None:
    assert hub.say(p.Promise(**WHO, intake=INTAKE, give_by=NOW + HOUR)) is None
    assert [b.by for b in hub.bodies(e.IntakePromised)] == ["Sanne Holm"]
    assert hub.say(p.Open(intake=INTAKE)) == refused("promised")
    assert hub.say(p.HandBack(**WHO, intake=INTAKE)) is None
    assert [b.by for b in hub.bodies(e.IntakeHandedBack)] == ["Sanne Holm"]
    assert hub.say(p.Open(intake=INTAKE)) is None


def test_a_promise_for_tomorrow_is_none(hub: Hub) -> None:
    assert hub.say(p.Promise(**WHO, intake=INTAKE, give_by=NOW + 13 * HOUR)) == refused("latest_wrong")


def weekend(**changes: Any) -> p.BeginLeave:
    given = {"kind": LeaveKind.WEEKEND, "begins_at": NOW, "ends_at": NOW + 48 * HOUR, "responsible": "Karen"}
    return p.BeginLeave(**WHO, **(given | changes))


def test_on_a_weekend_the_box_stays_shut_until_the_citizen_is_home_again(hub: Hub) -> None:
    assert hub.say(weekend()) is None
    (begun,) = hub.bodies(e.LeaveBegun)
    assert (begun.leave.by, begun.leave.responsible, len(begun.leave.id)) == ("Sanne Holm", "Karen", 36)
    assert hub.shown[-1].leave is not None
    assert "on_leave" in hub.say(p.Open(intake=INTAKE)).reasons
    assert "on_leave" in hub.say(p.AskAsNeeded(ordination="para")).reasons
    assert hub.say(p.HomeAgain()) is None
    assert [b.by for b in hub.bodies(e.LeaveEnded)] == ["citizen"]
    assert hub.say(p.Open(intake=INTAKE)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"responsible": ""}, "staff_only"),
        ({"ends_at": None}, "latest_wrong"),
        ({"ends_at": NOW + timedelta(days=8)}, "latest_wrong"),
        ({"begins_at": NOW + timedelta(days=400), "ends_at": NOW + timedelta(days=401)}, "latest_wrong"),
    ],
)
def test_a_leave_has_an_end_and_somebody_responsible(hub: Hub, changes: dict[str, Any], reason: str) -> None:
    assert reason in hub.say(weekend(**changes)).reasons
    assert hub.loop.state.leave is None


def test_out_of_hospital_only_a_named_person_lets_the_box_be_used(hub: Hub) -> None:
    assert hub.say(p.BeginLeave(**WHO, kind=LeaveKind.HOSPITAL, begins_at=NOW)) is None
    assert hub.say(p.HomeAgain()) == refused("staff_only")
    assert hub.say(p.EndLeave(**WHO)) is None
    assert [b.by for b in hub.bodies(e.LeaveEnded)] == ["Sanne Holm"]
    assert {fill.doubted for fill in hub.loop.state.fills.values()} == {"hospital"}, "looked at first (H33)"


def test_a_touch_on_an_old_screen_cancels_no_weekend_to_come(hub: Hub) -> None:
    assert hub.say(weekend(begins_at=NOW + 24 * HOUR)) is None
    assert isinstance(hub.say(p.HomeAgain()), p.Error)
    assert hub.loop.state.leave is not None


def test_an_order_from_afar_ends_a_leave_in_the_name_of_who_signed_in(hub: Hub) -> None:
    assert hub.say(weekend()) is None
    assert hub.say(hub.command(order=EndLeave())) is None
    assert [b.by for b in hub.bodies(e.LeaveEnded)] == ["Ole Juul"]


def test_a_dose_as_needed_is_asked_for_and_opened_in_one_and_not_twice(hub: Hub) -> None:
    assert hub.say(p.AskAsNeeded(ordination="para")) is None
    (asked,), (opened,) = hub.bodies(e.AsNeededAsked), hub.bodies(e.OpeningRequested)
    assert (asked.compartment, asked.asked.id) == (opened.compartment, opened.intake)
    assert isinstance(hub.say(p.AskAsNeeded(ordination="para")), p.Error)
    assert len(hub.bodies(e.AsNeededAsked)) == 1


def test_from_the_signed_plan_to_the_open_compartment(path: Path) -> None:
    """As FMK writes it: 2 tablets as needed, at most 4 times a day; the envelope says compartment and interval."""
    said = dosage(repeat(frequency=4), 2, kind="EFTER_BEHOV", asNeededBoolean=True)
    plan = envelope(bundle(statement(said, ident="77"))) | {"hub": HUB}
    plan["settings"]["per_medicine"]["77"]["interval_min"] = 240
    with at_desk(path) as hub:
        assert hub.say(p.OfferPlan(sign_plan(plan, KEYS[Purpose.PLAN]))) is None
        assert hub.say(p.AskAsNeeded(ordination="77")) == refused("not_filled")
        fill = p.Fill(**WHO, compartment=2, intake=f"{AS_NEEDED}77", contents_mg=2 * TABLET_MG)
        assert hub.say(fill) is None
        assert [m.as_needed and m.as_needed.refusals for m in hub.shown[-1].medicines] == [()]
        assert hub.say(p.AskAsNeeded(ordination="77")) is None
        wait_for(lambda: hub.box.pulses == [2])


def test_nobody_asks_for_what_is_not_to_be_had_so(hub: Hub) -> None:
    assert hub.say(p.AskAsNeeded(ordination="pinemol")) == refused("no_such")
    assert hub.say(p.AskAsNeeded(ordination="nothing")) == refused("no_such")


@pytest.mark.parametrize("asked", [p.AskAsNeeded(ordination="none"), p.HandOutEarly(**WHO, intake="2026-11-20/none")])
@pytest.mark.parametrize(("waited_s", "reason"), [(2.0, Reason.NO_SUCH), (2.1, Reason.NOT_NOW)])
def test_asking_that_waited_for_a_slow_disk_opens_nothing(
    hub: Hub, waited_s: float, reason: Reason, asked: p.Message
) -> None:
    """R1, H13: the person may have gone."""
    desk = Desk(hub.loop, TRUST, DEVICE, bytes, real_s=iter([0.0, waited_s]).__next__)
    answers: list[Any] = []
    hub.ask(lambda: desk.on_request(p.Role.UI, asked, answers.append))
    hub.ask(lambda: None)
    assert answers == [refused(reason)]


def test_on_a_doubted_clock_nothing_is_promised_nor_begun(hub: Hub) -> None:
    hub.vouched_for(False)
    give = p.Promise(**WHO, intake=INTAKE, give_by=NOW + HOUR)
    for act in (give, weekend(), p.HandBack(**WHO, intake=INTAKE), p.EndLeave(**WHO)):
        assert hub.say(act) == refused("clock")
    assert "clock" in hub.say(p.AskAsNeeded(ordination="para")).reasons


def test_an_order_with_a_state_there_is_none_of_is_refused_and_a_bug_is_a_bug(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonsense = hub.command(order=CorrectIntake(INTAKE, "swallowed", "?"))
    assert "swallowed" in hub.say(nonsense).reasons[0]

    def bug(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(from_afar, "in_force", bug)
    assert hub.say(hub.command()) == refused("the hub could not answer")
