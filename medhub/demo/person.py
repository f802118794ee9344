"""The citizen: reads the screen, touches it, takes what lies in the compartment. Knows nothing but what anyone sees."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from drivers.world_client import WorldClient
from hub import protocol as p
from hub.client import Client
from medhub.demo.screen import Finger
from ui.layout import action_rects
from ui.panel import Panel
from ui.present import present, settle
from ui.scene import key_of
from ui.view import HERE, Nav, View

UNFELT_S = 10.0  # without any answer, a touch was not felt
REACH_S = 0.6  # a hand on its way: longer than a screen just come takes no touches (ui.session.SETTLE_S)
TRIES = 3  # of a touch that the box answers with "not yet"
PATIENCE_S = 40.0  # real seconds anything on the screen may take before the demo calls it broken


class Broken(Exception):
    """Something that had to happen did not. The text says what was waited for."""


def wait_for(what: str, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until `condition`, or Broken."""
    until = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > until:
            raise Broken(f"waited {patience_s:.0f} s in vain for: {what}")
        time.sleep(0.05)


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
        """Whether the screen has drawn the hub's latest word, and it is `screen`."""
        status, view = self._staff.call(p.Status()).answer, self.view()
        if not isinstance(status, p.StatusReport) or view is None or status.shown_snapshot != status.snapshot:
            return False
        return view.screen == screen == status.shown_screen

    def opens(self, screen: str) -> "Citizen":
        """Touch Åbn until the box opens: where it says "not yet" (the scale is not still), read that and try again."""
        for _ in range(TRIES):
            self.sees(screen).taps("open")
            with suppress(Broken):  # a touch that was not felt is made again
                wait_for("an answer", lambda: self.shows("open") or self._reads("notice"), UNFELT_S)
            if self.shows("open"):
                break
        return self.sees("open")

    def _reads(self, screen: str) -> bool:
        status = self._staff.call(p.Status()).answer
        return isinstance(status, p.StatusReport) and status.shown_screen == screen

    def puts_notice_away(self, wanted: str) -> bool:
        """What the box had to say is read and put away; also that it did not answer, when the hub died in between."""
        if wanted != "notice" and self._reads("notice"):
            self.puts_away("notice")
        return False

    def puts_away(self, screen: str) -> None:
        """Tilbage, from a notice or from help."""
        if self._seen is not None:
            self._nav = Nav(place=screen, key=key_of(self._seen), reasons=("unreachable",))
            self.taps("back")

    def sees(self, screen: str) -> "Citizen":
        """Wait until the screen shows it; the first time, a picture is kept."""
        wait_for(f"the screen {screen!r}", lambda: self.shows(screen) or self.puts_notice_away(screen))
        if screen not in self._pictures:
            self._pictures.add(screen)
            self._finger.picture(self._out / f"{len(self._pictures):02d}-{screen}.png")
        return self

    def taps(self, action: str, while_down: Callable[[], object] = lambda: None) -> "Citizen":
        """Touch a button where the person sees it: one press, one release, nothing else."""
        time.sleep(REACH_S)
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
