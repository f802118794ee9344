"""The hub wired: what must be closed is, in the order that matters, and what goes wrong is one line and a code."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import main as main_module
from hub import protocol as p
from hub.client import Client
from hub.config import HubConfig, load
from hub.journal import Journal
from hub.journal_errors import JournalBusy
from hub.main import EX_CONFIG, EX_SOFTWARE, EX_TEMPFAIL, EX_UNAVAILABLE, Board, Hub, bootstrap, run
from hub.ports import DeviceError
from tests.hub.at_desk import DEVICE, TRUST
from tests.hub.box import Box, HandClock
from tests.hub.made import wait_for

ROOT = Path(__file__).parents[2]


class Home:
    """A hub's folders, keys and settings."""

    def __init__(self, folder: Path, state: Path | None = None) -> None:
        self.state, self.sockets, self.config = state or folder / "state", folder / "run", folder / "hub.toml"
        for made in (self.state, self.sockets):
            made.mkdir(parents=True)
        (self.state / "trust.json").write_bytes(msgspec.json.encode(TRUST))
        (self.state / "device-key.json").write_bytes(msgspec.json.encode(DEVICE))
        self.config.write_text(f'state_dir = "{self.state}"\nsocket_dir = "{self.sockets}"\ndevelopment = true\n')

    def bootstrap(self, box: Box, tick_s: float = 0.05, **more: Any) -> Hub:
        return bootstrap(load(self.config), lambda config: Board(*box.parts()), box.clock, tick_s=tick_s, **more)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("h"))


@pytest.fixture
def box() -> Box:
    return Box(HandClock())


@pytest.fixture
def hub(home: Home, box: Box) -> Iterator[Hub]:
    """A hub that runs on a thread of its own."""
    made = home.bootstrap(box)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    wait_for(lambda: (home.sockets / "staff.sock").exists())
    yield made
    made.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_all_three_sockets_answer_and_the_screen_is_shown(hub: Hub, home: Home) -> None:
    seen: list[p.Snapshot] = []
    with Client(home.sockets / "ui.sock", on_push=seen.append), Client(home.sockets / "staff.sock") as staff:
        wait_for(lambda: bool(seen))
        assert isinstance(staff.call(p.Status()).answer, p.StatusReport)
    with Client(home.sockets / "sync.sock") as sync:
        assert isinstance(sync.call(p.GetHeartbeat()).answer, p.Heartbeat)


def test_stopped_everything_is_off_first_and_gone(home: Home, box: Box) -> None:
    made = home.bootstrap(box)
    made.stop()
    made.run()
    assert box.closed == ["compartments", "scale", "sounder", "power"]
    assert list(home.sockets.iterdir()) == []
    with Journal.open(home.state / "journal.db", pairing=f"{TRUST.hub}/{TRUST.citizen}") as journal:
        assert [type(event.body).__name__ for event in journal.replay()] == ["Booted"]


def test_the_locks_are_off_whatever_else_goes_wrong_at_the_end(
    home: Home, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = home.bootstrap(box)
    monkeypatch.setattr(main_module.notify, "status", lambda text: 1 / 0)
    monkeypatch.setattr(made._chores, "stop", lambda: 1 / 0)
    made.stop()
    with pytest.raises(ZeroDivisionError):
        made.run()
    assert box.closed[0] == "compartments"
    assert list(home.sockets.iterdir()) == []
    monkeypatch.undo()
    again = home.bootstrap(Box(HandClock()))  # the journal is free
    again.stop()
    again.run()


def test_a_box_that_is_not_there_leaves_the_journal_free(home: Home) -> None:
    def no_board(config: HubConfig) -> Board:
        raise DeviceError("GPIO: no chip")

    for _ in range(2):
        with pytest.raises(DeviceError):
            bootstrap(load(home.config), no_board, HandClock())


def test_one_journal_one_hub(hub: Hub, home: Home) -> None:
    with pytest.raises(JournalBusy):
        home.bootstrap(Box(HandClock()))


def test_a_core_gone_wrong_is_an_exit_code_and_a_line(
    home: Home, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = home.bootstrap(box)
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def bug(*_: object) -> None:
        raise KeyError("levodopa")

    monkeypatch.setattr("hub.loop.decide", bug)
    try:
        assert run(made) == EX_SOFTWARE
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    assert "the hub ends: CoreFailed" in caplog.text
    assert "KeyError at test_main.py" in caplog.text
    assert "levodopa" not in caplog.text
    assert box.closed[0] == "compartments"


def test_a_hub_that_is_to_begin_anew_asks_for_another_start(home: Home, box: Box) -> None:
    made = home.bootstrap(box)
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    made.loop.begin_anew()
    try:
        assert run(made) == EX_TEMPFAIL
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def test_a_hub_that_could_not_be_wired_leaves_everything_off(
    home: Home, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_module, "Desk", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        home.bootstrap(box)
    assert box.closed == ["compartments", "scale", "sounder", "power"]


def started(home: Home) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "medhub.cli", "hub", "--config", str(home.config)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)


def with_board(home: Home, spoil: str = "") -> None:
    board = home.config.with_name("board.toml")
    board.write_text((ROOT / "docs" / "examples" / "board-4.toml").read_text() + spoil)
    home.config.write_text(f'board = "{board}"\n{home.config.read_text()}')


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda home: home.config.write_text("frobnicate = 1\n"), EX_CONFIG, "frobnicate"),
        (lambda home: None, EX_CONFIG, "board"),
        (lambda home: (home.state / "trust.json").unlink(), EX_CONFIG, "trust.json"),
        (lambda home: (home.state / "device-key.json").unlink(), EX_CONFIG, "device-key.json"),
        (lambda home: (home.state / "trust.json").write_text("{}"), EX_UNAVAILABLE, "hub"),
        (lambda home: with_board(home, "5.lock = 1\n"), EX_CONFIG, "board.toml:34: compartments.5.lock: Expected"),
        (with_board, EX_UNAVAILABLE, "GPIO: chip pi: no chips are called pinctrl-bcm2711; there are none"),
    ],
    ids=["unknown key", "no board", "not enrolled", "in part", "spoilt trust", "wrong board", "no chip"],
)
def test_a_hub_that_cannot_start_says_why_in_a_line(home: Home, spoil: object, code: int, said: str) -> None:
    spoil(home)
    done = started(home)
    assert done.returncode == code, done.stderr
    (line,) = done.stderr.splitlines()
    assert said in line
