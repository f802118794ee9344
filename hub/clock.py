"""What time it is: the machine's clock, or the one staff have set, and what `hub.clock_model` says it is worth (R5).

The mark's file holds the high-water mark, a time that has certainly been, and this boot's anchor: a moment of wall and
monotonic clock from which a step is measured, so a restart of the hub hides none. The time staff tell is such an anchor
too: the hub has no privilege to set the machine's clock, and goes by the monotonic one from there until the machine's
own clock comes to tell the same, or the power goes.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace as changed

from hub.clock_model import FIRST, LAST, OBJECTION, STEP, Facts, MarkIs, May, State, beside, may, state_of
from hub.domain.intake import Moment
from hub.files import replace

SAVE_EVERY = timedelta(minutes=15)  # how often the mark is written: some 100 small writes a day
_Instant = Annotated[datetime, Meta(tz=True)]
log = logging.getLogger("hub.clock")


def boottime_s() -> float:
    """The machine's monotonic clock, which goes on while it sleeps: a `SystemClock`'s, and its devices'."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock(Protocol):
    @property
    def state(self) -> State:
        """As of the last `now`."""
        ...

    def now(self) -> Moment: ...

    def agree(self, source: datetime) -> bool:
        """A second source, independent of the first, tells its time. True where it is the clock's.

        It then ends the doubt about a step; it never goes before the mark."""
        ...

    def objection(self, told: datetime) -> str:
        """Why one person may not set the clock to `told`, as a code for staff; "" where they may."""
        ...

    def tell(self, told: datetime) -> None:
        """Staff have set the time, and it is in the journal."""
        ...

    def lower_mark(self) -> None:
        """Two persons have set the mark aside, and it is in the journal."""
        ...


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """`high`: this has certainly been; None where two persons have set it aside. The rest is the anchor in `boot`."""

    high: _Instant | None
    wall: _Instant
    monotonic_s: Annotated[float, Meta(ge=0, le=3e9)]
    boot: str
    told: bool = False  # by staff
    agreed: bool = False  # and a second source told the same


