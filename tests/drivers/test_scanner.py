"""The scanner: one contract over the world's line, a pseudo-terminal and (with MEDHUB_SERIAL) two real serial ports;
then what only a line of our own can do to it."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import scanning
from drivers.scanner import SerialScanner
from drivers.scanning import FRAME_MOST, GAP_S, MOST_IN_SAME, QUIET_S, SAME_S, Frames, Scanning
from drivers.world_client import WorldRefused
from drivers.world_protocol import What
from hub.ports import DeviceError, Package, Scan, ScanRefused, Symbology, Unread
from tests.drivers.scanner_rigs import (
    AT_S,
    END,
    Cable,
    Listener,
    PtyCable,
    WiredCable,
    WorldCable,
    at_the_wrong_speed,
    batch,
    batches,
    flood,
    open_files,
)
from tests.drivers.worlds import running_world, wait_for

PACKAGE = b"]d201070462612345661728063010A7\x1d21S1"
READ = Package("07046261234566", "123456", "A7", date(2028, 6, 30), "S1")


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


@pytest.fixture
def pty(name: Path, closing: ExitStack) -> PtyCable:
    return PtyCable(name, closing)


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


def test_the_same_code_read_again_is_one_scan(cable: Cable, closing: ExitStack) -> None:
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


# -- frames ----------------------------------------------------------------------------------------------------------

Received = list[bytes | None]


def received(*pieces: bytes, pause_s: float = 0.0) -> Received:
    frames, found, now_s = Frames(), Received(), 100.0
    for piece in pieces:
        found += frames.receive(piece, now_s)
        now_s += pause_s
    return found


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_frame_whole_byte_by_byte_and_with_a_tail(end: bytes) -> None:
    sent = PACKAGE + end
    assert received(sent) == [PACKAGE]
    assert received(*(bytes([byte]) for byte in sent), pause_s=GAP_S / 2) == [PACKAGE]
    assert received(sent + b"]E0") == [PACKAGE]
    assert received(sent + b"]E0", b"1" + end) == [PACKAGE, b"]E01"]
    assert received(sent + sent) == [PACKAGE, PACKAGE]


def test_a_frame_that_does_not_end_is_none() -> None:
    assert received(b"]d201057", b"", pause_s=GAP_S * 1.1) == [None]
    assert received(b"]d201057", PACKAGE + END, pause_s=GAP_S * 1.1) == [None, PACKAGE]
    assert received(b"]d201057", b"", b"", b"", pause_s=GAP_S / 2) == [None]  # told by time alone


def test_a_frame_has_a_longest() -> None:
    longest = b"x" * FRAME_MOST
    assert received(longest + END) == [longest]
    assert received(longest, END) == [longest]
    assert received(longest + b"x" + END + PACKAGE + END) == [None, PACKAGE]
    assert received(longest, b"x", b"x", END, PACKAGE + END) == [None, None, None, PACKAGE]


@given(st.lists(st.binary(max_size=40) | st.just(END) | st.just(b"x" * FRAME_MOST)), st.data())
def test_frames_are_the_same_however_the_bytes_are_cut(pieces: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    cut = [sent[begin:end] for begin, end in pairwise([0, *cuts, len(sent)])]

    def only(found: Received) -> list[bytes]:
        return [frame for frame in found if frame is not None]

    assert only(received(*cut)) == only(received(sent))


@given(st.lists(st.binary(max_size=3000), max_size=30))
def test_nothing_is_kept_beyond_a_frame(pieces: list[bytes]) -> None:
    frames = Frames()
    for piece in pieces:
        frames.receive(piece, 0.0)
        assert len(frames._begun) <= FRAME_MOST


# -- what is told ----------------------------------------------------------------------------------------------------


def told(judge: Scanning, *codes: bytes, at_s: float) -> int:
    return len(judge.receive(b"".join(code + END for code in codes), at_s, AT_S))


def test_a_code_held_still_is_one_scan_until_it_has_been_away() -> None:
    judge = Scanning()
    assert told(judge, PACKAGE, at_s=0.0) == 1
    for tenth in range(1, 60):
        assert told(judge, PACKAGE, at_s=tenth / 10) == 0
    assert told(judge, PACKAGE, at_s=5.9 + SAME_S) == 0
    assert told(judge, PACKAGE, at_s=7.0 + 2 * SAME_S) == 1


def test_two_codes_of_one_package_read_in_turn_are_two_scans() -> None:
    judge = Scanning()
    ean = b"]E05712345678909"
    assert [told(judge, PACKAGE, ean, at_s=tenth / 10) for tenth in range(20)] == [2] + [0] * 19


def test_a_refused_code_held_still_is_told_once() -> None:
    judge = Scanning()
    assert [told(judge, b"]A0x", at_s=tenth / 10) for tenth in range(20)] == [1] + [0] * 19


def test_more_codes_than_a_hand_can_hold_up_are_nonsense_and_bounded() -> None:
    judge = Scanning()
    for number in range(1000):
        told(judge, batch(number), at_s=number / 1000)
    assert len(judge._recent) == MOST_IN_SAME
    assert judge.nonsense(1.0)
    assert told(judge, PACKAGE, at_s=2.0 + SAME_S) == 1


@pytest.mark.parametrize("sent", [b"x", b"0105712345678909", b"\x00\xff", b"]", b"]d", b"]\xe52", b"]d2" * 500])
def test_what_does_not_begin_as_a_code_is_nonsense_for_a_while(sent: bytes) -> None:
    judge = Scanning()
    assert not judge.nonsense(0.0)
    assert told(judge, sent, at_s=0.0) == 0
    assert judge.nonsense(QUIET_S)
    assert told(judge, PACKAGE, at_s=1.0) == 1
    assert not judge.nonsense(QUIET_S + 0.1)


def test_the_stamp_is_the_hubs_and_the_pauses_are_real() -> None:
    judge = Scanning()
    first, second = judge.receive(PACKAGE + END, 0.0, 9000.0), judge.receive(PACKAGE + END, SAME_S * 1.1, 1.0)
    assert [scan.at_s for scan in (*first, *second)] == [9000.0, 1.0]


# -- faults on the line ----------------------------------------------------------------------------------------------


def test_stutter(pty: PtyCable, closing: ExitStack) -> None:
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
    monkeypatch.setattr(scanning, "QUIET_S", 1.0)  # well again sooner than on a real line; read again at each use
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
    scanner.watch(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
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
