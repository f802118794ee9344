"""The commissioning walk (R12, H34): each lock is pulsed in turn, and exactly its own lid must move.

It belongs to a person at the box who shuts the lids, with nothing in it yet and no hub running.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from msgspec import Struct

from hub.ports import Compartments, DeviceError

MOVES_S = 2.0  # from the pulse's end: a spring lid is up within half a second, and a stiff one is none
STILL_S = 0.5  # and so long after it moved, no other may
SHUT_S = 120.0  # for the person to shut what is open

Ask = Callable[[frozenset[int]], None]  # "shut these lids": said once, not waited for


class Walked(Struct, frozen=True):
    """What was sensed around one lock's pulse. `before`, `after`: lids open then; None: not to be seen. `moved`: every
    lid that told of a movement. `problem`: why the pulse was not given, or what the driver says of it."""

    compartment: int
    before: frozenset[int] | None
    moved: frozenset[int] = frozenset()
    after: frozenset[int] | None = None
    problem: str | None = None


class Finding(StrEnum):
    """What a lock and its lid are found to be. Only `PASSED` is good."""

    PASSED = "passed"
    NOT_ALL_SHUT = "not_all_shut"  # no pulse was given
    NOT_SEEN = "not_seen"  # lids cannot be read; before the pulse: none was given
    PULSE_FAILED = "pulse_failed"
    NOTHING_MOVED = "nothing_moved"  # lock, latch or their wires; or a lid whose switch is stuck
    WRONG_LID = "wrong_lid"  # another lid and not its own: crossed wires
    OTHERS_TOO = "others_too"
    SHUT_AGAIN = "shut_again"  # it moved and is not open: a switch that flutters


class Report(Struct, frozen=True):
    walked: tuple[Walked, ...]

    @property
    def findings(self) -> dict[int, Finding]:
        return {walk.compartment: finding(walk) for walk in self.walked}

    @property
    def passed(self) -> bool:
        """Every compartment; a box without one has not passed."""
        return bool(self.walked) and all(found is Finding.PASSED for found in self.findings.values())


def finding(walk: Walked) -> Finding:
    """What the facts say, the worst first: a wrong lid is worse than a pulse that ended in an error."""
    own = frozenset({walk.compartment})
    if walk.before is None:
        return Finding.NOT_SEEN
    if walk.before:
        return Finding.NOT_ALL_SHUT
    moved = walk.moved | (walk.after or frozenset())
    if moved - own:
        return Finding.OTHERS_TOO if own <= moved else Finding.WRONG_LID
    if walk.problem is not None:
        return Finding.PULSE_FAILED
    if walk.after is None:
        return Finding.NOT_SEEN
    if not moved:
        return Finding.NOTHING_MOVED
    return Finding.PASSED if walk.after == own else Finding.SHUT_AGAIN


def commission(compartments: Compartments, ask: Ask, shut_s: float = SHUT_S) -> Report:
    """Walk through every compartment; lids that are open are asked to be shut first, and again after the last one.

    Whatever one of them does, the next is tried once every lid is shut. Raises nothing a driver raises. The lids tell
    nobody else any more afterwards.
    """
    lids = _Lids(compartments)
    walked = tuple(_walk(compartments, number, lids, ask, shut_s) for number in compartments.numbers)
    lids.wait_shut(ask, shut_s)
    return Report(walked)


def _walk(compartments: Compartments, number: int, lids: "_Lids", ask: Ask, shut_s: float) -> Walked:
    before = lids.wait_shut(ask, shut_s)
    if before != frozenset():
        return Walked(number, before)
    with _lit(compartments, number):
        lids.forget()
        try:
            compartments.pulse(number)
            problem = None
        except DeviceError as error:
            problem = str(error)
        moved = lids.wait_moved()
        return Walked(number, before, moved, lids.open, problem)


@contextmanager
def _lit(compartments: Compartments, number: int) -> Iterator[None]:
    """Its lamp shows the person which lid should move; a lamp that fails is no reason not to look."""
    try:
        _quietly(compartments, number, True)
        yield
    finally:
        _quietly(compartments, number, False)


def _quietly(compartments: Compartments, number: int, lit: bool) -> None:
    try:
        compartments.lamp(number, lit)
    except DeviceError:
        return


class _Lids:
    """All lids: which are open, and which have moved."""

    def __init__(self, compartments: Compartments) -> None:
        self._compartments = compartments
        self._news = threading.Condition()
        self._moved: set[int] = set()
        compartments.watch_lids(self._heard)

    def _heard(self, number: int, is_open: bool) -> None:
        with self._news:
            self._moved.add(number)
            self._news.notify_all()

    def forget(self) -> None:
        with self._news:
            self._moved.clear()

    @property
    def open(self) -> frozenset[int] | None:
        try:
            return frozenset(n for n in self._compartments.numbers if self._compartments.lid_open(n))
        except DeviceError:
            return None

    def wait_shut(self, ask: Ask, within_s: float) -> frozenset[int] | None:
        """What is still open after `within_s`, having asked once for what was; None where it cannot be seen."""
        lids = self.open
        if lids:
            ask(lids)
            with self._news:
                self._news.wait_for(lambda: not self.open, timeout=within_s)
            lids = self.open
        return lids

    def wait_moved(self) -> frozenset[int]:
        """Every lid that moves: up to `MOVES_S` for the first, then `STILL_S` for another."""
        with self._news:
            self._news.wait_for(lambda: bool(self._moved), timeout=MOVES_S)
            self._news.wait_for(lambda: len(self._moved) > 1, timeout=STILL_S)
            return frozenset(self._moved)
