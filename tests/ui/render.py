"""Draws every screen of a panel for real, off screen, and tells as JSON lines what is on the glass. Run as a process:

python -m tests.ui.render PANEL FAMILY [FOLDER]: a picture of each screen goes to FOLDER. FAMILY "roboto" draws as where
fonts-inter is not installed.
"""

import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ui.face import FACES, family

if sys.argv[2:3] == ["roboto"]:  # before anything is measured
    FACES["inter"] = FACES["roboto"]

from tests.ui.scenes import LANGUAGES, views
from ui.config import Config
from ui.layout import action_rects, compose
from ui.main import prepare_kivy
from ui.panel import PANELS, Panel
from ui.view import View


def main(panel_name: str, folder: Path | None = None) -> None:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    with TemporaryDirectory() as home:
        prepare_kivy(Config(socket=Path("none"), panel=panel_name, fullscreen=False), Path(home))
        draw_all(panel_name, folder)


def draw_all(panel_name: str, folder: Path | None) -> None:
    from kivy.config import Config as Kivy

    Kivy.set("graphics", "maxfps", "0")  # as fast as it can be drawn
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from ui.glass import Drawn, load, page_for
    from ui.tokens import palette

    EventLoop.ensure_window()
    load()
    panel = PANELS[panel_name]
    for language in LANGUAGES:
        for name, view in views(panel, language):
            page = page_for(view.screen, ready=lambda: True, press=lambda action: None)
            for old in Window.children[:]:
                Window.remove_widget(old)
            Window.add_widget(page)
            page.awake = True
            page.drawn = Drawn(
                view=view, sheet=compose(panel, view), panel=panel, palette=palette(view.night)
            )  # fmt: skip
            Window.canvas.ask_update()
            EventLoop.idle()
            if folder is not None:
                keep(folder / f"{panel_name}-{family()}-{language}-{name}.png", *Window.size)
            print(json.dumps({"language": language, "name": name, **told(page, panel), **placed(panel, view)}))


def told(page: Any, panel: Any) -> dict[str, Any]:
    from ui.glass import Words
    from ui.press import Press

    words = [w for w in page.walk() if isinstance(w, Words)]
    buttons = [w for w in page.walk() if isinstance(w, Press)]
    return {
        "screen": page.drawn.view.screen,
        "words": [word_told(w, panel) for w in words],
        "buttons": {w.button.action.name: [round(n) for n in from_top(w, panel)] for w in buttons},
    }


def placed(panel: Panel, view: View) -> dict[str, Any]:
    """What the layout says of the same view: where the buttons are, and how tall headings and names are to be."""
    sheet = compose(panel, view)
    tall = (*sheet.heading, *(item for item in sheet.items if item.line.role == "name"))
    return {
        "rects": {name: [r.x, r.y, r.width, r.height] for name, r in action_rects(panel, view).items()},
        "tall": [[one.line.text, one.rect.width, one.line.caps_px] for one in tall],
    }


def word_told(word: Any, panel: Any) -> dict[str, Any]:
    left, top, wide, high = from_top(word, panel)
    return {
        "text": word.text, "drawn": word.texture_size, "room": [word.room.width, word.room.height],
        "at": [left, top, left + wide, top + high], "capital": capital(word.font_name, word.font_size),
    }  # fmt: skip


def from_top(widget: Any, panel: Any) -> tuple[float, float, float, float]:
    return widget.x, panel.height_px - widget.top, widget.width, widget.height


@cache
def capital(font_name: str, font_size: float) -> int:
    """The height of an H as it is really drawn: its rows of ink."""
    from kivy.core.text import Label

    letter = Label(text="H", font_name=font_name, font_size=font_size)
    letter.refresh()
    wide, high = letter.texture.size
    pixels = letter.texture.pixels
    return sum(any(pixels[4 * (y * wide + x) + 3] > 127 for x in range(wide)) for y in range(high))


def keep(path: Path, wide: int, high: int) -> None:
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glPixelStorei, glReadPixels
    from PIL import Image

    glPixelStorei(0x0D05, 1)  # GL_PACK_ALIGNMENT
    pixels = bytes(glReadPixels(0, 0, wide, high, GL_RGB, GL_UNSIGNED_BYTE))
    Image.frombytes("RGB", (wide, high), pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path, compress_level=1)


def read(lines: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines.splitlines() if line.startswith("{"))


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[3:]))
