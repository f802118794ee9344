"""The code's own limits on a lock: one at a time in the whole box, a bounded pulse, off in every case (R12)."""

import threading
from collections.abc import Callable, Iterable

from hub.ports import PULSE_S, DeviceError


class OneLock:
    """Guards all locks of one box. `pulse_s` is its solenoids', cut to `PULSE_S`."""

    def __init__(self, pulse_s: float | None = None) -> None:
        self._pulse_s = PULSE_S if pulse_s is None else min(pulse_s, PULSE_S)
        self._one = threading.Lock()
        self._closing = threading.Event()
        self._turns = 0  # odd while a lock is energised

    def pulse(self, on: Callable[[], None], off: Callable[[], None]) -> None:
        """`on`, at most `pulse_s`, `off`; waits while another lock is energised. Raises DeviceError once closed."""
        with self._one:
            if self._closing.is_set():
                raise DeviceError("lock: the compartments are closed")
            self._turns += 1
            try:
                on()
                self._closing.wait(self._pulse_s)
            finally:
                try:
                    off()
                finally:
                    self._turns += 1

    def high_unasked(self, look: Callable[[], Iterable[int]]) -> list[int]:
        """Those that `look` finds high while no pulse is given. With one under way, or between, nothing is known, and
        nobody waits: a chip that hangs must hold up no `close`."""
        turns = self._turns
        found = sorted(look())
        return found if turns == self._turns and turns % 2 == 0 else []

    def close(self) -> bool:
        """Cut a pulse under way short and let no other begin; whether this was the first time."""
        first = not self._closing.is_set()
        self._closing.set()
        with self._one:
            return first
