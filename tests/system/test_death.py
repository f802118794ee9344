"""The hub dies at the worst moments: what is on the disk, what moved, and what the next one makes of it (R1, H1)."""

from drivers.world_protocol import TrapAt
from hub import protocol as p
from tests.drivers.worlds import wait_for
from tests.system.home import SLOTS, Home


def test_the_intent_is_on_the_disk_before_the_line_rises(eight: Home) -> None:
    """Killed in the very moment it asks the line to rise: nothing moved, and it is all written down."""
    eight.hub_dies(TrapAt.BEFORE_PULSE, 1, lambda: eight.open("morning"))
    assert eight.pulses() == []
    assert eight.on_disk()[-2:] == ["OpeningRequested", "PulseRequested"]
    eight.start_hub()
    assert eight.on_disk().count("OpeningAbandoned") == 1
    eight.until("morning", "due")
    assert eight.pulses() == [], "replay moves nothing; a new touch is needed"
    assert eight.ready("morning").open("morning") == ()
    eight.take_all(eight.until_open("morning"))
    eight.until("morning", "taken")
    assert eight.pulses() == [1]


def test_dead_during_the_pulse_nobody_knows_and_it_is_not_tried_again(eight: Home) -> None:
    eight.hub_dies(TrapAt.DURING_PULSE, 1, lambda: eight.open("morning"))
    wait_for("the lid to pop", lambda: eight.world.look().compartment(1).lid_open)
    eight.start_hub()
    eight.until("morning", "uncertain")
    assert "uncertain/2026-03-12/morning" in eight.alarms()
    eight.take_all(1)
    wait_for("the lid to be known shut", lambda: not eight.status().busy)
    assert "not_now" in eight.open("morning")
    assert eight.pulses() == [1]
    assert eight.act(p.Resolve, intake="2026-03-12/morning", outcome=p.Resolution.TAKEN) == ()
    assert eight.intake("morning").state == "taken"


def test_dead_as_the_lid_pops_and_still_open_goes_on(eight: Home) -> None:
    """The lid was sensed open before the hub died, and still is when the next one looks."""
    assert eight.open("morning") == ()
    number = eight.until_open("morning")
    eight.kill_hub()
    eight.start_hub()
    assert eight.intake("morning").state == "open"
    eight.take_all(number)
    eight.until("morning", "taken")
    assert eight.pulses() == [1]


def test_dead_before_anybody_was_told_of_the_lid_is_uncertain(eight: Home) -> None:
    eight.hub_dies(TrapAt.LID_OPEN, 1, lambda: eight.open("morning"))
    eight.start_hub()
    eight.until("morning", "uncertain")
    assert eight.pulses() == [1]


def test_taken_and_shut_while_the_hub_was_dead_is_uncertain(eight: Home) -> None:
    assert eight.open("morning") == ()
    number = eight.until_open("morning")
    eight.kill_hub()
    eight.take_all(number)
    eight.start_hub()
    eight.until("morning", "uncertain")
    eight.at("8.40")
    assert eight.intake("morning").refusals != ()
    assert eight.pulses() == [1]


def test_what_was_acknowledged_is_there_after_a_kill(home: Home) -> None:
    """R11: each answer "done" is an event on the disk, whatever comes the moment after."""
    home.begin("8.00")
    for touch, kind in (
        (p.Snooze(intake="2026-03-12/morning"), "IntakeSnoozed"),
        (p.Decline(intake="2026-03-12/morning", reason="nausea"), "IntakeDeclined"),
        (p.ChangeMind(intake="2026-03-12/morning"), "DeclineWithdrawn"),
    ):
        before = home.on_disk().count(kind)
        assert home.touch(touch) == ()
        home.kill_hub()
        assert home.on_disk().count(kind) == before + 1
        home.start_hub()
    assert home.intake("morning").state == "due"
    assert home.status().plan_version == 1
    assert [c.intake for c in home.status().compartments if c.verified] == [f"2026-03-12/{slot}" for slot in SLOTS]


def test_asked_to_stop_it_ends_well_and_takes_its_sockets_away(eight: Home) -> None:
    assert eight.open("morning") == ()
    assert eight.stop_hub() == 0
    assert list(eight.sockets.iterdir()) == []
    box = eight.world.look().compartment(1)
    assert (box.line_on, box.lamp) == (False, False)
