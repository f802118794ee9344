"""The scanner: one contract over the world's line, a pseudo-terminal and (with MEDHUB_SERIAL) two real serial ports."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from drivers import scanning
from drivers.world_line import WorldRefused
from drivers.world_protocol import What
from hub.ports import DeviceError, Scan, ScanRefused, Symbology, Unread
from tests.drivers.scanner_rigs import (
    AT_S,
    PACKAGE,
    READ,
    Cable,
    Listener,
    PtyCable,
    WiredCable,
    WorldCable,
    batch,
    batches,
)
from tests.drivers.worlds import running_world


@pytest.fixture
def name(tmp_path: Path) -> Path:
    return tmp_path / "scanner"


@pytest.fixture(params=["world", "pty", "wired"])
def cable(request: pytest.FixtureRequest, name: Path, closing: ExitStack) -> Iterator[Cable]:
    if request.param == "world":
        yield WorldCable(closing.enter_context(running_world("--scanner", str(name))), name)
    elif request.param == "pty":
        yield PtyCable(name, closing)
    elif ports := os.environ.get("MEDHUB_SERIAL"):
        yield WiredCable(ports, closing)
    else:
        pytest.skip("no serial ports: MEDHUB_SERIAL=/dev/ttyUSB0:/dev/ttyUSB1, wired crosswise")


@pytest.fixture
def pluggable(cable: Cable) -> Cable:
    if isinstance(cable, WiredCable):
        pytest.skip("this cable is pulled by no program")
    return cable


# -- the contract ----------------------------------------------------------------------------------------------------


def test_a_package_held_before_it_is_told(cable: Cable, closing: ExitStack) -> None:
    hub = Listener(cable.name, closing)
    assert hub.trouble == ""
    cable.hold(PACKAGE)
    assert hub.until_told(1) == Scan(AT_S, Symbology.GS1_DATAMATRIX, READ)


def test_our_own_qr_is_told(cable: Cable, closing: ExitStack) -> None:
    hub = Listener(cable.name, closing)
    cable.hold(b"]Q1MEDHUB:badge 7")
    assert hub.until_told(1) == Scan(AT_S, Symbology.QR, "MEDHUB:badge 7")


def test_a_code_that_is_not_believed_is_told_and_is_no_trouble(cable: Cable, closing: ExitStack) -> None:
    hub = Listener(cable.name, closing)
    cable.hold(b"]E05712345678901")
    assert hub.until_told(1) == ScanRefused(AT_S, Unread.CHECK_DIGIT, "]E0")
    cable.hold(PACKAGE)
    assert isinstance(hub.until_told(2), Scan)
    assert hub.trouble == ""


def test_the_same_code_read_again_is_one_scan(
    cable: Cable, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SAME_S", 60.0)  # however slow this machine is
    hub = Listener(cable.name, closing)
    for _ in range(5):
        cable.hold(PACKAGE)
    cable.hold(batch(1))
    hub.until_told(2)
    assert [type(s) for s in hub.told] == [Scan, Scan]
    assert batches(hub.told[1:]) == [1]


def test_pulled_out_and_put_back_it_reads_on(pluggable: Cable, closing: ExitStack) -> None:
    hub = Listener(pluggable.name, closing)
    for round_ in range(2):
        pluggable.plug(False)
        hub.until_trouble(f"scanner: not at {pluggable.name}")
        pluggable.plug(True)
        hub.until_well()
        pluggable.hold(batch(round_))
        hub.until_told(round_ + 1)
    assert batches(hub.told) == [0, 1]


def test_it_may_come_later_than_the_hub(pluggable: Cable, closing: ExitStack) -> None:
    pluggable.plug(False)
    hub = Listener(pluggable.name, closing)
    assert hub.trouble == f"scanner: not at {pluggable.name}: No such file or directory"
    pluggable.plug(True)
    hub.until_well()
    pluggable.hold(PACKAGE)
    hub.until_told(1)


def test_what_was_scanned_while_nobody_listened_is_gone(pluggable: Cable, closing: ExitStack) -> None:
    """A code is not older than its stamp: yesterday's package is not today's."""
    pluggable.hold(batch(1))
    hub = Listener(pluggable.name, closing)
    pluggable.hold(batch(2))
    hub.until_told(1)
    assert batches(hub.told) == [2]


def test_closed_it_tells_nothing_and_may_be_closed_again(cable: Cable, closing: ExitStack) -> None:
    hub = Listener(cable.name, closing)
    cable.hold(batch(1))
    hub.until_told(1)
    hub.scanner.close()
    hub.scanner.close()
    cable.hold(batch(2))
    with pytest.raises(DeviceError, match="scanner: nobody listens"):
        hub.scanner.check()
    Listener(cable.name, closing)  # the line is free for the next
    assert batches(hub.told) == [1]


# -- the world -------------------------------------------------------------------------------------------------------


def test_the_world_writes_down_what_was_scanned(name: Path) -> None:
    with running_world("--scanner", str(name)) as world:
        world.client.hold_code(PACKAGE)
        world.client.set_scanner(unplugged=True)
        with pytest.raises(WorldRefused, match="the scanner is unplugged"):
            world.client.hold_code(PACKAGE)
        assert world.client.look().scanner_unplugged
        (entry,) = world.client.ledger()
        assert (entry.what, entry.note) == (What.SCANNED, PACKAGE.decode())
        world.client.set_scanner(unplugged=False)
        assert name.exists()
    assert not name.is_symlink()


def test_a_world_without_a_scanner_says_so() -> None:
    with running_world() as world:
        for act in (lambda: world.client.hold_code(PACKAGE), lambda: world.client.set_scanner(unplugged=False)):
            with pytest.raises(WorldRefused, match="start it with --scanner"):
                act()


def test_a_scanner_that_nobody_listens_to_holds_up_nobody(name: Path) -> None:
    with running_world("--scanner", str(name)) as world:
        for _ in range(50):
            world.client.hold_code(b"]Q1" + b"x" * 4000)
        assert len(world.client.ledger()) == 50


def test_a_world_that_was_killed_comes_back_with_its_scanner_and_scans_nothing_anew(
    tmp_path: Path, name: Path, closing: ExitStack
) -> None:
    options = ("--scanner", str(name), "--memory", str(tmp_path / "memory"))
    with running_world(*options) as world:
        hub = Listener(name, closing)
        world.client.hold_code(batch(1))
        hub.until_told(1)
        world.kill()
        hub.until_trouble("not at")
    with running_world(*options) as world:
        hub.until_well()
        world.client.hold_code(batch(2))
        hub.until_told(2)
        world.client.set_scanner(unplugged=True)
        world.kill()
    with running_world(*options) as world:
        assert world.client.look().scanner_unplugged
        assert not name.exists()
    assert batches(hub.told) == [1, 2]
