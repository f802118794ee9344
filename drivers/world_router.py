"""The home's network: a TCP forwarder on loopback that can be cut and restored."""

import asyncio
import socket

CHUNK = 64 * 1024


class Router:
    """Forwards 127.0.0.1:`port` to `target`. Cut: live connections are reset and new ones refused."""

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._live: set[asyncio.StreamWriter] = set()
        # Bound and never listening: keeps the port ours while cut, and whoever connects then is refused.
        self._held = _bound(port)
        self.port: int = self._held.getsockname()[1]

    async def restore(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._forward, sock=_bound(self.port))

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._live:
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def close(self) -> None:
        await self.cut()
        self._held.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._live.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            there_reader, there = await asyncio.open_connection(*self._target)
            self._live.add(there)
            if not writer.transport.is_closing():  # cut while we connected
                await asyncio.gather(_pump(reader, there), _pump(there_reader, writer))
        except OSError:
            writer.transport.abort()
        finally:
            for end in filter(None, (writer, there)):
                self._live.discard(end)
                end.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction, until its end; an end is passed on as an end, a reset as a reset."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made
