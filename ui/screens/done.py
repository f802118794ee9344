"""It is written down."""

from ui.scene import Scene
from ui.view import View


def view(scene: Scene) -> View:
    _, s = scene.words, scene.snapshot
    taken = s.done is not None and s.done.state in ("taken", "given_by_staff")
    return scene.view(
        "done",
        _("Good. It is written down.") if taken else _("It is written down."),
        tone="done",
        figure="tick",
        lines=(_("Next: {when}", when=scene.when(s.next.at)),) if s.next else (_("No more medicine today."),),
    )
