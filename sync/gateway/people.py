"""Named people: logins with a password, and their sessions (a first, simple form)."""

import hashlib
import hmac
import os
from secrets import token_urlsafe
from typing import NamedTuple

import sqlalchemy as sa

from sync.gateway.gateway import Gateway, hashed
from sync.gateway.tables import sessions, users

SESSION_S = 12 * 3600.0
FAILURES = 5  # wrong passwords in a row, after which a login
PAUSE_S = 60.0  # rests this long
SHORTEST = 10  # characters of a password
_NOBODY = f"{'00' * 16}:{'00' * 64}"


class Session(NamedTuple):
    """A named person at work. `csrf` must come with every form."""

    name: str
    csrf: str


def add_user(gateway: Gateway, name: str, login: str, password: str) -> None:
    """A new login for a named person, or a new password for one that is there. ValueError where it is too short."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password has at least {SHORTEST} characters")
    row = {"name": name, "password": _kept(password), "failures": 0, "retry_s": 0.0}
    with gateway.store.begin() as connection:
        done = connection.execute(users.update().where(users.c.login == login).values(row))
        if not done.rowcount:
            connection.execute(users.insert(), {"login": login, **row})
        connection.execute(sessions.delete().where(sessions.c.login == login))


def log_in(gateway: Gateway, login: str, password: str) -> str | None:
    """A session's token, or None. The same time is spent either way; a row of wrong ones makes the login rest."""
    place = users.c.login == login
    with gateway.reads.connect() as connection:
        kept = connection.scalar(sa.select(users.c.password).where(place))
    right = _same(password, kept or _NOBODY)
    now_s = gateway.real_s()
    if kept is None:
        return None
    with gateway.store.begin() as connection:
        if connection.execute(sa.select(users.c.retry_s).where(place).with_for_update()).scalar_one() > now_s:
            return None
        if not right:
            _count_wrong(connection, login, now_s)
            return None
        connection.execute(users.update().where(place).values(failures=0))
        connection.execute(sessions.delete().where(sessions.c.expires_s < now_s))
        token = token_urlsafe(32)
        row = {"token_hash": hashed(token), "login": login, "csrf": token_urlsafe(32), "expires_s": now_s + SESSION_S}
        connection.execute(sessions.insert(), row)
    return token


def _count_wrong(connection: sa.Connection, login: str, now_s: float) -> None:
    """Counted by the store: many tries at once are many."""
    place = users.c.login == login
    connection.execute(users.update().where(place).values(failures=users.c.failures + 1))
    rests = users.update().where(place, users.c.failures % FAILURES == 0)
    connection.execute(rests.values(retry_s=now_s + PAUSE_S))


def session_of(gateway: Gateway, token: str) -> Session | None:
    """Who is at work with this token; None where nobody is."""
    asked = sa.select(users.c.name, sessions.c.csrf).join(users)
    asked = asked.where(sessions.c.token_hash == hashed(token), sessions.c.expires_s > gateway.real_s())
    with gateway.reads.connect() as connection:
        row = connection.execute(asked).first()
    return Session(row.name, row.csrf) if row else None


def log_out(gateway: Gateway, token: str) -> None:
    with gateway.store.begin() as connection:
        connection.execute(sessions.delete().where(sessions.c.token_hash == hashed(token)))


def _kept(password: str) -> str:
    salt = os.urandom(16)
    return f"{salt.hex()}:{_scrypt(password, salt).hex()}"


def _same(password: str, kept: str) -> bool:
    salt, _, expected = kept.partition(":")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
