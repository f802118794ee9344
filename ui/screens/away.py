"""Time away: somebody else has the medicine, and the box stays shut (H27, H33)."""

from hub.protocol import HomeAgain, LeaveView
from ui.scene import Scene
from ui.view import Action, View
from ui.words import mark

HEADINGS = {  # hub.domain.leave.LeaveKind
    "outing": mark("You are out"),
    "weekend": mark("You are away for the weekend"),
    "hospital": mark("You are in hospital"),
}
AWAY = mark("You are away")


def view(scene: Scene, leave: LeaveView) -> View:
    """Only staff end a hospital stay: they look at the box first."""
    _ = scene.words
    home = Action("home_again", _("I am home again"), HomeAgain())
    return scene.view(
        "away",
        _(HEADINGS.get(leave.kind, AWAY)),
        lines=_lines(scene, leave),
        actions=() if leave.kind == "hospital" else (home,),
    )


def _lines(scene: Scene, leave: LeaveView) -> tuple[str, ...]:
    _, until = scene.words, scene.when(leave.until) if leave.until else ""
    if leave.kind == "hospital":
        return _("The box stays shut."), _("Home care opens it when you are home.")
    if leave.responsible and until:
        return (_("{name} has the medicine until {when}.", name=leave.responsible, when=until),)
    return (_("The box stays shut until {when}.", when=until) if until else _("The box stays shut."),)
