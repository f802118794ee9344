"""Whether anybody carries for the hub: what sync says of the municipality, and how long sync has said nothing at all.

Advice and no more: it makes a mark on the screen and a line for staff, and promises nobody's help (R9, R14).
"""

import logging
import time
from collections.abc import Callable
from enum import StrEnum

SILENT_S = 300.0  # as long as sync's own watchdog: until then it may be at work on one batch, or be started anew
log = logging.getLogger("hub.carrier")


class Network(StrEnum):
    UP = "up"
    DOWN = "down"  # sync is there, and nothing gets through
    SILENT = "silent"  # sync itself is not: its settings are wrong, or it does not stay up


class Carrier:
    """For one thread. `real_s`: seconds that no clock step and no demo moves."""

    def __init__(self, real_s: Callable[[], float] = time.monotonic) -> None:
        self._real_s, self._since_s = real_s, real_s()
        self._there = self._up = self._warned = False

    def heard(self) -> None:
        """sync has asked for something, whatever it is."""
        if self.look() is Network.SILENT:
            self._up = self._warned = False
        self._there, self._since_s = True, self._real_s()

    def told(self, up: bool) -> None:
        """sync says whether the municipality answers."""
        self._up = up

    def look(self) -> Network:
        """How it is now. A hub that has heard nothing yet has nobody; systemd's journal is told after `SILENT_S`."""
        quiet = self._real_s() - self._since_s > SILENT_S
        if quiet and not self._warned:
            log.critical("nobody carries to the municipality: sync is silent; journalctl -u medhub-sync says why")
            self._warned = True
        if quiet or not self._there:
            return Network.SILENT
        return Network.UP if self._up else Network.DOWN
