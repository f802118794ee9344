"""A world that is killed comes back the same from its memory: to the drivers a cable pulled, and put back."""

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from drivers import world_protocol as w
from drivers.compartments import TwinCompartments
from drivers.power import TwinPower
from drivers.scale import LoadCellScale, WorldCell
from drivers.sounder import REMINDER, TwinSounder
from drivers.world_cell import as_commissioned
from drivers.world_client import WorldClient
from drivers.world_compartment import LATCH_S, POP_S, NotPossible
from drivers.world_memory import Memory, MemoryWrong, do
from drivers.world_protocol import Item, ScaleFault, What
from drivers.world_state import World
from hub.ports import DeviceError
from tests.drivers.worlds import ROOT, RunningWorld, running_world, wait_for

ITEMS = (Item("Pinemol", Decimal("1.5"), 600), Item("Metformin", Decimal(2), 500))
LABEL = "2026-03-12/evening"


class Home:
    """A world with a memory that can be killed and started again at the same socket."""

    def __init__(self, folder: Path, closing: ExitStack, *more: str) -> None:
        self.memory, self.socket = folder / "memory", folder / "w"
        self._more, self._closing = ("--memory", str(self.memory), *more), closing
        self.hands = WorldClient(self.socket)
        closing.callback(self.hands.close)
        self.world = self.starts()

    def starts(self) -> RunningWorld:
        self.world = self._closing.enter_context(running_world(*self._more, socket=self.socket))
        return self.world

    def dies_and_comes_back(self) -> None:
        self.world.kill()
        self.starts()


@pytest.fixture
def home(tmp_path: Path, closing: ExitStack) -> Home:
    return Home(tmp_path, closing)


# -- the same world -------------------------------------------------------------------------------------------------


def test_tablets_lids_lamps_mains_and_the_whole_ledger_are_as_they_were(home: Home) -> None:
    home.hands.fill(1, LABEL, ITEMS)
    home.hands.fill(2, "other", ITEMS)
    home.hands.key_open(1)
    home.hands.take(1, {"Pinemol": Decimal("0.5")})
    home.hands.key_open(2)
    home.hands.shut_lid(2)
    home.hands.lamp_line(1, True)
    home.hands.set_jam(3, True)
    home.hands.set_scale(ScaleFault.NOISY)
    home.hands.set_mains(False)
    home.hands.play(REMINDER)
    before, ledger = home.hands.look(), home.hands.ledger()
    home.dies_and_comes_back()
    assert home.hands.look() == before
    assert home.hands.ledger() == ledger
    assert home.hands.put_back(1) == {"Pinemol": Decimal("0.5")}  # the hand still has what it took
    home.dies_and_comes_back()
    assert [entry.what for entry in home.hands.ledger(len(ledger))] == [What.PUT_BACK]


def test_a_pulse_under_way_goes_on_while_the_world_is_away(home: Home) -> None:
    home.hands.fill(1, LABEL, ITEMS)
    home.hands.lock_line(1, True)
    home.dies_and_comes_back()
    wait_for("the lid to pop", lambda: home.hands.look().compartment(1).lid_open)
    wait_for("the one-shot to end it", lambda: not home.hands.look().compartment(1).energised)
    pulse, opened = home.hands.ledger()[1:]
    assert (pulse.what, opened.what) == (What.PULSE, What.LID_OPENED)
    assert opened.at_s - pulse.at_s == pytest.approx(LATCH_S + POP_S)
    assert home.hands.look().compartment(1).line_on  # nobody lowered it


def test_a_network_that_was_cut_stays_cut(tmp_path: Path, closing: ExitStack) -> None:
    there = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    more = ("--router-port", "0", "--target", f"127.0.0.1:{there.getsockname()[1]}")
    home = Home(tmp_path, closing, *more)
    home.hands.set_network(False)
    home.dies_and_comes_back()
    port = home.hands.look().router_port or 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    home.hands.set_network(True)
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_a_world_without_a_memory_forgets(tmp_path: Path) -> None:
    with running_world(socket=tmp_path / "w") as world:
        world.client.key_open(1)
        world.kill()
        with running_world(socket=tmp_path / "w") as anew:
            assert anew.client.ledger() == ()


# -- the file -------------------------------------------------------------------------------------------------------


def hand(random: Random) -> w.Request:
    """Anything a driver, a hand or the surroundings may ask for, possible or not."""
    number = random.randint(1, 5)
    counts = random.choice([None, {"Pinemol": Decimal("0.5")}])
    made: list[Callable[[], w.Request]] = [
        lambda: w.LockLine(number, random.random() < 0.7), lambda: w.LampLine(number, random.random() < 0.5),
        lambda: w.PlayTone(random.choice([None, REMINDER])), w.Weigh, w.Look,
        lambda: w.OpenLid(number), lambda: w.ShutLid(number), lambda: w.KeyOpen(number), lambda: w.Take(number, counts),
        lambda: w.PutBack(number, counts), lambda: w.Fill(number, LABEL, ITEMS), lambda: w.Empty(number),
        lambda: w.SetMains(random.random() < 0.5), lambda: w.SetJam(number, random.random() < 0.5),
        lambda: w.SetNetwork(random.random() < 0.5), w.ClearTrap,
        lambda: w.SetTrap(w.Trap(random.choice(list(w.TrapAt)), number, 4711)),
    ]  # fmt: skip
    return random.choice(made)()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_done_is_recalled_to_the_same_world(tmp_path: Path, seed: int) -> None:
    random, now_s, killed = Random(seed), 1000.0, list[int]()
    world, memory = World(4, seed, killed.append), Memory(tmp_path / "memory")
    memory.recall(world)
    for _ in range(400):
        now_s += random.choice((0.0, 0.003, 0.03, 0.2, 1.0)) * random.random()
        world.advance(now_s - random.random() * 0.001)  # a timer of the world's own, a moment ago
        try:
            request = hand(random)
            do(world, request, now_s)
        except NotPossible:
            continue
        memory.keep(request, now_s)
    memory.close()
    again, memory = World(4, seed, lambda pid: pytest.fail(f"{pid} killed again")), Memory(tmp_path / "memory")
    memory.recall(again)
    memory.close()
    for later_s in (0.0, 0.1, 1.0):
        world.advance(now_s + later_s)
        again.advance(now_s + later_s)
        assert again.view() == world.view()
        assert again.ledger == world.ledger
    assert len(killed) == len(world.sprung)


