"""The hub's sockets: one a role, frames in and out, on one thread that never waits for a peer and never decides.

Who may come in is decided three times: by the path's folder, by its group and mode, and by the peer's uid.
"""

import logging
import os
import selectors
import socket
import stat
import struct
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import msgspec

from hub.connection import Connection, Gone
from hub.failure import told
from hub.frames import read_request
from hub.protocol import Answer, Error, Message, Problem, Reply, Role, Snapshot

MOST_PEERS = 8  # at one time, a role
MODE = 0o660
_UCRED = struct.Struct("3i")  # pid, uid, gid: struct ucred of unix(7)
log = logging.getLogger("hub.server")

Answering = Callable[[Answer | Error | None], None]
OnRequest = Callable[[Role, Message, Answering], None]


class Server:
    """Listens from `start` to `close`.

    `on_request(role, message, reply)` is called on the server's thread and must be quick; `reply` may be called from
    any thread, once, with what the message asks for, an Error, or None for done. A ui gets the latest snapshot when it
    comes in and each one pushed after; a peer that does not read what it is sent is let go.
    """

    def __init__(
        self,
        sockets: Mapping[Role, Path],
        on_request: OnRequest,
        allowed_uids: Mapping[Role, Collection[int]],
        groups: Mapping[Role, int] | None = None,
    ) -> None:
        """`groups`: the gid a role's socket is given; without one it keeps the process's."""
        self._paths, self._on_request, self._allowed = sockets, on_request, allowed_uids
        self._groups = groups or {}
        self._posted: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._selector = selectors.DefaultSelector()
        self._awake, self._wake = socket.socketpair()
        self._listeners: dict[Role, socket.socket] = {}
        self._connections: set[Connection] = set()
        self._snapshot: bytes | None = None
        self._running = False
        self._thread = Thread(target=self._run, name="server", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread runs that everybody is served by."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Open the sockets and serve. Raises OSError where one cannot be made; then none is left."""
        try:
            self._open()
        except OSError:
            self.close()
            raise
        self._running = True
        self._thread.start()

    def _open(self) -> None:
        for end in (self._awake, self._wake):
            end.setblocking(False)
        self._selector.register(self._awake, selectors.EVENT_READ, self._woken)
        for role, path in self._paths.items():
            listener = _listen(path, self._groups.get(role, -1))
            self._listeners[role] = listener
            self._selector.register(listener, selectors.EVENT_READ, partial(self._accept, role, listener))

    def push(self, snapshot: Snapshot) -> None:
        """Show `snapshot` to every ui; from any thread, never waiting."""
        self._post(partial(self._show, msgspec.json.encode(snapshot) + b"\n"))

    def close(self) -> None:
        """Let everybody go and take the sockets away; may be called twice."""
        if self._running:
            self._post(self._stop)
            self._thread.join()
        for role, listener in self._listeners.items():
            listener.close()
            self._paths[role].unlink(missing_ok=True)
        self._listeners.clear()
        self._selector.close()
        self._awake.close()
        self._wake.close()

    def _post(self, work: Callable[[], None]) -> None:
        """Have the server's thread do `work`."""
        self._posted.put(work)
        with suppress(OSError):  # full: it is about to wake anyway; closed: there is nobody left to tell
            self._wake.send(b".")

    # -- on the server's thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._running:
            for key, mask in self._selector.select():
                key.data(mask)
        for connection in tuple(self._connections):
            self._let_go(connection, "the hub stops")

    def _stop(self) -> None:
        self._running = False

    def _woken(self, mask: int) -> None:
        with suppress(BlockingIOError):
            self._awake.recv(4096)
        with suppress(Empty):
            while True:
                self._posted.get_nowait()()

    def _accept(self, role: Role, listener: socket.socket, mask: int) -> None:
        try:
            sock, _ = listener.accept()
        except OSError as error:
            log.warning("%s: nobody could be let in: %s", role, error)
            return
        uid = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))[1]
        if uid not in self._allowed[role]:
            log.warning("%s: uid %d was not let in", role, uid)
            sock.close()
        elif sum(c.role is role for c in self._connections) >= MOST_PEERS:
            log.warning("%s: %d are in already", role, MOST_PEERS)
            sock.close()
        else:
            self._let_in(sock, role)

    def _let_in(self, sock: socket.socket, role: Role) -> None:
        sock.setblocking(False)
        connection = Connection(sock, role)
        self._connections.add(connection)
        self._selector.register(sock, selectors.EVENT_READ, partial(self._ready, connection))
        if role is Role.UI and self._snapshot:
            self._deal_with(connection, partial(connection.show, self._snapshot))

    def _ready(self, connection: Connection, mask: int) -> None:
        if mask & selectors.EVENT_READ:
            self._deal_with(connection, connection.read)
        else:
            self._deal_with(connection)

    def _show(self, frame: bytes) -> None:
        self._snapshot = frame
        for connection in tuple(self._connections):
            if connection.role is Role.UI:
                self._deal_with(connection, partial(connection.show, frame))

    def _answer(self, connection: Connection, ref: int, answer: Answer | Error | None) -> None:
        connection.asked -= 1
        self._deal_with(connection, partial(connection.send, _frame(ref, answer)))

    def _deal_with(self, connection: Connection, first: Callable[[], None] | None = None) -> None:
        """Do `first` to a connection, then all it is ready for, then wait for the rest; a peer in the way is let go."""
        if connection not in self._connections:
            return
        try:
            if first is not None:
                first()
            connection.write()
            while connection.unread and connection.may_ask:
                self._take(connection)
                connection.write()
        except Gone as gone:
            self._let_go(connection, str(gone))
            return
        self._wait_for(connection)

    def _take(self, connection: Connection) -> None:
        """One line: asked of the hub, or answered here where it is no good."""
        asked = read_request(connection.role, connection.unread.popleft())
        if isinstance(asked.message, Error):
            connection.send(_frame(asked.ref, asked.message))
            return
        connection.asked += 1
        try:
            self._on_request(connection.role, asked.message, partial(self._reply, connection, asked.ref))
        except Exception as error:  # noqa: BLE001 - told without its text (R15)
            log.error("%s: a request could not be taken: %s", connection.role, told(error))
            self._reply(connection, asked.ref, Error(Problem.REFUSED, ("the hub could not take it",)))

    def _reply(self, connection: Connection, ref: int, answer: Answer | Error | None) -> None:
        self._post(partial(self._answer, connection, ref, answer))

    def _wait_for(self, connection: Connection) -> None:
        """A peer that is only owed answers is watched for nothing: what it sends meanwhile stays in its socket."""
        registered = connection.sock in self._selector.get_map()
        if connection.events and registered:
            self._selector.modify(connection.sock, connection.events, partial(self._ready, connection))
        elif connection.events:
            self._selector.register(connection.sock, connection.events, partial(self._ready, connection))
        elif registered:
            self._selector.unregister(connection.sock)

    def _let_go(self, connection: Connection, reason: str) -> None:
        log.info("%s: let go: %s", connection.role, reason)
        self._connections.discard(connection)
        if connection.sock in self._selector.get_map():
            self._selector.unregister(connection.sock)
        connection.sock.close()


def _frame(ref: int, answer: Any) -> bytes:
    reply = Reply(ref, error=answer) if isinstance(answer, Error) else Reply(ref, answer=answer)
    return msgspec.json.encode(reply) + b"\n"


def _listen(path: Path, gid: int) -> socket.socket:
    """A listening socket at `path`, replacing a dead hub's; nobody else can reach it before its group is set."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)
        listener.bind(str(path))
        if gid >= 0:
            os.chown(path, -1, gid)
        path.chmod(MODE)
        listener.listen()
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
