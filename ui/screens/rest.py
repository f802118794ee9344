"""Something was left in the compartment."""

from hub.protocol import Open
from ui.scene import Scene
from ui.view import Action, View


def view(scene: Scene) -> View:
    """ "No" asks nothing of the hub: what is left may still be taken until the window ends, and is told then."""
    _, now = scene.words, scene.current
    return scene.view(
        "rest",
        _("Something is left"),
        tone="attention",
        lines=(_("Should that be taken too?"), _("You can take it until {when}.", when=scene.when(now.latest_at))),
        actions=(
            Action("open", _("Yes, I will take it"), Open(intake=now.id)),
            Action("leave", _("No"), scene.go("home", lasting=True)),
        ),
    )
