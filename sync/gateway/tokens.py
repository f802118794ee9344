"""SMART Backend Services, the server's side: a signed assertion in, an access token for one hub out."""

import base64
from secrets import token_urlsafe
from typing import Annotated

import msgspec
import sqlalchemy as sa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Meta, Struct
from sqlalchemy.exc import IntegrityError

from sync.gateway.gateway import Gateway, hashed
from sync.gateway.hubs import Hub, find_hub
from sync.gateway.tables import assertions, tokens
from sync.login import ALGORITHM, ASSERTION_TYPE, Token

TOKEN_S = 900
LONGEST_S = 300  # an assertion lives at most this long
SKEW_S = 60  # clocks may differ by this


class LoginRefused(ValueError):
    """No token. The text says why and is for the log, not for the caller."""


class _Claims(Struct, frozen=True):
    iss: str
    sub: str
    aud: str
    jti: Annotated[str, Meta(min_length=8, max_length=128)]
    exp: int


def give_token(gateway: Gateway, grant: str, kind: str, assertion: str) -> Token:
    """A token for the hub that signed `assertion`; LoginRefused."""
    if grant != "client_credentials" or kind != ASSERTION_TYPE:
        raise LoginRefused("not a backend service's login")
    hub = _claimed_hub(gateway, assertion)
    claims = _verified(hub, assertion)
    now_s = gateway.real_s()
    if claims.iss != hub.id or claims.sub != hub.id or claims.aud != f"{gateway.config.url}/token":
        raise LoginRefused("claims another client or audience")
    if not now_s - SKEW_S < claims.exp <= now_s + LONGEST_S + SKEW_S:
        raise LoginRefused("expired, or lives too long")
    token = token_urlsafe(32)
    try:
        with gateway.store.begin() as connection:
            _forget_old(connection, now_s)
            connection.execute(
                assertions.insert(), {"hub": hub.id, "jti": claims.jti, "expires_s": claims.exp + SKEW_S}
            )
            row = {"token_hash": hashed(token), "hub": hub.id, "expires_s": now_s + TOKEN_S}
            connection.execute(tokens.insert(), row)
    except IntegrityError:
        raise LoginRefused("this assertion was used before") from None
    return Token(token, "bearer", TOKEN_S)


def hub_of(gateway: Gateway, token: str) -> Hub | None:
    """Whose token it is; None where it is nobody's or has run out."""
    asked = sa.select(tokens.c.hub).where(tokens.c.token_hash == hashed(token), tokens.c.expires_s > gateway.real_s())
    with gateway.reads.connect() as connection:
        hub = connection.scalar(asked)
    return find_hub(gateway, hub) if hub else None


def _claimed_hub(gateway: Gateway, assertion: str) -> Hub:
    """Whose key to check it with; the claim itself proves nothing."""
    try:
        payload = assertion.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims)
    except (IndexError, ValueError) as error:
        raise LoginRefused("not a login assertion") from error
    hub = find_hub(gateway, claims.iss)
    if hub is None:
        raise LoginRefused("no such hub")
    return hub


def _verified(hub: Hub, assertion: str) -> _Claims:
    try:
        token = jwt.decode(assertion, ECKey.import_key(dict(hub.login)), algorithms=[ALGORITHM])
        if token.header.get("kid") != hub.login["kid"]:
            raise LoginRefused("signed with another key")
        return msgspec.convert(token.claims, _Claims)
    except (JoseError, ValueError) as error:
        raise LoginRefused(f"not signed as it must be: {error}") from error


def _forget_old(connection: sa.Connection, now_s: float) -> None:
    for table in (assertions, tokens):
        connection.execute(table.delete().where(table.c.expires_s < now_s))
