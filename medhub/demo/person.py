"""The citizen: reads the screen, touches it, takes what lies in the compartment. Knows nothing but what anyone sees."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from drivers.world_client import WorldClient
from hub import protocol as p
from hub.client import Client
from medhub.demo.screen import Finger
from ui.layout import action_rects
from ui.panel import Panel
from ui.present import present, settle
from ui.scene import key_of
from ui.view import HERE, Nav, View

TRIES = 3  # of a touch that the box answers with "not yet"
PATIENCE_S = 40.0  # real seconds anything on the screen may take before the demo calls it broken
T = TypeVar("T")


class Broken(Exception):
    """Something that had to happen did not. The text says what was waited for."""


def wait_for(what: str, condition: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Wait until `condition` gives something, and what that is; or Broken."""
    until = time.monotonic() + patience_s
    while not (found := condition()):
        if time.monotonic() > until:
            raise Broken(f"waited {patience_s:.0f} s in vain for: {what}")
        time.sleep(0.05)
    return found


class Citizen:
    """Eyes on the ui socket's snapshots, a finger on the window, hands in the world."""

    def __init__(
        self, ui_socket: Path, staff: Client, finger: Finger, world: WorldClient, panel: Panel, out: Path
    ) -> None:
        self._staff, self._finger, self._world, self._panel, self._out = staff, finger, world, panel, out
        self._seen: p.Snapshot | None = None
        self._news = threading.Condition()
        self._nav = HERE
        self._pictures: set[str] = set()
        self._ui_socket = ui_socket
        self._eyes = Client(ui_socket, on_push=self._look)

    def close(self) -> None:
        self._eyes.close()

    @property
    def looks(self) -> bool:
        """Whether the hub is there to be looked at."""
        return self._eyes.connected

    def looks_again(self) -> None:
        """After the hub was gone, as the screen does by itself."""
        self._eyes.close()
        self._eyes = Client(self._ui_socket, on_push=self._look)

    # -- the screen ----------------------------------------------------------------------------------------------------

    def _look(self, snapshot: p.Snapshot) -> None:
        with self._news:
            self._seen = snapshot
            self._news.notify_all()

    def view(self) -> View | None:
        """What the screen ought to show now."""
        if self._seen is None:
            return None
        self._nav = settle(self._nav, self._seen, 0.0)
        return present(self._seen, self._nav, self._panel)

    def shows(self, screen: str) -> bool:
        """Whether it is this screen, as it ought to be: it has drawn the hub's latest word and takes touches."""
        shown, view = self._shown(), self.view()
        return view is not None and view.screen == screen == shown

    def _shown(self) -> str:
        """The screen as it is, whatever it ought to be; "" while it is not the hub's latest word."""
        status = self._staff.call(p.Status()).answer
        if not isinstance(status, p.StatusReport) or status.shown_snapshot != status.snapshot:
            return ""
        return status.shown_screen

    def opens(self, screen: str) -> "Citizen":
        """Touch Åbn until the box opens: where it says "not yet" (the scale is not still), read that and try again."""
        for _ in range(TRIES):
            if self.sees(screen, "open").shows("open"):
                break  # it opened, only too late to say so
            self.taps("open")
            wait_for("the box to open, or to say why not", lambda: self.shows("open") or self._shown() == "notice")
        return self.sees("open")

    def _puts_notice_away(self) -> bool:
        """What the box had to say is read and put away; also that it did not answer, when the hub died in between.

        Once: where Tilbage was, the next screen has one too, and a hand that goes on touching goes on to home.
        """
        if self._shown() == "notice":
            self.puts_away("notice")
            wait_for("the notice to be put away", lambda: self._shown() != "notice")
        return False

    def puts_away(self, screen: str) -> None:
        """Tilbage, from a notice or from help."""
        if self._seen is not None:
            self._nav = Nav(place=screen, key=key_of(self._seen), reasons=("unreachable",))
            self.taps("back")

    def sees(self, *screens: str) -> "Citizen":
        """Wait until the screen shows one of them; the first time, a picture of the first is kept."""
        screen, wanted = screens[0], " or ".join(screens)
        seen = wait_for(
            f"the screen {wanted}", lambda: next(filter(self.shows, screens), "") or self._puts_notice_away()
        )
        if seen == screen and screen not in self._pictures:
            self._pictures.add(screen)
            self._finger.picture(self._out / f"{len(self._pictures):02d}-{screen}.png")
        return self

    def taps(self, action: str, while_down: Callable[[], object] = lambda: None) -> "Citizen":
        """Touch a button where the person sees it: one press, one release, nothing else."""
        view = self.view()
        found = next((a for a in view.touchable if a.name == action), None) if view else None
        if view is None or found is None:
            names = [a.name for a in view.touchable] if view else []
            raise Broken(f"no button {action!r} on the screen; there is {names}")
        rect = action_rects(self._panel, view)[action]
        self._finger.tap(rect.x + rect.width / 2, rect.y + rect.height / 2, while_down)
        self._nav = found.does if isinstance(found.does, Nav) else found.then
        return self

    # -- the hands -----------------------------------------------------------------------------------------------------

    def lid_is_open(self, compartment: int) -> bool:
        return self._world.look().compartment(compartment).lid_open

    def takes(self, compartment: int, everything: bool = True) -> None:
        """Take all there is, or half of it, and shut the lid."""
        wait_for(f"lid {compartment} to open", lambda: self.lid_is_open(compartment))
        inside = self._world.look().compartment(compartment).items
        self._world.take(compartment, None if everything else {i.name: i.count / 2 for i in inside})
        self._world.shut_lid(compartment)
