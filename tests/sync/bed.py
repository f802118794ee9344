"""A municipality and a hub to test with: a real gateway process over HTTPS, a real unix socket with a hub behind it."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import requests
from msgspec.structs import replace

from hub import documents
from hub import protocol as p
from hub.domain import events as e
from hub.domain.intake import Intake
from hub.enrolment import Enrolled, load_device_key, load_trust
from hub.lane import LANE, Lane
from hub.plan.envelope import sign_plan
from hub.server import Server as HubServer
from hub.signed import Key, Purpose, SignatureRefused, sign, verify
from medhub.enrol import Enrolment, enrol, person
from medhub.testca import make_test_ca
from sync.gateway.config import Config, load
from sync.gateway.gateway import Clock, Gateway, open_gateway
from sync.gateway.hubs import admit_hub, put_plan
from sync.gateway.keys import make_keys
from sync.gateway.main import make_server
from sync.gateway.people import add_user
from tests.plan.build import sample
from tests.sync import examples as x

PASSWORD = "en lang adgangskode"
START_S = 20.0


def until(condition: Callable[[], Any], timeout_s: float = 40.0) -> Any:
    """Wait until `condition` gives something; AssertionError where it never does."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*words: str, **kinds: Any) -> Iterator["subprocess.Popen[str]"]:
    """`medhub …` as a real process, ended afterwards."""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-m", "medhub.cli", *words], text=True, cwd=root, **kinds) as running:
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()


class Municipality:
    """A gateway's files, and its process where it is started. Hubs and people are let in through the store."""

    def __init__(self, home: Path, port: int = 0, **settings: Any) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.port = home, port or free_port()
        self.ca = make_test_ca(home).ca
        self.ring = make_keys(home / "keys", "test")
        self.config_file = home / "gateway.toml"
        values = {
            "url": f"https://127.0.0.1:{self.port}", "certificate": "server.pem", "certificate_key": "server-key.pem",
            "keys": "keys", "database": f"sqlite:///{home}/gateway.db", "port": self.port, **settings,
        }  # fmt: skip
        self.config_file.write_text("".join(f"{k} = {msgspec.json.encode(v).decode()}\n" for k, v in values.items()))
        self.config: Config = load(self.config_file)

    @property
    def url(self) -> str:
        """Where staff reach it. Hubs go by `config.url`, which may be a wire's."""
        return f"https://127.0.0.1:{self.port}"

    @contextmanager
    def gateway(self, **changes: Any) -> Iterator[Gateway]:
        """The gateway's own functions, on the same database."""
        opened = open_gateway(self.config)._replace(**changes)
        try:
            yield opened
        finally:
            opened.store.dispose()

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[str]"]:
        with process("gateway", "--config", str(self.config_file)) as running:
            until(lambda: self._answers(running), START_S)
            yield running

    @contextmanager
    def serving(self, clock: Clock) -> Iterator[None]:
        """The same within this process, by a clock of the test's own."""
        server = make_server(self.config, clock)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until(self._reached, START_S)
            yield
            until(lambda: not server.server_state.connections)  # everybody has hung up
        finally:
            server.should_exit = True
            thread.join(timeout=20)

    def _answers(self, running: "subprocess.Popen[str]") -> bool:
        assert running.poll() is None, "the gateway ended by itself"
        return self._reached()

    def _reached(self) -> bool:
        try:
            return requests.get(f"{self.url}/login", verify=str(self.ca), timeout=5).ok
        except requests.ConnectionError:
            return False

    def enrolled(self, home: Path, hub: str, name: str = "Aase Lindgaard") -> "Home":
        """A hub that was enrolled and let in."""
        made = Home(home, hub)
        staff = (person("sanne", x.BY, "2468"),)
        request = Enrolment(
            hub, x.CPR, name, self.config.url, self.ca, self.ring.public, staff, made.state, made.sync, made.socket
        )
        made.enrolled = enrol(request)
        with self.gateway() as gateway:
            admit_hub(gateway, made.enrolled)
        return made

    def user(self, login: str = "sanne", name: str = x.BY) -> None:
        with self.gateway() as gateway:
            add_user(gateway, name, login, PASSWORD)

    def plan(self, hub: str, version: int = 7, **changes: Any) -> str:
        jws = signed_plan(self.ring.plan, hub, version, **changes)
        with self.gateway() as gateway:
            put_plan(gateway, hub, jws)
        return jws

    @contextmanager
    def browser(self, login: str = "sanne") -> Iterator[requests.Session]:
        """Somebody who has logged in through the page."""
        with requests.Session() as session:
            session.verify, session.trust_env = str(self.ca), False
            form = {"login": login, "password": PASSWORD}
            answer = session.post(f"{self.url}/login", data=form, timeout=10)
            assert answer.ok
            assert answer.url == f"{self.url}/alarms"
            yield session


def signed_plan(key: Key, hub: str, version: int = 7, **changes: Any) -> str:
    return sign_plan({**sample(), "hub": hub, "version": version, **changes}, key)


