"""From a scanner's bytes to scans: frames, what is told, and what is nonsense. Pure; bounded whatever comes."""

import re

from drivers import gs1
from hub.ports import Package, Scan, ScanRefused, Symbology, Unread

FRAME_MOST = 1100  # bytes: our longest QR code, its identifier and some
GAP_S = 0.5  # a frame's bytes come without a pause; what has no end after one is not a frame
SAME_S = 1.0  # the same code again within this is the same scan
MOST_IN_SAME = 10  # different codes within SAME_S; nobody holds up more
QUIET_S = 5.0  # without nonsense for so long, the scanner is well again

_END = re.compile(rb"[\r\n]")
_CODE = re.compile(rb"\][A-Za-z][0-9A-Za-z]")  # an AIM symbology identifier; without one it is not a code

_What = tuple[Symbology, Package | str] | tuple[Unread, str]


class Frames:
    """Cuts bytes into frames. Each ends with CR, LF or both; `at_s` is real monotonic time and never goes back."""

    def __init__(self) -> None:
        self._begun = b""
        self._spilling = False  # too long: dropped to its end
        self._last_s = 0.0

    def receive(self, data: bytes, at_s: float) -> list[bytes | None]:
        """The frames that end in `data`; None for what is none. Call it with no data, too, as time passes."""
        found: list[bytes | None] = []
        if at_s - self._last_s > GAP_S:
            if self._begun:
                found.append(None)
            self._begun, self._spilling = b"", False
        if data:
            self._last_s = at_s
            *ended, rest = _END.split(data)
            for piece in ended:
                frame = self._begun + piece
                if self._spilling or len(frame) > FRAME_MOST:
                    found.append(None)
                elif frame:
                    found.append(frame)
                self._begun, self._spilling = b"", False
            self._begin(rest, found)
        return found

    def _begin(self, rest: bytes, found: list[bytes | None]) -> None:
        self._spilling = self._spilling or len(self._begun) + len(rest) > FRAME_MOST
        if self._spilling:
            self._begun = b""
            if rest:
                found.append(None)
        else:
            self._begun += rest


class Scanning:
    """What one scanner sends, judged. `real_s` is real monotonic time; `at_s` only stamps what is told."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._recent: dict[_What, float] = {}  # what was told, and when it was last seen
        self._nonsense_s = float("-inf")

    def receive(self, data: bytes, real_s: float, at_s: float) -> list[Scan | ScanRefused]:
        """What there is to tell, now that `data` has come. Call it with no data, too, as time passes."""
        self._recent = {what: seen_s for what, seen_s in self._recent.items() if real_s - seen_s <= SAME_S}
        told = []
        for frame in self._frames.receive(data, real_s):
            if frame is None or not _CODE.match(frame):
                self._nonsense_s = real_s
                continue
            scan = gs1.read(frame, at_s)
            if self._is_news(scan, real_s):
                told.append(scan)
        return told

    def nonsense(self, real_s: float) -> bool:
        """Whether it has lately sent what is no code: wrong speed, wrong settings, or a fault."""
        return real_s - self._nonsense_s <= QUIET_S

    def _is_news(self, scan: Scan | ScanRefused, real_s: float) -> bool:
        what: _What = (scan.symbology, scan.code) if isinstance(scan, Scan) else (scan.why, scan.about)
        known = what in self._recent
        if not known and len(self._recent) >= MOST_IN_SAME:
            self._nonsense_s = real_s  # no hand is so quick
            return False
        self._recent[what] = real_s
        return not known
