"""Somebody comes with the medicine in the box's place (R9): who, by when; and what to do when they have not come."""

from hub.protocol import IntakeView
from ui.scene import Scene
from ui.view import View

WAITING = frozenset({"planned", "due", "missed", "declined", "withheld", "withdrawn", "uncertain", "not_known"})


def comes(scene: Scene, intake: IntakeView) -> bool:
    """Whether there is still time for it."""
    return bool(intake.promised_by) and intake.give_by is not None and scene.snapshot.now < intake.give_by


def view(scene: Scene) -> View:
    _, now = scene.words, scene.current
    assert now.give_by is not None
    return scene.view(
        "promised",
        _("The medicine is on its way"),
        lines=(
            _("{name} comes with it before {when}.", name=now.promised_by, when=scene.when(now.give_by)),
            _("The box stays shut until then."),
        ),
    )


def late(scene: Scene) -> View:
    _, now = scene.words, scene.current
    return scene.view(
        "promised",
        _("The medicine has not come yet"),
        tone=scene.urgency(now.help),
        lines=scene.human(now.help, now.seen_by),
        actions=scene.ask_for_call(),
    )
