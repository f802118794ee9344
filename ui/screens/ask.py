"""The hub wants the person's word: the scale is unsure, the plan asks, or some of it lies outside the box."""

from hub.protocol import Say
from ui.scene import Scene
from ui.view import Action, View


def view(scene: Scene) -> View:
    _, now = scene.words, scene.current
    return scene.view(
        "ask",
        _("Have you taken the medicine?"),
        tone="attention",
        rows=scene.dose_rows(now.doses),
        actions=(
            Action("yes", _("Yes"), Say(intake=now.id, all_taken=True)),
            Action("not_all", _("No, not all"), Say(intake=now.id, all_taken=False)),
        ),
    )
