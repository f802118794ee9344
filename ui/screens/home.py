"""Home: the time, what is next, and how today has gone."""

from hub.protocol import IntakeView, Open
from ui.scene import SHAPES, Scene
from ui.view import HERE, Action, Row, View


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
    power = () if s.mains_ok else (_("The power is out. The box runs on battery."),)
    if s.plan_version is None:
        return (_("The box has no plan yet."), *power)
    if s.current is not None and s.current.state != "planned" and not s.current.final:
        return (_("The {when} medicine is waiting.", when=scene.when(s.current.at)), *power)
    if s.next is None:
        return (_("No more medicine today."), *power)
    return (_("Next medicine: {when}", when=scene.when(s.next.at)), *power)


def _mark(scene: Scene, intake: IntakeView) -> Row:
    return Row(shape=SHAPES.get(intake.state, "waiting"), text=scene.words.time(intake.at))


def _actions(scene: Scene) -> tuple[Action, ...]:
    _, s = scene.words, scene.snapshot
    medicine = Action("medicine", _("My medicine"), scene.go("medicine"))
    if s.current is not None and scene.nav.place == "home":
        return Action("return", _("Show the medicine"), HERE), medicine
    early = s.next if s.current is None else s.current
    if early is not None and early.state == "planned" and early.opens_at <= s.now and not early.refusals:
        return Action("open", _("Take it now"), Open(intake=early.id)), medicine
    return (medicine,)
