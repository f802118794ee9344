"""What can happen on a scanner's line: stutter, halves, a wrong speed, nonsense at full speed, something else there."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from drivers import scanning
from drivers.scanner import SerialScanner
from drivers.scanning import FRAME_MOST, GAP_S, MOST_IN_SAME
from hub.ports import DeviceError, Scan, ScanRefused, Symbology
from tests.drivers.scanner_rigs import (
    AT_S,
    END,
    PACKAGE,
    READ,
    Listener,
    PtyCable,
    at_the_wrong_speed,
    batch,
    batches,
    flood,
    open_files,
)
from tests.drivers.worlds import wait_for


@pytest.fixture
def name(tmp_path: Path) -> Path:
    return tmp_path / "scanner"


@pytest.fixture
def pty(name: Path, closing: ExitStack) -> PtyCable:
    return PtyCable(name, closing)


def test_stutter(pty: PtyCable, closing: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "GAP_S", 60.0)
    hub = Listener(pty.name, closing)
    for byte in PACKAGE + END:
        pty.send(bytes([byte]))
    hub.until_told(1)
    for piece in (b"\r\n\r\r\n\n", batch(1)[:5], batch(1)[5:], END, b"\n", END):
        pty.send(piece)
    hub.until_told(2)
    assert batches(hub.told[1:]) == [1]
    assert hub.trouble == ""


def test_half_a_code_is_no_beginning_of_the_next_and_the_plug_makes_all_new(
    pty: PtyCable, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "QUIET_S", 1000.0)
    hub = Listener(pty.name, closing)
    pty.send(PACKAGE[:25])
    hub.until_trouble("sends what is no code")
    pty.hold(batch(1))
    hub.until_told(1)
    pty.send(PACKAGE[:25])
    pty.plug(False)
    hub.until_trouble("not at")
    pty.plug(True)
    hub.until_well()
    pty.hold(batch(2))
    hub.until_told(2)
    assert batches(hub.told) == [1, 2]
    assert hub.trouble == ""


@pytest.mark.parametrize("baud", [9600, 57_600, 230_400])
def test_a_wrong_speed_is_told_and_reads_nothing(pty: PtyCable, closing: ExitStack, baud: int) -> None:
    hub = Listener(pty.name, closing)
    pty.send(at_the_wrong_speed(PACKAGE + END, baud, 115_200))
    hub.until_trouble("sends what is no code")
    assert hub.told == []


def test_the_right_speed_reads_it(pty: PtyCable, closing: ExitStack) -> None:
    hub = Listener(pty.name, closing)
    pty.send(at_the_wrong_speed(PACKAGE + END, 9600, 9600))
    assert hub.until_told(1) == Scan(AT_S, Symbology.GS1_DATAMATRIX, READ)


A_MINUTE = 60 * 115_200 // 10  # bytes at full speed


def printable(random: Random) -> bytes:
    return bytes(random.choices(b"0123456789ABC]dQ\r ", k=A_MINUTE))


def anything(random: Random) -> bytes:
    return random.randbytes(A_MINUTE)


def endless(random: Random) -> bytes:
    return bytes(random.choices(b"]d2010", k=A_MINUTE))


@pytest.mark.parametrize("nonsense", [anything, printable, endless])
def test_a_minute_of_nonsense_at_full_speed_is_one_trouble_and_nothing_is_lost_elsewhere(
    pty: PtyCable,
    tmp_path: Path,
    closing: ExitStack,
    nonsense: Callable[[Random], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scanning, "QUIET_S", 60.0)  # however slow this machine is
    hub, elsewhere = Listener(pty.name, closing), PtyCable(tmp_path / "elsewhere", closing)
    other = Listener(elsewhere.name, closing)
    sent, troubles, done = nonsense(Random(7)), list[str](), threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            if hub.trouble != (troubles[-1] if troubles else ""):
                troubles.append(hub.trouble)

    watcher = threading.Thread(target=watch)
    watcher.start()
    files = open_files()
    for number, begin in enumerate(range(0, len(sent), A_MINUTE // 8)):
        flood(pty, sent[begin : begin + A_MINUTE // 8])
        elsewhere.hold(batch(number))
        other.until_told(number + 1)
    monkeypatch.setattr(scanning, "QUIET_S", 2 * GAP_S)
    wait_for("quiet", lambda: hub.trouble == "" and len(troubles) == 2)
    done.set()
    watcher.join()
    assert troubles == ["scanner: it sends what is no code; is it set as docs/scanner.md says?", ""]
    assert open_files() == files
    assert len(batches(other.told)) == len(other.told)
    before = len(hub.told)
    assert before <= 10 * MOST_IN_SAME
    pty.hold(PACKAGE)
    assert isinstance(hub.until_told(before + 1), Scan)


def test_the_line_is_one_listeners_alone(pty: PtyCable, closing: ExitStack) -> None:
    hub = Listener(pty.name, closing)
    second = Listener(pty.name, closing)
    second.until_trouble("scanner: not at")
    pty.hold(PACKAGE)
    hub.until_told(1)
    hub.scanner.close()
    second.until_well()


@pytest.mark.parametrize("what", ["file", "folder", "loop"])
def test_something_else_under_its_name_is_trouble_and_no_more(name: Path, closing: ExitStack, what: str) -> None:
    match what:
        case "file":
            name.write_bytes(PACKAGE + END)
        case "folder":
            name.mkdir()
        case "loop":
            name.symlink_to(name)
    files = open_files()
    hub = Listener(name, closing)
    assert hub.trouble.startswith(f"scanner: not at {name}: ")
    (name.rmdir if what == "folder" else name.unlink)()
    cable = PtyCable(name, closing)
    hub.until_well()
    cable.hold(PACKAGE)
    hub.until_told(1)
    hub.scanner.close()
    assert open_files() == files + 2  # the cable's ends


def test_before_anybody_watches_a_code_is_told_to_nobody(pty: PtyCable, closing: ExitStack) -> None:
    scanner, told = SerialScanner(pty.name, lambda: AT_S), list[Scan | ScanRefused]()
    closing.callback(scanner.close)
    pty.hold(b"]d2" + b"x" * FRAME_MOST)
    wait_for("that it was read", lambda: _in_trouble(scanner))
    scanner.watch(told.append)
    pty.hold(PACKAGE)
    wait_for("a scan", lambda: told)
    assert [type(scan) for scan in told] == [Scan]


def test_a_listener_that_fails_ends_the_scanner_and_is_told(
    pty: PtyCable, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = list[object]()
    monkeypatch.setattr(threading, "excepthook", died.append)
    scanner = SerialScanner(pty.name, lambda: AT_S)
    closing.callback(scanner.close)
    scanner.watch(lambda _: 1 / 0)
    pty.hold(PACKAGE)
    wait_for("the end", lambda: died)
    with pytest.raises(DeviceError, match="scanner: nobody listens"):
        wait_for("the thread's end", lambda: scanner.check() is not None)


def _in_trouble(scanner: SerialScanner) -> bool:
    try:
        scanner.check()
    except DeviceError:
        return True
    return False
