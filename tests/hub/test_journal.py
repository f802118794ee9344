"""The journal keeps what it was given, in order, all or nothing, and lets nobody change it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import msgspec
import msgspec.inspect as mi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import events as e
from hub.domain.plan import Limits, Plan, Settings, Slot
from hub.journal import Journal, JournalError, NotJournalled
from hub.journal_errors import JournalBusy, WrongPairing
from hub.journal_files import JournalState
from hub.journal_schema import canonical_form
from hub.lane import Lane
from tests.hub.made import PAIRING, START, event, events, values

Open = Callable[..., Journal]
BODIES = get_args(e.AnyBody)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_every_body_comes_back_as_it_was_appended(body: type[e.Body], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    with Journal.open(path, pairing=PAIRING) as journal:

        @given(values(mi.type_info(body)))
        def append_and_read(made: e.AnyBody) -> None:
            appended = event(journal.head[0] + 1, made)
            journal.append([appended])
            rows, _ = journal.after(appended.seq - 1, 1, 1)
            assert msgspec.json.decode(rows[0][1], type=e.Event) == appended

        append_and_read()
        count = journal.head[0]
    with Journal.open(path, pairing=PAIRING) as again:
        assert again.state is JournalState.WHOLE, again.finding
        assert [type(read.body) for read in again.replay()] == [body] * count


def test_a_new_journal_says_so_and_an_old_one_is_whole(open_journal: Open) -> None:
    journal = open_journal()
    assert (journal.state, journal.trustworthy, journal.finding) == (JournalState.NEW, True, "")
    journal.append(events(1, 5))
    journal = open_journal()
    assert (journal.state, journal.trustworthy, journal.head[0]) == (JournalState.WHOLE, True, 5)
    assert list(journal.replay()) == events(1, 5)


def test_the_chain_is_the_documented_one(open_journal: Open) -> None:
    journal = open_journal()
    expected = hashlib.sha256(PAIRING.encode()).digest()
    assert journal.head == (0, expected.hex())
    journal.append(events(1, 3))
    for made in events(1, 3):
        canonical = json.dumps(
            json.loads(msgspec.json.encode(made)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        expected = hashlib.sha256(expected + canonical).digest()
        assert journal.head_at(made.seq) == expected.hex()
    assert journal.head == (3, expected.hex())
    assert journal.head_at(4) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET intake = 'x' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 3",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 3",
        "INSERT INTO event SELECT seq + 5, id || 'x', lane, body_type, intake, canonical, hash FROM event LIMIT 1",
    ],
)
def test_the_file_itself_refuses_to_be_changed(open_journal: Open, path: Path, statement: str) -> None:
    open_journal().append(events(1, 3))
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(statement)
    assert list(open_journal().replay()) == events(1, 3)


def test_a_batch_is_stored_whole_or_not_at_all(open_journal: Open) -> None:
    journal = open_journal()
    journal.append(events(1, 2))
    twice = msgspec.structs.replace(event(4), id=event(1).id)
    with pytest.raises(NotJournalled):
        journal.append([event(3), twice])
    assert journal.head[0] == 2
    journal.append(events(3, 4))
    assert list(open_journal().replay()) == events(1, 4)


@pytest.mark.parametrize("wrong", [0, 2, 4, 7])
def test_numbers_follow_without_a_gap(open_journal: Open, wrong: int) -> None:
    journal = open_journal()
    journal.append(events(1, 2))
    with pytest.raises(NotJournalled):
        journal.append([event(wrong)])
    assert [read.seq for read in journal.replay()] == [1, 2]


def test_what_could_not_be_read_back_is_not_stored(open_journal: Open) -> None:
    """A value built past its bounds would stop every boot to come."""
    journal = open_journal()
    plan = a_plan()
    bad = msgspec.structs.replace(plan, slots=(Slot(id="ÆØÅ", time=START.time()),))
    with pytest.raises(NotJournalled, match="could not be read back"):
        journal.append([event(1, e.PlanAccepted(plan=bad))])
    journal.append([event(1)])
    assert open_journal().state is JournalState.WHOLE


def a_plan() -> Plan:
    return Plan(
        hub="hub-7", citizen="2512489996", name="Ester Eksempel", version=1, issued=START, valid_from=START,
        digest="d", slots=(), settings=Settings(), contacts=(), limits=Limits(), ordinations=(),
    )  # fmt: skip


def test_a_full_disk_is_an_error_and_nothing_is_half_stored(open_journal: Open) -> None:
    journal = open_journal()
    journal.append([event(1)])
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotJournalled, match="full"):
        journal.append(events(2, 400))
    assert journal.head[0] == 1
    journal._db.execute("PRAGMA max_page_count = 100000")
    journal.append(events(2, 3))
    assert [read.seq for read in open_journal().replay()] == [1, 2, 3]


def test_a_commit_is_on_the_disk_when_it_is_acknowledged(open_journal: Open) -> None:
    """R1, R11: SQLite fsyncs every commit of a write-ahead log only with synchronous = FULL (2)."""
    db = open_journal()._db
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_one_process_at_a_time(open_journal: Open, path: Path) -> None:
    open_journal()
    with pytest.raises(JournalBusy):
        Journal.open(path, pairing=PAIRING)


def test_one_file_a_pairing(open_journal: Open) -> None:
    open_journal().append(events(1, 2))
    with pytest.raises(WrongPairing):
        open_journal("hub-7/0201609995")
    assert [read.seq for read in open_journal().replay()] == [1, 2]


def test_only_the_owner_may_read_it(open_journal: Open, path: Path) -> None:
    open_journal().append(events(1, 1))
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in path.parent.iterdir()} == {
        name: "0o600" for name in ("journal.db", "journal.db-wal", "journal.db-shm", "journal.head")
    }


def test_a_backup_is_a_whole_journal_of_its_own(open_journal: Open, path: Path, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append(events(1, 30))
    to = tmp_path / "copy" / "journal.db"
    to.parent.mkdir()
    journal.backup(to)
    journal.append(events(31, 40))
    assert [p.name for p in to.parent.iterdir()] == ["journal.db"]
    with Journal.open(to, pairing=PAIRING) as copy:
        assert list(copy.replay()) == events(1, 30)
        assert copy.head[1] == journal.head_at(30)


def test_a_backup_that_cannot_be_made_leaves_the_old_one(open_journal: Open, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append(events(1, 3))
    to = tmp_path / "copy.db"
    journal.backup(to)
    before = to.read_bytes()
    (tmp_path / "copy.db.part").mkdir()
    with pytest.raises((JournalError, OSError)):
        journal.backup(to)
    assert to.read_bytes() == before


def test_closing_twice_is_nothing(open_journal: Open) -> None:
    journal = open_journal()
    journal.close()
    journal.close()


@given(st.integers(0, 30), st.integers(1, 8), st.integers(1, 2000))
def test_batches_are_cut_but_never_stuck(after: int, limit: int, most: int) -> None:
    rows, head = _LONG.after(after, limit, most)
    assert [seq for seq, _ in rows] == list(range(after + 1, after + 1 + len(rows)))
    assert len(rows) <= limit
    assert bool(rows) == (after < 30)
    assert len(rows) <= 1 or sum(len(canonical) for _, canonical in rows) <= most
    assert head == _LONG.head_at(rows[-1][0] if rows else after)


@pytest.fixture(autouse=True, scope="module")
def _long(tmp_path_factory: Any) -> Any:
    global _LONG
    with Journal.open(tmp_path_factory.mktemp("long") / "journal.db", pairing=PAIRING) as _LONG:
        _LONG.append(events(1, 30))
        yield


_LONG: Journal


def test_a_lane_gets_its_own_events_only(open_journal: Open) -> None:
    journal = open_journal()
    journal.append(events(1, 9))
    seen = {lane: [seq for seq, _ in journal.after_cursor(lane, 50, 10**6)[0]] for lane in Lane}
    assert seen == {Lane.CLINICAL: [3, 6, 9], Lane.REST: [1, 4, 7], Lane.ALARMS: [2, 5, 8]}


def test_a_cursor_goes_forward_only_and_lasts(open_journal: Open) -> None:
    journal = open_journal()
    journal.append(events(1, 9))
    assert journal.cursor("alarms") == 0
    assert journal.move_cursor("alarms", 5, "receipt")
    assert not journal.move_cursor("alarms", 5, "receipt")
    assert not journal.move_cursor("alarms", 2, "an older receipt")
    assert not journal.move_cursor("alarms", 10, "a receipt for what is not there")
    assert not journal.move_cursor("gossip", 3, "receipt")
    assert not journal.move_cursor("alarms", -1, "receipt")
    journal = open_journal()
    assert {lane: journal.cursor(lane) for lane in Lane} == {"alarms": 5, "clinical": 0, "rest": 0}
    assert [seq for seq, _ in journal.after_cursor(Lane.ALARMS, 50, 10**6)[0]] == [8]


def test_the_last_plan_of_a_day_is_found(open_journal: Open) -> None:
    journal = open_journal()
    days = [e.DayPlanned(day=START.date(), intakes=()) for _ in range(3)]
    journal.append([event(1, days[0]), event(2), event(3, days[1]), event(4)])
    assert journal.day_planned("2026-11-20", 4) == canonical_form(event(3, days[1]))
    assert journal.day_planned("2026-11-20", 2) == canonical_form(event(1, days[0]))
    assert journal.day_planned("2026-11-21", 4) is None
