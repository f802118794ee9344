"""One request of the hub's, as the service manager hands it over: a connection on standard input. Then it ends.

It is told in systemd's journal before anything is done, and afterwards how it went: the verb and nothing of what it
carries, for that may be a password. Who asked for it, by name, is in the hub's journal (`MachineAsked`).
"""

import logging
import socket
import struct
import sys
from collections.abc import Mapping

import msgspec

from hub.broker.acts import ACTS, Act, Refused
from hub.broker.verbs import MOST_BYTES, AnyVerb, Done

HUB = "medhub-hub"
PATIENCE_S = 5.0  # for the request; a peer that says nothing holds a process
_UCRED = struct.Struct("3i")  # pid, uid, gid: struct ucred of unix(7)
log = logging.getLogger("broker")


def serve(peer: socket.socket, allowed_uid: int, acts: Mapping[type, Act] = ACTS) -> Done:
    """Read one request, do it, answer it; what was answered. Only `allowed_uid` is listened to."""
    uid = _UCRED.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))[1]
    peer.settimeout(PATIENCE_S)
    line = _line(peer)  # of a stranger too, who would else lose the answer
    done = _answer(line, acts) if uid == allowed_uid else Done("not the hub")
    if done.refused:
        log.warning("refused uid %d: %s", uid, done.refused)
    peer.sendall(msgspec.json.encode(done) + b"\n")
    return done


def _line(peer: socket.socket) -> bytes:
    try:
        with peer.makefile("rb") as requests:
            return requests.readline(MOST_BYTES)
    except OSError:
        return b""


def _answer(line: bytes, acts: Mapping[type, Act]) -> Done:
    try:
        verb = msgspec.json.decode(line, type=AnyVerb)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Done("no verb of the list")
    log.info("asked for %s", type(verb).__name__)
    try:
        acts[type(verb)](verb)
    except Refused as refused:
        return Done(str(refused))
    except OSError as error:
        return Done(error.strerror or type(error).__name__)
    log.info("done: %s", type(verb).__name__)
    return Done()


def main() -> int:
    """For `medhub-broker@.service`."""
    from pwd import getpwnam

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    with socket.socket(fileno=0) as peer:
        serve(peer, getpwnam(HUB).pw_uid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
