"""What happens at each intake of the two days: seven beats and three deaths, and what each must come to."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from drivers.world_protocol import TrapAt
from hub import protocol as p

if TYPE_CHECKING:
    from medhub.demo.story import Demo


class Beat(Struct, frozen=True):
    """`act` plays it from the moment the reminder sounds. What it must come to: the intake's state, what share is
    handed out, and what the world may count of pulses and lid openings."""

    name: str
    act: Callable[["Demo", p.IntakeView], None]
    state: str = "taken"
    share: Decimal = Decimal(1)
    pulses: int = 1
    lids: int = 1


def opens(demo: "Demo", intake: p.IntakeView, screen: str = "due") -> int:
    """Touch Åbn and see the right compartment open; its number."""
    ready(demo, intake)
    demo.citizen.opens(screen)
    return demo.compartment_of(intake.id)


def ready(demo: "Demo", intake: p.IntakeView) -> None:
    """After a jump in time the scale needs a moment to be still."""
    demo.until(intake.id, lambda now: not now.refusals, "nothing against opening")


def touches_open(demo: "Demo", intake: p.IntakeView) -> None:
    """One touch, whatever becomes of it."""
    ready(demo, intake)
    demo.citizen.sees("due").taps("open")


def takes_all(demo: "Demo", intake: p.IntakeView, compartment: int) -> None:
    """Take it, shut the lid, and say yes if the hub asks."""
    demo.citizen.takes(compartment)
    demo.until(intake.id, lambda now: now.state == "taken" or now.asks, "taken, or a question")
    if demo.intake(intake.id).asks:
        demo.citizen.sees("ask").taps("yes")
        demo.until(intake.id, lambda now: now.state == "taken", "taken")
    demo.citizen.sees("done")


def on_time(demo: "Demo", intake: p.IntakeView) -> None:
    """Whatever the intake holds: opened and taken, or, where nothing lies in a compartment, confirmed."""
    if any(d.boxed for d in intake.doses):
        takes_all(demo, intake, opens(demo, intake))
    else:
        demo.citizen.sees("due").taps("taken")
        demo.until(intake.id, lambda now: now.state == "taken", "taken")


def snoozed_then_taken(demo: "Demo", intake: p.IntakeView) -> None:
    demo.citizen.sees("due").taps("snooze")
    demo.until(intake.id, lambda now: now.snoozed_until is not None, "snoozed")
    demo.citizen.sees("snoozed")
    until = demo.intake(intake.id).snoozed_until
    assert until is not None
    demo.go_to(until)
    takes_all(demo, intake, opens(demo, intake))


def declines(demo: "Demo", intake: p.IntakeView) -> None:
    demo.citizen.sees("due").taps("decline")
    demo.citizen.sees("decline").taps("reason_nausea")
    demo.until(intake.id, lambda now: now.state == "declined", "declined")
    demo.citizen.sees("declined")


def mind_changed(demo: "Demo", intake: p.IntakeView) -> None:
    declines(demo, intake)
    demo.go_minutes(10)
    demo.citizen.sees("declined").taps("change_mind")
    demo.until(intake.id, lambda now: now.state == "due", "due again")
    takes_all(demo, intake, opens(demo, intake))


def declined_for_good(demo: "Demo", intake: p.IntakeView) -> None:
    declines(demo, intake)
    demo.go_to(intake.latest_at)
    demo.until(intake.id, lambda now: now.final, "the declined intake final")


def something_left(demo: "Demo", intake: p.IntakeView) -> None:
    demo.citizen.takes(opens(demo, intake), everything=False)
    demo.until(intake.id, lambda now: now.state == "partly_taken", "something left")
    takes_all(demo, intake, opens(demo, intake, "rest"))


def missed_and_seen(demo: "Demo", intake: p.IntakeView) -> None:
    """Ignored; the municipality hears of it; a named human takes the alarm; the screen says who."""
    demo.citizen.sees("due")
    demo.go_to(intake.latest_at)
    demo.until(intake.id, lambda now: now.state == "missed", "missed")
    demo.until(intake.id, lambda now: now.help == "delivered", "word that the municipality has the alarm")
    demo.citizen.sees("missed")
    demo.municipality.takes_alarm(f"not_taken/{intake.id}")
    demo.remark("Sanne Holm, home care, takes the alarm at the gateway's page")
    demo.until(intake.id, lambda now: now.help == "seen", "the named human on the screen")
    demo.citizen.sees("missed")


def dies_before_the_pulse(demo: "Demo", intake: p.IntakeView) -> None:
    """The intent is in the journal, the lock never moved: back to due, and a new touch is needed."""
    compartment = demo.compartment_of(intake.id)
    demo.hub_dies(TrapAt.BEFORE_PULSE, compartment, lambda: touches_open(demo, intake))
    demo.until(intake.id, lambda now: now.state == "due", "due again after the restart")
    takes_all(demo, intake, opens(demo, intake))


def dies_during_the_pulse(demo: "Demo", intake: p.IntakeView) -> None:
    """The lock let go and the lid is open: nobody can say; a named person looks, shuts it and releases the intake."""
    compartment = demo.compartment_of(intake.id)
    demo.hub_dies(TrapAt.DURING_PULSE, compartment, lambda: touches_open(demo, intake))
    demo.until(intake.id, lambda now: now.state == "uncertain", "uncertain after the restart")
    demo.citizen.sees("fault")
    demo.world.shut_lid(compartment)
    demo.until_lids_shut()
    demo.staff_resolves(intake.id, p.Resolution.DUE, latest_at=intake.latest_at)
    takes_all(demo, intake, opens(demo, intake))


def dies_with_the_lid_open(demo: "Demo", intake: p.IntakeView) -> None:
    """The citizen takes it and shuts the lid while the hub is dead: uncertain, and a named person asks and writes."""
    compartment = opens(demo, intake)
    demo.hub_is_killed(lambda: demo.citizen.takes(compartment))
    demo.until(intake.id, lambda now: now.state == "uncertain", "uncertain after the restart")
    demo.staff_resolves(intake.id, p.Resolution.TAKEN)


def looks_around(demo: "Demo") -> None:
    """Before anything is due: home, my medicine, help, and back each time."""
    demo.citizen.sees("home").taps("medicine")
    demo.citizen.sees("medicine").taps("back")
    demo.citizen.sees("home").taps("help")
    demo.citizen.sees("help").taps("back")
    demo.citizen.sees("home")


ON_TIME = Beat("taken on time", on_time)
# The two days of our own citizen, in order of time. The network is cut from the first noon to the first evening.
SCRIPT = (
    (
        ON_TIME,
        Beat("snoozed, then taken", snoozed_then_taken),
        Beat("handed out while the network is cut", on_time),
        Beat("declined, mind changed, taken", mind_changed),
        Beat("something left, taken at the second opening", something_left, pulses=2, lids=2),
    ),
    (
        Beat("declined for good, with a reason", declined_for_good, "declined", Decimal(0), 0, 0),
        Beat("ignored until missed, alarmed, acknowledged by name", missed_and_seen, "missed", Decimal(0), 0, 0),
        Beat("the hub dies before the pulse", dies_before_the_pulse),
        Beat("the hub dies during the pulse", dies_during_the_pulse, pulses=2, lids=2),
        Beat("the hub dies with the lid open", dies_with_the_lid_open),
    ),
)
CUT_AT_SLOT, RESTORED_AT_SLOT = 1, 3  # of the first day
