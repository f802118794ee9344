"""One device that is looked at again and again, in a thread of its own: one that hangs holds no other up."""

import threading
from collections.abc import Callable

from hub.device_states import HANG_S

LOOK_EVERY_S = 1.0  # lids, locks, mains and the rest; a lid's movement is told at once by its edge
STEP_S = 0.1


class Look:
    """`work` looks once. `real_s` is the machine's monotonic clock."""

    def __init__(self, work: Callable[[], None], real_s: Callable[[], float], every_s: float = LOOK_EVERY_S) -> None:
        self._work, self._real_s, self._every_s = work, real_s, every_s
        self.looked = threading.Event()  # once at least
        self.said_s = float("-inf")  # when it last came to an end

    @property
    def hangs(self) -> bool:
        """Whether what it found last is of too long ago."""
        return self._real_s() - self.said_s > HANG_S

    def once(self) -> None:
        self._work()
        self.said_s = self._real_s()

    def keep(self, stop: threading.Event) -> None:
        """Look, and again every so often, until asked to stop."""
        asked_s = self._real_s()
        self.once()
        self.looked.set()
        while not stop.wait(STEP_S):
            if self._real_s() - asked_s >= self._every_s or self._every_s <= STEP_S:
                asked_s = self._real_s()
                self.once()
