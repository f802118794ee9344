"""What time it is, and whether to believe it (R5).

Wall time is trusted when all of this holds:

1. something vouches for it: systemd-timesyncd has synchronised it, or a real-time clock that keeps time set it at boot;
2. it is not before the high-water mark, a time that has certainly been;
3. it is in step with the monotonic clock: since the anchor both have moved on alike, but for 5 minutes. The anchor is
   the first vouched-for moment of this kernel's boot, kept in the mark's file, so a restart of the hub hides no step.

After a step only `agree` sets a new anchor: a second source, independent of the first, tells the same time.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from hub.domain.intake import Moment
from hub.files import replace

STEP = timedelta(minutes=5)  # R5: what two clocks may differ by
SAVE_EVERY = timedelta(minutes=15)  # how often the mark is written: some 100 small writes a day
log = logging.getLogger("hub.clock")


class Clock(Protocol):
    def now(self) -> Moment: ...


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """`high`: this has certainly been. `wall` and `monotonic_s` in `boot`: the anchor a step is measured from."""

    high: datetime
    wall: datetime
    monotonic_s: float
    boot: str


class SystemClock:
    """The machine's clock. `doubt` says after `now` why it is not trusted, "" if it is.

    `doubt` is a code: `unsynchronised`, `before_mark`, `step`, or `mark_unreadable` (as a step, and ends like one).
    """

    def __init__(
        self,
        mark: Path,
        *,
        boot: str,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic_s: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
        synchronised: Path = Path("/run/systemd/timesync/synchronized"),
        rtc: Path = Path("/sys/class/rtc/rtc0"),
    ) -> None:
        self._path, self._boot = mark, boot
        self._wall, self._monotonic_s = wall, monotonic_s
        self._synchronised, self._rtc = synchronised, rtc
        self._mark: Mark | None = None
        self._unreadable = False
        self.doubt = ""
        try:
            self._mark = msgspec.json.decode(mark.read_bytes(), type=Mark)
        except FileNotFoundError:
            pass
        except (msgspec.DecodeError, UnicodeError):
            self._unreadable = True

    def now(self) -> Moment:
        """The moment. Moves the mark, at most every `SAVE_EVERY`, and only on trusted time."""
        wall, monotonic_s = self._wall(), self._monotonic_s()
        self.doubt = self._doubt(wall, monotonic_s)
        if not self.doubt:
            self._move_mark(wall, monotonic_s)
        return Moment(wall, monotonic_s, not self.doubt, self._boot)

    def agree(self, source: datetime) -> bool:
        """A second source (the gateway's signed time, staff) tells its time. True where it is the wall clock's.

        It then ends the doubt about a step; it never goes before the mark.
        """
        wall = self._wall()
        if abs(wall - source) > STEP or (self._mark is not None and wall < self._mark.high):
            return False
        self._unreadable = False
        self._keep(Mark(wall - STEP, wall, self._monotonic_s(), self._boot))
        return True

    def _doubt(self, wall: datetime, monotonic_s: float) -> str:
        if not self._synchronised.exists() and not _keeps_time(self._rtc, wall):
            return "unsynchronised"
        if self._unreadable:
            return "mark_unreadable"
        mark = self._mark
        if mark is None:
            return ""
        if wall < mark.high:
            return "before_mark"
        if mark.boot != self._boot:
            return ""
        step = wall - mark.wall - timedelta(seconds=monotonic_s - mark.monotonic_s)
        return "step" if abs(step) > STEP else ""

    def _move_mark(self, wall: datetime, monotonic_s: float) -> None:
        """The mark trails by `STEP`: a smaller correction of the clock is no doubt."""
        mark = self._mark
        if mark is None or mark.boot != self._boot:
            self._keep(Mark(wall - STEP, wall, monotonic_s, self._boot))
        elif wall - STEP - mark.high >= SAVE_EVERY:
            self._keep(msgspec.structs.replace(mark, high=wall - STEP))

    def _keep(self, mark: Mark) -> None:
        """A mark that cannot be written still counts in this process; a full disk must not stop the clock."""
        if self._mark is not None:
            mark = msgspec.structs.replace(mark, high=max(mark.high, self._mark.high))
        self._mark = mark
        try:
            replace(self._path, msgspec.json.encode(mark))
        except OSError as error:
            log.warning("the clock's mark was not saved: %s", error)


def system_clock(state_dir: Path) -> SystemClock:
    """This machine's clock, with its mark in the hub's state directory."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return SystemClock(state_dir / "clock.mark", boot=boot)


def _keeps_time(rtc: Path, wall: datetime) -> bool:
    """Whether there is a real-time clock that set the system's clock at boot and still tells the same time.

    A clock whose battery is dead refuses to be read (the kernel's drivers know), or tells 1970 or 2000.
    """
    try:
        if (rtc / "hctosys").read_text().strip() != "1":
            return False
        told_s = int((rtc / "since_epoch").read_text())
    except (OSError, ValueError):
        return False
    return abs(wall.timestamp() - told_s) <= STEP.total_seconds()
