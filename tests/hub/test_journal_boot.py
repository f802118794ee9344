"""R11: whatever has happened to the files, boot says so, nothing is deleted, and it lasts until a person confirms."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from hub.domain import events as e
from hub.journal import Journal, JournalError
from hub.journal_files import HeadFile, JournalState, Mark
from hub.journal_schema import MIGRATIONS, canonical_form, chained, genesis
from hub.lane import Lane
from tests.hub.made import PAIRING, event, events

Open = Callable[..., Journal]
SHORTENED, DAMAGED = JournalState.SHORTENED, JournalState.DAMAGED


@pytest.fixture
def closed(open_journal: Open, path: Path) -> Path:
    """A journal of 40 events, shut down cleanly."""
    journal = open_journal()
    journal.append(events(1, 40))
    journal.move_cursor("alarms", 5, "receipt")
    journal.close()
    return path


def tamper(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """What somebody with the file and time can do: the triggers taken away by hand."""
    with closing(sqlite3.connect(path)) as db:
        for name in ("event_no_update", "event_no_delete", "event_in_order"):
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement, values if "?" in statement else ())
        db.commit()


def must_last(open_journal: Open, state: JournalState) -> None:
    """It is still so after another restart with new events, and over once a person confirms."""
    journal = open_journal()
    assert (journal.state, journal.trustworthy) == (state, False), journal.finding
    journal.append([event(journal.head[0] + 1)])
    journal = open_journal()
    assert (journal.state, journal.trustworthy) == (state, False), journal.finding
    assert journal.finding
    journal.confirm()
    assert journal.trustworthy
    assert open_journal().state is JournalState.WHOLE


@pytest.mark.parametrize("seq", [1, 20, 40])
def test_a_changed_byte_breaks_the_chain(closed: Path, open_journal: Open, seq: int) -> None:
    changed = "UPDATE event SET canonical = CAST(replace(CAST(canonical AS TEXT), '-20', '-21') AS BLOB)"
    tamper(closed, f"{changed} WHERE seq = {seq}")
    journal = open_journal()
    assert f"event {seq}" in journal.finding
    assert journal.doubt is not None
    assert (journal.doubt.state, journal.doubt.seq) == (DAMAGED, 40)
    assert journal.head[0] == 0
    with closing(sqlite3.connect(f"{closed}.damaged-1")) as aside:
        assert aside.execute("SELECT count(*) FROM event").fetchone() == (40,)
    must_last(open_journal, DAMAGED)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET lane = 'rest' WHERE lane = 'alarms'",
        "UPDATE event SET intake = NULL WHERE seq = 3",
        "UPDATE event SET body_type = 'IntakeTaken' WHERE seq = 3",
        "UPDATE event SET id = 'x' WHERE seq = 3",
        "DELETE FROM event WHERE seq = 20",
        "DELETE FROM event WHERE seq = 1",
        "DROP TABLE cursor",
        "ALTER TABLE event RENAME COLUMN canonical TO canon",
    ],
)
def test_rows_that_are_not_what_they_were_are_damage(closed: Path, open_journal: Open, statement: str) -> None:
    tamper(closed, statement)
    must_last(open_journal, DAMAGED)
    assert Path(f"{closed}.damaged-1").exists()


def test_the_last_row_deleted_is_seen(closed: Path, open_journal: Open) -> None:
    tamper(closed, "DELETE FROM event WHERE seq = 40")
    must_last(open_journal, SHORTENED)
    assert list(open_journal().replay()) == events(1, 40)


def test_all_rows_deleted_is_seen(closed: Path, open_journal: Open) -> None:
    tamper(closed, "DELETE FROM event")
    must_last(open_journal, SHORTENED)
    assert open_journal().after_cursor(Lane.REST, 9, 10**6)[0][0][0] == 1  # what was written since is still sent


def test_a_deleted_journal_is_not_a_new_one(closed: Path, open_journal: Open) -> None:
    closed.unlink()
    journal = open_journal()
    assert journal.doubt is not None
    assert journal.doubt.seq == 40
    must_last(open_journal, SHORTENED)


def test_a_restored_copy_is_seen(open_journal: Open, path: Path, tmp_path: Path) -> None:
    """H35: an older journal would give again what has been given since."""
    journal = open_journal()
    journal.append(events(1, 10))
    journal.backup(tmp_path / "copy.db")
    journal.append(events(11, 12))
    journal.close()
    shutil.copy(tmp_path / "copy.db", path)
    must_last(open_journal, SHORTENED)


def test_a_copy_restored_beside_a_lost_head_file_is_seen(closed: Path, open_journal: Open) -> None:
    closed.with_suffix(".head").unlink()
    must_last(open_journal, SHORTENED)


def test_a_copy_that_went_on_elsewhere_is_seen(open_journal: Open, path: Path, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append(events(1, 10))
    journal.backup(tmp_path / "copy.db")
    journal.append(events(11, 12))
    journal.close()
    with Journal.open(tmp_path / "copy.db", pairing=PAIRING) as other:
        other.append([event(seq, e.MainsRestored()) for seq in range(11, 16)])
    shutil.copy(tmp_path / "copy.db", path)
    must_last(open_journal, SHORTENED)


def test_a_receipt_for_what_is_not_there_is_seen(closed: Path, open_journal: Open) -> None:
    """The journal and its head file are from the same old backup: only the gateway knows better."""
    journal = open_journal()
    assert journal.witness(40, journal.head[1])
    assert journal.trustworthy
    assert not journal.witness(41, "ab" * 32)
    assert not journal.trustworthy
    must_last(open_journal, SHORTENED)


def test_a_cursor_knows_of_what_was_deleted(closed: Path, open_journal: Open) -> None:
    """The last row taken away and the head file put back to fit."""
    journal = open_journal()
    journal.move_cursor("alarms", 40, "receipt")
    before = Mark(39, bytes.fromhex(journal.head_at(39)))
    journal.close()
    tamper(closed, "DELETE FROM event WHERE seq = 40")
    head_file = HeadFile(closed.with_suffix(".head"))
    head_file.begin(before)
    head_file.close()
    must_last(open_journal, SHORTENED)


def test_a_lost_log_is_seen(open_journal: Open, path: Path, tmp_path: Path) -> None:
    """A killed process leaves its last events in the log; a copy of the database alone is shorter."""
    journal = open_journal()
    journal.append(events(1, 10))
    shutil.copy(path, tmp_path / "alone.db")
    journal.close()
    shutil.copy(tmp_path / "alone.db", path)
    must_last(open_journal, SHORTENED)


@pytest.mark.parametrize("content", [b"SQLite format 3\x00", bytes(range(256)) * 20])
def test_garbage_is_set_aside(closed: Path, open_journal: Open, content: bytes) -> None:
    closed.write_bytes(content)
    must_last(open_journal, DAMAGED)
    assert Path(f"{closed}.damaged-1").read_bytes() == content


def test_an_emptied_file_is_a_shortened_one(closed: Path, open_journal: Open) -> None:
    closed.write_bytes(b"")
    must_last(open_journal, SHORTENED)


def test_every_damaged_file_is_kept(closed: Path, open_journal: Open) -> None:
    for number in (1, 2, 3):
        open_journal().close()
        closed.write_bytes(b"garbage %d" % number * 1000)
        assert open_journal().state is DAMAGED
    assert [Path(f"{closed}.damaged-{n}").read_bytes()[:9] for n in (1, 2, 3)] == [
        b"garbage 1", b"garbage 2", b"garbage 3",
    ]  # fmt: skip
    journal = open_journal()
    assert journal.doubt is not None
    assert journal.doubt.seq == 40  # how far it once went stays known


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_any_cut_or_overwritten_stretch_is_seen_or_harmless(closed: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Whatever is left opens; either all 40 events are as they were, or nothing may be unlocked."""
    folder = tmp_path / "try"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for end in (".db", ".head"):
        shutil.copy(closed.with_suffix(end), folder)
    content = bytearray((folder / "journal.db").read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[at:]
    else:
        content[at : at + 600] = data.draw(st.binary(min_size=1, max_size=600))
    (folder / "journal.db").write_bytes(content)
    with Journal.open(folder / "journal.db", pairing=PAIRING) as journal:
        assert not journal.trustworthy or list(journal.replay()) == events(1, 40)
        journal.append([event(journal.head[0] + 1)])


def test_tables_of_a_later_release_are_left_alone(closed: Path, open_journal: Open) -> None:
    with closing(sqlite3.connect(closed)) as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('journal', 'm999', '')")
        db.commit()
    must_be_left_alone(open_journal, closed)


def test_an_event_of_a_later_release_is_left_alone(closed: Path, open_journal: Open) -> None:
    """R11: an older release that meets an unknown event refuses to dispense and says so."""
    made = canonical_form(event(41)).replace(b"AlarmEnded", b"AlarmMelted")
    append_raw(closed, made, "AlarmMelted")
    must_be_left_alone(open_journal, closed, "41")


def test_a_field_of_a_later_release_is_not_passed_over(closed: Path, open_journal: Open) -> None:
    made = canonical_form(event(41)).replace(b'"type":', b'"halved":true,"type":')
    append_raw(closed, made, "AlarmEnded")
    must_be_left_alone(open_journal, closed, "41")


def append_raw(path: Path, canonical: bytes, body_type: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        last = db.execute("SELECT hash FROM event WHERE seq = 40").fetchone()[0]
        row = (41, "id-41", "alarms", body_type, canonical, chained(last, canonical))
        db.execute("INSERT INTO event (seq, id, lane, body_type, canonical, hash) VALUES (?, ?, ?, ?, ?, ?)", row)
        db.commit()


def must_be_left_alone(open_journal: Open, path: Path, said: str = "") -> None:
    journal = open_journal()
    assert (journal.state, journal.trustworthy) == (JournalState.NEWER, False)
    assert "later release" in journal.finding
    assert said in journal.finding
    assert journal.head[0] in (40, 41)
    for refused in (lambda: journal.append([event(42)]), journal.confirm, lambda: list(journal.replay())):
        with pytest.raises(JournalError, match="this release"):
            refused()
    journal.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM event").fetchone()[0] in (40, 41)
    assert not Path(f"{path}.damaged-1").exists()
    assert open_journal().state is JournalState.NEWER


def test_a_full_disk_or_a_lock_is_not_damage(closed: Path, open_journal: Open) -> None:
    with closing(sqlite3.connect(closed, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE cursor SET receipt = 'held'")
        with pytest.raises(sqlite3.OperationalError):
            Journal.open(closed, pairing=PAIRING)
    assert not Path(f"{closed}.damaged-1").exists()
    assert open_journal().state is JournalState.WHOLE


def test_triggers_taken_away_come_back(closed: Path, open_journal: Open) -> None:
    tamper(closed)
    assert open_journal().state is JournalState.WHOLE
    with closing(sqlite3.connect(closed)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("DELETE FROM event WHERE seq = 40")


def test_an_unreadable_note_of_doubt_is_a_doubt(closed: Path, open_journal: Open) -> None:
    closed.with_suffix(".doubt").write_bytes(b"\xff{")
    assert open_journal().state is DAMAGED


def test_a_garbled_head_file_is_a_doubt(closed: Path, open_journal: Open) -> None:
    closed.with_suffix(".head").write_bytes(b"x" * 1024)
    must_last(open_journal, SHORTENED)


@pytest.mark.parametrize("slot", [0, 1])
def test_one_torn_slot_of_the_head_file_costs_nothing(closed: Path, open_journal: Open, slot: int) -> None:
    journal = open_journal()
    journal.append([event(41)])
    journal.append([event(42)])
    journal.close()
    content = bytearray(closed.with_suffix(".head").read_bytes())
    content[slot * 512 + 5] ^= 1
    closed.with_suffix(".head").write_bytes(content)
    assert open_journal().state is JournalState.WHOLE


@pytest.mark.parametrize("size", [0, 40, 103, 512, 600, 615])
@pytest.mark.parametrize("start", [0, 512])
def test_a_head_file_the_first_boot_half_wrote_is_no_doubt(
    open_journal: Open, path: Path, start: int, size: int
) -> None:
    """The power goes before it is on the disk for the first time: sectors are zero, or one is cut."""
    open_journal().close()
    whole = path.with_suffix(".head").read_bytes()
    path.with_suffix(".head").write_bytes((bytes(start) + whole[start:])[:size])
    journal = open_journal()
    assert (journal.state, journal.finding) == (JournalState.NEW, "")
    journal.append([event(1)])
    journal.close()
    path.with_suffix(".head").write_bytes(bytes(615))
    must_last(open_journal, SHORTENED)


@given(st.lists(st.tuples(st.integers(0, 2**60), st.binary(min_size=32, max_size=32)), min_size=1, max_size=5))
def test_the_head_file_tells_the_last_place(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("head") / "journal.head"
    marks = sorted((Mark(*place) for place in told), key=lambda mark: mark.seq)
    head_file = HeadFile(path)
    for mark in marks:
        head_file.write(mark)
    head_file.close()
    again = HeadFile(path)
    read = again.read()
    again.close()
    assert read is not None
    assert read.seq == marks[-1].seq


def test_verify_looks_again(open_journal: Open, path: Path) -> None:
    journal = open_journal()
    journal.append(events(1, 5))
    found = journal.verify()
    assert (found.whole, found.seq, found.head.hex()) == (True, *journal.head)
    tamper(path, "UPDATE event SET canonical = x'00' WHERE seq = 2")
    assert "event 2" in journal.verify().finding


def test_a_file_begun_for_no_pairing_is_begun_for_ours(path: Path, open_journal: Open) -> None:
    """A crash between making the tables and naming the pairing."""
    with closing(Database(path).conn) as conn:
        MIGRATIONS.apply(Database(conn))
    journal = open_journal()
    assert journal.head == (0, genesis(PAIRING).hex())
    assert journal.state is JournalState.NEW
