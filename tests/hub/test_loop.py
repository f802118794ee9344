"""Intent before act, effects only of what was committed just now, the watchdog last, and no going on with a core that
went wrong (R1, R11, R16)."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub import loop as loop_module
from hub.domain import commands as c
from hub.domain import events as e
from hub.domain.intake import Life
from hub.domain.refusal import Reason, Refusal
from hub.journal import Journal, NotJournalled
from hub.journal_files import JournalState
from hub.journal_schema import chained
from hub.loop import READING_OLD_S, STEPS, CoreFailed
from hub.protocol import Snapshot
from tests.hub.box import (
    EIGHT,
    FILLED,
    INTAKE,
    LATER,
    Box,
    HandClock,
    RunningLoop,
    heard,
    kinds,
    manager,
    offer,
    running,
    touch_open,
    two_rounds,
)
from tests.hub.made import PAIRING, wait_for


class FullDisk(Journal):
    """Refuses every append while `full`, as SQLite does on a full disk."""

    full = False

    def append(self, events: Sequence[e.Event]) -> None:
        if self.full:
            raise NotJournalled(f"event {events[0].seq}: database or disk is full")
        super().append(events)

    def writable(self) -> bool:
        return not self.full and super().writable()


@pytest.fixture
def hub(path: Path) -> Iterator[RunningLoop]:
    with running(path) as made:
        yield made


@pytest.fixture
def full(path: Path) -> Iterator[RunningLoop]:
    """A hub whose disk is full, after a good start."""
    with FullDisk.open(path, pairing=PAIRING) as journal:
        made = RunningLoop(journal, Box(HandClock())).start()
        made.ticks()
        made.ask(lambda: setattr(journal, "full", True))
        yield made
        made.close()


def on_disk(path: Path) -> list[str]:
    """The kinds of all events in the file, read as anybody else would."""
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT body_type FROM event ORDER BY seq")]


# -- intent before act -------------------------------------------------------------------------------------------------


def test_intent_and_pulse_are_on_the_disk_before_the_lock_is_energised(hub: RunningLoop, path: Path) -> None:
    seen: list[list[str]] = []
    hub.box.on_pulse = lambda number: seen.append(on_disk(path))
    hub.ask(lambda: touch_open(hub.loop))
    wait_for(lambda: bool(seen))
    assert seen[0][-2:] == ["OpeningRequested", "PulseRequested"]
    assert hub.box.pulses == [1]


def test_what_cannot_be_written_does_not_happen(full: RunningLoop) -> None:
    before = full.loop.state
    assert full.do(c.AskForHelp()) == [Refusal((Reason.JOURNAL,))]
    assert full.loop.state == before
    assert full.shown[-1].journal_ok is False, "and the screen says so"


def test_while_nothing_can_be_written_no_tick_is_good_though_nothing_is_due(full: RunningLoop) -> None:
    """R10: a heartbeat would say that all is well at home, for hours."""
    full.do(c.AskForHelp())
    wait_for(lambda: not full.loop.good)
    tick = full.loop.tick
    for _ in range(5):
        full.ask(full.loop._look_at_time)
    assert (full.loop.good, full.loop.tick) == (False, tick)


def test_a_hub_that_cannot_write_down_that_it_began_stays_and_says_so(path: Path) -> None:
    """Another start would not mend it: no dark loop of them (R11)."""
    with running(path):
        pass
    with FullDisk.open(path, pairing=PAIRING) as journal:
        journal.full = True
        hub = RunningLoop(journal, Box(HandClock())).start()
        assert (hub.loop.follows, journal.barred) == (False, JournalState.UNREACHABLE)
        wait_for(lambda: bool(hub.shown) and hub.shown[-1].journal_code == "unreachable")
        assert hub.running
        hub.close()


def test_no_pulse_without_its_intent_on_the_disk(path: Path) -> None:
    with FullDisk.open(path, pairing=PAIRING) as journal:
        hub = RunningLoop(journal, Box(HandClock()), tick_s=60).start()
        hub.do(offer(two_rounds()), *FILLED)
        hub.ask(lambda: setattr(journal, "full", True))
        assert hub.ask(lambda: touch_open(hub.loop)) == Refusal((Reason.JOURNAL,))
        hub.close()
        assert hub.box.pulses == []


def test_a_disk_that_has_room_again_is_gone_on_with(full: RunningLoop, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        full.do(c.AskForHelp())
    full.ask(lambda: setattr(full.loop.journal, "full", False))
    assert not isinstance(full.do(c.AskForHelp())[0], Refusal)
    wait_for(lambda: full.shown[-1].journal_ok)
    said = [r.getMessage() for r in caplog.records if "disk is full" in r.getMessage()]
    assert len(said) == 1, "told once"


def test_replay_runs_no_effects(path: Path) -> None:
    with running(path) as hub:
        hub.ask(lambda: touch_open(hub.loop))
        wait_for(lambda: hub.box.pulses == [1])
    again = Box(HandClock())
    with running(path, again) as hub:
        hub.ticks(5)
        assert hub.loop.state.records[INTAKE].state is Life.DUE, "lid shut, weight unchanged: a new touch is needed"
    assert again.pulses == []
    assert again.lamps == []


def test_nobody_is_let_in_before_time_has_been_looked_at(path: Path) -> None:
    with running(path):
        pass
    clock = HandClock()
    clock.wait(3600 * 3)
    with Journal.open(path, pairing=PAIRING) as journal:
        hub = RunningLoop(journal, Box(clock), tick_s=60).start()
        assert hub.loop.state.records[INTAKE].state is Life.MISSED
        assert isinstance(hub.loop.snapshot, Snapshot)
        hub.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (lambda box: box.broken.add("scale"), lambda box: box.broken.clear()),
        (lambda box: setattr(box, "stable", False), lambda box: setattr(box, "stable", True)),
    ],
    ids=["silent", "moving"],
)
def test_a_boot_within_an_opening_waits_for_the_scale_to_be_still(
    path: Path, before: Callable[[Box], None], after: Callable[[Box], None]
) -> None:
    with running(path) as hub:
        hub.ask(lambda: touch_open(hub.loop))
    box = Box(HandClock())
    before(box)
    mend = threading.Timer(0.3, after, [box])
    mend.start()
    with running(path, box) as hub:
        assert hub.loop.state.records[INTAKE].state is Life.DUE, "a weight was there to be decided on"
    mend.join()


def test_a_reading_that_is_too_old_is_none(hub: RunningLoop) -> None:
    hub.ticks()
    assert hub.loop.sensed().reading is not None
    now_s = hub.box.clock.moment.monotonic_s
    hub.box.weighed_at_s = now_s - READING_OLD_S
    hub.ticks(10)
    assert hub.loop.sensed().reading is not None
    hub.box.weighed_at_s = now_s - READING_OLD_S - 0.1
    wait_for(lambda: hub.loop.sensed().reading is None)
    assert hub.loop.sensed().open_lids == frozenset()


def test_the_box_knows_its_compartments(hub: RunningLoop) -> None:
    assert [n for n in range(6) if hub.loop.has_compartment(n)] == [1, 2, 3]


# -- one thing after the other -----------------------------------------------------------------------------------------


def test_a_flood_puts_off_no_tick(hub: RunningLoop) -> None:
    def again() -> None:
        hub.loop.submit(again)

    hub.loop.submit(again)
    hub.ticks(5)


def test_a_lid_opened_and_shut_while_the_hub_was_busy_is_told_once(hub: RunningLoop) -> None:
    """What waits in the inbox is not seen before its turn as well: the lid would be open once more, and forced."""
    hub.do(offer(two_rounds()), *FILLED)
    free = threading.Event()
    hub.loop.submit(lambda: free.wait(timeout=10))
    hub.loop.submit(lambda: hub.box.move_lid(3, True))
    hub.loop.submit(lambda: hub.box.move_lid(3, False))
    free.set()
    hub.ticks(3)
    assert len(hub.bodies(e.LidOpened)) == len(hub.bodies(e.LidClosed)) == 1
    assert hub.loop.state.open_lids == frozenset()


def test_what_devices_post_is_decided_and_its_refusal_nobodys_news(hub: RunningLoop) -> None:
    hub.loop.post(c.Snooze("2026-03-12/never"))
    hub.box.move_lid(3, True)
    wait_for(lambda: hub.loop.state.open_lids == {3})
    assert hub.running


def test_the_screen_gets_what_changed_and_nothing_twice(hub: RunningLoop) -> None:
    hub.ticks(5)
    versions = [snapshot.version for snapshot in hub.shown]
    assert versions == sorted(set(versions))
    before = len(hub.shown)
    hub.ticks(5)
    assert len(hub.shown) == before
    hub.do(c.AskForHelp())
    assert len(hub.shown) == before + 1


def test_stop_ends_after_what_is_in_the_inbox(path: Path) -> None:
    with running(path, tick_s=60) as hub:
        hub.loop.post(c.AskForHelp())
        hub.loop.stop()
        wait_for(lambda: not hub.running)
        assert "help/" in "".join(hub.loop.state.alarms)
    assert hub.failed is None


# -- the core going wrong ----------------------------------------------------------------------------------------------


def failing(monkeypatch: pytest.MonkeyPatch, result: object) -> None:
    """decide answers a call for help with a bug; the rest as ever."""
    real = loop_module.decide

    def decide(state: object, command: object, moment: object) -> object:
        if isinstance(command, c.AskForHelp):
            if isinstance(result, Exception):
                raise result
            return result
        return real(state, command, moment)

    monkeypatch.setattr(loop_module, "decide", decide)


def test_a_core_gone_wrong_ends_the_process(hub: RunningLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, KeyError("levodopa"))
    hub.loop.post(c.AskForHelp())
    wait_for(lambda: not hub.running)
    assert isinstance(hub.failed, CoreFailed)
    assert "levodopa" not in str(hub.failed)


def test_what_cannot_be_followed_is_never_written(hub: RunningLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the journal it would stop every boot to come."""
    before = kinds(hub.loop.journal)
    failing(monkeypatch, [e.MainsLost(), e.IntakeTaken(intake=INTAKE, evidence=e.Evidence.SELF), e.IntakeDue("never")])
    hub.loop.post(c.AskForHelp())
    wait_for(lambda: not hub.running)
    assert isinstance(hub.failed, CoreFailed)
    assert kinds(hub.loop.journal) == before


