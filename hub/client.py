"""The other end of the hub's sockets: ask and be answered, and be shown snapshots."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType

import msgspec

from hub.protocol import FromHub, Message, Reply, Request, Snapshot

READ_BYTES = 1 << 16
SEND_S = 5.0  # a hub that takes nothing in for so long is not there
_DECODER = msgspec.json.Decoder(FromHub)


class HubUnreachable(ConnectionError):
    """The hub is not there, does not answer, or went away. Whether it did what was asked is not known."""


class _Link:
    """One connection's life: a socket, its reading thread, and who waits for which answer."""

    def __init__(self, path: Path, on_push: Callable[[Snapshot], None] | None) -> None:
        self._on_push = on_push
        self._waiting: dict[int, SimpleQueue[Reply | None]] = {}
        self._lock = Lock()
        self._ref = 0
        self.open = True
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._sock.settimeout(SEND_S)
            self._sock.connect(str(path))
        except OSError as error:
            self._sock.close()
            raise HubUnreachable(f"{path}: {error.strerror or error}") from error
        self._thread = Thread(target=self._read, name="hub-client", daemon=True)
        self._thread.start()

    def ask(self, message: Message, timeout_s: float) -> Reply:
        answer: SimpleQueue[Reply | None] = SimpleQueue()
        with self._lock:
            if not self.open:
                raise HubUnreachable("the connection is closed")
            self._ref += 1
            ref = self._ref
            self._waiting[ref] = answer
            request = Request(ref, msgspec.Raw(msgspec.json.encode(message)))
            try:
                self._sock.sendall(msgspec.json.encode(request) + b"\n")
            except OSError as error:
                self._hang_up()  # half a frame may be out
                raise HubUnreachable(str(error)) from error
        try:
            reply = answer.get(timeout=timeout_s)
        except Empty:
            raise HubUnreachable(f"no answer to {type(message).__name__} within {timeout_s:g} s") from None
        finally:
            self._waiting.pop(ref, None)
        if reply is None:
            raise HubUnreachable("the hub went away")
        return reply

    def close(self) -> None:
        """Hang up and wait for the reading thread, unless it is the one that asks."""
        self._hang_up()
        with suppress(RuntimeError):
            self._thread.join()

    def _hang_up(self) -> None:
        self.open = False
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        """Until the connection ends, whatever ends it: then nobody is left waiting."""
        try:
            rest = bytearray()
            while data := self._receive():
                rest += data
                if b"\n" in data:
                    *frames, tail = rest.split(b"\n")
                    rest = tail
                    for frame in frames:
                        self._deliver(_DECODER.decode(bytes(frame)))
        except (OSError, msgspec.MsgspecError, UnicodeError):
            return
        finally:
            with self._lock:
                self.open = False
                self._sock.close()
                for answer in self._waiting.values():
                    answer.put(None)

    def _receive(self) -> bytes:
        while True:
            with suppress(TimeoutError):
                return self._sock.recv(READ_BYTES)

    def _deliver(self, said: Reply | Snapshot) -> None:
        if isinstance(said, Snapshot):
            if self._on_push is not None:
                self._on_push(said)
        elif (answer := self._waiting.get(said.ref)) is not None:
            answer.put(said)


class Client:
    """Asks the hub at `path`; one connection, for any number of threads.

    With `on_push` it connects at once (HubUnreachable) and calls that with each snapshot, on a thread of its own.
    Without, it connects when first asked. A lost connection is made anew by the next `call`; nothing is asked twice.
    """

    def __init__(self, path: Path, on_push: Callable[[Snapshot], None] | None = None) -> None:
        self._path, self._on_push = path, on_push
        self._lock = Lock()
        self._link: _Link | None = None
        if on_push is not None:
            self._connected()

    def call(self, message: Message, timeout_s: float = 5.0) -> Reply:
        """The hub's reply, which may be an error; HubUnreachable where there is none within `timeout_s`."""
        return self._connected().ask(message, timeout_s)

    @property
    def connected(self) -> bool:
        """Whether the hub was there when last heard of."""
        return self._link is not None and self._link.open

    def close(self) -> None:
        """Let go of the connection; may be called twice, and a call afterwards connects again."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connected(self) -> _Link:
        with self._lock:
            if self._link is None or not self._link.open:
                self._link = _Link(self._path, self._on_push)
            return self._link
