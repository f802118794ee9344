"""What is done for each verb. Nothing of a request reaches a command line: names are ours, secrets go into files."""

import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hub.broker import brake
from hub.broker.verbs import JoinWifi, PowerOff, Reboot, RestartScreen, SetClock
from hub.clock_model import FIRST, LAST
from hub.files import replace

WIFI = Path("/etc/NetworkManager/system-connections/medhub.nmconnection")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
AGAIN_S = 600.0  # a box that has been up for longer may be rebooted by hand whatever was before
COMMAND_S = 40.0

Act = Callable[[Any], None]
Run = Callable[..., None]


class Refused(Exception):
    """The text says why; it goes to whoever asked."""


def run(*command: str) -> None:
    """Run one of our own commands. Raises Refused where it fails; what it says is not passed on."""
    try:
        subprocess.run(command, check=True, timeout=COMMAND_S, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise Refused(f"{command[0]} is not on this machine") from error
    except subprocess.SubprocessError as error:
        raise Refused(f"{command[0]} failed") from error


def join_wifi(verb: JoinWifi, file: Path = WIFI, run: Run = run) -> None:
    """One connection of ours, in NetworkManager's own form, made anew: the passphrase is seen in no process list.

    Where it cannot be joined, what was before stands, and is gone back to.
    """
    if not file.parent.is_dir():
        raise Refused("NetworkManager is not on this machine")
    before = file.read_bytes() if file.exists() else None
    replace(file, keyfile(verb))
    try:
        run("nmcli", "connection", "reload")
        run("nmcli", "connection", "up", "medhub")
    except Refused:
        with suppress(Refused):
            _go_back(before, file, run)
        raise


def _go_back(before: bytes | None, file: Path, run: Run) -> None:
    """Asked for and not waited for: by itself NetworkManager tries none again whose password has just been wrong."""
    if before is None:
        file.unlink()
        run("nmcli", "connection", "reload")
    else:
        replace(file, before)
        run("nmcli", "connection", "reload")
        run("nmcli", "--wait", "0", "connection", "up", "medhub")


def keyfile(verb: JoinWifi) -> bytes:
    """nm-settings-keyfile(5). The name as bytes, so that nothing in it can be taken for another line."""
    ssid = "".join(f"{byte};" for byte in verb.ssid.encode()[:32])
    passphrase = verb.passphrase.replace("\\", "\\\\").replace(" ", "\\s")
    sections = {
        "connection": {"id": "medhub", "type": "wifi", "autoconnect": "true"},
        "wifi": {"mode": "infrastructure", "ssid": ssid},
        "wifi-security": {"key-mgmt": "wpa-psk", "psk": passphrase},
        "ipv4": {"method": "auto"},
        "ipv6": {"method": "auto"},
    }
    lines = ([f"[{name}]", *(f"{key}={value}" for key, value in keys.items())] for name, keys in sections.items())
    return "".join(f"{line}\n" for section in lines for line in section).encode()


def set_clock(
    verb: SetClock, synchronised: Path = SYNCHRONISED, set_s: Callable[[int, float], None] = time.clock_settime
) -> None:
    """Not the real-time clock as well: that is a witness of its own, and would agree with whatever it was told (R5)."""
    if synchronised.exists():
        raise Refused("the network has set the clock")
    if not FIRST <= verb.wall <= LAST:
        raise Refused("no time of this program's life")
    set_s(time.CLOCK_REALTIME, verb.wall.timestamp())


def restart_screen(verb: RestartScreen, run: Run = run) -> None:
    run("systemctl", "reset-failed", "medhub-ui.service")
    run("systemctl", "restart", "--no-block", "medhub-ui.service")


def reboot(
    verb: Reboot, run: Run = run, brake_file: Path = brake.FILE, up_s: Callable[[], float] = brake.system_up_s
) -> None:
    """A person may, but a hub gone wrong that asks again and again may not."""
    if not brake.may_reboot(brake_file, AGAIN_S, up_s):
        raise Refused("too many reboots")
    run("systemctl", "reboot", "--no-block")


def power_off(verb: PowerOff, run: Run = run) -> None:
    run("systemctl", "poweroff", "--no-block")


ACTS: Mapping[type, Act] = {
    JoinWifi: join_wifi,
    SetClock: set_clock,
    RestartScreen: restart_screen,
    Reboot: reboot,
    PowerOff: power_off,
}
