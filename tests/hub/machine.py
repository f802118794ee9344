"""A machine whose clocks the test sets, and the hub's clock on it."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from hub.clock import Mark, SystemClock
from hub.clock_model import State
from tests.hub.made import START

MINUTE = timedelta(minutes=1)


class Machine:
    """Synchronised, without a real-time clock, and with no mark yet."""

    def __init__(self, folder: Path) -> None:
        self.wall, self.monotonic_s, self.boot = START, 100.0, "boot-1"
        self.synchronised, self.rtc, self.mark = folder / "synchronized", folder / "rtc0", folder / "clock.mark"
        self.synchronised.touch()
        self.clock = self.start()

    def start(self) -> SystemClock:
        """The hub's process starts."""
        self.clock = SystemClock(
            self.mark, boot=self.boot, wall=lambda: self.wall, monotonic_s=lambda: self.monotonic_s,
            synchronised=self.synchronised, rtc=self.rtc,
        )  # fmt: skip
        return self.clock

    def reboot(self) -> None:
        self.boot, self.monotonic_s = self.boot + "'", 5.0
        self.start()

    def run(self, time: timedelta, look_every: timedelta = MINUTE) -> None:
        """Time goes by for both clocks, looked at now and then as the loop does (there every second)."""
        while time > timedelta(0):
            part = min(time, look_every)
            self.wall, self.monotonic_s = self.wall + part, self.monotonic_s + part.total_seconds()
            self.clock.now()
            time -= part

    def set_rtc(self, hctosys: str = "1", off_s: int = 0) -> None:
        self.rtc.mkdir(exist_ok=True)
        (self.rtc / "hctosys").write_text(hctosys + "\n")
        (self.rtc / "since_epoch").write_text(f"{int(self.wall.timestamp()) + off_s}\n")

    @property
    def trusted(self) -> bool:
        moment = self.clock.now()
        assert (moment.monotonic_s, moment.boot) == (self.monotonic_s, self.boot)
        assert self.clock.state is State.TOLD or moment.wall == self.wall
        assert moment.trusted is (self.clock.state in (State.TRUSTED, State.TOLD))
        return moment.trusted

    @property
    def state(self) -> State:
        assert self.trusted is (self.clock.state in (State.TRUSTED, State.TOLD))
        return self.clock.state

    @property
    def told(self) -> datetime:
        """The time the hub goes by."""
        return self.clock.now().wall

    @property
    def marked(self) -> Mark:
        """What is in the mark's file."""
        return msgspec.json.decode(self.mark.read_bytes(), type=Mark)
