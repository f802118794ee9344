"""What the gateway keeps: SQLite by default, PostgreSQL for a city. No state anywhere else, so several may run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Engine, Index, Table

BUSY_MS = 10_000


class Utc(sa.types.TypeDecorator[datetime]):
    """An instant as text in UTC, the same and in the same order in every database."""

    impl = sa.String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value else None

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        return datetime.fromisoformat(value) if value else None


metadata = sa.MetaData()

hubs = Table(
    "hubs", metadata,
    Column("id", sa.String(64), primary_key=True),
    Column("citizen", sa.String(10), nullable=False),
    Column("name", sa.String, nullable=False),
    Column("heartbeat_key", sa.String, nullable=False),
    Column("login_key", sa.String, nullable=False),
    Column("admitted_at", Utc, nullable=False),
)  # fmt: skip
plans = Table(
    "plans", metadata,
    Column("hub", sa.ForeignKey("hubs.id"), primary_key=True),
    Column("version", sa.BigInteger, primary_key=True),
    Column("digest", sa.String(64), nullable=False),
    Column("jws", sa.String, nullable=False),
    Column("put_at", Utc, nullable=False),
)  # fmt: skip
lanes = Table(
    "lanes", metadata,
    Column("hub", sa.ForeignKey("hubs.id"), primary_key=True),
    Column("lane", sa.String(16), primary_key=True),
    Column("seq", sa.BigInteger, nullable=False),
    Column("head", sa.String(64), nullable=False),
)  # fmt: skip
events = Table(
    "events", metadata,
    Column("hub", sa.ForeignKey("hubs.id"), primary_key=True),
    Column("seq", sa.BigInteger, primary_key=True),
    Column("id", sa.String(64), nullable=False),
    Column("lane", sa.String(16), nullable=False),
    Column("kind", sa.String(64), nullable=False),
    Column("canonical", sa.LargeBinary),  # None: the hub set it aside
    Index("events_of_kind", "hub", "kind"),
)  # fmt: skip
resources = Table(
    "resources", metadata,
    Column("hub", sa.ForeignKey("hubs.id"), primary_key=True),
    Column("kind", sa.String(32), primary_key=True),
    Column("found_by", sa.String, primary_key=True),  # the condition that finds it again
    Column("id", sa.String(36), nullable=False, unique=True),
    Column("seq", sa.BigInteger, nullable=False),  # of the event that wrote it last
    Column("intake", sa.String(64)),
    Column("body", sa.LargeBinary, nullable=False),
    Index("resources_of_intake", "hub", "intake"),
)  # fmt: skip
alarms = Table(
    "alarms", metadata,
    Column("id", sa.Integer, primary_key=True, autoincrement=True),
    Column("hub", sa.ForeignKey("hubs.id"), nullable=False),
    Column("alarm", sa.String(200), nullable=False),
    Column("code", sa.String(64), nullable=False),
    Column("criticality", sa.String(16), nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("intake", sa.String(64)),
    Column("can_open", sa.Boolean, nullable=False, default=False),
    Column("level", sa.Integer, nullable=False, default=1),
    Column("seen_by", sa.String),
    Column("seen_at", Utc),
    Column("ended_at", Utc),
    Column("own", sa.Boolean, nullable=False, default=False),  # raised by the gateway itself (R10)
)  # fmt: skip
_standing = sa.and_(alarms.c.own, alarms.c.ended_at.is_(None))
Index(
    "one_own_alarm", alarms.c.hub, alarms.c.alarm, unique=True, sqlite_where=_standing, postgresql_where=_standing,
)  # fmt: skip
commands = Table(
    "commands", metadata,
    Column("id", sa.String(64), primary_key=True),
    Column("hub", sa.ForeignKey("hubs.id"), nullable=False, index=True),
    Column("purpose", sa.String(16), nullable=False),  # of its key: command, stop
    Column("kind", sa.String(32), nullable=False),  # which order, by its name in `hub.documents`
    Column("subject", sa.String, nullable=False),  # what it is about: an alarm, an intake, a kind of leave, ordinations
    Column("alarm_id", sa.ForeignKey("alarms.id")),
    Column("jws", sa.String, nullable=False),
    Column("by", sa.String, nullable=False),
    Column("issued", Utc, nullable=False),
    Column("expires", Utc),  # None: never, a stop is as true late
    Column("state", sa.String(16), nullable=False),  # queued, accepted, refused, carried_out
    Column("reason", sa.String(80), nullable=False, default=""),
)  # fmt: skip
heartbeats = Table(
    "heartbeats", metadata,
    Column("hub", sa.ForeignKey("hubs.id"), primary_key=True),
    Column("received_at", Utc, nullable=False),
    Column("received_s", sa.Float, nullable=False),  # by the machine's own clock
    Column("body", sa.String, nullable=False),
    Column("seq", sa.BigInteger, nullable=False),
    Column("tick", sa.BigInteger, nullable=False),
)  # fmt: skip
users = Table(
    "users", metadata,
    Column("login", sa.String(64), primary_key=True),
    Column("name", sa.String(80), nullable=False),
    Column("password", sa.String, nullable=False),
    Column("failures", sa.Integer, nullable=False, default=0),
    Column("retry_s", sa.Float, nullable=False, default=0.0),
)  # fmt: skip
sessions = Table(
    "sessions", metadata,
    Column("token_hash", sa.String(64), primary_key=True),
    Column("login", sa.ForeignKey("users.login"), nullable=False),
    Column("csrf", sa.String(64), nullable=False),
    Column("expires_s", sa.Float, nullable=False),
)  # fmt: skip
assertions = Table(
    "assertions", metadata,
    Column("hub", sa.ForeignKey("hubs.id"), primary_key=True),
    Column("jti", sa.String(128), primary_key=True),
    Column("expires_s", sa.Float, nullable=False),
)  # fmt: skip
tokens = Table(
    "tokens", metadata,
    Column("token_hash", sa.String(64), primary_key=True),
    Column("hub", sa.ForeignKey("hubs.id"), nullable=False),
    Column("expires_s", sa.Float, nullable=False),
)  # fmt: skip


def open_store(url: str) -> Engine:
    """The database at `url`, its tables made where they are not there; a file is its owner's only (R15)."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).touch(mode=0o600)
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", _begin)
    metadata.create_all(engine)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    """One writer at a time, from its first statement: what a transaction read still stands when it writes."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads") else "BEGIN IMMEDIATE")
