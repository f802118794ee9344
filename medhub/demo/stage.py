"""The stage: folders, keys, a signed plan, and five real processes, each started as it would be in a home."""

import argparse
import socket
import tempfile
import zlib
from contextlib import ExitStack
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from drivers.gs1 import check_digit_is_right
from drivers.world_client import WorldClient
from drivers.world_line import WorldError
from hub import protocol as p
from hub.client import Client, HubUnreachable
from medhub.demo.municipality import Municipality
from medhub.demo.papers import Papers
from medhub.demo.person import Broken, wait_for
from medhub.demo.process import Process
from medhub.demo.screen import WINDOW_CLASS, Display, Finger
from medhub.origin import Origin, OriginDirector
from ui.panel import PANELS

HUB_ID = "MH-0001"
NURSE, NURSE_NAME, PIN = "sanne", "Sanne Holm", "2468"
COMPARTMENTS = 28
HOUR = 4  # home time at which the demo begins on its first day
START_S = 60.0
HUB_MODULE = "medhub.demo.hub_process"


class Stage:
    """Everything that is not the story. Closed by the stack it is made with, in the reverse order."""

    serial_scale = True  # the hub weighs by the real serial driver
    scanner = True  # it has one, by the real driver

    def __init__(
        self, args: argparse.Namespace, console: Console, stack: ExitStack, hub_module: str = HUB_MODULE
    ) -> None:
        self._stack, self._args, self._hub_module = stack, args, hub_module
        self.processes: dict[str, Process] = {}
        self._orders: dict[str, tuple[list[str], dict[str, str] | None]] = {}
        self.panel = PANELS[args.panel]
        self.pictures, self.logs = args.out / "pictures", args.out / "logs"
        for folder in (self.pictures, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.iterdir():
                old.unlink()
        self.home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="medhub-")))
        self._sockets, self._world_socket = self.home / "run", self.home / "world.sock"
        self._sockets.mkdir()
        self.ui_socket = self._sockets / "ui.sock"
        self._origin_file = self.home / "origin.json"
        with console.status("Setting the stage: keys, a signed plan, five processes"):
            self._set(args)

    def _set(self, args: argparse.Namespace) -> None:
        gateway_port, router_port = _free_port(), _free_port()
        papers = Papers(self.home, HUB_ID, gateway_port, router_port, self._sockets)
        self.plan_file, self.zone = papers.prepare(args.plan, args.date, args.language)
        start = datetime.combine(args.date, time(HOUR), tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        self.director = OriginDirector(self._origin_file)
        self.director.start(start)
        self.origin = Origin(self._origin_file)
        papers.enrol((NURSE, NURSE_NAME, PIN), start)
        self._start("gateway", ["medhub.demo.gateway_process", "--config", str(papers.gateway_config),
                                "--origin", str(self._origin_file)])  # fmt: skip
        self._start("world", ["drivers.world", "--socket", str(self._world_socket), "--compartments",
                              str(COMPARTMENTS), "--memory", str(self.home / "world.jsonl"), "--router-port",
                              str(router_port), "--target", f"127.0.0.1:{gateway_port}", "--scale",
                              str(self.home / "scale"), "--scanner", str(self.home / "scanner")])  # fmt: skip
        self.municipality = Municipality(f"https://127.0.0.1:{gateway_port}", papers.ca, HUB_ID, NURSE, papers.password)
        self._stack.callback(self.municipality.close)
        self.world = WorldClient(self._world_socket)
        self._stack.callback(self.world.close)
        self.staff = Client(self._sockets / "staff.sock")
        self._stack.callback(self.staff.close)
        wait_for("the gateway", self.municipality.is_up, START_S)
        wait_for("the world", self._world_is_up, START_S)
        self._hub_config = papers.hub_config
        self.start_hub()
        self._start("sync", ["medhub.cli", "sync", "--config", str(papers.sync_config)])
        self._start_ui()
        wait_for("the plan to come from the municipality", lambda: self._status().plan_version is not None, START_S)

    def start_hub(self) -> None:
        """Start the hub and wait until it answers."""
        sabotage = ["--sabotage", self._args.sabotage] if self._args.sabotage else []
        files = {"config": self._hub_config, "origin": self._origin_file, "world": self._world_socket}
        files |= {"scale": self.home / "scale"} if self.serial_scale else {}
        files |= {"scanner": self.home / "scanner"} if self.scanner else {}
        named = [word for name, path in files.items() for word in (f"--{name}", str(path))]
        self._start("hub", [self._hub_module, *named, *sabotage])
        wait_for("the hub to answer", self._hub_is_up, START_S)

    def start_again(self, name: str) -> None:
        """A process that has ended is started as it was, as systemd would; nobody waits for it."""
        self._start(name, *self._orders[name])

    @property
    def hub(self) -> Process:
        return self.processes["hub"]

    def wait_for_hub_death(self) -> None:
        wait_for("the hub to die", self.hub.has_ended)

    def tablet_mg(self, ordination: str) -> int:
        """What one tablet weighs in the world: 300 to 700 mg, the same each time."""
        return 300 + zlib.crc32(ordination.encode()) % 400

    def gtin(self, ordination: str) -> str:
        """What stands on the package of it in the world: the same each time."""
        digits = f"0704626{zlib.crc32(ordination.encode()) % 1_000_000:06}"
        return digits + next(d for d in "0123456789" if check_digit_is_right(digits + d))

    def _start_ui(self) -> None:
        display = Display(self.panel.width_px, self.panel.height_px, self.logs / "xvfb.log")
        self._stack.callback(display.close)
        config = self.home / "ui.toml"
        config.write_text(f'socket = "{self.ui_socket}"\npanel = "{self._args.panel}"\nfullscreen = false\n')
        self._start(
            "ui",
            ["medhub.cli", "ui", "--config", str(config)],
            {"DISPLAY": display.name, "SDL_VIDEO_X11_WMCLASS": WINDOW_CLASS},
        )
        self.display = display.name
        self.finger = Finger(display.name)
        self._stack.callback(self.finger.close)

    def _start(self, name: str, arguments: list[str], env: dict[str, str] | None = None) -> Process:
        process = Process(name, arguments, self.logs, env)
        self.processes[name], self._orders[name] = process, (arguments, env)
        self._stack.callback(process.close)
        return process

    def _status(self) -> p.StatusReport:
        answer = self.staff.call(p.Status()).answer
        if not isinstance(answer, p.StatusReport):
            raise Broken("the hub gives no status")
        return answer

    def _hub_is_up(self) -> bool:
        if self.hub.has_ended():
            raise Broken(f"the hub ended by itself; see {self.logs / 'hub.log'}")
        try:
            return bool(self._status())
        except (HubUnreachable, msgspec.MsgspecError):
            return False

    def _world_is_up(self) -> bool:
        try:
            return bool(self.world.look())
        except WorldError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