def test_a_core_that_never_comes_to_rest_is_ended(hub: RunningLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "STEPS", 20)
    assert STEPS > 20
    before = hub.loop.state.seq
    monkeypatch.setattr(loop_module, "decide", lambda *_: [e.MainsRestored()])
    wait_for(lambda: not hub.running)
    assert isinstance(hub.failed, CoreFailed)
    assert hub.loop.state.seq == before + 20


def test_a_refusal_is_not_an_event(hub: RunningLoop) -> None:
    before = hub.loop.state.seq
    assert hub.do(c.Snooze(LATER)) == [Refusal((Reason.NOT_NOW,))]
    assert hub.loop.state.seq == before


# -- the watchdog ------------------------------------------------------------------------------------------------------


def test_the_watchdog_is_petted_after_good_ticks_only(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    healthy = [True]
    with manager(tmp_path / "notify") as systemd, FullDisk.open(path, pairing=PAIRING) as journal:
        hub = RunningLoop(journal, Box(HandClock()), healthy=lambda: healthy[0]).start()
        hub.ticks()
        wait_for(lambda: "WATCHDOG=1" in heard(systemd))
        healthy[0] = False
        hub.ticks()
        heard(systemd)
        hub.ticks(5)
        assert heard(systemd) == [], "a dead thread is not petted over"
        healthy[0] = True
        wait_for(lambda: "WATCHDOG=1" in heard(systemd))
        hub.box.mains, journal.full = False, True  # something to write, each tick, and nowhere to
        wait_for(lambda: not hub.loop.good)
        tick, looks, look = hub.loop.tick, list[None](), hub.loop._look_at_time
        monkeypatch.setattr(hub.loop, "_look_at_time", lambda: (looks.append(None), look()))
        wait_for(lambda: len(looks) > 1)
        heard(systemd)
        wait_for(lambda: len(looks) > 5)
        assert heard(systemd) == []
        assert hub.loop.tick == tick, "not a good one"
        journal.full = False
        hub.ticks()
        wait_for(lambda: "WATCHDOG=1" in heard(systemd))
        hub.close()


def test_it_is_petted_last(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R16: whatever of the tick goes wrong, the one before was the last."""
    order: list[str] = []
    monkeypatch.setattr(loop_module.notify, "watchdog", lambda: order.append("petted"))
    monkeypatch.setattr(loop_module.notify, "ready", lambda: order.append("ready"))
    with running(path) as hub:
        wait_for(lambda: "petted" in order)
        assert order[0] == "ready"
        monkeypatch.setattr(loop_module, "snapshot", lambda *_: 1 / 0)
        wait_for(lambda: not hub.running)
        petted = order.count("petted")
        assert isinstance(hub.failed, ZeroDivisionError)
    assert order.count("petted") == petted == hub.loop.tick


# -- a journal that is not whole ---------------------------------------------------------------------------------------


def append_unknown(path: Path) -> None:
    """What a later release might have written after all of ours."""
    with closing(sqlite3.connect(path)) as db:
        seq, canonical, last = db.execute("SELECT seq, canonical, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        event = json.loads(canonical) | {"seq": seq + 1, "id": "id-later", "body": {"type": "TabletHalved"}}
        made = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        row = (seq + 1, "id-later", "clinical", "TabletHalved", made, chained(last, made))
        db.execute("INSERT INTO event (seq, id, lane, body_type, canonical, hash) VALUES (?, ?, ?, ?, ?, ?)", row)
        db.commit()


def append_impossible(path: Path) -> None:
    """What this release can read and no life can have."""
    with Journal.open(path, pairing=PAIRING) as journal:
        last = list(journal.replay())[-1]
        body = e.IntakePutBack(intake="2026-03-12/never")
        journal.append([replace(last, seq=last.seq + 1, id="id-impossible", body=body)])


@pytest.mark.parametrize("spoil", [append_unknown, append_impossible])
def test_a_journal_that_cannot_be_followed_hands_nothing_out_and_says_so(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: object
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with running(path):
        pass
    spoil(path)
    before = on_disk(path)
    with manager(tmp_path / "notify") as systemd, running(path) as hub:
        assert not hub.loop.follows
        assert hub.do(c.AskForHelp()) == [Refusal((Reason.JOURNAL,))]
        assert hub.ask(lambda: touch_open(hub.loop)) == Refusal((Reason.JOURNAL,))
        wait_for(lambda: "WATCHDOG=1" in heard(systemd))  # another start would not mend it
        assert (hub.loop.tick, hub.loop.good) == (0, False)
        assert hub.shown[-1].journal_ok is False
        assert hub.shown[-1].current is None
        assert hub.box.pulses == []
    assert on_disk(path) == before


def test_a_doubt_found_at_boot_is_an_event_and_unlocks_nothing(path: Path) -> None:
    with running(path):
        pass
    path.unlink()
    with running(path) as hub:
        assert hub.loop.journal.state is JournalState.SHORTENED
        assert kinds(hub.loop.journal)[:2] == ["JournalDoubted", "AlarmRaised"]
        assert hub.ask(lambda: touch_open(hub.loop)) == Refusal((Reason.JOURNAL,))
        assert hub.shown[-1].journal_ok is False


def test_signed_commands_and_what_was_set_aside_are_known_after_a_restart(path: Path) -> None:
    with running(path) as hub:
        hub.do(c.AskForHelp(), c.Park("alarms", 1, "no"), c.Park("rest", 2, "no"))
        alarm = next(iter(hub.loop.state.alarms))
        taken = c.Acknowledge(alarm, "Ole Juul")
        hub.do(c.Signed("command-1", "Ole Juul", EIGHT + timedelta(hours=1), taken))
    with running(path) as hub:
        assert set(hub.loop.state.commands) == {"command-1"}
        assert hub.loop.context.parked == {1}
