"""The hub's sockets: nonsense is answered, floods and sleepers cost nobody else anything."""

import logging
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub import protocol as p
from hub.connection import MOST_ASKED, MOST_UNSEEN
from hub.server import MOST_PEERS, Answering, Server
from tests.hub.made import START, wait_for

P = p.Problem
JSONISH = '{}[]",:\\u0refmsagtypStu\n '


class Hub:
    """Real sockets in a folder; answers at once, or keeps the answers for the test to give."""

    def __init__(self, folder: Path, uids: set[int] | None = None) -> None:
        self.paths = {role: folder / f"{role}.sock" for role in p.Role}
        self.asked: list[tuple[p.Role, p.Message]] = []
        self.kept: list[Answering] = []
        self.keeping = False
        allowed = {role: {os.getuid()} if uids is None else uids for role in p.Role}
        self.server = Server(self.paths, self._on_request, allowed)
        self.server.start()

    def _on_request(self, role: p.Role, message: p.Message, reply: Answering) -> None:
        self.asked.append((role, message))
        if self.keeping:
            self.kept.append(reply)
        else:
            reply(None)


class Peer:
    """A client of a few lines that can misbehave."""

    def __init__(self, path: Path) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(str(path))
        self.file = self.sock.makefile("rb")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> Any:
        line = self.file.readline()
        return msgspec.json.decode(line, type=p.FromHub) if line.endswith(b"\n") else None  # None: the hub hung up

    def ask(self, ref: int, message: p.Message) -> None:
        self.send(frame(ref, message))

    def close(self) -> None:
        self.file.close()
        self.sock.close()


def frame(ref: int, message: p.Message) -> bytes:
    return msgspec.json.encode(p.Request(ref, msgspec.Raw(msgspec.json.encode(message)))) + b"\n"


def a_snapshot(version: int, padding: int = 0) -> p.Snapshot:
    return p.Snapshot(
        protocol=1, version=version, now=START, language="da", calm=False, hub="hub-7", citizen="x" * padding,
        plan_version=None, current=None, next=None,
    )  # fmt: skip


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.server.close()


@pytest.fixture
def join(hub: Hub) -> Iterator[Callable[[p.Role], Peer]]:
    peers: list[Peer] = []

    def join_it(role: p.Role) -> Peer:
        peers.append(Peer(hub.paths[role]))
        return peers[-1]

    yield join_it
    for peer in peers:
        peer.close()


Join = Callable[[p.Role], Peer]


def still_served(peer: Peer, hub: Hub) -> bool:
    """A good request after whatever was before is taken, and answered by its own ref."""
    before = len(hub.asked)
    peer.ask(777, p.Status())
    while (said := peer.read()).ref != 777:
        assert said.error is not None
    return said.error is None and hub.asked[before:] == [(p.Role.STAFF, p.Status())]


def test_a_request_is_asked_and_answered(hub: Hub, join: Join) -> None:
    peer = join(p.Role.UI)
    peer.ask(3, p.Open(intake="2026-11-20/noon"))
    assert peer.read() == p.Reply(3)
    assert hub.asked == [(p.Role.UI, p.Open(intake="2026-11-20/noon"))]


@pytest.mark.parametrize("answer", [p.Heartbeat("x.y.z"), p.Error(P.REFUSED, ("not_due",)), None])
def test_answers_come_later_and_in_any_order(hub: Hub, join: Join, answer: Any) -> None:
    hub.keeping = True
    peer = join(p.Role.SYNC)
    peer.ask(1, p.GetHeartbeat())
    peer.ask(2, p.NetworkSeen(up=True))
    wait_for(lambda: len(hub.kept) == 2)
    hub.kept[1](None)
    assert peer.read() == p.Reply(2)
    hub.kept[0](answer)
    said = peer.read()
    assert (said.ref, said.error or said.answer) == (1, answer)


_NURSE = b'"person":"n1","pin":"1234","intake":"2026-03-12/noon"'
RESOLVE = b'{"ref":4,"message":{"type":"Resolve",%s,"outcome":"due","latest_at":%%s}}' % _NURSE
FILL = b'{"ref":4,"message":{"type":"Fill",%s,"compartment":1,"contents_mg":%%s}}' % _NURSE


