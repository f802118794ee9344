"""Why the hub said no, in one plain sentence a reason; and what to do."""

from hub.protocol import IntakeView
from ui.scene import Scene
from ui.view import HERE, Action, View
from ui.words import mark

WAIT, CALL = False, True  # whether a human must act

# hub.domain.may_open.Reason → heading, sentence, who acts. "unreachable" is the screen's own.
REFUSALS = {
    "too_early": (mark("It is too early"), mark("You can take it from {from}."), WAIT),
    "interval": (mark("It is too early"), mark("More time must pass since the last one."), WAIT),
    "too_late": (mark("It is too late for that"), mark("Ask for help if you are in doubt."), CALL),
    "not_now": (mark("That cannot be done now"), mark("Wait a moment and try again."), WAIT),
    "another_opening": (mark("The box is at work"), mark("Wait a moment and try again."), WAIT),
    "lid_open": (mark("A lid is open"), mark("Close it and try again."), WAIT),
    "weight_unstable": (mark("The box is being moved"), mark("Leave it still and try again."), WAIT),
    "clock": (mark("The clock is not certain"), mark("The box stays shut until the clock is set."), CALL),
    "not_filled": (mark("The compartment is not filled"), mark("Home care must fill the box."), CALL),
    "fill_doubted": (mark("The compartment must be checked"), mark("Home care must look at it first."), CALL),
    "contents_changed": (mark("The plan is changed"), mark("The compartment no longer fits the plan."), CALL),
    "journal": (mark("The box must be looked at"), mark("It will not open until then."), CALL),
    "lids_unseen": (mark("The box cannot see its lids"), mark("So the box will not open."), CALL),
    "lock_not_off": (mark("A lock does not work"), mark("So the box will not open."), CALL),
    "scale_missing": (mark("The scale does not answer"), mark("So the box will not open."), CALL),
    "not_commissioned": (mark("The box is not ready for use"), mark("So the box will not open."), CALL),
    "nothing_boxed": (mark("It is not in the box"), mark("Take it from where you keep it."), WAIT),
    "handed_out": (mark("It is already handed out"), mark("Take no more now."), CALL),
    "already": (mark("It is written down already"), mark("You need do nothing more."), WAIT),
    "stopped": (mark("The medicine is stopped"), mark("Do not take it."), CALL),
    "on_leave": (mark("You are away"), mark("First say that you are home again."), WAIT),
    "promised": (mark("Someone is coming with it"), mark("The box stays shut until then."), WAIT),
    "most_taken": (mark("That is enough for now"), mark("You have had what you may in a day."), WAIT),
    "staff_only": (mark("Home care must do that"), mark("Ask for help if you are in doubt."), CALL),
    "unreachable": (mark("The box does not answer"), mark("Wait a moment and try again."), WAIT),
}
UNKNOWN = (mark("The box cannot do that now"), mark("Ask for help if you are in doubt."), CALL)
# A refused "in a while" costs nothing: the dose can still be taken.
NO_SNOOZE = (mark("There is no time to wait"), mark("You can take it until {until}."), WAIT)


def view(scene: Scene) -> View:
    found = [sentence(scene, code) for code in scene.nav.reasons or ("",)]
    call = any(acts is CALL for _heading, _line, acts in found)
    fine = Action("fine", scene.words("All right"), HERE)  # where Open was: a second, impatient touch asks for nothing
    lines = [line for _heading, line, _acts in found]
    if "unreachable" in scene.nav.reasons:
        lines.append(scene.ring())  # a box that does not answer passes on no call
    return scene.view(
        "notice",
        found[0][0],
        lines=tuple(dict.fromkeys(line for line in lines if line)),
        actions=(fine, *scene.ask_for_call()) if call else (fine,),
    )


def sentence(scene: Scene, code: str) -> tuple[str, str, bool]:
    """Heading, sentence, and whether a human must act; calm also for a code nobody here knows."""
    intake = _intake(scene)
    snooze = scene.nav.asked == "snooze" and code == "too_late"
    heading, line, acts = NO_SNOOZE if snooze else REFUSALS.get(code, UNKNOWN)
    if "{" in line and intake is None:
        line = REFUSALS["not_now"][1]
    times = {"from": scene.when(intake.opens_at), "until": scene.when(intake.latest_at)} if intake else {}
    return scene.words(heading), scene.words(line, **times), acts


def _intake(scene: Scene) -> IntakeView | None:
    """The one that was asked about, or else what is now."""
    s = scene.snapshot
    known = [i for i in (s.current, s.next, *s.today) if i is not None]
    return next((i for i in known if i.id == scene.nav.intake), s.current)
