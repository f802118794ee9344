"""Each device × each fault × each state of an intake: docs/faults.md is what is so, and no cell goes against a rule."""

from functools import cache

import pytest

from hub.domain import events as e
from hub.domain.events import Device
from tests.faults.home import ON_DEMAND
from tests.faults.page import PAGE, in_order, page
from tests.faults.table import STATES, Cell, cells, faults

TOLD = {"missed": "not_taken", "uncertain": "uncertain", "not_known": "not_known", "partly_taken": "partly_taken"}
FAULTS = [(fault.device, fault.name) for fault in faults()]


@cache
def played() -> tuple[Cell, ...]:
    return tuple(in_order(cells()))


def of(device: Device, fault: str) -> list[Cell]:
    return [cell for cell in played() if (cell.device, cell.fault) == (device, fault)]


def test_the_page_is_what_is_played() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(played()), "python -m tests.faults.page"


def test_every_cell_is_there_and_says_something() -> None:
    assert len(played()) == len(FAULTS) * len(STATES)
    assert {device for device, _ in FAULTS} == set(Device)
    assert not [cell for cell in played() if not all((cell.screen, cell.municipality, cell.journal, cell.end))]


@pytest.mark.parametrize(("device", "fault"), FAULTS)
def test_no_lock_is_to_be_opened_while_lids_or_scale_are_unknown(device: Device, fault: str) -> None:
    """R12, R13."""
    assert not [(cell.state, cell.broke) for cell in of(device, fault) if cell.broke]


@pytest.mark.parametrize(("device", "fault"), FAULTS)
def test_a_fault_alone_never_makes_taken(device: Device, fault: str) -> None:
    """What is called taken has left the box, all of it."""
    for cell in of(device, fault):
        if any(isinstance(body, e.IntakeTaken) for body in cell.bodies):
            assert cell.taken == 2, cell.state


@pytest.mark.parametrize(("device", "fault"), FAULTS)
def test_what_is_not_as_planned_is_told(device: Device, fault: str) -> None:
    """R9, H18: whatever ends otherwise than taken or declined has an alarm, unless it had one before the fault."""
    for cell in of(device, fault):
        codes = {alarm.split("/")[0] for alarm in cell.alarms}
        if cell.state not in ("missed", "declined") and cell.end in TOLD:
            assert TOLD[cell.end] in codes, cell
        if cell.end == "withheld":
            assert "opening_fault" in codes, cell


@pytest.mark.parametrize(
    ("device", "fault"), [f for f in FAULTS if f[0] not in ON_DEMAND and f[1] in ("lost", "hangs")]
)
def test_what_is_lost_is_one_alarm_whatever_the_intake_does(device: Device, fault: str) -> None:
    for cell in of(device, fault):
        assert [alarm for alarm in cell.alarms if alarm.startswith("device/")] == [f"device/{device}"]


@pytest.mark.parametrize("device", Device)
def test_a_loose_plug_is_one_trouble(device: Device) -> None:
    for cell in of(device, "comes and goes"):
        if cell.state != "planned":  # there an hour passes in which nobody looks
            assert len([body for body in cell.bodies if isinstance(body, e.DeviceLost)]) <= 1, cell.state


@pytest.mark.parametrize("device", sorted(set(Device) - {Device.LIDS, Device.LOCKS, Device.SCALE}))
def test_what_can_still_be_done_is_done(device: Device) -> None:
    """Only lids, locks and scale keep a dose from being handed out."""
    for fault in ("lost", "hangs", "comes and goes", "lost, then back"):
        assert {cell.end for cell in of(device, fault) if cell.state in ("planned", "due", "opening", "open")} == {
            "taken"
        }


def test_medicine_that_lies_too_warm_is_told_once_and_handed_out() -> None:
    for cell in of(Device.TEMPERATURE, "too warm for a day"):
        assert [alarm for alarm in cell.alarms if alarm.startswith("device/")] == ["device/temperature"]
        assert cell.end == "taken" or cell.state not in ("planned", "due", "opening", "open", "shut, not weighed")


@pytest.mark.parametrize("device", [Device.LIDS, Device.SCALE])
def test_back_for_half_a_minute_it_can_be_had(device: Device) -> None:
    due = next(cell for cell in of(device, "lost, then back") if cell.state == "due")
    assert due.end == "taken"
    assert due.journal.index("DeviceBack") < due.journal.index("OpeningRequested")


def test_nobody_is_promised_help_that_has_not_answered() -> None:
    """R9: in these plays nobody in the municipality answers."""
    assert not [cell for cell in played() if "has been told" in cell.screen or "has seen it" in cell.screen]
