"""The display and the finger: a real window, touched by X events (XTEST), and pictures of it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from Xlib import X
from Xlib import display as xdisplay
from Xlib.ext import xtest

WINDOW_CLASS = "medhub-demo"  # given to SDL by `Stage`, so that no other window on a desktop is touched
PRESS_S = 0.08  # a finger's tap; shorter ones get lost in a frame


class Display:
    """An X display to show on: the one there is, or an Xvfb of our own that ends with us."""

    def __init__(self, width: int, height: int, log: Path) -> None:
        self._xvfb: subprocess.Popen[bytes] | None = None
        if not os.environ.get("DISPLAY"):
            self._start_xvfb(width, height, log)
        else:
            self.name = os.environ["DISPLAY"]

    def _start_xvfb(self, width: int, height: int, log: Path) -> None:
        if shutil.which("Xvfb") is None:
            raise FileNotFoundError("no display and no Xvfb: install it with `apt-get install xvfb`")
        read, write = os.pipe()
        with log.open("wb") as out:
            self._xvfb = subprocess.Popen(
                ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
                pass_fds=(write,), stdout=out, stderr=out,
            )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as answer:
            self.name = f":{answer.readline().strip()}"

    @property
    def own(self) -> bool:
        return self._xvfb is not None

    def close(self) -> None:
        if self._xvfb is not None:
            self._xvfb.terminate()
            self._xvfb.wait(timeout=5)


class Finger:
    """Taps and looks at the window of class `WINDOW_CLASS` on a display."""

    def __init__(self, display: str) -> None:
        self._x = xdisplay.Display(display)
        self._root = self._x.screen().root
        self._last: tuple[float, float] | None = None

    def tap(self, x: float, y: float, while_down: Callable[[], object] = lambda: None) -> None:
        """Press and release at a point of the window, in its pixels."""
        left, top, _, _ = self._window()
        self._last = (x, y)
        xtest.fake_input(self._x, X.MotionNotify, x=left + round(x), y=top + round(y))
        xtest.fake_input(self._x, X.ButtonPress, 1)
        self._x.sync()
        time.sleep(PRESS_S)
        while_down()
        xtest.fake_input(self._x, X.ButtonRelease, 1)
        self._x.sync()

    def tap_again(self) -> bool:
        """The same place once more, as people do when nothing happens; whether there was a touch to repeat."""
        last = self._last
        if last is not None:
            self.tap(*last)
            self._last = None
        return last is not None

    def picture(self, path: Path) -> None:
        """Keep what the window shows now as a PNG."""
        left, top, width, height = self._window()
        raw = self._root.get_image(left, top, width, height, X.ZPixmap, 0xFFFFFFFF)
        Image.frombytes("RGB", (width, height), raw.data, "raw", "BGRX").save(path)

    def close(self) -> None:
        self._x.close()

    def _window(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of the window on the root."""
        pending = [self._root]
        while pending:
            window = pending.pop()
            if WINDOW_CLASS in (window.get_wm_class() or ()):
                geometry = window.get_geometry()
                corner = self._root.translate_coords(window, 0, 0)
                return -corner.x, -corner.y, geometry.width, geometry.height
            pending += window.query_tree().children
        raise LookupError(f"no window of class {WINDOW_CLASS!r} on the display")
