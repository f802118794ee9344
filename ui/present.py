"""`present`: the hub's snapshot and the place on the screen → the view. Pure; the screen keeps no other state."""

from collections.abc import Callable

from msgspec.structs import replace

from hub.protocol import IntakeView, Reply, Snapshot
from ui.layout import page_count
from ui.panel import Panel
from ui.scene import BOX, Scene, key_of
from ui.screens import (
    as_needed,
    ask,
    away,
    decline,
    done,
    due,
    fault,
    filling,
    help,
    home,
    medicine,
    missed,
    notice,
    open,
    promised,
    rest,
)
from ui.view import HERE, Action, Nav, View
from ui.words import words

REASONS = decline.REASONS  # the codes `hub.protocol.Decline` carries
TIMEOUT_S = 60.0  # a place left alone this long gives way to where the hub is
HOME_TIMEOUT_S = 30.0  # home, while something else is waiting

Screen = Callable[[Scene], View]

PLACES: dict[str, Screen] = {
    "home": home.view,
    "decline": decline.view,
    "confirm_taken": decline.confirm_taken,
    "help": help.view,
    "medicine": medicine.view,
    "as_needed": as_needed.view,
    "notice": notice.view,
}
NEEDS_INTAKE = frozenset({"decline", "confirm_taken"})

BY_STATE: dict[str, Screen] = {
    "planned": home.view,
    "due": due.view,
    "opening": open.view,
    "open": open.view,
    "partly_taken": rest.view,
    "declined": decline.declined,
    "missed": missed.view,
    "withheld": fault.withheld,
    "withdrawn": fault.withdrawn,
    "uncertain": fault.unknown,
    "not_known": fault.unknown,
}


def present(snapshot: Snapshot, nav: Nav, panel: Panel, box: tuple[int, int] = BOX) -> View:
    """The view of what is now, at `nav` if that still holds. `box`: compartments and columns of the drawing."""
    nav = settle(nav, snapshot, 0.0)
    scene = Scene(snapshot=snapshot, nav=nav, words=words(snapshot.language), box=box)
    return _paged(scene, _screen(scene)(scene), panel)


def settle(nav: Nav, snapshot: Snapshot, idle_s: float) -> Nav:
    """The place, or back to where the hub is: when the hub has moved on, or nothing was touched for a while."""
    gone = nav != HERE and nav.key != key_of(snapshot)
    limit = HOME_TIMEOUT_S if nav.place == "home" else TIMEOUT_S
    return HERE if gone or (idle_s >= limit and not nav.lasting) else nav


def after(action: Action, reply: Reply | None, snapshot: Snapshot) -> Nav:
    """Where a sent action leads: on as planned, or to the notice of why not. `reply` None: the hub did not answer."""
    if reply is not None and reply.error is None:
        return action.then
    error = reply.error if reply else None
    reasons = error.reasons if error and error.problem == "refused" else ("unreachable",) if reply is None else ("",)
    intake = getattr(action.does, "intake", "")
    return Nav(place="notice", key=key_of(snapshot), intake=intake, asked=action.name, reasons=reasons)


def _screen(scene: Scene) -> Screen:
    """The place chosen on the screen; else, in this order: opening, question, fault, filling, time away, what is done,
    what is now."""
    s, place = scene.snapshot, scene.nav.place
    now = s.current
    if place in PLACES and (now is not None or place not in NEEDS_INTAKE):
        return PLACES[place]
    if now is not None and (now.lid_open or now.state == "opening"):
        return open.view
    if now is not None and now.asks:
        return ask.view
    if not s.journal_ok:
        return fault.journal
    if not s.clock_ok:
        return fault.clock
    if s.filling is not None:
        return filling.view
    if (leave := s.leave) is not None:
        return lambda scene: away.view(scene, leave)
    if s.done is not None and (now is None or now.id == s.done.id or not _pressing(now, s)):
        return done.view
    return _of_state(scene) if now is not None else home.view


def _pressing(now: IntakeView, snapshot: Snapshot) -> bool:
    """Whether it cannot wait the seconds in which something else is shown to be done."""
    snoozed = now.snoozed_until is not None and now.snoozed_until > snapshot.now
    return now.state == "partly_taken" or (now.state == "due" and not snoozed)


def _of_state(scene: Scene) -> Screen:
    now = scene.current
    if now.state == "partly_taken" and now.final:
        return home.view
    if now.state in promised.WAITING and promised.comes(scene, now):
        return promised.view
    if now.state == "due" and now.promised_by:
        return promised.late
    if now.state == "due" and now.as_needed and not due.lasting(now):
        return as_needed.put_back
    if now.state in ("due", "partly_taken") and due.lasting(now):
        return fault.blocked
    if now.state == "due" and now.snoozed_until is not None and now.snoozed_until > scene.snapshot.now:
        return due.snoozed
    return BY_STATE.get(now.state, home.view)


def _paged(scene: Scene, view: View, panel: Panel) -> View:
    """With a way to the next page where there is one, and back to the page before."""
    if view.choices:
        return replace(view, page=0)
    pages = page_count(panel, view)
    page = min(view.page, pages - 1)
    if pages == 1:
        return replace(view, page=0)
    _, nav = scene.words, scene.nav if scene.nav.place else scene.go("")
    text = _("More {n}/{of}", n=str(page + 1), of=str(pages))
    more = Action("more", text, replace(nav, page=page + 1)) if page + 1 < pages else None
    before = Action("back", _("Back"), replace(nav, page=page - 1)) if page else view.back
    return replace(view, page=page, more=more, back=before)