@pytest.mark.parametrize(
    ("line", "ref", "problem"),
    [
        (b"", 0, P.MALFORMED),
        (b"\xff\xfe", 0, P.MALFORMED),
        (b"{}", 0, P.MALFORMED),
        (b'{"ref":4}', 4, P.MALFORMED),
        (b'{"ref":-4,"message":{"type":"Status"}}', 0, P.MALFORMED),
        (b'{"ref":99999999999999999999,"message":{"type":"Status"}}', 0, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"Status"},"more":1}', 4, P.MALFORMED),
        (b'{"ref":4,"message":[]}', 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":7}}', 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"Status","more":1}}', 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"ReadJournal","limit":1001}}', 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"\xed\xa0\x80"}}', 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"Fill","person":"\xff"}}', 4, P.MALFORMED),
        (RESOLVE % b'"2026-03-12T08:00:00"', 4, P.MALFORMED),  # at home, or where?
        (FILL % b"-1", 4, P.MALFORMED),
        (FILL % b"99999999999999999999", 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"ReadJournal","after":99999999999999999999}}', 4, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"Dance"}}', 4, P.UNKNOWN),
        (b'{"ref":4,"message":{"type":"Open","intake":"x"}}', 4, P.FORBIDDEN),
        (b'{"ref":4,"message":{"type":"Acked","receipt":"x"}}', 4, P.FORBIDDEN),
        (b'{"ref":4,"message":' + b"[" * 30000 + b"]" * 30000 + b"}", 0, P.MALFORMED),
        (b'{"ref":4,"message":{"type":"Status","x":' + b"[" * 30000 + b"]" * 30000 + b"}}", 0, P.MALFORMED),
        (b"[" * 60000, 0, P.MALFORMED),
        (b'{"ref":4,' + b" " * (64 * 1024), 0, P.TOO_LARGE),
    ],
    ids=lambda value: repr(value[:50]) if isinstance(value, bytes) else None,
)
def test_nonsense_gets_a_typed_error(hub: Hub, join: Join, line: bytes, ref: int, problem: p.Problem) -> None:
    peer = join(p.Role.STAFF)
    peer.send(line + b"\n")
    said = peer.read()
    assert (said.ref, said.error.problem) == (ref, problem)
    assert still_served(peer, hub)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet='{}[]",:\\u0refmsagtypStu\n ', max_size=120).map(str.encode))
)
@example(b"\n" * 65536)
@example(b'{"ref":1e400,"message":null}')
@example(b'{"ref":4,"message":{"type":"\\ud800"}}')
def test_any_bytes_at_all(hub: Hub, join: Join, data: bytes) -> None:
    peer = join(p.Role.STAFF)
    peer.send(data + b"\n")
    assert still_served(peer, hub)
    assert hub.server.alive
    hub.asked.clear()
    peer.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.integers(1, 400), max_size=6))
def test_frames_may_arrive_in_any_pieces(hub: Hub, join: Join, cuts: list[int]) -> None:
    peer = join(p.Role.STAFF)
    data = frame(1, p.Status()) + b"nonsense\n" + frame(2, p.ReadJournal(after=5))
    for cut in cuts:
        peer.send(data[:cut])
        data = data[cut:]
    peer.send(data)
    said = [peer.read() for _ in range(3)]
    assert sorted((s.ref, s.error is None) for s in said) == [(0, False), (1, True), (2, True)]
    peer.close()


@pytest.mark.parametrize("role", list(p.Role))
def test_the_limit_is_the_roles(hub: Hub, join: Join, role: p.Role) -> None:
    """As large as allowed is read; one byte more is thrown away up to its newline, however long it goes on."""
    peer = join(role)
    good = {
        p.Role.UI: p.AskForHelp(), p.Role.SYNC: p.GetHeartbeat(), p.Role.STAFF: p.Status(),
    }[role]  # fmt: skip
    most = frame(1, good)[:-1].ljust(p.FRAME_LIMIT[role]) + b"\n"
    peer.send(most)
    assert peer.read() == p.Reply(1)
    peer.send(b" " + most)
    assert peer.read().error.problem is P.TOO_LARGE
    peer.send(b"x" * (3 * p.FRAME_LIMIT[role]) + b"\n" + frame(2, good))
    assert peer.read().error.problem is P.TOO_LARGE
    assert peer.read() == p.Reply(2)


