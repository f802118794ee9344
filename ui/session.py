"""The screen's moment, without any graphics: what was heard last, where the person is, what a touch may do now."""

from hub.protocol import Message, Reply, Shown, Snapshot
from ui.panel import Panel
from ui.present import after, present, settle
from ui.scene import BOX
from ui.screens import link
from ui.view import HERE, Action, Nav, View

BUSY_S = 1.0  # a touch waits this long for its answer before another counts
SETTLE_S = 0.4  # neither a screen just come nor a button just pressed takes the second half of a double tap
UNHEARD_S = 2.0  # without the hub this long, the screen says so


class Session:
    """All times are seconds of one monotonic clock, given by the caller. It is the only state the screen has."""

    def __init__(self, panel: Panel, box: tuple[int, int] = BOX, now_s: float = 0.0) -> None:
        self.panel, self.box = panel, box
        self.snapshot: Snapshot | None = None
        self.nav: Nav = HERE
        self._touched_s = now_s
        self._settled_s = now_s
        self._busy_until_s = 0.0
        self._down_since_s: float | None = now_s
        self._buttons: tuple[object, ...] = ()

    def heard(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def link(self, up: bool, now_s: float) -> None:
        if up:
            self._down_since_s = None
        elif self._down_since_s is None:
            self._down_since_s = now_s

    def view(self, now_s: float) -> View:
        """What to draw now. Where the buttons are not the same ones any more, touches wait until it has settled."""
        view = self._view(now_s)
        sends = (None if isinstance(a.does, Nav) else a.does for a in view.touchable)
        buttons = (view.screen, view.page, *(a.name for a in view.touchable), *sends)
        if buttons != self._buttons:
            self._buttons, self._settled_s = buttons, now_s + SETTLE_S
        return view

    def _view(self, now_s: float) -> View:
        unheard = self._down_since_s is not None and now_s - self._down_since_s >= UNHEARD_S
        if self.snapshot is None or unheard:
            return link.view(self.snapshot, waited=unheard)
        self.nav = settle(self.nav, self.snapshot, now_s - self._touched_s)
        return present(self.snapshot, self.nav, self.panel, self.box)

    def ready(self, now_s: float) -> bool:
        """Whether a touch that begins now counts."""
        return self.wakes_in(now_s) <= 0.0

    def wakes_in(self, now_s: float) -> float:
        """Seconds until touches count; 0 when they do."""
        return max(0.0, self._settled_s - now_s, self._busy_until_s - now_s)

    def touched(self, now_s: float) -> None:
        self._touched_s = now_s

    def press(self, action: Action, now_s: float) -> Message | None:
        """The message to send, with the buttons shut until its answer or `BUSY_S`; None where it only leads on."""
        self._touched_s = now_s
        self._settled_s = now_s + SETTLE_S
        if isinstance(action.does, Nav):
            self.nav = action.does
            return None
        self._busy_until_s = now_s + BUSY_S
        return action.does

    def answered(self, action: Action, reply: Reply | None, now_s: float) -> None:
        self._busy_until_s = 0.0
        self._touched_s = now_s
        if self.snapshot is not None:
            self.nav = after(action, reply, self.snapshot)

    def shown(self, view: View) -> Shown:
        return Shown(screen=view.screen, snapshot=self.snapshot.version if self.snapshot else 0)
