"""The world as a process: its socket, its clients, its traps with a real process killed, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from drivers.compartments import TwinCompartments
from drivers.world_client import WorldClient
from drivers.world_line import WorldGone, WorldRefused
from drivers.world_protocol import FRAME_LIMIT, Item, Trap, TrapAt, What
from drivers.world_watch import WorldWatch
from tests.drivers.worlds import ROOT, RunningWorld, running_world, wait_for

ITEMS = (Item("Pinemol", Decimal("1.5"), 600),)
LABEL = "2026-03-12/evening"
PULSER = """
import sys
from pathlib import Path
from drivers.compartments import TwinCompartments
box = TwinCompartments(Path(sys.argv[1]))
print("connected", flush=True)
sys.stdin.readline()
box.pulse(1)
sys.stdin.readline()
print("survived", flush=True)
box.close()
"""


def raw(world: RunningWorld, closing: ExitStack) -> socket.socket:
    made = closing.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    made.settimeout(10)
    made.connect(str(world.socket))
    return made


# -- socket ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonsense", [
    b"hello", b"{}", b"[]", b'{"type":"Explode"}', b'{"type":"LockLine","compartment":0,"on":true}',
    b'{"type":"LockLine","compartment":1,"on":"yes"}', b'{"type":"OpenLid","compartment":1,"force":true}', b"\xff\xfe",
    b'{"type":"SetTrap","trap":{"at":"lid_open","compartment":1,"pid":1}}', b"",
    b'{"type":"Fill","compartment":1,"label":"a","items":[{"name":"P","count":"x","weight_mg":1}]}',
])  # fmt: skip
def test_nonsense_gets_an_error_and_the_connection_lives(
    world: RunningWorld, closing: ExitStack, nonsense: bytes
) -> None:
    line = raw(world, closing)
    answers = closing.enter_context(line.makefile("rb"))
    line.sendall(nonsense + b"\n")
    assert json.loads(answers.readline())["error"]
    line.sendall(b'{"type":"LampLine","compartment":1,"on":true}\n')
    assert json.loads(answers.readline())["error"] is None
    assert world.client.look().entries == 0


def test_a_frame_that_is_too_long_ends_only_its_own_connection(world: RunningWorld, closing: ExitStack) -> None:
    line = raw(world, closing)
    answers = closing.enter_context(line.makefile("rb"))
    line.sendall(b"x" * (FRAME_LIMIT * 2) + b"\n")
    assert "too long" in json.loads(answers.readline())["error"]
    assert world.client.look().mains


def test_frames_may_come_byte_by_byte_or_together(world: RunningWorld, closing: ExitStack) -> None:
    line = raw(world, closing)
    answers = closing.enter_context(line.makefile("rb"))
    frame = '{"type":"Fill","compartment":1,"label":"æøå","items":[]}\n'.encode()
    for at in range(len(frame)):
        line.sendall(frame[at : at + 1])
    assert json.loads(answers.readline())["error"] is None
    line.sendall(b'{"type":"KeyOpen","compartment":1}\n{"type":"ShutLid","compartment":1}\n')
    assert [json.loads(answers.readline())["error"] for _ in range(2)] == [None, None]
    assert [entry.label for entry in world.client.ledger()] == ["æøå"] * 4


def test_only_its_own_user_may_reach_it(world: RunningWorld) -> None:
    assert world.socket.stat().st_mode & 0o777 == 0o600


def test_two_clients_see_one_world(world: RunningWorld, closing: ExitStack) -> None:
    other = WorldClient(world.socket)
    closing.callback(other.close)
    world.client.fill(1, LABEL, ITEMS)
    world.client.key_open(1)
    assert other.take(1, {"Pinemol": Decimal("0.5")}) == {"Pinemol": Decimal("0.5")}
    assert world.client.look() == other.look()
    assert world.client.look().compartment(1).items == (Item("Pinemol", Decimal("1.0"), 600),)
    with pytest.raises(WorldRefused, match="does not hold"):
        world.client.take(1, {"Pinemol": Decimal("1.5")})


def test_many_hands_at_once_lose_nothing(world: RunningWorld) -> None:
    world.client.fill(1, LABEL, (Item("Pinemol", Decimal(100), 10),))
    world.client.key_open(1)

    def take_some() -> None:
        hands = WorldClient(world.socket)
        for _ in range(25):
            hands.take(1, {"Pinemol": Decimal("0.5")})
        hands.close()

    threads = [threading.Thread(target=take_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.client.look().labels[LABEL].taken == {"Pinemol": Decimal(50)}
    assert len([entry for entry in world.client.ledger() if entry.what is What.TAKEN]) == 100


def test_the_ledger_is_read_from_where_one_was(world: RunningWorld) -> None:
    world.client.key_open(1)
    known = world.client.ledger()[-1].number
    world.client.shut_lid(1)
    assert [entry.what for entry in world.client.ledger(known)] == [What.LID_SHUT]
    assert world.client.ledger(10_000) == ()


def test_a_call_interrupted_half_way_never_gives_its_reply_to_the_next(tmp_path: Path, closing: ExitStack) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    path = tmp_path / "mute.sock"
    listening = closing.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    listening.bind(str(path))
    listening.listen()
    hands = WorldClient(path, timeout_s=2)
    closing.callback(hands.close)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Interrupted):
            hands.weigh()  # nobody answers
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    first = closing.enter_context(listening.accept()[0])
    first.settimeout(5)
    assert b"Weigh" in first.recv(100)
    assert first.recv(100) == b""  # let go: a late reply finds no one


# -- watching ----------------------------------------------------------------------------------------------------------


def test_a_watch_hears_lids_and_mains_once_each_in_order(world: RunningWorld) -> None:
    heard: list[object] = []
    watch = WorldWatch(world.socket, lambda n, is_open: heard.append((n, is_open)), heard.append)
    world.client.lock_line(1, True)
    wait_for("lid 1 told", lambda: heard)
    world.client.set_mains(False)
    world.client.shut_lid(1)
    world.client.set_mains(True)
    wait_for("four told", lambda: len(heard) >= 4)
    assert heard == [(1, True), False, (1, False), True]
    assert (watch.now().open_lids, watch.now().mains) == (frozenset(), True)
    watch.close()
    watch.close()
    with pytest.raises(WorldGone):
        watch.now()


# -- traps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "pulses", "opens"), [
    (TrapAt.BEFORE_PULSE, 0, False), (TrapAt.DURING_PULSE, 1, True), (TrapAt.LID_OPEN, 1, True),
])  # fmt: skip
def test_a_trap_kills_the_process_at_its_moment(world: RunningWorld, at: TrapAt, pulses: int, opens: bool) -> None:
    world.client.fill(1, LABEL, ITEMS)
    command = [sys.executable, "-c", PULSER, str(world.socket)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "connected\n"
        world.client.set_trap(Trap(at, 1, child.pid))
        child.stdin.write("go\n")
        child.stdin.flush()
        assert child.wait(10) == -signal.SIGKILL
        assert child.stdout.read() == ""
    wait_for("the one-shot to end it", lambda: not world.client.look().compartment(1).energised)
    wait_for("the lid", lambda: world.client.look().compartment(1).lid_open is opens)
    seen = world.client.look()
    assert seen.sprung[0].at is at
    assert (seen.labels[LABEL].pulses, seen.labels[LABEL].openings) == (pulses, int(opens))
    box = TwinCompartments(world.socket)  # the next process finds the lid as it is, and lowers the line
    assert box.lid_open(1) is opens
    assert not world.client.look().compartment(1).line_on
    assert world.client.look().labels[LABEL].pulses == pulses
    box.close()


def test_a_trap_for_a_process_long_gone_harms_nothing(world: RunningWorld) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(10)
    world.client.set_trap(Trap(TrapAt.BEFORE_PULSE, 1, gone.pid))
    world.client.lock_line(1, True)
    assert world.client.look().sprung[0].pid == gone.pid
    assert world.client.look().trap is None


# -- the end -----------------------------------------------------------------------------------------------------------


def test_it_stops_cleanly_at_sigterm_with_watchers_listening() -> None:
    with running_world() as world:
        watch = WorldWatch(world.socket)
        assert world.stop() == 0
        assert not world.socket.exists()
        watch.close()


def test_a_socket_left_behind_by_a_dead_world_is_no_hindrance() -> None:
    with running_world() as world:
        hands = WorldClient(world.socket)
        hands.key_open(1)
        world.process.kill()
        world.process.wait(10)
        assert world.socket.exists()
        with pytest.raises(WorldGone):
            hands.look()
        with running_world(socket=world.socket):
            assert hands.look().entries == 0  # the same client, connected anew
            hands.close()


def test_a_world_needs_compartments(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "drivers.world", "--socket", str(tmp_path / "w"), "--compartments", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--compartments" in done.stderr
