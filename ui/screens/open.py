"""A compartment on its way open, open, and just shut."""

from ui.scene import Scene
from ui.view import View


def view(scene: Scene) -> View:
    _, now = scene.words, scene.current
    number = str(now.compartment) if now.compartment else ""
    lines: tuple[str, ...]
    if now.lid_open:
        heading, lines = _("Compartment {n} is open", n=number), (_("Take it all out."), _("Close the lid after."))
    elif now.state == "opening":
        heading = _("Compartment {n} is opening", n=number)
        lines = (_("Press the lid gently if it sticks."), _("We will try again."))
    else:
        heading, lines = _("Thank you"), (_("One moment."),)
    boxes, columns = scene.box
    return scene.view(
        "open", heading, lines=lines, figure="box", compartment=now.compartment, columns=columns,
        compartments=max(boxes, now.compartment or 0), tone="attention" if now.lid_open else "plain",
    )  # fmt: skip
