"""The code scanner on a serial line (USB or UART): found under its name, and found again when it was pulled out.

It is only listened to: nothing is ever sent to it. docs/scanner.md says how it is set.
"""

import os
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

import serial

from drivers.scanning import Scanning
from hub.ports import DeviceError, Scanned

NAME = Path("/dev/medhub/scanner")  # udev's; whichever port it is plugged into
BAUD = 115_200  # of a UART, 8N1; a USB scanner ignores it
CHUNK = 4096  # bytes at once: what a tty holds
WAKE_S = 0.1  # looks up from an idle line
AGAIN_S = 0.5  # between attempts to find it
PACE_S = 0.01  # between reads of nonsense: its flood costs the hub next to nothing, the rest is the kernel's to drop
FIRST_S = 1.0  # opening takes milliseconds; one that hangs holds nobody up


class SerialScanner:
    """`hub.ports.Scanner` at `path`. Its own thread reads and reconnects, also when there is none at first.

    `monotonic` is the hub's clock and only stamps scans (`at_s`): what is one scan is judged in real time.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._path, self._monotonic = path, monotonic
        self._scanned: Scanned | None = None
        self._scanning = Scanning()
        self._absent: str | None = "not looked for yet"
        self._looked = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="scanner", daemon=True)
        self._thread.start()
        self._looked.wait(FIRST_S)

    def watch(self, scanned: Scanned) -> None:
        self._scanned = scanned

    def check(self) -> None:
        if self._closing.is_set() or not self._thread.is_alive():
            raise DeviceError("scanner: nobody listens to it")
        if self._absent is not None:
            raise DeviceError(f"scanner: {self._absent}")
        if self._scanning.nonsense(time.monotonic()):
            raise DeviceError("scanner: it sends what is no code; is it set as docs/scanner.md says?")

    def close(self) -> None:
        self._closing.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                # Opening drops what was scanned while nobody listened: no code is older than its stamp.
                with serial.Serial(str(self._path), BAUD, timeout=WAKE_S, exclusive=True) as port:
                    self._absent = None
                    self._looked.set()
                    self._listen(port)
            except (OSError, termios.error) as error:  # pyserial's own is an OSError
                self._absent = f"not at {self._path}: {_reason(error)}"
                self._looked.set()
                self._closing.wait(AGAIN_S)

    def _listen(self, port: serial.Serial) -> None:
        self._scanning = Scanning()  # judged anew: what it sent before it was pulled out is past
        while not self._closing.is_set():
            data = port.read(min(max(port.in_waiting, 1), CHUNK))
            real_s = time.monotonic()
            for scan in self._scanning.receive(data, real_s, self._monotonic()):
                if self._scanned is not None and not self._closing.is_set():
                    self._scanned(scan)
            if data and self._scanning.nonsense(real_s):
                self._closing.wait(PACE_S)


def _reason(error: Exception) -> str:
    """What the system says, without pyserial's repetition of it."""
    number = error.args[0] if error.args else None
    return os.strerror(number) if isinstance(number, int) else str(error)
