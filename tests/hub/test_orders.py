"""An order as it is signed becomes the core's command, by the name it was signed with (R14)."""

from datetime import UTC, datetime, timedelta

import pytest

from hub import documents as d
from hub.domain import commands as c
from hub.domain.decide import REMOTE
from hub.domain.intake import Life
from hub.domain.leave import Leave, LeaveKind
from hub.orders import command_of

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
ID = "2026-03-12/morning"

CASES = {
    "an alarm": (d.AcknowledgeAlarm("not_taken/x"), c.Acknowledge("not_taken/x", "Sanne")),
    "due again": (d.ResolveIntake(ID, "due", LATER), c.Resolve(ID, Life.DUE, "Sanne", LATER)),
    "missed": (d.ResolveIntake(ID, "missed"), c.Resolve(ID, Life.MISSED, "Sanne")),
    "a correction": (d.CorrectIntake(ID, "taken", "in the cup"), c.Correct(ID, Life.TAKEN, "Sanne", "in the cup")),
    "a promise": (d.GiveIntake(ID, LATER), c.Promise(ID, LATER, "Sanne")),
    "handed back": (d.HandBackIntake(ID), c.HandBack(ID, "Sanne")),
    "a weekend": (
        d.BeginLeave("weekend", NOW, LATER, "Karen"),
        c.BeginLeave(Leave("order-0001", LeaveKind.WEEKEND, NOW, "Sanne", LATER, "Karen")),
    ),
    "hospital": (
        d.BeginLeave("hospital", NOW),
        c.BeginLeave(Leave("order-0001", LeaveKind.HOSPITAL, NOW, "Sanne")),
    ),
    "home again": (d.EndLeave(), c.EndLeave("Sanne", named=True)),
}


def signed(order: d.Orders) -> d.Command:
    return d.Command("order-0001", "H1", "2512489996", NOW, LATER, "Sanne", order)


@pytest.mark.parametrize(("order", "command"), CASES.values(), ids=CASES)
def test_each_order_is_one_command_by_who_signed_it(order: d.Orders, command: c.Command) -> None:
    assert command_of(signed(order)) == c.Signed("order-0001", "Sanne", LATER, command)


def test_every_order_is_one_the_core_takes_from_afar() -> None:
    assert {type(order) for order, _ in CASES.values()} == set(d.Orders.__args__)
    assert {type(command) for _, command in CASES.values()} <= REMOTE


def test_a_state_there_is_none_of_is_no_order() -> None:
    with pytest.raises(ValueError, match="swallowed"):
        command_of(signed(d.CorrectIntake(ID, "swallowed", "seen")))
