"""One peer of the hub: what it has sent and what it is still to be given. Belongs to the server's thread."""

import selectors
import socket
from collections import deque

from hub.frames import Lines, TooLong
from hub.protocol import FRAME_LIMIT, KiB, Role

READ_BYTES = 64 * KiB
MOST_ASKED = 32  # requests waiting for their answers; more are left unread until some are given (H32)
MOST_OWED = 64 * KiB  # bytes of answers unsent, beyond which nothing more is taken from the peer
MOST_UNSENT = 4 * KiB * KiB  # bytes of answers a peer may leave unread: some batches, or one event with a large plan
MOST_UNSEEN = 20  # snapshots in a row that a peer may leave unread


class Gone(Exception):
    """The peer is to be let go; the text says why."""


class Connection:
    """A non-blocking socket with its role, its unread lines and its unsent frames."""

    def __init__(self, sock: socket.socket, role: Role) -> None:
        self.sock, self.role = sock, role
        self.asked = 0  # requests that the hub has taken and not answered yet
        self.unread: deque[bytes | TooLong] = deque()
        self._lines = Lines(FRAME_LIMIT[role])
        self._unsent: deque[bytes] = deque()
        self._unsent_bytes = 0
        self._sending = memoryview(b"")
        self._snapshot: bytes | None = None
        self._unseen = 0

    @property
    def may_ask(self) -> bool:
        """Whether one more request is taken from the peer now."""
        return self.asked < MOST_ASKED and self._unsent_bytes < MOST_OWED

    @property
    def events(self) -> int:
        """What the selector should wait for; 0 for nothing but an answer."""
        read = selectors.EVENT_READ if self.may_ask and not self.unread else 0
        write = selectors.EVENT_WRITE if self._sending or self._unsent or self._snapshot else 0
        return read | write

    def read(self) -> None:
        """Take in what has come. Raises Gone when the peer has closed: what it asked before that is nobody's wish any
        more, so a touch from before the hub hung moves nothing after it (R1)."""
        try:
            data = self.sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            raise Gone(str(error)) from error
        if not data or self._has_closed():
            raise Gone("closed")
        self.unread.extend(self._lines.feed(data))

    def _has_closed(self) -> bool:
        try:
            return self.sock.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def send(self, frame: bytes) -> None:
        """Queue an answer. Raises Gone for a peer that does not read its answers."""
        self._unsent.append(frame)
        self._unsent_bytes += len(frame)
        if self._unsent_bytes > MOST_UNSENT + len(frame):
            raise Gone("it does not read its answers")

    def show(self, frame: bytes) -> None:
        """Queue a snapshot in the place of an older one. Raises Gone for a peer that has long not looked."""
        self._unseen = self._unseen + 1 if self._snapshot else 0
        self._snapshot = frame
        if self._unseen > MOST_UNSEEN:
            raise Gone("it does not read what it is shown")

    def write(self) -> None:
        """Send as much as goes without waiting. Raises Gone when the peer has closed."""
        try:
            while self._sending or self._load():
                self._sending = self._sending[self.sock.send(self._sending) :]
        except BlockingIOError:
            return
        except OSError as error:
            raise Gone(str(error)) from error

    def _load(self) -> bool:
        """The next frame to send: answers first, then the latest snapshot; False for nothing."""
        if self._unsent:
            frame = self._unsent.popleft()
            self._unsent_bytes -= len(frame)
        elif self._snapshot:
            frame, self._snapshot = self._snapshot, None
        else:
            return False
        self._sending = memoryview(frame)
        return True
