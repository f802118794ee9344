"""How each device is: whether it answers, what is wrong, and what it last said. A loose plug is one trouble.

Any thread tells; the deciding thread asks. The states are facts for the core, which makes events and alarms of them.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from msgspec import Struct

from hub.domain.events import Device
from hub.ports import DeviceError
from hub.reports import DeviceReport
from hub.warmth import MOST_C

HANG_S = 5.0  # a question that takes longer is not answered
LOST_S = 5.0  # so long in trouble it is lost; a single bad answer, or a lock's second try, is not worth an alarm
WELL_S = 30.0  # so long without trouble it is back
T = TypeVar("T")
Check = Callable[[], str]  # a figure; raises DeviceError
HANGS = f"no answer for {HANG_S:.0f} s"
LIMITS = {
    Device.LIDS: "all shut",
    Device.LOCKS: "off, and its last pulse was given",
    Device.LAMPS: "lit and put out",
    Device.SCALE: "at rest",
    Device.SCANNER: "there, and sends codes alone",
    Device.SOUNDER: "plays",
    Device.POWER: "mains on",
    Device.RTC: "tells the time, its battery well",
    Device.TEMPERATURE: f"over a day {MOST_C:.0f} °C at most",
}
log = logging.getLogger("hub.devices")


class Part(Struct):
    """One part of a device: the device itself (0), or one lock or lamp by its number."""

    asked_s: float | None = None  # the question it has not answered yet
    answered: bool = False  # ever, in this process
    wrong: str = ""  # its last word; "" is well
    since_s: float | None = None  # in trouble, maybe with good words between
    bad_s: float = 0.0  # last seen in trouble
    lost: str = ""

    def hangs(self, now_s: float) -> bool:
        return self.asked_s is not None and now_s - self.asked_s > HANG_S

    def look(self, now_s: float) -> None:
        """Let time pass over it."""
        hangs = self.hangs(now_s)
        if hangs or self.wrong:
            began_s = self.asked_s if hangs and self.asked_s is not None else now_s
            self.since_s, self.bad_s = began_s if self.since_s is None else self.since_s, now_s
            if now_s - self.since_s >= LOST_S:
                self.lost = self.lost or (HANGS if hangs else self.wrong)
        elif self.since_s is not None and now_s - self.bad_s >= WELL_S:
            self.since_s, self.lost = None, ""


class DeviceStates:
    """Of all devices that are there to be asked. `real_s` is the machine's monotonic clock."""

    def __init__(self, real_s: Callable[[], float]) -> None:
        self._real_s = real_s
        self._lock = threading.Lock()
        self._parts: dict[tuple[Device, int], Part] = {}
        self._figures: dict[Device, str] = {}

    @contextmanager
    def asking(self, device: Device, part: int = 0) -> Iterator[None]:
        """Around one question to a device; its DeviceError goes on, and is what is wrong with it."""
        self._begin(device, part)
        try:
            yield
        except DeviceError as error:
            self._end(device, part, str(error))
            raise
        else:
            self._end(device, part, "")

    def attempt(self, device: Device, work: Callable[[], None], part: int = 0) -> bool:
        """Whether it did it; what was wrong is kept here."""
        try:
            with self.asking(device, part):
                work()
        except DeviceError:
            return False
        return True

    def ask(self, device: Device, question: Callable[[], T], part: int = 0) -> T | None:
        """Its answer; None where it gave none, and what was wrong is kept here."""
        try:
            with self.asking(device, part):
                return question()
        except DeviceError:
            return None

    def check(self, device: Device, check: Check) -> None:
        """Look whether it is there, and keep its figure."""
        figure = self.ask(device, check)
        if figure is not None:
            self.say(device, figure)

    def doubt(self, device: Device, why: Mapping[int, str]) -> None:
        """These parts of it were lost when the process before this one ended; each is until it has done well."""
        now_s = self._real_s()
        with self._lock:
            for part, wrong in why.items():
                self._parts[device, part] = Part(wrong=wrong, since_s=now_s, bad_s=now_s, lost=wrong)

    def say(self, device: Device, figure: str) -> None:
        """What it measured last, for people."""
        self._figures[device] = figure

    def hung(self, device: Device) -> bool:
        """Whether it answers no more, having answered in this process: to start anew may mend that, once."""
        now_s = self._real_s()
        with self._lock:
            return any(d is device and p.answered and p.hangs(now_s) for (d, _), p in self._parts.items())

    @property
    def troubles(self) -> dict[Device, str]:
        """What is wrong with each, "" for nothing. One that is not in it has not answered yet, or is in doubt."""
        now_s, found = self._real_s(), dict[Device, str]()
        with self._lock:
            for (device, _), part in sorted(self._parts.items()):
                part.look(now_s)
                if part.lost:
                    found[device] = found.get(device) or part.lost
            known = {d for d, _ in self._parts}
            doubted = {d for (d, _), p in self._parts.items() if p.since_s is not None or not p.answered}
        return found | dict.fromkeys(known - doubted - found.keys(), "")

    def reports(self) -> tuple[DeviceReport, ...]:
        """Each device that was ever asked, with its trouble of this moment, a passing one too."""
        now_s, found = self._real_s(), dict[Device, str]()
        with self._lock:
            for (device, _), part in sorted(self._parts.items()):
                hangs = HANGS if part.hangs(now_s) else ""
                found[device] = found.get(device) or hangs or part.wrong or part.lost
        return tuple(DeviceReport(d, problem, self._figures.get(d, ""), LIMITS[d]) for d, problem in found.items())

    def _begin(self, device: Device, part: int) -> None:
        with self._lock:
            self._parts.setdefault((device, part), Part()).asked_s = self._real_s()

    def _end(self, device: Device, part: int, wrong: str) -> None:
        now_s = self._real_s()
        with self._lock:
            found = self._parts[device, part]
            found.look(now_s)  # that it hung counts, too
            news = wrong if found.since_s is None else ""
            found.asked_s, found.answered, found.wrong = None, True, wrong
            found.look(now_s)
        if news:  # once for each trouble, not ten times a second (R15: a device's name, no more)
            log.warning("device trouble: %s: %s", device, wrong)
