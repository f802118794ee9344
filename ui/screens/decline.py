"""No thanks: the reason, page by page; "I have taken it" as its own way; and the change of mind."""

from hub.protocol import ChangeMind, Decline, TakenElsewhere
from ui.scene import Scene
from ui.view import HERE, Action, View
from ui.words import mark

# Code in the journal, words on the screen; two a page, and "Other" leads on.
REASONS = (
    ("nausea", mark("I feel sick")),
    ("wants_to_talk", mark("I want to talk to someone")),
    ("not_now", mark("It does not suit me")),
    ("no_need", mark("I do not need it")),
    ("side_effects", mark("It does me no good")),
    ("other", mark("Something else")),
)
TAKEN = "taken"  # stands first on the second page: not a refusal
PAGES = ((0, 1), (TAKEN, 2), (3, 4, 5))


def view(scene: Scene) -> View:
    _, now, page = scene.words, scene.current, min(scene.nav.page, len(PAGES) - 1)
    actions = [_entry(scene, entry) for entry in PAGES[page]]
    if page + 1 < len(PAGES):
        actions.append(Action("other_reasons", _("Other"), scene.go("decline", page=page + 1)))
    before = Action("back", _("Back"), scene.go("decline", page=page - 1) if page else HERE)
    return scene.view(
        "decline",
        _("What is the reason?"),
        choices=True,
        lines=(_("You can change your mind until {when}.", when=scene.when(now.latest_at)),),
        actions=tuple(actions),
        back=before,
    )


def _entry(scene: Scene, entry: int | str) -> Action:
    _, now = scene.words, scene.current
    if isinstance(entry, str):
        return Action("have_taken", _("I have taken it"), scene.go("confirm_taken"))
    code, text = REASONS[entry]
    return Action(f"reason_{code}", _(text), Decline(intake=now.id, reason=code))


def confirm_taken(scene: Scene) -> View:
    """Not to be undone by the citizen, so it is asked once more. The box stays shut for it, and staff are told."""
    _, now = scene.words, scene.current
    return scene.view(
        "confirm_taken",
        _("Have you taken it already?"),
        lines=(_("Then the box stays shut this time."), _("It is written down for home care.")),
        actions=(
            Action("taken_elsewhere", _("Yes, I have taken it"), TakenElsewhere(intake=now.id)),
            Action("not_taken", _("No"), HERE),
        ),
    )


def declined(scene: Scene) -> View:
    _, now = scene.words, scene.current
    return scene.view(
        "declined",
        _("You have said no thanks"),
        lines=(_("You can change your mind until {when}.", when=scene.when(now.latest_at)),),
        actions=(Action("change_mind", _("I will take it after all"), ChangeMind(intake=now.id)),),
    )
