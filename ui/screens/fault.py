"""Something a human must see to: what happened, what to do, and who has been told (R9)."""

from hub.protocol import AlarmView, Help
from ui.scene import Scene
from ui.screens import notice
from ui.screens.due import lasting
from ui.view import Action, View
from ui.words import mark

# Why the hub can write nothing down (hub.journal_errors.JournalState), as it is read aloud to whoever is called.
WITHOUT_JOURNAL = {
    "newer": mark("Tell them: its journal is a newer one."),
    "foreign": mark("Tell them: its journal is from another pairing."),
    "not_followed": mark("Tell them: its journal makes no sense."),
    "full": mark("Tell them: the disk is full."),
    "read_only": mark("Tell them: the disk cannot be written to."),
    "unreachable": mark("Tell them: the disk does not answer."),
}


# Which alarm tells of it, where the box itself is why nothing opens.
OF_THE_BOX = {
    "lids_unseen": "device/lids",
    "lock_not_off": "device/locks",
    "scale_missing": "device/scale",
    "not_commissioned": "not_commissioned",
}


def journal(scene: Scene) -> View:
    """R9, R11: where nothing can be written down nothing can be told either, so the number is what there is."""
    _, code = scene.words, scene.snapshot.journal_code
    heading, shut = _("The box must be looked at"), _("It will not open until then.")
    if not code:
        return _fault(scene, heading, shut, code="journal")
    lines = (shut, *scene.alone(), _(WITHOUT_JOURNAL.get(code, WITHOUT_JOURNAL["unreachable"])))
    return scene.view("fault", heading, tone="alarm", lines=lines)


def clock(scene: Scene) -> View:
    _ = scene.words
    return _fault(scene, _("The clock is not certain"), _("The box stays shut until the clock is set."), code="clock")


def jam(scene: Scene) -> View:
    _ = scene.words
    return _fault(scene, _("The lid did not open"), _("Do not force it."), _("Someone must see to it."))


def withheld(scene: Scene) -> View:
    if any(a.code == "opening_fault" and a.intake == scene.current.id for a in scene.snapshot.alarms):
        return jam(scene)
    _, at = scene.words, scene.when(scene.current.at)
    if scene.current.reason == "stopped":
        return stopped(scene)
    return _fault(scene, _("The {when} medicine is held back", when=at), _("Do not take it now."))


def stopped(scene: Scene) -> View:
    """R6: calm, for nothing is wrong at home; and whom to call, whoever has seen it."""
    _, now = scene.words, scene.current
    told = scene.human(now.help, now.seen_by)
    ring = (scene.ring(),) if now.help in (Help.DELIVERED, Help.SEEN) and scene.ring() else ()
    return scene.view(
        "fault", _("The {when} medicine is stopped", when=scene.when(now.at)), tone="attention",
        lines=(_("Do not take it."), *told, *ring), actions=scene.ask_for_call(),
    )  # fmt: skip


def withdrawn(scene: Scene) -> View:
    _, at = scene.words, scene.when(scene.current.at)
    return _fault(
        scene, _("The {when} medicine is cancelled", when=at), _("The plan is changed."), _("Do not take it now.")
    )


def unknown(scene: Scene) -> View:
    """Uncertain and not known: something may have left the box, so nothing more until a human has looked."""
    _ = scene.words
    return _fault(
        scene, _("We are not certain"), _("The box cannot know if the medicine is taken."), _("Take no more now.")
    )


def blocked(scene: Scene) -> View:
    """The box cannot open it, or what is left of it; while none is taken the person may still say no thanks."""
    _, why = scene.words, lasting(scene.current)[0]
    heading, line, _call = notice.sentence(scene, why)
    decline = (Action("decline", _("No thanks"), scene.go("decline")),) if scene.current.state == "due" else ()
    return _fault(scene, heading, line, code=OF_THE_BOX.get(why, ""), extra=decline)


def _fault(scene: Scene, heading: str, *lines: str, code: str = "", extra: tuple[Action, ...] = ()) -> View:
    help, seen_by = _told(scene, code)
    return scene.view(
        "fault", heading, tone=scene.urgency(help), lines=(*lines, *scene.human(help, seen_by)),
        actions=scene.ask_for_call() + extra,
    )  # fmt: skip


def _told(scene: Scene, code: str) -> tuple[Help, str]:
    """How far the word has come: of the alarm with this code or name, or of the intake's own."""
    now = scene.snapshot.current
    if not code and now is not None and now.help is not Help.NONE:
        return now.help, now.seen_by
    alarm = next((a for a in scene.snapshot.alarms if _about(a, code, now.id if now else None)), None)
    return (alarm.help, alarm.seen_by) if alarm else (Help.NONE, "")


def _about(alarm: AlarmView, code: str, intake: str | None) -> bool:
    return code in (alarm.code, alarm.id) if code else intake is not None and alarm.intake == intake
