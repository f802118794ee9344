"""The large drawings: the box with the one compartment that matters, and the tick."""

from math import ceil
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color
from kivy.utils import get_color_from_hex as rgba

from ui.drawing import Shape, rounded
from ui.flow import Line
from ui.glass import Drawn, Part, Words
from ui.panel import Rect
from ui.tokens import LEAST

BLINK_S = 1.0  # on a second, off a second: far below 3 flashes a second


class Tick(Part):
    def show(self, drawn: Drawn) -> None:
        self.clear_widgets()
        if drawn.sheet.figure is not None:
            self.add_widget(Shape(kind="taken", done=drawn.palette.done, **drawn.place(drawn.sheet.figure)))


class BoxDrawing(Part):
    """The box from above. Only the compartment that matters has its number; its edge blinks slowly, or stays lit."""

    _blinking: Any = None

    def show(self, drawn: Drawn) -> None:
        if self._blinking is not None:
            self._blinking.cancel()
        self.canvas.before.clear()
        self.clear_widgets()
        rect, number = drawn.sheet.figure, drawn.view.compartment
        if rect is None:
            return
        cells = compartments(drawn, rect)
        with self.canvas.before:
            rounded(drawn.place(rect), drawn.palette.quiet, drawn.panel.x(3))
            for cell in cells.values():
                rounded(drawn.place(cell), drawn.palette.sunk, drawn.panel.x(1))
            if number in cells:
                self._lit(drawn, _grown(drawn, cells[number]))

    def _lit(self, drawn: Drawn, cell: Rect) -> None:
        palette, edge = drawn.palette, drawn.panel.x(1.2)
        rounded(drawn.place(cell), palette.main.ground, drawn.panel.x(2))
        lamp = [i for i in self.canvas.before.children if isinstance(i, Color)][-1]
        inner = Rect(cell.x + edge, cell.y + edge, cell.width - 2 * edge, cell.height - 2 * edge)
        rounded(drawn.place(inner), palette.attention.ground, drawn.panel.x(1.2))
        caps = drawn.panel.y(LEAST)
        line = Line(text=str(drawn.view.compartment), role="name", face="display", caps_px=caps)
        middle = Rect(cell.x, cell.y + (cell.height - line.height) // 2, cell.width, line.height)
        self.add_widget(Words.of(drawn, line, middle, palette.attention.ink, "center"))
        if not drawn.view.still:
            shades = (rgba(palette.main.ground), rgba(palette.attention.ground))

            def blink(_dt: float) -> bool:
                lamp.rgba = shades[lamp.rgba == shades[0]]
                return self.get_root_window() is not None  # stops with the page

            self._blinking = Clock.schedule_interval(blink, BLINK_S)


def compartments(drawn: Drawn, rect: Rect) -> dict[int, Rect]:
    """Number → place, row by row from the top left."""
    count, columns = drawn.view.compartments, drawn.view.columns
    rows = ceil(count / columns)
    gap, edge = drawn.panel.x(1), drawn.panel.x(2)
    wide = (rect.width - 2 * edge - (columns - 1) * gap) / columns
    high = (rect.height - 2 * edge - (rows - 1) * gap) / rows
    return {
        n + 1: Rect(
            round(rect.x + edge + n % columns * (wide + gap)), round(rect.y + edge + n // columns * (high + gap)),
            round(wide), round(high),
        )
        for n in range(count)
    }  # fmt: skip


def _grown(drawn: Drawn, cell: Rect) -> Rect:
    """Larger than its neighbours: at least 14 × 12 mm, so that its number can be read."""
    more_x = max(0, drawn.panel.x(14) - cell.width) // 2
    more_y = max(0, drawn.panel.y(12) - cell.height) // 2
    return Rect(cell.x - more_x, cell.y - more_y, cell.width + 2 * more_x, cell.height + 2 * more_y)
