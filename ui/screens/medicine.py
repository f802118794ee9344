"""My medicine: the list, what each is for, what can be had when needed, and what stands outside, word for word."""

from hub.protocol import MedicineView
from ui.measure import NBSP
from ui.scene import Scene
from ui.screens import as_needed
from ui.view import Row, View
from ui.words import mark

VERDICTS = {  # hub.domain.plan.Verdict
    "not_understood": mark("Outside the box: ask home care"),
    "as_needed": mark("Outside the box: when needed"),
    "on_hold": mark("On pause"),
    "stopped": mark("Stopped"),
    "ended": mark("Ended"),
}


def view(scene: Scene) -> View:
    _, medicines = scene.words, scene.snapshot.medicines
    return scene.view(
        "medicine",
        _("My medicine"),
        rows=tuple(_row(scene, m) for m in medicines),
        keep_notes=True,
        lines=() if medicines else (_("The box has no plan yet."),),
        actions=as_needed.way(scene),
    )


def _row(scene: Scene, medicine: MedicineView) -> Row:
    _ = scene.words
    verdict = VERDICTS.get(medicine.verdict, "")
    place = "" if medicine.inside else _(verdict) if verdict else _("Outside the box")
    offer = medicine.as_needed
    wanted = as_needed.when(scene, offer) if offer else ""
    about = " · ".join(p for p in (place, wanted, medicine.purpose) if p)
    return Row(
        shape="waiting" if medicine.inside else "outside",
        text=f"{medicine.name} {medicine.strength.replace(' ', NBSP)}".strip(),
        note="\n".join(p for p in (about, medicine.text) if p),
    )
