"""Every signed document at the hub's own desk (R14): as it must be it counts, once; otherwise it changes nothing."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub import protocol as p
from hub.domain import events as e
from hub.domain.refusal import Reason
from hub.lane import Lane
from hub.signed import ROTATION, Key, Purpose, new_key
from tests.hub.at_desk import DEVICE, KEYS, NOW, PURPOSES, Hub, at_desk

NEXT = new_key("gw-command-2", Purpose.COMMAND)
STRANGER = new_key("stranger", Purpose.COMMAND)
Header = dict[str, Any]


class Document(NamedTuple):
    """One kind, how it is offered, and a good one for `hub`. `times`: it says when it was issued and expires."""

    name: str
    key: Key
    typ: str
    offer: Callable[[str], p.Message]
    good: Callable[[Hub], Any]
    times: bool = False


DOCUMENTS = (
    Document("plan", KEYS[Purpose.PLAN], "medhub-plan", p.OfferPlan, lambda hub: hub.plan(version=5).jws),
    Document("command", KEYS[Purpose.COMMAND], "medhub-command", p.OfferCommand, lambda hub: hub.command().jws, True),
    Document("stop", KEYS[Purpose.STOP], "medhub-stop", p.OfferStop, lambda hub: hub.stop().jws),
    Document("receipt", KEYS[Purpose.RECEIPT], "medhub-receipt", lambda t: p.Acked(receipt=t),
             lambda hub: hub.receipt().receipt),
    Document("rotation", KEYS[Purpose.COMMAND], ROTATION, p.OfferKey, lambda hub: hub.rotation(NEXT).jws, True),
)  # fmt: skip
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=[d.name for d in DOCUMENTS])


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub that is offered all that must be refused: it stays as it is."""
    with at_desk(tmp_path_factory.mktemp("hub") / "journal.db") as made:
        made.say(made.plan(version=2))
        yield made


@pytest.fixture
def hub(path: Path) -> Iterator[Hub]:
    with at_desk(path) as made:
        yield made


def at_stake(hub: Hub) -> object:
    """All that a signed document can change. That a plan was refused is told, and changes nothing."""
    s = hub.loop.state
    seen = {a.id: a.seen_by for a in s.alarms.values() if a.code is not e.AlarmCode.PLAN_REFUSED}
    return s.plan, s.stops, s.keys, s.commands, s.records, s.leave, seen, hub.loop.journal.cursor(Lane.ALARMS)


def refuses(hub: Hub, document: Document, token: str) -> p.Error:
    before = at_stake(hub)
    answer = hub.say(document.offer(token))
    assert isinstance(answer, p.Error), token
    assert answer.problem is p.Problem.REFUSED
    assert answer.reasons
    assert "could not answer" not in answer.reasons[0], "that is a bug, not a refusal"
    assert at_stake(hub) == before
    return answer


# -- as it must be -----------------------------------------------------------------------------------------------------


@every_document
def test_a_good_one_counts(hub: Hub, document: Document) -> None:
    before = at_stake(hub)
    assert hub.say(document.offer(document.good(hub))) is None
    assert at_stake(hub) != before


@every_document
def test_the_same_one_again_changes_nothing_also_after_a_restart(path: Path, document: Document) -> None:
    with at_desk(path) as hub:
        token = document.good(hub)
        assert hub.say(document.offer(token)) is None
        after = at_stake(hub)
        hub.say(document.offer(token))
        assert at_stake(hub) == after
    with at_desk(path) as hub:
        hub.say(document.offer(token))
        assert at_stake(hub)[:4] == after[:4]
        assert len(hub.bodies(e.CommandCarriedOut)) == (document.name in ("command", "stop", "rotation"))


# -- what it says ------------------------------------------------------------------------------------------------------


@every_document
def test_for_another_hub_or_citizen(refusing: Hub, document: Document) -> None:
    refuses(refusing, document, resigned(refusing, document, hub="hub-8"))
    if document.name != "receipt":  # that one names a chain, and one citizen has it
        refuses(refusing, document, resigned(refusing, document, citizen="0201609995"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": 0}, "expired"),
        ({"issued": 6, "expires": 60}, "not come"),
        ({"issued": -60, "expires": 100_000}, "longer than"),
        ({"issued": 60, "expires": -60}, "expired"),
    ],
    ids=["expired", "from the future", "for too long", "backwards"],
)
@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.times], ids=lambda d: d.name)
def test_out_of_time(refusing: Hub, document: Document, changes: dict[str, int], said: str) -> None:
    times = {name: (NOW + timedelta(minutes=minutes)).isoformat() for name, minutes in changes.items()}
    assert said in refuses(refusing, document, resigned(refusing, document, **times)).reasons[0]


