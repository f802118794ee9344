"""Home: the time, what is next, and how today has gone."""

from typing import TypeGuard

from hub.protocol import IntakeView, Open
from ui.scene import SHAPES, Scene
from ui.view import HERE, Action, Row, View

WAITING = frozenset({"due", "opening", "open", "partly_taken", "declined"})


def view(scene: Scene) -> View:
    _, s = scene.words, scene.snapshot
    return scene.view(
        "home",
        _.weekday(s.now.date()),
        clock=_.face(s.now),
        lines=_lines(scene),
        today=tuple(_mark(scene, intake) for intake in s.today),
        actions=_actions(scene),
    )


def _lines(scene: Scene) -> tuple[str, ...]:
    _, s = scene.words, scene.snapshot
    if s.plan_version is None:
        return (_("The box has no plan yet."),)
    if s.leave is None and _waits(s.current):
        return (_("The {when} medicine is waiting.", when=scene.when(s.current.at)),)
    if s.next is None:
        return (_("No more medicine today."),)
    return (_("Next medicine: {when}", when=scene.when(s.next.at)),)


def _waits(intake: IntakeView | None) -> TypeGuard[IntakeView]:
    """Whether it can still be taken, and nobody else brings it."""
    return intake is not None and not intake.final and intake.state in WAITING and not intake.promised_by


def _mark(scene: Scene, intake: IntakeView) -> Row:
    return Row(shape=SHAPES.get(intake.state, "waiting"), text=scene.words.time(intake.at))


def _actions(scene: Scene) -> tuple[Action, ...]:
    _, s = scene.words, scene.snapshot
    medicine = Action("medicine", _("My medicine"), scene.go("medicine"))
    if scene.nav.place == "home":
        text = _("Show the medicine") if s.leave is None and _waits(s.current) else _("Show the message")
        return Action("return", text, HERE), medicine
    early = s.next if s.current is None else s.current
    if early is not None and early.state == "planned" and early.opens_at <= s.now and not early.refusals:
        return Action("open", _("Take it now"), Open(intake=early.id)), medicine
    return (medicine,)
