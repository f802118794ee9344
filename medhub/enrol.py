"""`medhub enrol`: a hub and a gateway made known to each other by files, until pairing by QR does it.

Run on the hub. Private keys are made where they will live and never leave; what the gateway is told is public.
"""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.enrolment import Enrolled, Person, Trust, hash_pin
from hub.files import replace
from hub.signed import Key, Purpose, new_key
from sync.login import new_login_key, public

ENROLLED = "enrolled-hub.json"
NEEDED = (Purpose.PLAN, Purpose.COMMAND, Purpose.STOP, Purpose.RECEIPT)


class Enrolment(Struct, frozen=True):
    """What a hub is enrolled with. `gateway_keys` are public; `ca` vouches for the gateway and is copied."""

    hub: str
    citizen: str
    name: str
    gateway: str  # "https://host:port"
    ca: Path
    gateway_keys: tuple[Key, ...]
    staff: tuple[Person, ...]
    state_dir: Path  # the hub's own
    sync_dir: Path  # sync's own
    socket: Path  # the hub's sync.sock


def enrol(request: Enrolment) -> Enrolled:
    """Make the keys and write the hub's trust and sync's settings. FileExistsError where a key is there already,
    ValueError where the gateway lacks one: a hub that knows no key for a stop could never be stopped (R6)."""
    if lacks := set(NEEDED) - {key.purpose for key in request.gateway_keys}:
        raise ValueError(f"the gateway's keys lack one for: {', '.join(sorted(lacks))}")
    for directory in (request.state_dir, request.sync_dir):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    heartbeat = new_key(f"{request.hub}-heartbeat-1", Purpose.HEARTBEAT)
    login = new_login_key(f"{request.hub}-login-1")
    _private(request.state_dir / "device-key.json", msgspec.json.encode(heartbeat))
    _private(request.sync_dir / "login-key.json", msgspec.json.encode(login))
    trust = Trust(request.hub, request.citizen, tuple(key.public for key in request.gateway_keys), request.staff)
    _private(request.state_dir / "trust.json", msgspec.json.encode(trust))
    _private(request.sync_dir / "ca.pem", request.ca.read_bytes())
    _private(request.sync_dir / "sync.toml", _sync_settings(request).encode())
    return Enrolled(request.hub, request.citizen, request.name, heartbeat.public, public(login))


def person(person_id: str, name: str, pin: str) -> Person:
    """Someone who may act at the hub."""
    return Person(person_id, name, hash_pin(pin))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All are needed but the staff."""
    parser.add_argument("--hub", required=True, help="the hub's id")
    parser.add_argument("--citizen", required=True, help="the citizen's CPR number")
    parser.add_argument("--name", required=True, help="the citizen's name")
    parser.add_argument("--gateway", required=True, help="https://host:port")
    parser.add_argument("--ca", type=Path, required=True, help="PEM of the CA that vouches for the gateway")
    parser.add_argument("--gateway-keys", type=Path, required=True, help="public.json of medhub gateway keys")
    parser.add_argument("--state-dir", type=Path, required=True, help="the hub's directory")
    parser.add_argument("--sync-dir", type=Path, required=True, help="sync's directory")
    parser.add_argument("--socket", type=Path, required=True, help="the hub's sync.sock")
    parser.add_argument(
        "--staff", action="append", default=[], metavar="ID=NAME", help="may act at the hub; the PIN is asked for"
    )
    parser.add_argument("--out", type=Path, default=Path(ENROLLED), help="what medhub gateway admit is given")


def main(args: argparse.Namespace) -> int:
    """0 where it is enrolled; 1 with a line that says why not."""
    try:
        keys = msgspec.json.decode(args.gateway_keys.read_bytes(), type=tuple[Key, ...])
        request = Enrolment(
            hub=args.hub, citizen=args.citizen, name=args.name, gateway=args.gateway, ca=args.ca, gateway_keys=keys,
            staff=_staff(args.staff), state_dir=args.state_dir, sync_dir=args.sync_dir, socket=args.socket,
        )  # fmt: skip
        told = msgspec.json.format(msgspec.json.encode(enrol(request)), indent=2)
        replace(args.out, told + b"\n")  # no keys in it, but whose medicine it is: for its owner only
    except (OSError, ValueError) as error:
        print(f"medhub enrol: {error}", file=sys.stderr)
        return 1
    print(f"Enrolled. Give {args.out} to the gateway: medhub gateway --config FILE admit {args.out}")
    return 0


def _staff(words: Sequence[str]) -> tuple[Person, ...]:
    found = []
    for word in words:
        person_id, equals, name = word.partition("=")
        if not (person_id and equals and name):
            raise ValueError(f"--staff {word}: must be ID=NAME")
        asked = getpass.getpass(f"PIN of {name}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        if not (asked.isdigit() and 4 <= len(asked) <= 12):
            raise ValueError(f"the PIN of {name} must be 4 to 12 digits")
        found.append(person(person_id, name, asked))
    return tuple(found)


def _sync_settings(request: Enrolment) -> str:
    """sync.toml; CA and login key lie beside it."""
    settings = {
        "hub": request.hub,
        "citizen": request.citizen,
        "socket": str(request.socket.absolute()),
        "gateway": request.gateway,
        "ca": "ca.pem",
        "login_key": "login-key.json",
    }
    return "".join(f"{key} = {msgspec.json.encode(value).decode()}\n" for key, value in settings.items())


def _private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _give_away(file.fileno(), path.parent)
        file.write(content)


def _give_away(descriptor: int, folder: Path) -> None:
    """What root makes is its folder's owner's: on a box that is the hub or sync, and they must read it."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
