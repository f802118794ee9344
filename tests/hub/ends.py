"""A hub that has begun a day, over its real sockets, and what can happen to its journal between two boots."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from hub import protocol as p
from hub.client import Client
from hub.documents import Receipt
from hub.domain import events as e
from hub.journal import Journal
from hub.journal_schema import chained
from hub.lane import Lane
from hub.plan.envelope import sign_plan
from hub.signed import Purpose, sign
from medhub.cli import main
from tests.hub.at_desk import HUB, KEYS, NOW, TRUST, WHO
from tests.hub.box import Box, HandClock
from tests.hub.made import wait_for
from tests.hub.test_main import Home
from tests.plan.build import sample

INTAKE = "2026-03-12/morning"
PAIRING = f"{TRUST.hub}/{TRUST.citizen}"
PLAN = p.OfferPlan(sign_plan(sample() | {"hub": HUB}, KEYS[Purpose.PLAN]))


class Running:
    """A hub on a thread of its own, from boot on, with all three of its sockets."""

    def __init__(self, home: Home, box: Box) -> None:
        self.home, self.box, self.shown = home, box, list[p.Snapshot]()
        self.hub = home.bootstrap(box, 0.02, mend_s=0.1)
        self._thread = threading.Thread(target=self.hub.run, daemon=True)
        self._thread.start()
        wait_for(lambda: (home.sockets / "staff.sock").exists())
        self.ui = Client(home.sockets / "ui.sock", on_push=self.shown.append)
        self.staff, self.sync = (Client(home.sockets / f"{role}.sock") for role in ("staff", "sync"))
        wait_for(lambda: bool(self.shown))

    @property
    def status(self) -> p.StatusReport:
        answer = self.staff.call(p.Status()).answer
        assert isinstance(answer, p.StatusReport)
        return answer

    def open(self) -> tuple[str, ...]:
        """What a touch on Åbn is answered: why not; nothing where it opens."""
        error = self.ui.call(p.Open(intake=INTAKE)).error
        return error.reasons if error else ()

    def begin_day(self) -> None:
        """The municipality's plan, and the morning's doses in compartment 1."""
        assert self.sync.call(PLAN).error is None
        assert self.staff.call(p.Fill(**WHO, compartment=1, intake=INTAKE)).error is None

    def receipt(self, seq: int, head: str) -> None:
        """What the gateway holds."""
        self.sync.call(p.Acked(sign(Receipt(HUB, Lane.REST, seq, head, NOW), KEYS[Purpose.RECEIPT])))

    def staff_says(self, *words: str) -> int:
        """`medhub staff …`, by Sanne."""
        pin = self.home.config.parent / "pin"
        pin.touch(mode=0o600)
        pin.write_text(WHO["pin"])
        socket = str(self.home.sockets / "staff.sock")
        return main(["staff", "--socket", socket, *words, "--as", WHO["person"], "--pin-file", str(pin)])

    def lids(self, times: int) -> None:
        for _ in range(times):
            self.box.move_lid(3, True)
            self.box.move_lid(3, False)

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def close(self) -> None:
        for client in (self.ui, self.staff, self.sync):
            client.close()
        self.hub.stop()
        self._thread.join(10)
        assert self.ended


@contextmanager
def running(home: Home) -> Iterator[Running]:
    made = Running(home, Box(HandClock()))
    try:
        yield made
    finally:
        made.close()


class Case:
    """The folder in which something happens to the journal. `far`: the furthest place the gateway has a receipt for."""

    def __init__(self, home: Home) -> None:
        self.home, self.journal = home, home.state / "journal.db"
        self.older = home.config.parent / "older"

    def begin(self) -> None:
        """Half a day on a new journal, with a copy from before its last events."""
        with running(self.home) as hub:
            hub.begin_day()
            self.older.mkdir()
            hub.hub.journal.backup(self.older / "journal.db")
        shutil.copy(self.journal, self.older / "database.db")
        shutil.copy(self.beside("head"), self.older / "image.head")
        with running(self.home) as hub:
            hub.lids(3)
            wait_for(lambda: hub.status.seq > 10 and not hub.status.busy)
            self.far = hub.hub.journal.head

    def beside(self, end: str) -> Path:
        return self.journal.with_suffix(f".{end}")

    def overwrite(self, at: int, data: bytes) -> None:
        with self.journal.open("r+b") as file:
            file.seek(at)
            file.write(data)

    def cut(self) -> None:
        size = self.journal.stat().st_size
        with self.journal.open("r+b") as file:
            file.truncate(size * 2 // 3)

    def change(self) -> None:
        """What somebody with the file and time can do."""
        with closing(sqlite3.connect(self.journal)) as db:
            db.execute("DROP TRIGGER event_no_update")
            db.execute("UPDATE event SET canonical = CAST(replace(CAST(canonical AS TEXT), '2026', '2027') AS BLOB)"
                       " WHERE seq = 3")  # fmt: skip
            db.commit()

    def delete(self, *ends: str) -> None:
        for end in ends:
            self.beside(end).unlink()

    def put_back(self, name: str) -> None:
        shutil.copy(self.older / name, self.journal)

    def put_back_all(self) -> None:
        self.put_back("database.db")
        shutil.copy(self.older / "image.head", self.beside("head"))

    def newer_tables(self) -> None:
        with closing(sqlite3.connect(self.journal)) as db:
            db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('journal', 'm9', '')")
            db.commit()

    def older_tables(self) -> None:
        """The later release is installed: here, this one is as late again."""
        with closing(sqlite3.connect(self.journal)) as db:
            db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm9'")
            db.commit()

    def newer_event(self) -> None:
        """What a later release might have written after all of ours."""
        with closing(sqlite3.connect(self.journal)) as db:
            seq, canonical, last = db.execute(
                "SELECT seq, canonical, hash FROM event ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            event = json.loads(canonical) | {"seq": seq + 1, "id": "id-later", "body": {"type": "TabletHalved"}}
            made = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            row = (seq + 1, "id-later", "clinical", "TabletHalved", made, chained(last, made))
            db.execute("INSERT INTO event (seq, id, lane, body_type, canonical, hash) VALUES (?, ?, ?, ?, ?, ?)", row)
            db.commit()

    def impossible_event(self) -> None:
        """What this release can read and no life can have."""
        with Journal.open(self.journal, pairing=PAIRING) as journal:
            last = list(journal.replay())[-1]
            body = e.IntakePutBack(intake="2026-03-12/never")
            journal.append([replace(last, seq=last.seq + 1, id="id-impossible", body=body)])

    def foreign(self) -> None:
        """The hub is enrolled for somebody else on the card it had."""
        self.delete("db", "head")
        with Journal.open(self.journal, pairing="hub-7/0201609995"):
            pass

    def tear_head(self) -> None:
        self.beside("head").write_bytes(b"x" * 1024)


Spoil = Callable[[Case], Any]
SPOIL: dict[str, Spoil] = {
    "damaged page": lambda case: case.overwrite(case.journal.stat().st_size // 2 // 4096 * 4096, b"\xff" * 4096),
    "truncated tail": Case.cut,
    "changed event": Case.change,
    "log lost": lambda case: case.put_back("database.db"),
    "deleted": lambda case: case.delete("db"),
    "deleted with its head file": lambda case: case.delete("db", "head"),
    "restored backup": lambda case: case.put_back("journal.db"),
    "restored image": Case.put_back_all,
    "head file lost": lambda case: case.delete("head"),
    "head file torn": Case.tear_head,
    "newer tables": Case.newer_tables,
    "newer event": Case.newer_event,
    "event not followed": Case.impossible_event,
    "another pairing's": Case.foreign,
}
MEND: dict[str, Spoil] = {"install the later release": Case.older_tables}


def alarms_out(hub: Running) -> list[str]:
    """The codes that the lane of alarms holds for the municipality."""
    batch = hub.sync.call(p.EventsAfter(lane=Lane.ALARMS)).answer
    assert isinstance(batch, p.EventBatch)
    bodies = [msgspec.json.decode(bytes(item))["event"]["body"] for item in batch.events]
    return [body["code"] for body in bodies if body["type"] == "AlarmRaised"]