def test_a_large_plan_fits(hub: Hub, join: Join) -> None:
    peer = join(p.Role.SYNC)
    peer.ask(1, p.OfferPlan(jws="x" * 2 * 1024 * 1024))
    assert peer.read() == p.Reply(1)


def test_a_request_that_cannot_be_taken_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(role: p.Role, message: p.Message, reply: Answering) -> None:
        raise RuntimeError("Panodil, Aase Lindgaard")

    sockets = {p.Role.STAFF: tmp_path / "staff.sock"}
    server = Server(sockets, broken, {p.Role.STAFF: {os.getuid()}})
    server.start()
    peer = Peer(sockets[p.Role.STAFF])
    for ref in (1, 2):
        peer.ask(ref, p.Status())
        said = peer.read()
        assert (said.ref, said.error.problem) == (ref, P.REFUSED)
    assert "RuntimeError at test_server.py" in caplog.text
    assert "Panodil" not in caplog.text  # R15
    peer.close()
    server.close()


def test_a_foreign_uid_is_not_let_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hub = Hub(tmp_path, uids={os.getuid() + 1})
    peer = Peer(hub.paths[p.Role.STAFF])
    assert peer.read() is None
    assert f"uid {os.getuid()} was not let in" in caplog.text
    assert not hub.asked
    peer.close()
    hub.server.close()


