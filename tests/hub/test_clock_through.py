"""The clock from `medhub staff` over the real socket to the screen, over a restart of the hub and a power cut (H40)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.config import load
from hub.domain import events as e
from hub.journal import Journal
from hub.main import Board, bootstrap
from medhub.cli import main
from tests.hub.box import Box, HandClock
from tests.hub.machine import Machine
from tests.hub.made import PAIRING, wait_for
from tests.hub.test_main import Home

HOURS_2 = timedelta(hours=2)


@contextmanager
def running(home: Home, machine: Machine) -> Iterator[Callable[[bool], None]]:
    """A hub that runs; waits until its screen is certain of the clock, or is not."""
    hub = bootstrap(load(home.config), lambda config: Board(*Box(HandClock()).parts()), machine.clock, tick_s=0.02)
    thread = threading.Thread(target=hub.run, daemon=True)
    thread.start()
    wait_for(lambda: _answers(home.sockets / "staff.sock"))
    try:
        yield lambda clock_ok: wait_for(
            lambda: hub.loop.snapshot is not None and hub.loop.snapshot.clock_ok is clock_ok
        )
    finally:
        hub.stop()
        thread.join(5)
        assert not thread.is_alive()


def _answers(path: Path) -> bool:
    try:
        with Client(path) as client:
            return client.call(p.Status()).error is None
    except HubUnreachable:
        return False


def test_the_time_is_set_at_the_box_and_lasts_as_long_as_the_power(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("h", "m"):
        (tmp_path / folder).mkdir()
    home, machine = Home(tmp_path / "h"), Machine(tmp_path / "m")
    machine.synchronised.unlink()
    pins = {person: tmp_path / person for person in ("4711", "2580")}
    for pin, file in pins.items():
        file.write_text(pin)
        file.chmod(0o600)
    staff = ["staff", "--socket", str(home.sockets / "staff.sock")]
    told = machine.wall + HOURS_2
    act = ["--as", "sanne", "--pin-file", str(pins["4711"])]

    with running(home, machine) as shows:
        shows(False)
        assert main([*staff, "set-time", told.isoformat(), *act]) == 0
        assert f"{told:%Y-%m-%d %H:%M}" in capsys.readouterr().out
        shows(True)
    machine.start()
    with running(home, machine) as shows:
        shows(True)
        with Client(home.sockets / "staff.sock") as client:
            assert abs(client.call(p.Status()).answer.now - told) < timedelta(minutes=1)
    machine.reboot()
    with running(home, machine) as shows:
        shows(False)
        second = ["--second", "ole", "--second-pin-file", str(pins["2580"])]
        assert main([*staff, "lower-mark", *act, "--second", "sanne", *second[2:]]) == 1
        assert "two different persons" in capsys.readouterr().err
        assert main([*staff, "lower-mark", *act, *second]) == 0
        assert main([*staff, "status"]) == 0
        assert "unsynchronised" in capsys.readouterr().out
    with Journal.open(home.state / "journal.db", pairing=PAIRING) as journal:
        said = [event.body for event in journal.replay() if isinstance(event.body, e.TimeSet | e.MarkLowered)]
    assert [body.by for body in said] == ["Sanne Holm", "Sanne Holm"]
    assert [type(body) for body in said] == [e.TimeSet, e.MarkLowered]
