"""The world's memory: what was done to it and when, a line each. A world that is killed comes back the same from it.

The physics are a function of what was done and when, so doing it again gives the same tablets, lids, weights and
ledger; what was under way (a pulse, a lid about to pop) went on meanwhile. A line is kept before anyone hears of what
it says. Times are CLOCK_MONOTONIC: a memory is of one boot of the machine. The process may die, the machine not: no
fsync.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from drivers.world_acts import LOOKS, Answered, act
from drivers.world_compartment import NotPossible
from drivers.world_protocol import AnyRequest, Request
from drivers.world_state import World


class Done(Struct, frozen=True):
    """A request that was not refused. `at_s` in seconds of CLOCK_MONOTONIC."""

    at_s: float
    request: AnyRequest


_decode = msgspec.json.Decoder(Done).decode
_encode = msgspec.json.Encoder().encode


class MemoryWrong(Exception):
    """The file is not what was done to this world. The text names the line."""


class Memory:
    """The file at `path`, made where there is none."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")

    def recall(self, world: World) -> None:
        """Bring a new world to where the file ends; nobody is killed again. Raises MemoryWrong.

        A last line that was not written to its end was told to nobody, and is dropped.
        """
        self._file.seek(0)
        whole, _, torn = self._file.read().rpartition(b"\n")
        if torn:
            self._file.truncate(self._file.tell() - len(torn))
        kill, world.kill = world.kill, lambda _: None
        try:
            for number, line in enumerate(whole.splitlines(), start=1):
                try:
                    done = _decode(line)
                    do(world, done.request, done.at_s)
                except (NotPossible, msgspec.MsgspecError) as error:
                    raise MemoryWrong(f"line {number} of the world's memory: {error}") from error
        finally:
            world.kill = kill

    def keep(self, request: Request, at_s: float) -> None:
        """It was done."""
        if not isinstance(request, LOOKS):
            self._file.write(_encode({"at_s": at_s, "request": request}) + b"\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()


def do(world: World, request: Request, at_s: float) -> Answered:
    """Let time pass until `at_s`, do it, and let happen what is due by then; the answer. Raises NotPossible."""
    world.advance(at_s)
    answer = act(world, request, at_s)
    world.advance(at_s)
    return answer
