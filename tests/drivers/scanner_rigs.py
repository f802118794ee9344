"""Test benches for the scanner: the world's, a pseudo-terminal of our own, and two real serial ports wired crosswise.

A rig has the driver on one side and the scanner's end of the cable on the other.
"""

import os
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Protocol

import serial

from drivers.scanner import BAUD, SerialScanner
from drivers.world_cable import SerialCable
from hub.ports import DeviceError, Package, Scan, ScanRefused
from tests.drivers.worlds import DEADLINE_S, RunningWorld, wait_for

END = b"\r"
AT_S = 4711.0
PACKAGE = b"]d201070462612345661728063010A7\x1d21S1"
READ = Package("07046261234566", "123456", "A7", date(2028, 6, 30), "S1")


class Cable(Protocol):
    """`name` leads to the line. `hold` holds a code before the scanner."""

    name: Path

    def hold(self, code: bytes) -> None: ...

    def plug(self, into: bool) -> None: ...


class WorldCable:
    def __init__(self, world: RunningWorld, name: Path) -> None:
        self.name, self._hands = name, world.client

    def hold(self, code: bytes) -> None:
        self._hands.hold_code(code)

    def plug(self, into: bool) -> None:
        self._hands.set_scanner(unplugged=not into)


class PtyCable:
    """Raw: what is sent may be half a code, or nonsense."""

    def __init__(self, name: Path, closing: ExitStack) -> None:
        self.name, self._cable = name, SerialCable(name)
        closing.callback(self._cable.plug, False)
        self._cable.plug(True)

    def hold(self, code: bytes) -> None:
        self.send(code + END)

    def plug(self, into: bool) -> None:
        self._cable.plug(into)

    def send(self, sent: bytes) -> int:
        """How much of it the line took."""
        return self._cable.send(sent)


class WiredCable:
    """`MEDHUB_SERIAL=/dev/ttyUSB0:/dev/ttyUSB1`: the first is the scanner's end, the second the hub's."""

    def __init__(self, ports: str, closing: ExitStack) -> None:
        near, _, far = ports.partition(":")
        self.name = Path(far)
        self._near = closing.enter_context(serial.Serial(near, BAUD))

    def hold(self, code: bytes) -> None:
        self._near.write(code + END)

    def plug(self, into: bool) -> None:
        raise NotImplementedError("nobody's hand pulls a plug here")


class Listener:
    """The driver, and all that it told."""

    def __init__(self, name: Path, closing: ExitStack) -> None:
        self.told: list[Scan | ScanRefused] = []
        self.scanner = SerialScanner(name, lambda: AT_S)
        closing.callback(self.scanner.close)
        self.scanner.watch(self.told.append)

    @property
    def trouble(self) -> str:
        try:
            self.scanner.check()
        except DeviceError as error:
            return str(error)
        return ""

    def until_told(self, count: int) -> Scan | ScanRefused:
        """The newest, when there are so many."""
        wait_for(f"scan {count}", lambda: len(self.told) >= count)
        assert len(self.told) == count
        return self.told[-1]

    def until_well(self) -> None:
        wait_for("a scanner in order", lambda: not self.trouble)

    def until_trouble(self, words: str) -> None:
        wait_for(f"trouble of {words!r}", lambda: words in self.trouble)


def batch(number: int) -> bytes:
    """A code of its own for each number."""
    return f"]d2010571234567890910{number}".encode()


def batches(told: list[Scan | ScanRefused]) -> list[int]:
    """The numbers of the codes that were read."""
    return [int(s.code.batch or "") for s in told if isinstance(s, Scan) and isinstance(s.code, Package)]


def flood(cable: PtyCable, sent: bytes) -> None:
    """Send all of it, as fast as the line takes it."""
    left, until = memoryview(sent), time.monotonic() + DEADLINE_S
    while left:
        taken = cable.send(bytes(left[:4096]))
        left = left[taken:]
        assert time.monotonic() < until, f"{len(left)} bytes are not read"
        if not taken:
            time.sleep(0.001)  # the line is full


def at_the_wrong_speed(sent: bytes, sent_baud: int, read_baud: int) -> bytes:
    """What a UART of `read_baud` makes of it: it samples the line in the middle of each of its own bits."""
    line = "".join("1" * 3 + "0" + f"{byte:08b}"[::-1] + "1" for byte in sent) + "1" * 40
    level = lambda bit: line[int(bit * sent_baud / read_baud)]  # noqa: E731
    count, bit, read = int(len(line) * read_baud / sent_baud) - 10, 0, bytearray()
    while bit < count:
        if level(bit + 0.5) == "0":  # a start bit
            read.append(sum(1 << n for n in range(8) if level(bit + n + 1.5) == "1"))
            bit += 9
        bit += 1
    return bytes(read)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
