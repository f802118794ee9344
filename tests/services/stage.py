"""The demo's stage with the box's three processes as services: its own users, folders, sockets and watchdogs."""

import argparse
import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.client import Client
from hub.files import replace
from medhub import origin
from medhub.demo import person, stage
from medhub.demo.process import Process
from medhub.demo.screen import WINDOW_CLASS
from tests.services.units import ROLES, Unit, acting_as, drop_in

WITNESS = "medhub-witness"  # whose eyes the citizen of the proof has: ui's socket lets it in beside ui
INSTALLED, SETTINGS = Path(__file__).parents[2] / "systemd", Path("/etc/medhub")
STATE, SYNC, SOCKETS = Path("/var/lib/medhub"), Path("/var/lib/medhub-sync"), Path("/run/medhub")
PYTHON = "/opt/medhub/venv/bin/python -I -m"
X11 = f"""Environment=SDL_VIDEODRIVER=x11 SDL_VIDEO_X11_WMCLASS={WINDOW_CLASS} DISPLAY={{display}}
BindReadOnlyPaths=/tmp/.X11-unix"""


def witness() -> None:
    """The user, in the group of ui's socket."""
    if subprocess.run(("id", WITNESS), check=False, capture_output=True).returncode:
        subprocess.run(("useradd", "--system", "-G", "medhub-ui", WITNESS), check=True)


def client_of(user: str, group: str) -> Callable[..., Client]:
    def connect(*args: Any, **more: Any) -> Client:
        with acting_as(user, group):
            return Client(*args, **more)

    return connect


def settings() -> None:
    """As installed, but that the witness may look at what the screen sees, and the screen is a window on X11."""
    hub, ui = ((INSTALLED / name).read_text() for name in ("hub.toml", "ui.toml"))
    (SETTINGS / "hub.toml").write_text(hub.replace('ui = ["medhub-ui"]', f'ui = ["medhub-ui", "{WITNESS}"]'))
    (SETTINGS / "ui.toml").write_text(ui.replace('"mtdev"', '"mouse"') + "fullscreen = false\n")


class ServicesStage(stage.Stage):
    """What `medhub.demo.stage.Stage` promises. World and gateway are processes of the proof's."""

    scanner = False

    def _set(self, args: argparse.Namespace) -> None:
        witness()
        settings()
        origin.replace = lambda path, data: replace(path, data, mode=0o644)  # the hub must read the time
        person.Client = client_of(WITNESS, "medhub-ui")
        self.home.chmod(0o755)
        self._sockets.rmdir()
        self._sockets, self.ui_socket = SOCKETS, SOCKETS / "ui.sock"
        for name, folder in (("hub", STATE), ("sync", SYNC)):
            for old in folder.iterdir():
                old.unlink()
            (self.home / name).symlink_to(folder)
        super()._set(args)

    def start_hub(self) -> None:
        self._hub_config = SETTINGS / "hub.toml"
        super().start_hub()

    def _start(self, name: str, arguments: list[str], env: dict[str, str] | None = None) -> Process | Unit:
        if name not in ROLES:
            return super()._start(name, arguments, env)
        if name == "hub":
            for device in (self._world_socket, (self.home / "scale").resolve()):
                os.chown(device, pwd.getpwnam("medhub-hub").pw_uid, -1)
            drop_in("hub", f"ExecStart=\nExecStart={PYTHON} {' '.join(arguments)}")
        if name == "ui":
            drop_in("ui", X11.format(display=env["DISPLAY"]))
        unit = Unit(name, anew=name not in self.processes)
        self.processes[name], self._orders[name] = unit, (arguments, env)
        self._stack.callback(unit.close)
        return unit
