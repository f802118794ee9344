"""sd_notify over real datagram sockets."""

import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from hub import notify


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd listens on."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@medhub-{uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listening


def test_systemd_is_told(manager: socket.socket) -> None:
    notify.ready()
    notify.watchdog()
    notify.status("klar: 1 indtag")
    assert [manager.recv(200).decode() for _ in range(3)] == ["READY=1", "WATCHDOG=1", "STATUS=klar: 1 indtag"]


def test_outside_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for address in (None, "", str(tmp_path / "nobody"), "@nobody-listens"):
        if address is None:
            monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
        else:
            monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify.watchdog()


def test_a_manager_that_does_not_read_does_not_stop_the_hub(manager: socket.socket) -> None:
    for _ in range(5000):
        notify.watchdog()
    assert manager.recv(200) == b"WATCHDOG=1"
