"""It is time; or it was, and the person asked for a little longer."""

from hub.protocol import IntakeView, Open, Say, Snooze
from ui.scene import Scene
from ui.view import Action, View

# Reasons that pass by themselves in a moment: the button stays, and the notice says what to do.
PASSING = frozenset({"weight_unstable", "lid_open", "another_opening", "not_now", "nothing_boxed"})


def lasting(intake: IntakeView) -> tuple[str, ...]:
    """Why it cannot be opened, where waiting a moment will not help."""
    return tuple(r for r in intake.refusals if r not in PASSING)


def view(scene: Scene) -> View:
    _, now = scene.words, scene.current
    return scene.view(
        "due",
        _("Time for your medicine"),
        tone="attention",
        rows=scene.dose_rows(now.doses),
        actions=(
            take(scene, _("Open")),
            Action("snooze", _("In a while"), Snooze(intake=now.id)),
            Action("decline", _("No thanks"), scene.go("decline")),
        ),
    )


def snoozed(scene: Scene) -> View:
    _, now = scene.words, scene.current
    assert now.snoozed_until is not None
    return scene.view(
        "snoozed",
        _("We will tell you again at {when}", when=scene.when(now.snoozed_until)),
        lines=(_("You can take it until {when}.", when=scene.when(now.latest_at)),),
        actions=(take(scene, _("Open now")),),
    )


def take(scene: Scene, text: str) -> Action:
    """Open; or, where nothing of it lies in the box, the person's word."""
    now = scene.current
    if any(d.boxed for d in now.doses):
        return Action("open", text, Open(intake=now.id))
    return Action("taken", scene.words("I have taken it"), Say(intake=now.id, all_taken=True))
