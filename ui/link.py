"""The link to the hub, in a thread of its own: connects again and again, hands on snapshots, carries touches.

A touch is asked at once or not at all: one that waited while the hub was away is answered None, never sent late.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from msgspec import Struct

from hub.client import Client, HubUnreachable
from hub.protocol import Message, Reply, Snapshot

FRESH_S = 1.0  # an older touch is not the person's wish any more
ANSWER_S = 2.0
BACKOFF_S = (0.1, 0.2, 0.4, 0.8, 1.0)

Answered = Callable[[Reply | None], None]
Post = Callable[[Callable[[], None]], None]


class Connection(Protocol):
    def call(self, message: Message, timeout_s: float = 5.0) -> Reply: ...

    def close(self) -> None: ...


class _Asked(Struct):
    message: Message
    answered: Answered
    at_s: float


class Link:
    """`post` runs a function on the screen's thread; all callbacks arrive there."""

    def __init__(
        self,
        path: Path,
        on_snapshot: Callable[[Snapshot], None],
        on_link: Callable[[bool], None],
        post: Post,
        connect: Callable[[Path, Callable[[Snapshot], None]], Connection] = Client,
    ) -> None:
        self._path, self._post, self._connect = path, post, connect
        self._on_snapshot, self._on_link = on_snapshot, on_link
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._stop = Event()
        self._up = False
        self._thread = Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def send(self, message: Message, answered: Answered) -> None:
        """`answered` gets the hub's reply, or None when it did not answer."""
        self._asked.put(_Asked(message, answered, monotonic()))

    def close(self) -> None:
        self._stop.set()
        self._asked.put(None)
        self._thread.join(ANSWER_S + 1)

    def _run(self) -> None:
        tries = 0
        while not self._stop.is_set():
            try:
                client = self._connect(self._path, self._pushed)
            except HubUnreachable:
                self._refuse_waiting()
                self._stop.wait(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
                tries += 1
                continue
            tries = 0
            try:
                with suppress(HubUnreachable):
                    self._serve(client)
            finally:
                client.close()
            self._is(False)

    def _is(self, up: bool) -> None:
        """A hub that hangs can still be connected to: only what is heard from it makes the link one (H26)."""
        if up is not self._up:
            self._up = up
            self._post(lambda: self._on_link(up))

    def _pushed(self, snapshot: Snapshot) -> None:
        self._is(True)
        self._post(lambda: self._on_snapshot(snapshot))

    def _serve(self, client: Connection) -> None:
        while (asked := self._asked.get()) is not None:
            if monotonic() - asked.at_s > FRESH_S:
                self._answer(asked, None)
                continue
            try:
                reply = client.call(asked.message, timeout_s=ANSWER_S)
            except HubUnreachable:
                self._answer(asked, None)
                raise
            self._is(True)
            self._answer(asked, reply)

    def _answer(self, asked: _Asked, reply: Reply | None) -> None:
        self._post(lambda: asked.answered(reply))

    def _refuse_waiting(self) -> None:
        try:
            while True:
                asked = self._asked.get_nowait()
                if asked is not None:
                    self._answer(asked, None)
        except Empty:
            return
