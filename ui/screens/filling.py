"""Somebody from home care fills the box: nothing is wrong, and nothing is to be done (H10)."""

from ui.scene import Scene
from ui.view import View


def view(scene: Scene) -> View:
    _, now = scene.words, scene.snapshot.current
    waits = now is not None and now.state in ("due", "partly_taken")
    lines = (_("You can take your medicine when it is done."),) if waits else (_("You need do nothing."),)
    return scene.view("filling", _("The box is being filled"), lines=lines)
