"""A hub as the screen sees one: the real server on a real socket, that shows a snapshot and notes what was touched."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

from msgspec.structs import replace

from hub.protocol import Answer, Error, Message, Problem, Role, Shown, Snapshot
from hub.server import Server


class FakeHub:
    """`answer` decides; by default everything is done as asked."""

    def __init__(self, path: Path, snapshot: Snapshot) -> None:
        self.path = path
        self.heard: list[Message] = []
        self.shown: list[Shown] = []
        self._version = 1000
        self.answer: Callable[[Message], Error | None] = lambda message: None
        self._changed = Condition()
        self._server = Server({Role.UI: path}, self._asked, {Role.UI: {os.getuid()}})
        self._server.start()
        self._server.push(snapshot)

    def show(self, snapshot: Snapshot) -> None:
        self._server.push(snapshot)

    def _asked(self, role: Role, message: Message, reply: Callable[[Answer | Error | None], None]) -> None:
        reply(self.answer(message))
        with self._changed:
            (self.shown if isinstance(message, Shown) else self.heard).append(message)
            self._changed.notify_all()

    def wait(self, until: Callable[["FakeHub"], bool], timeout_s: float = 40.0) -> None:
        """Until it holds; AssertionError with what was heard if it never does."""
        with self._changed:
            held = self._changed.wait_for(lambda: until(self), timeout_s)
        assert held, (self.heard, self.shown[-3:])

    def wait_shown(self, screen: str) -> None:
        """Until the screen says it shows this."""
        before = len(self.shown)
        self.wait(lambda hub: any(s.screen == screen for s in hub.shown[before:]))

    def frames_go_by(self, snapshot: Snapshot) -> None:
        """Shows it, and waits until the screen has drawn it: what was touched before has been seen to by then."""
        self._version += 1
        version = self._version
        self.show(replace(snapshot, version=version))
        self.wait(lambda hub: any(s.snapshot == version for s in hub.shown))

    def close(self) -> None:
        self._server.close()


@contextmanager
def fake_hub(path: Path, snapshot: Snapshot) -> Iterator[FakeHub]:
    hub = FakeHub(path, snapshot)
    try:
        yield hub
    finally:
        hub.close()


def refuse(*reasons: str) -> Callable[[Message], Error | None]:
    """Refuses everything but signs of life."""
    return lambda message: None if isinstance(message, Shown) else Error(Problem.REFUSED, reasons)
