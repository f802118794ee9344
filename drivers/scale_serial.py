"""A load cell on a serial line: SparkFun's OpenScale (an HX711 behind USB), found under its name and found again.

It is only listened to: nothing is ever sent to it. docs/scale.md says how it is set; it then writes ten lines a second,
`milliseconds,kilograms,kg,counts,`. The counts are the HX711's own, so that what goes wrong in cell and converter is
seen as on the other wire; a balance that filters and rounds would hide a converter that hangs.
"""

import os
import re
import termios
import time
from pathlib import Path

import serial

from drivers.load_cell import RAIL
from hub.ports import DeviceError

NAME = Path("/dev/medhub/scale")  # udev's; whichever port it is plugged into
BAUD = 9600  # 8N1, its default
LINE_MOST = 60  # bytes
BEHIND = 100  # bytes waiting, nearly three lines: whoever left them there was away, and they are old
CHUNK = 4096
WAKE_S = 0.1
PATIENCE_S = 0.5  # so long nothing but nonsense, or nothing
PACE_S = 0.01  # between reads of nonsense: its flood costs the hub next to nothing

_LINE = re.compile(rb"\d{1,10},-?\d{1,7}\.\d{4},kg,(-?\d{1,7}),\r?")


class Lines:
    """What the scale writes, cut into lines. Bounded whatever comes; a line that nobody saw begin is none."""

    def __init__(self) -> None:
        self._begun, self._whole = b"", False
        self.nonsense = False  # until whoever reads says otherwise

    def receive(self, data: bytes) -> list[int]:
        """The counts of each line that ends in `data`. No data: the line has been silent for `WAKE_S`, and what has
        begun ends too late to be of now."""
        if not data:
            self._begun, self._whole = b"", self._whole and not self._begun
        found = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            counts = _counts(self._begun + piece) if self._whole else None
            if counts is not None:
                found.append(counts)
            self.nonsense |= self._whole and counts is None
            self._begun, self._whole = b"", True
        self._begun += rest
        if len(self._begun) > LINE_MOST:
            self._begun, self._whole, self.nonsense = b"", False, True
        return found


def _counts(line: bytes) -> int | None:
    """None where it is not one of its lines, whole."""
    match = _LINE.fullmatch(line)
    counts = int(match[1]) if match else None
    return counts if counts is not None and -RAIL - 1 <= counts <= RAIL else None


class SerialCell:
    """`drivers.scale.Cell` at `path`."""

    age_s = 0.4  # a line tells of two measurements one after the other, 0.11 s with its own way; `BEHIND` waited 0.29 s

    def __init__(self, path: Path = NAME) -> None:
        self._path = path
        self._port: serial.Serial | None = None
        self._lines = Lines()

    def sample(self) -> int:
        try:
            return self._next(self._port or self._open())
        except (OSError, termios.error) as error:  # pyserial's own is an OSError
            self.close()
            number = error.args[0] if error.args else None
            reason = os.strerror(number) if isinstance(number, int) else "it hung up"  # pyserial's longer word for it
            raise DeviceError(f"not at {self._path}: {reason}") from error

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    def _open(self) -> serial.Serial:
        # Opening drops what was weighed while nobody listened.
        self._port = serial.Serial(str(self._path), BAUD, timeout=WAKE_S, exclusive=True)
        self._lines = Lines()
        return self._port

    def _next(self, port: serial.Serial) -> int:
        until = time.monotonic() + PATIENCE_S
        self._lines.nonsense = False
        while time.monotonic() < until:
            data = port.read(min(max(port.in_waiting, 1), CHUNK))
            if len(data) > BEHIND:  # R13: what was weighed before a lid moved must not pass for what was after
                self._lines = Lines()
                self._lines.nonsense = True
            elif found := self._lines.receive(data):
                return found[-1]
            if self._lines.nonsense:
                time.sleep(PACE_S)
        if self._lines.nonsense:
            raise DeviceError(f"what comes from {self._path} is no weight; is it set as docs/scale.md says?")
        raise DeviceError(f"nothing comes from {self._path}")
