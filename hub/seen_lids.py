"""What is known of the lids, by their edges and by looks at all of them."""

import threading
from collections.abc import Callable
from functools import partial

from hub.device_states import HANG_S, DeviceStates
from hub.domain.events import Device
from hub.ports import Compartments, DeviceError, LidMoved

EDGES = 1  # a part of the lids, beside the look at all of them


class SeenLids:
    """`moved` is told of each movement, from any thread."""

    def __init__(
        self, compartments: Compartments, states: DeviceStates, real_s: Callable[[], float], moved: LidMoved
    ) -> None:
        self._compartments, self._states, self._real_s, self._moved = compartments, states, real_s, moved
        self._lock = threading.Lock()
        self._watched = False
        self.open: frozenset[int] | None = None  # None: not all of them could be seen
        self._shut_since_s: float | None = None
        self._seen_s = float("-inf")
        self.edges = 0  # how many movements have been told

    def look(self) -> None:
        if not self._watched:
            watch = partial(self._compartments.watch_lids, self._told)
            self._watched = self._states.attempt(Device.LIDS, watch, EDGES)
        edges = self.edges
        lids = self._states.ask(Device.LIDS, self._all)
        with self._lock:
            if edges == self.edges:  # a lid that moved while we looked is newer than what we saw
                self._are(lids)
            self._seen_s = self._real_s()
        if lids is not None:
            shut = len(self._compartments.numbers) - len(lids)
            self._states.say(Device.LIDS, f"{shut} of {len(self._compartments.numbers)} shut")

    @property
    def shut_since_s(self) -> float | None:
        """Since when all are sensed shut and none has moved; None where they are not, or nobody looks."""
        with self._lock:
            return None if self._real_s() - self._seen_s > HANG_S else self._shut_since_s

    def all_shut(self) -> bool:
        """Asked now: whether every lid is sensed shut. No more than that: what is wrong with them, and when it is over,
        is for the looks to find, for they look again."""
        try:
            return self._all() == frozenset()
        except DeviceError:
            return False

    def _all(self) -> frozenset[int]:
        return frozenset(n for n in self._compartments.numbers if self._compartments.lid_open(n))

    def _told(self, compartment: int, is_open: bool) -> None:
        """One lid's edge; it says nothing about lids that could not be seen."""
        with self._lock:
            self.edges += 1
            self._shut_since_s = None
            if self.open is not None:
                self._are(self.open | {compartment} if is_open else self.open - {compartment})
        self._moved(compartment, is_open)

    def _are(self, lids: frozenset[int] | None) -> None:
        self.open = lids
        if lids != frozenset():
            self._shut_since_s = None
        elif self._shut_since_s is None:
            self._shut_since_s = self._real_s()
