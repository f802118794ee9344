"""Time in the demo and in simulations: one origin, in a file, drives everybody's wall and monotonic clock alike.

Virtual time = `virtual0_s` + (CLOCK_MONOTONIC - `real0_s`) * `rate`, and wall time runs beside it from `wall0`. So a
jump moves both by the same and is no step (R5), and a process that is killed comes back into the same time.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import msgspec
from msgspec import Meta, Struct, structs

from hub.clock_model import OBJECTION, STEP, MarkIs, State
from hub.domain.intake import Moment
from hub.files import replace

MOST = 30.0  # times real time, while a lid, an opening or a scripted hand is moving

_Real = Callable[[], float]


class _Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds throughout; `boot` stands for the kernel's boot, one for the whole demo."""

    wall0: datetime
    real0_s: float
    virtual0_s: float
    rate: Annotated[float, Meta(ge=0, le=MOST)]
    boot: str

    def moment(self, real_s: float) -> Moment:
        passed_s = (real_s - self.real0_s) * self.rate
        return Moment(self.wall0 + timedelta(seconds=passed_s), self.virtual0_s + passed_s, True, self.boot)


class Origin:
    """The time of the origin file at `path`; it is read again only when it has been replaced. Always trusted.

    Raises OSError where there is no file. Keeps `hub.clock.Clock`'s promise.
    """

    def __init__(self, path: Path, real_s: _Real = time.monotonic) -> None:
        self._path, self._real_s = path, real_s
        self._read: tuple[tuple[int, int], _Origin] | None = None
        self._last: Moment | None = None

    def now(self) -> Moment:
        """The moment; not before the last one given, which a slower rate arriving late would otherwise be."""
        now = self._current().moment(self._real_s())
        if self._last is None or now.boot != self._last.boot or now.monotonic_s > self._last.monotonic_s:
            self._last = now
        return self._last

    @property
    def state(self) -> State:
        return State.TRUSTED

    def agree(self, source: datetime) -> bool:
        return abs(self.now().wall - source) <= STEP

    def objection(self, told: datetime) -> str:
        """Only the director moves this time: staff may tell no other."""
        if self.agree(told):
            return ""
        return OBJECTION[MarkIs.AHEAD if told < self.now().wall else MarkIs.FAR_BEHIND]

    def tell(self, told: datetime) -> None:
        """It is the same time."""

    def lower_mark(self) -> None:
        """There is none: time that is directed never goes back."""

    def wall(self) -> datetime:
        return self.now().wall

    def virtual_s(self) -> float:
        return self.now().monotonic_s

    def _current(self) -> _Origin:
        found = os.stat(self._path)
        stamp = (found.st_ino, found.st_mtime_ns)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, msgspec.json.decode(self._path.read_bytes(), type=_Origin))
        return self._read[1]


SharedClock = Origin  # the hub's clock in the demo


class OriginDirector:
    """Sets the origin file at `path`: one process directs, all others follow. Time never goes back."""

    def __init__(self, path: Path, real_s: _Real = time.monotonic) -> None:
        self._path, self._real_s = path, real_s

    def start(self, wall: datetime, rate: float = 1.0) -> None:
        """Begin at `wall` (aware), `rate` times as fast as real time; ValueError for a rate `set_rate` refuses."""
        self._write(_Origin(wall, self._real_s(), 0.0, _bounded(rate), str(uuid4())))

    def jump_to(self, wall: datetime) -> None:
        """Be at `wall` now; ValueError where that is before now."""
        here = self._here()
        ahead = wall - here.wall0
        if ahead < timedelta(0):
            raise ValueError(f"time does not go back from {here.wall0} to {wall}")
        self._write(structs.replace(here, wall0=wall, virtual0_s=here.virtual0_s + ahead.total_seconds()))

    def set_rate(self, rate: float) -> None:
        """From now on `rate` times real time, 0 (standing still) to `MOST`; ValueError outside."""
        self._write(structs.replace(self._here(), rate=_bounded(rate)))

    def _here(self) -> _Origin:
        """The same time told from now on."""
        origin, real_s = msgspec.json.decode(self._path.read_bytes(), type=_Origin), self._real_s()
        now = origin.moment(real_s)
        return _Origin(now.wall, real_s, now.monotonic_s, origin.rate, origin.boot)

    def _write(self, origin: _Origin) -> None:
        replace(self._path, msgspec.json.encode(origin))


def _bounded(rate: float) -> float:
    if not 0 <= rate <= MOST:
        raise ValueError(f"a rate of {rate} is not within 0-{MOST:g}")
    return rate
