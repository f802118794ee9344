"""A human: ask home care for a call, or ring oneself."""

from hub.protocol import AskForHelp, Help
from ui.scene import Scene
from ui.view import HERE, Action, View


def view(scene: Scene) -> View:
    """R9: what is said here is what has been answered, and the number stays until a named person has seen it."""
    _, s = scene.words, scene.snapshot
    back = Action("back", _("Back"), HERE)
    if s.journal_code and s.asked_for_help is Help.NONE:
        return scene.view("help", _("Do you need help?"), lines=scene.alone(), back=back)
    if s.asked_for_help is Help.NONE:
        call = Action("call", _("Ask for a call"), AskForHelp(), then=scene.go("help"))
        lines = (_("You can ask home care to call you."), scene.ring())
        return scene.view("help", _("Do you need help?"), lines=lines, actions=(call,), back=back)
    told = scene.human(s.asked_for_help, s.asked_help_seen_by)
    ring = (scene.ring(),) if s.asked_for_help is Help.DELIVERED else ()  # while trying it is there already
    return scene.view("help", _("You have asked for a call"), lines=(*told, *ring), back=back)
