"""The medicine was not taken. R9: no more is promised than has been answered."""

from ui.scene import Scene
from ui.view import View


def view(scene: Scene) -> View:
    _, now = scene.words, scene.current
    return scene.view(
        "missed",
        _("The {when} medicine was not taken", when=scene.when(now.at)),
        tone=scene.urgency(now.help),
        lines=(_("Do not take it now."), *scene.human(now.help, now.seen_by)),
        actions=scene.ask_for_call(),
    )
