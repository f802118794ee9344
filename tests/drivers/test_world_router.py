"""The home's network: real TCP through the world, cut and restored."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from drivers.world_line import WorldRefused
from drivers.world_protocol import What
from tests.drivers.worlds import RunningWorld, running_world


class Echo:
    """A server that sends back what it gets, until the end it is sent."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _accept(self) -> None:
        try:
            while True:
                threading.Thread(target=self._echo, args=(self._listening.accept()[0],), daemon=True).start()
        except OSError:
            return  # closed

    def _echo(self, peer: socket.socket) -> None:
        with peer:
            try:
                while chunk := peer.recv(65536):
                    peer.sendall(chunk)
            except OSError:
                return  # cut


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.close()


@pytest.fixture
def world(echo: Echo) -> Iterator[RunningWorld]:
    with running_world("--router-port", "0", "--target", f"127.0.0.1:{echo.port}") as made:
        yield made


def connect(world: RunningWorld, closing: ExitStack) -> socket.socket:
    port = world.client.look().router_port
    assert port is not None
    return closing.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))


def answers(line: socket.socket, text: bytes) -> bool:
    line.sendall(text)
    return line.recv(100) == text


def hangs_up(line: socket.socket) -> bool:
    try:
        return line.recv(100) == b""
    except ConnectionResetError:
        return True


def test_a_megabyte_and_its_end_come_through_whole(world: RunningWorld, closing: ExitStack) -> None:
    line = connect(world, closing)
    sent = bytes(range(256)) * 4096

    def send() -> None:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)

    sending = threading.Thread(target=send)
    sending.start()
    got = b""
    while chunk := line.recv(65536):
        got += chunk
    sending.join()
    assert got == sent


def test_cut_hangs_up_and_refuses_and_restored_serves_on_the_same_port(world: RunningWorld, closing: ExitStack) -> None:
    port = world.client.look().router_port
    line = connect(world, closing)
    assert answers(line, b"hello")
    for _ in range(2):
        world.client.set_network(False)
        assert hangs_up(line)
        with pytest.raises(ConnectionRefusedError):
            connect(world, closing)
        assert not world.client.look().network
        world.client.set_network(True)
        line = connect(world, closing)
        assert answers(line, b"again")
    assert world.client.look().router_port == port
    assert [e.what for e in world.client.ledger()] == [What.NETWORK_CUT, What.NETWORK_RESTORED] * 2


def test_a_gateway_that_is_down_hangs_up(world: RunningWorld, closing: ExitStack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with running_world("--router-port", "0", "--target", f"127.0.0.1:{port}") as lonely:
        assert hangs_up(connect(lonely, closing))
        assert lonely.client.look().network


def test_a_world_without_a_router_has_no_network_to_cut() -> None:
    with running_world() as bare:
        with pytest.raises(WorldRefused, match="no network"):
            bare.client.set_network(False)
        assert bare.client.look().network
        assert bare.client.ledger() == ()
