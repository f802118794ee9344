"""Login at the municipality's server: SMART Backend Services, `private_key_jwt` with ES384, in real time."""

import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Meta, Struct

ALGORITHM = "ES384"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "system/*.read system/*.write"
ASSERTION_S = 240  # SMART allows at most five minutes
EARLY_S = 30  # a token this near its end is not used any more

Jwk = dict[str, str]


class Token(Struct, frozen=True):
    """The server's answer."""

    access_token: str
    token_type: str
    expires_in: Annotated[int, Meta(ge=1)]


def new_login_key(kid: str) -> Jwk:
    """A fresh private key, made where it will live."""
    made = ECKey.generate_key("P-384", private=True).as_dict(private=True)
    return {"kid": kid} | {str(k): str(v) for k, v in made.items() if k in {"kty", "crv", "x", "y", "d"}}


def load_key(path: Path) -> Jwk:
    """The private key at `path`. ValueError where it is none that a login can be signed with; OSError."""
    try:
        key = msgspec.json.decode(path.read_bytes(), type=Jwk)
        if key.get("kid") and ECKey.import_key(dict(key)).is_private and key.get("crv") == "P-384":
            return key
    except (msgspec.MsgspecError, ValueError, JoseError):
        pass  # without its text: it may quote the key
    raise ValueError("no private ES384 key with a kid")


def public(key: Jwk) -> Jwk:
    """The part the server is given."""
    return {k: v for k, v in key.items() if k != "d"}


def assertion(client: str, audience: str, key: Jwk, now_s: float) -> str:
    """A signed claim to be `client`, good once, at `audience`, for a few minutes."""
    claims = {
        "iss": client,
        "sub": client,
        "aud": audience,
        "jti": token_urlsafe(16),
        "iat": int(now_s),
        "exp": int(now_s) + ASSERTION_S,
    }
    header = {"alg": ALGORITHM, "kid": key["kid"], "typ": "JWT"}
    return jwt.encode(header, claims, ECKey.import_key(dict(key)), algorithms=[ALGORITHM])


class Login:
    """Keeps one access token for `client` and gets the next when it is needed.

    `ask` posts a form to `url` and returns the body of a 2xx answer; its errors pass through.
    """

    def __init__(
        self, client: str, url: str, key: Jwk, ask: Callable[[str, dict[str, str]], bytes],
        now_s: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._client, self._url, self._key, self._ask, self._now_s = client, url, key, ask, now_s
        self._token = ""
        self._until_s = 0.0

    def token(self) -> str:
        """A token that is still good for a while."""
        if self._now_s() >= self._until_s:
            asked_s = self._now_s()
            form = {
                "grant_type": "client_credentials",
                "scope": SCOPE,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion(self._client, self._url, self._key, asked_s),
            }
            got = msgspec.json.decode(self._ask(self._url, form), type=Token)
            self._token, self._until_s = got.access_token, asked_s + max(got.expires_in - EARLY_S, 1)
        return self._token

    def forget(self) -> None:
        """The server did not accept the token."""
        self._until_s = 0.0
