"""The care worker at the box: a compartment filled as the hub leads through it, with hands, packages and the scale."""

from typing import TYPE_CHECKING

from drivers.world_protocol import Item
from hub import protocol as p
from medhub.demo.person import Broken, wait_for
from medhub.demo.stage import NURSE, PIN

COUNT_S = 10.0  # longer than the hub waits for its scale

if TYPE_CHECKING:
    from medhub.demo.story import Demo


def fill_guided(demo: "Demo", number: int, intake: str, items: tuple[Item, ...]) -> None:
    """Unlocked by the hub; each kind scanned, put in, counted and weighed. `items` are named by their ordinations."""
    asks(demo, p.BeginFilling(person=NURSE, pin=PIN, compartment=number, intake=intake))
    wait_for("the lid to open", lambda: demo.citizen.lid_is_open(number))
    demo.citizen.sees("filling")
    for item in items:
        demo.world.hold_code(f"]d201{demo.stage.gtin(item.name)}".encode())
        wait_for("the hub to have read the package", lambda: filling(demo).scanned)
        asks(demo, p.Identify(person=NURSE, pin=PIN, ordination=item.name))
        demo.world.put_in(number, intake, item)
        asks(demo, p.Count(person=NURSE, pin=PIN, ordination=item.name))
    demo.world.shut_lid(number)
    demo.until_lids_shut()
    asks(demo, p.Fill(person=NURSE, pin=PIN, compartment=number, intake=intake))


def fill_by_word(demo: "Demo", number: int, intake: str, items: tuple[Item, ...]) -> None:
    """With the staff key: a weight that changed with the lids shut would be somebody else's doing."""
    demo.world.key_open(number)
    wait_for("the hub to see the lid open", lambda: any(c.lid_open for c in demo.director.status().compartments))
    demo.world.fill(number, intake, items)
    demo.world.shut_lid(number)
    demo.until_lids_shut()
    contents = sum(int(item.count * item.weight_mg) for item in items)
    demo.act(p.Fill(person=NURSE, pin=PIN, compartment=number, intake=intake, contents_mg=contents))


def filling(demo: "Demo") -> p.FillingReport:
    found = demo.director.status().filling
    if found is None:
        raise Broken("the filling has ended")
    return found


def asks(demo: "Demo", message: p.Act) -> None:
    """Said once more while the scale is not at rest, as whoever stands there would."""

    def done() -> bool:
        reply = demo.stage.staff.call(message, timeout_s=COUNT_S)
        if reply.error is not None and reply.error.reasons != ("weight_unstable",):
            raise Broken(f"{type(message).__name__} was refused: {', '.join(reply.error.reasons)}")
        return reply.error is None

    wait_for("the scale to be at rest", done)
