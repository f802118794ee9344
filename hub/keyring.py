"""Which of the municipality's keys count now: those the hub was enrolled with, and their successors (R14).

Pure. A key is handed on by itself or by a root key, within its purpose, once; the one before counts 60 days more at
least, so that what was signed with it and a hub long without network both get through. A key is retired by time, so
only on a time somebody vouches for.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from hub.documents import KeyRotation
from hub.domain.events import KeyAccepted
from hub.signed import Key, Purpose

OVERLAP = timedelta(days=60)


def in_force(
    pinned: tuple[Key, ...], accepted: tuple[KeyAccepted, ...], trusted_now: datetime | None
) -> tuple[Key, ...]:
    """The keys that count. `pinned`: at enrolment; `accepted`: since; no trusted time, no key retired."""
    over = (k for k in accepted if trusted_now is not None and trusted_now >= k.until)
    retired = {(k.replaces, Purpose(k.purpose)) for k in over}
    return tuple(key for key in _known(pinned, accepted) if (key.kid, key.purpose) not in retired)


def objection(
    rotation: KeyRotation, signer: Key, pinned: tuple[Key, ...], accepted: tuple[KeyAccepted, ...], now: datetime
) -> str:
    """Why `signer`, a key in force, cannot hand on so; "" where it can."""
    wanted, known = (rotation.replaces, Purpose(rotation.key.purpose)), _known(pinned, accepted)
    if wanted not in ((key.kid, key.purpose) for key in in_force(pinned, accepted, now)):
        return f"no key {rotation.replaces!r} for {rotation.key.purpose} is in force"
    if wanted in ((k.replaces, Purpose(k.purpose)) for k in accepted):
        return f"key {rotation.replaces!r} has its successor already"
    if signer.purpose is not Purpose.ROOT and (signer.kid, signer.purpose) != wanted:
        return f"key {signer.kid!r} cannot vouch for the successor of another"
    if any(key.kid == rotation.key.kid or key.jwk.get("x") == rotation.key.x for key in known):
        return f"key {rotation.key.kid!r} is, or was, in use"
    if urlsafe_b64encode(urlsafe_b64decode(rotation.key.x + "=")).rstrip(b"=").decode() != rotation.key.x:
        return "the key is not written as it must be"
    if rotation.until < now + OVERLAP:
        return f"the key before must count {OVERLAP.days} days more"
    return ""


def _known(pinned: tuple[Key, ...], accepted: tuple[KeyAccepted, ...]) -> tuple[Key, ...]:
    """All there ever were, the retired too."""
    made = (Key(k.kid, Purpose(k.purpose), {"kty": "OKP", "crv": "Ed25519", "x": k.x}) for k in accepted)
    return (*pinned, *made)
