"""The physical world as a process of its own: `python -m drivers.world --socket PATH …`. It survives the hub's death.

It says "world ready" on stdout once its socket answers, and stops at SIGTERM. Everything happens in one thread, one
thing at a time, in real time: device limits are not sped up with the demo's clock. With `--memory` it survives its own
death too: to the drivers a cable pulled, and put back.
"""

import argparse
import asyncio
import contextlib
import os
import select
import signal
import sys
from pathlib import Path

import msgspec

from drivers import world_protocol as w
from drivers.world_cable import SerialCable
from drivers.world_compartment import NotPossible
from drivers.world_memory import Memory, MemoryWrong, do
from drivers.world_router import Router
from drivers.world_scale_line import ScaleLine
from drivers.world_state import World

GONE_S = 2.0  # a killed process is gone long before
SLOW_WATCHER = 256 * 1024  # bytes a watcher may be behind
CARRIAGE_RETURN = b"\r"  # what the scanner is set to end a code with

_decode = msgspec.json.Decoder(w.AnyRequest).decode
_encode = msgspec.json.Encoder().encode


def kill(pid: int) -> None:
    """SIGKILL, and wait until the process is gone: what it was about to do, it has not done."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], GONE_S)
        finally:
            os.close(handle)


class WorldServer:
    """Serves one world on a unix socket, and its network on a loopback port."""

    def __init__(
        self, path: Path, world: World, router: Router | None, memory: Memory | None, scanner: SerialCable | None
    ) -> None:
        self._path, self._world, self._router, self._memory, self._scanner = path, world, router, memory, scanner
        self._watchers: set[asyncio.StreamWriter] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._told = len(world.ledger)  # entries of it that the watchers have heard of

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; the socket is gone afterwards."""
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, self._path, limit=w.FRAME_LIMIT)
        try:
            self._path.chmod(0o600)
            if self._router:
                self._world.router_port = self._router.port
                await self._set_network(self._world.network)
            if self._scanner:
                self._scanner.plug(not self._world.scanner_unplugged)
            self._pass_time(self._now())  # also what was under way when the world before this one died
            print(f"world ready {self._path}", flush=True)
            await stop.wait()
        finally:
            server.close()
            self._path.unlink(missing_ok=True)
            if self._router:
                await self._router.close()
            if self._scanner:
                self._scanner.plug(False)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(await self._reply(line, writer))
                await writer.drain()
        except ValueError as error:  # a line longer than the limit cannot be resynchronised
            writer.write(_frame(w.Reply(error=f"frame too long: {error}")))
        except (OSError, asyncio.CancelledError):
            pass  # the other end died, or we are stopping: the world goes on without it
        finally:
            self._watchers.discard(writer)
            writer.close()

    async def _reply(self, line: bytes, writer: asyncio.StreamWriter) -> bytes:
        try:
            request, now_s = _decode(line), self._now()
            self._pass_time(now_s)
            if isinstance(request, w.Watch):
                return _frame(self._watch(writer))
            if isinstance(request, w.SetNetwork) and self._router is None:
                raise NotPossible("this world has no network: start it with --router-port and --target")
            if isinstance(request, w.HoldCode | w.SetScanner) and self._scanner is None:
                raise NotPossible("this world has no scanner: start it with --scanner")
            answer = do(self._world, request, now_s)
        except (NotPossible, msgspec.MsgspecError) as error:
            return _frame(w.Reply(error=str(error)))
        if self._memory:
            self._memory.keep(request, now_s)
        self._pass_time(now_s)
        if isinstance(request, w.SetNetwork):
            await self._set_network(request.up)
        if self._scanner:
            self._scan(self._scanner, request)
        return _frame(w.Reply(answer=answer))

    # -- time -----------------------------------------------------------------------------------------------------

    def _now(self) -> float:
        return asyncio.get_running_loop().time()  # CLOCK_MONOTONIC

    def _pass_time(self, now_s: float) -> None:
        """Let happen what is due, tell the watchers, and come back when the next thing is."""
        self._world.advance(now_s)
        for entry in self._world.ledger[self._told :]:
            self._tell(entry)
        self._told = len(self._world.ledger)
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due_s = self._world.next_step_s()
        if due_s is not None:
            self._timer = asyncio.get_running_loop().call_at(due_s, lambda: self._pass_time(self._now()))

    def _watch(self, writer: asyncio.StreamWriter) -> w.Sensed:
        self._watchers.add(writer)
        boxes = self._world.compartments
        lids = frozenset(number for number, box in boxes.items() if box.lid_open)
        return w.Sensed(tuple(boxes), lids, self._world.mains)

    def _tell(self, entry: w.Entry) -> None:
        push: w.Push
        if entry.what in (w.What.LID_OPENED, w.What.LID_SHUT) and entry.compartment is not None:
            push = w.LidMoved(entry.compartment, entry.what is w.What.LID_OPENED)
        elif entry.what in (w.What.MAINS_ON, w.What.MAINS_OFF):
            push = w.MainsChanged(entry.what is w.What.MAINS_ON)
        else:
            return
        for watcher in self._watchers:
            if watcher.transport.get_write_buffer_size() > SLOW_WATCHER:
                watcher.transport.abort()
            else:
                watcher.write(_frame(push))

    def _scan(self, scanner: SerialCable, request: w.Request) -> None:
        match request:
            case w.HoldCode(code):
                scanner.send(code + CARRIAGE_RETURN)
            case w.SetScanner(unplugged):
                scanner.plug(not unplugged)

    async def _set_network(self, up: bool) -> None:
        if self._router:
            await (self._router.restore() if up else self._router.cut())


def _frame(message: w.Reply | w.Push) -> bytes:
    return _encode(message) + b"\n"


async def serve(
    path: Path, world: World, memory: Memory | None, router_port: int | None, target: tuple[str, int] | None,
    scanner: Path | None, scale: Path | None,
) -> None:  # fmt: skip
    """Serve `world` until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    router = Router(router_port, target) if router_port is not None and target else None
    server = WorldServer(path, world, router, memory, SerialCable(scanner) if scanner else None)
    async with asyncio.TaskGroup() as lines:
        writing = lines.create_task(ScaleLine(scale, world).run(asyncio.get_running_loop().time)) if scale else None
        await server.run(stop)
        if writing:
            writing.cancel()


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host or "127.0.0.1", int(port)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, required=True, help="where it listens")
    parser.add_argument("--compartments", type=int, required=True, choices=range(1, 129), metavar="1-128")
    parser.add_argument("--router-port", type=int, help="loopback port of the home's network; 0 takes a free one")
    parser.add_argument("--target", type=address, metavar="HOST:PORT", help="where the network leads")
    parser.add_argument("--scanner", type=Path, help="where the scanner's serial line appears, as udev would name it")
    parser.add_argument("--scale", type=Path, help="where the scale's serial line appears, as udev would name it")
    parser.add_argument("--memory", type=Path, help="a file to come back from the same after SIGKILL")
    parser.add_argument("--seed", type=int, default=1, help="of the load cell's noise")


def main(args: argparse.Namespace) -> int:
    world = World(args.compartments, args.seed, kill)
    with contextlib.ExitStack() as open_files:
        memory = open_files.enter_context(contextlib.closing(Memory(args.memory))) if args.memory else None
        if memory:
            try:
                memory.recall(world)
            except MemoryWrong as error:
                print(error, file=sys.stderr)
                return os.EX_DATAERR
        asyncio.run(serve(args.socket, world, memory, args.router_port, args.target, args.scanner, args.scale))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="drivers.world", description=__doc__)
    add_arguments(parser)
    raise SystemExit(main(parser.parse_args()))