def test_a_socket_is_its_groups_and_nobody_elses(hub: Hub) -> None:
    for path in hub.paths.values():
        found = path.stat()
        assert stat.S_ISSOCK(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to any group")
def test_a_socket_is_given_the_group_of_its_role(tmp_path: Path) -> None:
    paths = {role: tmp_path / f"{role}.sock" for role in p.Role}
    server = Server(paths, lambda *_: None, dict.fromkeys(p.Role, ()), {p.Role.UI: 4711, p.Role.SYNC: 4712})
    server.start()
    assert [paths[role].stat().st_gid for role in p.Role] == [4711, 4712, os.getegid()]
    server.close()


def test_sockets_are_taken_away_and_a_dead_hubs_are_replaced(tmp_path: Path) -> None:
    hub = Hub(tmp_path)
    left = socket.socket(socket.AF_UNIX)
    hub.server.close()
    assert list(tmp_path.iterdir()) == []
    left.bind(str(hub.paths[p.Role.UI]))
    left.close()
    again = Hub(tmp_path)
    peer = Peer(again.paths[p.Role.UI])
    peer.ask(1, p.AskForHelp())
    assert peer.read() == p.Reply(1)
    peer.close()
    again.server.close()
    again.server.close()


def test_something_else_in_a_sockets_place_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "staff.sock").write_text("mine")
    with pytest.raises(OSError):
        Hub(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["staff.sock"]
    assert (tmp_path / "staff.sock").read_text() == "mine"


def test_a_ui_is_shown_the_latest_when_it_comes_and_all_that_follow(hub: Hub, join: Join) -> None:
    hub.server.push(a_snapshot(1))
    hub.server.push(a_snapshot(2))
    peer, other, staff = join(p.Role.UI), join(p.Role.UI), join(p.Role.STAFF)
    assert peer.read() == other.read() == a_snapshot(2)
    hub.server.push(a_snapshot(3))
    assert peer.read() == other.read() == a_snapshot(3)
    staff.ask(1, p.Status())
    assert staff.read() == p.Reply(1)  # and no snapshot before it


def test_a_ui_that_does_not_look_is_let_go_and_others_are_shown_all(hub: Hub, join: Join) -> None:
    sleeper, awake = join(p.Role.UI), join(p.Role.UI)
    version = 0
    for version in range(1, 8 + MOST_UNSEEN + 5):
        hub.server.push(a_snapshot(version, padding=100_000))
        assert awake.read().version == version
    seen = []
    while (said := sleeper.read()) is not None:
        seen.append(said.version)
    assert seen == sorted(set(seen))
    assert version not in seen
    awake.ask(1, p.AskForHelp())
    assert awake.read() == p.Reply(1)


def test_a_ui_that_looks_late_gets_the_latest_and_not_the_queue(hub: Hub, join: Join) -> None:
    peer, staff = join(p.Role.UI), join(p.Role.STAFF)
    for version in range(1, MOST_UNSEEN):
        hub.server.push(a_snapshot(version, padding=100_000))
    staff.ask(1, p.Status())
    assert staff.read() == p.Reply(1)  # answered after all that was pushed before: only now does the ui look
    seen = [0]
    while seen[-1] != MOST_UNSEEN - 1:
        seen.append(peer.read().version)
    assert seen == sorted(set(seen))
    assert len(seen) < MOST_UNSEEN


def test_a_flood_waits_in_the_peers_own_socket(hub: Hub, join: Join) -> None:
    """H32: no more than `MOST_ASKED` of one peer's requests ever lie with the hub."""
    hub.keeping = True
    flood, calm = join(p.Role.STAFF), join(p.Role.STAFF)
    flood.send(b"".join(frame(ref, p.Status()) for ref in range(1, 201)))
    wait_for(lambda: len(hub.kept) == MOST_ASKED)
    calm.ask(1, p.ReadJournal(after=9))
    wait_for(lambda: len(hub.kept) == MOST_ASKED + 1)
    assert hub.asked[-1] == (p.Role.STAFF, p.ReadJournal(after=9))
    hub.keeping = False
    for reply in hub.kept:
        reply(None)
    assert calm.read() == p.Reply(1)
    assert sorted(flood.read().ref for _ in range(200)) == list(range(1, 201))


def test_answers_nobody_reads_are_not_kept_for_ever(hub: Hub, join: Join, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    hub.keeping = True
    sleeper, awake = join(p.Role.STAFF), join(p.Role.STAFF)
    for ref in range(MOST_ASKED):
        sleeper.ask(ref, p.Status())
    wait_for(lambda: len(hub.kept) == MOST_ASKED)
    for reply in hub.kept:
        reply(p.Heartbeat("x" * 500_000))
    wait_for(lambda: "does not read its answers" in caplog.text)
    hub.keeping = False
    assert still_served(awake, hub)


def test_answers_to_one_who_has_left_are_dropped(hub: Hub, join: Join) -> None:
    hub.keeping = True
    leaver, other = join(p.Role.STAFF), join(p.Role.STAFF)
    leaver.ask(1, p.Status())
    wait_for(lambda: len(hub.kept) == 1)
    leaver.close()
    hub.keeping = False
    assert still_served(other, hub)
    hub.kept[0](None)
    assert still_served(other, hub)


def test_a_touch_whose_screen_gave_up_while_the_hub_hung_moves_nothing(tmp_path: Path) -> None:
    """R1: it waits in the socket, and whoever touched has long been told that the box does not answer."""
    hub, hang, hung = Hub(tmp_path), threading.Event(), threading.Event()
    try:
        screen, other = Peer(hub.paths[p.Role.UI]), Peer(hub.paths[p.Role.STAFF])
        hub.server._post(lambda: (hung.set(), hang.wait(5)))
        assert hung.wait(5)
        screen.ask(1, p.Open(intake="2026-03-12/noon"))
        screen.close()
        hang.set()
        assert still_served(other, hub)
        other.close()
        assert [message for role, message in hub.asked if role is p.Role.UI] == []
    finally:
        hub.server.close()


def test_only_so_many_at_a_time(hub: Hub, join: Join) -> None:
    peers = [join(p.Role.STAFF) for _ in range(MOST_PEERS)]
    for peer in peers:
        assert still_served(peer, hub)
    assert join(p.Role.STAFF).read() is None
    peers[0].close()

    def let_in() -> bool:
        peer = join(p.Role.STAFF)
        try:
            peer.ask(1, p.Status())
            return peer.read() == p.Reply(1)
        except OSError:
            return False

    wait_for(let_in)
