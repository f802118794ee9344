"""Real worlds for the tests: a process each, in a folder of its own, stopped by its own id."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.world_client import WorldClient

ROOT = Path(__file__).parents[2]
DEADLINE_S = 10.0


def wait_for(what: str, condition: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Wait on a condition, or fail and say which."""
    until = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < until, f"waited {deadline_s:.0f} s in vain for {what}"
        time.sleep(0.01)


class RunningWorld:
    """A world process, its socket, and hands in it."""

    def __init__(self, process: "subprocess.Popen[str]", socket: Path) -> None:
        self.process, self.socket = process, socket
        self.client = WorldClient(socket)

    def kill(self) -> None:
        """SIGKILL: no last word."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.client.close()
        self.process.terminate()
        return self.process.wait(DEADLINE_S)


@contextmanager
def running_world(*more: str, socket: Path | None = None) -> Iterator[RunningWorld]:
    with tempfile.TemporaryDirectory(prefix="world-") as folder:  # a socket's path must be short
        socket = socket or Path(folder) / "world.sock"
        command = [sys.executable, "-m", "drivers.world", "--socket", str(socket), "--compartments", "4", *more]
        with subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
        ) as process:
            world = RunningWorld(process, socket)
            try:
                assert process.stdout is not None
                said = process.stdout.readline()
                assert said.startswith("world ready"), f"{said!r}, exit {process.poll()}"
                yield world
            finally:
                world.stop()
