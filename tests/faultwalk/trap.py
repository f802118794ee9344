"""A trap: at the named step, a signal to one process. Laid by the walk, sprung once by whoever comes by the step."""

import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.files import replace

GONE_S = 1.0  # a signalled process is dead or stopped long before


class Trap(Struct, frozen=True):
    step: str
    pid: int
    signal: int


class Traps:
    """The one trap that may be laid, in a file that the walk and the hub share."""

    def __init__(self, home: Path) -> None:
        self._path = home / "trap.json"

    def lay(self, trap: Trap) -> None:
        replace(self._path, msgspec.json.encode(trap))

    @property
    def laid(self) -> bool:
        """Whether it waits still."""
        return self._path.exists()

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def reach(self, *steps: str) -> None:
        """Spring it if it is laid at one of `steps`, and go on once the process is dead or stopped (unless it is this
        one)."""
        try:
            trap = msgspec.json.decode(self._path.read_bytes(), type=Trap)
            if trap.step not in steps:
                return
            self._path.unlink()
        except FileNotFoundError:
            return
        os.kill(trap.pid, trap.signal)
        until = time.monotonic() + GONE_S
        while run_state(trap.pid) not in "TZX" and time.monotonic() < until:
            time.sleep(0.001)


def run_state(pid: int) -> str:
    """The kernel's letter for a process: T stopped, Z dead and not yet waited for; X where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"