def test_a_line_not_written_to_its_end_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    memory = Memory(path)
    memory.keep(w.KeyOpen(1), 1.0)
    memory.keep(w.ShutLid(1), 2.0)
    memory.close()
    whole = path.read_bytes()
    for cut in range(len(whole) - 1, whole.index(b"\n"), -1):
        path.write_bytes(whole[:cut])
        world, memory = World(2, 1, lambda _: None), Memory(path)
        memory.recall(world)
        assert [entry.what for entry in world.ledger] == [What.KEY_TURNED, What.LID_OPENED]
        memory.keep(w.ShutLid(1), 3.0)  # what comes next begins a line of its own
        memory.close()
        assert len(path.read_bytes().splitlines()) == 2


@pytest.mark.parametrize("line", [b"nonsense", b'{"at_s":1.0,"request":{"type":"ShutLid","compartment":1}}'])
def test_a_memory_of_something_else_is_refused_by_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "memory"
    path.write_bytes(b'{"at_s":1.0,"request":{"type":"SetMains","on":false}}\n' + line + b"\n")
    memory = Memory(path)
    with pytest.raises(MemoryWrong, match="line 2"):
        memory.recall(World(2, 1, lambda _: None))
    memory.close()
    command = [sys.executable, "-m", "drivers.world", "--socket", str(tmp_path / "w"), "--compartments", "2",
               "--memory", str(path)]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, "line 2" in done.stderr) == (65, True)


# -- the drivers ----------------------------------------------------------------------------------------------------


def raises_device_error(act: Callable[[], object]) -> bool:
    try:
        act()
    except DeviceError:
        return True
    return False


def test_the_drivers_lose_contact_and_find_it_again(home: Home, closing: ExitStack) -> None:
    moved: list[tuple[int, bool]] = []
    box, power, sounder = TwinCompartments(home.socket), TwinPower(home.socket), TwinSounder(home.socket)
    scale = LoadCellScale(WorldCell(home.socket), as_commissioned, lambda: 0.0)
    for device in (box, power, sounder, scale):
        closing.callback(device.close)
    box.watch_lids(lambda number, is_open: moved.append((number, is_open)))
    home.hands.fill(1, LABEL, ITEMS)
    wait_for("a stable weight", lambda: not raises_device_error(scale.read) and scale.read().stable)
    home.world.kill()
    lost: list[Callable[[], object]] = [
        lambda: box.lid_open(1), lambda: box.lamp(1, True), lambda: box.pulse(1), power.mains, scale.read,
        lambda: sounder.play(REMINDER),
    ]  # fmt: skip
    for act in lost:
        wait_for("contact lost", lambda act=act: raises_device_error(act))
    home.starts()
    home.hands.key_open(2)
    home.hands.set_mains(False)
    wait_for("the lid seen", lambda: not raises_device_error(lambda: box.lid_open(2)) and box.lid_open(2))
    wait_for("the mains seen", lambda: not raises_device_error(power.mains) and not power.mains())
    wait_for("a stable weight", lambda: not raises_device_error(scale.read) and scale.read().stable)
    assert moved == [(2, True)]
    sounder.play(REMINDER)
    box.lamp(1, True)
    box.pulse(1)
    wait_for("the lid", lambda: (1, True) in moved)
    assert [entry.compartment for entry in home.hands.ledger() if entry.what is What.PULSE] == [1]
    assert home.hands.look().compartment(1).lamp


def test_the_first_call_after_the_world_came_back_reaches_it(home: Home, closing: ExitStack) -> None:
    """Nothing is sent on a line whose other end is gone: a pulse would be lost for nothing."""
    box = TwinCompartments(home.socket)
    closing.callback(box.close)
    home.dies_and_comes_back()
    box.pulse(1)
    assert home.hands.look().compartment(1).counters.pulses == 1


def test_a_lock_whose_line_was_left_high_gets_its_next_pulse(home: Home, closing: ExitStack) -> None:
    box = TwinCompartments(home.socket)
    closing.callback(box.close)
    home.hands.set_jam(1, True)
    home.hands.lock_line(1, True)  # as by a driver that lost contact before it could lower it
    home.dies_and_comes_back()
    box.pulse(1)
    seen = home.hands.look().compartment(1)
    assert (seen.counters.pulses, seen.line_on) == (2, False)


def test_a_lid_that_moved_while_the_world_was_away_is_told_once(home: Home, closing: ExitStack) -> None:
    moved: list[tuple[int, bool]] = []
    box = TwinCompartments(home.socket)
    closing.callback(box.close)
    box.watch_lids(lambda number, is_open: moved.append((number, is_open)))
    home.hands.lock_line(1, True)
    home.dies_and_comes_back()
    wait_for("the lid told", lambda: moved)
    home.hands.shut_lid(1)
    wait_for("the lid told", lambda: len(moved) >= 2)
    assert moved == [(1, True), (1, False)]
