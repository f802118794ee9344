"""A box of devices in the test's hand, a clock in its hand, and a hub's loop on a real journal between them."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from hub import protocol as p
from hub.clock_model import State
from hub.device_states import Check
from hub.devices import Devices
from hub.domain import commands as c
from hub.domain.events import Device
from hub.domain.intake import Moment
from hub.domain.plan import Criticality, Plan
from hub.domain.reading import Reading
from hub.journal import Journal
from hub.loop import Loop
from hub.ports import DeviceError, LidMoved, Tone
from hub.snapshot import Context
from tests.domain.play import DAY, MORNING, NOON, TABLET_MG, TARE_MG, ordination, plan_of
from tests.hub.made import PAIRING, wait_for

EIGHT = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)  # 8.00 at home, in winter
INTAKE, LATER = f"{DAY}/morning", f"{DAY}/noon"
Body = TypeVar("Body")
TONES = {criticality: Tone(criticality, 1, 100, 100, 440, 0.5) for criticality in Criticality}


class HandClock:
    """Stands until moved."""

    def __init__(self) -> None:
        self.moment = Moment(EIGHT, 100.0, True, "boot-1")
        self.told: list[datetime | None] = []  # what staff have set it to; None: the mark lowered
        self.agreed: list[datetime] = []  # what second sources have said
        self.objects = ""

    @property
    def state(self) -> State:
        return State.TRUSTED if self.moment.trusted else State.UNSYNCHRONISED

    def now(self) -> Moment:
        return self.moment

    def agree(self, source: datetime) -> bool:
        self.agreed.append(source)
        return True

    def objection(self, told: datetime) -> str:
        return self.objects

    def tell(self, told: datetime) -> None:
        self.told.append(told)

    def lower_mark(self) -> None:
        self.told.append(None)

    def wait(self, seconds: float) -> None:
        at = self.moment
        self.moment = replace(at, wall=at.wall + timedelta(seconds=seconds), monotonic_s=at.monotonic_s + seconds)


class Box:
    """All devices of a box of three compartments, or more. `broken` names those that do not answer: lids, lamp, lock,
    lines (of the locks), scale, sounder, power, battery. `on_pulse` is called with the number while the lock is
    energised."""

    def __init__(self, clock: HandClock, numbers: Iterable[int] = (1, 2, 3)) -> None:
        self.clock, self.numbers = clock, tuple(numbers)
        self.lids: set[int] = set()
        self.weight_mg = TARE_MG
        self.weighed_at_s: float | None = None  # None: now
        self.stable = True
        self.mains = True
        self.charge_pct: int | None = None
        self.broken: set[str] = set()
        self.pulses: list[int] = []
        self.lamps: list[tuple[int, bool]] = []
        self.tones: list[str] = []
        self.closed: list[str] = []
        self.on_pulse: Callable[[int], None] = lambda number: None
        self.on_look: Callable[[], None] = lambda: None
        self.moved: LidMoved = lambda number, is_open: None

    def ask(self, name: str) -> None:
        if name in self.broken:
            raise DeviceError(f"{name}: does not answer")

    def move_lid(self, number: int, is_open: bool) -> None:
        (self.lids.add if is_open else self.lids.discard)(number)
        self.moved(number, is_open)

    def devices(
        self, post: Callable[[c.Command], None], real_s: Callable[[], float] | None = None,
        look: Callable[[], None] = lambda: None, checks: Mapping[Device, Check] | None = None,
    ) -> Devices:  # fmt: skip
        return Devices(*self.parts(), post, real_s or time.monotonic, look, checks)

    def parts(self) -> "tuple[_Compartments, _Scale, _Sounder, _Power, dict[Criticality, Tone]]":
        """What a board is made of."""
        return _Compartments(self), _Scale(self), _Sounder(self), _Power(self), TONES


class _Device:
    name = ""

    def __init__(self, box: Box) -> None:
        self._box = box

    def close(self) -> None:
        self._box.closed.append(self.name)
        self._box.ask(f"close {self.name}")


class _Compartments(_Device):
    name = "compartments"

    @property
    def numbers(self) -> tuple[int, ...]:
        return self._box.numbers

    def pulse(self, number: int) -> None:
        self._box.ask("lock")
        self._box.pulses.append(number)
        self._box.on_pulse(number)

    def check_locks(self) -> None:
        self._box.ask("lines")

    def lid_open(self, number: int) -> bool:
        self._box.ask("lids")
        self._box.on_look()
        return number in self._box.lids

    def lamp(self, number: int, lit: bool) -> None:
        self._box.ask("lamp")
        self._box.lamps.append((number, lit))

    def watch_lids(self, moved: LidMoved) -> None:
        self._box.moved = moved


class _Scale(_Device):
    name = "scale"

    def read(self) -> Reading:
        self._box.ask("scale")
        at_s = self._box.weighed_at_s
        now_s = self._box.clock.now().monotonic_s
        return Reading(self._box.weight_mg, self._box.stable, 0, now_s if at_s is None else at_s)


class _Sounder(_Device):
    name = "sounder"

    def play(self, tone: Tone | None) -> None:
        self._box.ask("sounder")
        self._box.tones.append(tone.name if tone else "")


class _Power(_Device):
    name = "power"

    def mains(self) -> bool:
        self._box.ask("power")
        return self._box.mains

    def charge_pct(self) -> int | None:
        self._box.ask("battery")
        return self._box.charge_pct


def two_rounds() -> Plan:
    """A tablet in the morning and one at noon, of different medicines."""
    return plan_of(ordination("pinemol", MORNING), ordination("ramipril", NOON))


def offer(plan: Plan) -> c.OfferPlan:
    return c.OfferPlan(plan.digest, plan)


FILLED = (c.FillCompartment(1, INTAKE, TABLET_MG, "Sanne"), c.FillCompartment(2, LATER, TABLET_MG, "Sanne"))


def touch_open(loop: Loop, intake: str = INTAKE) -> object:
    """What the desk makes of a touch on Åbn."""
    return loop.execute(c.RequestOpening(intake, f"opening-{loop.state.seq}", loop.sensed()))


class RunningLoop:
    """A loop on its own thread, as in the hub. `ask` has it do something and gives what came of it."""

    def __init__(
        self, journal: Journal, box: Box, tick_s: float = 0.02, healthy: Callable[[], bool] = lambda: True
    ) -> None:
        self.box, self.shown = box, list[p.Snapshot]()
        self.loop = Loop(journal, box.clock, Context(hub="hub-7"), self.shown.append, healthy, tick_s)
        self.devices = box.devices(self.loop.post, look=self.loop.look)
        self.started = threading.Event()
        self.failed: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "RunningLoop":
        self._thread.start()
        wait_for(lambda: self.started.is_set() or not self._thread.is_alive())
        return self

    def _run(self) -> None:
        try:
            self.loop.run(self.devices, self.started.set)
        except Exception as error:  # noqa: BLE001 - the test asks what it was
            self.failed = error

    def ask(self, work: Callable[[], object]) -> object:
        answers: list[object] = []
        self.loop.submit(lambda: answers.append(work()))
        wait_for(lambda: bool(answers) or not self._thread.is_alive())
        return answers[0] if answers else None

    def do(self, *commands: c.Command) -> list[object]:
        return [self.ask(lambda command=command: self.loop.execute(command)) for command in commands]

    def ticks(self, number: int = 2) -> None:
        """Wait for that many more."""
        until = self.loop.tick + number
        wait_for(lambda: self.loop.tick >= until)

    def bodies(self, kind: type[Body]) -> list[Body]:
        """Those of one kind in the journal."""
        return [event.body for event in self.loop.journal.replay() if isinstance(event.body, kind)]

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        self.loop.stop()
        if self._thread.is_alive():
            self._thread.join(5)
        self.devices.close()
        assert not self._thread.is_alive()


@contextmanager
def running(path: Path, box: Box | None = None, **more: object) -> Iterator[RunningLoop]:
    """A loop on the journal at `path`, with the day's plan accepted and two compartments filled when it is new."""
    with Journal.open(path, pairing=PAIRING) as journal:
        hub = RunningLoop(journal, box or Box(HandClock()), **more).start()
        try:
            if hub.running and not hub.loop.state.plan and hub.loop.follows:
                hub.do(offer(two_rounds()), *FILLED)
            yield hub
        finally:
            hub.close()


@contextmanager
def manager(path: Path) -> Iterator[socket.socket]:
    """What systemd listens on; it never waits."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.setblocking(False)
        yield listening


def heard(listening: socket.socket) -> list[str]:
    said = []
    while True:
        try:
            said.append(listening.recv(200).decode())
        except BlockingIOError:
            return said


def kinds(journal: Journal) -> list[str]:
    return [type(event.body).__name__ for event in journal.replay()]