@pytest.mark.parametrize("year", [2025, 2076, 9999])
def test_a_stop_from_a_time_that_cannot_be_would_never_be_overruled(refusing: Hub, year: int) -> None:
    token = resigned(refusing, DOCUMENTS[2], issued=f"{year}-12-31T23:59:59Z")
    assert "cannot be" in refuses(refusing, DOCUMENTS[2], token).reasons[0]


@every_document
def test_on_a_time_nobody_vouches_for_what_expires_is_refused_and_what_only_locks_counts(
    hub: Hub, document: Document
) -> None:
    token = document.good(hub)
    hub.vouched_for(False)
    if document.times:
        assert refuses(hub, document, token).reasons == (Reason.CLOCK,)
        hub.vouched_for(True)
    assert hub.say(document.offer(token)) is None


SPOILT_PAYLOADS: dict[str, Callable[[bytes], bytes]] = {
    "a name said twice": lambda body: b'{"hub":"hub-7",' + body[1:],
    "more after it": lambda body: body + b"{}",
    "a byte after it": lambda body: body + b"\0",
    "cut": lambda body: body[:-1],
    "a field nobody knows": lambda body: b'{"unlock":1,' + body[1:],
    "a list": lambda body: b"[" + body + b"]",
    "nothing": lambda body: b"null",
    "not UTF-8": lambda body: body.replace(b'"hub-7"', b'"hub-\xff"'),
    "deep": lambda body: b"[" * 100_000,
    "a mark before it": lambda body: b"\xef\xbb\xbf" + body,
}


@pytest.mark.parametrize("spoil", SPOILT_PAYLOADS.values(), ids=SPOILT_PAYLOADS.keys())
@every_document
def test_signed_well_and_said_badly(refusing: Hub, document: Document, spoil: Callable[[bytes], bytes]) -> None:
    refuses(refusing, document, made(document, spoil(payload_of(document.good(refusing)))))


# -- who signs ---------------------------------------------------------------------------------------------------------


@every_document
def test_a_key_of_another_purpose(refusing: Hub, document: Document) -> None:
    """Also a key for plans that hands on the one for commands; and no root key signs anything but that."""
    payload = payload_of(document.good(refusing))
    for signer in (*KEYS.values(), DEVICE):
        if signer is not document.key and (document.name, signer.purpose) != ("rotation", Purpose.ROOT):
            refuses(refusing, document, made(document, payload, kid=signer.kid, key=signer))


@every_document
def test_a_key_nobody_knows_or_another_under_a_known_name(refusing: Hub, document: Document) -> None:
    payload = payload_of(document.good(refusing))
    refuses(refusing, document, made(document, payload, kid="gw-unknown", key=STRANGER))
    refuses(refusing, document, made(document, payload, key=STRANGER))


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.name != "rotation"], ids=lambda d: d.name)
def test_a_key_that_was_handed_on(hub: Hub, document: Document) -> None:
    """It counts for its 60 days beside its successor, which then counts alone."""
    new = new_key("gw-next", document.key.purpose)
    assert hub.say(hub.rotation(new)) is None
    payload = payload_of(document.good(hub))
    old_token, new_token = made(document, payload), made(document, payload, kid=new.kid, key=new)
    hub.clock.wait(60 * 24 * 3600 - 1)
    if document.times:
        assert "expired" in str(hub.say(document.offer(old_token)))
    hub.clock.wait(1)
    assert "is not trusted for" in str(hub.say(document.offer(old_token)))
    answer = str(hub.say(document.offer(new_token)))
    assert answer == "None" or (document.times and "expired" in answer)


# -- the header, and the form ------------------------------------------------------------------------------------------


def _with(**more: Any) -> Callable[[Header], Header]:
    return lambda header: {**header, **more}


def _without(name: str) -> Callable[[Header], Header]:
    return lambda header: {k: v for k, v in header.items() if k != name}


HEADERS: dict[str, Callable[[Header], Any]] = {
    "alg none": _with(alg="none"),
    "alg None": _with(alg=None),
    "alg HS256": _with(alg="HS256"),
    "alg ES256": _with(alg="ES256"),
    "alg EdDSA": _with(alg="EdDSA"),
    "alg ed25519": _with(alg="ed25519"),
    "no alg": _without("alg"),
    "no kid": _without("kid"),
    "no typ": _without("typ"),
    "typ JWT": _with(typ="JWT"),
    "typ heartbeat": _with(typ="medhub-heartbeat"),
    "kid a list": _with(kid=["gw-command"]),
    "jwk": _with(jwk=STRANGER.public.jwk),
    "jku": _with(jku="https://example.org/keys"),
    "x5u": _with(x5u="https://example.org/cert"),
    "x5c": _with(x5c=["MIIB"]),
    "crit": _with(crit=["exp"], exp=1),
    "b64 false": _with(b64=False, crit=["b64"]),
    "b64 true": _with(b64=True),
    "a nonce": _with(nonce="1"),
    "a list of pairs": lambda header: [[k, v] for k, v in header.items()],
    "alg said twice": lambda header: _Twice(header),
}


