"""Following the world's lids and mains as they move."""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from drivers import world_protocol as w
from drivers.world_line import TIMEOUT_S, Line, WorldGone
from hub.ports import LidMoved

AGAIN_S = 0.2  # between attempts to reach a world that does not answer


class WorldWatch:
    """Follows lids and mains on a connection and a thread of its own, reconnecting until closed.

    `lid_moved` and `mains_changed` are called from that thread, once for each movement, also for what changed while
    the world was out of reach.
    """

    def __init__(
        self, path: Path, lid_moved: LidMoved | None = None, mains_changed: Callable[[bool], None] | None = None
    ) -> None:
        self._path, self._lid_moved, self._mains_changed = path, lid_moved, mains_changed
        self._lock = threading.Lock()
        self._seen: w.Sensed | None = None
        self._alive = False
        self._closing = threading.Event()
        self._line: Line | None = self._connect()
        self._thread = threading.Thread(target=self._follow, name="world-watch", daemon=True)
        self._thread.start()

    def now(self) -> w.Sensed:
        """What is sensed now. Raises WorldGone while the world is out of reach."""
        with self._lock:
            if self._seen is None or not self._alive:
                raise WorldGone(f"the world at {self._path} does not answer")
            return self._seen

    def close(self) -> None:
        """Stop following; may be called twice."""
        self._closing.set()
        with self._lock:
            if self._line is not None:
                self._line.hang_up()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=TIMEOUT_S)

    def _connect(self) -> Line:
        """A connection that has said how things are. Raises WorldGone."""
        try:
            line = Line(self._path, TIMEOUT_S)
        except OSError as error:
            raise WorldGone(f"the world at {self._path} does not answer: {error}") from error
        try:
            line.send(w.Watch())
            first = line.receive()
            line.wait_forever()
        except (OSError, msgspec.MsgspecError) as error:
            line.close()
            raise WorldGone(f"the world at {self._path} does not answer: {error}") from error
        self._take_in(first)
        return line

    def _follow(self) -> None:
        try:
            while not self._closing.is_set():
                self._listen()
                self._closing.wait(AGAIN_S)
        finally:
            self._lose()

    def _listen(self) -> None:
        """Follow one connection to its end, or find that there is none."""
        try:
            if self._line is None:
                line = self._connect()
                with self._lock:
                    self._line = line
            while not self._closing.is_set():
                self._take_in(self._line.receive())
        except (WorldGone, OSError, msgspec.MsgspecError):
            self._lose()

    def _lose(self) -> None:
        with self._lock:
            line, self._line, self._alive = self._line, None, False
        if line is not None:
            line.close()

    def _take_in(self, push: w.Reply | w.Push) -> None:
        """Bring what we know up to date, then tell what moved."""
        with self._lock:
            before = self._seen
            if isinstance(push, w.Sensed):
                now = push
            elif before is not None and isinstance(push, w.LidMoved):
                lid = {push.compartment}
                lids = before.open_lids | lid if push.is_open else before.open_lids - lid
                now = w.Sensed(before.numbers, lids, before.mains)
            elif before is not None and isinstance(push, w.MainsChanged):
                now = w.Sensed(before.numbers, before.open_lids, push.on)
            else:
                return
            self._seen, self._alive = now, True
        if before is not None:
            self._tell(before, now)

    def _tell(self, before: w.Sensed, now: w.Sensed) -> None:
        if self._lid_moved:
            for number in sorted(before.open_lids ^ now.open_lids):
                self._lid_moved(number, number in now.open_lids)
        if self._mains_changed and before.mains != now.mains:
            self._mains_changed(now.mains)
