"""Within the virtual machine: the real unit of the screen on a real display driver, touched through the kernel.

A hub that shows one snapshot stands on ui.sock; the panel's touch and a keyboard are made through uinput, so udev, the
groups, the device files and mtdev are the real ones.
"""

import fcntl
import grp
import os
import pwd
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.protocol import Message, Open, Role, Shown
from hub.server import Server
from tests.ui.scenes import DUE
from ui.config import read_config
from ui.layout import action_rects
from ui.present import present
from ui.view import HERE

UI_SOCKET = Path("/run/medhub/ui.sock")
# linux/uinput.h and linux/input-event-codes.h
UI_DEV_CREATE, UI_SET_EVBIT, UI_SET_KEYBIT, UI_SET_ABSBIT, UI_SET_PROPBIT = (
    0x5501,
    0x40045564,
    0x40045565,
    0x40045567,
    0x4004556E,
)
EV_SYN, EV_KEY, EV_ABS, BTN_TOUCH = 0, 1, 3, 0x14A
ABS_X, ABS_Y, ABS_MT_SLOT, ABS_MT_X, ABS_MT_Y, ABS_MT_ID = 0, 1, 0x2F, 0x35, 0x36, 0x39
KEYS = {"Esc": (1,), "F1": (59,), "Ctrl-Alt-F2": (29, 56, 60), "Ctrl-Alt-Del": (29, 56, 111), "SysRq-B": (56, 99, 48)}


class Device:
    """One input device of our own making, `keys` and absolute axes with their largest values."""

    def __init__(self, name: str, keys: tuple[int, ...], axes: dict[int, int]) -> None:
        self._file = os.open("/dev/uinput", os.O_WRONLY)
        for bit in (EV_KEY, *((EV_ABS,) if axes else ())):
            fcntl.ioctl(self._file, UI_SET_EVBIT, bit)
        for key in keys:
            fcntl.ioctl(self._file, UI_SET_KEYBIT, key)
        for axis in axes:
            fcntl.ioctl(self._file, UI_SET_ABSBIT, axis)
        if axes:
            fcntl.ioctl(self._file, UI_SET_PROPBIT, 1)  # what is touched is where it is shown
        most = [axes.get(axis, 0) for axis in range(64)]
        zeros = [0] * 64
        os.write(
            self._file, struct.pack("80sHHHHI64i64i64i64i", name.encode(), 3, 1, 1, 1, 0, *most, *zeros, *zeros, *zeros)
        )
        fcntl.ioctl(self._file, UI_DEV_CREATE)

    def send(self, *events: tuple[int, int, int]) -> None:
        for kind, code, value in (*events, (EV_SYN, 0, 0)):
            os.write(self._file, struct.pack("llHHi", 0, 0, kind, code, value))

    def tap(self, x: int, y: int) -> None:
        place = ((EV_ABS, ABS_MT_X, x), (EV_ABS, ABS_MT_Y, y), (EV_ABS, ABS_X, x), (EV_ABS, ABS_Y, y))
        self.send((EV_ABS, ABS_MT_SLOT, 0), (EV_ABS, ABS_MT_ID, 7), *place, (EV_KEY, BTN_TOUCH, 1))
        time.sleep(0.15)
        self.send((EV_ABS, ABS_MT_ID, -1), (EV_KEY, BTN_TOUCH, 0))

    def press(self, *keys: int) -> None:
        for key in keys:
            self.send((EV_KEY, key, 1))
        for key in reversed(keys):
            self.send((EV_KEY, key, 0))


class Hub:
    """Shows one snapshot, takes everything, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self._changed = threading.Condition()
        user = pwd.getpwnam("medhub-ui")
        self._server = Server({Role.UI: UI_SOCKET}, self._asked, {Role.UI: {user.pw_uid}}, {Role.UI: user.pw_gid})
        self._server.start()
        self._server.push(DUE)

    def _asked(self, role: Role, message: Message, reply: Callable[[Any], None]) -> None:
        reply(None)
        with self._changed:
            self.heard.append(message)
            self._changed.notify_all()

    def wait(self, until: Callable[[list[Message]], bool], seconds: float = 60) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: until(self.heard), seconds), self.heard[-3:]

    def more_frames(self) -> None:
        """Until the screen has told two more frames, drawn after what was done before."""
        told = sum(isinstance(m, Shown) for m in self.heard)
        self.wait(lambda heard: sum(isinstance(m, Shown) for m in heard) >= told + 2)


def group_of(name: str) -> str:
    """Whose the device file of our device `name` is."""
    subprocess.run(("udevadm", "settle"), check=True)
    found = next(p for p in Path("/sys/class/input").glob("event*") if (p / "device/name").read_text().strip() == name)
    return grp.getgrgid(os.stat(f"/dev/input/{found.name}").st_gid).gr_name


def shows(what: str) -> str:
    words = ("systemctl", "show", "--value", "-p", what, "medhub-ui.service")
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def main(say: Callable[..., None]) -> None:
    """`say(check, figure)`, and `picture` where one is to be taken."""
    config = read_config(Path("/etc/medhub/ui.toml"))
    panel = config.glass
    touch = Device("proof touch", (BTN_TOUCH,), {
        ABS_MT_SLOT: 9, ABS_MT_ID: 65535, ABS_MT_X: panel.width_px - 1, ABS_MT_Y: panel.height_px - 1,
        ABS_X: panel.width_px - 1, ABS_Y: panel.height_px - 1,
    })  # fmt: skip
    keyboard = Device("proof keyboard", tuple(range(1, 128)), {})
    groups = group_of("proof touch"), group_of("proof keyboard")
    assert groups == ("medhub-ui", "input"), groups
    say("udev", "the panel's touch is medhub-ui's, a keyboard is not")
    hub = Hub()
    subprocess.run(("systemctl", "start", "--no-block", "medhub-ui.service"), check=True)
    hub.wait(lambda heard: any(isinstance(m, Shown) and m.screen == "due" for m in heard))
    say("drawn", f"told as drawn, {panel.width_px}×{panel.height_px}", picture="kiosk-drawn")
    time.sleep(3)
    rect = action_rects(panel, present(DUE, HERE, panel))["open"]
    touch.tap(*rect.centre)
    hub.wait(lambda heard: any(isinstance(m, Open) for m in heard))
    hub.more_frames()
    assert sum(isinstance(m, Open) for m in hub.heard) == 1, hub.heard
    say("one tap", "one press")
    console = Path("/sys/class/tty/tty0/active").read_text()
    for name, keys in KEYS.items():
        keyboard.press(*keys)
        hub.more_frames()
        assert Path("/sys/class/tty/tty0/active").read_text() == console, name
    say("keys", f"{', '.join(KEYS)}: nothing comes of them", picture="kiosk-keys")
    time.sleep(50)
    assert (shows("NRestarts"), shows("SubState")) == ("0", "running")
    say("watchdog", "alive for longer than its watchdog, no restart")