@pytest.mark.parametrize("spoil", HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("signer", ["the right key", "a stranger"])
@every_document
def test_a_header_that_says_anything_else(
    refusing: Hub, document: Document, spoil: Callable[[Header], Any], signer: str
) -> None:
    key = document.key if signer == "the right key" else STRANGER
    refuses(refusing, document, made(document, payload_of(document.good(refusing)), spoil=spoil, key=key))


@every_document
def test_nobody_signs_and_the_public_key_is_no_secret(refusing: Hub, document: Document) -> None:
    payload = b64(payload_of(document.good(refusing)))
    none = b64(header_of(document, _with(alg="none")))
    refuses(refusing, document, f"{none}.{payload}.")
    signed = b64(header_of(document, _with(alg="HS256"))) + "." + payload
    public = json.dumps(document.key.public.jwk).encode()
    for secret in (unb64(document.key.jwk["x"]), document.key.jwk["x"].encode(), public):
        refuses(refusing, document, f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}")


@every_document
def test_a_document_for_one_desk_is_none_for_another(refusing: Hub, document: Document) -> None:
    for other in DOCUMENTS:
        if other is not document:
            refuses(refusing, document, other.good(refusing))


def _signatures(token: str, *parts: dict[str, Any]) -> str:
    _header, payload, _signature = token.split(".")
    return json.dumps({"payload": payload, "signatures": list(parts)})


def _part(token: str) -> dict[str, Any]:
    header, _payload, signature = token.split(".")
    return {"protected": header, "signature": signature}


FORMS: dict[str, Callable[[str], str]] = {
    "JSON": lambda t: _signatures(t, _part(t)),
    "JSON, two signatures": lambda t: _signatures(t, _part(t), _part(t)),
    "JSON, one of its own": lambda t: json.dumps({"payload": t.split(".")[1], **_part(t)}),
    "an unprotected header": lambda t: json.dumps({"payload": t.split(".")[1], **_part(t), "header": {"kid": "x"}}),
    "cut": lambda t: t[:-1],
    "cut in two": lambda t: t[: len(t) // 2],
    "no signature": lambda t: t.rsplit(".", 1)[0] + ".",
    "two parts": lambda t: t.rsplit(".", 1)[0],
    "no payload": lambda t: ".".join((t.split(".")[0], "", t.split(".")[2])),
    "four parts": lambda t: t + ".AAAA",
    "a line after it": lambda t: t + "\n",
    "a space before it": lambda t: " " + t,
    "padded": lambda t: t + "==",
    "a letter after it": lambda t: t + "A",
    "another alphabet": lambda t: t[:-2] + "+/",
    "spare bits": lambda t: t[:-1] + chr(ord(t[-1]) + 1),  # the last letter of 64 bytes is A, Q, g or w
    "another payload": lambda t: ".".join((t.split(".")[0], b64(b"{}"), t.split(".")[2])),
    "nothing": lambda t: "",
    "not ASCII": lambda t: t + "ø",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@every_document
def test_in_another_form(refusing: Hub, document: Document, form: Callable[[str], str]) -> None:
    refuses(refusing, document, form(document.good(refusing)))


# -- making them -------------------------------------------------------------------------------------------------------


class _Twice(dict[str, Any]):
    """Its algorithm is said twice, the right one last."""


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


def payload_of(token: str) -> bytes:
    return unb64(token.split(".")[1])


def header_of(document: Document, spoil: Callable[[Header], Any], kid: str = "") -> bytes:
    header = spoil({"alg": "Ed25519", "kid": kid or document.key.kid, "typ": document.typ})
    text = json.dumps(header)
    return (text if not isinstance(header, _Twice) else '{"alg":"none",' + text[1:]).encode()


def made(
    document: Document, payload: bytes, kid: str = "", key: Key | None = None,
    spoil: Callable[[Header], Any] = lambda header: header,
) -> str:  # fmt: skip
    """Signed for real by `key`, the document's own unless said, whatever stands above it."""
    body = b64(header_of(document, spoil, kid)) + "." + b64(payload)
    private = Ed25519PrivateKey.from_private_bytes(unb64((key or document.key).jwk["d"]))
    return f"{body}.{b64(private.sign(body.encode()))}"


def resigned(hub: Hub, document: Document, /, **changes: str) -> str:
    return made(document, json.dumps({**json.loads(payload_of(document.good(hub))), **changes}).encode())


def test_what_is_made_here_is_as_good_as_the_real_one(hub: Hub) -> None:
    """Else all that is refused above would be refused for another reason."""
    assert {document.key.purpose for document in DOCUMENTS} == set(PURPOSES) - {Purpose.ROOT}
    for document in DOCUMENTS:
        assert hub.say(document.offer(resigned(hub, document))) is None, document.name
