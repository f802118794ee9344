"""Draws every screen of a panel for real, off screen, and tells as JSON lines what is on the glass. Run as a process:

python -m tests.ui.render PANEL FOLDER: a picture of each screen goes to FOLDER.
"""

import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.ui.scenes import LANGUAGES, views
from ui.config import Config
from ui.main import prepare_kivy
from ui.panel import PANELS


def main(panel_name: str, folder: Path) -> None:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    with TemporaryDirectory() as home:
        prepare_kivy(Config(socket=Path("none"), panel=panel_name, fullscreen=False), Path(home))  # type: ignore[arg-type]
        draw_all(panel_name, folder)


def draw_all(panel_name: str, folder: Path) -> None:
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from ui.glass import Drawn, load, page_for
    from ui.layout import compose
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
            page.drawn = Drawn(
                view=view, sheet=compose(panel, view), panel=panel, palette=palette(view.night)
            )  # fmt: skip
            for _ in range(2):
                Window.canvas.ask_update()
                EventLoop.idle()
            picture = folder / f"{panel_name}-{language}-{name}.png"
            keep(picture, *Window.size)
            print(json.dumps({"language": language, "name": name, **told(page, panel)}))


def told(page: Any, panel: Any) -> dict[str, Any]:
    from ui.glass import Words
    from ui.press import Press

    words = [w for w in page.walk() if isinstance(w, Words)]
    return {
        "screen": page.drawn.view.screen,
        "words": [
            {"text": w.text, "drawn": w.texture_size, "room": [w.room.width, w.room.height],
             "at": [w.x, panel.height_px - w.top, w.right, panel.height_px - w.y], "capital": capital(w.font_name, w.font_size)}
            for w in words
        ],
        "buttons": {
            w.button.action.name: [round(w.x), round(panel.height_px - w.top), round(w.width), round(w.height)]
            for w in page.walk()
            if isinstance(w, Press)
        },
    }  # fmt: skip


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
    Image.frombytes("RGB", (wide, high), pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path)


def read(lines: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines.splitlines() if line.startswith("{"))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
