"""The devices and the loop together: how soon a lid is known, how soon its verdict comes, and what it costs the
loop that every device hangs."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from msgspec.structs import replace

from drivers.compartments import TwinCompartments
from drivers.power import TwinPower
from drivers.scale import LoadCellScale
from drivers.scale_serial import SerialCell
from drivers.sounder import TONES, TwinSounder
from drivers.world_cell import as_commissioned
from drivers.world_protocol import Item
from hub.devices import Devices
from hub.domain.intake import Life, Moment
from hub.domain.plan import Criticality
from hub.journal import Journal
from hub.ports import PULSE_S
from tests.bench.row import Row, percentile
from tests.domain.play import TABLET_MG
from tests.drivers.worlds import RunningWorld, running_world, wait_for
from tests.hub.box import FILLED, INTAKE, Box, HandClock, RunningLoop, offer, touch_open, two_rounds
from tests.hub.made import PAIRING

LIDS = 10
MOVES = 100
TICKS = 300


class RunningClock(HandClock):
    """Eight in the morning, and on from there."""

    def __init__(self) -> None:
        super().__init__()
        self._begun, self._begun_s = self.moment, time.monotonic()

    def now(self) -> Moment:
        real_s = time.monotonic()
        wall = self._begun.wall + timedelta(seconds=real_s - self._begun_s)
        return replace(self._begun, wall=wall, monotonic_s=real_s)


class OnWorld(Box):
    """The world's devices by their real drivers, the scale's on its serial line."""

    def __init__(self, world: RunningWorld, line: Path) -> None:
        super().__init__(RunningClock())
        self._made = (
            TwinCompartments(world.socket), LoadCellScale(SerialCell(line), as_commissioned, time.monotonic),
            TwinSounder(world.socket), TwinPower(world.socket), {c: TONES[c] for c in Criticality},
        )  # fmt: skip

    def parts(self):  # as a box's
        return self._made


@contextmanager
def a_hub(box: Callable[[], Box], tick_s: float) -> Iterator[RunningLoop]:
    """On no disk: its fsync is not what is asked for here."""
    with TemporaryDirectory(dir="/dev/shm") as folder, ExitStack() as ending:
        journal = ending.enter_context(Journal.open(Path(folder) / "journal.db", pairing=PAIRING))
        hub = RunningLoop(journal, box(), tick_s)
        with closing(hub.start()):
            hub.do(offer(two_rounds()), *FILLED)
            yield hub


@contextmanager
def a_world() -> Iterator[tuple[RunningWorld, Path]]:
    with TemporaryDirectory() as folder, running_world("--scale", str(line := Path(folder) / "scale")) as world:
        yield world, line


def bench_lid_to_verdict() -> list[Row]:
    """Each opening is of the same intake, put back untouched; the loop ticks once a second, as at home."""
    took_s: list[float] = []
    with a_world() as (world, line):
        world.client.fill(1, INTAKE, (Item("Pinemol", Decimal(1), TABLET_MG),))
        with a_hub(lambda: OnWorld(world, line), 1.0) as hub:
            for _ in range(LIDS):
                wait_for("an opening", lambda: hub.ask(lambda: touch_open(hub.loop)) and hub.loop.state.opening)
                wait_for("the lid", lambda: hub.loop.state.open_lids == {1})
                time.sleep(2 * PULSE_S)  # a bolt that is still drawn lets no lid shut
                shut_s = time.monotonic()
                world.client.shut_lid(1)
                wait_for("a verdict", lambda: hub.loop.state.records[INTAKE].state is Life.DUE)
                took_s.append(time.monotonic() - shut_s)
    return [
        Row("lid shut → verdict at 10 Hz, p50", percentile(took_s, 0.5), None, "s"),
        Row("lid shut → verdict at 10 Hz, slowest of 10", max(took_s), 2.0, "s"),
    ]


def bench_lid_to_state() -> list[Row]:
    """From a hand's movement in the world to the hub's state."""
    took_ms: list[float] = []
    with a_world() as (world, line), a_hub(lambda: OnWorld(world, line), 1.0) as hub:
        for number in range(MOVES):
            begun = time.monotonic()
            (world.client.shut_lid if number % 2 else world.client.key_open)(4)
            while (4 in hub.loop.state.open_lids) is bool(number % 2):
                time.sleep(0.0005)
            took_ms.append((time.monotonic() - begun) * 1000)
            time.sleep(0.6)  # faster would be a lid that flaps
    return [
        Row("lid moves → state, p50", percentile(took_ms, 0.5), None, "ms"),
        Row("lid moves → state, p99", percentile(took_ms, 0.99), 50, "ms"),
    ]


class Hanging(Box):
    """Every device is asked, and none answers until it is let go."""

    def __init__(self) -> None:
        super().__init__(RunningClock())
        self.let_go = Event()
        self.on_look = self.on_pulse = lambda *_: self.let_go.wait() and None

    def ask(self, name: str) -> None:
        self.let_go.wait()

    def devices(self, *args, **more) -> Devices:  # as a box's
        made = super().devices(*args, **more)
        made.close = lambda: (self.let_go.set(), Devices.close(made))[1]
        return made


def bench_a_tick_while_all_hang() -> list[Row]:
    """A tick looks at all there is and shows it. Nothing is written, so no fsync is in it."""
    box, took_ms = Hanging(), list[float]()
    with a_hub(lambda: box, 60.0) as hub:
        for _ in range(TICKS):
            took_ms.append(hub.ask(lambda: _tick_ms(hub)))
            time.sleep(0.005)
        assert hub.loop.sensed().open_lids is None
        box.let_go.set()
    return [
        Row("a tick while every device hangs, p50", percentile(took_ms, 0.5), None, "ms"),
        Row("a tick while every device hangs, p99", percentile(took_ms, 0.99), 20, "ms"),
    ]


def _tick_ms(hub: RunningLoop) -> float:
    begun = time.perf_counter()
    hub.loop._settle()
    return (time.perf_counter() - begun) * 1000
