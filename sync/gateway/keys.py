"""The gateway's signing keys, each with one purpose (R14): files of mode 0600, made where they live."""

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from hub.signed import Key, Purpose, new_key

PURPOSES = (Purpose.PLAN, Purpose.COMMAND, Purpose.STOP, Purpose.RECEIPT)
PUBLIC = "public.json"  # the list a hub is enrolled with


class Ring(NamedTuple):
    """The gateway's private keys."""

    plan: Key
    command: Key
    stop: Key
    receipt: Key

    @property
    def public(self) -> tuple[Key, ...]:
        """What a hub pins."""
        return tuple(key.public for key in self)


def write_private(path: Path, content: bytes) -> None:
    """A new file only its owner may read. FileExistsError: a key is never written over."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def make_keys(directory: Path, name: str) -> Ring:
    """Make all keys in `directory` and the list of their public parts. `name` begins each key's `kid`."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for purpose in PURPOSES:
        write_private(directory / f"{purpose}-key.json", msgspec.json.encode(new_key(f"{name}-{purpose}-1", purpose)))
    ring = load_keys(directory)
    (directory / PUBLIC).write_bytes(msgspec.json.format(msgspec.json.encode(ring.public), indent=2) + b"\n")
    return ring


def load_keys(directory: Path) -> Ring:
    """Read the keys; OSError or msgspec.ValidationError where they are not what they must be."""
    files = (directory / f"{purpose}-key.json" for purpose in PURPOSES)
    return Ring(*(msgspec.json.decode(file.read_bytes(), type=Key) for file in files))
