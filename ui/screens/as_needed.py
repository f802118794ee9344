"""Medicine as needed: which one, one dose of it now, or from when it can be had (R2)."""

from hub.protocol import AskAsNeeded, AsNeededView, Decline, Open
from ui.scene import Scene
from ui.screens import notice
from ui.screens.due import PASSING
from ui.view import HERE, Action, View


def offered(scene: Scene) -> tuple[AsNeededView, ...]:
    return tuple(m.as_needed for m in scene.snapshot.medicines if m.as_needed is not None)


def why_not(offer: AsNeededView) -> tuple[str, ...]:
    """Why it cannot be had, where waiting a moment will not help."""
    return tuple(reason for reason in offer.refusals if reason not in PASSING)


def when(scene: Scene, offer: AsNeededView) -> str:
    """When it can be had, in a sentence; "" where it is not only a question of time."""
    if not why_not(offer):
        return scene.words("You can take it now.")
    from_ = {"from": scene.when(offer.possible_at)} if offer.possible_at else {}
    return scene.words("You can take it from {from}.", **from_) if from_ else ""


def way(scene: Scene) -> tuple[Action, ...]:
    """The way here from "My medicine", where there is any such medicine: to the first that can be had.

    Never where Open will be: a second, impatient touch takes no medicine.
    """
    offers = sorted(offered(scene), key=lambda offer: bool(why_not(offer)))
    to = [scene.go("as_needed", intake=offer.ordination) for offer in offers[:1]]
    return tuple(a for nav in to for a in (_fine(scene), Action("as_needed", scene.words("When needed"), nav)))


def _fine(scene: Scene) -> Action:
    return Action("fine", scene.words("All right"), HERE)


def view(scene: Scene) -> View:
    """The one that was come for; then the next, as often as there are others."""
    offers = {offer.ordination: offer for offer in offered(scene)}
    offer = offers.get(scene.nav.intake)
    if offer is None:  # the plan has changed meanwhile
        return _gone(scene)
    ids = list(offers)
    after = ids[(ids.index(offer.ordination) + 1) % len(ids)]
    another = Action("another", scene.words("Another one"), scene.go("as_needed", intake=after))
    return (_refused if why_not(offer) else _offer)(scene, offer, (another,) if len(ids) > 1 else ())


def _gone(scene: Scene) -> View:
    return scene.view("as_needed", scene.words("There is none any more"), back=_back(scene))


def _offer(scene: Scene, offer: AsNeededView, others: tuple[Action, ...]) -> View:
    _ = scene.words
    return scene.view(
        "as_needed",
        _("Do you need it now?"),
        rows=scene.dose_rows((offer.dose,)),
        actions=(Action("take", _("Open"), AskAsNeeded(ordination=offer.ordination)), *others),
        back=_back(scene),
    )


def _refused(scene: Scene, offer: AsNeededView, others: tuple[Action, ...]) -> View:
    """A time, where that is all; else what is in the way, and a human where one must act."""
    found = [notice.sentence(scene, reason) for reason in why_not(offer)]
    call = any(acts is notice.CALL for _heading, _line, acts in found)
    heading, line = next((heading, line) for heading, line, acts in found if acts is call)
    return scene.view(
        "as_needed",
        heading,
        lines=(scene.dose(offer.dose), line if call else when(scene, offer) or line),
        actions=(*(scene.ask_for_call() if call else (_fine(scene),)), *others),
        back=_back(scene),
    )


def _back(scene: Scene) -> Action:
    return Action("back", scene.words("Back"), scene.go("medicine"))


def put_back(scene: Scene) -> View:
    """It was asked for and nothing was taken out: it may be had a while yet, and nobody minds if it is not."""
    _, now = scene.words, scene.current
    return scene.view(
        "as_needed",
        _("Do you still need it?"),
        rows=scene.dose_rows(now.doses),
        actions=(
            Action("open", _("Open"), Open(intake=now.id)),
            Action("no_thanks", _("No thanks"), Decline(intake=now.id, reason="no_need"), then=HERE),
        ),
    )
