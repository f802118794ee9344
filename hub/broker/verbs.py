"""What the hub may not do itself and somebody must: asked of the broker (`hub/broker/main.py`), a request a connection.

The verbs are these five and no others. Each is one line of JSON; the broker answers one `Done`, and knows the hub by
its uid. It is root's, so it takes nothing else: no path, no command, no unit's name.
"""

import socket
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

SOCKET = Path("/run/medhub-broker.sock")
MOST_BYTES = 1024  # a request or an answer
ANSWER_S = 45.0  # a Wi-Fi takes its time to be joined


class Verb(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Root of all requests."""


class JoinWifi(Verb, frozen=True):
    """Join this network from now on, instead of the one joined so before. WPA2 or WPA3, by passphrase."""

    ssid: Annotated[str, Meta(min_length=1, max_length=32)]
    passphrase: Annotated[str, Meta(min_length=8, max_length=63, pattern=r"^[ -~]*\Z")]


class SetClock(Verb, frozen=True):
    """The machine's clock, while no time service has set it: for TLS and logs. The hub's own time is not read from
    it but where it is vouched for (R5)."""

    wall: Annotated[datetime, Meta(tz=True)]


class RestartScreen(Verb, frozen=True):
    """End ui and start it."""


class Reboot(Verb, frozen=True):
    """Stop everything in order and start the box anew; not in a loop."""


class PowerOff(Verb, frozen=True):
    """Stop everything in order and put the box off: the battery is nearly empty (H21). What puts it on again is the
    power supply, when the mains are back."""


AnyVerb = JoinWifi | SetClock | RestartScreen | Reboot | PowerOff


class Done(Struct, frozen=True, forbid_unknown_fields=True):
    """`refused`: why not, in a few words that go to staff; "" where it was done, or is about to be."""

    refused: str = ""


def ask(verb: AnyVerb, path: Path = SOCKET, timeout_s: float = ANSWER_S) -> Done:
    """Have it done. Never raises: a broker that is not there has refused."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as to:
            to.settimeout(timeout_s)
            to.connect(str(path))
            to.sendall(msgspec.json.encode(verb) + b"\n")
            with to.makefile("rb") as answers:
                return msgspec.json.decode(answers.readline(MOST_BYTES), type=Done)
    except (OSError, msgspec.MsgspecError) as error:
        return Done(f"the broker does not answer: {type(error).__name__}")
