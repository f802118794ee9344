"""What is in the journal's file: tables, triggers, pragmas, and how an event becomes a row of the chain.

The canonical form of an event is UTF-8 JSON without white space, with the keys of every object sorted by code point
(a plan's `days` have numbers for keys: they are text, sorted as such). The chain is

    hash(0) = sha256(pairing as UTF-8)
    hash(n) = sha256(hash(n - 1) || canonical(n))

so a hash vouches for every byte of every event up to it, and for the pairing. The other columns repeat what the
canonical form says, for finding; the check at boot holds them to it. docs/journal.md says the same for an auditor.
"""

import hashlib
import sqlite3
from pathlib import Path

import msgspec
from sqlite_utils import Database, Migrations

from hub.domain.events import Event
from hub.lane import LANE

Row = tuple[int, str, str, str, str | None, bytes, bytes]
INSERT = "INSERT INTO event (seq, id, lane, body_type, intake, canonical, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
SELECT = "SELECT seq, id, lane, body_type, intake, canonical, hash FROM event ORDER BY seq"
DECODER = msgspec.json.Decoder(Event)
MIGRATIONS = Migrations("journal")

_FILED = {body: (str(lane), body.__name__) for body, lane in LANE.items()}
_PRAGMAS = (
    "synchronous = FULL",  # a commit is on the disk before anything moves (R1)
    "wal_autocheckpoint = 64",  # 256 KiB: soon the log is written over, which costs less than growing
    "journal_size_limit = 4194304",
    "cell_size_check = ON",  # damage is met as an error, not as nonsense
    "trusted_schema = OFF",
)
_TRIGGERS = {
    "event_no_update": "BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "event_no_delete": "BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "event_in_order": (
        "BEFORE INSERT ON event WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM event) "
        "BEGIN SELECT RAISE(ABORT, 'events are numbered without gaps'); END"
    ),
}
# The intake that goes with each event of the log (hub.lanes) is in the last of these before it: a look, not a search.
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS event_day_planned ON event (seq) WHERE body_type = 'DayPlanned'",
    "CREATE INDEX IF NOT EXISTS event_as_needed ON event (seq) WHERE body_type = 'AsNeededAsked'",
)


@MIGRATIONS()
def m001_event_cursor_pairing(db: Database) -> None:
    event = db.table("event")
    event.create(
        {"seq": int, "id": str, "lane": str, "body_type": str, "intake": str, "canonical": bytes, "hash": bytes},
        pk="seq",
        not_null={"id", "lane", "body_type", "canonical", "hash"},
        strict=True,
    )
    event.create_index(["id"], unique=True)
    event.create_index(["lane", "seq"])
    db.table("cursor").create(
        {"lane": str, "seq": int, "receipt": str}, pk="lane", not_null={"seq", "receipt"}, strict=True
    )
    db.table("pairing").create({"id": str}, pk="id", strict=True)


def connect(path: Path) -> Database:
    """The file at `path`, readable by its owner only, created if it is not there.

    Raises sqlite3.Error or OSError.
    """
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise OSError(f"{path}: this file system cannot hold a write-ahead log")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return Database(connection, execute_plugins=False)


def is_newer(db: Database) -> bool:
    """Whether a later release has changed the tables."""
    return not {m.name for m in MIGRATIONS.applied(db)} <= {m001_event_cursor_pairing.__name__}


def prepare(db: Database, pairing: str) -> str:
    """Bring the tables up to date; returns the pairing the file was begun for."""
    MIGRATIONS.apply(db)
    for name, rest in _TRIGGERS.items():
        db.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rest}")
    for index in _INDEXES:
        db.execute(index)
    if not db.table("pairing").count:
        db.table("pairing").insert({"id": pairing})
    return str(next(db.query("SELECT id FROM pairing"))["id"])


def genesis(pairing: str) -> bytes:
    """The hash before the first event."""
    return hashlib.sha256(pairing.encode()).digest()


def chained(previous: bytes, canonical: bytes) -> bytes:
    """The hash after one more event."""
    return hashlib.sha256(previous + canonical).digest()


def row_of(event: Event, previous: bytes) -> Row:
    """The event as it is stored after the event whose hash is `previous`."""
    canonical = canonical_form(event)
    return (*columns_of(event), canonical, chained(previous, canonical))


def canonical_form(event: Event) -> bytes:
    """The bytes that are hashed, stored and sent."""
    return msgspec.json.encode(msgspec.to_builtins(event, str_keys=True), order="sorted")


def columns_of(event: Event) -> tuple[int, str, str, str, str | None]:
    """What is stored beside the canonical form, for finding."""
    body = event.body
    return event.seq, event.id, *_FILED[type(body)], getattr(body, "intake", None)
