"""A home with a real hub process in a real world process: one day's plan, filled compartments, and time that jumps."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from drivers.world_client import WorldClient
from drivers.world_protocol import Item, Trap, TrapAt, What
from hub import protocol as p
from hub.client import Client, HubUnreachable
from hub.enrolment import Person, Trust, hash_pin
from hub.plan.envelope import sign_plan
from hub.signed import Purpose, new_key
from medhub.origin import OriginDirector
from tests.drivers.worlds import ROOT, running_world, wait_for
from tests.plan.build import Json, bundle, dosage, envelope, repeat, statement

HUB, CITIZEN, PIN = "MH-0001", "2512489996", "2468"
PLAN_KEY, DEVICE_KEY = new_key("plan-1", Purpose.PLAN), new_key("hub-1", Purpose.HEARTBEAT)
TRUST = Trust(HUB, CITIZEN, (PLAN_KEY.public,), (Person("sanne", "Sanne Holm", hash_pin(PIN)),))
SLOTS = ("morning", "noon", "evening", "night")
TABLET_MG = 500


class Home:
    """`hub` is its process; it may be killed and started again, the world goes on."""

    def __init__(self, folder: Path, state: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.state, self.sockets = state, folder / "run"
        for made in (self.state, self.sockets):
            made.mkdir()
        (self.state / "trust.json").write_bytes(msgspec.json.encode(TRUST))
        (self.state / "device-key.json").write_bytes(msgspec.json.encode(DEVICE_KEY))
        self._config = folder / "hub.toml"
        self._config.write_text(f'state_dir = "{self.state}"\nsocket_dir = "{self.sockets}"\ndevelopment = true\n')
        self._origin, self.time = folder / "origin.json", OriginDirector(folder / "origin.json")
        self.time.start(home_time("5.00"))
        self.world_socket, self.scanner = folder / "world.sock", folder / "scanner"
        self.pin_file = folder / "pin"
        self.pin_file.write_text(PIN)
        self.pin_file.chmod(0o600)
        self.log = folder / "hub.log"
        self.env: dict[str, str] = {}
        self.start_world()
        self.staff, self.sync = self._client("staff"), self._client("sync")

    # -- processes ---------------------------------------------------------------------------------------------------

    def start_world(self) -> None:
        made = self._stack.enter_context(running_world("--scanner", str(self.scanner), socket=self.world_socket))
        self.world: WorldClient = made.client
        self.world_process = made.process

    def start_hub(self) -> None:
        """Start it and wait until it answers."""
        files = {"config": self._config, "origin": self._origin, "world": self.world_socket, "scanner": self.scanner}
        words = [word for name, path in files.items() for word in (f"--{name}", str(path))]
        with self.log.open("ab") as log:
            self.hub = subprocess.Popen(
                [sys.executable, "-m", "medhub.demo.hub_process", *words], cwd=ROOT, stdout=log, stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), **self.env},
            )  # fmt: skip
        self.closes(self.hub)
        wait_for("the hub to answer", self._answers)

    def closes(self, process: "subprocess.Popen[bytes]") -> None:
        """It ends with the home, and its pipes are shut."""
        self._stack.enter_context(process)
        self._stack.callback(self._end, process)

    def _answers(self) -> bool:
        assert self.hub.poll() is None, self.log.read_text()
        with suppress(HubUnreachable):
            return self.staff.call(p.Status()).error is None
        return False

    def kill_hub(self) -> None:
        """SIGKILL: no last word."""
        self.hub.kill()
        self.hub.wait(10)

    def stop_hub(self) -> int:
        """SIGTERM; the exit code."""
        self.hub.send_signal(signal.SIGTERM)
        return self.hub.wait(10)

    def hub_dies(self, at: TrapAt, compartment: int, touch: Callable[[], object]) -> None:
        """SIGKILL at a physical moment, sent by the world."""
        self.world.set_trap(Trap(at, compartment, self.hub.pid))
        with suppress(HubUnreachable):
            touch()
        assert self.hub.wait(10) == -signal.SIGKILL

    @staticmethod
    def _end(process: "subprocess.Popen[bytes]") -> None:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    # -- asking ------------------------------------------------------------------------------------------------------

    def _client(self, role: str) -> Client:
        return self._stack.enter_context(Client(self.sockets / f"{role}.sock"))

    def screen(self, on_push: Callable[[p.Snapshot], None] = lambda snapshot: None) -> Client:
        """Another screen, that is shown snapshots."""
        return self._stack.enter_context(Client(self.sockets / "ui.sock", on_push=on_push))

    def touch(self, message: p.Message) -> tuple[str, ...]:
        """From a screen of its own; the reasons of a refusal, () for done."""
        with Client(self.sockets / "ui.sock") as screen:
            return reasons(screen.call(message))

    def open(self, slot: str) -> tuple[str, ...]:
        return self.touch(p.Open(intake=intake_id(slot)))

    def act(self, kind: type[p.Act], /, **fields: Any) -> tuple[str, ...]:
        return reasons(self.staff.call(kind(person="sanne", pin=PIN, **fields)))

    def offer(self, **changes: Any) -> tuple[str, ...]:
        jws = sign_plan(plan() | changes, PLAN_KEY)
        return reasons(self.sync.call(p.OfferPlan(jws=jws)))

    def status(self) -> p.StatusReport:
        answer = self.staff.call(p.Status()).answer
        assert isinstance(answer, p.StatusReport)
        return answer

    def intake(self, slot: str) -> p.IntakeView:
        return next(i for i in self.status().intakes if i.id == intake_id(slot))

    def alarms(self) -> set[str]:
        return {alarm.id for alarm in self.status().alarms}

    def until(self, slot: str, state: str) -> None:
        wait_for(f"{slot} to be {state}", lambda: self.intake(slot).state == state)

    def until_open(self, slot: str) -> int:
        """Wait for the lid of an opening, and for the pulse to end, as a hand does; its compartment."""
        number = SLOTS.index(slot) + 1

        def lets_go() -> bool:
            box = self.world.look().compartment(number)
            return box.lid_open and not box.energised

        wait_for(f"lid {number} to open", lets_go)
        self.until(slot, "open")
        return number

    def take_all(self, number: int) -> None:
        self.world.take(number)
        self.world.shut_lid(number)

    # -- the day -----------------------------------------------------------------------------------------------------

    def begin(self, clock: str) -> "Home":
        """The plan accepted, four compartments filled, and it is `clock` at home, the box at rest."""
        assert self.offer() == ()
        self.world.key_open(1)  # a weight that changed with every lid shut would be somebody else's doing
        wait_for("the hub to see the lid open", lambda: any(c.lid_open for c in self.status().compartments))
        for number, slot in enumerate(SLOTS, start=1):
            self.world.fill(number, intake_id(slot), (Item("tablet", Decimal(2), TABLET_MG),))
        self.world.shut_lid(1)
        wait_for("the hub to see it shut", lambda: not any(c.lid_open for c in self.status().compartments))
        for number, slot in enumerate(SLOTS, start=1):
            assert self.act(p.Fill, compartment=number, intake=intake_id(slot), contents_mg=2 * TABLET_MG) == ()
        return self.at(clock)

    def at(self, clock: str) -> "Home":
        wall = home_time(clock)
        self.time.jump_to(wall)
        wait_for("the hub to live through the jump", lambda: self.status().now >= wall)
        return self

    def ready(self, slot: str) -> "Home":
        """Wait until nothing is against opening."""
        wait_for("nothing against opening", lambda: self.intake(slot).refusals == ())
        return self

    # -- what there is -----------------------------------------------------------------------------------------------

    def on_disk(self) -> list[str]:
        """The kinds of all events in the journal's file, read as anybody would."""
        with closing(sqlite3.connect(self.state / "journal.db")) as db:
            return [row[0] for row in db.execute("SELECT body_type FROM event ORDER BY seq")]

    def pulses(self) -> list[int]:
        return [entry.compartment or 0 for entry in self.world.ledger() if entry.what is What.PULSE]


def home_time(clock: str) -> datetime:
    """A home wall time on the day, which is one of Danish winter time."""
    hour, minute = map(int, clock.split("."))
    return datetime(2026, 3, 12, hour - 1, minute, tzinfo=UTC)


def plan() -> Json:
    """Two tablets at each of four rounds, all in the box; an hour from its time each may be taken."""
    lines = [dosage(repeat(when=[when]), value=2) for when in ("MORN", "NOON", "EVE", "NIGHT")]
    made = envelope(bundle(statement(*lines)))
    return made | {"rounds": [r | {"window_min": 60} for r in made["rounds"]]}


def intake_id(slot: str) -> str:
    return f"2026-03-12/{slot}"


def reasons(reply: p.Reply) -> tuple[str, ...]:
    return reply.error.reasons or (reply.error.problem,) if reply.error else ()


@contextmanager
def a_home(state: Path | None = None) -> Iterator[Home]:
    """With its hub running and nothing planned. `state`: where its journal lies, not there yet."""
    with TemporaryDirectory(prefix="home-") as folder, ExitStack() as stack:
        home = Home(Path(folder), state or Path(folder) / "state", stack)
        home.start_hub()
        yield home
