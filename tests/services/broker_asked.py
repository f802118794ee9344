"""The broker as booted: one uid, five verbs, nothing else, and nothing done that was not asked for."""

import socket
import subprocess

import msgspec

from hub.broker.verbs import SOCKET, Done
from medhub.demo.person import wait_for
from tests.services.falls import PATIENCE_S, pids, well
from tests.services.stage import ServicesStage
from tests.services.units import acting_as

NONSENSE = (
    b"", b"{", b"\xff", b"[]", b'{"type":"Poweroff"}', b'{"type":"RestartScreen","unit":"ssh"}',
    b'{"type":"JoinWifi","ssid":"","passphrase":"12345678"}',
    b'{"type":"JoinWifi","ssid":"a","passphrase":"a\\nb23456"}',
    b'{"type":"SetClock","wall":"2026-01-01T00:00:00"}', b'{"type":"SetClock","wall":1}', b"x" * 5000,
)  # fmt: skip


def asked(user: str, group: str, line: bytes) -> Done:
    with socket.socket(socket.AF_UNIX) as to:
        to.settimeout(20)
        with acting_as(user, group):
            to.connect(str(SOCKET))
        to.sendall(line + b"\n")
        with to.makefile("rb") as answers:
            return msgspec.json.decode(answers.readline(), type=Done)


def refuses(stage: ServicesStage) -> str:
    """Everybody but the hub, and of the hub everything but the list."""
    was = pids()
    for user, group in (("medhub-ui", "medhub-ui"), ("medhub-sync", "medhub-sync"), ("nobody", "nogroup")):
        try:
            asked(user, group, b'{"type":"RestartScreen"}')
        except PermissionError:
            continue
        raise AssertionError(f"{user} came in")
    for user, group in (("root", "root"), ("nobody", "medhub-hub")):
        assert asked(user, group, b'{"type":"RestartScreen"}').refused == "not the hub"
    for line in NONSENSE:
        assert asked("medhub-hub", "medhub-hub", line).refused == "no verb of the list", line
    late = asked("medhub-hub", "medhub-hub", b'{"type":"SetClock","wall":"1999-12-31T23:59:59Z"}')
    assert late.refused == "no time of this program's life"
    wifi = asked("medhub-hub", "medhub-hub", b'{"type":"JoinWifi","ssid":"hjem","passphrase":"hemmelig-nok"}')
    assert wifi.refused == "NetworkManager is not on this machine"
    assert pids() == was
    assert well(stage)
    told = subprocess.run(("journalctl", "-q", "-o", "cat", "-t", "python"), capture_output=True, text=True, check=True)
    assert "asked for JoinWifi" in told.stdout
    assert "hemmelig" not in told.stdout
    return f"5 others and {len(NONSENSE)} kinds of nonsense refused; each verb is in systemd's journal, no password is"


def restarts_the_screen(stage: ServicesStage) -> str:
    was = pids()
    assert asked("medhub-hub", "medhub-hub", b'{"type":"RestartScreen"}') == Done()
    wait_for("another screen", lambda: pids()["ui"] not in (0, was["ui"]) and well(stage), PATIENCE_S)
    now = pids()
    assert (now["hub"], now["sync"]) == (was["hub"], was["sync"])
    return "another screen, the same hub"
