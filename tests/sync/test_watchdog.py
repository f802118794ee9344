"""sync pets the service manager's watchdog only while both its threads get on (R16)."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub import protocol as p
from sync.config import Config
from sync.main import Carrier, Signals, beat

CONFIG = Config("hub-7", "2512489996", "unused", "https://gateway", "unused", "unused", poll_s=0.05, heartbeat_s=0.2)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd listens on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


class Home:
    """A hub and a server that take everything; `beats` says how often a heartbeat came."""

    def __init__(self) -> None:
        self.beats = threading.Semaphore(0)

    def call(self, message: p.Message, timeout_s: float = 5.0) -> p.Reply:
        match message:
            case p.GetHeartbeat():
                return p.Reply(0, answer=p.Heartbeat("x"))
            case p.EventsAfter(lane=lane):
                return p.Reply(0, answer=p.EventBatch(lane, (), 0, ""))
        return p.Reply(0)

    def heartbeat(self, jws: str) -> None:
        self.beats.release()

    def stops(self, anew: bool) -> list[None]:
        return []

    def plan(self, etag: str) -> None:
        return None

    def commands(self) -> list[None]:
        return []


@contextmanager
def running(work: Callable[[], None], signals: Signals) -> Iterator[None]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    signals.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_between_heartbeats_while_the_other_gets_on(manager: socket.socket) -> None:
    home, signals = Home(), Signals()
    with running(lambda: beat(CONFIG, home, home, signals), signals):
        assert [manager.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3


def test_a_heartbeat_alone_is_not_enough(manager: socket.socket) -> None:
    home, signals = Home(), Signals()
    with running(lambda: beat(CONFIG, home, home, signals, others=lambda: False), signals):
        assert all(home.beats.acquire(timeout=10) for _ in range(3))
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)


def test_a_thread_gets_on_while_it_rests_and_between_batches_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    home, signals = Home(), Signals()
    monkeypatch.setattr("sync.main.STUCK_S", 0.0)  # whatever is under way has been for too long
    carrier = Carrier(CONFIG, home, home, signals)
    assert carrier.gets_on()
    said: list[bool] = []
    rested = threading.Event()
    monkeypatch.setattr(home, "commands", lambda: said.append(carrier.gets_on()) or [])
    monkeypatch.setattr(
        signals, "pause", lambda seconds: (said.append(carrier.gets_on()), rested.set(), signals.stop())
    )
    with running(carrier.run, signals):
        assert rested.wait(10)
    assert said == [False, True]
