"""The client's end: what a caller may rely on, hub or no hub."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.server import Answering, Server
from tests.hub.made import START, wait_for


class EchoHub:
    """Answers `ReadJournal` with its own `after`, so that answers can be told apart."""

    def __init__(self, folder: Path) -> None:
        self.sockets = {role: folder / f"{role}.sock" for role in p.Role}
        self.mute = False
        self.kept: list[Answering] = []
        self.server = Server(self.sockets, self._on_request, {role: {os.getuid()} for role in p.Role})
        self.server.start()

    def _on_request(self, role: p.Role, message: p.Message, reply: Answering) -> None:
        if self.mute:
            self.kept.append(reply)
        elif isinstance(message, p.ReadJournal):
            reply(p.EventBatch(lane="all", events=(msgspec.Raw(b'{"a":1}'),), last_seq=message.after, head=""))
        else:
            reply(p.Error(p.Problem.REFUSED, ("not_due",)))


def a_snapshot(version: int) -> p.Snapshot:
    return p.Snapshot(
        protocol=1, version=version, now=START, language="da", calm=False, hub="hub-7", citizen="x",
        plan_version=None, current=None, next=None,
    )  # fmt: skip


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[EchoHub]:
    made = EchoHub(tmp_path)
    yield made
    made.server.close()


def after(client: Client, number: int) -> int:
    answer = client.call(p.ReadJournal(after=number)).answer
    assert isinstance(answer, p.EventBatch)
    return answer.last_seq


def test_a_call_is_answered(hub: EchoHub) -> None:
    with Client(hub.sockets[p.Role.STAFF]) as client:
        assert after(client, 5) == 5
        assert client.call(p.Status()) == p.Reply(2, error=p.Error(p.Problem.REFUSED, ("not_due",)))


def test_every_thread_gets_its_own_answer(hub: EchoHub) -> None:
    with Client(hub.sockets[p.Role.STAFF]) as client, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda number: after(client, number), range(400))) == list(range(400))


def test_snapshots_are_handed_on_in_order_beside_answers(hub: EchoHub) -> None:
    seen: list[int] = []
    hub.server.push(a_snapshot(1))
    with Client(hub.sockets[p.Role.UI], on_push=lambda snapshot: seen.append(snapshot.version)) as client:
        wait_for(lambda: seen == [1])
        hub.server.push(a_snapshot(2))
        assert client.call(p.AskForHelp()).error is not None
        wait_for(lambda: seen == [1, 2])


def test_no_hub_is_an_oserror_at_once(tmp_path: Path) -> None:
    with pytest.raises(HubUnreachable, match=r"nobody\.sock"):
        Client(tmp_path / "nobody.sock", on_push=lambda snapshot: None)
    with Client(tmp_path / "nobody.sock") as client, pytest.raises(OSError):
        client.call(p.Status())


def test_a_hub_that_does_not_answer_is_waited_for_no_longer_than_asked(hub: EchoHub) -> None:
    hub.mute = True
    with Client(hub.sockets[p.Role.STAFF]) as client:
        with pytest.raises(HubUnreachable, match="Status"):
            client.call(p.Status(), timeout_s=0.05)
        hub.mute = False
        for reply in hub.kept:
            reply(None)  # too late: it must not be taken for the answer to the next
        assert after(client, 9) == 9


def test_a_hub_that_dies_lets_nobody_wait(hub: EchoHub) -> None:
    hub.mute = True
    with Client(hub.sockets[p.Role.STAFF]) as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.call, p.Status(), 30.0)
        wait_for(lambda: len(hub.kept) == 1)
        hub.server.close()
        with pytest.raises(HubUnreachable, match="went away"):
            asked.result(5)
        assert not client.connected


def test_a_hub_that_comes_back_is_found_by_the_next_call(tmp_path: Path) -> None:
    hub = EchoHub(tmp_path)
    with Client(hub.sockets[p.Role.STAFF]) as client:
        assert after(client, 1) == 1
        hub.server.close()
        wait_for(lambda: not client.connected)
        with pytest.raises(HubUnreachable):
            client.call(p.Status())
        again = EchoHub(tmp_path)
        assert after(client, 2) == 2
        assert client.connected
        again.server.close()


@pytest.mark.parametrize("said", [b"nonsense\n", b'{"type":"Reply"}\n', b"\xff\n", b'{"type":"Surprise","ref":1}\n'])
def test_a_hub_that_talks_nonsense_is_no_hub(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "hub.sock"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()
        with Client(path) as client, ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.call, p.Status(), 30.0)
            peer, _ = listener.accept()
            with closing(peer):
                peer.recv(1000)
                peer.sendall(said)
                with pytest.raises(HubUnreachable):
                    asked.result(5)


def test_a_closed_client_may_be_closed_again_and_used_again(hub: EchoHub) -> None:
    client = Client(hub.sockets[p.Role.STAFF])
    assert after(client, 1) == 1
    client.close()
    client.close()
    assert not client.connected
    assert after(client, 2) == 2
    client.close()
