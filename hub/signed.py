"""Signing and checking what comes from outside (R14): Ed25519 JWS, keys pinned by `kid` and purpose.

The algorithm is fixed; a header's own keys and URLs are ignored. `typ` must be the purpose's.
"""

from enum import StrEnum
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from msgspec import Struct

ALGORITHM = "Ed25519"


class Purpose(StrEnum):
    """What a key may sign. A plan's key cannot sign a receipt."""

    PLAN = "plan"
    COMMAND = "command"
    STOP = "stop"
    RECEIPT = "receipt"
    HEARTBEAT = "heartbeat"  # the hub's own


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """A key as it is pinned (public) or kept (with `d`): a JWK of kind OKP/Ed25519."""

    kid: str
    purpose: Purpose
    jwk: dict[str, str]

    @property
    def public(self) -> "Key":
        return Key(self.kid, self.purpose, {k: v for k, v in self.jwk.items() if k in {"kty", "crv", "x"}})


class SignatureRefused(ValueError):
    """The document is not signed as it must be. The text says why."""


def new_key(kid: str, purpose: Purpose) -> Key:
    """A fresh private key, made where it will live."""
    made = OKPKey.generate_key("Ed25519", private=True)
    return Key(
        kid, purpose, {str(k): str(v) for k, v in made.as_dict(private=True).items() if k in {"kty", "crv", "x", "d"}}
    )


def sign(payload: Any, key: Key) -> str:
    """`payload` (anything msgspec can write) as a compact JWS by `key`."""
    return sign_bytes(msgspec.json.encode(payload, order="deterministic"), key)


def sign_bytes(body: bytes, key: Key) -> str:
    """`body`, as it stands, as a compact JWS by `key`."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": f"medhub-{key.purpose}"}
    return jws.serialize_compact(header, body, OKPKey.import_key(dict(key.jwk)), registry=_REGISTRY)


def verify(token: str, keys: tuple[Key, ...], purpose: Purpose) -> bytes:
    """The payload, if `token` is signed by a pinned key of `purpose`; else SignatureRefused."""
    try:
        header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
        if header.get("alg") != ALGORITHM:
            raise SignatureRefused(f"algorithm {header.get('alg')!r} is not {ALGORITHM}")
        if header.get("typ") != f"medhub-{purpose}":
            raise SignatureRefused(f"type {header.get('typ')!r} is not medhub-{purpose}")
        key = next((k for k in keys if k.kid == header.get("kid") and k.purpose is purpose), None)
        if key is None:
            raise SignatureRefused(f"key {header.get('kid')!r} is not trusted for {purpose}")
        done = jws.deserialize_compact(token.encode(), OKPKey.import_key(dict(key.public.jwk)), registry=_REGISTRY)
    except (JoseError, UnicodeError, ValueError) as error:
        if isinstance(error, SignatureRefused):
            raise
        raise SignatureRefused(f"not a valid signature: {error}") from error
    if done.payload is None:
        raise SignatureRefused("no payload")
    return done.payload


class _Registry(jws.JWSRegistry):
    """Documents here may be plans; the socket's own limits (`hub.protocol`) are smaller than base64 of this."""

    max_payload_length = 4 * 1024 * 1024


_REGISTRY = _Registry(algorithms=[ALGORITHM])
