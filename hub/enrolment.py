"""Who this hub is and whom it trusts: written once by `medhub enrol`, read at boot, never by sync.

Two files in the hub's state directory: `trust.json` (this module's `Trust`) and `device-key.json` (`hub.signed.Key`
of purpose heartbeat, private, mode 0600).
"""

import hashlib
import hmac
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.signed import Key


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """Someone who may act at this hub. `pin` is scrypt over the PIN (`salt:hash`, hex); never the PIN itself."""

    id: str
    name: str
    pin: str


class Trust(Struct, frozen=True, forbid_unknown_fields=True):
    """`citizen` is the CPR number the plan must be for; `keys` are the gateway's public keys by purpose."""

    hub: str
    citizen: str
    keys: tuple[Key, ...]
    staff: tuple[Person, ...] = ()

    def person(self, person_id: str, pin: str) -> Person | None:
        """The person, if the PIN is theirs; else None. The same time is spent either way."""
        found = next((p for p in self.staff if p.id == person_id), None)
        salt, _, expected = (found.pin if found else "00:00").partition(":")
        same = hmac.compare_digest(_scrypt(pin, bytes.fromhex(salt)), expected)
        return found if found is not None and same else None


class Enrolled(Struct, frozen=True, forbid_unknown_fields=True):
    """What the gateway is told about a hub that was enrolled: public keys only.

    `heartbeat` is the hub's own key, `login` the ES384 JWK of its sync.
    """

    hub: str
    citizen: str
    name: str
    heartbeat: Key
    login: dict[str, str]


def hash_pin(pin: str) -> str:
    """What `Person.pin` holds for this PIN."""
    salt = os.urandom(16)
    return f"{salt.hex()}:{_scrypt(pin, salt)}"


def load_trust(state_dir: Path) -> Trust:
    """Read `trust.json`; msgspec.ValidationError or OSError where it is not what it must be."""
    return msgspec.json.decode((state_dir / "trust.json").read_bytes(), type=Trust)


def load_device_key(state_dir: Path) -> Key:
    """Read the hub's own signing key."""
    return msgspec.json.decode((state_dir / "device-key.json").read_bytes(), type=Key)


def _scrypt(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1).hex()
