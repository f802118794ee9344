"""What systemd does, and what a hang's end does: a dead process is started again, a stopped one goes on."""

import threading
import time
from pathlib import Path
from types import TracebackType

from PIL import Image

from medhub.demo.process import Process
from medhub.demo.screen import Finger
from medhub.demo.stage import Stage
from tests.faultwalk.trap import run_state
from ui.tokens import DAY, NIGHT

RESTART_S = 0.3
# A hub or world that hangs outlasts every time limit of those who ask it (5 s).
HANGS_S = {"hub": 6.0, "world": 6.0, "ui": 2.5, "sync": 2.5, "gateway": 2.5}
SAID_S = 8.0  # within so long the screen says that the hub hangs (H26)
BAND_PX = 60  # down from the top, in the heading's band


class Keeper:
    """A thread beside the walk, which itself knows nothing of who is dead."""

    def __init__(self, stage: Stage, display: str, pictures: Path) -> None:
        self._stage, self._pictures = stage, pictures
        self._finger = Finger(display)
        self._ending = threading.Event()
        self._since: dict[int, float] = {}
        self.faults = 0  # that are over
        self.unsaid = 0  # hangs of the hub at whose end the screen did not say so
        self._thread = threading.Thread(target=self._keep, name="keeper")

    def __enter__(self) -> "Keeper":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._finger.close()
        for process in self._stage.processes.values():
            process.cont()

    def hangs(self, name: str) -> bool:
        return run_state(self._stage.processes[name].pid) == "T"

    @property
    def all_run(self) -> bool:
        return all(run_state(process.pid) not in "TZX" for process in self._stage.processes.values())

    def _keep(self) -> None:
        while not self._ending.wait(0.05):
            for name, process in list(self._stage.processes.items()):
                if process.has_ended():
                    self._ending.wait(RESTART_S)
                    self._stage.start_again(name)
                    self.faults += 1
                elif run_state(process.pid) == "T":
                    self._hang(name, process)

    def _hang(self, name: str, process: Process) -> None:
        since = self._since.setdefault(process.pid, time.monotonic())
        hung_s = time.monotonic() - since
        if hung_s < HANGS_S[name]:
            return
        if name == "hub" and not self._screen_is_red(self._pictures / f"hub-hangs-{self.faults}.png"):
            if hung_s < SAID_S:
                return
            self.unsaid += 1
        del self._since[process.pid]
        process.cont()
        self.faults += 1

    def _screen_is_red(self, picture: Path) -> bool:
        """H26: whether its band says that someone must act."""
        self._finger.picture(picture)
        with Image.open(picture) as seen:
            red, green, blue = seen.getpixel((seen.width - 5, BAND_PX))
        return f"#{red:02X}{green:02X}{blue:02X}" in (DAY.alarm.ground, NIGHT.alarm.ground)
