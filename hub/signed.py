"""Signing and checking what comes from outside (R14): Ed25519 JWS, keys pinned by `kid` and purpose.

The header says `alg`, `kid` and `typ`, each once, and no more: keys, URLs and extensions are refused, not skipped. The
algorithm is fixed; `typ` is the purpose's, or says that a key is handed on.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from msgspec import Struct

ALGORITHM = "Ed25519"
ROTATION = "medhub-rotation"  # `typ` of what hands a key on: signed by the key before it, or by a root


class Purpose(StrEnum):
    """What a key may sign. A plan's key cannot sign a receipt."""

    PLAN = "plan"
    COMMAND = "command"
    STOP = "stop"
    RECEIPT = "receipt"
    HEARTBEAT = "heartbeat"  # the hub's own
    ROOT = "root"  # kept offline; vouches for the others' successors and signs nothing else


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


def sign_bytes(body: bytes, key: Key, typ: str = "") -> str:
    """`body`, as it stands, as a compact JWS by `key`; `typ` is its purpose's unless said."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": typ or _typ(key.purpose)}
    return jws.serialize_compact(header, body, OKPKey.import_key(dict(key.jwk)), registry=_REGISTRY)


def verify(token: str, keys: tuple[Key, ...], purpose: Purpose) -> bytes:
    """The payload, if `token` is signed by a pinned key of `purpose`; else SignatureRefused."""
    payload, _ = _opened(token, keys, _typ(purpose), lambda key: key.purpose is purpose)
    return payload


def verify_rotation(token: str, keys: tuple[Key, ...]) -> tuple[bytes, Key]:
    """The payload of what hands a key on, and which of `keys` signed it; else SignatureRefused."""
    return _opened(token, keys, ROTATION, lambda key: key.purpose is not Purpose.HEARTBEAT)


def _opened(token: str, keys: tuple[Key, ...], typ: str, of_purpose: Callable[[Key], bool]) -> tuple[bytes, Key]:
    try:
        kid = _kid(token, typ)
        key = next((k for k in keys if k.kid == kid and of_purpose(k)), None)
        if key is None:
            raise SignatureRefused(f"key {kid!r} is not trusted for {typ}")
        done = jws.deserialize_compact(token.encode(), OKPKey.import_key(dict(key.public.jwk)), registry=_REGISTRY)
    except (JoseError, ValueError, RecursionError) as error:
        if isinstance(error, SignatureRefused):
            raise
        raise SignatureRefused(f"not a valid signature: {error}") from error
    if done.payload is None:
        raise SignatureRefused("no payload")
    return done.payload, key


def _kid(token: str, typ: str) -> str:
    """Whose signature it claims to be, in a header that says what it must and no more."""
    if not _COMPACT.fullmatch(token):
        raise SignatureRefused("not three parts of base64url")
    for part in (token[: token.index(".")], token[token.rindex(".") + 1 :]):  # one document, one text
        if urlsafe_b64encode(urlsafe_b64decode(part + "==")).rstrip(b"=").decode() != part:
            raise SignatureRefused("base64url with bits to spare")
    header = json.loads(urlsafe_b64decode(token[: token.index(".")] + "=="), object_pairs_hook=_once)
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
        raise SignatureRefused("the header must say alg, kid and typ, and no more")
    if header["alg"] != ALGORITHM:
        raise SignatureRefused(f"algorithm {header['alg']!r} is not {ALGORITHM}")
    if header["typ"] != typ:
        raise SignatureRefused(f"type {header['typ']!r} is not {typ}")
    return str(header["kid"])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise SignatureRefused("a name is said twice in the header")
    return dict(pairs)


def _typ(purpose: Purpose) -> str:
    return f"medhub-{purpose}"


_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class _Registry(jws.JWSRegistry):
    """Documents here may be plans; the socket's own limits (`hub.protocol`) are smaller than base64 of this."""

    max_payload_length = 4 * 1024 * 1024


_REGISTRY = _Registry(algorithms=[ALGORITHM])
