"""From bytes to messages, at the hub's end: lines cut out of a stream, and each line a request this role may send.

Whatever arrives, a line gives a request or a typed error, and the next line is read as if nothing had been.
"""

from collections.abc import Iterator
from typing import Annotated, get_args

import msgspec
from msgspec import Meta, Struct

from hub.protocol import ALLOWED, Error, Message, Problem, Request, Role

_SENTENCE = 200  # of a parser's complaint, at most
_NONSENSE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class TooLong:
    """Stands for a line that was longer than its limit and has been thrown away."""


class Lines:
    """Cuts lines out of a stream, keeping no more than `limit` bytes of one that has not ended."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[bytes | TooLong]:
        """The lines that `data` completes, without their newline."""
        *ended, rest = data.split(b"\n")
        for part in ended:
            self._take(part)
            yield self._ended()
        self._take(rest)

    def _take(self, part: bytes) -> None:
        if not self._skipping:
            self._rest += part
            if len(self._rest) > self._limit:
                self._skipping = True
                self._rest.clear()

    def _ended(self) -> bytes | TooLong:
        if self._skipping:
            self._skipping = False
            return TooLong()
        line = bytes(self._rest)
        self._rest.clear()
        return line


class Asked(Struct, frozen=True):
    """`message` as the role may send it, or why not. `ref` is 0 where none could be read."""

    ref: int
    message: Message | Error


def read_request(role: Role, line: bytes | TooLong) -> Asked:
    """What a line asks. Raises nothing, whatever the line."""
    if isinstance(line, TooLong):
        return Asked(0, Error(Problem.TOO_LARGE, ("the frame is larger than this role may send",)))
    try:
        request = _REQUEST.decode(line)
    except _NONSENSE as error:
        return Asked(_ref(line), _malformed(error))
    try:
        kind = _KIND.decode(request.message).type
        if kind not in _ROLES:
            return Asked(request.ref, Error(Problem.UNKNOWN, ("there is no such message",)))
        if role not in _ROLES[kind]:
            return Asked(request.ref, Error(Problem.FORBIDDEN, (f"{kind} is not for {role}",)))
        return Asked(request.ref, _MESSAGE[role].decode(request.message))
    except _NONSENSE as error:
        return Asked(request.ref, _malformed(error))


def _ref(line: bytes) -> int:
    try:
        return _REF.decode(line).ref
    except _NONSENSE:
        return 0


def _malformed(error: Exception) -> Error:
    return Error(Problem.MALFORMED, (str(error)[:_SENTENCE],))


class _OnlyRef(Struct, frozen=True):
    ref: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


class _OnlyKind(Struct, frozen=True):
    type: str


_REQUEST = msgspec.json.Decoder(Request)
_REF = msgspec.json.Decoder(_OnlyRef)
_KIND = msgspec.json.Decoder(_OnlyKind)
_MESSAGE = {role: msgspec.json.Decoder(union) for role, union in ALLOWED.items()}
_ROLES = {
    kind.__name__: {role for role, union in ALLOWED.items() if kind in get_args(union)}
    for union in ALLOWED.values()
    for kind in get_args(union)
}
