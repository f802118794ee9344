"""A real screen under Xvfb, touched through XTEST, as a finger does it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from time import monotonic, sleep

from Xlib import X
from Xlib.display import Display
from Xlib.ext import xtest

from ui.panel import Rect


@contextmanager
def x_display(width: int, height: int) -> Iterator[str]:
    """An X server of one's own; it names itself, so that several may run at once."""
    xvfb = shutil.which("Xvfb")
    assert xvfb, "Xvfb is missing: apt-get install xvfb"
    ours, theirs = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(theirs), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(theirs,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    try:
        assert select([ours], [], [], 20)[0], "Xvfb does not start"
        yield f":{os.read(ours, 16).decode().strip()}"
    finally:
        os.close(ours)
        server.terminate()
        server.wait(10)


@contextmanager
def screen(display: str, config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The screen's own process. It may be killed; then it is only waited for."""
    environment = {**os.environ, "DISPLAY": display, "SDL_VIDEODRIVER": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
    process = subprocess.Popen([sys.executable, "-m", "medhub.cli", "ui", "--config", str(config)], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


class Finger:
    """On the window that fills the display; and an eye, for what is on the glass whether it is told or not."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)

    def tap(self, rect: Rect) -> None:
        self.press(*rect.centre)
        self.release()

    def press(self, x: int, y: int) -> None:
        self.move(x, y)
        self._fake(X.ButtonPress)

    def release(self) -> None:
        self._fake(X.ButtonRelease)

    def move(self, x: int, y: int) -> None:
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.sync()

    def colour(self, x: int, y: int) -> str:
        """What the glass shows there now."""
        pixel = self._display.screen().root.get_image(x, y, 1, 1, X.ZPixmap, 0xFFFFFFFF).data
        return f"#{pixel[2]:02X}{pixel[1]:02X}{pixel[0]:02X}"

    def waits_to_see(self, colour: str, x: int, y: int, timeout_s: float = 40.0) -> None:
        """Until the glass shows it; AssertionError with what it shows if it never does."""
        until = monotonic() + timeout_s
        while (seen := self.colour(x, y)) != colour:
            assert monotonic() < until, (colour, seen)
            sleep(0.01)

    def _fake(self, kind: int) -> None:
        xtest.fake_input(self._display, kind, 1)
        self._display.sync()

    def close(self) -> None:
        self._display.close()