class Home:
    """A hub's directories."""

    enrolled: Enrolled

    def __init__(self, home: Path, hub: str) -> None:
        self.hub, self.home = hub, home
        self.state, self.sync, self.socket = home / "state", home / "sync", home / "sync.sock"

    def settings(self, **changes: Any) -> Path:
        """sync.toml as enrolled, quick, and with changes."""
        made = msgspec.toml.decode((self.sync / "sync.toml").read_bytes())
        quick = {"poll_s": 0.05, "download_s": 0.1, "heartbeat_s": 0.2, "backoff_max_s": 0.2, "timeout_s": 5.0}
        path = self.sync / "quick.toml"
        values = made | quick | changes
        path.write_text("".join(f"{k} = {msgspec.json.encode(v).decode()}\n" for k, v in values.items()))
        return path


class ScriptedHub:
    """Answers sync as the hub does, over the hub's own socket server, from a list of events."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.log: list[tuple[e.Event, Intake | None]] = []
        self.cursors = dict.fromkeys(map(str, Lane), 0)
        self.parked: list[p.Parked] = []
        self.plans: list[str] = []
        self.commands: list[documents.Command] = []
        self.stops: list[documents.UrgentStop] = []
        self.offered: list[str] = []  # what was offered, in order: stop, plan, command
        self.refuses: tuple[str, ...] = ()  # with these reasons, what is signed well
        self.refused: list[str] = []
        self.seen_up: list[bool] = []
        self.spoilt: set[int] = set()  # numbers of events sync cannot read
        self.tick = 0
        self._trust, self._key = load_trust(home.state), load_device_key(home.state)

    def __enter__(self) -> "ScriptedHub":
        self._server = HubServer({p.Role.SYNC: self._home.socket}, self._on_request, {p.Role.SYNC: {os.getuid()}})
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def happens(self, *bodies: e.AnyBody, intake: Intake | None = x.INTAKE, wall: datetime | None = None) -> None:
        self.log = self.log + [(x.event(len(self.log) + 1 + n, body, wall), intake) for n, body in enumerate(bodies)]

    def head(self, seq: int) -> str:
        return sha256(b"".join(x.item(event) for event, _ in self.log[:seq])).hexdigest()

    def delivered(self) -> bool:
        return all(not self._rows(lane) for lane in Lane)

    def _rows(self, lane: str) -> list[tuple[e.Event, Intake | None]]:
        found = ((event, i) for event, i in self.log if LANE[type(event.body)] == lane)
        return [(event, i) for event, i in found if event.seq > self.cursors[lane]]

    def _on_request(self, role: p.Role, message: Any, reply: Callable[[Any], None]) -> None:
        reply(self._answer(message))

    def _answer(self, message: Any) -> Any:
        match message:
            case p.EventsAfter():
                return self._batch(message)
            case p.Acked():
                return self._acked(message.receipt)
            case p.Parked():
                self.parked.append(message)
                self.cursors[message.lane] = message.seq
            case p.OfferPlan():
                self.offered.append("plan")
                self.plans.append(message.jws)
            case p.OfferStop():
                return self._signed(message.jws, Purpose.STOP, documents.UrgentStop, self.stops)
            case p.OfferCommand():
                return self._signed(message.jws, Purpose.COMMAND, documents.Command, self.commands)
            case p.GetHeartbeat():
                return p.Heartbeat(self.heartbeat())
            case p.NetworkSeen():
                self.seen_up.append(message.up)
        return None

    def _batch(self, asked: p.EventsAfter) -> p.EventBatch:
        rows = self._rows(asked.lane)[: asked.limit]
        after = self.cursors[asked.lane]
        last = rows[-1][0].seq if rows else after
        items = (self._item(event, intake) for event, intake in rows)
        return p.EventBatch(asked.lane, tuple(map(msgspec.Raw, items)), last, self.head(last), after)

    def _item(self, event: e.Event, intake: Intake | None) -> bytes:
        item = x.item(event, intake)
        return item.replace(b'"type":"', b'"type":"NeverHeardOf') if event.seq in self.spoilt else item

    def _acked(self, jws: str) -> p.Error | None:
        try:
            receipt = msgspec.json.decode(verify(jws, self._trust.keys, Purpose.RECEIPT), type=documents.Receipt)
        except SignatureRefused as error:
            return p.Error(p.Problem.REFUSED, (str(error),))
        if receipt.hub != self._home.hub or receipt.head != self.head(receipt.seq):
            return p.Error(p.Problem.REFUSED, ("not this journal's",))
        self.cursors[receipt.lane] = receipt.seq
        return None

    def _signed(self, jws: str, purpose: Purpose, kind: type[Any], had: list[Any]) -> p.Error | None:
        self.offered.append(purpose)
        try:
            document = msgspec.json.decode(verify(jws, self._trust.keys, purpose), type=kind)
        except SignatureRefused as error:
            self.refused.append(str(error))
            return p.Error(p.Problem.REFUSED, (str(error),))
        if self.refuses:
            return p.Error(p.Problem.REFUSED, self.refuses)
        had.append(document)
        return None

    def heartbeat(self, **changes: Any) -> str:
        self.tick += 1
        seq = len(self.log)
        body = documents.HeartbeatBody(
            self._home.hub, x.START, True, self.tick, seq, self.head(seq), 7, screen_alive=True, mains=True
        )
        return sign(replace(body, **changes), self._key)
