"""The screen as a service: no key leads out of it, and the service manager hears of it what is true (R16)."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from hub.protocol import Error, Open, Problem
from tests.ui.fake_hub import fake_hub
from tests.ui.glass import Finger, screen, x_display
from tests.ui.scenes import DUE
from ui.layout import action_rects
from ui.panel import PANELS
from ui.present import present
from ui.view import HERE

PANEL = PANELS["7-classic"]
# What opens settings, an inspector, another size, or ends a program: in Kivy, SDL or a desktop.
KEYS = (
    ("F1",), ("Escape",), ("F11",), ("F12",), ("Menu",), ("Control_L", "e"), ("Control_L", "q"), ("Control_L", "c"),
    ("Control_L", "w"), ("Alt_L", "F4"), ("Super_L",), ("Print",), ("Control_L", "Alt_L", "F2"),
    ("Control_L", "Alt_L", "Delete"),
)  # fmt: skip


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_display(PANEL.width_px, PANEL.height_px) as name:
        yield name


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ui.toml"
    path.write_text(f'socket = "{tmp_path / "ui.sock"}"\npanel = "7-classic"\n')
    return path


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd listens on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(40)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def press(display: str, keys: tuple[str, ...]) -> None:
    keyboard = Display(display)
    keyboard.screen().root.query_tree().children[-1].set_input_focus(X.RevertToParent, X.CurrentTime)
    codes = [keyboard.keysym_to_keycode(XK.string_to_keysym(key)) for key in keys]
    for code in codes:
        xtest.fake_input(keyboard, X.KeyPress, code)
    for code in reversed(codes):
        xtest.fake_input(keyboard, X.KeyRelease, code)
    keyboard.sync()
    keyboard.close()


def glass(display: str) -> bytes:
    """All that is on it."""
    eye = Display(display)
    seen = eye.screen().root.get_image(0, 0, PANEL.width_px, PANEL.height_px, X.ZPixmap, 0xFFFFFFFF).data
    eye.close()
    return bytes(seen)


def test_no_key_leads_out(tmp_path: Path, display: str, config: Path) -> None:
    """A keyboard is not a thing the box has, but one can be plugged in where it may be read."""
    finger = Finger(display)
    with fake_hub(tmp_path / "ui.sock", DUE) as hub, screen(display, config) as process:
        hub.wait_shown("due")
        hub.frames_go_by(DUE)
        before = glass(display)
        for keys in KEYS:
            press(display, keys)
            for _ in range(3):
                hub.frames_go_by(DUE)
            assert process.poll() is None, keys
            assert glass(display) == before, f"{keys} brought something up"
        finger.tap(action_rects(PANEL, present(DUE, HERE, PANEL))["open"])
        hub.wait(lambda hub: bool(hub.heard))
        assert hub.heard == [Open(intake=DUE.current.id if DUE.current else "")], "what is in front is the screen"
    finger.close()


def test_ready_is_the_window_and_alive_is_a_frame_and_an_answer(
    tmp_path: Path, display: str, config: Path, manager: socket.socket
) -> None:
    with screen(display, config):
        assert manager.recv(100) == b"READY=1"
        with fake_hub(tmp_path / "ui.sock", DUE) as hub:
            assert manager.recv(100) == b"WATCHDOG=1"
            assert hub.shown, "before the hub had heard of a frame nobody called it alive"


def test_a_hub_that_refuses_what_was_shown_keeps_no_screen_alive(
    tmp_path: Path, display: str, config: Path, manager: socket.socket
) -> None:
    with fake_hub(tmp_path / "ui.sock", DUE) as hub, screen(display, config):
        hub.answer = lambda message: Error(Problem.REFUSED, ("core",))
        hub.wait(lambda hub: len(hub.shown) >= 2)
        assert manager.recv(100) == b"READY=1"
        manager.setblocking(False)
        with pytest.raises(BlockingIOError):
            manager.recv(100)


TAP = """
import sys
from pathlib import Path
from kivy.clock import Clock
from ui.main import bootstrap
app = bootstrap(Path(sys.argv[1]), Path(sys.argv[2]))
from kivy.base import EventLoop
from kivy.input.providers.mtdev import MTDMotionEvent
def tap(_dt):
    place = {"id": 7, "x": float(sys.argv[3]), "y": 1 - float(sys.argv[4])}
    touch = MTDMotionEvent("panel", 7, place)
    touch.move(place)
    EventLoop.post_dispatch_input("begin", touch)
    touch.move(place)
    touch.update_time_end()
    EventLoop.post_dispatch_input("end", touch)
Clock.schedule_interval(tap, 0.5)
app.run()
"""


def test_a_touch_of_the_panels_own_provider_is_a_press(
    tmp_path: Path, display: str, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no button, as a mouse has. Through a kernel's device: `make prove-services`."""
    config.write_text(config.read_text() + 'input = "mtdev"\n')
    x, y = action_rects(PANEL, present(DUE, HERE, PANEL))["open"].centre
    for name, value in (("DISPLAY", display), ("SDL_VIDEODRIVER", "x11"), ("LIBGL_ALWAYS_SOFTWARE", "1")):
        monkeypatch.setenv(name, value)
    place = (str(x / (PANEL.width_px - 1)), str(y / (PANEL.height_px - 1)))
    command = [sys.executable, "-c", TAP, str(config), str(tmp_path / "kivy"), *place]
    with fake_hub(tmp_path / "ui.sock", DUE) as hub, subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            hub.wait(lambda hub: bool(hub.heard))
        finally:
            process.kill()
    assert isinstance(hub.heard[0], Open)
