"""One connection to the world, and what can go wrong with it."""

import contextlib
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec

from drivers import world_protocol as w
from hub.ports import DeviceError

TIMEOUT_S = 5.0
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(w.FromWorld).decode


class WorldError(Exception):
    """Root of what can go wrong between us and the world."""


class WorldRefused(WorldError):
    """The world does not work like that (a latched lid, a tablet that is not there). Nothing changed."""


class WorldGone(WorldError):
    """No answer: whether the last request was done is not known. The next call connects anew."""


@contextlib.contextmanager
def device(name: str) -> Iterator[None]:
    """Says a world's error as a DeviceError of the device `name`."""
    try:
        yield
    except WorldError as error:
        raise DeviceError(f"{name}: {error}") from error


class Line:
    """A connected socket that speaks in lines of JSON."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rb")

    def send(self, request: w.Request) -> None:
        self._socket.sendall(_encode(request) + b"\n")

    def receive(self) -> w.Reply | w.Push:
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("it hung up")
        message: w.Reply | w.Push = _decode(line)
        return message

    @property
    def has_ended(self) -> bool:
        """Whether the other end hung up (or speaks unasked, which is as bad)."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

    def wait_forever(self) -> None:
        self._socket.settimeout(None)

    def hang_up(self) -> None:
        """Wake whoever waits for a line; `close` is theirs."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._file.close()
        self._socket.close()
