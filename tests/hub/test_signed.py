"""A pinned key, of the purpose, for the type: nothing else signs for this hub (R14)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from msgspec.structs import replace

from hub.signed import Purpose, SignatureRefused, new_key, sign_bytes, verify

PLAN, COMMAND, STRANGER = (
    new_key(kid, purpose) for kid, purpose in (("p1", Purpose.PLAN), ("c1", Purpose.COMMAND), ("c1", Purpose.COMMAND))
)
PINNED = (PLAN.public, COMMAND.public)


def test_what_a_pinned_key_of_the_purpose_signed_is_read() -> None:
    assert verify(sign_bytes(b"stop", COMMAND), PINNED, Purpose.COMMAND) == b"stop"


def test_a_pinned_key_signs_for_its_own_purpose_only() -> None:
    """The plan's key, in the hands of somebody who writes another type above it."""
    forged = sign_bytes(b"stop", replace(PLAN, purpose=Purpose.COMMAND))
    with pytest.raises(SignatureRefused, match="not trusted for medhub-command"):
        verify(forged, PINNED, Purpose.COMMAND)


def test_a_document_is_of_the_type_that_is_asked_for() -> None:
    with pytest.raises(SignatureRefused, match="type"):
        verify(sign_bytes(b"{}", PLAN), PINNED, Purpose.COMMAND)


def test_another_key_under_a_pinned_name_is_refused() -> None:
    with pytest.raises(SignatureRefused, match="not a valid signature"):
        verify(sign_bytes(b"stop", STRANGER), PINNED, Purpose.COMMAND)


TRICKS = ({"jwk": dict(STRANGER.public.jwk)}, {"jku": "https://example.org/keys"}, {"alg": "none"}, {"alg": "HS256"})


@pytest.mark.parametrize("trick", TRICKS, ids=["jwk", "jku", "none", "HS256"])
def test_a_header_brings_neither_key_nor_algorithm(trick: dict[str, object]) -> None:
    header, payload, signature = sign_bytes(b"stop", STRANGER).split(".")
    said = json.loads(urlsafe_b64decode(header + "=="))
    written = urlsafe_b64encode(json.dumps({**said, **trick}).encode()).decode().rstrip("=")
    with pytest.raises(SignatureRefused):
        verify(f"{written}.{payload}.{signature}", PINNED, Purpose.COMMAND)