class SystemClock:
    """The machine's clock, which nothing here sets. Keeps `Clock`'s promise."""

    def __init__(
        self,
        mark: Path,
        *,
        boot: str,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic_s: Callable[[], float] = boottime_s,
        synchronised: Path = Path("/run/systemd/timesync/synchronized"),
        rtc: Path = Path("/sys/class/rtc/rtc0"),
    ) -> None:
        self._path, self._boot = mark, boot
        self._wall, self._monotonic_s = wall, monotonic_s
        self._synchronised, self._rtc = synchronised, rtc
        self._unreadable = False
        self._mark: Mark | None = None
        self.state = State.UNSYNCHRONISED
        try:
            self._mark = _read(mark)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, msgspec.DecodeError):
            self._unreadable = True

    def now(self) -> Moment:
        """The moment. Moves the mark, at most every `SAVE_EVERY`, and only where the model lets it."""
        wall, monotonic_s = self._wall(), self._monotonic_s()
        self.state = state_of(self._facts(wall, monotonic_s))
        if may(self.state, May.MOVE_MARK):
            self._move_mark(wall, monotonic_s)
        elif self.state is State.TOLD:
            wall -= self._off(wall, monotonic_s)
        return Moment(wall, monotonic_s, may(self.state, May.UNLOCK), self._boot)

    def agree(self, source: datetime) -> bool:
        """With the machine's clock, where something vouches for that; or with the time staff have told."""
        wall, monotonic_s = self._wall(), self._monotonic_s()
        facts, mark = self._facts(wall, monotonic_s), self._mark
        if _tells(facts, wall, source):
            if state_of(facts) is not State.TRUSTED:
                self._anchor(wall, monotonic_s)
            return True
        if not facts.told or mark is None or abs(wall - self._off(wall, monotonic_s) - source) > STEP:
            return False
        if not mark.agreed:
            self._keep(changed(mark, agreed=True))
        return True

    def objection(self, told: datetime) -> str:
        """A time far from the mark takes two persons, or one and a machine's clock that tells the same."""
        wall, monotonic_s = self._wall(), self._monotonic_s()
        if _tells(self._facts(wall, monotonic_s), wall, told):
            return ""
        return OBJECTION.get(beside(told, self._high(), monotonic_s), "")

    def tell(self, told: datetime) -> None:
        """Where the machine's clock tells the same, it is what the hub goes by. A time with an objection is none."""
        wall, monotonic_s = self._wall(), self._monotonic_s()
        facts, mark = self._facts(wall, monotonic_s), self._mark
        if self.objection(told):
            log.error("a time was told that must not be: %s", self.objection(told))
        elif _tells(facts, wall, told):
            self._anchor(wall, monotonic_s)
        else:  # the monotonic clock is a second source, from an anchor that did not come from staff alone
            agreed = bool(mark and self._in_step(told, monotonic_s) and (mark.agreed or not mark.told))
            high = mark.high if mark else None
            self._keep(Mark(high, told, monotonic_s, self._boot, told=True, agreed=agreed))

    def lower_mark(self) -> None:
        """No mark and no anchor: from now on the time is doubted until somebody tells it, or a second source agrees."""
        self._keep(Mark(None, FIRST, 0.0, ""))

    # -- the facts -------------------------------------------------------------------------------------------------

    def _facts(self, wall: datetime, monotonic_s: float) -> Facts:
        mark, synchronised = self._mark, self._synchronised.exists()
        here = mark is not None and mark.boot == self._boot
        return Facts(
            synchronised=synchronised,
            rtc=not synchronised and _keeps_time(self._rtc, wall),  # a read over I2C: only where it matters
            mark=beside(wall, self._high(), monotonic_s),
            in_step=self._in_step(wall, monotonic_s),
            told=here and mark is not None and mark.told,
            agreed=here and mark is not None and mark.agreed,
        )

    def _high(self) -> datetime | MarkIs:
        if self._unreadable:
            return MarkIs.UNREADABLE
        if self._mark is None:
            return MarkIs.NEW
        return self._mark.high or MarkIs.LOWERED

    def _in_step(self, wall: datetime, monotonic_s: float) -> bool | None:
        if self._mark is None or self._mark.boot != self._boot:
            return None
        return abs(self._off(wall, monotonic_s)) <= STEP

    def _off(self, wall: datetime, monotonic_s: float) -> timedelta:
        """How far `wall` is ahead of the anchor, moved on with the monotonic clock."""
        assert self._mark is not None
        return wall - self._mark.wall - timedelta(seconds=monotonic_s - self._mark.monotonic_s)

    # -- the mark's file ---------------------------------------------------------------------------------------------

    def _move_mark(self, wall: datetime, monotonic_s: float) -> None:
        """The mark trails by `STEP`: a smaller correction of the clock is no doubt."""
        mark = self._mark
        if mark is None or mark.high is None or mark.boot != self._boot or mark.told:
            self._anchor(wall, monotonic_s)
        elif wall - STEP - mark.high >= SAVE_EVERY:
            self._keep(changed(mark, high=wall - STEP))

    def _anchor(self, wall: datetime, monotonic_s: float) -> None:
        """Go by the machine's clock from here. The mark never goes back by it."""
        high = self._mark.high if self._mark else None
        self._keep(Mark(max(high, wall - STEP) if high else wall - STEP, wall, monotonic_s, self._boot))

    def _keep(self, mark: Mark) -> None:
        """A mark that cannot be written still counts in this process; a full disk must not stop the clock."""
        self._mark, self._unreadable = mark, False
        try:
            replace(self._path, msgspec.json.encode(mark))
        except OSError as error:
            log.warning("the clock's mark was not saved: %s", error)


def system_clock(state_dir: Path) -> SystemClock:
    """This machine's clock, with its mark in the hub's state directory."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return SystemClock(state_dir / "clock.mark", boot=boot)


def _read(path: Path) -> Mark:
    """The mark; OSError, ValueError or DecodeError where there is none to go by."""
    mark = msgspec.json.decode(path.read_bytes(), type=Mark)
    if not FIRST <= mark.wall <= LAST:
        raise ValueError(f"{path}: an anchor at {mark.wall}")
    return mark


def _tells(facts: Facts, wall: datetime, source: datetime) -> bool:
    """Whether `source` tells the same time as the machine's clock, and that is one that can be right."""
    vouched = (facts.synchronised or facts.rtc) and facts.mark is not MarkIs.AHEAD
    return vouched and abs(wall - source) <= STEP


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
